"""Chromium for tests that look at the report's own pages."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service


@contextmanager
def opened() -> Iterator[webdriver.Chrome]:
    """One browser, closed at the end; the test is skipped where there is none."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    chromium = chromium or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("Chromium or chromedriver is not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("--headless", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    found = webdriver.Chrome(options=options, service=Service(driver))
    found.set_page_load_timeout(30)
    found.set_script_timeout(60)
    try:
        yield found
    finally:
        found.quit()


def look(
    browser: webdriver.Chrome,
    path: Path,
    *,
    width: int = 1280,
    scheme: str = "light",
    scripts: bool = True,
) -> None:
    """Open a page at this width, in this colour scheme, with or without scripts."""
    resize(browser, width)
    wanted = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", wanted)
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not scripts})
    browser.get(path.as_uri())


def resize(browser: webdriver.Chrome, width: int) -> None:
    """Make the window this many CSS pixels wide."""
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def fits(browser: webdriver.Chrome) -> bool:
    """Whether nothing needs scrolling sideways."""
    page = "document.documentElement"
    return bool(browser.execute_script(f"return {page}.scrollWidth <= {page}.clientWidth"))


STOP = """
const at = document.activeElement;
const all = [...document.querySelectorAll("*")];
return at === document.body || !at ? null
  : [all.indexOf(at), (at.getAttribute("aria-label") || at.textContent || "").trim(),
     at instanceof SVGElement || [at, at.closest("label")].some(
       (seen) => seen && getComputedStyle(seen).outlineStyle !== "none")];
"""
TAB = {"key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9}


def tab_stops(browser: webdriver.Chrome, most: int) -> list[str]:
    """What Tab reaches, one after another, from the top; each must show that it has focus."""
    found = []
    for _ in range(most):
        for kind in ("rawKeyDown", "keyUp"):
            browser.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": kind, **TAB})
        told = browser.execute_script(STOP)
        if told is None:
            break
        index, name, visible = told
        assert visible, f"{name} does not show focus"
        found.append(f"{name} ({index})" if found else name)
    return found

"""Contrast is asked once of texts that are alike, and axe-core's answer stays the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lgaudit.gather import axe
from lgaudit.gather.chromium import find
from lgaudit.gather.tab import Tab
from lgaudit.settings import Settings

RUN = """
const [whole, done] = arguments;
const runOnly = ["color-contrast", "link-in-text-block", "target-size", "region", "hidden-content"];
axe.run(document, { runOnly: { type: "rule", values: runOnly }, whole }).then((said) => {
  const of = (kind) => said[kind].find((rule) => rule.id === "color-contrast") || { nodes: [] };
  const names = (kind) => of(kind).nodes.map((node) => node.target.join());
  const whatIsSaid = (node) => [node.target.join(), node.html, node.failureSummary];
  const rules = (kind) => said[kind].map((rule) => [rule.id, rule.nodes.map(whatIsSaid)]);
  done({
    all: ["violations", "incomplete"].map(rules),
    none: ["passes", "inapplicable"].map((kind) => said[kind].map((rule) => rule.id)),
    failed: names("violations"),
    unsure: names("incomplete"),
    passed: Object.fromEntries(said.passes.map((rule) => [rule.id, rule.nodes.length])),
  });
}, (error) => done({ error: String(error) }));
"""
PLAIN = "".join(f"<p>One of many plain words {n}</p>" for n in range(40))
ALIKE = Path(__file__).with_name("fixtures") / "alike.html"


@pytest.fixture(scope="module")
def driver() -> Iterator[Any]:
    settings = Settings()
    tab = Tab(settings, find(settings))
    tab.quiet(True)  # axe-core is put in by hand, where its whole answer can be had
    try:
        yield tab.chromium.driver
    finally:
        tab.kill()


def asked(driver: Any, body: str, whole: bool) -> dict[str, Any]:
    source = f"{Path(axe.axe_file()).read_text(encoding='utf-8')};\n{axe.script('asked_less.js')}"
    driver.get("about:blank")
    driver.execute_script(
        "document.documentElement.lang = 'en'; document.title = 'Bins';"
        "document.body.innerHTML = arguments[0];",
        body,
    )
    driver.execute_script(source)
    said: dict[str, Any] = driver.execute_async_script(RUN, whole)
    assert "error" not in said, said
    return said


def same(once: dict[str, Any], whole: dict[str, Any]) -> None:
    assert once["all"] == whole["all"]
    assert once["none"] == whole["none"]


@pytest.mark.browser
def test_what_looks_alike_but_is_not_is_judged_by_itself(driver: Any) -> None:
    body = ALIKE.read_text(encoding="utf-8").replace("<!-- plain words -->", PLAIN)
    once, whole = (asked(driver, body, whole) for whole in (False, True))
    same(once, whole)
    assert {"#dim", "#small", "#pale1", "#pale2", "#shown", "#faint"} <= set(once["failed"])
    assert {"#covered", "#gradient", "#below", "#under"} <= set(once["unsure"])
    assert not {"#label", "#hidden", "#large", "#dark"} & {*once["failed"], *once["unsure"]}


@pytest.mark.browser
def test_texts_that_are_alike_are_asked_once(driver: Any) -> None:
    once, whole = (asked(driver, PLAIN, whole) for whole in (False, True))
    same(once, whole)
    assert (once["passed"]["color-contrast"], whole["passed"]["color-contrast"]) == (1, 40)
    assert (once["passed"]["hidden-content"], whole["passed"]["hidden-content"] > 40) == (1, True)

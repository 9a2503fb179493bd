"""The pages in Chromium: axe-core in both schemes, narrow screens, filters without scripts."""

from __future__ import annotations

from pathlib import Path

import chromium
import pytest
from chromium import look
from report_sector import Sector, compared, courses
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import lgaudit
from lgaudit.report.write import write

pytestmark = pytest.mark.browser

AXE = Path(lgaudit.__file__).parent / "_vendor" / "axe-core" / "axe.min.js"
RUN_AXE = """
const done = arguments[0];
axe.run(document, {resultTypes: ["violations"]}).then(
  (r) => done(r.violations.map((v) => v.id + ": " + v.nodes[0].html)),
  (e) => done(["error: " + e]));
"""
PAGES = {
    "league": "index.html",
    "council": "councils/elmfield.html",
    "shared": "councils/stonewick-vale.html",
    "not ranked": "councils/glenborough.html",
    "map": "map.html",
    "rules": "rules/index.html",
    "rule": "rules/axe/form-fields-have-labels.html",
    "method": "method.html",
    "table": "tables/cohort-Ours.html",
    "weights": "weights.html",
    "standards": "rules/standards.html",
    "kinds": "rules/kinds.html",
    "years": "years.html",
    "council's years": "councils/hawminster-regis-years.html",
}


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    sector = Sector(14)
    found = compared(sector)
    return write(
        sector, tmp_path_factory.mktemp("reports"), comparisons=found, years=courses(sector)
    ).folder


@pytest.fixture(scope="module")
def browser():
    with chromium.opened() as found:
        yield found


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
def test_axe_finds_nothing_and_nothing_overflows(browser, report, name, scheme, width):
    look(browser, report / PAGES[name], width=width, scheme=scheme)
    browser.execute_script("document.querySelectorAll('details').forEach((d) => (d.open = true))")
    browser.execute_script(AXE.read_text(encoding="utf-8"))
    assert browser.execute_async_script(RUN_AXE) == []
    assert chromium.fits(browser)


def test_both_schemes_are_really_drawn(browser, report):
    colours = []
    for scheme in ("light", "dark"):
        look(browser, report / "index.html", scheme=scheme)
        script = "return getComputedStyle(document.body).backgroundColor"
        colours.append(browser.execute_script(script))
    assert colours == ["rgb(251, 250, 247)", "rgb(17, 24, 31)"]


def shown(browser):
    rows = browser.find_elements(By.CSS_SELECTOR, ".league tr[data-n]")
    return [row.find_element(By.TAG_NAME, "a").text for row in rows if row.is_displayed()]


def names_of(nation="", kind=""):
    return {
        council.name
        for site in Sector(14).sites
        for council in site.councils[:1]
        if site.slug in Sector(14).ranks
        and nation in ("", council.nation)
        and kind in ("", council.type)
    }


def choose(browser, group, label):
    """Choose a radio button as a keyboard does: to the group, then down to the label."""
    browser.find_element(By.ID, f"{group}-all").send_keys(Keys.SPACE)
    for _ in range(12):
        chosen = browser.switch_to.active_element
        text = chosen.find_element(By.XPATH, "..").text
        if text.lower().startswith(label.lower()):
            return
        chosen.send_keys(Keys.ARROW_DOWN)
    raise AssertionError(f"{label} cannot be reached")


def test_filters_work_with_a_keyboard_and_without_scripts(browser, report):
    look(browser, report / "index.html", scripts=False)
    try:
        assert not browser.find_elements(By.ID, "find")
        assert len(shown(browser)) == 13
        choose(browser, "n", "Scotland")
        assert {name.split(" and ")[0] for name in shown(browser)} == names_of("Scotland")
        groups = browser.find_elements(By.CSS_SELECTOR, ".group-name")
        assert sum(group.is_displayed() for group in groups) < len(groups)
        choose(browser, "t", "London borough")
        assert shown(browser) == []
        assert browser.find_element(By.CLASS_NAME, "no-match").is_displayed()
        choose(browser, "n", "England")
        found = {name.split(" and ")[0] for name in shown(browser)}
        assert found == names_of("England", "London borough")
        assert not browser.find_element(By.CLASS_NAME, "no-match").is_displayed()
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def heading(browser, name):
    buttons = browser.find_elements(By.CSS_SELECTOR, "thead button")
    button = next(button for button in buttons if button.text == name)
    return button, button.find_element(By.XPATH, "..")


def test_columns_sort_with_buttons_and_say_so(browser, report):
    look(browser, report / "index.html")
    start = shown(browser)
    rank, rank_heading = heading(browser, "Rank")
    assert rank_heading.get_attribute("aria-sort") == "ascending"

    button, cell = heading(browser, "Council")
    button.send_keys(Keys.ENTER)
    assert shown(browser) == sorted(start)
    assert cell.get_attribute("aria-sort") == "ascending"
    assert rank_heading.get_attribute("aria-sort") is None
    button.send_keys(Keys.ENTER)
    assert shown(browser) == sorted(start, reverse=True)
    status = browser.find_element(By.ID, "told").text
    assert status == "13 of 13 websites shown, sorted by council, descending"

    button, cell = heading(browser, "Content")
    button.send_keys(Keys.ENTER)
    column = browser.execute_script(
        "return [...document.querySelectorAll('.league tr[data-n]')]"
        ".map((row) => parseFloat(row.cells[4].textContent))"
    )
    assert column == sorted(column, reverse=True)

    rank.send_keys(Keys.ENTER)
    assert shown(browser) == start
    assert browser.find_element(By.CSS_SELECTOR, ".group-name").is_displayed()


def test_a_council_can_be_found_by_name(browser, report):
    look(browser, report / "index.html")
    browser.find_element(By.ID, "find").send_keys("elmf")
    assert shown(browser) == ["Elmfield Council"]
    assert browser.find_element(By.ID, "told").text == "1 of 13 websites shown"


def test_a_councils_page_prints_on_one_sheet(browser, report):
    import base64
    import io

    import pikepdf

    page = min((report / "councils").glob("*.html"))
    browser.get(page.as_uri())
    printed = browser.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
    assert len(pikepdf.open(io.BytesIO(base64.b64decode(printed["data"]))).pages) == 1

"""axe-core's rules as rules of ours: the pack, the mapping of outcomes, and axe's own pages."""

import asyncio
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from lgaudit.errors import RulebookError
from lgaudit.evaluate import axe_pack
from lgaudit.evaluate.axe_words import plain
from lgaudit.evaluate.checks.axe import axe_result
from lgaudit.evidence import AxeNode, AxeResult, AxeRun, BrowserEvidence, Page
from lgaudit.gather import axe
from lgaudit.gather.browser import BrowserPool
from lgaudit.gather.chromium import find
from lgaudit.gather.tab import Tab
from lgaudit.models import Outcome, Severity, Status
from lgaudit.replay import Answer, Replay, StaticSite
from lgaudit.settings import Settings

ROOT = Path(__file__).parents[1]
RULES = ROOT / "rules"
AXES_OWN = ROOT.parent / "shared" / "bench" / "axe-integration" / "rules"
# Here the axe-core we ship, run by hand and alone, says something else than these pages expect.
OTHERWISE = {
    "aria-allowed-attr",
    "aria-prohibited-attr",
    "color-contrast",
    "scrollable-region-focusable",
    "target-size",
}
HTML = (("content-type", "text/html; charset=utf-8"),)


def pack():
    return {rule.id: rule for rule in axe_pack.rules(RULES)}


def copy_pack(folder, bar):
    (folder / "axe.toml").write_text(bar, encoding="utf-8")
    (folder / "axe-metadata.json").write_bytes((RULES / "axe-metadata.json").read_bytes())
    return folder


def seen(*results, error=""):
    run = AxeRun("4.14.1", tuple(results), error)
    return Page("https://a.test/", "https://a.test/", browser=BrowserEvidence("", "", "", 200, run))


def test_every_rule_of_axe_is_in_the_pack_but_withdrawn_ones_and_level_aaa():
    entries = json.loads((RULES / "axe-metadata.json").read_text())["rules"]
    left_out = {e["id"] for e in entries if {"deprecated", "wcag2aaa"} & set(e["tags"])}
    assert len(entries) == 105
    assert set(pack()) == {f"axe/{e['id']}" for e in entries if e["id"] not in left_out}
    assert {"duplicate-id", "color-contrast-enhanced", "audio-caption"} <= left_out


def test_rules_are_described_from_metadata():
    rule = pack()["axe/area-alt"]
    assert rule.title == "Active <area> elements must have alternative text"
    assert rule.severity is Severity.CRITICAL
    assert rule.wcag == ("2.4.4", "4.1.2")
    assert rule.category == "accessibility"
    assert rule.standard.name == "WCAG 2.0 A"
    assert "dequeuniversity.com/rules/axe/4.14/area-alt" in rule.fix
    assert pack()["axe/avoid-inline-spacing"].wcag == ("1.4.12",)
    assert all(rule.why and rule.fix and rule.standard for rule in pack().values())


@pytest.mark.parametrize(
    ("rule", "status"),
    [
        ("image-alt", Status.SCORED),
        ("color-contrast", Status.SCORED),
        ("label-content-name-mismatch", Status.SCORED),
        ("target-size", Status.SCORED),
        ("region", Status.ADVICE),
        ("heading-order", Status.ADVICE),
        ("p-as-heading", Status.PROBATION),
        ("hidden-content", Status.PROBATION),
    ],
)
def test_tags_decide_the_status(rule, status):
    assert pack()[f"axe/{rule}"].status is status


def test_what_a_browser_must_run_is_what_the_pack_holds():
    ids = axe_pack.axe_rules(pack().values())
    assert list(ids) == sorted(ids)
    assert len(ids) == len(pack())
    assert "target-size" in ids
    assert "duplicate-id" not in ids


def test_an_override_changes_one_rule(tmp_path):
    bar = (RULES / "axe.toml").read_text()
    bar += '\n[overrides.list]\nstatus = "left out"\nwhy = "x"\n'
    bar += '\n[overrides.image-alt]\nseverity = "minor"\nwhy = "Because."\n'
    rules = {rule.id: rule for rule in axe_pack.rules(copy_pack(tmp_path, bar))}
    assert "axe/list" not in rules
    assert rules["axe/image-alt"].severity is Severity.MINOR
    assert rules["axe/image-alt"].status is Status.SCORED
    assert rules["axe/image-alt"].why.endswith("Because.")
    assert set(pack()) - set(rules) == {"axe/list"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("[overrides.region]", "[overrides.regoin]"), "has no such rule. Did you mean region?"),
        (('status = "probation"', 'status = "trial"'), "Use one of: scored, advice"),
        (
            ('"best-practice"', '"best-practise"'),
            "no group has a tag of axe-core's rule accesskeys",
        ),
        (('category = "accessibility"', ""), "category is missing"),
        (("[[groups]]", "[[group]]"), "Did you mean groups?"),
        (('category = "accessibility"', "category = "), "is not valid TOML"),
        (('tags = ["deprecated"]', "tags = 3"), "groups"),
    ],
)
def test_a_bad_bar_is_refused_with_its_reason(tmp_path, change, expected):
    bar = (RULES / "axe.toml").read_text()
    assert change[0] in bar
    with pytest.raises(RulebookError, match=re.escape(expected)) as told:
        axe_pack.rules(copy_pack(tmp_path, bar.replace(*change)))
    assert "axe.toml" in str(told.value)


@pytest.mark.parametrize("text", ["", "[]", '{"version": "1"}', "\x00"])
def test_bad_metadata_is_refused(tmp_path, text):
    folder = copy_pack(tmp_path, (RULES / "axe.toml").read_text())
    (folder / "axe-metadata.json").write_text(text)
    with pytest.raises(RulebookError, match="make axe-metadata"):
        axe_pack.rules(folder)


def test_missing_metadata_is_refused(tmp_path):
    (tmp_path / "axe.toml").write_text((RULES / "axe.toml").read_text())
    with pytest.raises(RulebookError, match=r"axe-metadata\.json: cannot be read"):
        axe_pack.rules(tmp_path)


def test_outcomes_map_one_to_one():
    node = AxeNode("iframe >>> img", "<img src=x>", "Fix any of: no alt")
    page = seen(
        AxeResult("image-alt", Outcome.FAILED, "critical", (node, replace(node, selector="#b"))),
        AxeResult("label", Outcome.CANT_TELL, "serious", (node,)),
        AxeResult("list", Outcome.PASSED),
        AxeResult("blink", Outcome.INAPPLICABLE),
    )
    result = axe_result(page, rule="image-alt")
    assert result.outcome is Outcome.FAILED
    assert result.message == "2 elements break this rule."
    assert [spot.selector for spot in result.spots] == ["iframe >>> img", "#b"]
    assert result.spots[0].snippet == "<img src=x>"
    assert result.spots[0].message == "Fix any of: no alt"
    doubtful = axe_result(page, rule="label")
    assert doubtful.outcome is Outcome.CANT_TELL
    assert doubtful.message == "1 element needs a person to look."
    assert axe_result(page, rule="list").outcome is Outcome.PASSED
    assert axe_result(page, rule="blink").outcome is Outcome.INAPPLICABLE
    assert axe_result(page, rule="marquee").outcome is Outcome.UNTESTED


def test_the_worst_certain_outcome_counts():
    page = seen(
        AxeResult("label", Outcome.PASSED),
        AxeResult("label", Outcome.CANT_TELL, "serious", (AxeNode("#a", "<input>"),)),
        AxeResult("label", Outcome.FAILED, "serious", (AxeNode("#b", "<input>"),)),
    )
    result = axe_result(page, rule="label")
    assert result.outcome is Outcome.FAILED
    assert [spot.selector for spot in result.spots] == ["#b"]


def test_an_error_of_axe_is_never_a_fail():
    result = axe_result(seen(error="boom"), rule="color-contrast")
    assert result.outcome is Outcome.UNTESTED
    assert "boom" in result.message
    assert axe_result(Page("u", "u"), rule="color-contrast").outcome is Outcome.UNTESTED


def test_where_axe_gave_no_answer_the_markup_is_read():
    html = b"<!doctype html><html lang=en><title>Bins</title><main><h1>Bins</h1><img src=a.png>"
    for page in (Page("u", "u", body=html), replace(seen(error="boom"), body=html)):
        if page.browser is not None:
            page = replace(page, browser=replace(page.browser, html=html.decode()))
        result = axe_result(page, rule="image-alt")
        assert result.outcome is Outcome.FAILED
        assert result.message.startswith("1 element breaks this rule. Read from the markup")
        assert [spot.snippet for spot in result.spots] == ['<img src="a.png">']
        assert axe_result(page, rule="image-alt", review=["img"]).outcome is Outcome.CANT_TELL
        assert axe_result(page, rule="label").outcome is Outcome.INAPPLICABLE


@pytest.mark.browser
def test_committed_metadata_is_what_the_shipped_axe_core_says_in_a_browser():
    settings = Settings()
    tab = Tab(settings, find(settings))
    try:
        source = Path(axe.axe_file()).read_text(encoding="utf-8")
        says = tab.chromium.driver.execute_script(
            f"""{source};
            const impact = new Map(axe._audit.rules.map((rule) => [rule.id, rule.impact]));
            return {{version: axe.version, rules: axe.getRules().map((rule) => ({{
                id: rule.ruleId, help: rule.help, description: rule.description,
                help_url: rule.helpUrl.split("?")[0], impact: impact.get(rule.ruleId),
                tags: rule.tags}}))}};"""
        )
        runs = tab._rules
        tab.chromium.driver.get("about:blank")
        preloaded = axe.version(tab.chromium.driver), axe.rules_to_run(tab.chromium.driver)
    finally:
        tab.kill()
    kept = json.loads((RULES / "axe-metadata.json").read_text())
    assert kept["version"] == says["version"] == tab.axe_version
    assert kept["rules"] == sorted(says["rules"], key=lambda rule: rule["id"])
    assert runs == axe_pack.axe_rules(pack().values())
    assert axe.described() == preloaded == (tab.axe_version, runs)


def test_another_axe_core_than_the_described_one_is_asked_itself(tmp_path, monkeypatch):
    (tmp_path / "package.json").write_text('{"version": "9.9.9"}')
    monkeypatch.setattr(axe, "axe_file", lambda: str(tmp_path / "axe.min.js"))
    assert axe.described() is None


@pytest.mark.browser
async def test_a_real_page_for_each_outcome():
    body = """<!doctype html><html lang="en"><title>Bins</title><main><h1>Bins</h1>
    <img id="bad" src="data:,"><p style="background-image:linear-gradient(red,blue)">Text</p>
    <a href="/x" style="position:absolute;left:9px;top:300px;font-size:9px">x</a>
    <a href="/y" style="position:absolute;left:11px;top:305px;font-size:9px">y</a></main>"""
    page = await look({"/": body})
    result = axe_result(page["/"], rule="image-alt")
    assert result.outcome is Outcome.FAILED
    assert [spot.selector for spot in result.spots] == ["#bad"]
    assert result.spots[0].snippet.startswith('<img id="bad"')
    assert "alt" in result.spots[0].message
    assert axe_result(page["/"], rule="color-contrast").outcome is Outcome.CANT_TELL
    assert axe_result(page["/"], rule="html-has-lang").outcome is Outcome.PASSED
    assert axe_result(page["/"], rule="video-caption").outcome is Outcome.INAPPLICABLE
    assert axe_result(page["/"], rule="target-size").outcome is Outcome.FAILED
    assert axe_result(page["/"], rule="duplicate-id").outcome is Outcome.UNTESTED


async def look(pages, files=()):
    answers = {path: Answer(200, HTML, body.encode()) for path, body in pages.items()}
    answers |= dict(files)
    with Replay([StaticSite("www.a.gov.uk", answers)]) as replay:
        settings = Settings(name_map=replay.name_map, ca_file=replay.ca_file)
        async with BrowserPool(settings) as pool:
            names = sorted(pages)
            parts = [names[n :: pool.size] for n in range(pool.size)]
            seen = await asyncio.gather(
                *(
                    pool.visit(str(n), [f"https://www.a.gov.uk{path}" for path in part])
                    for n, part in enumerate(parts)
                )
            )
    return {
        path: Page(f"https://www.a.gov.uk{path}", "", browser=evidence)
        for part, evidences in zip(parts, seen, strict=True)
        for path, evidence in zip(part, evidences, strict=True)
    }


@pytest.mark.browser
@pytest.mark.bench
@pytest.mark.skipif(
    not AXES_OWN.is_dir(), reason="axe-core's own rule pages are not here (shared/bench)"
)
async def test_axes_own_rule_pages_get_the_outcomes_axe_expects():
    cases, files = {}, {}
    for path in sorted(AXES_OWN.glob("*/*")):
        place = f"/integration/rules/{path.parent.name}/{path.name}"
        if path.suffix == ".json" and path.with_suffix(".html").is_file():
            cases[place.replace(".json", ".html")] = json.loads(path.read_text())
        elif path.suffix == ".html" and not path.with_suffix(".json").is_file():
            files[place] = Answer(200, HTML, path.read_bytes())
        elif path.is_dir():
            files |= {
                f"{place}/{inner.name}": Answer(200, HTML, inner.read_bytes())
                for inner in path.glob("*.html")
            }
    rules = pack()
    cases = {place: case for place, case in cases.items() if f"axe/{case['rule']}" in rules}
    pages = {
        place: '<!doctype html><html lang="en"><title>Fixture</title><div id="fixture">'
        + (AXES_OWN.parent / place.removeprefix("/integration/")).read_text(encoding="utf-8")
        for place in cases
    }
    assert len(cases) > 60
    wrong = []
    for place, page in (await look(pages, files)).items():
        case = cases[place]
        results = {r.outcome: r for r in page.browser.axe.results if r.rule == case["rule"]}
        for key, outcome in (("violations", Outcome.FAILED), ("incomplete", Outcome.CANT_TELL)):
            expected = {selector(target) for target in case.get(key, ())}
            said = {n.selector for n in results[outcome].nodes} if outcome in results else set()
            if expected != said:
                wrong.append((place, key, sorted(expected - said), sorted(said - expected)))
        if case.get("passes") and not case.get("violations") and not case.get("incomplete"):
            outcome = axe_result(page, rule=case["rule"]).outcome
            if outcome is not Outcome.PASSED:
                wrong.append((place, "passes", [], [outcome.value]))
    assert {place.split("/")[3] for place, *_ in wrong} <= OTHERWISE, wrong


def selector(target):
    return " >>> ".join(part if isinstance(part, str) else " >>> ".join(part) for part in target)


def test_kinds_of_elements_may_be_left_to_a_person():
    radio = AxeNode("#a", '<input type="radio" aria-expanded="false">')
    link = AxeNode("#b", '<a href="/a" aria-checked="true">')
    inside = AxeNode("#c", '<div><input type="radio" aria-expanded="false"></div>')
    review = ("input[type=radio][aria-expanded]",)

    def judged(*nodes):
        page = seen(AxeResult("aria-allowed-attr", Outcome.FAILED, "critical", nodes))
        return axe_result(page, rule="aria-allowed-attr", review=review)

    assert judged(radio).outcome is Outcome.CANT_TELL
    both = judged(radio, link, inside)
    assert both.outcome is Outcome.FAILED
    assert [spot.selector for spot in both.spots] == ["#b", "#c"]
    assert pack()["axe/aria-allowed-attr"].options["review"]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("minimum color contrast, i.e. 3:1", "minimum colour contrast, that is, 3:1"),
        ("Colors meet it", "Colours meet it"),
        (
            "background-color, color: red, color-contrast",
            "background-color, color: red, color-contrast",
        ),
        ("a colorful page", "a colorful page"),
    ],
)
def test_axe_speaks_as_our_readers_write(said, shown):
    assert plain(said) == shown

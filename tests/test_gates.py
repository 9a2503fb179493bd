"""Gates, budgets and the table [check]: what closes, what is only told, what is refused."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest

from lgaudit import settings
from lgaudit.errors import SettingsError
from lgaudit.evaluate import budgets, gates, paths
from lgaudit.evaluate.gates import Gates
from lgaudit.models import OK, Finding, Kind, Outcome, Rule, Scope, Severity, Site, Status
from lgaudit.results import Coverage, PageResult, SiteResult
from lgaudit.settings import Budget, Gate

BASE = "https://a.example"


def rule(name: str, severity: Severity, status: Status = Status.SCORED) -> Rule:
    return Rule(name, "T", severity, Scope.PAGE, status, "content", "x")


RULES = {
    r.id: r
    for r in (
        rule("axe/a", Severity.SERIOUS),
        rule("content/b", Severity.MINOR),
        rule("content/c", Severity.CRITICAL, Status.ADVICE),
    )
}


def result(*findings: Finding, pages: tuple[PageResult, ...] = ()) -> SiteResult:
    return SiteResult(Site("a", f"{BASE}/"), OK, Coverage(), pages, findings=findings)


def fails(name: str, path: str = "/x") -> Finding:
    return Finding(name, f"{BASE}{path}" if path else "", Outcome.FAILED)


def test_the_last_gate_that_fits_holds_and_the_rest_is_told() -> None:
    found = [result(fails("axe/a", "/old/page.html"), fails("content/b"), fails("content/c"))]
    assert gates.weigh(found, RULES, Gates("minor")).stopped == 2
    old = Gate(paths=["/old/*"], fail_on="critical")
    weighed = gates.weigh(found, RULES, Gates("moderate", [old]))
    assert (weighed.stopped, weighed.below) == (0, {"serious": 1, "minor": 1})
    assert "Failing below the gate: 1 serious, 1 minor" in weighed.sentence
    again = Gate(packs=["axe"], fail_on="serious")
    assert gates.weigh(found, RULES, Gates("moderate", [old, again])).stopped == 1
    assert gates.weigh(found, RULES, Gates("moderate", [again, old])).stopped == 0
    one = Gate(packs=["content/b"], fail_on="minor")
    assert gates.weigh(found, RULES, Gates("never", [one])).stopped == 1
    assert gates.weigh([result(fails("axe/a", ""))], RULES, Gates("minor", [old])).stopped == 1


@pytest.mark.parametrize(
    ("pattern", "url", "fits"),
    [
        ("/news/*", "/news/a/b", True),
        ("/news/*", "/news", True),
        ("/news/*", "/newsletter", False),
        ("/about", "/about/index.html", True),
        ("/about.html", "/about/", True),
        ("*", "/", True),
        ("/", "/a", False),
        ("/*/pay", "/bins/pay", True),
        ("/a.c", "/abc", False),
    ],
)
def test_paths(pattern: str, url: str, fits: bool) -> None:
    assert paths.fits(pattern, paths.path_of(f"{BASE}{url}")) is fits


def page(path: str, **facts: float | None) -> PageResult:
    url = f"{BASE}{path}"
    return PageResult(url, url, "", Kind.OTHER, OK, True, **facts)  # type: ignore[arg-type]


def test_budgets_are_rules_and_what_was_not_measured_is_not_a_pass() -> None:
    limits = [Budget(page_weight_kb=100, lcp_ms=900), Budget(path="/map", page_weight_kb=2000)]
    pages = (page("/", bytes=200 * 1024, lcp=800.0), page("/map", bytes=200 * 1024), page("/b"))
    (after,), rules = budgets.judged([result(pages=pages)], limits)
    assert [r.id for r in rules] == ["budget/lcp", "budget/page-weight"]
    said = {
        item.rule: {u.removeprefix(BASE): o for u, o in item.by_page.items()}
        for item in after.outcomes
    }
    assert said == {
        "budget/page-weight": {"/": "failed", "/map": "passed", "/b": "cantTell"},
        "budget/lcp": {"/": "passed", "/map": "cantTell", "/b": "cantTell"},
    }
    (over,) = [f for f in after.findings if f.outcome is Outcome.FAILED]
    assert over.message == "200 KB; the budget is 100 KB."
    assert budgets.timed(limits, f"{BASE}/map")
    assert not budgets.timed([Budget(requests=3)], f"{BASE}/")


def write(folder: Path, text: str) -> Path:
    (folder / "lgaudit.toml").write_text(text)
    return folder


def test_every_mistake_in_the_file_is_told_with_its_line(tmp_path: Path) -> None:
    text = (
        "pagess = 3\n[check]\nfail_on = 'serios'\n[[check.gates]]\npaths = ['/x']\n"
        "[[check.budgets]]\npage_wieght_kb = 3\nlcp_ms = -1\n"
    )
    with pytest.raises(SettingsError) as told:
        settings.load({}, write(tmp_path, text))
    lines = str(told.value)
    assert "lgaudit.toml:1: there is no setting named 'pagess'. Did you mean pages?" in lines
    assert "lgaudit.toml:3:" in lines
    assert "Did you mean serious?" in lines
    assert "lgaudit.toml:4:" in lines
    assert "fail_on is missing" in lines
    assert "lgaudit.toml:7:" in lines
    assert "Did you mean page_weight_kb?" in lines
    assert "lgaudit.toml:8:" in lines
    with pytest.raises(SettingsError, match=r"lgaudit\.toml:2: is not valid TOML"):
        settings.load({}, write(tmp_path, "a = 1\nb =\n"))


def test_the_file_and_its_published_schema_agree(tmp_path: Path) -> None:
    import json
    import tomllib

    root = Path(__file__).resolve().parent.parent
    schema = json.loads((root / "docs" / "lgaudit.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    text = (
        "pages = 3\n[check]\nfail_on = 'serious'\ntemplate_root = 'web'\n"
        "[[check.gates]]\npaths = ['/x']\nfail_on = 'never'\n[[check.budgets]]\nlcp_ms = 900\n"
        "[[check.templates]]\nfile = 'a'\n"
    )
    settings.load({}, write(tmp_path, text))
    assert settings.load_check(tmp_path).budgets[0].lcp_ms == 900
    jsonschema.validate(tomllib.loads(text), schema)
    for wrong in ("pagess = 1", "[check]\nfail_on = 'x'", "[[check.gates]]\npaths = []"):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(tomllib.loads(wrong), schema)

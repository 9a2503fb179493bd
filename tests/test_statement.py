"""Accessibility statements in many wordings, and the draft made from what was found."""

from __future__ import annotations

import dataclasses
import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from benchmarks import statements as wordings
from lgaudit.cli.main import app
from lgaudit.evaluate import rulebook
from lgaudit.evaluate.judge import judge
from lgaudit.evaluate.statement.reading import LONGEST, read
from lgaudit.evidence import Coverage, Page, Snapshot
from lgaudit.models import (
    OK,
    Council,
    Finding,
    Kind,
    Outcome,
    Rule,
    Scope,
    Severity,
    Site,
    Spot,
    Status,
)
from lgaudit.report import statement as drafts
from lgaudit.results import Outcomes, PageResult, SiteResult

WORDED = Path(__file__).parent / "statements" / "worded.toml"
PREFIX = "statutory/a11y-statement-"
ELSEWHERE = {"exists", "linked", "is-html", "contradicted", "unadmitted"}
STATEMENTS: list[dict[str, Any]] = tomllib.loads(WORDED.read_text("utf-8"))["statement"]
NOON = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)
HOME = "https://www.a.gov.uk/"


@pytest.fixture(scope="module")
def rules() -> tuple[Rule, ...]:
    book = rulebook.load(entry_points=False)
    return tuple(r for r in book.rules if r.id.startswith(PREFIX))


def visit_of(entry: dict[str, Any], *, url: str = f"{HOME}accessibility-statement") -> Snapshot:
    council = Council("a", "Ambleford Council", entry["nation"], "", "district", HOME)
    html = (
        f"<!doctype html><html lang=en><head><title>{entry['title']}</title></head>"
        f"<body><main>{entry['html']}</main></body></html>"
    )
    page = Page(url, url, Kind.STATEMENT, status=200, body=html.encode())
    return Snapshot(Site("a", HOME, (council,)), OK, pages=(page,), started=NOON)


@pytest.mark.parametrize("entry", STATEMENTS, ids=lambda entry: entry["name"])
def test_a_statement_is_judged_by_its_meaning(entry: dict[str, Any], rules: Any) -> None:
    said = {f.rule.removeprefix(PREFIX): f for f in judge(rules, visit_of(entry))}
    told = {name: f.message for name, f in said.items() if f.outcome is Outcome.FAILED}
    assert sorted(told.keys() - ELSEWHERE) == sorted(entry["fails"]), told
    unsure = {name for name, f in said.items() if f.outcome is Outcome.CANT_TELL}
    assert sorted(unsure - ELSEWHERE) == sorted(entry["unsure"])


def test_wordings_of_single_parts_are_judged_as_a_person_would() -> None:
    found = list(wordings.trials())
    assert sum(t.bad for t in found) >= 70
    assert sum(not t.bad for t in found) >= 130
    assert [(t.rule, t.html) for t in found if t.failed != t.bad] == []


@pytest.mark.parametrize(
    ("written", "statuses"),
    [
        ("This website is not yet fully compliant with WCAG 2.2 AA.", ["partially"]),
        ("We aim to be fully compliant with WCAG 2.2 AA by 2027.", []),
        ("Our suppliers are fully compliant with the law on data. We like WCAG 2.2.", []),
        ("Some maps are not compliant with WCAG 2.2 success criterion 1.1.1.", []),
        ("The site is fully compliant with WCAG 2.2.", ["fully"]),
        ("Our planning site is not compliant with WCAG 2.2.", ["not"]),
    ],
)
def test_only_what_is_said_of_the_site_is_its_status(written: str, statuses: list[str]) -> None:
    html = f"<h1>Accessibility statement</h1><p>{written}</p>".encode()
    claims = read(Page(HOME, HOME, Kind.STATEMENT, body=html)).claims
    assert [claim.status for claim in claims] == statuses


@pytest.mark.parametrize(
    "written", ["not compliant " * 5_000, "<h2>a</h2>" * 20_000, "a@" * 30_000, "a" * 60_000]
)
def test_a_statement_made_to_waste_time_is_cut(written: str) -> None:
    found = read(
        Page(HOME, HOME, Kind.STATEMENT, body=wordings.statement("status", written).encode())
    )
    assert len(found.text) <= 2 * LONGEST
    assert len(found.claims) <= 10


def test_there_are_enough_wordings_to_mean_something() -> None:
    assert len(STATEMENTS) >= 30
    assert len({name for entry in STATEMENTS for name in entry["fails"]}) >= 20


def test_a_page_on_access_to_buildings_is_no_statement(rules: Any) -> None:
    entry = {
        "title": "Accessibility",
        "nation": "England",
        "html": "<h1>Accessibility</h1><p>Every library has a ramp and a lift.</p>",
    }
    said = {f.rule: f for f in judge(rules, visit_of(entry, url=f"{HOME}accessibility"))}
    assert said[f"{PREFIX}heading"].outcome is Outcome.INAPPLICABLE
    assert said[f"{PREFIX}exists"].outcome is not Outcome.PASSED


def test_pages_that_were_given_may_be_a_part_and_are_not_said_to_be_without_a_homepage(
    rules: Any,
) -> None:
    entry = {"title": "Bins", "nation": "England", "html": "<h1>Bins</h1><p>Weekly.</p>"}
    found = visit_of(entry, url=HOME)
    (page,) = found.pages
    for stratum, message in (
        ("given", "The pages that were checked may be a part of the site only."),
        ("", "The homepage was not seen."),
    ):
        visit = dataclasses.replace(
            found, pages=(page.but(kind=Kind.OTHER, stratum=stratum, sampled=True),)
        )
        said = {f.rule: f for f in judge(rules, visit)}[f"{PREFIX}exists"]
        assert (said.outcome, said.message) == (Outcome.CANT_TELL, message)


def test_a_welsh_statement_is_found_and_not_judged(rules: Any) -> None:
    entry = {
        "title": "Datganiad hygyrchedd",
        "nation": "Wales",
        "html": "<h1>Datganiad hygyrchedd</h1><p>Mae'r datganiad hygyrchedd hwn yn berthnasol i"
        " wefan y cyngor ac mae wedi ei baratoi gan ein staff ein hunain.</p>",
    }
    said = {f.rule: f for f in judge(rules, visit_of(entry, url=f"{HOME}cy/datganiad-hygyrchedd"))}
    assert said[f"{PREFIX}exists"].outcome is Outcome.PASSED
    assert said[f"{PREFIX}commitment"].outcome is Outcome.INAPPLICABLE


def test_claims_are_held_against_rules_that_count_and_nothing_else(rules: Any) -> None:
    entry = {"title": "Accessibility statement", "nation": "England", "html": full()}
    broken = a_rule(Status.SCORED)
    quiet = a_rule(Status.PROBATION)
    for rule, expected in ((broken, Outcome.FAILED), (quiet, Outcome.PASSED)):
        said = {f.rule: f for f in judge((rule, *rules), visit_of(entry))}
        assert said[f"{PREFIX}contradicted"].outcome is expected


def full() -> str:
    return (
        "<h1>Accessibility statement</h1><p>This statement applies to www.a.gov.uk. This website is"
        " fully compliant with the Web Content Accessibility Guidelines version 2.2 AA.</p>"
        "<p><a href='/x'>click here</a></p>"
    )


def a_rule(status: Status) -> Rule:
    return Rule(
        "mine/click", "Links say where they lead", Severity.SERIOUS, Scope.PAGE, status,
        "accessibility", "link_text_not", wcag=("2.4.4",), options={"phrases": ["click here"]},
    )  # fmt: skip


# The draft


RULES = (
    Rule("axe/image-alt", "Images have text", Severity.CRITICAL, Scope.PAGE, Status.SCORED,
         "accessibility", "axe", fix="Write alt text.", wcag=("1.1.1",)),
    Rule("mine/try", "On trial", Severity.MINOR, Scope.PAGE, Status.PROBATION,
         "accessibility", "axe", fix="Do.", wcag=("1.3.1",)),
    Rule("axe/color-contrast", "Contrast", Severity.SERIOUS, Scope.PAGE, Status.SCORED,
         "accessibility", "axe", fix="Darken.", wcag=("1.4.3",)),
)  # fmt: skip


def a_result(*findings: Finding) -> SiteResult:
    page = PageResult(HOME, HOME, "Home", Kind.HOME, OK, True)
    seen = Outcomes("axe/color-contrast", {HOME: Outcome.PASSED})
    return SiteResult(
        Site("a", HOME), OK, Coverage(), pages=(page,), findings=findings, outcomes=(seen,)
    )


def test_the_draft_holds_certain_failures_by_criterion_and_what_is_left_to_check() -> None:
    hostile = "<script>alert(1)</script> *bold* [x](javascript:1)"
    made = drafts.draft(
        a_result(
            Finding("axe/image-alt", HOME, Outcome.FAILED, hostile, (Spot("img", "<img>"),)),
            Finding("mine/try", HOME, Outcome.FAILED, "on probation"),
            Finding("axe/color-contrast", HOME, Outcome.CANT_TELL, "over a picture"),
        ),
        RULES,
        name="Ambleford",
        host="www.a.gov.uk",
        date="2 November 2026",
    )
    assert [group.number for group in made.groups] == ["1.1.1"]
    assert made.unsure == ("1.4.3 Contrast (Minimum)",)
    assert "2.1.1 Keyboard" in made.untested
    assert "1.4.3 Contrast (Minimum)" not in made.untested
    text, page = drafts.as_text(made), drafts.as_text(made, html=True)
    assert "This fails WCAG 2.2 success criterion 1.1.1 (Non-text Content)" in text
    assert "- Some pictures have no text alternative, so people" in text
    assert "<li>Some pictures have no text alternative, so people" in page
    assert "Images must" not in text + page
    assert "partially compliant" in text
    assert "on probation" not in text + page
    assert "\\<script\\>" in text
    assert "<script>" not in page
    told = text[text.index("<!-- What was found") :].split("-->", 1)[0]
    assert hostile.split("*")[0].strip("<>").split(">")[0] in told  # for the editor alone
    assert "(Non-text Content). Found on 1 page:" in text


def test_a_problem_of_every_page_names_none_and_one_of_many_names_some() -> None:
    def where(pages: int, looked_at: int, message: str = "") -> tuple[str, int]:
        urls = tuple(f"{HOME}{n}" for n in range(pages))
        told = drafts.Problem("S.", message, "F.", urls, 3, looked_at)
        return told.where, len(told.named)

    assert where(28, 28) == ("Found on every page that was looked at (28).", 0)
    assert where(20, 28) == ("Found on 20 pages, for example:", 5)
    assert where(2, 2) == ("Found on 2 pages:", 2)
    assert where(0, 9, "1 of 4 PDFs.") == ("Found on the website as a whole: 1 of 4 PDFs.", 0)
    assert where(0, 9) == ("Found on the website as a whole.", 0)


def test_each_rule_in_a_draft_has_a_sentence_that_says_what_is_wrong(rules: Any) -> None:
    wanted = {
        rule.id for rule in rulebook.load().rules if rule.wcag and rule.status is Status.SCORED
    }
    assert set(drafts.sentences()) == wanted
    assert all(words.endswith(".") and "must" not in words for words in drafts.sentences().values())


def test_a_rule_without_a_sentence_is_told_as_not_met() -> None:
    rule = dataclasses.replace(RULES[0], id="mine/own", title="Maps have a list beside them")
    assert drafts.sentence(rule) == (
        "Some content does not meet this: Maps have a list beside them."
    )


def test_without_certain_failures_the_draft_does_not_claim_compliance() -> None:
    made = drafts.draft(a_result(), RULES, name="A", host="www.a.gov.uk", date="today")
    text = drafts.as_text(made)
    assert "does not show that the website is fully compliant" in text
    assert "is partially compliant" not in text


def test_a_site_that_cannot_be_seen_gets_no_draft(monkeypatch: pytest.MonkeyPatch) -> None:
    from lgaudit import run

    lost = SiteResult(Site("adur", HOME), OK, Coverage())
    monkeypatch.setattr(run, "glance", lambda *_: lost)
    done = CliRunner().invoke(app, ["statement", "adur", "--quiet"])
    assert done.exit_code == 2
    assert "no draft" in done.output


def test_a_format_nobody_knows_is_refused() -> None:
    done = CliRunner().invoke(app, ["statement", "adur", "--format", "pdf"])
    assert done.exit_code == 2
    assert "markdown or html" in done.output

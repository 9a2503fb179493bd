"""A council is judged only on what its nation and tier must do."""

from __future__ import annotations

import datetime as dt

import pytest

from lgaudit.evaluate import rulebook
from lgaudit.evaluate.judge import judge_page, judge_site
from lgaudit.evaluate.periods import ends_of_periods
from lgaudit.evidence import Coverage, Page, Snapshot
from lgaudit.models import OK, Council, Outcome, Rule, Scope, Site
from lgaudit.register import NATIONS, TYPES

RULES = {r.id: r for r in rulebook.read_rules(rulebook.builtin_folder())[0]}
NATION_OF = {
    "Scottish council area": "Scotland",
    "Welsh principal area": "Wales",
    "NI district": "Northern Ireland",
}
ENGLISH = {t for t in TYPES if t not in NATION_OF}
DISTRICT = ENGLISH - {"county council"}
UPPER = ENGLISH - {"non-metropolitan district"}
WALES = {"Welsh principal area"}
ONLY_FOR = {
    "lgtc-*": ENGLISH,
    "lgtc-waste-contracts": DISTRICT,
    "lgtc-social-housing": DISTRICT,
    "infrastructure-funding": ENGLISH,
    "brownfield-register": DISTRICT,
    "send-local-offer": UPPER,
    "pay-policy": ENGLISH | WALES,
    "welsh-*": WALES,
    "wales-*": WALES,
    "scotland-bsl": {"Scottish council area"},
}
HOME = "https://www.example.gov.uk/"


def wanted(name: str) -> set[str]:
    """The types of council a rule is for."""
    start = f"{name.split('-')[0]}-*"
    return set(ONLY_FOR.get(name, ONLY_FOR.get(start, set(TYPES))))


STATUTORY = sorted(
    id for id in RULES if id.startswith("statutory/") and not id.startswith("statutory/a11y-")
)


def outcome(rule: Rule, type_: str) -> Outcome:
    nation = NATION_OF.get(type_, "England")
    council = Council("x", "X", nation, "", type_, HOME)
    page = Page(HOME, HOME, status=200, body=b"<html lang=en><main><h1>Home</h1></main>")
    site = Site("x", HOME, (council,))
    if rule.scope is Scope.PAGE:
        return judge_page((rule,), page, site)[0].outcome
    started = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)
    visit = Snapshot(site, OK, (page,), coverage=Coverage(stopped="exhausted"), started=started)
    return judge_site(rule, visit).outcome


def test_there_are_rules() -> None:
    assert len(STATUTORY) > 35


@pytest.mark.parametrize("id", STATUTORY)
def test_rules_speak_only_of_those_who_must(id: str) -> None:
    rule = RULES[id]
    limits = rule.applies_to
    may = {
        type_
        for type_ in TYPES
        if (not limits.nation or NATION_OF.get(type_, "England") in limits.nation)
        and (not limits.type or type_ in limits.type)
    }
    assert may == wanted(rule.id.split("/")[1])
    assert not set(limits.nation) - set(NATIONS)
    for type_ in TYPES:
        if type_ not in may:
            assert outcome(rule, type_) is Outcome.INAPPLICABLE


@pytest.mark.parametrize(
    "id", sorted(i for i in STATUTORY if RULES[i].check == "subject_published")
)
def test_an_empty_site_seen_whole_fails_and_one_seen_in_part_does_not(id: str) -> None:
    rule = RULES[id]
    for type_ in wanted(id.split("/")[1]):
        assert outcome(rule, type_) is Outcome.FAILED
    page = Page(HOME, HOME, status=200, body=b"<html lang=en><main><h1>Home</h1></main>")
    type_ = min(wanted(id.split("/")[1]))
    council = Council("x", "X", NATION_OF.get(type_, "England"), "", type_, HOME)
    part = Snapshot(Site("x", HOME, (council,)), OK, (page,), coverage=Coverage(stopped="pages"))
    assert judge_site(rule, part).outcome is Outcome.CANT_TELL


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("April to June 2026", ["2026-06-30"]),
        ("Payments Jan 2026.csv", ["2026-01-31"]),
        ("spend_sept_2025", ["2025-09-30"]),
        ("feb2024", ["2024-02-29"]),
        ("Q4 2025/26", ["2026-03-31"]),
        ("Quarter 1, 2025-2026", ["2025-06-30"]),
        ("2025/26 Q3", ["2025-12-31"]),
        ("Spending 2024 to 2025", ["2025-03-31"]),
        ("/files/spend-2026-08.csv", ["2026-08-31"]),
        ("202607_payments", ["2026-07-31"]),
        ("2009-10", ["2010-03-31"]),
        ("Maybe 2026", []),
        ("Over £500", []),
        ("Marchmont 2026", []),
        ("Invoice 20260113452", []),
    ],
)
def test_periods(text: str, ends: list[str]) -> None:
    assert [end.isoformat() for end in ends_of_periods(text)] == ends

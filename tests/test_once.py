"""One defect is told once: what a rule leaves to another."""

from __future__ import annotations

from pathlib import Path

import pytest

from lgaudit.errors import RulebookError
from lgaudit.evaluate import rulebook
from lgaudit.evaluate.once import told_once
from lgaudit.evidence import Page
from lgaudit.models import Finding, Outcome, Rule, Scope, Severity, Spot, Status

URL = "https://www.a.gov.uk/"
PAGE = Page(
    URL,
    URL,
    body=b'<!doctype html><html lang="en"><body><main><a href="/a"><button>A</button></a>'
    b'<p id="p">B</p></main></body></html>',
)


def rule(id: str, status: Status = Status.SCORED, *yields_to: str) -> Rule:
    return Rule(id, id, Severity.MINOR, Scope.PAGE, status, "t", "c", yields_to=yields_to)


def fails(id: str, *selectors: str) -> Finding:
    return Finding(id, URL, Outcome.FAILED, "Wrong.", tuple(Spot(s, "") for s in selectors))


@pytest.mark.parametrize(
    ("mine", "others", "left"),
    [
        (["#p"], ["#p"], None),
        (["main > a > button"], ["a[href]"], None),  # inside what the other names
        (["main > a"], ["button"], None),  # around it
        (["#p", "button"], ["a"], ("#p",)),
        (["#p"], ["a"], ("#p",)),
        (["#p"], ["main"], ("#p",)),  # the whole page holds everything
        (["#p"], ["a["], ("#p",)),
        (["a["], ["a["], None),
        ([], ["a"], None),
        (["#p"], [], None),  # the other speaks of the page
    ],
)
def test_elements_that_another_rule_names_are_left_to_it(mine, others, left):
    rules = [rule("t/one", Status.SCORED, "t/two"), rule("t/two")]
    one, two = told_once(rules, [fails("t/one", *mine), fails("t/two", *others)], PAGE)
    assert two == fails("t/two", *others)
    if left is None:
        assert (one.outcome, one.message, one.spots) == (
            Outcome.INAPPLICABLE, "Told by t/two.", (),
        )  # fmt: skip
    else:
        assert one == fails("t/one", *left)


@pytest.mark.parametrize(
    ("one", "two", "outcome"),
    [
        (Status.SCORED, Status.PROBATION, Outcome.FAILED),  # what counts is never lost
        (Status.SCORED, Status.SCORED, Outcome.INAPPLICABLE),
        (Status.PROBATION, Status.SCORED, Outcome.INAPPLICABLE),
        (Status.ADVICE, Status.PROBATION, Outcome.INAPPLICABLE),
    ],
)
def test_what_counts_is_not_left_to_what_does_not(one: Status, two: Status, outcome: Outcome):
    rules = [rule("t/one", one, "t/two"), rule("t/two", two)]
    assert (
        told_once(rules, [fails("t/one", "#p"), fails("t/two", "#p")], PAGE)[0].outcome is outcome
    )


def test_a_rule_that_passes_takes_nothing():
    rules = [rule("t/one", Status.SCORED, "t/two"), rule("t/two")]
    passes = Finding("t/two", URL, Outcome.PASSED)
    assert told_once(rules, [fails("t/one", "#p"), passes], PAGE) == [fails("t/one", "#p"), passes]


RULE = """title = "T"
severity = "minor"
scope = "page"
status = "probation"
why = "W"
fix = "F"
check = "ids_unique"
yields_to = ["{to}"]
[[examples]]
outcome = "passed"
html = '<p id="a">A</p>'
[[examples]]
outcome = "passed"
near_miss = true
html = '<p id="a">A</p><p id="b">B</p>'
[[examples]]
outcome = "failed"
html = '<label for="a">A</label><input id="a"><i id="a" data-expect></i>'
"""


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("axe/nested-interactiv", "did you mean"),
        ("t/one", "leaves to this rule too"),
    ],
)
def test_a_pack_that_names_no_rule_or_goes_round_is_refused(tmp_path: Path, to: str, said: str):
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "one.toml").write_text(RULE.format(to=to), encoding="utf-8")
    with pytest.raises(RulebookError, match=f"(?i){said}"):
        rulebook.load([tmp_path], entry_points=False)

"""States of issues over several runs: what is proof of new, fixed and returned, and what is not."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from lgaudit.evaluate.issues import marked
from lgaudit.evaluate.lifetimes import NEW_PAGES, NOT_AGAIN, OTHER_RULE, follow
from lgaudit.evidence import Coverage
from lgaudit.lives import FIRST_LOOK, Look, State
from lgaudit.models import (
    OK,
    Engines,
    Finding,
    Kind,
    Outcome,
    Reason,
    Rule,
    Scope,
    Severity,
    Site,
    Spot,
    Status,
    Verdict,
)
from lgaudit.results import Outcomes, PageResult, SiteResult

HOME = "https://www.ashford.example/"
A, B, C = HOME + "a", HOME + "b", HOME + "c"
ALT = '<img src="/crest.png">'
RULE = Rule(
    "axe/image-alt", "Images say what they show", Severity.CRITICAL, Scope.PAGE, Status.SCORED,
    "accessibility", "axe", options={"rule": "image-alt"},
)  # fmt: skip


def look(day, pages, failed, *, rule=RULE, axe="4.14.1", doubt=(), untested=(), verdict=OK):
    """One look: ``failed`` maps a page to the snippets that fail there."""
    findings, said = [], {}
    for outcome, told in ((Outcome.FAILED, failed), (Outcome.CANT_TELL, dict(doubt))):
        for url, snippets in told.items():
            spots = tuple(Spot(f"main > :nth-child({n})", s) for n, s in enumerate(snippets))
            findings.append(marked(Finding(rule.id, url, outcome, "No text.", spots)))
            said.setdefault(url, outcome)
    said |= dict.fromkeys(untested, Outcome.UNTESTED)
    for url in pages:
        said.setdefault(url, Outcome.PASSED)
    result = SiteResult(
        Site("ashford", HOME),
        verdict,
        Coverage(),
        tuple(PageResult(u, u, "", Kind.OTHER, OK, True, template="t") for u in pages),
        findings=tuple(findings),
        outcomes=(Outcomes(rule.id, said),),
    )
    engines = Engines("0.1.0", "2026.1", axe)
    return Look(
        f"run-{day}", dt.datetime(2026, 1, day, tzinfo=dt.UTC), engines, {rule.id: rule}, result
    )


def states(*looks):
    return [(i.state, i.note) for i in follow(looks).issues]


def test_a_life_in_four_runs():
    first = look(1, [A, B], {A: [ALT], B: [ALT]})
    again = look(2, [A, B], {A: [ALT]})
    mended = look(3, [A, B], {})
    back = look(4, [A, B], {B: [ALT]})
    assert states(first) == [(State.NEW, FIRST_LOOK)]
    assert states(first, again) == [(State.OPEN, "")]
    assert states(first, again, mended) == [(State.FIXED, "")]
    told = follow([first, again, mended, back])
    (issue,) = told.issues
    assert issue.state is State.RETURNED
    assert issue.pages == (B,)
    assert (issue.first_seen.day, issue.last_seen.day, issue.since.day) == (1, 4, 4)
    assert [(c.state, c.run) for c in told.changes] == [
        (State.RETURNED, "run-4"),
        (State.FIXED, "run-3"),
        (State.NEW, "run-1"),
    ]
    assert issue.id == follow([first]).issues[0].id
    assert states(first, again, mended, back, look(5, [A, B], {B: [ALT]})) == [(State.OPEN, "")]


def test_an_unseen_page_proves_nothing():
    first = look(1, [A, B], {A: [ALT], B: [ALT]})
    assert states(first, look(2, [A], {})) == [(State.OPEN, NOT_AGAIN)]
    # B on its own day is proof of B alone; both days together are proof of both.
    assert states(first, look(2, [A], {}), look(3, [B], {})) == [(State.FIXED, "")]
    assert states(first, look(2, [A], {}), look(3, [A], {})) == [(State.OPEN, NOT_AGAIN)]


def test_what_could_not_be_judged_proves_nothing():
    first = look(1, [A], {A: [ALT]})
    blocked = Verdict(Reason.BLOCKED)
    assert states(first, look(2, [A], {}, untested=[A])) == [(State.OPEN, NOT_AGAIN)]
    assert states(first, look(2, [A], {}, doubt={A: [ALT]})) == [(State.OPEN, NOT_AGAIN)]
    # A site that turned us away leaves everything as it was.
    assert states(first, look(2, [], {}, verdict=blocked)) == [(State.NEW, FIRST_LOOK)]


def test_places_left_out_of_a_full_finding_are_not_fixed():
    many = [f'<img src="/{n}.png">' for n in range(12)]
    first = look(1, [A], {A: [*many, ALT]})
    assert {s for s, _ in states(first, look(2, [A], {A: many}))} == {State.OPEN}


def test_a_rule_that_judges_otherwise_makes_nothing_new_and_nothing_fixed():
    first = look(1, [A], {A: [ALT]})
    other = '<img src="/map.png">'
    stricter = replace(RULE, options={"rule": "image-alt", "strict": True})
    for later in (
        look(2, [A], {A: [other]}, axe="5.0.0"),
        look(2, [A], {A: [other]}, rule=stricter),
    ):
        told = follow([first, later])
        assert [(i.state, i.note, i.spot.snippet) for i in told.issues] == [
            (State.OPEN, OTHER_RULE, other)
        ]
        assert [c.run for c in told.changes] == []  # the old one was let go
    reworded = replace(RULE, title="Other words", severity=Severity.MINOR)
    assert states(first, look(2, [A], {}, rule=reworded)) == [(State.FIXED, "")]


def test_a_rule_that_is_new_to_the_bar_makes_nothing_new():
    extra = replace(RULE, id="axe/label")
    told = follow([look(1, [A], {}), look(2, [A], {A: [ALT]}, rule=extra)])
    assert [(i.state, i.note) for i in told.issues] == [(State.OPEN, OTHER_RULE)]
    assert told.changes == ()


def test_new_on_a_page_seen_before_and_on_one_that_was_not():
    first = look(1, [A], {})
    assert states(first, look(2, [A], {A: [ALT]})) == [(State.NEW, "")]
    assert states(first, look(2, [A, C], {C: [ALT]})) == [(State.NEW, NEW_PAGES)]


def test_an_element_written_anew_is_the_same_issue():
    first = look(1, [A], {A: ['<a class="btn" href="/pay"><i class="x"></i></a>']})
    later = look(2, [A], {A: ['<a class="button big" href="/pay"><svg></svg></a>']})
    told = follow([first, later])
    (issue,) = told.issues
    assert issue.state is State.OPEN
    assert issue.id == follow([first]).issues[0].id
    # The element as it once was, elsewhere, is another issue with an id of its own.
    apart = follow([first, later, look(3, [A, B], {
        A: ['<a class="button big" href="/pay"><svg></svg></a>'],
        B: ['<a class="btn" href="/pay"><i class="x"></i></a>'],
    })])  # fmt: skip
    assert len({i.id for i in apart.issues}) == 2


def test_what_depends_on_a_clock_has_no_life():
    clocked = replace(RULE, timing=True)
    assert follow([look(1, [A], {A: [ALT]}, rule=clocked)]).issues == ()


def test_equal_looks_give_equal_issues():
    looks = [look(1, [A, B], {A: [ALT], B: [ALT]}), look(2, [A, B], {A: ["<img>"]})]
    assert follow(looks) == follow(list(looks))
    assert follow([]).issues == ()


def test_a_date_that_moves_on_is_neither_a_fix_nor_a_new_defect() -> None:
    dated = '<p class="updated">Last updated: {}</p>'
    days = ("29 December 2025", "30 March 2026", "30/06/2026")
    told = follow([look(n, [A], {A: [dated.format(day)]}) for n, day in enumerate(days, start=1)])
    assert [(issue.state, issue.first_seen.day) for issue in told.issues] == [(State.OPEN, 1)]
    other = '<p class="updated">Ask us on 30 March 2026</p>'
    told = follow([look(1, [A], {A: [dated.format(days[0])]}), look(2, [A], {A: [other]})])
    assert {issue.state for issue in told.issues} == {State.FIXED, State.NEW}

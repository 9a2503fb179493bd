"""Scores: shares, weights, intervals, and when a site is not ranked."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from lgaudit.evaluate.checks.vocabulary import VOCABULARY, Check
from lgaudit.evaluate.enough import BROWSER_EVIDENCE
from lgaudit.evaluate.outcomes import outcomes_of
from lgaudit.evaluate.scores import (
    Scored,
    score_outcomes,
    score_site,
)
from lgaudit.evidence import Coverage
from lgaudit.models import (
    OK,
    Finding,
    Kind,
    Outcome,
    Reason,
    Rule,
    Scope,
    Severity,
    Status,
    Verdict,
)
from lgaudit.results import Bar, PageResult

BAR = Bar(
    version="test",
    category_weights={"accessibility": 3.0, "content": 1.0},
    severity_weights={"critical": 10.0, "serious": 7.0, "moderate": 3.0, "minor": 1.0},
    minimum_pages=3,
    draws=500,
)
LETTERS = {
    "p": Outcome.PASSED,
    "f": Outcome.FAILED,
    "c": Outcome.CANT_TELL,
    "u": Outcome.UNTESTED,
    "-": Outcome.INAPPLICABLE,
}


def rule(name: str, severity: str = "serious", **changes: object) -> Rule:
    made = Rule(
        id=name,
        title=name,
        severity=Severity(severity),
        scope=Scope.PAGE,
        status=Status.SCORED,
        category=name.split("/")[0],
        check="none",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def page(number: int, template: str = "", verdict: Verdict = OK) -> PageResult:
    url = f"https://www.example.gov.uk/{number}"
    return PageResult(url, url, "", Kind.OTHER, verdict, sampled=True, template=template)


def findings(said: dict[str, str]) -> list[Finding]:
    """Rule id to one letter a page; a site rule's letter follows '@'."""
    made = []
    for name, letters in said.items():
        if letters.startswith("@"):
            made.append(Finding(name, "", LETTERS[letters[1]]))
            continue
        made += [Finding(name, page(n).url, LETTERS[c]) for n, c in enumerate(letters)]
    return made


def score(
    said: dict[str, str],
    rules: list[Rule] | None = None,
    pages: list[PageResult] | None = None,
    bar: Bar = BAR,
    **changes: object,
) -> Scored:
    rules = rules if rules is not None else [rule(name) for name in said]
    count = max((len(letters) for letters in said.values()), default=0)
    pages = pages if pages is not None else [page(n, f"t{n % 4}") for n in range(count)]
    given_: dict[str, object] = {
        "site": "borchester",
        "seed": 1,
        "coverage": Coverage(found=500, eligible=400, sampled=len(pages), audited=len(pages)),
        **changes,
    }
    return score_site(rules, bar, findings(said), pages, **given_)  # type: ignore[arg-type]


def test_share_leaves_out_everything_that_was_not_judged() -> None:
    found = score({"content/a": "ppf-cu"}).score.rules[0]
    assert found.share == pytest.approx(2 / 3)
    assert (found.passed, found.failed, found.cant_tell, found.unseen) == (2, 1, 1, 1)
    assert found.met is False


def test_findings_on_pages_that_do_not_count_are_ignored() -> None:
    pages = [page(0), page(1), page(2), page(3, verdict=Verdict(Reason.BLOCKED))]
    pages.append(replace(page(4), sampled=False))
    coverage = Coverage(eligible=50, sampled=4, audited=3)
    found = score({"content/a": "pppff"}, pages=pages, coverage=coverage).score.rules[0]
    assert (found.passed, found.failed, found.unseen) == (3, 0, 1)


def test_category_weighs_by_severity_and_site_by_category() -> None:
    rules = [
        rule("accessibility/a", "critical"),
        rule("accessibility/b", "moderate"),
        rule("content/a", "minor"),
    ]
    said = {"accessibility/a": "pppp", "accessibility/b": "pfff", "content/a": "ppff"}
    found = score(said, rules).score
    accessibility = 100 * (10 * 1 + 3 * 0.25) / 13
    assert found.categories["accessibility"].value == pytest.approx(accessibility)  # type: ignore[union-attr]
    assert found.categories["content"].value == pytest.approx(50)  # type: ignore[union-attr]
    assert found.overall is not None
    assert found.overall.value == pytest.approx((3 * accessibility + 50) / 4)


def test_site_rule_is_all_or_nothing() -> None:
    rules = [rule("content/a", scope=Scope.SITE), rule("content/b")]
    found = score({"content/a": "@f", "content/b": "pppp"}, rules).score
    assert [item.share for item in found.rules] == [0.0, 1.0]
    assert [item.met for item in found.rules] == [False, True]
    assert found.overall is not None
    assert found.overall.value == pytest.approx(50)


def test_probation_and_advice_never_move_a_score_nor_the_count_of_rules_met() -> None:
    rules = [
        rule("content/a"),
        rule("content/b", status=Status.ADVICE),
        rule("content/c", status=Status.PROBATION),
    ]
    with_others = score({"content/a": "ppff", "content/b": "ffff", "content/c": "ffff"}, rules)
    alone = score({"content/a": "ppff"}, rules[:1])
    assert with_others.score.overall == alone.score.overall
    assert (with_others.score.rules_met, with_others.score.rules_applicable) == (0, 1)
    assert with_others.score.rules[1].share == 0.0


@pytest.mark.parametrize(
    ("passed", "failed", "meets_at", "met"),
    [(19, 1, None, True), (18, 2, None, False), (9, 1, 0.9, True), (1, 0, 1.0, True)],
)
def test_met_at_the_rule_s_own_share_or_the_bar_s(
    passed: int, failed: int, meets_at: float | None, met: bool
) -> None:
    said = {"content/a": "p" * passed + "f" * failed}
    found = score(said, [rule("content/a", meets_at=meets_at)]).score
    assert found.rules[0].met is met


def test_failed_wins_when_two_findings_speak_of_one_page_whatever_their_order() -> None:
    pair = [Finding("r", "u", Outcome.FAILED), Finding("r", "u", Outcome.PASSED)]
    expected = {"u": Outcome.FAILED}
    assert outcomes_of(pair)[0].by_page == outcomes_of(pair[::-1])[0].by_page == expected


# --- not ranked -----------------------------------------------------------------------------


@pytest.mark.parametrize("reason", [Reason.DNS, Reason.BLOCKED, Reason.CAPTCHA])
def test_a_site_that_could_not_be_seen_has_no_score_only_the_reason(reason: Reason) -> None:
    found = score({"content/a": "ffff"}, verdict=Verdict(reason, "said so"))
    assert found.score.overall is None
    assert found.score.reason == reason.value
    assert found.score.categories == {"content": None}
    assert found.draws.size == 0


def test_too_few_pages() -> None:
    found = score({"content/a": "pp"}).score
    assert found.overall is None
    assert found.reason == "too few pages: 2 audited, 3 needed"
    assert found.categories == {"content": None}
    assert found.rules[0].passed == 2


@pytest.mark.parametrize(
    ("coverage", "ranked"),
    [
        (Coverage(eligible=2, sampled=2, audited=2, stopped="exhausted"), True),
        (Coverage(eligible=2, sampled=2, audited=2, lost={"duplicate": 5}), True),
        (Coverage(eligible=2, sampled=2, audited=2, stopped="minutes"), False),
        (Coverage(eligible=2, sampled=2, audited=2, lost={"timeout": 1}), False),
        (Coverage(eligible=9, sampled=2, audited=2, stopped="exhausted"), False),
    ],
)
def test_a_small_site_ranks_only_when_all_of_it_was_seen(coverage: Coverage, ranked: bool) -> None:
    found = score({"content/a": "pf"}, coverage=coverage).score
    assert (found.overall is not None) is ranked


def test_too_many_lost() -> None:
    coverage = Coverage(eligible=100, sampled=9, audited=4)
    found = score({"content/a": "pppp"}, coverage=coverage).score
    assert found.reason == "too many pages lost: 4 of 9 seen, 5 needed"
    assert score({"content/a": "pppp"}, coverage=replace(coverage, sampled=8)).score.overall


def test_a_category_that_applied_but_could_not_be_judged_stops_the_ranking() -> None:
    found = score({"accessibility/a": "uuuu", "content/a": "ppff"}).score
    assert found.overall is None
    assert found.reason == "no evidence: accessibility"
    assert found.categories["content"] is not None


def test_a_category_that_applied_nowhere_is_left_out() -> None:
    found = score({"accessibility/a": "----", "content/a": "ppff"}).score
    assert found.overall is not None
    assert found.overall.value == pytest.approx(50)
    assert found.categories["accessibility"] is None


def test_lost_pages_alone_do_not_make_a_category_required() -> None:
    coverage = Coverage(eligible=100, sampled=6, audited=4)
    said = {"accessibility/a": "----", "content/a": "ppff"}
    assert score(said, coverage=coverage).score.overall is not None


def test_what_no_site_of_the_run_could_show_is_asked_of_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    check = Check("axe_made_up", lambda page: None, Scope.PAGE, frozenset({"axe"}), {})  # type: ignore[arg-type,return-value]
    monkeypatch.setitem(VOCABULARY, "axe_made_up", check)
    rules = [rule("accessibility/a", check="axe_made_up"), rule("content/a")]
    said = {"accessibility/a": "uuuu", "content/a": "ppff"}
    assert score(said, rules).score.overall is None
    assert score(said, rules, absent=BROWSER_EVIDENCE).score.overall is not None


@pytest.mark.parametrize(
    ("letters", "reason"),
    [
        ("ppuuuu", "too few pages seen by axe-core: 2 of 6, 3 needed"),
        ("uuuuuu", "too few pages seen by axe-core: 0 of 6, 3 needed"),
        ("pfpuuu", ""),
    ],
)
def test_a_site_axe_saw_little_of_is_not_compared_with_the_others(
    monkeypatch: pytest.MonkeyPatch, letters: str, reason: str
) -> None:
    check = Check("axe_made_up", lambda page: None, Scope.PAGE, frozenset({"axe"}), {})  # type: ignore[arg-type,return-value]
    monkeypatch.setitem(VOCABULARY, "axe_made_up", check)
    names = ["accessibility/a", "accessibility/faulty"]
    rules = [rule(name, check="axe_made_up") for name in names]
    said = {names[0]: letters, names[1]: "uuuuuu", "accessibility/b": "pppppp"}
    found = score(said, [*rules, rule("accessibility/b")]).score
    assert found.reason == reason
    assert (found.overall is None) is bool(reason)


def test_nothing_judged_at_all() -> None:
    assert score({"content/a": "----"}).score.reason == "no evidence"
    assert score({}, rules=[], pages=[page(n) for n in range(4)]).score.reason == "no evidence"


# --- intervals ------------------------------------------------------------------------------


def test_a_site_audited_whole_has_no_sampling_error() -> None:
    coverage = Coverage(found=8, eligible=8, sampled=8, audited=8, stopped="exhausted")
    found = score({"content/a": "ppffpfpp"}, coverage=coverage)
    assert found.score.overall is not None
    overall = found.score.overall
    assert overall.low == pytest.approx(overall.value, abs=1e-4)
    assert overall.high == pytest.approx(overall.value, abs=1e-4)


def test_timing_rules_stay_unsure_even_when_the_whole_site_was_audited() -> None:
    coverage = Coverage(found=8, eligible=8, sampled=8, audited=8, stopped="exhausted")
    found = score({"content/a": "ppp-----"}, [rule("content/a", timing=True)], coverage=coverage)
    assert found.score.overall is not None
    assert found.score.overall.value == found.score.overall.high == 100
    assert found.score.overall.low < 67  # one of three loads going the other way is inside


def test_pages_of_one_template_count_for_less_than_pages_of_their_own() -> None:
    letters = "ppppppppppffffffffff"
    alone = score({"content/a": letters}, pages=[page(n) for n in range(20)])
    alike = score({"content/a": letters}, pages=[page(n, f"t{n // 5}") for n in range(20)])
    assert width(alike) > 1.5 * width(alone)


def test_one_template_does_not_collapse_the_interval() -> None:
    found = score({"content/a": "ppppppfffff"}, pages=[page(n, "same") for n in range(11)])
    assert width(found) > 10


def test_more_pages_narrow_the_interval() -> None:
    few = score({"content/a": "pf" * 5}, pages=[page(n) for n in range(10)])
    many = score({"content/a": "pf" * 40}, pages=[page(n) for n in range(80)])
    assert width(many) < width(few) / 2


def test_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    truth, held = 70.0, 0
    generator = np.random.default_rng(5)
    for number in range(120):
        letters = "".join("p" if x < truth / 100 else "f" for x in generator.random(30))
        found = score({"content/a": letters}, pages=[page(n) for n in range(30)], seed=number)
        assert found.score.overall is not None
        held += found.score.overall.low <= truth <= found.score.overall.high
    assert 0.8 <= held / 120 <= 0.98


@pytest.mark.parametrize("likeness", [0.0, 0.4, 0.8])
@pytest.mark.parametrize(("templates", "seen"), [(40, 40), (12, 8), (4, 3)])
def test_interval_holds_the_truth_when_pages_share_templates(
    likeness: float, templates: int, seen: int
) -> None:
    """Made-up sites: with chance ``likeness`` a template decides a rule for all its pages."""
    generator = np.random.default_rng([templates, int(likeness * 10)])
    names = [f"content/{n}" for n in range(25)]
    rules = [rule(name) for name in names]
    held, rounds = 0, 60
    for number in range(rounds):
        chance = generator.uniform(0.5, 1, len(names))
        decides = generator.random((templates, len(names))) < likeness
        verdicts = generator.random((templates, len(names))) < chance
        truth = 100 * np.where(decides, verdicts, chance).mean()
        of_page = generator.choice(generator.choice(templates, seen, replace=False), 30)
        own = generator.random((30, len(names))) < chance
        passed = np.where(decides[of_page], verdicts[of_page], own)
        said = {n: "".join("p" if x else "f" for x in passed[:, i]) for i, n in enumerate(names)}
        pages = [page(n, f"t{t}") for n, t in enumerate(of_page)]
        overall = score(said, rules, pages, seed=number).score.overall
        assert overall is not None
        held += overall.low <= truth <= overall.high
    assert held / rounds >= 0.75  # over 300 rounds each: 86% to 95%


def test_seed_and_site_decide_the_draws() -> None:
    said = {"content/a": "ppfffpp"}
    same = score(said).draws
    assert np.array_equal(same, score(said).draws)
    assert not np.array_equal(same, score(said, seed=2).draws)
    assert not np.array_equal(same, score(said, site="felpersham").draws)
    assert same.dtype == np.float32
    assert same.shape == (BAR.draws,)


def test_scoring_from_kept_outcomes_gives_the_same() -> None:
    said = {"content/a": "ppf-", "accessibility/a": "cpuf"}
    pages = [page(n, f"t{n % 4}") for n in range(4)]
    coverage = Coverage(found=500, eligible=400, sampled=4, audited=4)
    again = score_outcomes(
        [rule(name) for name in said],
        BAR,
        outcomes_of(findings(said)),
        pages,
        site="borchester",
        seed=1,
        coverage=coverage,
    )
    assert again.score == score(said).score


def test_fast_enough_for_a_whole_sector() -> None:
    generator = np.random.default_rng(1)
    rules = [rule(f"{('accessibility', 'content')[n % 2]}/{n:03}") for n in range(200)]
    said = {r.id: "".join(generator.choice(list("ppppf-"), 30)) for r in rules}
    made, pages = findings(said), [page(n, f"t{n % 8}") for n in range(30)]
    bar = replace(BAR, draws=2000)
    coverage = Coverage(found=300, eligible=300, sampled=30, audited=30)
    best = 9.0
    for _ in range(3):
        started = time.process_time()
        score_site(rules, bar, made, pages, site="s", seed=1, coverage=coverage)
        best = min(best, time.process_time() - started)
    assert best < 0.5  # measured 0.05 on one core; room for a busy machine


def width(found: Scored) -> float:
    assert found.score.overall is not None
    return found.score.overall.high - found.score.overall.low


# --- properties -----------------------------------------------------------------------------

NAMES = ("accessibility/a", "accessibility/b", "content/a", "content/b")


@st.composite
def sites(draw: st.DrawFn) -> tuple[dict[str, str], list[PageResult]]:
    count = draw(st.integers(3, 9))
    said = {name: draw(st.text("pfc-", min_size=count, max_size=count)) for name in NAMES}
    pages = [page(n, draw(st.sampled_from(["", "x", "y", "z"]))) for n in range(count)]
    return said, pages


PROPERTY = effort(max_examples=40, deadline=None)
SMALL = replace(BAR, draws=60)


@PROPERTY
@given(sites(), st.sets(st.sampled_from(NAMES), min_size=1))
def test_adding_a_passing_page_never_lowers_a_score(
    site: tuple[dict[str, str], list[PageResult]], passing: set[str]
) -> None:
    said, pages = site
    before = score(said, pages=pages, bar=SMALL).score
    more = {name: text + ("p" if name in passing else "-") for name, text in said.items()}
    after = score(more, pages=[*pages, page(len(pages), "new")], bar=SMALL).score
    for was, now in zip(before.rules, after.rules, strict=True):
        assert (now.share or 0) >= (was.share or 0)
    for name, interval in before.categories.items():
        now_ = after.categories[name]
        if interval is not None and now_ is not None:
            assert now_.value >= interval.value - 1e-9
    if before.overall and after.overall and None not in before.categories.values():
        assert after.overall.value >= before.overall.value - 1e-9


@PROPERTY
@given(sites(), st.randoms(use_true_random=False))
def test_order_never_matters(site: tuple[dict[str, str], list[PageResult]], chance: object) -> None:
    said, pages = site
    made, rules = findings(said), [rule(name) for name in said]
    coverage = Coverage(found=50, eligible=40, sampled=len(pages), audited=len(pages))

    def run() -> Scored:
        return score_site(rules, SMALL, made, pages, site="s", seed=3, coverage=coverage)

    first = run()
    for items in (made, rules, pages):
        chance.shuffle(items)  # type: ignore[attr-defined]
    second = run()
    assert first.score == second.score
    assert np.array_equal(first.draws, second.draws)


@PROPERTY
@given(sites(), st.sampled_from(["content/zzz", "accessibility/000", "other/a"]))
def test_a_rule_that_applies_nowhere_changes_nothing(
    site: tuple[dict[str, str], list[PageResult]], name: str
) -> None:
    said, pages = site
    before = score(said, pages=pages, bar=SMALL)
    after = score({**said, name: "-" * len(pages)}, pages=pages, bar=SMALL)
    assert after.score.overall == before.score.overall
    assert {**after.score.categories, "other": None} == {**before.score.categories, "other": None}
    assert after.score.rules_applicable == before.score.rules_applicable
    assert np.array_equal(before.draws, after.draws)


@PROPERTY
@given(sites(), st.integers(1, 100))
def test_intervals_hold_their_value_and_stay_on_the_scale(
    site: tuple[dict[str, str], list[PageResult]], eligible: int
) -> None:
    said, pages = site
    coverage = Coverage(found=9, eligible=eligible, sampled=len(pages), audited=len(pages))
    rules = [rule(name, timing=name.endswith("b")) for name in said]
    found = score(said, rules, pages, SMALL, coverage=coverage).score
    for interval in (found.overall, *found.categories.values()):
        if interval is not None:
            assert 0 <= interval.low <= interval.value <= interval.high <= 100

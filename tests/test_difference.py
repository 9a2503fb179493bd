"""What changed between two runs: each cause planted alone, and told as what it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from benchmarks import intervals, no_change
from lgaudit import across
from lgaudit.cli.main import app
from lgaudit.differences import PARTS, Judged, Stand
from lgaudit.errors import StoreError
from lgaudit.evaluate import course, difference, rulebook
from lgaudit.evaluate.said import Frame, Said
from lgaudit.evaluate.scores import score_outcomes
from lgaudit.evidence import Coverage
from lgaudit.models import (
    OK,
    Council,
    Engines,
    Interval,
    Kind,
    Outcome,
    Rule,
    Run,
    Scope,
    Severity,
    Site,
    Status,
)
from lgaudit.results import Bar, Outcomes, PageResult, SiteResult
from lgaudit.store import Store
from lgaudit.years import Years

BAR = Bar(
    "2026.2", {"accessibility": 0.6, "content": 0.4},
    {Severity.CRITICAL: 10, Severity.SERIOUS: 7, Severity.MODERATE: 3, Severity.MINOR: 1},
)  # fmt: skip


def rule(name: str, scope: Scope = Scope.PAGE, **more: object) -> Rule:
    category = "content" if name.startswith("content") else "accessibility"
    made = Rule(name, name, Severity.SERIOUS, scope, Status.SCORED, category, "made_up")
    return replace(made, **more)  # type: ignore[arg-type]


RULES = (
    rule("accessibility/a"), rule("axe/b"), rule("content/c"), rule("content/d"),
    rule("content/site", Scope.SITE),
)  # fmt: skip
SAID = {"p": Outcome.PASSED, "f": Outcome.FAILED, "-": Outcome.INAPPLICABLE}


def result(slug: str, letters: dict[str, str], first: int = 0, rules=RULES, bar=BAR) -> SiteResult:
    """A site of pages first, first+1 ...; what each rule says of them ('s': of the site)."""
    many = max(len(said) for said in letters.values())
    urls = [f"https://www.{slug}.gov.uk/{first + n:03}" for n in range(many)]
    pages = tuple(
        PageResult(url, url, "", Kind.OTHER, OK, True, template=f"t{n % 7}")
        for n, url in enumerate(urls)
    )
    outcomes = tuple(
        Outcomes(name, {"": SAID[said]} if len(said) == 1 else
                 {u: SAID[s] for u, s in zip(urls, said, strict=True) if s != "-"})
        for name, said in letters.items()
    )  # fmt: skip
    covered = Coverage(found=400, eligible=400, sampled=many, audited=many)
    score = score_outcomes(rules, bar, outcomes, pages, site=slug, seed=1, coverage=covered).score
    council = Council(
        slug, slug.title(), "England", "East", "district", f"https://www.{slug}.gov.uk/"
    )
    site = Site(slug, council.homepage, (council,))
    return SiteResult(site, OK, covered, pages, outcomes=outcomes, score=score)


GOOD = {
    "accessibility/a": "p" * 20 + "f" * 10, "axe/b": "p" * 25 + "f" * 5,
    "content/c": "p" * 15 + "f" * 15, "content/d": "p" * 30, "content/site": "p",
}  # fmt: skip


def keep(
    store: Store, number: int, results, rules=RULES, bar=BAR, axe="4.14", settings_=None, **more
) -> str:
    started = dt.datetime(2026, 1, 5, tzinfo=dt.UTC) + dt.timedelta(days=91 * number)
    name = f"run-{number}{more.get('judged_from', '') and 'again'}"
    run = Run(name, started, None, Engines("1", bar.version, axe), {}, settings_ or {}, 1, **more)
    store.start_run(run, rules, bar, [one.site for one in results])
    for one in results:
        store.save_site(name, one)
    store.finish_run(name, {}, started)
    return name


@pytest.fixture
def store(tmp_path):
    with Store.open(str(tmp_path / "years.db")) as opened:
        yield opened


def only(compared):
    (one,) = compared.sites
    assert sum(one.parts.values()) == pytest.approx(one.change)
    return one


def others(one, *names: str):
    """The parts but those named are nothing."""
    assert {n: v for n, v in one.parts.items() if abs(v) > 1e-6}.keys() <= set(names), one.parts


def test_the_score_is_the_published_one(store):
    """Worked out twice, by two ways: nothing changed, so every part is 0 and nothing is named."""
    a, b = (keep(store, n, [result("aston", GOOD)]) for n in (0, 1))
    one = only(across.compare(store, a, b))
    assert one.paired
    assert (one.pages_both, one.pages_gained, one.pages_lost) == (30, 0, 0)
    others(one)
    assert (one.change, one.clear) == (0, False)
    assert one.open == ("accessibility/a", "axe/b", "content/c")
    judged = store.tallies.judged(b)["aston"]
    value = Said(judged, Frame(RULES, BAR)).value(np.ones(len(RULES), dtype=bool))
    assert value is not None
    assert value.value == pytest.approx(result("aston", GOOD).score.overall.value)


def test_what_is_mended_on_the_same_pages_is_the_sites_own(store):
    better = {**GOOD, "content/c": "p" * 30, "content/site": "f"}
    a, b = keep(store, 0, [result("aston", GOOD)]), keep(store, 1, [result("aston", better)])
    one = only(across.compare(store, a, b))
    others(one, "site")
    assert (one.fixed, one.new) == (("content/c",), ("content/site",))
    again = keep(store, 2, [result("aston", GOOD)])
    one = only(across.compare(store, b, again))
    assert (one.returned, one.new) == (("content/c",), ())


def test_pairing_makes_the_interval_narrower(store):
    better = {**GOOD, "content/c": "p" * 19 + "f" * 11}
    runs = [keep(store, 0, [result("aston", GOOD)]), keep(store, 1, [result("aston", better)]),
            keep(store, 2, [result("aston", better, first=100)])]  # fmt: skip
    paired = only(across.compare(store, runs[0], runs[1]))
    apart = only(across.compare(store, runs[0], runs[2]))
    assert (paired.paired, apart.paired) == (True, False)
    assert paired.site.value == pytest.approx(apart.site.value)
    assert paired.site.high - paired.site.low < 0.6 * (apart.site.high - apart.site.low)
    assert (apart.pages_both, apart.pages_gained, apart.pages_lost) == (0, 30, 30)


@pytest.mark.parametrize("first", [0, 500])
def test_a_redesign_that_mends_nothing_is_no_improvement(store, first):
    """Every page at its old address or at a new one, the defects on other pages than before."""
    moved = {n: said if len(said) == 1 else said[3:] + said[:3] for n, said in GOOD.items()}
    a, b = keep(store, 0, [result("aston", GOOD)]), keep(store, 1, [result("aston", moved, first)])
    one = only(across.compare(store, a, b))
    assert one.site.low <= 0 <= one.site.high
    assert not one.clear


def test_pages_that_came_and_went_are_the_sample(store):
    """Twenty pages stay as they are; the other ten are others, all without a fault."""
    fresh = {n: s if len(s) == 1 else s[10:] + "p" * 10 for n, s in GOOD.items()}
    a = keep(store, 0, [result("aston", GOOD)])
    b = keep(store, 1, [result("aston", fresh, first=10)])
    one = only(across.compare(store, a, b))
    others(one, "sample")
    assert one.paired
    assert (one.pages_both, one.pages_gained, one.pages_lost, one.clear) == (20, 10, 10, False)


def test_a_changed_bar_is_the_bars(store):
    """A rule more and other weights: not the council's doing, with evidence or without."""
    rules = (*RULES, rule("content/z"))
    bar = replace(BAR, version="2026.3", category_weights={"accessibility": 0.5, "content": 0.5})
    told = {**GOOD, "content/z": "f" * 30}
    a = keep(store, 0, [result("aston", GOOD)])
    b = keep(store, 1, [result("aston", told, rules=rules, bar=bar)], rules, bar)
    compared = across.compare(store, a, b)
    others(only(compared), "bar")
    assert only(compared).change < -1
    assert (compared.one_bar, compared.rules, compared.left_out) == (False, 5, 1)
    then = store.results(a).run
    keep(store, 0, [result("aston", told, rules=rules, bar=bar)], rules, bar, judged_from=a)
    compared = across.compare(store, then.id, b)
    others(only(compared), "bar")
    assert (compared.one_bar, compared.left_out, compared.before.judged) == (True, 0, "run-0again")


def test_another_axe_core_is_axe_cores(store):
    told = {**GOOD, "axe/b": "f" * 30}
    a = keep(store, 0, [result("aston", GOOD)], axe="4.10")
    one = only(across.compare(store, a, keep(store, 1, [result("aston", told)])))
    others(one, "axe_core")
    assert one.parts["axe_core"] < -5
    assert not one.clear


def test_a_busy_clock_is_no_change_of_the_site(store):
    rules = (*RULES, rule("content/slow", timing=True))
    fast, slow = ({**GOOD, "content/slow": letter * 30} for letter in "pf")
    a = keep(store, 0, [result("aston", fast, rules=rules)], rules)
    one = only(
        across.compare(store, a, keep(store, 1, [result("aston", slow, rules=rules)], rules))
    )
    others(one, "timings")
    assert not one.clear


def test_councils_that_merge_are_joined_and_marked_and_not_one_series(store, tmp_path):
    day = dt.date(2026, 6, 1)
    old = [
        Council(n, n.title(), "England", "East", "district", f"https://www.{n}.gov.uk/", closed=day,
                successors=("northshire",))
        for n in ("aston", "barton")
    ]  # fmt: skip
    before = [replace(result(c.slug, GOOD), site=Site(c.slug, c.homepage, (c,))) for c in old]
    for number in (0, 1):
        keep(store, number, before)
    better = {**GOOD, "content/c": "p" * 30}
    for number in (2, 3):
        keep(store, number, [result("northshire", better)])
    found = Years(store).council("northshire")
    assert [series.slug for series in found.series] == ["barton", "aston", "northshire"]
    assert [len(series.stands) for series in found.series] == [2, 2, 2]
    assert found.series[-1].stands[0].fixed == 0  # not against the councils before
    assert found.vesting == (
        (day, "Aston became Northshire"),
        (day, "Barton became Northshire"),
    )
    assert (
        found.series == Years(store).council("aston").series[::1]
        or len(Years(store).council("aston").series) == 2
    )  # a council's own past is not its neighbour's
    with pytest.raises(StoreError, match=r"nothing to compare\. Did you mean northshire\?"):
        across.compare(store, "run-1", "run-2", slugs=("northshir",))
    with pytest.raises(StoreError, match="nothing to compare"):
        across.compare(store, "run-1", "run-2")
    text = CliRunner().invoke(app, ["history", "northshire", "--store", store.where]).output
    assert "2026-06-01: Aston became Northshire" in text


def test_the_command_writes_what_it_says(store):
    better = {**GOOD, "content/c": "p" * 30}
    keep(store, 0, [result("aston", GOOD), result("barton", GOOD)])
    keep(store, 1, [result("aston", better), result("barton", GOOD)])
    runner = CliRunner()
    said = runner.invoke(app, ["compare", "--store", store.where, "--format", "csv"])
    lines = said.stdout.splitlines()
    assert lines[0].startswith("slug,before,now,change,bar,axe_core,timings,sample,site,")
    assert [line.split(",")[0] for line in lines[1:]] == ["aston", "barton"]
    said = runner.invoke(
        app, ["compare", "2026-01-31", "latest", "--store", store.where, "--council", "aston"]
    )
    assert "aston: fixed: content/c" in said.output
    assert "barton" not in said.output
    said = runner.invoke(app, ["history", "--store", store.where, "--format", "markdown"])
    assert said.output.count("\n") == 4


def test_a_trend_is_told_with_its_doubt_and_of_one_bar_alone():
    def stand(number: int, value: float, bar: str = "1") -> Stand:
        when = dt.datetime(2020, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=365.25 * number)
        return Stand(str(number), when, "a", Interval(value, value, value), bar, "", 0, 0, ())

    up = course.trend([stand(n, 60 + 2 * n) for n in range(8)])
    assert up is not None
    assert up.slope.value == pytest.approx(2)
    assert up.doubt < 0.01
    noise = course.trend([stand(n, 60 + (5, -5, 4, -4)[n % 4]) for n in range(12)])
    assert noise is not None
    assert noise.slope.low <= 0 <= noise.slope.high
    assert course.trend([stand(n, 60, "1" if n < 8 else "2") for n in range(10)]) is None


def test_where_nothing_changed_few_are_named_and_five_points_are_seen():
    """A short sample of ``benchmarks/no_change.py``."""
    generator, bar = np.random.default_rng(7), rulebook.load().bar
    tally = no_change.Tally()
    rules = intervals.made_rules(60, generator)
    no_change.repeat(40, 8, 24, rules, bar, generator, tally)
    assert tally.named <= 0.05 * tally.same
    assert tally.found >= 0.8 * tally.better


def test_chances_are_adjusted_for_how_many_were_looked_at():
    blank = Judged("a", (), (), (), (), "", "", None, "blocked", 0.0)
    none = difference.compare(blank, blank, blank, difference.Sides(RULES, BAR, False))
    assert none.note == "not ranked before: blocked"
    named = [
        replace(none, slug=str(n), site=Interval(3, 1, 5), doubt=p, parts=dict.fromkeys(PARTS, 0.0))
        for n, p in enumerate([0.001, 0.03, 0.04, 0.5])
    ]
    found = difference.adjusted([*named, none])
    assert [one.clear for one in found] == [True, False, False, False, False]
    assert [one.adjusted for one in found[:4]] == pytest.approx([0.004, 0.16 / 3, 0.16 / 3, 0.5])
    mean, _ = difference.sector(found, 4, 0.9)
    assert mean is not None
    assert mean.value == 3

"""How often intervals and rank bands hold the truth, on made-up sites whose truth is known.

    python -m benchmarks.intervals [--councils N] [--sectors N] [--rules N] [--seed N]

Each site has some hundreds of pages of a few templates. A rule is kept on all of them, broken by
templates, broken on single pages, or (a rule of the site) kept or not. The truth is the score of
all pages; what is audited is a sample of 30. To reach: true scores inside their 90% intervals 87%
to 93% of the time, true places inside their bands 90% of the time or more.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from lgaudit.evaluate import ranks, rulebook
from lgaudit.evaluate.scores import Scored, score_outcomes
from lgaudit.evidence import Coverage
from lgaudit.models import OK, Kind, Outcome, Rule, Scope, Severity, Status
from lgaudit.results import Bar, Outcomes, PageResult

AUDITED = 30
SAID = {0: Outcome.PASSED, 1: Outcome.FAILED}  # 2: did not apply
Table = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Truth:
    """One made-up site: pages x rules (0 kept, 1 broken, 2 does not apply), and page templates."""

    slug: str
    table: Table
    templates: npt.NDArray[np.integer]


def made_rules(count: int, generator: np.random.Generator) -> list[Rule]:
    """Scored rules in three categories, one in five about the site as a whole."""
    names = ("accessibility", "content", "performance")
    kinds = list(Severity)
    return [
        Rule(
            id=f"{names[number % 3]}/rule-{number:03}",
            title=f"Rule {number}",
            severity=kinds[int(generator.integers(len(kinds)))],
            scope=Scope.SITE if number % 5 == 4 else Scope.PAGE,
            status=Status.SCORED,
            category=names[number % 3],
            check="made_up",
        )
        for number in range(count)
    ]


def made_site(
    slug: str, rules: Sequence[Rule], generator: np.random.Generator, alike: float = 1.0
) -> Truth:
    """Better and worse sites, large and small, of few and many templates."""
    pages = int(generator.integers(80, 1200))
    weights = generator.dirichlet(np.full(int(generator.integers(4, 30)), 0.7))
    templates = generator.choice(len(weights), pages, p=weights)
    skill = generator.beta(5 * alike, 2 * alike)
    table = np.zeros((pages, len(rules)), dtype=np.int8)
    for column, rule in enumerate(rules):
        if rule.scope is Scope.SITE:
            table[:, column] = generator.random() > skill
        elif generator.random() > skill:  # else it is kept everywhere
            share = generator.beta(0.6, 1.4)
            by_template = generator.random(len(weights)) < share
            likeness = generator.uniform(0, 1)
            shared = generator.random(pages) < likeness
            single = generator.random(pages) < share
            table[:, column] = np.where(shared, by_template[templates], single)
        if rule.scope is Scope.PAGE and generator.random() < 0.4:  # of what few pages have
            applies = generator.random(len(weights)) < generator.uniform(0.1, 0.9)
            table[~applies[templates], column] = 2
    return Truth(slug, table, templates)


def scored(truth: Truth, chosen: Sequence[int], rules: Sequence[Rule], bar: Bar) -> Scored:
    """The score of these pages of a site, as the program gives it."""
    urls = [f"https://{truth.slug}.example/{number}" for number in chosen]
    pages = [
        PageResult(url, url, "", Kind.OTHER, OK, True, template=f"t{truth.templates[number]}")
        for url, number in zip(urls, chosen, strict=True)
    ]
    outcomes = []
    for column, rule in enumerate(rules):
        said = truth.table[:, column]
        if rule.scope is Scope.SITE:
            outcomes.append(Outcomes(rule.id, {"": SAID[int(said[0])]}))
            continue
        told = {u: SAID[int(said[n])] for u, n in zip(urls, chosen, strict=True) if said[n] < 2}
        outcomes.append(Outcomes(rule.id, told))
    size = len(truth.templates)
    coverage = Coverage(found=size, eligible=size, sampled=len(chosen), audited=len(chosen))
    return score_outcomes(rules, bar, outcomes, pages, site=truth.slug, seed=1, coverage=coverage)


def true_score(truth: Truth, rules: Sequence[Rule], bar: Bar) -> float:
    """The score of all pages, worked out apart from the program."""
    totals: dict[str, float] = {}
    kept: dict[str, float] = {}
    for column, rule in enumerate(rules):
        judged = truth.table[truth.table[:, column] < 2, column]
        if len(judged):
            weight = bar.severity_weights[rule.severity]
            totals[rule.category] = totals.get(rule.category, 0.0) + weight
            share = float((judged == 0).mean())
            kept[rule.category] = kept.get(rule.category, 0.0) + weight * share
    weights = {name: bar.category_weights[name] for name in totals}
    points = sum(weights[name] * 100 * kept[name] / totals[name] for name in totals)
    return points / sum(weights.values())


@dataclass
class Tally:
    """What was counted: sites, and how many times the truth was inside."""

    sites: int = 0
    held: int = 0
    below: int = 0  # truth below the interval
    above: int = 0
    places: int = 0
    width: float = 0.0
    band: float = 0.0

    @property
    def scores(self) -> float:
        """Share of true scores inside their interval."""
        return self.held / self.sites

    @property
    def bands(self) -> float:
        """Share of true places inside their band."""
        return self.places / self.sites


def simulate(
    councils: int, sectors: int, rules: int, seed: int, bar: Bar, alike: float = 1.0
) -> Tally:
    """Make sectors, audit a sample of each site, and compare with the truth.

    ``alike``: the larger, the closer the councils of a sector are to each other.
    """
    tally = Tally()
    for sector in range(sectors):
        generator = np.random.default_rng([seed, sector])
        book = made_rules(rules, generator)
        sites = [made_site(f"site-{n:03}", book, generator, alike) for n in range(councils)]
        true = {truth.slug: true_score(truth, book, bar) for truth in sites}
        seen = {}
        for truth in sites:
            chosen = sorted(generator.choice(len(truth.templates), AUDITED, replace=False))
            seen[truth.slug] = scored(truth, [int(n) for n in chosen], book, bar)
        _compare(true, seen, bar, tally)
    return tally


def _compare(true: dict[str, float], seen: dict[str, Scored], bar: Bar, tally: Tally) -> None:
    places = ranks.rank(
        {slug: s.score for slug, s in seen.items()},
        {slug: s.draws for slug, s in seen.items()},
        confidence=bar.confidence,
    )
    for slug, truth in true.items():
        told = seen[slug].score.overall
        assert told is not None, seen[slug].score.reason
        tally.sites += 1
        tally.below += truth < told.low - 1e-6
        tally.above += truth > told.high + 1e-6
        tally.held += told.low - 1e-6 <= truth <= told.high + 1e-6
        tally.width += told.high - told.low
        place = 1 + sum(round(other, 1) > round(truth, 1) for other in true.values())
        rank = places[slug]
        tally.places += rank.low <= place <= rank.high
        tally.band += rank.high - rank.low + 1


def main() -> None:
    """Simulate, and say how often the truth was inside."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--councils", type=int, default=100)
    parser.add_argument("--sectors", type=int, default=6)
    parser.add_argument("--rules", type=int, default=120)
    parser.add_argument("--alike", type=float, default=1.0, help="the larger, the closer they are")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    bar = replace(
        rulebook.load().bar,
        category_weights={"accessibility": 50.0, "content": 25.0, "performance": 25.0},
    )
    tally = simulate(given.councils, given.sectors, given.rules, given.seed, bar, given.alike)
    error = 1.645 * math.sqrt(tally.scores * (1 - tally.scores) / tally.sites)
    print(f"{tally.sites} sites, {given.rules} rules, {AUDITED} pages of each audited")
    print(
        f"true score inside its 90% interval: {tally.scores:.1%} (give or take {error:.1%}); "
        f"below it {tally.below / tally.sites:.1%}, above it {tally.above / tally.sites:.1%}; "
        f"{tally.width / tally.sites:.1f} points wide"
    )
    print(
        f"true place inside its band: {tally.bands:.1%}; "
        f"{tally.band / tally.sites:.1f} places wide of {given.councils}"
    )


if __name__ == "__main__":
    main()

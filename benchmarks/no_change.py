"""How often `lgaudit compare` names councils that did not change, and misses those that did.

    python -m benchmarks.no_change [--councils N] [--repetitions N] [--better N] [--seed N]

Made-up sites as in ``intervals.py``, whose truth is known. Each is audited twice: 30 pages, of
which a panel of 24 is kept and six are drawn anew, or all 30 anew (``--panel 0``); drawn any page
like any other, or as the program does (``--dealt``). In between pages are rewritten, some for the
better and as many for the worse, so that the true score of an unchanged council is the very same
and its pages are not (``--still``: not even they change). ``--better`` councils of each sector are
truly better by five points, give or take 0.05: rules their pages break are mended until they are.
Councils whose pages do not break rules worth so much are made up anew. To reach: at most 5% of
unchanged councils named, at least 80% of the improved ones.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.intervals import AUDITED, Truth, made_rules, made_site, true_score
from lgaudit.differences import Judged
from lgaudit.evaluate import difference, rulebook
from lgaudit.gather import sample
from lgaudit.models import Interval, Kind, Rule, Scope
from lgaudit.results import Bar

EXACT = 0.05  # points the true change may be off: what is shown is rounded to 0.1
CHURN = 0.1  # of the pages a rule speaks of, on average, that are rewritten
LETTERS = np.frombuffer(b"pf-", np.uint8)


@dataclass
class Tally:
    """What was counted, over all repetitions."""

    same: int = 0
    named: int = 0  # of those that did not change
    sectors: int = 0
    touched: int = 0  # sectors with any council named wrongly
    better: int = 0
    found: int = 0  # of those that got better
    held: int = 0  # intervals that hold the true change, of all


def judged(truth: Truth, chosen: Sequence[int], rules: Sequence[Rule]) -> Judged:
    """A look at these pages of a site."""
    pages = sorted(int(n) for n in chosen)
    page = np.array([rule.scope is Scope.PAGE for rule in rules])
    said = LETTERS[truth.table[pages].T]
    whole = np.where(page, ord("-"), said[:, 0]).astype(np.uint8).tobytes().decode()
    letters = np.where(page[:, None], said, ord("-")).astype(np.uint8).tobytes().decode()
    return Judged(
        truth.slug, tuple(pages), tuple(f"t{truth.templates[n]}" for n in pages),
        (True,) * len(pages), tuple(rule.id for rule in rules), whole, letters,
        Interval(0, 0, 0), "",
        min(1.0, len(pages) / len(truth.templates)),
    )  # fmt: skip


def improved(
    truth: Truth, rules: Sequence[Rule], bar: Bar, generator: np.random.Generator, points: float
) -> Truth | None:
    """The site with defects mended until its true score is better by so many points.

    Rules are mended one after the other on all their pages, the last ones on as many as it takes.
    None when the rules that pages of this site break do not hold so many points.
    """
    table = truth.table.copy()
    broken = [
        c for c, rule in enumerate(rules)
        if rule.scope is Scope.PAGE and (table[:, c] == 1).any()
    ]  # fmt: skip
    page_worth = _worth(truth, rules, bar)
    left = points
    for column in generator.permutation(broken):
        bad = generator.permutation(np.flatnonzero(table[:, column] == 1))
        many = min(len(bad), int((left + EXACT) / page_worth[column]))
        table[bad[:many], column] = 0
        left -= many * page_worth[column]
        if left <= EXACT:
            return replace(truth, table=table)
    return None


def _worth(truth: Truth, rules: Sequence[Rule], bar: Bar) -> list[float]:
    """Points of the true score that one page is worth, by rule."""
    judged = (truth.table < 2).sum(axis=0)
    counts = [r for r, n in zip(rules, judged, strict=True) if n]
    total = sum(bar.category_weights[name] for name in {r.category for r in counts})
    of = dict.fromkeys({r.category for r in counts}, 0.0)
    for rule in counts:
        of[rule.category] += bar.severity_weights[rule.severity]
    return [
        100 * bar.category_weights[r.category] / total
        * bar.severity_weights[r.severity] / of[r.category] / n if n else 0.0
        for r, n in zip(rules, judged, strict=True)
    ]  # fmt: skip


def churned(truth: Truth, rules: Sequence[Rule], generator: np.random.Generator) -> Truth:
    """The site with pages rewritten, and yet the very same true score.

    For each rule, some pages it speaks of (0 to 20%) change places with each other, or of two
    templates any part of the pages: defects go from some and come to as many others.
    """
    rows = np.ascontiguousarray(truth.table.T)
    kinds = int(truth.templates.max()) + 1
    for row, rule in zip(rows, rules, strict=True):
        if rule.scope is not Scope.PAGE or not ((row == 1).any() and (row == 0).any()):
            continue  # whichever change places, nothing does
        pages, most = row < 2, 2 * CHURN
        if generator.random() < 0.5:
            one, other = generator.integers(kinds, size=2)
            pages &= (truth.templates == one) | (truth.templates == other)
            most = 1.0
        found = np.flatnonzero(pages)
        many = int(len(found) * generator.uniform(0, most))
        moved = generator.permutation(found)[:many]
        row[moved] = row[generator.permutation(moved)]
    table = np.ascontiguousarray(rows.T)
    assert ((table == 1).sum(axis=0) == (truth.table == 1).sum(axis=0)).all()
    return replace(truth, table=table)


def _changed(
    number: int, rules: Sequence[Rule], bar: Bar, generator: np.random.Generator, points: float
) -> tuple[Truth, Truth]:
    """A site before and after; one that cannot get so much better is made up anew."""
    while True:
        truth = made_site(f"council-{number:03}", rules, generator)
        after = improved(truth, rules, bar, generator, points) if points else truth
        if after is not None:
            return truth, after


def _drawn(
    truth: Truth, panel: int, generator: np.random.Generator
) -> tuple[Sequence[int], Sequence[int]]:
    """Pages of both looks, each page as likely as any other."""
    pages = len(truth.templates)
    then = generator.choice(pages, AUDITED, replace=False)
    rest = np.setdiff1d(np.arange(pages), then[:panel])
    return then, [*then[:panel], *generator.choice(rest, AUDITED - panel, replace=False)]


def _dealt(
    truth: Truth, panel: int, generator: np.random.Generator
) -> tuple[Sequence[int], Sequence[int]]:
    """Pages of both looks as the program chooses them: dealt to templates in turn."""
    candidates = [
        sample.Candidate(str(n), Kind.OTHER if n else Kind.HOME, n % 5, f"t{template}")
        for n, template in enumerate(truth.templates)
    ]
    seeds = [int(n) for n in generator.integers(1 << 30, size=2)]
    then = [one.url for one in sample.choose(candidates, pages=AUDITED, seed=seeds[0])]
    now = sample.choose(candidates, pages=AUDITED, seed=seeds[1], panel=then if panel else ())
    return [int(url) for url in then], [int(one.url) for one in now]


def repeat(
    councils: int, better: int, panel: int, rules: Sequence[Rule], bar: Bar,
    generator: np.random.Generator, tally: Tally, points: float = 5.0,
    churn: bool = True, dealt: bool = False,
) -> None:  # fmt: skip
    """One sector, audited twice."""
    sides = difference.Sides(tuple(rules), bar, False)
    found, truths = [], []
    for number in range(councils):
        truth, after = _changed(number, rules, bar, generator, points if number < better else 0)
        then, now = (_dealt if dealt else _drawn)(truth, panel, generator)
        change = 0.0
        if number < better:
            change = true_score(after, rules, bar) - true_score(truth, rules, bar)
            assert abs(change - points) <= EXACT + 1e-9, change
        if churn:
            after = churned(after, rules, generator)
        before = judged(truth, then, rules)
        found.append(difference.compare(before, before, judged(after, now, rules), sides))
        truths.append(change)
    wrong = 0
    for number, (one, change) in enumerate(zip(difference.adjusted(found), truths, strict=True)):
        assert one.site is not None
        tally.held += one.site.low - 1e-9 <= change <= one.site.high + 1e-9
        if number < better:
            tally.better += 1
            tally.found += one.clear and one.site.value > 0
        else:
            tally.same += 1
            wrong += one.clear
    tally.named += wrong
    tally.sectors += 1
    tally.touched += wrong > 0


def main() -> None:
    """Print what was counted."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--councils", type=int, default=382)
    parser.add_argument("--repetitions", type=int, default=200)
    parser.add_argument("--better", type=int, default=0)
    parser.add_argument("--panel", type=int, default=24)
    parser.add_argument("--rules", type=int, default=60)
    parser.add_argument("--points", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--still", action="store_true")
    parser.add_argument("--dealt", action="store_true")
    asked = parser.parse_args()
    generator = np.random.default_rng(asked.seed)
    bar, tally = rulebook.load().bar, Tally()
    for _ in range(asked.repetitions):
        rules = made_rules(asked.rules, generator)
        repeat(
            asked.councils, asked.better, asked.panel, rules, bar, generator, tally, asked.points,
            churn=not asked.still, dealt=asked.dealt,
        )  # fmt: skip
        if tally.sectors % 25 == 0 or tally.sectors == asked.repetitions:
            tell(tally)


def tell(tally: Tally) -> None:
    """Print what was counted so far."""
    share = tally.named / max(1, tally.same)
    print(f"{tally.sectors} sectors, {tally.same} unchanged councils")
    print(f"  named of these: {tally.named} ({share:.3%}), in {tally.touched} sectors")
    if tally.better:
        wrong = tally.named / max(1, tally.named + tally.found)
        print(f"  {tally.better} improved councils: {tally.found / tally.better:.1%} found")
        print(f"  wrong of all that were named: {wrong:.1%}")
    held = tally.held / (tally.same + tally.better)
    print(f"  true change inside its 90% interval: {held:.1%}", flush=True)


if __name__ == "__main__":
    main()

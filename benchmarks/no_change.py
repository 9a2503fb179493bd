"""How often `lgaudit compare` names councils that did not change, and misses those that did.

    python -m benchmarks.no_change [--councils N] [--repetitions N] [--better N] [--seed N]

Made-up sites as in ``intervals.py``, whose truth is known. Each is audited twice: 30 pages, of
which a panel of 24 is kept and six are drawn anew, or all 30 anew (``--panel 0``). Nothing
changes, but for ``--better`` councils of each sector: rules they break are mended on every page
until the true score is five points better. To reach: at most 5% of unchanged councils named, at
least 80% of the improved ones.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.intervals import AUDITED, Truth, made_rules, made_site, true_score
from lgaudit.differences import Judged
from lgaudit.evaluate import difference, rulebook
from lgaudit.models import Interval, Rule, Scope
from lgaudit.results import Bar

LETTERS = np.array(["p", "f", "-"])


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
    letters, whole = {}, {}
    for column, rule in enumerate(rules):
        said = LETTERS[truth.table[pages, column]]
        if rule.scope is Scope.SITE:
            whole[rule.id] = str(said[0])
        else:
            letters[rule.id] = "".join(said)
    return Judged(
        truth.slug, tuple(pages), tuple(f"t{truth.templates[n]}" for n in pages),
        (True,) * len(pages), letters, whole, Interval(0, 0, 0), "",
        min(1.0, len(pages) / len(truth.templates)),
    )  # fmt: skip


def improved(
    truth: Truth, rules: Sequence[Rule], bar: Bar, generator: np.random.Generator, points: float
) -> Truth:
    """The site with rules mended, one after the other, until it is better by so many points."""
    table, start = truth.table.copy(), true_score(truth, rules, bar)
    broken = [
        c for c, rule in enumerate(rules)
        if rule.scope is Scope.PAGE and (table[:, c] == 1).any()
    ]  # fmt: skip
    for column in generator.permutation(broken):
        bad = generator.permutation(np.flatnonzero(table[:, column] == 1))
        whole = table[:, column].copy()
        table[bad, column] = 0
        gained = true_score(replace(truth, table=table), rules, bar) - start
        if gained >= points:  # mend just as many pages as it takes
            table[:, column] = whole
            before = true_score(replace(truth, table=table), rules, bar) - start
            need = int(np.ceil(len(bad) * (points - before) / (gained - before)))
            table[bad[:need], column] = 0
            break
    return replace(truth, table=table)


def repeat(
    councils: int, better: int, panel: int, rules: Sequence[Rule], bar: Bar,
    generator: np.random.Generator, tally: Tally, points: float = 5.0,
) -> None:  # fmt: skip
    """One sector, audited twice."""
    sides = difference.Sides(tuple(rules), bar, False)
    found, truths = [], []
    for number in range(councils):
        truth = made_site(f"council-{number:03}", rules, generator)
        pages = len(truth.templates)
        then = generator.choice(pages, AUDITED, replace=False)
        kept = then[:panel]
        rest = np.setdiff1d(np.arange(pages), kept)
        now = [*kept, *generator.choice(rest, AUDITED - panel, replace=False)]
        after, change = truth, 0.0
        if number < better:
            after = improved(truth, rules, bar, generator, points)
            change = true_score(after, rules, bar) - true_score(truth, rules, bar)
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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--councils", type=int, default=382)
    parser.add_argument("--repetitions", type=int, default=200)
    parser.add_argument("--better", type=int, default=0)
    parser.add_argument("--panel", type=int, default=24)
    parser.add_argument("--rules", type=int, default=60)
    parser.add_argument("--points", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    generator = np.random.default_rng(asked.seed)
    bar, tally = rulebook.load().bar, Tally()
    for _ in range(asked.repetitions):
        rules = made_rules(asked.rules, generator)
        repeat(
            asked.councils, asked.better, asked.panel, rules, bar, generator, tally, asked.points
        )
    share = tally.named / max(1, tally.same)
    print(f"{tally.sectors} sectors, {tally.same} unchanged councils")
    print(f"named of these: {tally.named} ({share:.3%})")
    print(f"sectors in which any was named: {tally.touched}")
    if tally.better:
        print(f"{tally.better} improved councils: {tally.found / tally.better:.1%} found")
    print(f"true change inside its 90% interval: {tally.held / (tally.same + tally.better):.1%}")


if __name__ == "__main__":
    main()

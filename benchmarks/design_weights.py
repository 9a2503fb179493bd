"""What weighing pages by how they were drawn would do to scores.

    python -m benchmarks.design_weights [--sites N] [--rules N] [--large SHARE] [--seed N]

Made-up sites as in ``intervals.py``. 30 pages of each are drawn as the program does (dealt to
templates, shallow and deep, in turn), or each page as likely as any other. The score is worked out
as the program does, each page counting once, and with each page standing for as many as its group
has for each that was drawn (the Hájek ratio estimator of Horvitz and Thompson's totals; Särndal,
Swensson and Wretman 1992, Model Assisted Survey Sampling, sections 5.7 and 7.6). Two truths: the
mean over all pages, and the mean over groups, each counting alike however large. ``--large``: the
share of page rules that the whole of a site's largest template breaks, which is the worst case for
counting each page once.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from benchmarks.intervals import AUDITED, Truth, made_rules, made_site
from lgaudit.evaluate import rulebook
from lgaudit.gather import sample
from lgaudit.models import Kind, Rule, Scope
from lgaudit.results import Bar

Weights = npt.NDArray[np.float64]
Generator = np.random.Generator


def candidates(truth: Truth) -> list[sample.Candidate]:
    """Every page of a site, at depths 0 to 4."""
    return [
        sample.Candidate(str(n), Kind.OTHER if n else Kind.HOME, n % 5, f"t{template}")
        for n, template in enumerate(truth.templates)
    ]


def groups(truth: Truth) -> npt.NDArray[np.integer]:
    """The group that each page is dealt to: its template, and shallow or deep."""
    deep = np.arange(len(truth.templates)) % 5 > sample.SHALLOW
    return truth.templates * 2 + deep


def score(truth: Truth, weights: Weights, rules: Sequence[Rule], bar: Bar) -> float:
    """The score when each page counts by its weight; 0 for one that was not drawn."""
    judged = weights @ (truth.table < 2)
    kept = weights @ (truth.table == 0)
    of: dict[str, list[float]] = {}
    for rule, good, many in zip(rules, kept, judged, strict=True):
        if many > 0:
            severity = bar.severity_weights[rule.severity]
            sums = of.setdefault(rule.category, [0.0, 0.0])
            sums[0] += severity * good / many
            sums[1] += severity
    total = sum(bar.category_weights[name] for name in of)
    return sum(100 * bar.category_weights[n] * g / m for n, (g, m) in of.items()) / total


def worse(truth: Truth, rules: Sequence[Rule], share: float, generator: Generator) -> Truth:
    """The site with some rules broken by all of its largest template."""
    table = truth.table.copy()
    largest = np.flatnonzero(truth.templates == np.bincount(truth.templates).argmax())
    for column, rule in enumerate(rules):
        if rule.scope is Scope.PAGE and generator.random() < share:
            table[largest, column] = 1
    return replace(truth, table=table)


def main() -> None:
    """Print how far each way is from each truth."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sites", type=int, default=2000)
    parser.add_argument("--rules", type=int, default=60)
    parser.add_argument("--large", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    generator = np.random.default_rng(asked.seed)
    bar = rulebook.load().bar
    names = ("drawn alike", "dealt, each page once", "dealt, weighed")
    errors: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    for number in range(asked.sites):
        rules = made_rules(asked.rules, generator)
        truth = made_site(f"site-{number}", rules, generator)
        truth = worse(truth, rules, asked.large, generator)
        of, pages = groups(truth), len(truth.templates)
        sizes = np.bincount(of)
        every = score(truth, np.ones(pages), rules, bar)
        alike = score(truth, 1 / sizes[of], rules, bar)
        drawn, dealt, weighed = (np.zeros(pages) for _ in range(3))
        drawn[generator.choice(pages, AUDITED, replace=False)] = 1
        seed = int(generator.integers(1 << 30))
        chosen = sample.choose(candidates(truth), pages=AUDITED, seed=seed)
        dealt[[int(one.url) for one in chosen]] = 1
        had = np.bincount(of, weights=dealt, minlength=len(sizes))
        weighed[dealt > 0] = (sizes[of] / np.maximum(had[of], 1))[dealt > 0]
        for name, weights in zip(names, (drawn, dealt, weighed), strict=True):
            found = score(truth, weights, rules, bar)
            errors[name].append((found - every, found - alike))
    print(f"{asked.sites} sites; points away from the truth: mean (root of mean square)")
    print(f"{'':24}{'mean of pages':>18}{'mean of groups':>18}")
    for name, found in errors.items():
        table = np.array(found)
        told = [f"{c.mean():+.2f} ({np.sqrt((c**2).mean()):.2f})" for c in table.T]
        print(f"{name:24}{told[0]:>18}{told[1]:>18}")
    moved = np.array(errors[names[2]])[:, 0] - np.array(errors[names[1]])[:, 0]
    print(f"weighing would move a score by {np.abs(moved).mean():.2f} points on average,")
    print(f"by more than {np.quantile(np.abs(moved), 0.9):.2f} points one in ten")


if __name__ == "__main__":
    main()

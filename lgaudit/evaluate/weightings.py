"""How places shift under other defensible weights; ``weightings.toml`` lists them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt

from lgaudit.comparisons import Weighting
from lgaudit.evaluate.ranks import places
from lgaudit.models import Rule, SiteScore, Status
from lgaudit.results import Bar


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One entry of the list."""

    id: str
    title: str
    why: str
    categories: Literal["", "equal"] = ""
    severities: Literal["", "equal"] = ""
    times: dict[str, float] = {}
    severity_times: dict[str, float] = {}
    leave_out: Literal["", "each"] = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    weighting: list[Wanted]


@cache
def wanted() -> tuple[Wanted, ...]:
    """The list, as its file has it."""
    raw = resources.files("lgaudit.evaluate").joinpath("weightings.toml").read_bytes()
    return tuple(msgspec.toml.decode(raw, type=_File).weighting)


def weightings(
    rules: Sequence[Rule], bar: Bar, scores: Mapping[str, SiteScore]
) -> tuple[Weighting, ...]:
    """The place of every ranked site under each weighting that differs from the bar's own."""
    shares = _Shares(rules, scores)
    found = []
    for entry in wanted():
        for one, other in _bars(entry, bar, shares.categories):
            if other != bar:
                found.append(Weighting(one.id, one.title, one.why, shares.places(other)))
    return tuple(item for item in found if item.places)


def _bars(entry: Wanted, bar: Bar, categories: Sequence[str]) -> Iterator[tuple[Wanted, Bar]]:
    """The bar with the weights of one entry, once for each category it leaves out."""
    own = {name: bar.category_weights.get(name, 0.0) for name in categories}
    if any(name not in own for name in entry.times):
        return
    by_category = dict.fromkeys(own, 1.0) if entry.categories else own
    by_category = {name: w * entry.times.get(name, 1.0) for name, w in by_category.items()}
    given = bar.severity_weights
    by_severity = dict.fromkeys(given, 1.0) if entry.severities else dict(given)
    by_severity = {n: w * entry.severity_times.get(n, 1.0) for n, w in by_severity.items()}
    severities = bar.severity_weights if by_severity == given else by_severity
    if not entry.leave_out:
        same = by_category == own or len(own) < 2
        used = bar.category_weights if same else by_category
        yield entry, replace(bar, category_weights=used, severity_weights=severities)
        return
    if len(own) < 2:
        return
    for name in sorted(own):
        one = msgspec.structs.replace(
            entry, id=f"{entry.id}-{name}", title=entry.title.replace("{category}", name)
        )
        rest = {other: 0.0 if other == name else w for other, w in by_category.items()}
        yield one, replace(bar, category_weights=rest, severity_weights=severities)


class _Shares:
    """The shares of the ranked sites as one table, to be weighed again and again."""

    def __init__(self, rules: Sequence[Rule], scores: Mapping[str, SiteScore]) -> None:
        counted = [rule for rule in rules if rule.status is Status.SCORED]
        self._rules = counted
        self._slugs = sorted(slug for slug, score in scores.items() if score.overall)
        column = {rule.id: number for number, rule in enumerate(counted)}
        table = np.full((len(self._slugs), len(counted)), np.nan)
        for row, slug in enumerate(self._slugs):
            for score in scores[slug].rules:
                if score.share is not None and score.rule in column:
                    table[row, column[score.rule]] = score.share
        self._known = ~np.isnan(table)
        self._table = np.where(self._known, table, 0.0)
        seen = self._known.any(axis=0)
        self.categories = sorted({r.category for r, s in zip(counted, seen, strict=True) if s})

    def overall(self, bar: Bar) -> npt.NDArray[np.float64]:
        """Scores by this bar's weights, 0..100; not a number where nothing weighs anything."""
        weights = np.array([bar.severity_weights.get(r.severity.value, 0.0) for r in self._rules])
        member = np.array(
            [[r.category == name for name in self.categories] for r in self._rules], dtype=float
        ).reshape(len(self._rules), len(self.categories))
        total = (self._known * weights) @ member
        got = (self._table * weights) @ member
        values = np.divide(got, total, out=np.zeros_like(got), where=total > 0)
        by_category = np.array([bar.category_weights.get(name, 0.0) for name in self.categories])
        weighing = np.where(total > 0, by_category, 0.0)
        sums = weighing.sum(axis=1)
        out = np.full(len(self._slugs), np.nan)
        scores = np.divide(100 * (values * weighing).sum(axis=1), sums, out=out, where=sums > 0)
        return np.asarray(scores, dtype=np.float64)

    def places(self, bar: Bar) -> dict[str, int]:
        """Places by this bar's weights; a site for which nothing weighs anything has none."""
        values = self.overall(bar)
        known = [n for n, value in enumerate(values) if value == value]
        found = places([float(values[n]) for n in known])
        return {self._slugs[n]: place for n, place in zip(known, found, strict=True)}

"""Compare a finished run: like with like, with the run before it, and by other weights."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from lgaudit.comparisons import Comparisons, Movers
from lgaudit.evaluate import alike, weightings
from lgaudit.evaluate import movers as moving
from lgaudit.results import Results
from lgaudit.settings import Cohort

if TYPE_CHECKING:
    from lgaudit.store import Store
    from lgaudit.store.kept import KeptResults


def compare(store: Store, results: Results, cohorts: Iterable[Cohort] = ()) -> Comparisons:
    """Everything a report says beyond its one table.

    ``cohorts`` are ranked besides those kept with the run; one of the same name takes the place
    of the kept one.
    """
    asked = {cohort.name: cohort for cohort in (*kept_cohorts(results), *cohorts)}
    draws = store.draws(results.run.id)
    return Comparisons(
        tables=alike.tables(
            results.sites,
            results.scores,
            draws,
            asked.values(),
            confidence=results.bar.confidence,
        ),
        movers=_movers(store, results),
        weightings=weightings.weightings(results.rules, results.bar, results.scores),
        asked=tuple(asked),
    )


def kept_cohorts(results: Results) -> Sequence[Cohort]:
    """The cohorts a run was made with."""
    return msgspec.convert(results.run.settings.get("cohorts") or [], list[Cohort])


def _movers(store: Store, results: Results) -> Movers | None:
    before = previous(store, results)
    if before is None:
        return None
    own, earlier = store.draws(results.run.id), store.draws(before.run.id)
    return moving.movers(results, before, own, earlier)


def previous(store: Store, results: Results) -> Results | None:
    """The newest earlier visit to some of the same sites, see :func:`visits`."""
    return next(visits(store, results), None)


def visits(store: Store, results: Results) -> Iterator[KeptResults]:
    """A finished run of each earlier visit to some of the same sites, the newest visit first.

    Of several that judged one visit's evidence, the newest that judged it as this run does, if
    any: a visit judged again by today's bar can be compared when its first run cannot.
    """
    run = results.run
    slugs = {site.slug for site in results.sites}
    earlier = (s for s in store.runs() if s.finished is not None and s.started < run.started)
    for _, judged in itertools.groupby(earlier, key=lambda summary: summary.started):
        found: KeptResults | None = None
        for summary in judged:  # newest first
            one = store.results(summary.id)
            if _real(one) != _real(results) or not slugs & {site.slug for site in one.sites}:
                continue
            if not moving.differs(results, one):
                found = one
                break
            found = found or one
        if found is not None:
            yield found


def _real(results: Results) -> bool:
    """Whether the sites were live ones, not a demonstration's."""
    return not results.run.settings.get("only_mapped")

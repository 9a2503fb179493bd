"""What stands beside a run's one table: like with like, the run before it, other weights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec

from lgaudit import visits
from lgaudit.comparisons import Comparisons, Movers
from lgaudit.evaluate import alike, weightings
from lgaudit.evaluate import movers as moving
from lgaudit.results import Results
from lgaudit.settings import Cohort

if TYPE_CHECKING:
    from lgaudit.store import Store


def comparisons(store: Store, results: Results, cohorts: Iterable[Cohort] = ()) -> Comparisons:
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
    before = visits.previous(store, results)
    if before is None:
        return None
    own, earlier = store.draws(results.run.id), store.draws(before.run.id)
    return moving.movers(results, before, own, earlier, before.overall)

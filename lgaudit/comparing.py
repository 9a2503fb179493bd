"""Compare a finished run: like with like, with the run before it, and by other weights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec

from lgaudit.comparisons import Comparisons, Movers
from lgaudit.evaluate import alike, weightings
from lgaudit.evaluate import movers as moving
from lgaudit.results import Results
from lgaudit.settings import Cohort

if TYPE_CHECKING:
    from lgaudit.store import Store


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
    """The newest finished run before this one that looked at some of the same sites."""
    run = results.run
    slugs = {site.slug for site in results.sites}
    for summary in store.runs():
        # Of equal age are runs that judge the same evidence anew: none of them is before another.
        if summary.finished is None or summary.started >= run.started:
            continue
        earlier = store.results(summary.id)
        both_live = bool(earlier.run.settings.get("only_mapped")) == bool(
            run.settings.get("only_mapped")
        )
        if both_live and slugs & {site.slug for site in earlier.sites}:
            return earlier
    return None

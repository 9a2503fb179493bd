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
    """The newest finished run of an earlier visit to some of the same sites.

    Of several that judged one visit's evidence, the newest that judged it as this run does, if
    any: a visit judged again by today's bar can be compared when its first run cannot.
    """
    run = results.run
    slugs = {site.slug for site in results.sites}
    found: Results | None = None
    for summary in store.runs():  # newest first
        if summary.finished is None or summary.started >= run.started:
            continue
        if found is not None and summary.started != found.run.started:
            break
        earlier = store.results(summary.id)
        same = _real(earlier) == _real(results) and slugs & {site.slug for site in earlier.sites}
        if same and not moving.differs(results, earlier):
            return earlier
        if same:
            found = found or earlier
    return found


def _real(results: Results) -> bool:
    """Whether the sites were live ones, not a demonstration's."""
    return not results.run.settings.get("only_mapped")

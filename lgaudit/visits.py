"""Which kept runs looked at the same sites before."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lgaudit.evaluate import movers as moving
from lgaudit.results import Results

if TYPE_CHECKING:
    from lgaudit.store import Store
    from lgaudit.store.kept import KeptResults


def previous(store: Store, results: Results) -> KeptResults | None:
    """The newest earlier visit to some of the same sites, see :func:`earlier`."""
    return next(earlier(store, results), None)


def earlier(store: Store, results: Results) -> Iterator[KeptResults]:
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

"""What became of single issues between the two runs of a comparison."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING

from lgaudit import visits
from lgaudit.differences import Compared, Turns
from lgaudit.evaluate import lifetimes
from lgaudit.evaluate.lifetimes import NEW_PAGES
from lgaudit.lives import Change, Look, SiteLife, State
from lgaudit.results import Results

if TYPE_CHECKING:
    from lgaudit.store import Store

BEFORE = 6  # looks before the older run that are read, to tell what returned from what is new
MOST = 200  # looks in all beyond the two; some twenty a second are read


def turns(store: Store, compared: Compared) -> dict[str, Turns]:
    """Issues new, fixed, returned and still open, of the sites compared.

    Looks between the two runs are left out, so an issue that came and went between them is told
    as nothing.
    """
    then, now = store.results(compared.before.judged), store.results(compared.now.run)
    wanted = sorted(one.slug for one in compared.sites)
    most = min(BEFORE, MOST // max(1, len(wanted)))
    earlier = list(itertools.islice(visits.earlier(store, then), most))[::-1]
    runs: list[Results] = [*earlier, then, now]
    held = [(run, {rule.id: rule for rule in run.rules}, _slugs(run)) for run in runs]
    found = {}
    for slug in wanted:
        looks = [
            Look(run.run.id, run.run.started, run.run.engines, rules, run.site(slug))
            for run, rules, known in held
            if slug in known
        ]
        if looks and looks[-1].run == now.run.id:
            found[slug] = _told(lifetimes.follow(looks), now.run.id)
    return found


def _slugs(run: Results) -> frozenset[str]:
    return frozenset(site.slug for site in run.sites)


def _told(life: SiteLife, run: str) -> Turns:
    by: Mapping[State, list[Change]] = {state: [] for state in State}
    for change in life.changes:
        if change.run == run:
            by[change.state].append(change)
    fresh = [change.issue for change in by[State.NEW]]
    return Turns(
        new=tuple(issue for issue in fresh if issue.note != NEW_PAGES),
        fixed=tuple(change.issue for change in by[State.FIXED]),
        returned=tuple(change.issue for change in by[State.RETURNED]),
        elsewhere=tuple(issue for issue in fresh if issue.note == NEW_PAGES),
        open=sum(issue.state is State.OPEN for issue in life.issues),
    )

"""Compare two kept runs, and follow a council or the sector through all of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from lgaudit.differences import Compared, Course, Series, Side, Stand
from lgaudit.errors import StoreError
from lgaudit.evaluate import course, difference
from lgaudit.models import Council, Interval

if TYPE_CHECKING:
    from lgaudit.store import Store
    from lgaudit.store.kept import KeptResults
    from lgaudit.store.store import RunSummary

_EARLIER = 4000  # visits read to tell what returned from what is new


def run_named(store: Store, name: str, before: str = "") -> str:
    """The run meant by an id, the start of one, ``latest``, ``previous`` or a date.

    A date means the newest run that began on or before that day. ``previous`` is the newest run
    of an earlier visit than ``before``'s (latest when not given).

    Raises:
        StoreError: there is no such run.
    """
    runs = [run for run in store.runs() if run.finished is not None]
    if name == "previous":
        start = store.results(store.run_id(before or "latest")).run.started
        found = next((run.id for run in runs if run.started < start), None)
        if found is None:
            raise StoreError(
                f"{store.where} holds no run from before {start:%d %B %Y}; two are needed to"
                " compare. Audit again later, or name runs from `lgaudit runs list`."
            )
        return found
    try:
        day = dt.date.fromisoformat(name) if len(name) == 10 else None
    except ValueError:
        day = None
    if day is None:
        return store.run_id(name)
    found = next((run.id for run in runs if run.started.date() <= day), None)
    if found is None:
        raise StoreError(f"{store.where} holds no finished run from {day} or before.")
    return found


def compare(store: Store, first: str, second: str, slugs: Iterable[str] = ()) -> Compared:
    """How the sites of two runs (ids) differ; of some sites only when slugs are given.

    The later run's bar judges both: the earlier visit's newest judgement by that bar is taken
    where the store holds one, otherwise only rules that judge alike are compared.

    Raises:
        StoreError: the runs are of one visit, or share no site.
    """
    old, new = store.results(first), store.results(second)
    if old.run.started > new.run.started:
        old, new = new, old
    if old.run.started == new.run.started and old.run.id == new.run.id:
        raise StoreError(f"{first} is one run. Name two, see `lgaudit runs list`.")
    judged = _judged_alike(store, old, new)
    rules, left_out = difference.alike(new.rules, judged.rules)
    sides = difference.Sides(rules, new.bar, _axe(judged) != _axe(new))
    chosen = set(slugs) or None
    tallies = store.tallies
    then, now = tallies.judged(judged.run.id, chosen), tallies.judged(new.run.id, chosen)
    published = then if judged is old else tallies.judged(old.run.id, chosen)
    shared = sorted(then.keys() & now.keys())
    if not shared:
        what = f"both looked at {', '.join(sorted(chosen))}" if chosen else "looked at one website"
        raise StoreError(f"{old.run.id} and {new.run.id} have not {what}; nothing to compare.")
    earlier = _earlier(store, old, shared, everything=chosen is None)
    found = difference.adjusted(
        [
            difference.compare(
                published.get(slug, then[slug]), then[slug], now[slug], sides,
                earlier.get(slug, frozenset()),
            )
            for slug in shared
        ]
    )  # fmt: skip
    everyone = len(then.keys() | now.keys())
    mean, parts = difference.sector(found, everyone, new.bar.confidence)
    return Compared(
        before=_side(old, judged), now=_side(new, new),
        one_bar=not left_out and judged.bar == new.bar,
        rules=len(rules), left_out=left_out, confidence=new.bar.confidence, sites=found,
        only_before=tuple(sorted(then.keys() - now.keys())),
        only_now=tuple(sorted(now.keys() - then.keys())), sector=mean, parts=parts,
    )  # fmt: skip


def _axe(results: KeptResults) -> str:
    return results.run.engines.axe_core


def _side(own: KeptResults, judged: KeptResults) -> Side:
    run = own.run
    return Side(run.id, judged.run.id, run.started, run.engines.bar, run.engines.axe_core)


def _judged_alike(store: Store, old: KeptResults, new: KeptResults) -> KeptResults:
    """The judgement of the old visit that comes nearest to the new run's."""
    own = _by_one_bar(old, new)
    if own:
        return old
    for summary in store.runs():
        if summary.started == old.run.started and summary.finished and summary.id != old.run.id:
            other = store.results(summary.id)
            if other.run.judged_from == (old.run.judged_from or old.run.id) and _by_one_bar(
                other, new
            ):
                return other
    return old


def _by_one_bar(one: KeptResults, new: KeptResults) -> bool:
    return one.bar == new.bar and not difference.alike(new.rules, one.rules)[1]


def _earlier(
    store: Store, old: KeptResults, slugs: Sequence[str], *, everything: bool
) -> Mapping[str, frozenset[str]]:
    """Rules each site failed in visits before the older of the two runs."""
    runs = [s.id for s in store.runs() if s.finished and s.started < old.run.started]
    runs = runs[: max(1, _EARLIER // max(1, len(slugs)))]
    return store.tallies.ever_failing(runs, None if everything else slugs)


def _visits(store: Store) -> list[RunSummary]:
    """One finished run of each visit, oldest first: the first judgement, as it was published."""
    found: dict[dt.datetime, RunSummary] = {}
    for summary in store.runs():  # newest first
        if summary.finished is not None:
            found[summary.started] = summary
    return [found[when] for when in sorted(found)]


def history(store: Store, slug: str, known: Mapping[str, Council] | None = None) -> Course:
    """A council through all runs: before a reorganisation, and since; never as one series.

    ``known`` is a register, for councils the newest run did not look at.

    Raises:
        StoreError: no run ranked the council or any it came of.
    """
    visits = _visits(store)
    seats: dict[str, str] = {}  # council -> site
    councils = dict(known or {})
    for one in [visits[0], visits[-1]] if visits else []:
        for site in store.results(one.id).sites:
            seats[site.slug] = site.slug
            for council in site.councils:
                seats[council.slug] = site.slug
                councils[council.slug] = council
    family = _family(slug, councils)
    series = []
    for name in family:
        stands = _stands(store, visits, seats.get(name, name))
        if stands:
            called = councils[name].name if name in councils else name
            series.append(Series(name, called, stands, course.trend(stands)))
    if not series:
        raise StoreError(
            f"No run in {store.where} ranked {slug!r}."
            " `lgaudit councils list` shows every name, `lgaudit runs show` what a run saw."
        )
    own = councils.get(slug)
    return Course(own.name if own else slug, _vesting(family, councils), tuple(series))


def _family(slug: str, councils: Mapping[str, Council]) -> list[str]:
    """The council with those it came of and those that came of it: oldest first."""
    before: dict[str, list[str]] = {}
    for council in councils.values():
        for after in council.successors:
            before.setdefault(after, []).append(council.slug)
    older, newer, seen = [], [], {slug}
    ahead = [slug]
    while ahead:
        for name in sorted(before.get(ahead.pop(), ())):
            if name not in seen:
                seen.add(name)
                older.append(name)
                ahead.append(name)
    ahead = [slug]
    while ahead:
        own = councils.get(ahead.pop())
        for name in own.successors if own else ():
            if name not in seen:
                seen.add(name)
                newer.append(name)
                ahead.append(name)
    return [*older[::-1], slug, *newer]


def _vesting(
    family: Sequence[str], councils: Mapping[str, Council]
) -> tuple[tuple[dt.date, str], ...]:
    found = []
    for name in family:
        own = councils.get(name)
        if own and own.closed and own.successors:
            after = [councils[s].name if s in councils else s for s in own.successors]
            found.append((own.closed, f"{own.name} became {' and '.join(after)}"))
    return tuple(sorted(found))


def _stands(store: Store, visits: Sequence[RunSummary], slug: str) -> tuple[Stand, ...]:
    runs = [visit.id for visit in visits]
    scores = store.tallies.scores(runs, [slug])
    failing = store.tallies.failing(runs, [slug])
    found: list[Stand] = []
    before: frozenset[str] | None = None
    for visit in visits:
        score = scores[visit.id].get(slug)
        if score is None:
            continue
        failed = failing.get((visit.id, slug), frozenset())
        new, gone = (len(failed - before), len(before - failed)) if before is not None else (0, 0)
        found.append(_stand(visit, slug, score, new, gone, found))
        before = failed
    return tuple(found)


def _stand(
    visit: RunSummary, slug: str, score: Interval, new: int, gone: int,
    found: Sequence[Stand], of: int = 1,
) -> Stand:  # fmt: skip
    axe = visit.axe_core
    last = found[-1] if found else None
    events = []
    if last and last.bar != visit.bar:
        events.append(f"bar {last.bar} became {visit.bar}")
    if last and last.axe_core != axe:
        events.append(f"axe-core {last.axe_core or '(none)'} became {axe or '(none)'}")
    return Stand(visit.id, visit.started, slug, score, visit.bar, axe, new, gone, tuple(events), of)


def sector(store: Store) -> Course:
    """The mean of the ranked sites in every run, with the interval of that mean.

    The sites ranked are all there are, not a sample of sites: the error is that of their pages.

    Raises:
        StoreError: no run ranked any site.
    """
    visits = _visits(store)
    scores = store.tallies.scores([visit.id for visit in visits])
    found: list[Stand] = []
    for visit in visits:
        own = [value for _, value in sorted(scores[visit.id].items())]
        if own:
            mean = difference.mean_of(own)
            found.append(_stand(visit, "", mean, 0, 0, found, len(own)))
    if not found:
        raise StoreError(f"No run in {store.where} ranked a site yet. Run `lgaudit audit`.")
    series = Series("", "All ranked sites", tuple(found), course.trend(found))
    return Course("Sector", (), (series,))

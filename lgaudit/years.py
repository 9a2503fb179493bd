"""Follow a council or the sector through all kept runs, under one bar where that can be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from lgaudit.differences import Course, Courses, Missed, Series, Stand, Standing, comparable
from lgaudit.errors import StoreError
from lgaudit.evaluate import course, difference
from lgaudit.models import Council, Interval, Site
from lgaudit.results import Results

if TYPE_CHECKING:
    from lgaudit.store import RunSummary, Store

EVERY_TIME = "every-time"  # slug of the series of sites that every look ranked


@dataclass(frozen=True, slots=True)
class _Visit:
    """One visit: the run that was published of it, and the judgement that is shown."""

    published: RunSummary
    judged: RunSummary


def courses(store: Store, results: Results) -> Courses:
    """What a run's report shows of the visits so far; nothing when it is the first."""
    years = Years(store, results)
    if len(years) < 2:
        return Courses()
    try:
        return years.courses()
    except StoreError:
        return Courses()  # nobody was ranked


class Years:
    """The visits of a store up to a run (the newest when not given); live ones or made-up ones.

    Of several judgements of one visit that by the last run's bar is taken, if there is one.
    """

    def __init__(self, store: Store, until: Results | None = None) -> None:
        self._store = store
        runs = [one for one in store.runs() if one.finished is not None]  # newest first
        if until is not None:
            runs = [one for one in runs if one.started <= until.run.started]
        name = until.run.id if until is not None else ""
        self.last = next((one for one in runs if one.id == name), runs[0] if runs else None)
        judged: dict[dt.datetime, list[RunSummary]] = {}
        for one in runs:
            if self.last is not None and one.demonstration == self.last.demonstration:
                judged.setdefault(one.started, []).append(one)
        self._visits = [self._visit(own) for _, own in sorted(judged.items())]

    def __len__(self) -> int:
        """How many visits there are."""
        return len(self._visits)

    def _visit(self, judged: Sequence[RunSummary]) -> _Visit:
        last = self.last
        assert last is not None  # there is a visit
        published = next((one for one in judged if not one.judged_from), judged[-1])
        if last in judged:
            return _Visit(published, last)
        alike = (one for one in judged if (one.bar, one.axe_core) == (last.bar, last.axe_core))
        return _Visit(published, next(alike, published))

    def council(self, slug: str, known: Mapping[str, Council] | None = None) -> Course:
        """A council before a reorganisation, and since; never as one series.

        ``known`` is a register, for councils the newest run did not look at.

        Raises:
            StoreError: no run ranked the council or any it came of.
        """
        councils = {**(known or {}), **self._councils}
        family = _family(slug, councils, _before(councils))
        wanted = {self._seats.get(name, name) for name in family}
        found = self._course(slug, family, councils, self._standings(wanted))
        if found is None:
            raise StoreError(
                f"No run in {self._store.where} ranked {slug!r}."
                " `lgaudit councils list` shows every name, `lgaudit runs show` what a run saw."
            )
        return found

    def councils(self, slugs: Collection[str], *, rules: bool = True) -> dict[str, Course]:
        """Those of the councils that more than one visit ranked, or whose forerunners one did.

        Without ``rules`` looks have neither categories nor rules that began to fail.
        """
        table, councils = self._standings(None) if rules else self._everyone, self._councils
        found: dict[str, Course] = {}
        before = _before(councils)
        for slug in sorted(slugs) if len(self._visits) > 1 else ():
            own = self._course(slug, _family(slug, councils, before), councils, table, rules)
            if own is not None and sum(len(series.stands) for series in own.series) > 1:
                found[slug] = own
        return found

    def courses(self, *, rules: bool = True) -> Courses:
        """The sector and every council of the newest visit; see :meth:`councils`.

        Raises:
            StoreError: no run ranked any site.
        """
        own = self.councils(self.ranked, rules=rules)
        return Courses(self.sector(), own, course.clear(own))

    def _course(
        self,
        slug: str,
        family: Sequence[str],
        councils: Mapping[str, Council],
        table: Mapping[str, Mapping[str, Standing]],
        rules: bool = True,
    ) -> Course | None:
        series = []
        for name in family:
            stands, missed = self._stands(self._seats.get(name, name), table, rules)
            if stands:
                called = councils[name].name if name in councils else name
                series.append(Series(name, called, stands, course.trend(stands), missed))
        own = councils.get(slug)
        vesting = _vesting(family, councils)
        return Course(own.name if own else slug, vesting, tuple(series)) if series else None

    @cached_property
    def ranked(self) -> frozenset[str]:
        """The councils whose sites the newest visit looked at."""
        return frozenset(self._councils)

    @cached_property
    def _seats(self) -> dict[str, str]:
        """Council to site, as the first and the newest visit have it."""
        seats: dict[str, str] = {}
        for site in self._sites():
            seats[site.slug] = site.slug
            seats.update((council.slug, site.slug) for council in site.councils)
        return seats

    @cached_property
    def _councils(self) -> dict[str, Council]:
        return {council.slug: council for site in self._sites() for council in site.councils}

    def _sites(self) -> Iterator[Site]:
        for visit in [self._visits[0], self._visits[-1]] if self._visits else []:
            yield from self._store.results(visit.judged.id).sites

    def _standings(self, slugs: Collection[str] | None) -> Mapping[str, Mapping[str, Standing]]:
        return self._store.tallies.standings(self._runs, slugs, failing=True)

    @cached_property
    def _everyone(self) -> Mapping[str, Mapping[str, Standing]]:
        """What the sector's mean is of: no rules."""
        return self._store.tallies.standings(self._runs)

    @property
    def _runs(self) -> list[str]:
        return sorted({one.id for v in self._visits for one in (v.published, v.judged)})

    def _stands(
        self, slug: str, table: Mapping[str, Mapping[str, Standing]], rules: bool
    ) -> tuple[tuple[Stand, ...], tuple[Missed, ...]]:
        found: list[Stand] = []
        missed: list[Missed] = []
        before: frozenset[str] = frozenset()
        for visit in self._visits:
            by, own = visit.judged, table[visit.judged.id].get(slug)
            shown = table[visit.published.id].get(slug)
            if own is None or own.score is None:
                by, own = visit.published, shown
            if own is None or own.score is None:
                if own is not None:
                    missed.append(Missed(by.id, by.started, own.reason))
                continue
            events = _events(by, found[-1] if found else None)
            alike = bool(found) and not events
            found.append(
                Stand(
                    by.id, by.started, slug, own.score, by.bar, by.axe_core,
                    len(own.failing - before) if alike else 0,
                    len(before - own.failing) if alike else 0,
                    events, 1, {n: Interval(*span) for n, span in own.categories.items()} if rules
                    else {}, own.rules_met, own.rules_applicable,
                    shown.score if shown and by is not visit.published else None,
                )
            )  # fmt: skip
            before = own.failing
        return tuple(found), tuple(missed)

    def sector(self) -> Course:
        """The mean of the ranked sites in every visit, with the interval of that mean.

        The sites ranked are all there are, not a sample of sites: the error is that of their
        pages. Where not the same sites were ranked each time, those that every look by today's
        bar ranked are a series of their own.

        Raises:
            StoreError: no run ranked any site.
        """
        table = self._everyone
        ranked = {
            visit.judged.id: {s for s, one in table[visit.judged.id].items() if one.score}
            for visit in self._visits
        }
        everyone = self._means(table, ranked)
        if not everyone:
            raise StoreError(
                f"No run in {self._store.where} ranked a site yet. Run `lgaudit audit`."
            )
        series = [Series("", "All ranked sites", everyone, course.trend(everyone))]
        alike = [stand.run for stand in comparable(everyone)]
        always = set.intersection(*(ranked[run] for run in alike))
        if len(alike) > 1 and always and any(ranked[run] != always for run in alike):
            own = self._means(table, dict.fromkeys(alike, always))
            name = f"The {len(always)} sites ranked every time"
            series.append(Series(EVERY_TIME, name, own, course.trend(own)))
        return Course("Sector", (), tuple(series))

    def _means(
        self,
        table: Mapping[str, Mapping[str, Standing]],
        wanted: Mapping[str, Collection[str]],
    ) -> tuple[Stand, ...]:
        found: list[Stand] = []
        for visit in self._visits:
            by = visit.judged
            own = [table[by.id][slug] for slug in sorted(wanted.get(by.id, ()))]
            scores = [one.score for one in own if one.score]
            if not scores:
                continue
            names = sorted({name for one in own for name in one.categories})
            found.append(
                Stand(
                    by.id, by.started, "", difference.mean_of(scores), by.bar, by.axe_core, 0, 0,
                    _events(by, found[-1] if found else None), len(scores),
                    {name: _mean(own, name) for name in names},
                )
            )  # fmt: skip
        return tuple(found)


def _mean(standings: Sequence[Standing], category: str) -> Interval:
    held = [one.categories[category] for one in standings if category in one.categories]
    return difference.mean_of([Interval(*span) for span in held])


def _events(run: RunSummary, last: Stand | None) -> tuple[str, ...]:
    """What else changed since the look before."""
    told = []
    if last and last.bar != run.bar:
        told.append(f"bar {last.bar} became {run.bar}")
    if last and last.axe_core != run.axe_core:
        told.append(f"axe-core {last.axe_core or '(none)'} became {run.axe_core or '(none)'}")
    return tuple(told)


def _before(councils: Mapping[str, Council]) -> Mapping[str, Sequence[str]]:
    """The councils that each council came of."""
    before: dict[str, list[str]] = {}
    for council in councils.values():
        for after in council.successors:
            before.setdefault(after, []).append(council.slug)
    return before


def _family(
    slug: str, councils: Mapping[str, Council], before: Mapping[str, Sequence[str]]
) -> list[str]:
    """The council with those it came of and those that came of it: oldest first."""
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

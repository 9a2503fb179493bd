"""A kept run, read one site at a time: what the reports are made from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import msgspec
from sqlalchemy import Engine, select

from lgaudit.errors import StoreError
from lgaudit.models import Rank, Rule, Run, Site, SiteScore
from lgaudit.results import Bar, SiteResult
from lgaudit.store import rows, schema
from lgaudit.store.database import reading
from lgaudit.store.strings import strings

MOST_TEXTS = 50_000  # strings that are held between two sites


class KeptResults:
    """Satisfies :class:`lgaudit.results.Results`; sites are those that were finished."""

    def __init__(self, engine: Engine, where: str, run_id: str) -> None:
        self._engine, self._where, self._run_id = engine, where, run_id
        self._texts: dict[int, str] = {}  # what was read of one site is often said of the next

    @cached_property
    def run(self) -> Run:
        """The run itself."""
        query = select(schema.run.c.document, schema.run.c.finished)
        with reading(self._engine, self._where) as connection:
            row = connection.execute(query.where(schema.run.c.id == self._run_id)).one_or_none()
        if row is None:
            raise StoreError(f"{self._run_id}: this run is no longer in {self._where}.")
        run = msgspec.json.decode(row.document, type=Run)
        finished = dt.datetime.fromisoformat(row.finished) if row.finished else None
        return replace(run, finished=finished)

    @cached_property
    def bar(self) -> Bar:
        """The bar the run was scored by."""
        query = select(schema.run.c.bar).where(schema.run.c.id == self._run_id)
        with reading(self._engine, self._where) as connection:
            return msgspec.json.decode(connection.execute(query).scalar_one(), type=Bar)

    @cached_property
    def rules(self) -> Sequence[Rule]:
        """The rules of the run, examples left out, in id order."""
        query = (
            select(schema.text.c.value)
            .join(schema.rule, schema.rule.c.document == schema.text.c.id)
            .where(schema.rule.c.run == self._run_id)
            .order_by(schema.rule.c.number)
        )
        with reading(self._engine, self._where) as connection:
            return [msgspec.json.decode(value, type=Rule) for value in connection.scalars(query)]

    @cached_property
    def sites(self) -> Sequence[Site]:
        """Every finished site of the run, in slug order."""
        return self._sites(finished=True)

    @cached_property
    def unfinished(self) -> Sequence[Site]:
        """Sites the run was to look at and did not finish, in slug order."""
        return self._sites(finished=False)

    @cached_property
    def scores(self) -> Mapping[str, SiteScore]:
        """Score by site slug, in slug order; unranked sites have one too, with the reason."""
        visit, table = schema.visit, schema.rule_score
        visits = select(visit.c.id, visit.c.slug, visit.c.summary).where(
            visit.c.run == self._run_id, visit.c.verdict.is_not(None)
        )
        scored = (
            select(table)
            .join(visit, table.c.visit == visit.c.id)
            .where(visit.c.run == self._run_id)
            .order_by(table.c.visit, table.c.number)
        )
        by_visit: dict[int, list[rows.Kept]] = {}
        with reading(self._engine, self._where) as connection:
            found = connection.execute(visits.order_by(visit.c.slug)).all()
            for number, *line in connection.execute(scored).all():
                by_visit.setdefault(number, []).append(line)
            text = strings(connection, {rule for own in by_visit.values() for _, rule, *_ in own})
        scores: dict[str, SiteScore] = {}
        for row in found:
            score = rows.score_of(row.summary)
            if score is not None:
                rules = rows.rule_scores(by_visit.get(row.id, ()), text)
                scores[row.slug] = replace(score, rules=tuple(rules))
        return scores

    @cached_property
    def overall(self) -> Mapping[str, SiteScore]:
        """Score by site slug without what each rule adds to it: many runs are soon read so."""
        visit = schema.visit
        query = select(visit.c.slug, visit.c.summary).where(
            visit.c.run == self._run_id, visit.c.verdict.is_not(None)
        )
        with reading(self._engine, self._where) as connection:
            found = connection.execute(query.order_by(visit.c.slug)).all()
        scores = ((row.slug, rows.score_of(row.summary)) for row in found)
        return {slug: score for slug, score in scores if score is not None}

    @cached_property
    def ranks(self) -> Mapping[str, Rank]:
        """Rank by site slug, best first; ranked sites only."""
        visit = schema.visit
        query = (
            select(visit.c.slug, visit.c.place, visit.c.low, visit.c.high, visit.c.band)
            .where(visit.c.run == self._run_id, visit.c.place.is_not(None))
            .order_by(visit.c.place, visit.c.slug)
        )
        with reading(self._engine, self._where) as connection:
            return {row.slug: Rank(*row) for row in connection.execute(query)}

    def site(self, slug: str, *, scored: bool = True) -> SiteResult:
        """One site in full; without ``scored`` its score lacks what each rule adds to it.

        Raises:
            StoreError: the run has no finished site of that name.
        """
        visit = schema.visit
        query = select(visit.c.id, visit.c.summary, visit.c.others).where(
            visit.c.run == self._run_id, visit.c.slug == slug, visit.c.verdict.is_not(None)
        )
        with reading(self._engine, self._where) as connection:
            row = connection.execute(query).one_or_none()
            if row is None:
                raise StoreError(f"Run {self._run_id} has no finished site named {slug}.")
            known = self.__dict__.get("scores", {}).get(slug)  # read for all sites before
            scores = (known.rules if known else None) if scored else ()
            if len(self._texts) > MOST_TEXTS:
                self._texts.clear()
            return rows.read(connection, row.id, row.summary, row.others, scores, self._texts)

    def each_site(self) -> Iterator[SiteResult]:
        """Every finished site in full, in slug order, one in memory at a time."""
        for site in self.sites:
            yield self.site(site.slug)

    def _sites(self, *, finished: bool) -> Sequence[Site]:
        visit = schema.visit
        state = visit.c.verdict.is_not(None) if finished else visit.c.verdict.is_(None)
        query = (
            select(schema.text.c.value)
            .join(visit, visit.c.site == schema.text.c.id)
            .where(visit.c.run == self._run_id, state)
        )
        with reading(self._engine, self._where) as connection:
            found = [msgspec.json.decode(v, type=Site) for v in connection.scalars(query)]
        return sorted(found, key=lambda site: site.slug)

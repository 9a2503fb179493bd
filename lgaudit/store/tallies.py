"""Runs read in as little as comparing them needs: no findings, no places, few strings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Engine, select

from lgaudit.differences import Judged, Standing
from lgaudit.models import Interval, Reason
from lgaudit.store import schema, tally
from lgaudit.store.database import reading
from lgaudit.store.strings import strings


class Tallies:
    """Reads many visits at once. Page keys are of this store only."""

    def __init__(self, engine: Engine, where: str) -> None:
        self._engine, self._where = engine, where
        self._names: dict[int, str] = {}  # of rules

    def judged(self, run: str, slugs: Collection[str] | None = None) -> dict[str, Judged]:
        """Every finished visit of a run (or those named), by slug."""
        table = schema.tally
        rows = self._rows([run], slugs, table.c.reason, *_SCORE, table.c.said)
        packed = [(row, tally.unpack(row.said)) for row in sorted(rows, key=lambda r: str(r.slug))]
        lists = {tuple(said.rules) for _, said in packed}  # most sites have the same
        names = self._rules(set().union(*lists))
        ids = {own: tuple(names[rule] for rule in own) for own in lists}
        return {
            row.slug: tally.judged(
                row.slug, _interval(row), row.reason, said, ids[tuple(said.rules)]
            )
            for row, said in packed
        }

    def standings(
        self, runs: Sequence[str], slugs: Collection[str] | None = None, *, failing: bool = False
    ) -> dict[str, dict[str, Standing]]:
        """Scores by run, then slug; those that were not ranked too. ``failing``: their rules."""
        table = schema.tally.c
        wanted = [*_SCORE, table.reason, table.categories, table.rules_met, table.rules_applicable]
        rows = self._rows(runs, slugs, *wanted, *([table.failing] if failing else []))
        held = [tally.numbers_of(row.failing) if failing else [] for row in rows]
        names = self._rules(set().union(*held))
        found: dict[str, dict[str, Standing]] = {run: {} for run in runs}
        for row, rules in zip(rows, held, strict=True):
            found[row.run][row.slug] = Standing(
                _interval(row),
                row.reason,
                tally.categories(row.categories),
                row.rules_met,
                row.rules_applicable,
                frozenset(names[rule] for rule in rules),
            )
        return found

    def ever_failing(
        self, runs: Iterable[str], slugs: Collection[str] | None
    ) -> Mapping[str, frozenset[str]]:
        """The rules each site failed in any of the runs, by slug."""
        held: dict[str, set[int]] = {}
        for row in self._rows(list(runs), slugs, schema.tally.c.failing):
            held.setdefault(row.slug, set()).update(tally.numbers_of(row.failing))
        names = self._rules(set().union(*held.values()))
        return {slug: frozenset(names[rule] for rule in own) for slug, own in held.items()}

    def answered(self, run: str) -> set[str]:
        """The slugs of the finished sites of a run that could be seen."""
        visit = schema.visit
        query = select(visit.c.slug).where(visit.c.run == run, visit.c.verdict == Reason.OK.value)
        with reading(self._engine, self._where) as connection:
            return set(connection.scalars(query))

    def _rows(
        self, runs: Sequence[str], slugs: Collection[str] | None, *columns: ColumnElement[Any]
    ) -> Sequence[Any]:
        """Columns of the tallies of finished visits, with ``run`` and ``slug``."""
        visit, table = schema.visit, schema.tally
        query = select(visit.c.run, visit.c.slug, *columns).join(visit, table.c.visit == visit.c.id)
        query = query.where(visit.c.run.in_(runs))
        if slugs is not None:
            query = query.where(visit.c.slug.in_(sorted(slugs)))
        with reading(self._engine, self._where) as connection:
            return connection.execute(query).all()

    def _rules(self, numbers: Iterable[int]) -> Mapping[int, str]:
        missing = set(numbers).difference(self._names)
        if missing:
            with reading(self._engine, self._where) as connection:
                self._names.update(strings(connection, missing))
        return self._names


_SCORE = (schema.tally.c.score, schema.tally.c.score_low, schema.tally.c.score_high)


def _interval(row: Any) -> Interval | None:
    if row.score is None:
        return None
    return Interval(row.score, row.score_low, row.score_high)

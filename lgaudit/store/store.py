"""The store: runs go in one site at a time, and come out as results."""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import TracebackType

import msgspec
import numpy as np
import numpy.typing as npt
from sqlalchemy import Engine, RowMapping, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from lgaudit.errors import StoreError
from lgaudit.models import Engines, Rank, Rule, Run, Site, SiteScore
from lgaudit.results import Bar, SiteResult
from lgaudit.store import rows, schema, whole
from lgaudit.store.database import connect, file_of, name_of, read_url, reading, sentences, writing
from lgaudit.store.kept import KeptResults
from lgaudit.store.migrations import begun, current, migrate, outdated
from lgaudit.store.strings import sweep, to_json
from lgaudit.store.tallies import Tallies
from lgaudit.store.whole import Part


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One line about a run. ``finished`` is None when it was interrupted or is under way."""

    id: str
    started: dt.datetime
    finished: dt.datetime | None
    sites: int
    done: int
    ranked: int
    bar: str
    lgaudit: str
    seed: int
    axe_core: str = ""
    judged_from: str = ""  # the run whose evidence it judged again
    demonstration: bool = False  # of made-up sites, never set beside live ones


class Store:
    """An open store. Every method is one transaction; safe to call from several threads."""

    def __init__(self, engine: Engine, where: str) -> None:
        self._engine, self.where = engine, where

    @classmethod
    def open(
        cls,
        url: str = "",
        *,
        create: bool = True,
        wait: float = 30.0,
        told: Callable[[str], None] | None = None,
    ) -> Store:
        """Open a store, bringing its tables up to date.

        ``url`` is a database URL, a file name, or '' for lgaudit.db in the current folder. With
        ``create`` false a store that is not there is an error. ``wait`` is in seconds. ``told``
        hears a sentence when bringing an older store up to date begins: it can take minutes.

        Raises:
            StoreError: unreadable, damaged, locked, newer than this program, or not ours.
        """
        address = read_url(url)
        where, file = name_of(address), file_of(address)
        if file is not None:
            if not create and not file.exists():
                raise StoreError(
                    f"There are no runs yet: {where} does not exist. Make one with"
                    " `lgaudit audit`, or name another store with --store."
                )
            with sentences(where):
                file.parent.mkdir(parents=True, exist_ok=True)
        engine = connect(address, wait)
        try:
            with reading(engine, where) as connection:
                ready = current(connection)
                older = not ready and outdated(connection)
                if not create and file is None and not begun(connection):
                    raise StoreError(
                        f"There are no runs yet in {where}. Make one with `lgaudit audit`, or name"
                        " another store with --store."
                    )
            if not ready:
                if older and told is not None:
                    told(f"bringing {where} up to date, once; with many runs it takes minutes.")
                with writing(engine, where) as connection:
                    migrate(connection, where)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, where)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # --- writing a run ----------------------------------------------------------------------

    def start_run(self, run: Run, rules: Sequence[Rule], bar: Bar, sites: Sequence[Site]) -> None:
        """Keep what a run is about to do, so that it can be gone on with after a kill."""
        with writing(self._engine, self.where) as connection:
            whole.begin(connection, self.where, run, rules, bar)
            whole.plan(connection, run.id, sites)

    def keep_run(
        self,
        run: Run,
        rules: Sequence[Rule],
        bar: Bar,
        parts: Iterable[Part],
        ranks: Mapping[str, Rank],
    ) -> None:
        """Keep a whole run that was made elsewhere, all of it or nothing.

        ``parts`` is read one site at a time; what it raises leaves the store as it was.

        Raises:
            StoreError: the store holds a run of that name, or cannot be written.
        """
        with writing(self._engine, self.where) as connection:
            whole.begin(connection, self.where, run, rules, bar)
            whole.keep(connection, run.id, parts)
            whole.rank(connection, run.id, ranks)

    def save_site(
        self, run_id: str, result: SiteResult, draws: npt.NDArray[np.floating] | None = None
    ) -> None:
        """Keep one finished site, all of it or nothing; what was kept of it before is replaced."""
        visit = schema.visit
        with writing(self._engine, self.where) as connection:
            chosen = (visit.c.run == run_id) & (visit.c.slug == result.site.slug)
            try:
                connection.execute(delete(visit).where(chosen))
                whole.finished(connection, run_id, result, draws)
            except IntegrityError as error:
                raise StoreError(f"Run {run_id} is not (or no longer) in {self.where}.") from error

    def save_score(
        self, run_id: str, score: SiteScore, draws: npt.NDArray[np.floating] | None = None
    ) -> None:
        """Keep a new score of a site that is kept already, and leave the rest as it is."""
        visit = schema.visit
        chosen = (visit.c.run == run_id) & (visit.c.slug == score.site)
        with writing(self._engine, self.where) as connection:
            query = select(visit.c.id, visit.c.summary).where(chosen, visit.c.verdict.is_not(None))
            row = connection.execute(query).one_or_none()
            if row is None:
                raise StoreError(f"Run {run_id} has no finished site named {score.site}.")
            connection.execute(
                update(visit)
                .where(visit.c.id == row.id)
                .values(
                    score=score.overall.value if score.overall else None,
                    summary=rows.rescored(row.summary, score),
                    draws=whole.packed(draws),
                )
            )
            rows.write_score(connection, row.id, score)

    def finish_run(
        self,
        run_id: str,
        ranks: Mapping[str, Rank],
        finished_at: dt.datetime,
        engines: Engines | None = None,
    ) -> None:
        """Keep the ranks and mark the run as finished; ``engines`` as they reported themselves."""
        run = schema.run
        with writing(self._engine, self.where) as connection:
            document = connection.execute(
                select(run.c.document).where(run.c.id == run_id)
            ).scalar_one_or_none()
            if document is None:
                raise StoreError(f"Run {run_id} is not (or no longer) in {self.where}.")
            if engines is not None:
                kept = msgspec.json.decode(document, type=Run)
                document = to_json(replace(kept, engines=engines))
            connection.execute(
                update(run)
                .where(run.c.id == run_id)
                .values(finished=finished_at.isoformat(), document=document)
            )
            whole.rank(connection, run_id, ranks)

    def delete_run(self, run_id: str) -> None:
        """Remove a run and everything only it used; SQLite gives the room back to the disk."""
        with writing(self._engine, self.where) as connection:
            run = schema.run
            if not connection.execute(delete(run).where(run.c.id == run_id)).rowcount:
                raise StoreError(f"{self.where} holds no run named {run_id}.")
            sweep(connection)
        if self._engine.dialect.name == "sqlite":
            self._shrink()

    def _shrink(self) -> None:
        """Give free room back to the disk; when another process is busy, the next time will do."""
        with (
            contextlib.suppress(sqlite3.Error),
            sentences(self.where),
            self._engine.connect() as connection,
        ):
            raw = connection.connection.dbapi_connection
            if raw is not None:  # as a script: plain execution stops after one page
                raw.executescript("PRAGMA incremental_vacuum")

    # --- reading ----------------------------------------------------------------------------

    @property
    def tallies(self) -> Tallies:
        """Reads many visits at once, in little: for comparing runs."""
        return Tallies(self._engine, self.where)

    def finished_sites(self, run_id: str) -> set[str]:
        """Slugs that need not be looked at again when the run is gone on with."""
        visit = schema.visit
        query = select(visit.c.slug).where(visit.c.run == run_id, visit.c.verdict.is_not(None))
        with reading(self._engine, self.where) as connection:
            return set(connection.scalars(query))

    def planned_sites(self, run_id: str) -> tuple[Site, ...]:
        """Every site the run was to look at, finished or not, in slug order."""
        kept = self.results(run_id)
        return tuple(sorted([*kept.sites, *kept.unfinished], key=lambda site: site.slug))

    def draws(self, run_id: str) -> dict[str, npt.NDArray[np.float32]]:
        """Bootstrap draws by slug, of the finished sites that have some: for ranking."""
        visit = schema.visit
        query = select(visit.c.slug, visit.c.draws).where(
            visit.c.run == run_id, visit.c.verdict.is_not(None), visit.c.draws.is_not(None)
        )
        with reading(self._engine, self.where) as connection:
            return {
                row.slug: np.frombuffer(row.draws, dtype=whole.DRAWS)
                for row in connection.execute(query.order_by(visit.c.slug))
                if row.draws
            }

    def verdicts(self, run_id: str) -> dict[str, int]:
        """How many finished sites had each verdict, by its name, in name order."""
        visit = schema.visit
        query = (
            select(visit.c.verdict, func.count())
            .where(visit.c.run == run_id, visit.c.verdict.is_not(None))
            .group_by(visit.c.verdict)
            .order_by(visit.c.verdict)
        )
        with reading(self._engine, self.where) as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def runs(self) -> list[RunSummary]:
        """Every run, newest first."""
        run, visit = schema.run, schema.visit
        query = (
            select(
                run.c.id,
                run.c.started,
                run.c.finished,
                run.c.document,
                func.count(visit.c.id).label("sites"),
                func.count(visit.c.verdict).label("done"),
                func.count(visit.c.score).label("ranked"),
            )
            .outerjoin(visit, visit.c.run == run.c.id)
            .group_by(run.c.id, run.c.started, run.c.finished, run.c.document)
        )
        with reading(self._engine, self.where) as connection:
            found = [_summary(row) for row in connection.execute(query).mappings()]
        return sorted(found, key=lambda item: (item.started, item.id), reverse=True)

    def run_id(self, name: str) -> str:
        """The run meant by an id, the start of one, or 'latest'.

        Raises:
            StoreError: no such run, or several; the message names those there are.
        """
        with reading(self._engine, self.where) as connection:
            found = connection.execute(select(schema.run.c.started, schema.run.c.id)).all()
        if not found:
            raise StoreError(f"There are no runs in {self.where}. Make one with `lgaudit audit`.")
        newest = sorted(((dt.datetime.fromisoformat(r.started), r.id) for r in found), reverse=True)
        ids: list[str] = [run_id for _, run_id in newest]
        if name in ids:
            return name
        if name == "latest":
            return ids[0]
        near = [item for item in ids if name and item.startswith(name)]
        if len(near) == 1:
            return near[0]
        if near:
            raise StoreError(f"{name} could be {_listed(near)}. Give more of the name.")
        raise StoreError(f"{self.where} holds no run named {name}. It holds {_listed(ids)}.")

    def unfinished_run(self) -> str:
        """The id of the newest run that did not finish: the one to go on with.

        Raises:
            StoreError: every run has finished, or there is none.
        """
        runs = self.runs()
        for item in runs:
            if item.finished is None:
                return item.id
        if not runs:
            raise StoreError(
                f"{self.where} holds no run to go on with. Begin one with `lgaudit audit`, or name"
                " another store with --store."
            )
        raise StoreError(
            f"Every run in {self.where} has finished; there is none to go on with."
            " Begin one with `lgaudit audit`."
        )

    def results(self, name: str = "latest") -> KeptResults:
        """A run's results, by id, the start of one, or 'latest'. Use while the store is open."""
        return KeptResults(self._engine, self.where, self.run_id(name))


def _summary(row: RowMapping) -> RunSummary:
    run = msgspec.json.decode(row["document"], type=Run)
    return RunSummary(
        id=row["id"],
        started=run.started,
        finished=dt.datetime.fromisoformat(row["finished"]) if row["finished"] else None,
        sites=row["sites"],
        done=row["done"],
        ranked=row["ranked"],
        bar=run.engines.bar,
        lgaudit=run.engines.lgaudit,
        seed=run.seed,
        axe_core=run.engines.axe_core,
        judged_from=run.judged_from,
        demonstration=bool(run.settings.get("only_mapped")),
    )


def _listed(ids: Sequence[str], limit: int = 5) -> str:
    more = f" and {len(ids) - limit} more" if len(ids) > limit else ""
    return ", ".join(ids[:limit]) + more

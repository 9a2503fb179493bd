"""A whole run put down at once: how colleagues' runs and made-up ones come into a store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, Table, insert, select, update

from lgaudit.errors import StoreError
from lgaudit.models import Rank, Rule, Run, Site
from lgaudit.results import Bar, SiteResult
from lgaudit.store import rows, schema
from lgaudit.store.strings import numbers, to_json

DRAWS = np.dtype("<f4")
_MOST_KNOWN = 400_000  # strings whose numbers are held in memory while a run is put down


@dataclass(frozen=True, slots=True)
class Part:
    """One site of a whole run; ``result`` is None when the run never finished it."""

    site: Site
    result: SiteResult | None = None
    draws: npt.NDArray[np.floating] | None = None


def begin(connection: Connection, where: str, run: Run, rules: Sequence[Rule], bar: Bar) -> None:
    """Put down what a run is and its rules; its sites follow.

    Raises:
        StoreError: the store holds a run of that name.
    """
    if connection.execute(select(schema.run.c.id).filter_by(id=run.id)).first():
        raise StoreError(f"{where} already holds a run named {run.id}.")
    plain = [
        to_json(replace(rule, examples=())) for rule in sorted(rules, key=lambda rule: rule.id)
    ]
    connection.execute(
        insert(schema.run).values(
            id=run.id,
            started=run.started.isoformat(),
            finished=run.finished.isoformat() if run.finished else None,
            document=to_json(replace(run, finished=None)),
            bar=to_json(bar),
        )
    )
    number = numbers(connection, plain)
    put(
        connection,
        schema.rule,
        [{"run": run.id, "number": n, "document": number[p]} for n, p in enumerate(plain)],
    )


def plan(connection: Connection, run_id: str, sites: Iterable[Site]) -> None:
    """Put down sites that the run has not finished."""
    planned = {site.slug: to_json(site) for site in sites}
    number = numbers(connection, planned.values())
    put(
        connection,
        schema.visit,
        [{"run": run_id, "slug": s, "site": number[planned[s]]} for s in sorted(planned)],
    )


def finished(
    connection: Connection,
    run_id: str,
    result: SiteResult,
    draws: npt.NDArray[np.floating] | None,
    known: MutableMapping[str, int] | None = None,
) -> None:
    """Put down one finished site. ``known`` remembers the numbers of strings between sites."""
    slug, site, score = result.site.slug, to_json(result.site), result.score
    added = connection.execute(
        insert(schema.visit).values(
            run=run_id,
            slug=slug,
            site=numbers(connection, [site], known)[site],
            verdict=result.verdict.reason.value,
            score=score.overall.value if score and score.overall else None,
            summary=rows.summary_of(result),
            others=rows.others_json(result),
            draws=packed(draws),
        )
    )
    key = added.inserted_primary_key
    assert key is not None  # a single row was put down
    rows.write(connection, key[0], result, known)


def keep(connection: Connection, run_id: str, parts: Iterable[Part]) -> None:
    """Put down every site of a run, one in memory at a time."""
    known: dict[str, int] = {}
    for part in parts:
        if part.result is None:
            plan(connection, run_id, [part.site])
        else:
            finished(connection, run_id, part.result, part.draws, known)
        if len(known) > _MOST_KNOWN:
            known.clear()


def rank(connection: Connection, run_id: str, ranks: Mapping[str, Rank]) -> None:
    """Put the ranks of a run in the place of those that are there."""
    visit = schema.visit
    connection.execute(
        update(visit)
        .where(visit.c.run == run_id)
        .values(place=None, low=None, high=None, band=None)
    )
    for slug, place in sorted(ranks.items()):
        connection.execute(
            update(visit)
            .where(visit.c.run == run_id, visit.c.slug == slug)
            .values(place=place.place, low=place.low, high=place.high, band=place.group)
        )


def packed(draws: npt.NDArray[np.floating] | None) -> bytes | None:
    """Bootstrap draws as a visit keeps them."""
    return None if draws is None else draws.astype(DRAWS).tobytes()


def put(connection: Connection, table: Table, values: Sequence[Mapping[str, object]]) -> None:
    """Insert rows, if there are some."""
    if values:
        connection.execute(insert(table), list(values))

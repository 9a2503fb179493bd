"""What migrations write of runs that were kept before there was a place for it.

Read with statements of their own, so that a later change of the tables leaves them as they were.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, text

from lgaudit.evidence import Coverage
from lgaudit.models import Reason, SiteScore
from lgaudit.store import schema, tally

_AT_ONCE = 100  # visits


class _Verdict(msgspec.Struct):
    reason: Reason = Reason.OK


class _Page(msgspec.Struct):
    sampled: bool = False
    template: str = ""
    verdict: _Verdict = msgspec.field(default_factory=_Verdict)


class _Summary(msgspec.Struct):
    verdict: _Verdict = msgspec.field(default_factory=_Verdict)
    coverage: Coverage = msgspec.field(default_factory=Coverage)
    score: SiteScore | None = None


def tallies(connection: Connection) -> None:
    """Migration 2: a tally of each finished visit."""
    ids = list(
        connection.scalars(text("SELECT id FROM visit WHERE verdict IS NOT NULL ORDER BY id"))
    )
    for start in range(0, len(ids), _AT_ONCE):
        own = ids[start : start + _AT_ONCE]
        span = {"first": own[0], "last": own[-1]}
        pages = _by_visit(connection, "url, document", "page", span)
        outcomes = _by_visit(connection, "rule, site, pages", "outcome", span)
        failed = _by_visit(connection, "rule", "rule_score", span, " AND failed > 0")
        query = "SELECT id, summary FROM visit WHERE id BETWEEN :first AND :last"
        summaries = connection.execute(text(query + " AND verdict IS NOT NULL"), span)
        made = [
            {"visit": visit}
            | _tally(summary, pages.get(visit, []), outcomes.get(visit, []), failed.get(visit, []))
            for visit, summary in summaries.all()
        ]
        connection.execute(insert(schema.tally), made)


def _by_visit(
    connection: Connection, columns: str, table: str, span: dict[str, int], where: str = ""
) -> dict[int, list[Any]]:
    query = f"SELECT visit, {columns} FROM {table} WHERE visit BETWEEN :first AND :last"
    rows = connection.execute(text(f"{query}{where} ORDER BY visit, number"), span).all()
    grouped: Iterator[tuple[int, Iterator[Any]]] = itertools.groupby(rows, lambda row: row[0])
    return {visit: [row[1:] for row in own] for visit, own in grouped}


def _tally(
    summary: str, pages: list[Any], outcomes: list[Any], failed: list[Any]
) -> dict[str, Any]:
    kept = msgspec.json.decode(summary, type=_Summary)
    own = [_PAGES.decode(document) for _, document in pages]
    many = len(pages)
    said = tally.Said(
        [url for url, _ in pages],
        [page.template for page in own],
        "".join("01"[page.sampled and page.verdict.reason is Reason.OK] for page in own),
        kept.coverage,
        [rule for rule, _, _ in outcomes],
        "".join(whole or "-" for _, whole, _ in outcomes),
        "".join(letters[:many] for _, _, letters in outcomes),
    )
    reason = kept.score.reason if kept.score else kept.verdict.reason.value
    return {
        **tally.standing(kept.score, reason, [rule for (rule,) in failed]),
        "said": tally.pack(said),
    }


_PAGES = msgspec.json.Decoder(_Page)

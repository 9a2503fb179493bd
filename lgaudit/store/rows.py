"""One site's result as rows, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, delete, insert, select, update

from lgaudit.models import Finding, Outcome, Reason, RuleScore, SiteScore, Spot, Verdict
from lgaudit.results import LETTERS, OUTCOMES, Outcomes, PageResult, SiteResult, spelt
from lgaudit.store import schema, tally
from lgaudit.store.strings import clean, numbers, strings, to_json

_INDEX = {str(outcome): outcome for outcome in Outcome}
Row = dict[str, Any]
Kept = Sequence[Any]  # one row as it is kept


def summary_of(result: SiteResult) -> str:
    """What a visit row keeps: the result without the parts that have tables."""
    score = replace(result.score, rules=()) if result.score else None
    return to_json(replace(result, pages=(), lost=(), findings=(), outcomes=(), score=score))


def rescored(summary: str, score: SiteScore) -> str:
    """A visit's summary with another score in it."""
    result = msgspec.json.decode(summary, type=SiteResult)
    return summary_of(replace(result, score=score))


def others_json(result: SiteResult) -> str:
    """URLs that outcomes speak of and that are no page of the result, as a visit row keeps them."""
    return to_json([clean(url) for url in result.elsewhere])


def write(
    connection: Connection,
    visit: int,
    result: SiteResult,
    known: MutableMapping[str, int] | None = None,
) -> None:
    """Insert everything of a result that has a table. ``known``: see ``strings.numbers``."""
    number = numbers(connection, _strings_of(result), known)
    for table, rows in _rows_of(result, number):
        if rows:
            connection.execute(insert(table), [{"visit": visit, **row} for row in rows])
    connection.execute(insert(schema.tally).values(visit=visit, **tally.row(result, number)))


def write_score(connection: Connection, visit: int, score: SiteScore) -> None:
    """Put a score's rules in the place of those that are there."""
    number = numbers(connection, {item.rule for item in score.rules})
    table = schema.rule_score
    connection.execute(delete(table).where(table.c.visit == visit))
    made = [{"visit": visit, **_score_row(n, s, number)} for n, s in enumerate(score.rules)]
    if made:
        connection.execute(insert(table), made)
    told = tally.standing(score, score.reason, tally.failed(score.rules, number))
    held = schema.tally
    connection.execute(update(held).where(held.c.visit == visit).values(told))


def _strings_of(result: SiteResult) -> set[str]:
    found = {page.url for page in result.pages}
    for url, verdict in result.lost:
        found |= {url, verdict.detail}
    found |= {item.rule for item in result.outcomes}
    for finding in result.findings:
        found |= {finding.rule, finding.url, finding.message}
        for spot in finding.spots:
            found |= {spot.selector, spot.snippet, spot.message}
    if result.score:
        found |= {item.rule for item in result.score.rules}
    return found


def _rows_of(result: SiteResult, number: Mapping[str, int]) -> Iterable[tuple[Table, list[Row]]]:
    yield (
        schema.page,
        [
            {"number": n, "url": number[page.url], "document": to_json(page)}
            for n, page in enumerate(result.pages)
        ],
    )
    yield (
        schema.lost,
        [
            {
                "number": n,
                "url": number[url],
                "reason": verdict.reason.value,
                "detail": number[verdict.detail],
            }
            for n, (url, verdict) in enumerate(result.lost)
        ],
    )
    yield schema.outcome, _outcome_rows(result, number)
    yield (
        schema.finding,
        [
            {
                "number": n,
                "rule": number[finding.rule],
                "url": number[finding.url],
                "outcome": finding.outcome.value,
                "message": number[finding.message],
                "metric": finding.metric,
                "fingerprint": clean(finding.fingerprint),
            }
            for n, finding in enumerate(result.findings)
        ],
    )
    pairs = [(n, spot) for n, finding in enumerate(result.findings) for spot in finding.spots]
    yield (
        schema.spot,
        [
            {
                "number": n,
                "finding": finding,
                "selector": number[spot.selector],
                "snippet": number[spot.snippet],
                "message": number[spot.message],
                "fingerprint": clean(spot.fingerprint),
            }
            for n, (finding, spot) in enumerate(pairs)
        ],
    )
    scores = result.score.rules if result.score else ()
    yield schema.rule_score, [_score_row(n, score, number) for n, score in enumerate(scores)]


def _outcome_rows(result: SiteResult, number: Mapping[str, int]) -> list[Row]:
    urls = [page.url for page in result.pages] + result.elsewhere
    rows = []
    for n, item in enumerate(result.outcomes):
        site = LETTERS[item.by_page[""]] if "" in item.by_page else ""
        row = {"number": n, "rule": number[item.rule], "site": site}
        rows.append({**row, "pages": item.letters(urls)})
    return rows


def _score_row(n: int, score: RuleScore, number: Mapping[str, int]) -> Row:
    return {
        "number": n,
        "rule": number[score.rule],
        "share": score.share,
        "passed": score.passed,
        "failed": score.failed,
        "cant_tell": score.cant_tell,
        "unseen": score.unseen,
        "met": None if score.met is None else int(score.met),
    }


def read(
    connection: Connection,
    visit: int,
    summary: str,
    others: str,
    scores: Sequence[RuleScore] | None = None,
    known: dict[int, str] | None = None,
) -> SiteResult:
    """The result as it was saved.

    Args:
        scores: those of its rules, where they are known; or () where nobody asks for them.
        known: see ``strings.strings``.
    """
    left_out = () if scores is None else (schema.rule_score,)
    held = {
        table.name: () if table in left_out else _rows(connection, table, visit)
        for table in schema.OF_A_VISIT
    }
    text = strings(connection, _numbers_in(held), known)
    result = msgspec.json.decode(summary, type=SiteResult)
    pages = tuple(
        replace(msgspec.json.decode(document, type=PageResult), url=text[url])
        for _, url, document in held["page"]
    )
    urls = [page.url for page in pages] + msgspec.json.decode(others, type=list[str])
    score = result.score
    if score is not None:
        told = scores if scores is not None else rule_scores(held["rule_score"], text)
        score = replace(score, rules=tuple(told))
    return replace(
        result,
        pages=pages,
        lost=tuple(
            (text[url], Verdict(Reason(reason), text[detail]))
            for _, url, reason, detail in held["lost"]
        ),
        findings=_findings(held["finding"], held["spot"], text),
        outcomes=_outcomes(held["outcome"], urls, text),
        score=score,
    )


def _rows(connection: Connection, table: Table, visit: int) -> Sequence[Kept]:
    """A visit's rows of a table, in order: its columns but for the visit."""
    columns = [column for column in table.c if column.name != "visit"]
    query = select(*columns).where(table.c.visit == visit).order_by(table.c.number)
    return connection.execute(query).all()  # rows one by one take twice as long


@cache
def _texts_in(table: str) -> tuple[int, ...]:
    """Which columns of :func:`_rows` name a text."""
    names = [column.name for column in schema.metadata.tables[table].c if column.name != "visit"]
    return tuple(names.index(c.name) for c in schema.TEXT_COLUMNS if c.table.name == table)


def _numbers_in(held: Mapping[str, Sequence[Kept]]) -> set[int]:
    found: set[int] = set()
    for table, rows in held.items():
        for number in _texts_in(table):
            found.update([row[number] for row in rows])
    return found


def _findings(
    rows: Sequence[Kept], spot_rows: Sequence[Kept], text: Mapping[int, str]
) -> tuple[Finding, ...]:
    made: dict[tuple[Any, ...], Spot] = {}  # what a template writes stands on most pages
    spots: dict[int, list[Spot]] = {}
    for row in spot_rows:
        spot = made.get(key := tuple(row[2:]))
        if spot is None:
            selector, snippet, message, mark = key
            spot = made[key] = Spot(text[selector], text[snippet], text[message], mark)
        spots.setdefault(row[1], []).append(spot)
    return tuple(
        Finding(
            text[rule],
            text[url],
            _INDEX[outcome],
            text[message],
            tuple(spots.get(number, ())),
            metric,
            mark,
        )
        for number, rule, url, outcome, message, metric, mark in rows
    )


def _outcomes(
    rows: Sequence[Kept], urls: Sequence[str], text: Mapping[int, str]
) -> tuple[Outcomes, ...]:
    made: dict[tuple[str, str], Mapping[str, Outcome]] = {}  # many rules say one thing of all pages
    found = []
    for _, rule, site, letters in rows:
        said = made.get((site, letters))
        if said is None:
            said = {"": OUTCOMES[site]} if site else {}
            said = made[site, letters] = said | spelt(urls, letters)
        found.append(Outcomes(text[rule], said))
    return tuple(found)


def rule_scores(rows: Iterable[Kept], text: Mapping[int, str]) -> list[RuleScore]:
    """Rows of ``rule_score``, see :func:`_rows`."""
    return [
        RuleScore(
            text[rule], share, passed, failed, cant_tell, unseen, None if met is None else bool(met)
        )
        for _, rule, share, passed, failed, cant_tell, unseen, met in rows
    ]


def score_of(summary: str) -> SiteScore | None:
    """The score in a visit's summary, its rules left out."""
    return msgspec.json.decode(summary, type=_OnlyScore).score


class _OnlyScore(msgspec.Struct):
    score: SiteScore | None = None

"""One site's result as rows, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, delete, insert, select, update

from lgaudit.models import Finding, Outcome, Reason, RuleScore, SiteScore, Spot, Verdict
from lgaudit.results import LETTERS, OUTCOMES, Outcomes, PageResult, SiteResult, spelt
from lgaudit.store import schema, tally
from lgaudit.store.strings import clean, numbers, strings, to_json

_INDEX = {str(outcome): outcome for outcome in Outcome}
Row = dict[str, Any]


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


def read(connection: Connection, visit: int, summary: str, others: str) -> SiteResult:
    """The result as it was saved."""
    result = msgspec.json.decode(summary, type=SiteResult)
    held = {table.name: _rows(connection, table, visit) for table in schema.OF_A_VISIT}
    text = strings(connection, _numbers_in(held))
    pages = tuple(
        replace(msgspec.json.decode(row["document"], type=PageResult), url=text[row["url"]])
        for row in held["page"]
    )
    urls = [page.url for page in pages] + msgspec.json.decode(others, type=list[str])
    score = result.score
    if score is not None:
        rules = tuple(rule_score(row, text) for row in held["rule_score"])
        score = replace(score, rules=rules)
    return replace(
        result,
        pages=pages,
        lost=tuple(
            (text[row["url"]], Verdict(Reason(row["reason"]), text[row["detail"]]))
            for row in held["lost"]
        ),
        findings=_findings(held["finding"], held["spot"], text),
        outcomes=tuple(_outcomes(row, urls, text) for row in held["outcome"]),
        score=score,
    )


def _rows(connection: Connection, table: Table, visit: int) -> list[Row]:
    query = select(table).where(table.c.visit == visit).order_by(table.c.number)
    found = connection.execute(query)
    names = tuple(found.keys())
    return [dict(zip(names, row, strict=True)) for row in found]


def _numbers_in(held: Mapping[str, Sequence[Row]]) -> set[int]:
    named = {(column.table.name, column.name) for column in schema.TEXT_COLUMNS}
    return {row[column] for table, column in named if table in held for row in held[table]}


def _findings(
    rows: Sequence[Row], spot_rows: Sequence[Row], text: Mapping[int, str]
) -> tuple[Finding, ...]:
    spots: dict[int, list[Spot]] = {}
    for row in spot_rows:
        spot = Spot(
            selector=text[row["selector"]],
            snippet=text[row["snippet"]],
            message=text[row["message"]],
            fingerprint=row["fingerprint"],
        )
        spots.setdefault(row["finding"], []).append(spot)
    return tuple(
        Finding(
            rule=text[row["rule"]],
            url=text[row["url"]],
            outcome=_INDEX[row["outcome"]],
            message=text[row["message"]],
            spots=tuple(spots.get(row["number"], ())),
            metric=row["metric"],
            fingerprint=row["fingerprint"],
        )
        for row in rows
    )


def _outcomes(row: Row, urls: Sequence[str], text: Mapping[int, str]) -> Outcomes:
    said = {"": OUTCOMES[row["site"]]} if row["site"] else {}
    return Outcomes(text[row["rule"]], said | spelt(urls, row["pages"]))


def rule_score(row: Mapping[str, Any], text: Mapping[int, str]) -> RuleScore:
    """One row of ``rule_score``."""
    return RuleScore(
        rule=text[row["rule"]],
        share=row["share"],
        passed=row["passed"],
        failed=row["failed"],
        cant_tell=row["cant_tell"],
        unseen=row["unseen"],
        met=None if row["met"] is None else bool(row["met"]),
    )


def score_of(summary: str) -> SiteScore | None:
    """The score in a visit's summary, its rules left out."""
    return msgspec.json.decode(summary, type=_OnlyScore).score


class _OnlyScore(msgspec.Struct):
    score: SiteScore | None = None

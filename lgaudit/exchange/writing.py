"""A run to files: one for each table, and datapackage.json, which says what is in them."""

from __future__ import annotations

import base64
import csv
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from lgaudit.exchange import parquet
from lgaudit.exchange.tables import FORMATS, TableKind, as_text, tables, version
from lgaudit.models import Rank, Site
from lgaudit.results import Results, SiteResult

LICENCE = "LICENCE-DATA.txt"
Draws = Mapping[str, npt.NDArray[np.float32]]
Row = dict[str, Any]


def write(
    results: Results, unfinished: tuple[Site, ...], draws: Draws, folder: Path, format_: str
) -> None:
    """Write one run into an empty folder; equal runs give equal bytes, whenever it is done."""
    assert format_ in FORMATS
    if format_ == "parquet":
        parquet.needed()
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        writers = {
            name: _writer(stack, folder / f"{name}.{format_}", kind, format_)
            for name, kind in tables().items()
        }
        for name, row in rows(results, unfinished, draws):
            writers[name]({**row, "run": results.run.id})
    licence = resources.files("lgaudit").joinpath("report", "licence", "OGL-3.0.txt")
    (folder / LICENCE).write_bytes(licence.read_bytes())
    text = json.dumps(described(results, format_), indent=1, ensure_ascii=True)
    (folder / "datapackage.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def _writer(stack: ExitStack, path: Path, kind: TableKind, format_: str) -> Callable[[Row], None]:
    if format_ == "parquet":
        return parquet.writer(stack, path, kind)
    file = stack.enter_context(path.open("w", encoding="utf-8", newline=""))
    names = [column.name for column in kind.columns]
    if format_ == "jsonl":

        def line(row: Row) -> None:
            file.write(msgspec.json.encode({name: row[name] for name in names}).decode() + "\n")

        return line
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(names)

    def cells(row: Row) -> None:
        writer.writerow([as_text(column.type, row[column.name]) for column in kind.columns])

    return cells


def rows(results: Results, unfinished: tuple[Site, ...], draws: Draws) -> Iterator[tuple[str, Row]]:
    """Every row of an export with the table it belongs to."""
    run = msgspec.to_builtins(results.run)
    run["finished"], run["judged"] = run["finished"] or "", run["judged"] or ""
    yield "runs", {**run, "bar": msgspec.to_builtins(results.bar)}
    for rule in results.rules:
        yield "rules", msgspec.to_builtins(rule)
    waiting = {site.slug: site for site in unfinished}
    ranks = results.ranks
    for slug in sorted({*waiting, *(site.slug for site in results.sites)}):
        if slug in waiting:
            blank = {column.name: _blank(column.type) for column in tables()["sites"].columns}
            yield "sites", {**blank, "slug": slug, "site": msgspec.to_builtins(waiting[slug])}
        else:
            for name, row in _site(results.site(slug), ranks.get(slug), draws.get(slug)):
                yield name, {"slug": slug, **row}


def _blank(kind: str) -> str | None:
    return "" if kind == "string" else None


def _site(
    result: SiteResult, rank: Rank | None, draws: npt.NDArray[np.float32] | None
) -> Iterator[tuple[str, Row]]:
    urls = [page.url for page in result.pages]
    others = result.elsewhere
    yield "sites", _whole(result, rank, others, draws)
    for number, page in enumerate(result.pages):
        row = msgspec.to_builtins(page)
        told = {"verdict": page.verdict.reason.value, "verdict_detail": page.verdict.detail}
        yield "pages", {**row, "number": number, **told}
    for number, (url, verdict) in enumerate(result.lost):
        lost = {"number": number, "url": url, "reason": verdict.reason.value}
        yield "lost", {**lost, "detail": verdict.detail}
    for number, finding in enumerate(result.findings):
        row = msgspec.to_builtins(finding)
        spots = row.pop("spots")
        yield "findings", {**row, "number": number}
        for spot in spots:
            yield "places", {**spot, "finding": number}
    for item in result.outcomes:
        own = item.by_page[""].value if "" in item.by_page else ""
        letters = item.letters([*urls, *others])
        yield "outcomes", {"rule": item.rule, "website": own, "pages": letters}
    for score in result.score.rules if result.score else ():
        yield "rule_scores", msgspec.to_builtins(score)


def _whole(
    result: SiteResult, rank: Rank | None, others: list[str], draws: npt.NDArray[np.float32] | None
) -> Row:
    score = result.score
    overall = score.overall if score else None
    plain = {
        name: msgspec.to_builtins(getattr(result, name))
        for name in ("site", "coverage", "suppliers", "tasks", "extra")
    }
    packed = b"" if draws is None else draws.astype("<f4").tobytes()
    return {
        **plain,
        "verdict": result.verdict.reason.value,
        "verdict_detail": result.verdict.detail,
        "score": overall.value if overall else None,
        "score_low": overall.low if overall else None,
        "score_high": overall.high if overall else None,
        "categories": msgspec.to_builtins(score.categories) if score else None,
        "rules_met": score.rules_met if score else None,
        "rules_applicable": score.rules_applicable if score else None,
        "reason": score.reason if score else "",
        "place": rank.place if rank else None,
        "place_low": rank.low if rank else None,
        "place_high": rank.high if rank else None,
        "place_group": rank.group if rank else None,
        "seconds": result.seconds,
        "browser": result.browser,
        "axe_core": result.axe_core,
        "documents": result.documents,
        "others": others,
        "draws": base64.b64encode(packed).decode(),
    }


def described(results: Results, format_: str) -> dict[str, Any]:
    """datapackage.json, by the Data Package standard (Frictionless), version 1."""
    run = results.run
    return {
        "profile": "data-package" if format_ != "csv" else "tabular-data-package",
        "name": f"lgaudit-run-{run.id}".lower(),
        "title": f"Council websites: run {run.id}",
        "description": "Everything that was kept of one run. A score says how much of what a"
        " machine can check is met, on the pages that could be seen. It is not proof of"
        " conformance.",
        "version": version(),
        "created": run.started.isoformat(),
        "licenses": [
            {
                "name": "OGL-UK-3.0",
                "path": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
                "title": "Open Government Licence v3.0",
            }
        ],
        "citation": f"The lgaudit contributors, lgaudit {run.engines.lgaudit}, run {run.id} of"
        f" {run.started:%Y-%m-%d}, bar {run.engines.bar}.",
        "resources": [
            {
                "name": name,
                "path": f"{name}.{format_}",
                "title": kind.about,
                "format": format_,
                **({} if format_ == "parquet" else {"encoding": "utf-8"}),
                "profile": "tabular-data-resource",
                "schema": _schema(kind),
            }
            for name, kind in tables().items()
        ],
    }


def _schema(kind: TableKind) -> dict[str, Any]:
    fields = [
        {"name": one.name, "type": one.type, "description": one.meaning} for one in kind.columns
    ]
    schema: dict[str, Any] = {"fields": fields, "missingValues": [""]}
    if kind.key:
        schema["primaryKey"] = list(kind.key)
    schema["foreignKeys"] = [
        {"fields": list(by), "reference": {"resource": to, "fields": list(tables()[to].key)}}
        for to, by in kind.refers.items()
    ]
    return schema

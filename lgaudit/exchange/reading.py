"""Files of an export back to a run. They come from strangers: nothing is believed unchecked."""

from __future__ import annotations

import base64
import csv
import math
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import msgspec
import numpy as np
import numpy.typing as npt

from lgaudit.errors import LgauditError
from lgaudit.exchange import parquet
from lgaudit.exchange.tables import FORMATS, TableKind, from_text, tables, version
from lgaudit.models import Finding, Outcome, Rank, Rule, RuleScore, Run, Site, SiteScore
from lgaudit.results import OUTCOMES, Bar, Outcomes, PageResult, SiteResult, spelt

LONGEST = 4_000_000  # characters of a line or a cell
MOST_DRAWS = 100_000
Row = dict[str, Any]
Part = tuple[Site, SiteResult | None, "npt.NDArray[np.float32] | None"]


@dataclass
class Export:
    """A run as its files tell it. ``ranks`` is whole once ``parts`` has been read to its end."""

    run: Run
    bar: Bar
    rules: tuple[Rule, ...]
    parts: Iterator[Part]
    ranks: dict[str, Rank] = field(default_factory=dict)
    folder: Path = Path()  # where the tables were read
    form: str = "csv"  # as what: Parquet is read as JSON lines


def format_of(folder: Path) -> str:
    """The format of an export.

    Raises:
        LgauditError: the folder holds no export that this program can read.
    """
    try:
        with (folder / "datapackage.json").open("rb") as file:
            told = msgspec.json.decode(file.read(1_000_000))
        form, kept = str(told["resources"][0]["format"]), str(told["version"])
    except OSError as error:
        raise LgauditError(
            f"{folder}: holds no datapackage.json ({error.strerror or error}). Give the folder"
            " that `lgaudit runs export` wrote."
        ) from error
    except (msgspec.DecodeError, LookupError, TypeError, UnicodeDecodeError) as error:
        raise LgauditError(f"{folder}/datapackage.json is not that of a run.") from error
    if form not in FORMATS:
        raise LgauditError(
            f"{folder}: {form[:20]!r} cannot be read; it must be csv, jsonl or parquet."
        )
    if kept != version():
        raise LgauditError(
            f"{folder} has tables of version {kept[:20]!r}; this program reads {version()}."
            " Import it with the lgaudit that wrote it, or export it again."
        )
    return form


def read(folder: Path, stack: ExitStack) -> Export:
    """Open an export; file names are ours, whatever datapackage.json says.

    Raises:
        LgauditError: says which file and line is wrong, now or while ``parts`` is read.
    """
    form = format_of(folder)
    given, source = form, folder
    if form == "parquet":
        form, folder = "jsonl", stack.enter_context(parquet.as_lines(folder))
    files = {
        name: _File(folder / f"{name}.{form}", str(source / f"{name}.{given}"), kind, stack)
        for name, kind in tables().items()
    }
    row = files["runs"].next()
    if row is None:
        raise LgauditError(f"{files['runs'].name}: holds no run.")
    head = {**row, "id": row["run"], "finished": row["finished"] or None}
    run = files["runs"].convert({**head, "judged": row["judged"] or None}, Run)
    bar = files["runs"].convert(row["bar"], Bar)
    files["runs"].end()
    for file in files.values():
        file.run = run.id
    rules = []
    while (row := files["rules"].next()) is not None:
        rules.append(files["rules"].convert(row, Rule))
    if sorted({rule.id for rule in rules}) != [rule.id for rule in rules]:
        raise LgauditError(f"{files['rules'].name}: rules must be in id order, each once.")
    export = Export(run, bar, tuple(rules), iter(()), folder=folder, form=form)
    export.parts = _parts(files, export.ranks)
    return export


class _File:
    """One table, read a row at a time."""

    def __init__(self, path: Path, name: str, kind: TableKind, stack: ExitStack) -> None:
        self.name, self.kind, self.number, self.run = name, kind, 0, ""
        try:
            file = stack.enter_context(path.open(encoding="utf-8", newline=""))
        except OSError as error:
            raise LgauditError(
                f"{path}: {error.strerror or error}. The export is not whole."
            ) from error
        self._rows = self._csv(file) if path.suffix == ".csv" else self._lines(file)
        self._ahead: Row | None = None

    def fault(self, said: object) -> LgauditError:
        """What is wrong where."""
        text = " ".join(str(said).split())[:300]
        return LgauditError(f"{self.name}, row {self.number}: {text}. Nothing was imported.")

    def next(self, slug: str | None = None) -> Row | None:
        """The next row (of a website); None when there is none."""
        row, self._ahead = self._ahead, None
        if row is None:
            try:
                row = next(self._rows, None)
            except (csv.Error, ValueError, msgspec.DecodeError, RecursionError) as error:
                raise self.fault(error) from error
            if row is None:
                return None
            if self.run and row["run"] != self.run:
                raise self.fault(f"belongs to another run than {self.run}")
        if slug is not None and row["slug"] != slug:
            self._ahead = row
            return None
        return row

    def all(self, slug: str) -> list[Row]:
        """Every row of a website."""
        return list(iter(lambda: self.next(slug), None))

    def end(self) -> None:
        """Make sure that nothing is left."""
        if self.next() is not None:
            raise self.fault("stands where no row is expected: out of order, or of no website")

    def convert(self, value: Any, kind: Any) -> Any:
        """A value as what it must be."""
        try:
            return msgspec.convert(value, kind)
        except (msgspec.ValidationError, ValueError, TypeError) as error:
            raise self.fault(error) from error

    def _lines(self, file: IO[str]) -> Iterator[Row]:
        names = [column.name for column in self.kind.columns]
        while line := file.readline(LONGEST):
            self.number += 1
            if not line.endswith("\n"):
                raise self.fault("is cut off, or longer than any that was exported")
            row = msgspec.json.decode(line)
            if not isinstance(row, dict) or list(row) != names:
                raise self.fault(f"its names must be {', '.join(names)}")
            for column in self.kind.columns:
                if not _fits(column.type, row[column.name]):
                    raise self.fault(f"{column.name} must be of type {column.type}")
            yield row

    def _csv(self, file: IO[str]) -> Iterator[Row]:
        csv.field_size_limit(LONGEST)
        reader = csv.reader(file, strict=True)
        names = [column.name for column in self.kind.columns]
        if next(reader, None) != names:
            raise self.fault(f"its columns must be {', '.join(names)}")
        for cells in reader:
            self.number += 1
            if len(cells) != len(names):
                raise self.fault(f"has {len(cells)} cells and not {len(names)}: cut off, perhaps")
            row: Row = {}
            for column, cell in zip(self.kind.columns, cells, strict=True):
                try:
                    row[column.name] = from_text(column.type, cell)
                except (ValueError, msgspec.DecodeError) as error:
                    raise self.fault(f"{column.name}: {error}") from error
            yield row


def _fits(kind: str, value: Any) -> bool:
    if value is None:
        return kind != "string"
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63
    plain = {"string": str, "boolean": bool, "object": dict, "array": list}
    return isinstance(value, plain[kind])


def _parts(files: dict[str, _File], ranks: dict[str, Rank]) -> Iterator[Part]:
    sites, last = files["sites"], ""
    while (row := sites.next()) is not None:
        slug = row["slug"]
        if slug <= last:
            raise sites.fault("websites must be in order of their short names, each once")
        last = slug
        site = sites.convert(row["site"], Site)
        if site.slug != slug:
            raise sites.fault(f"its website is called {site.slug}, and not {slug}")
        if not row["verdict"]:
            yield site, None, None
            continue
        if row["place"] is not None:
            band = {name: row[f"place_{name}"] for name in ("low", "high", "group")}
            ranks[slug] = sites.convert({"site": slug, "place": row["place"], **band}, Rank)
        yield site, _result(files, site, row), _draws(sites, row["draws"])
    for file in files.values():
        file.end()


def _draws(sites: _File, packed: str) -> npt.NDArray[np.float32] | None:
    if not packed:
        return None
    try:
        found = np.frombuffer(base64.b64decode(packed, validate=True), np.dtype("<f4"))
    except ValueError as error:
        raise sites.fault(f"draws: {error}") from error
    if len(found) > MOST_DRAWS or not np.isfinite(found).all():
        raise sites.fault("draws must be at most 100,000 numbers")
    return found


def _result(files: dict[str, _File], site: Site, row: Row) -> SiteResult:
    slug, sites = site.slug, files["sites"]
    pages = []
    for number, one in enumerate(files["pages"].all(slug)):
        _placed(files["pages"], one, number)
        pages.append(files["pages"].convert({**one, "verdict": _verdict(one)}, PageResult))
    lost = []
    for number, one in enumerate(files["lost"].all(slug)):
        _placed(files["lost"], one, number)
        lost.append((one["url"], {"reason": one["reason"], "detail": one["detail"]}))
    findings = []
    places = files["places"].all(slug)
    by_finding: dict[int, list[Row]] = {}
    for one in places:
        by_finding.setdefault(one["finding"], []).append(one)
    for number, one in enumerate(files["findings"].all(slug)):
        _placed(files["findings"], one, number)
        spots = by_finding.pop(number, [])
        findings.append(files["findings"].convert({**one, "spots": spots}, Finding))
    if by_finding:
        raise files["places"].fault("belongs to no finding")
    urls = [page.url for page in pages] + sites.convert(row["others"], list[str])
    outcomes = [_outcomes(files["outcomes"], one, urls) for one in files["outcomes"].all(slug)]
    scores = [files["rule_scores"].convert(r, RuleScore) for r in files["rule_scores"].all(slug)]
    told = {
        **row,
        "verdict": _verdict(row),
        "lost": lost,
        "score": None,
    }
    whole: SiteResult = sites.convert(told, SiteResult)
    fields = {name: getattr(whole, name) for name in SiteResult.__dataclass_fields__}
    fields |= {"site": site, "pages": tuple(pages), "findings": tuple(findings)}
    return SiteResult(
        **{**fields, "outcomes": tuple(outcomes), "score": _score(sites, row, tuple(scores))}
    )


def _placed(file: _File, row: Row, number: int) -> None:
    if row["number"] != number:
        raise file.fault(f"number must be {number}: rows are missing, twice there or out of order")


def _verdict(row: Row) -> Row:
    return {"reason": row["verdict"], "detail": row["verdict_detail"]}


def _score(sites: _File, row: Row, rules: tuple[RuleScore, ...]) -> SiteScore | None:
    if row["rules_met"] is None:
        return None
    overall = None
    if row["score"] is not None:
        overall = {"value": row["score"], "low": row["score_low"], "high": row["score_high"]}
        if not all(v is not None and math.isfinite(v) for v in overall.values()):
            raise sites.fault("a score needs both ends of its interval")
    told = {**row, "site": row["slug"], "overall": overall, "rules": []}
    made: SiteScore = sites.convert(told, SiteScore)
    return SiteScore(
        made.site,
        made.overall,
        made.categories,
        rules,
        made.rules_met,
        made.rules_applicable,
        made.reason,
    )


def _outcomes(file: _File, row: Row, urls: list[str]) -> Outcomes:
    letters = row["pages"]
    if len(letters) != len(urls) or not set(letters) <= set(OUTCOMES):
        raise file.fault(f"pages must be {len(urls)} letters, of p, f, c, u and -")
    said = {"": file.convert(row["website"], Outcome)} if row["website"] else {}
    return Outcomes(row["rule"], said | spelt(urls, letters))

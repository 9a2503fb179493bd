"""What every column of the tables means, read from columns.toml."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import tomli

from lgaudit.report import cells


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, its type as Frictionless names types, and what it means."""

    name: str
    type: str
    meaning: str


@cache
def _told() -> dict[str, Any]:
    text = resources.files("lgaudit.report").joinpath("columns.toml").read_text(encoding="utf-8")
    return tomli.loads(text)


@cache
def _types() -> dict[str, str]:
    return {name: kind for kind, names in _told()["types"].items() for name in names.split()}


def sector_table(file: str) -> str:
    """The sector's table that has the same columns as a file: itself, but for councils' files."""
    if not file.startswith("councils/"):
        return file
    of_all = ("issues.csv", "years.csv")
    return next((name for name in of_all if file.endswith(f"-{name}")), "findings.csv")


def about(file: str) -> str:
    """What is in a table."""
    own = str(_told()["files"].get(sector_table(file), ""))
    return f"{own} One council's own." if file.startswith("councils/") else own


def columns(file: str, names: list[str], categories: Collection[str] = ()) -> list[Column]:
    """The columns of a table with these headings; ``categories`` are columns of the league."""
    return [_column(sector_table(file), name, categories) for name in names]


def _column(file: str, name: str, categories: Collection[str]) -> Column:
    if file == "league.csv" and name in categories:
        return Column(name, "number", f"Score of the category {name}, 0 to 100.")
    meaning = _told()["only"].get(file, {}).get(name) or _told()["columns"].get(name, "")
    if meaning:
        return Column(name, _types().get(name, "string"), meaning)
    if file == "weights.csv":
        return Column(name, "integer", f"Place by the weights called {name}.")
    if file == "league.csv":
        return Column(name, "string", "A column of the register of councils, as it was given.")
    return Column(name, "string", "")


def head(path: Path) -> list[str]:
    """The headings of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file), [])


def rows(path: Path, most: int) -> list[list[Any]] | None:
    """The rows of a CSV file with numbers as numbers; None when there are more than ``most``."""
    with path.open("rb") as lines:
        if sum(1 for _ in itertools.islice(lines, most + 2)) > most + 1:  # no cell has line ends
            return None
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        kinds = [column.type for column in columns(path.name, next(reader, []))]
        found: list[list[Any]] = []
        for row in reader:
            found.append([_typed(kind, raw) for kind, raw in zip(kinds, row, strict=True)])
    return found


def _typed(kind: str, raw: str) -> Any:
    if raw == "" or kind not in ("integer", "number"):
        return raw or None
    try:
        return int(raw) if kind == "integer" else float(raw)
    except ValueError:
        return cells.cell(raw)

"""The tables of an export: their columns, and cells as text and back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import msgspec
import tomli

FORMATS = ("csv", "jsonl", "parquet")
# A spreadsheet takes text that begins so for a formula; an apostrophe in front stops that, and so
# text that begins with an apostrophe gets another, and reading takes one away.
_GUARDED = ("=", "+", "-", "@", "\t", "\r", "\n", "'", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: name, type as the Data Package standard names types, and meaning."""

    name: str
    type: str
    meaning: str


@dataclass(frozen=True, slots=True)
class TableKind:
    """One table of an export."""

    name: str
    about: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]  # columns that name a row; none for places
    refers: Mapping[str, tuple[str, ...]]  # table -> columns that hold its key


@cache
def _told() -> dict[str, Any]:
    text = resources.files("lgaudit.exchange").joinpath("columns.toml").read_text(encoding="utf-8")
    return tomli.loads(text)


def version() -> str:
    """Version of the tables' shape."""
    return str(_told()["version"])


@cache
def tables() -> Mapping[str, TableKind]:
    """Every table by name, in order."""
    told = _told()
    return {
        name: TableKind(
            name,
            about,
            tuple(_column(*pair) for pair in told[name].items()),
            tuple(told["keys"].get(name, ())),
            {to: tuple(by) for to, by in told["refers"].get(name, {}).items()},
        )
        for name, about in told["tables"].items()
    }


def _column(name: str, told: str) -> Column:
    kind, _, meaning = told.partition(": ")
    return Column(name, kind, meaning)


def as_text(kind: str, value: Any) -> str:
    """A cell of a CSV file; the same value is always the same text."""
    if value is None:
        return ""
    if kind == "string":
        return "'" + value if value.startswith(_GUARDED) else str(value)
    if kind == "boolean":
        return "true" if value else "false"
    if kind in ("object", "array"):
        return msgspec.json.encode(value).decode()
    return repr(value)


def from_text(kind: str, raw: str) -> Any:
    """What a cell of a CSV file holds.

    Raises:
        ValueError: it is not of that type.
    """
    if kind == "string":
        return raw[1:] if raw.startswith("'") else raw
    if raw == "":
        return None
    if kind == "boolean":
        if raw not in ("true", "false"):
            raise ValueError("must be true or false")
        return raw == "true"
    if kind == "integer":
        return _whole(raw)
    if kind == "number":
        return _number(raw)
    return msgspec.json.decode(raw)


def _whole(raw: str) -> int:
    digits = raw[1:] if raw.startswith("-") else raw
    if not (digits.isascii() and digits.isdigit() and len(digits) < 19):
        raise ValueError("must be a whole number")
    return int(raw)


def _number(raw: str) -> float:
    value = float(raw)
    if not math.isfinite(value):
        raise ValueError("must be a number that ends")
    return value

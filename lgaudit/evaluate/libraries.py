"""Script libraries with known vulnerabilities, told by an address or by a script's first lines.

The list is Retire.js's, see ``scripts/script_libraries.py``; it is dated, and nothing is looked up.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import regex

from lgaudit import urls

PATIENCE = 0.05  # seconds for one pattern
LONGEST = 400  # characters of an address that patterns look at
_VERSION = r"(?P<version>[0-9]{1,5}(?:[.\-_][0-9a-zA-Z]{1,12}){1,5})"
_PACKAGE = regex.compile(r"/(?P<name>[\w.\-]+)@" + _VERSION + "/")  # as jsDelivr and unpkg write it
_PARTS = regex.compile(r"[.\-_]")


@dataclass(frozen=True, slots=True)
class Library:
    """A library somewhere on a site, with what is known against that version."""

    name: str
    version: str
    faults: tuple[str, ...]  # such as "CVE-2020-11022"


@dataclass(frozen=True, slots=True)
class _Known:
    name: str
    package: str  # its name at npm
    address: tuple[regex.Pattern[str], ...]
    file: tuple[regex.Pattern[str], ...]
    start: tuple[regex.Pattern[str], ...]
    faults: tuple[tuple[str, str, str], ...]  # from, below, id


@cache
def known() -> tuple[str, tuple[_Known, ...]]:
    """The date of the list, and its libraries."""
    text = resources.files("lgaudit.evaluate").joinpath("script_libraries.json").read_text("utf-8")
    told = json.loads(text)
    return told["date"], tuple(_read(name, entry) for name, entry in told["libraries"].items())


def _read(name: str, entry: dict[str, Any]) -> _Known:
    def patterns(kind: str) -> tuple[regex.Pattern[str], ...]:
        sources = (str(p).replace("§§version§§", "§") for p in entry.get(kind, ()))
        return tuple(
            regex.compile(s.replace("(§)", _VERSION).replace("§", _VERSION)) for s in sources
        )

    faults = tuple(
        (f.get("from", ""), f.get("below", ""), f.get("id", "")) for f in entry["faults"]
    )
    return _Known(
        name,
        str(entry.get("npm", "")),
        patterns("address"),
        patterns("file"),
        patterns("start"),
        faults,
    )


def by_address(url: str) -> Library | None:
    """The library whose name and version an address tells, with its faults; None when untold."""
    path = urls.path_of(url)[:LONGEST]
    file = path.rsplit("/", 1)[-1]
    if not any(character.isdigit() for character in path):
        return None
    package = _PACKAGE.search(path)
    for library in known()[1]:
        if package is not None and package["name"] == library.package:
            return _judged(library, package["version"])
        for pattern in library.file:
            if (found := pattern.fullmatch(file)) is not None:
                return _judged(library, found["version"])
        for pattern in library.address:
            if (found := pattern.search(path)) is not None and found.end() == len(path):
                return _judged(library, found["version"])
    return None


def by_start(text: str) -> Library | None:
    """The library that a script says it is in its first lines."""
    for library in known()[1]:
        for pattern in library.start:
            try:
                found = pattern.search(text, timeout=PATIENCE)
            except TimeoutError:  # made to be slow: no library begins like that
                return None
            if found is not None:
                return _judged(library, found["version"])
    return None


def _judged(library: _Known, version: str) -> Library:
    version = regex.sub(r"[.\-_](?:min|slim|prod|dev|js)$", "", version)
    faults = [
        name
        for start, below, name in library.faults
        if (not start or not older(version, start)) and (not below or older(version, below))
    ]
    return Library(library.name, version, tuple(dict.fromkeys(faults)))


def older(one: str, other: str) -> bool:
    """True when version ``one`` came before ``other``; a pre-release comes before its release."""
    return _order(one) < _order(other)


def _order(version: str) -> tuple[tuple[int, int, str], ...]:
    parts = [(1, int(p), "") if p.isdigit() else (-1, 0, p) for p in _PARTS.split(version)]
    return tuple(parts + [(1, 0, "")] * (8 - len(parts)))[:8]

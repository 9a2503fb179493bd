"""The sector quarter by quarter: what came with each, and so what was otherwise before it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from lgaudit.demo import library
from lgaudit.demo.library import TABLES, Data, Entry

KINDS = ("fixed", "new", "returned", "page gone", "redesign", "upgrade", "merger")


@dataclass(frozen=True, slots=True)
class Change:
    """Something that came with a quarter; from ``since`` until then it was otherwise."""

    kind: str  # one of KINDS
    story: str  # a sentence
    since: int
    until: int  # the number of the quarter that it came with
    told: Entry  # its table in the file of the quarter

    def before(self, number: int) -> bool:
        """Whether things were otherwise in the quarter."""
        return self.since <= number < self.until

    @property
    def plants(self) -> frozenset[str]:
        """Ids of the planted defects it is about."""
        rows = (row for table in (*TABLES, "furniture") for row in self.told.get(table, ()))
        gone = {plant["id"] for row in rows for plant in row.get("plants", ())}
        return frozenset({*gone, *self.told.get("absent", ())})


@dataclass(frozen=True, slots=True)
class Edition:
    """One quarter: the day it was looked at, and by what."""

    number: int  # from 1
    date: dt.date
    bar: str
    axe_core: str
    changes: tuple[Change, ...]


@cache
def all_editions() -> tuple[Edition, ...]:
    """The quarters, oldest first."""
    folder = library.FOLDER / "editions"
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".toml"))
    made = []
    for number, name in enumerate(names, start=1):
        told = library.read(f"editions/{name}")
        changes = tuple(
            Change(one["kind"], one["story"], int(one.get("since", 1)), number, one)
            for one in told.get("change", ())
        )
        made.append(Edition(number, told["date"], told["bar"], told["axe_core"], changes))
    return tuple(made)


def newest() -> Edition:
    """The quarter that the sector is in."""
    return all_editions()[-1]


def numbered(number: int) -> Edition:
    """One quarter, counted from 1."""
    return all_editions()[number - 1]


def closed(number: int) -> list[Entry]:
    """Sites of councils that closed before the quarter, as in sites.toml."""
    return [
        fact
        for edition in all_editions()
        for change in edition.changes
        if number >= change.until
        for fact in change.told.get("closed", ())
    ]


@cache
def data(number: int) -> Data:
    """The sector as it was in a quarter: as it is now, with every later change undone."""
    now = library.today()
    undone = [
        change for edition in all_editions() for change in edition.changes if change.before(number)
    ]
    facts = {fact["host"]: dict(fact) for fact in now.facts}
    tables = {name: list(now.of(name)) for name in (*TABLES, "furniture")}
    strip: list[str] = []
    for change in undone:
        told = change.told
        for host in told.get("opened", ()):
            del facts[host]
        facts |= {fact["host"]: dict(fact) for fact in told.get("closed", ())}
        for was in told.get("was", ()):
            facts[was["site"]] |= was
        absent = set(told.get("absent", ()))
        strip += told.get("strip", ())
        for name, rows in tables.items():
            tables[name] = [*_without(rows, absent), *told.get(name, ())]
    if strip:
        for fact in facts.values():
            fact["strip"] = strip
    return Data(tuple(facts.values()), {name: tuple(rows) for name, rows in tables.items()})


def _without(rows: Iterable[Entry], absent: set[str]) -> Iterator[Entry]:
    """The rows without those plants: a supplier's template stays, what an editor did goes."""
    for row in rows:
        plants = row.get("plants", ())
        left = [plant for plant in plants if plant["id"] not in absent]
        if len(left) == len(plants):
            yield row
        elif "supplier" in row:
            yield {**row, "plants": left}
        elif left:
            names = ", ".join(plant["id"] for plant in left)
            raise ValueError(f"{names}: would go with the others of one entry; name them too")

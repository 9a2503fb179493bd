"""The register: councils.csv -> councils and the sites to look at, shared sites counted once."""

from __future__ import annotations

import csv
import datetime as dt
import difflib
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from lgaudit import urls
from lgaudit.errors import RegisterError
from lgaudit.models import Council, Site
from lgaudit.register_rows import (
    NATIONS,
    OPTIONAL,
    REQUIRED,
    TYPES,
    council_of,
    faults_between,
)

__all__ = ["NATIONS", "TYPES", "Register", "read", "sites"]

SHOWN = 20  # problems named in one message; the rest are counted
CELL_LIMIT = 100_000  # characters; a longer cell is a broken quote, not a council


@dataclass(frozen=True)
class Register:
    """Every council of a register, in slug order, and the names of its extra columns."""

    councils: tuple[Council, ...]
    extra_columns: tuple[str, ...] = ()

    @cached_property
    def _by_slug(self) -> dict[str, Council]:
        return {council.slug: council for council in self.councils}

    def council(self, slug: str) -> Council:
        """The council of that slug.

        Raises:
            RegisterError: there is none; names the nearest.
        """
        found = self._by_slug.get(slug)
        if found is None:
            near = difflib.get_close_matches(slug, [c.slug for c in self.councils], 3)
            hint = f" Did you mean {' or '.join(near)}?" if near else ""
            raise RegisterError(
                f"There is no council named {slug!r} in the register.{hint}"
                " `lgaudit councils list` shows every name."
            )
        return found

    def select(
        self,
        *,
        nations: Sequence[str] = (),
        types: Sequence[str] = (),
        regions: Sequence[str] = (),
        on: dt.date | None = None,
    ) -> tuple[Council, ...]:
        """Councils that match every filter given, open on the day given.

        Raises:
            RegisterError: a filter names a nation, type or region that no council has.
        """
        councils = self.councils
        for wanted, field in ((nations, "nation"), (types, "type"), (regions, "region")):
            if wanted:
                known = {getattr(c, field).casefold() for c in self.councils}
                _check_filter(wanted, known, field)
                chosen = {value.casefold() for value in wanted}
                councils = tuple(c for c in councils if getattr(c, field).casefold() in chosen)
        return tuple(c for c in councils if on is None or is_open(c, on))


def is_open(council: Council, day: dt.date) -> bool:
    """Whether the council exists on that day; blank dates mean no limit."""
    return not (
        (council.opened is not None and day < council.opened)
        or (council.closed is not None and day >= council.closed)
    )


def _check_filter(wanted: Iterable[str], known: set[str], field: str) -> None:
    for value in wanted:
        if value.casefold() not in known:
            near = difflib.get_close_matches(value.casefold(), sorted(known), 1, cutoff=0.4)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise RegisterError(f"No council in the register has the {field} {value!r}.{hint}")


def sites(councils: Iterable[Council]) -> tuple[Site, ...]:
    """One site for each distinct home page, with every council it serves, in slug order."""
    shared: dict[str, list[Council]] = {}
    for council in sorted(councils, key=lambda c: c.slug):
        shared.setdefault(_address(council.homepage), []).append(council)
    return tuple(
        Site(
            slug=group[0].slug,
            homepage=group[0].homepage,
            councils=tuple(group),
            welsh_homepage=next((c.welsh_homepage for c in group if c.welsh_homepage), ""),
        )
        for group in shared.values()
    )


def _address(homepage: str) -> str:
    """What makes two home pages the same site: host without www, and path; not the scheme."""
    address = urls.identity(urls.normalise(homepage) or homepage)
    path, _, query = address.split("://", 1)[-1].partition("/")[2].partition("?")
    where = f"{urls.netloc_of(address).removeprefix('www.')}/{path}".rstrip("/")
    return f"{where}?{query}" if query else where


def builtin_file() -> Path:
    """The councils.csv that came with the program: beside the checkout, or in the wheel."""
    here = Path(__file__).resolve().parent
    shipped = here / "_vendor" / "councils.csv"
    checkout = here.parent / "councils.csv"
    return checkout if checkout.is_file() else shipped


def read(path: Path | None = None) -> Register:
    """Read a register; without a path, the one that came with the program.

    Raises:
        RegisterError: the file is missing, is not CSV in UTF-8, lacks a column, or has bad rows;
            every bad row is named with its line number.
    """
    path = path or builtin_file()
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise RegisterError(
            f"{path}: there is no such file. Give the register with --councils FILE;"
            " `lgaudit councils list` shows the one that comes with the program."
        ) from error
    except UnicodeDecodeError as error:
        raise RegisterError(
            f"{path}: byte {error.start} is not UTF-8. Save the file as CSV in UTF-8."
        ) from error
    except OSError as error:
        raise RegisterError(f"{path}: cannot be read: {error.strerror or error}.") from error
    return parse(text, str(path))


def parse(text: str, source: str = "councils.csv") -> Register:
    """Parse the text of a register. See :func:`read`."""
    csv.field_size_limit(CELL_LIMIT)
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    problems: list[str] = []
    rows: list[tuple[int, Council]] = []
    try:
        columns = [(name or "").strip() for name in reader.fieldnames or ()]
        _check_columns(columns, source)
        reader.fieldnames = columns
        extra = tuple(c for c in columns if c not in REQUIRED and c not in OPTIONAL)
        for row in reader:
            council, faults = council_of(row, extra)
            problems += [f"line {reader.line_num}: {fault}" for fault in faults]
            if council is not None:
                rows.append((reader.line_num, council))
    except csv.Error as error:
        raise RegisterError(
            f"{source}: line {reader.line_num}: not readable as CSV: {error}."
            " A quotation mark may be missing."
        ) from error
    if not rows and not problems:
        raise RegisterError(f"{source}: has no councils. Add one row for each council.")
    problems += faults_between(rows)
    if problems:
        problems.sort(key=lambda p: int(p.split(":")[0].removeprefix("line ")))
        more = f"\n… and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
        raise RegisterError(
            f"{source} cannot be used until these rows are corrected:\n"
            + "\n".join(problems[:SHOWN])
            + more
        )
    return Register(tuple(sorted((c for _, c in rows), key=lambda c: c.slug)), extra)


def _check_columns(columns: Sequence[str], source: str) -> None:
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise RegisterError(
            f"{source}: the first line lacks the column{'s' if len(missing) > 1 else ''}"
            f" {', '.join(missing)}. It must name at least: {', '.join(REQUIRED)}."
        )
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise RegisterError(f"{source}: the first line names {', '.join(twice)} twice.")


def sites_at(addresses: Iterable[str], councils: Sequence[Council]) -> tuple[Site, ...]:
    """The sites at addresses the user gave, with their councils where the register knows them.

    Raises:
        RegisterError: one is not a web address.
    """
    known = {_address(site.homepage): site for site in sites(councils)}
    found = []
    for address in addresses:
        site = _site_at(address)
        found.append(known.get(_address(site.homepage), site))
    return tuple(found)


def distinct(chosen: Iterable[Site]) -> tuple[Site, ...]:
    """Each site once, in slug order; of two sites that would share a slug one gets a number.

    A site that is chosen by its address and by one of its councils serves the councils of both.
    """
    by_address: dict[str, Site] = {}
    for site in chosen:
        address = _address(site.homepage)
        before = by_address.get(address)
        if before is None or len(before.councils) < len(site.councils):
            by_address[address] = site
    taken: set[str] = set()
    numbered = []
    for _, site in sorted(by_address.items(), key=lambda item: (not item[1].councils, item[0])):
        slug, number = site.slug, 1
        while slug.casefold() in taken:
            number += 1
            slug = f"{site.slug}-{number}"
        taken.add(slug.casefold())
        numbered.append(replace(site, slug=slug))
    return tuple(sorted(numbered, key=lambda site: site.slug))


def _site_at(address: str) -> Site:
    homepage = urls.normalise(address if "://" in address else f"https://{address}/")
    if homepage is None or not urlsplit(homepage).hostname:
        raise RegisterError(
            f"{urls.without_credentials(address)!r} is neither a council's slug nor a web address."
            " Give a slug (`lgaudit councils list`) or an address such as https://www.example.gov.uk/"
        )
    slug = re.sub(r"[^a-z0-9]+", "-", urls.netloc_of(homepage)).strip("-")[:90]
    return Site(slug=slug or "site", homepage=homepage)

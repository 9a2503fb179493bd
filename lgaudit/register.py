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

NATIONS = ("England", "Northern Ireland", "Scotland", "Wales")
TYPES = (
    "county council",
    "non-metropolitan district",
    "unitary authority",
    "metropolitan borough",
    "London borough",
    "City of London Corporation",
    "sui generis unitary (Isles of Scilly)",
    "Scottish council area",
    "Welsh principal area",
    "NI district",
)
REQUIRED = ("slug", "name", "nation", "region", "type", "homepage")
OPTIONAL = (
    "gss_code",
    "population",
    "population_year",
    "welsh_homepage",
    "opened",
    "closed",
    "successors",
    "latitude",
    "longitude",
)
SHOWN = 20  # problems named in one message; the rest are counted
SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,99}")  # a slug names files, so nothing else
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
            council, faults = _council(row, extra)
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
    problems += _between_rows(rows)
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


def _council(row: dict[str, str | None], extra: Sequence[str]) -> tuple[Council | None, list[str]]:
    faults: list[str] = []
    if None in row:
        return None, ["has more cells than the first line has columns"]
    cell = {name: (value or "").strip() for name, value in row.items()}
    faults += [f"{name} is empty" for name in REQUIRED if not cell[name]]
    _known(cell["nation"], NATIONS, "nation", faults)
    _known(cell["type"], TYPES, "type", faults)
    slug = cell["slug"]
    if slug and not SLUG.fullmatch(slug):
        faults.append(
            f"slug {slug[:100]!r} may hold only letters, digits and hyphens, 100 at most, and"
            " begins with a letter or digit"
        )
    for name in ("homepage", "welsh_homepage"):
        said = urls.without_credentials(cell.get(name, ""))
        if said != cell.get(name, ""):
            faults.append(f"{name} {said!r} holds a user name or password; registers are published")
        elif said and not _is_web_address(said):
            faults.append(f"{name} {said!r} is not a web address (https://…)")
    council = Council(
        slug=slug,
        name=cell["name"],
        nation=cell["nation"],
        region=cell["region"],
        type=cell["type"],
        homepage=cell["homepage"],
        gss_code=cell.get("gss_code", ""),
        population=_number(cell, "population", faults),
        population_year=_number(cell, "population_year", faults),
        welsh_homepage=cell.get("welsh_homepage", ""),
        opened=_date(cell, "opened", faults),
        closed=_date(cell, "closed", faults),
        successors=tuple(cell.get("successors", "").replace(";", " ").split()),
        latitude=_degrees(cell, "latitude", 90, faults),
        longitude=_degrees(cell, "longitude", 180, faults),
        extra={name: cell[name] for name in extra},
    )
    if council.opened and council.closed and council.closed <= council.opened:
        faults.append("closed is not after opened")
    return (None if faults else council), faults


def _known(value: str, known: Sequence[str], name: str, faults: list[str]) -> None:
    if value and value not in known:
        near = difflib.get_close_matches(value, known, 1, cutoff=0.5)
        hint = f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(known)}"
        faults.append(f"unknown {name} {value!r}{hint}")


def _is_web_address(value: str) -> bool:
    normal = urls.normalise(value)
    host = urlsplit(normal).hostname if normal else None
    return bool(host) and value.lower().startswith(("http://", "https://"))


def _number(cell: dict[str, str], name: str, faults: list[str]) -> int | None:
    value = cell.get(name, "")
    if not value:
        return None
    if not (value.isascii() and value.isdigit()):
        faults.append(f"{name} {value!r} is not a whole number")
        return None
    return int(value)


def _date(cell: dict[str, str], name: str, faults: list[str]) -> dt.date | None:
    value = cell.get(name, "")
    if not value:
        return None
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        faults.append(f"{name} {value!r} is not a date like 2023-04-01")
        return None


def _degrees(cell: dict[str, str], name: str, limit: int, faults: list[str]) -> float | None:
    value = cell.get(name, "")
    if not value:
        return None
    try:
        degrees = float(value)
    except ValueError:
        degrees = float("nan")
    if not abs(degrees) <= limit:
        faults.append(f"{name} {value!r} is not a number between -{limit} and {limit}")
        return None
    return degrees


def _between_rows(rows: Sequence[tuple[int, Council]]) -> list[str]:
    """Faults that only show when rows are read together."""
    problems: list[str] = []
    first: dict[str, int] = {}
    folded: dict[str, int] = {}  # some disks take Adur.html and adur.html for one file
    for line, council in rows:
        used = folded.setdefault(council.slug.casefold(), line)
        if used != line:
            problems.append(f"line {line}: slug {council.slug!r} is already used on line {used}")
        first.setdefault(council.slug, line)
    for line, council in rows:
        for successor in council.successors:
            if successor not in first:
                near = difflib.get_close_matches(successor, list(first), 1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                problems.append(f"line {line}: unknown successor {successor!r}{hint}")
        if council.successors and council.closed is None:
            problems.append(f"line {line}: has successors but no closed date")
    return problems


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

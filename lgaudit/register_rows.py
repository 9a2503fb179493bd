"""One row of the register at a time: cells -> a council, every fault named in words."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from lgaudit import urls
from lgaudit.models import Council

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
LONGEST_NUMBER = 12  # digits
HINTED = 20  # unknown successors that get a "did you mean"
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
SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,99}")  # a slug names files, so nothing else


def council_of(
    row: dict[str, str | None], extra: Sequence[str]
) -> tuple[Council | None, list[str]]:
    """The council of a row, or None, and what is wrong with it; ``extra`` names kept columns."""
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
    if not (value.isascii() and value.isdigit() and len(value) <= LONGEST_NUMBER):
        value = value if len(value) <= LONGEST_NUMBER else value[:LONGEST_NUMBER] + "…"
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


def faults_between(rows: Sequence[tuple[int, Council]]) -> list[str]:
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
                few = len(problems) < HINTED  # a hint reads every slug, and few are ever shown
                near = difflib.get_close_matches(successor, list(first), 1) if few else []
                hint = f"; did you mean {near[0]!r}?" if near else ""
                problems.append(f"line {line}: unknown successor {successor!r}{hint}")
        if council.successors and council.closed is None:
            problems.append(f"line {line}: has successors but no closed date")
    return problems

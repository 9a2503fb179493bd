"""Cohort files: councils to look at, or to rank among themselves."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from lgaudit.errors import RegisterError
from lgaudit.settings import Cohort, Settings
from lgaudit.strict import MAXIMUM_BYTES, Reader

if TYPE_CHECKING:
    from lgaudit.register import Register
    from lgaudit.results import Results

_HOW = (
    "Write one slug a line, a CSV with a column named slug, or a TOML file with"
    ' name = "Our neighbours" and councils = ["adur", "arun"].'
)


class _Named(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    name: str = ""
    councils: list[str] = []


def read(file: Path) -> Cohort:
    """The cohort of a file: TOML, CSV, or a slug on each line ('#' begins a comment).

    Raises:
        RegisterError: it cannot be read, or names no council; says how to write one.
    """
    name, slugs = _toml(file) if file.suffix.lower() == ".toml" else ("", _listed(file))
    slugs = list(dict.fromkeys(slug for raw in slugs if (slug := raw.strip())))
    if not slugs:
        raise RegisterError(f"{file}: names no council. {_HOW}")
    name = name.strip() or file.stem.replace("-", " ").replace("_", " ").strip().capitalize()
    try:
        return msgspec.convert({"name": name, "councils": slugs}, Cohort)
    except msgspec.ValidationError as error:
        raise RegisterError(f"{file}: {error}. {_HOW}") from error


def read_all(files: Iterable[Path]) -> list[Cohort]:
    """Every file's cohort.

    Raises:
        RegisterError: as ``read``; or two files make cohorts of one name.
    """
    found: dict[str, Cohort] = {}
    for file in files:
        cohort = read(file)
        if cohort.name in found:
            raise RegisterError(
                f"{file}: another file's cohort is named {cohort.name!r} too. Rename one of them."
            )
        found[cohort.name] = cohort
    return list(found.values())


def added(settings: Settings, cohorts: Iterable[Cohort]) -> Settings:
    """The settings with these cohorts; one of the same name takes the place of theirs."""
    named = {cohort.name: cohort for cohort in (*settings.cohorts, *cohorts)}
    return msgspec.structs.replace(settings, cohorts=list(named.values()))


def _toml(file: Path) -> tuple[str, list[str]]:
    reader = Reader(str(file))
    table = reader.table(file)
    read = reader.struct(_Named, table) if table is not None else None
    if reader.problems or read is None:
        raise RegisterError("\n".join(reader.problems))
    return read.name, read.councils


def _listed(file: Path) -> list[str]:
    try:
        if file.stat().st_size > MAXIMUM_BYTES:
            raise RegisterError(f"{file}: is over {MAXIMUM_BYTES:,} bytes long. {_HOW}")
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise RegisterError(f"{file}: cannot be read: {why}. {_HOW}") from error
    if file.suffix.lower() != ".csv":
        return [line.split("#", 1)[0] for line in text.splitlines()]
    try:
        rows = [row for row in csv.reader(io.StringIO(text)) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise RegisterError(f"{file}: is not sound CSV: {error}. {_HOW}") from error
    head = [cell.strip().lower() for cell in rows[0]] if rows else []
    if "slug" not in head and len(head) > 1:
        raise RegisterError(f"{file}: has no column named slug. {_HOW}")
    column = head.index("slug") if "slug" in head else 0
    return [row[column] for row in rows[("slug" in head) :] if column < len(row)]


def check(cohorts: Iterable[Cohort], register: Register) -> None:
    """Refuse a cohort that names a council the register does not know.

    Raises:
        RegisterError: with the cohort, the slug and the nearest slugs.
    """
    for cohort in cohorts:
        for slug in cohort.councils:
            try:
                register.council(slug)
            except RegisterError as error:
                raise RegisterError(f"Cohort {cohort.name!r}: {error}") from error


def missing(cohorts: Sequence[Cohort], results: Results) -> list[str]:
    """A sentence for each cohort that names councils the run did not look at.

    Raises:
        RegisterError: the run looked at none of a cohort's councils.
    """
    known = {council.slug for site in results.sites for council in site.councils}
    told = []
    for cohort in cohorts:
        absent = [slug for slug in cohort.councils if slug not in known]
        if len(absent) == len(cohort.councils):
            raise RegisterError(
                f"Cohort {cohort.name!r}: run {results.run.id} looked at none of its councils."
                " `lgaudit councils list` shows how they are spelled, `lgaudit runs show` what"
                " the run looked at."
            )
        if absent:
            listed = ", ".join(absent[:5]) + (" ..." if len(absent) > 5 else "")
            told.append(f"cohort {cohort.name!r}: this run did not look at {listed}.")
    return told

"""Signs by which suppliers' products are recognised, read from the data files in this folder."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from lgaudit.errors import SettingsError
from lgaudit.evaluate import patterns
from lgaudit.strict import did_you_mean

PLACES = (
    "generator", "markup", "source", "footer", "asset", "address", "host", "header", "cookie",
)  # fmt: skip
MEANINGS = ("made by", "embeds", "links to")
STRENGTHS = ("certain", "strong", "weak")
MAXIMUM_BYTES = 1_000_000  # of one data file
OWN = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing to look for: where, what, and what it means when it is there."""

    where: str
    what: str
    means: str
    strength: str
    note: str = ""

    @property
    def pattern(self) -> str:
        """The regular expression, or '' when the sign is plain text."""
        return self.what[3:] if self.what.startswith("re:") else ""

    @property
    def local(self) -> bool:
        """Whether it is a path, which says nothing on another organisation's host."""
        return self.what.startswith(("/", "re:/"))


@dataclass(frozen=True, slots=True)
class Product:
    """Something a supplier sells or gives away, and the signs of it."""

    supplier: str
    name: str
    kind: str  # cms, forms, planning ...: the data file's name
    signs: tuple[Sign, ...]

    @property
    def id(self) -> str:
        """'jadu/jadu-central-cms': a file name and a key that stay the same."""
        return f"{_slug(self.supplier)}/{_slug(self.name)}"


def load(*folders: Path) -> tuple[Product, ...]:
    """The program's own products, then those of each folder, in file order.

    Raises:
        SettingsError: a file that cannot be read or is not as README.md says; names the file.
    """
    return _load((OWN, *folders))


@lru_cache(maxsize=8)
def _load(folders: tuple[Path, ...]) -> tuple[Product, ...]:
    found: list[Product] = []
    for folder in folders:
        files = sorted(folder.glob("*.toml"))
        if not files:
            raise SettingsError(f"{folder}: there are no .toml files with signs of suppliers here.")
        for file in files:
            found += _read(file)
    return tuple(found)


def _read(file: Path) -> list[Product]:
    try:
        if file.stat().st_size > MAXIMUM_BYTES:
            raise SettingsError(f"{file}: longer than {MAXIMUM_BYTES:,} bytes.")
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{file}: cannot be read: {error}") from error
    entries = table.get("product")
    if not isinstance(entries, list) or not entries:
        raise SettingsError(f"{file}: there is no [[product]] in it.")
    return [_product(entry, file) for entry in entries]


def _product(entry: Any, file: Path) -> Product:
    name = _text(entry, "name", file)
    signs = entry.get("signs")
    if not isinstance(signs, list) or not signs:
        raise SettingsError(f"{file}: {name}: there are no [[product.signs]].")
    made = tuple(_sign(sign, f"{file}: {name}") for sign in signs)
    return Product(_text(entry, "supplier", file), name, file.stem, made)


def _sign(entry: Any, place: str) -> Sign:
    sign = Sign(
        _one_of(entry, "where", PLACES, place),
        _text(entry, "what", place),
        _one_of(entry, "means", MEANINGS, place),
        _one_of(entry, "strength", STRENGTHS, place),
        str(entry.get("note", "")),
    )
    for _, fault in patterns.faults({"pattern": sign.pattern}) if sign.pattern else ():
        raise SettingsError(f"{place}: {sign.what!r}: {fault}")
    return sign


def _text(entry: Any, key: str, place: object) -> str:
    value = entry.get(key) if isinstance(entry, Mapping) else None
    if not isinstance(value, str) or not value.strip():
        raise SettingsError(f"{place}: {key} is missing or is no text.")
    return value


def _one_of(entry: Any, key: str, choices: tuple[str, ...], place: str) -> str:
    value = _text(entry, key, place)
    if value not in choices:
        hint = did_you_mean(value, choices)
        raise SettingsError(
            f"{place}: {key} may not be {value!r}.{hint} One of: {', '.join(choices)}."
        )
    return value


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "unnamed"

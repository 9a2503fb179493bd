"""Every string once: numbers for strings, and strings for numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from importlib import import_module
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, delete, select, union

from lgaudit.store import schema

_CHUNK = 500
T = TypeVar("T")


def clean(value: str) -> str:
    """The string as a database can keep it: lone surrogates and NUL become U+FFFD."""
    if "\0" in value:
        value = value.replace("\0", "\ufffd")
    try:
        value.encode()
    except UnicodeEncodeError:
        value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


def to_json(value: Any) -> str:
    """Plain data or dataclasses as JSON; strings no encoding can hold are cleaned."""
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:
        return msgspec.json.encode(_cleaned(msgspec.to_builtins(value))).decode()


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {_cleaned(key): _cleaned(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    return value


def numbers(
    connection: Connection,
    strings: Iterable[str],
    before: MutableMapping[str, int] | None = None,
) -> dict[str, int]:
    """The number of each string, new ones added. Keys are the strings as given.

    ``before`` holds numbers that this very transaction has learnt already, and learns the others.
    """
    if before is not None:
        wanted = set(strings)
        before.update(numbers(connection, wanted.difference(before)))
        return {given: before[given] for given in wanted}
    digests = {given: _digest(clean(given)) for given in strings}
    known = _lookup(connection, digests.values())
    missing = {digest: given for given, digest in sorted(digests.items()) if digest not in known}
    if missing:
        kind = "postgresql" if connection.dialect.name == "postgresql" else "sqlite"
        # Only the one in use: they are large.
        dialect = import_module(f"sqlalchemy.dialects.{kind}")
        connection.execute(
            dialect.insert(schema.text).on_conflict_do_nothing(),
            [{"digest": digest, "value": clean(given)} for digest, given in missing.items()],
        )
        known |= _lookup(connection, missing)
    return {given: known[digest] for given, digest in digests.items()}


def strings(
    connection: Connection, wanted: Iterable[int], known: dict[int, str] | None = None
) -> dict[int, str]:
    """The string of each number. ``known`` are some that were read before, and grows."""
    found = {} if known is None else known
    for chunk in _chunks(sorted(set(wanted).difference(found))):
        rows = connection.execute(
            select(schema.text.c.id, schema.text.c.value).where(schema.text.c.id.in_(chunk))
        )
        found.update(map(tuple, rows.all()))
    return found


def sweep(connection: Connection) -> None:
    """Remove the strings that nothing names any more."""
    used = union(*(select(column) for column in schema.TEXT_COLUMNS))
    connection.execute(delete(schema.text).where(schema.text.c.id.not_in(used)))


def _digest(value: str) -> bytes:
    return hashlib.blake2b(value.encode(), digest_size=16).digest()


def _lookup(connection: Connection, digests: Iterable[bytes]) -> dict[bytes, int]:
    found: dict[bytes, int] = {}
    for chunk in _chunks(sorted(set(digests))):
        rows = connection.execute(
            select(schema.text.c.digest, schema.text.c.id).where(schema.text.c.digest.in_(chunk))
        )
        found.update((bytes(row.digest), row.id) for row in rows)
    return found


def _chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]

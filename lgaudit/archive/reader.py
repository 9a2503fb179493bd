"""Records of a WARC, ours or a stranger's: one pass, bounded, and going on after what is broken."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lgaudit.archive.source import CHUNK, Bomb, Source
from lgaudit.errors import EvidenceError

LONGEST_LINE = 65_536  # bytes
MOST_LINES = 500  # of one record's header
MOST_RECORDS = 2_000_000


@dataclass
class Record:
    """One record; its block is read at most once, before the next record is asked for."""

    fields: Mapping[str, str]  # names in lower case
    length: int  # as it says itself
    _source: Source
    _left: int = 0
    cut: bool = field(default=False)  # the file ended, or another record began, before its length

    @property
    def kind(self) -> str:
        """warcinfo, request, response, metadata, resource, revisit ..."""
        return self.fields.get("warc-type", "").lower()

    @property
    def name(self) -> str:
        """Its id, as in <urn:uuid:...>."""
        return self.fields.get("warc-record-id", "")

    @property
    def uri(self) -> str:
        """What it is about, or ''."""
        return self.fields.get("warc-target-uri", "").strip("<>")

    @property
    def media(self) -> str:
        """Type of the block, in lower case."""
        return self.fields.get("content-type", "").lower()

    def block(self, limit: int) -> bytes | None:
        """The whole block, or None when it is longer than ``limit`` bytes."""
        if self.length > limit:
            return None
        parts = []
        while part := self._step():
            parts.append(part)
        return b"".join(parts)

    def skip(self) -> None:
        """Leave what is not read yet."""
        while self._step():
            pass

    def _step(self) -> bytes:
        if self._left <= 0:
            return b""
        part = self._source.read(min(self._left, CHUNK), within=True)
        self._left -= len(part)
        if not part:
            self.cut, self._left = True, 0
        return part


class Warc:
    """A WARC file that is read from its start. ``damage`` is complete when the pass is over."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damage: list[str] = []
        self.records = 0

    def __iter__(self) -> Iterator[Record]:
        """Every record in turn.

        Raises:
            EvidenceError: there is no such file, it is no WARC, or it unpacks without end.
        """
        self.records = 0
        try:
            with self.path.open("rb") as file:
                source = Source(file, os.fstat(file.fileno()).st_size)
                self.damage = source.damage
                yield from self._records(source)
        except OSError as error:
            raise EvidenceError(
                f"{self.path}: cannot be read: {error.strerror or error}."
            ) from error
        except Bomb as error:
            raise EvidenceError(
                f"{self.path}: unpacks to far more than its size, as files made to fill memory do."
                " It was not read further."
            ) from error

    def _records(self, source: Source) -> Iterator[Record]:
        while (head := self._next_head(source)) is not None:
            self.records += 1
            if self.records > MOST_RECORDS:
                raise EvidenceError(f"{self.path}: holds more than {MOST_RECORDS} records.")
            record = Record(head, length := _length(head), source, max(0, length))
            yield record
            record.skip()
            if length < 0 or record.cut:
                self._say("a record has another length than it says")

    def _next_head(self, source: Source) -> dict[str, str] | None:
        """Fields of the next record; whatever stands before it is passed over."""
        between = False
        while line := source.line(LONGEST_LINE):
            if line.startswith(b"WARC/") and len(line) < 20:
                if between:
                    self._say("something stands between its records")
                head = _fields(source)
                if head is not None:
                    return head
                between = True
            elif line.strip():
                if not self.records:
                    raise EvidenceError(
                        f"{self.path}: is not a WARC file (it does not begin with a WARC record)."
                    )
                between = True
        if not self.records:
            raise EvidenceError(f"{self.path}: is empty, or none of its records can be read.")
        return None

    def _say(self, what: str) -> None:
        if what not in self.damage:
            self.damage.append(what)


def _fields(source: Source) -> dict[str, str] | None:
    """Header lines up to the empty one; None when they have no end."""
    found: dict[str, str] = {}
    last = ""
    for _ in range(MOST_LINES):
        line = source.line(LONGEST_LINE)
        if not line.strip():
            return found
        text = line.decode("utf-8", "replace")
        if text[0] in " \t" and last:  # a line that goes on, as old WARCs have them
            found[last] += " " + text.strip()
            continue
        last, _, value = text.partition(":")
        last = last.strip().lower()
        found.setdefault(last, value.strip())
    return None


def _length(head: Mapping[str, str]) -> int:
    """Bytes of the block, or -1 when it does not say."""
    with contextlib.suppress(ValueError):
        value = head.get("content-length", "")
        if value.isascii() and value.isdigit() and len(value) < 16:
            return int(value)
    return -1

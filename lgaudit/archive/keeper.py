"""Writes the WARC of one site while the site is looked at; whole on disk, or not there at all."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from lgaudit.archive import pictures, records, snapshots
from lgaudit.archive.folder import UNFINISHED, Evidence, cannot, make_folder, put, sync_folder
from lgaudit.evidence import Exchange, Snapshot, Timings
from lgaudit.models import Run
from lgaudit.pictures import Picture
from lgaudit.urls import host_of

MOST_WAITING = 64_000_000  # bytes of bodies that may wait for the disk before the visits do
_WRITER = ThreadPoolExecutor(1, "evidence")  # packing lets go of the interpreter while it works

Clock = Callable[[], dt.datetime]


@dataclass(frozen=True, slots=True)
class _Piece:
    """Where a record stands in the unfinished file, and whose answer it is."""

    start: int
    length: int
    host: str


class Keeper:
    """Takes in what goes over the wire, then the visit; every write is done in a thread."""

    def __init__(
        self, evidence: Evidence, run: Run, slug: str, clock: Clock, most: int = 50_000_000
    ) -> None:
        self._path, self._pictures = evidence.file(slug), evidence.pictures(slug)
        self._part = self._path.with_name(self._path.name + UNFINISHED)
        self._run, self._slug, self._clock, self._left = run, slug, clock, most
        self._file: IO[bytes] | None = None
        self._pieces: list[_Piece] = []
        self._bodies: dict[str, str] = {}  # digest of a body -> id of the record that has it
        self._hosts: dict[str, str] = {}  # id of a record -> host
        self._fault: OSError | None = None
        self._waiting, self._lock = 0, threading.Lock()
        self._closed = False

    def hear(self, exchange: Exchange) -> None:
        """Keep one exchange; returns at once unless the disk is far behind."""
        if self._closed:
            return
        when = self._clock()
        with self._lock:
            self._waiting += len(exchange.body)
        done = _WRITER.submit(self._write_exchange, exchange, when)
        if self._waiting > MOST_WAITING:
            done.result()

    def finish(self, visit: Snapshot, hidden: Collection[str] = ()) -> Future[Path]:
        """Keep the visit and put the file in its place; answers of ``hidden`` hosts are left out.

        The future raises EvidenceError when the disk cannot take it.
        """
        self._closed = True
        return _WRITER.submit(self._finish, visit, frozenset(hidden), self._clock())

    def keep_pictures(self, found: Sequence[Picture]) -> None:
        """Keep pictures of issues beside the visit; none takes away those of an earlier visit.

        Raises:
            EvidenceError: the disk cannot take them.
        """
        pictures.write(self._pictures, found)

    def close(self) -> None:
        """Unless the visit was finished, nothing is kept of this site."""
        if not self._closed:
            self._closed = True
            _WRITER.submit(self._discard)

    # --- in the writer's thread -------------------------------------------------------------

    def _write_exchange(self, exchange: Exchange, when: dt.datetime) -> None:
        with self._lock:
            self._waiting -= len(exchange.body)
        if self._fault is not None:
            return
        name = self._name(len(self._pieces), exchange.url)
        whole = len(exchange.body) <= self._left
        if whole:
            self._left -= len(exchange.body)
        host = host_of(exchange.url)
        try:
            for packed in records.pair(exchange, when, name, body=whole):
                self._add(packed, host)
        except OSError as error:
            self._fault = error
            return
        if whole and exchange.body:
            self._bodies.setdefault(records.digest(exchange.body), name)
            self._hosts[name] = host

    def _finish(self, visit: Snapshot, hidden: frozenset[str], when: dt.datetime) -> Path:
        try:
            if self._fault is not None:
                raise self._fault
            if hidden:
                self._leave_out(hidden)
            for packed in self._visit_records(visit, visit.started or when):
                self._add(packed, "")
            file = self._open()
            file.flush()
            os.fsync(file.fileno())
            file.close()
            self._file = None
            self._part.replace(self._path)
            sync_folder(self._path.parent)
        except OSError as error:
            self._discard()
            raise cannot(self._path, error) from error
        return self._path

    def _visit_records(self, visit: Snapshot, when: dt.datetime) -> Iterable[bytes]:
        return snapshots.visit_records(
            visit, self._run, when, lambda *parts: self._name("visit", *parts), self._bodies
        )

    def _add(self, packed: bytes, host: str) -> None:
        file = self._open()
        self._pieces.append(_Piece(file.tell(), len(packed), host))
        file.write(packed)

    def _open(self) -> IO[bytes]:
        if self._file is None:
            make_folder(self._path.parent)
            self._file = self._part.open("w+b")
            self._file.write(self._warcinfo())
        return self._file

    def _warcinfo(self) -> bytes:
        name = self._name("warcinfo")
        block = records.fields_block(snapshots.about(self._run, self._slug))
        return records.record(
            "warcinfo", name, self._run.started, block, "application/warc-fields",
            [("WARC-Filename", self._path.name)],
        )  # fmt: skip

    def _leave_out(self, hidden: frozenset[str]) -> None:
        """Write the file again without the answers of hosts that only their owner may know of."""
        before, self._file = self._open(), None
        other = self._part.with_name("again-" + self._part.name)
        file = other.open("w+b")
        file.write(self._warcinfo())
        for piece in self._pieces:
            if piece.host not in hidden:
                before.seek(piece.start)
                file.write(before.read(piece.length))
        before.close()
        other.replace(self._part)
        self._file = file
        self._bodies = {
            sha: name for sha, name in self._bodies.items() if self._hosts[name] not in hidden
        }

    def _discard(self) -> None:
        with contextlib.suppress(OSError):
            if self._file is not None:
                self._file.close()
            self._file = None
            self._part.unlink(missing_ok=True)

    def _name(self, *parts: object) -> str:
        return records.name_of(self._run.id, self._slug, *parts)


def add_timings(
    evidence: Evidence, slug: str, timings: Mapping[str, Timings], when: dt.datetime
) -> None:
    """Add what the quiet pass measured to a site's WARC, if there is one.

    Raises:
        EvidenceError: the disk cannot take it.
    """
    _WRITER.submit(_add_timings, evidence, slug, timings, when).result()


def _add_timings(
    evidence: Evidence, slug: str, timings: Mapping[str, Timings], when: dt.datetime
) -> None:
    path = evidence.file(slug)
    try:
        whole = path.read_bytes()
    except FileNotFoundError:
        return
    except OSError as error:
        raise cannot(path, error) from error
    name = records.name_of(evidence.run, slug, "timings")
    added = snapshots.timings_record(timings, name, when)
    try:
        put(path, whole + added)
    except OSError as error:
        raise cannot(path, error) from error

"""Bytes of a file that may be gzip, member after member: bounded, and mended where it is broken."""

from __future__ import annotations

import zlib
from typing import IO

CHUNK = 65_536
MAGIC = b"\x1f\x8b\x08"
RATIO = 200  # times its own size that a file may unpack to; text comes to some ten times
ROOM = 100_000_000  # bytes that any file may unpack to


class Bomb(Exception):
    """The file unpacks to far more than its size."""


class Source:
    """Reads a file once, from its start. ``damage`` says what was wrong with it so far."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file = file
        self.damage: list[str] = []
        self._buffer = b""
        self._packed = file.read(CHUNK)
        self._gzip = self._packed.startswith(MAGIC[:2])
        self._unpacker = zlib.decompressobj(31) if self._gzip else None
        self._left = size * RATIO + ROOM

    def read(self, size: int, *, within: bool = False) -> bytes:
        """Some bytes, at most ``size``; b'' at the end.

        ``within`` a record, the end is also where a new gzip member begins another record.
        """
        if not self._buffer:
            fresh = self._fill()
            if within and fresh and self._begins_record():
                return b""
        part, self._buffer = self._buffer[:size], self._buffer[size:]
        return part

    def line(self, limit: int) -> bytes:
        """The next line with its end, cut at ``limit`` bytes; b'' at the end of the file."""
        parts: list[bytes] = []
        length = 0
        while length < limit:
            if not self._buffer:
                self._fill()
                if not self._buffer:
                    break
            end = self._buffer.find(b"\n", 0, limit - length) + 1
            part = self._buffer[: end or limit - length]
            self._buffer = self._buffer[len(part) :]
            parts.append(part)
            length += len(part)
            if end:
                break
        return b"".join(parts)

    def _begins_record(self) -> bool:
        while len(self._buffer) < 5:
            before, self._buffer = self._buffer, b""
            if not self._more():
                self._buffer = before
                break
            self._buffer = before + self._buffer
        return self._buffer.startswith(b"WARC/")

    def _fill(self) -> bool:
        """Put something into the empty buffer; True when it is the start of a gzip member."""
        fresh = False
        while not self._buffer:
            if self._unpacker is not None and self._unpacker.eof:
                fresh = True
            if not self._more():
                break
        return fresh

    def _more(self) -> bool:
        """One step towards more in the buffer; False at the end of the file."""
        if self._unpacker is None:
            self._buffer, self._packed = self._packed, self._file.read(CHUNK)
            return bool(self._buffer)
        if self._unpacker.eof:
            self._packed = self._unpacker.unused_data + self._packed
            self._unpacker = zlib.decompressobj(31)
            while not self._packed.strip(b"\0"):  # padding between or after members
                self._packed = self._file.read(CHUNK)
                if not self._packed:
                    return False
        if not self._packed:
            self._packed = self._file.read(CHUNK)
            if not self._packed:
                self._say("it ends in the middle of a record")
                return False
        try:
            self._buffer = self._unpacker.decompress(self._packed, CHUNK)
        except zlib.error:
            return self._find_member()
        self._packed = self._unpacker.unconsumed_tail
        self._left -= len(self._buffer)
        if self._left < 0:
            raise Bomb
        return True

    def _find_member(self) -> bool:
        """Go on at what looks like the next gzip member."""
        self._say("a part of it is not readable and was left out")
        data = self._packed[1:]
        while (at := data.find(MAGIC)) < 0:
            more = self._file.read(CHUNK)
            if not more:
                self._packed = b""
                return False
            data = data[-2:] + more
        self._packed = data[at:]
        self._unpacker = zlib.decompressobj(31)
        return True

    def _say(self, what: str) -> None:
        if what not in self.damage:
            self.damage.append(what)

"""Bodies as they come off the wire: unpacked within bounds, and their encoding found."""

from __future__ import annotations

import codecs
import re
import zlib
from typing import Protocol

import brotli

ACCEPTED = "gzip, deflate, br"
MOST_LAYERS = 3
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:+-]+)", re.I)
_META = re.compile(rb"<meta\s[^>]{0,500}?charset\s*=\s*[\"']?\s*([\w.:+-]+)", re.I)
_COMMENT = re.compile(rb"<!--.*?-->", re.S)
# WHATWG labels whose Python codec differs from the encoding browsers use for them.
_LABELS = {
    **dict.fromkeys(
        "ascii us-ascii iso-8859-1 iso8859-1 iso_8859-1 latin1 latin-1 l1 cp819 ibm819"
        " windows-1252 cp1252 x-cp1252 ansi_x3.4-1968 iso-ir-100 x-user-defined".split(),
        "cp1252",
    ),
    **dict.fromkeys("iso-8859-9 latin5 l5 windows-1254".split(), "cp1254"),
    **dict.fromkeys("iso-8859-11 tis-620 windows-874".split(), "cp874"),
    **dict.fromkeys("gb2312 gbk gb_2312-80 x-gbk chinese".split(), "gb18030"),
    **dict.fromkeys("shift_jis shift-jis sjis x-sjis ms_kanji".split(), "cp932"),
    **dict.fromkeys("euc-kr ks_c_5601-1987 korean".split(), "cp949"),
    **dict.fromkeys("utf8 unicode-1-1-utf-8 x-unicode20utf8".split(), "utf-8"),
    **dict.fromkeys("utf-16 utf-16le unicode ucs-2".split(), "utf-16-le"),
    "utf-16be": "utf-16-be",
    "big5": "big5hkscs",
    "macintosh": "mac-roman",
    "x-mac-roman": "mac-roman",
}


class TooLarge(Exception):
    """The body is longer than allowed, packed or unpacked."""


class Broken(Exception):
    """The body is not what its Content-Encoding says."""


class _Layer(Protocol):
    def feed(self, data: bytes, room: int) -> bytes: ...

    @property
    def ended(self) -> bool: ...


class _Zlib:
    """gzip and deflate; several gzip members in a row are one body."""

    def __init__(self, gzip: bool) -> None:
        self._bits = 31 if gzip else 15
        self._gzip, self._started = gzip, False
        self._unpacker = zlib.decompressobj(self._bits)

    @property
    def ended(self) -> bool:
        return self._unpacker.eof

    def feed(self, data: bytes, room: int) -> bytes:
        parts: list[bytes] = []
        while data:
            if self._unpacker.eof:
                if not self._gzip or not data.startswith(b"\x1f\x8b"):
                    break  # padding after the end is ignored, as browsers do
                self._unpacker = zlib.decompressobj(self._bits)
            part = self._step(data, room)
            room -= len(part)
            parts.append(part)
            data = self._unpacker.unused_data
        return b"".join(parts)

    def _step(self, data: bytes, room: int) -> bytes:
        try:
            part = self._unpacker.decompress(data, room + 1)
        except zlib.error:
            if self._gzip or self._started:
                raise
            self._unpacker = zlib.decompressobj(-15)  # some servers send deflate without a header
            part = self._unpacker.decompress(data, room + 1)
        self._started = True
        if len(part) > room:
            raise TooLarge
        return part


class _Brotli:
    def __init__(self) -> None:
        self._unpacker = brotli.Decompressor()

    @property
    def ended(self) -> bool:
        return bool(self._unpacker.is_finished())

    def feed(self, data: bytes, room: int) -> bytes:
        parts: list[bytes] = []
        while True:
            part = self._unpacker.process(data, output_buffer_limit=room + 1)
            room -= len(part)
            if room < 0:
                raise TooLarge
            parts.append(part)
            data = b""
            if self.ended or self._unpacker.can_accept_more_data():
                return b"".join(parts)


class Body:
    """Collects a response body, unpacked, never holding more than ``limit`` bytes."""

    def __init__(self, content_encoding: str, limit: int) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self.size = self.wire = 0
        names = [n.strip().lower() for n in content_encoding.split(",") if n.strip()]
        if len(names) > MOST_LAYERS:
            raise Broken(f"{len(names)} layers of compression")
        self._layers = [_layer(name) for name in reversed(names) if name != "identity"]

    def feed(self, chunk: bytes) -> None:
        """Add bytes as received.

        Raises:
            TooLarge: the limit is passed.
            Broken: the bytes cannot be unpacked.
        """
        self.wire += len(chunk)
        if self.wire > self._limit:
            raise TooLarge
        try:
            for layer in self._layers:
                chunk = layer.feed(chunk, self._limit - self.size)
        except (zlib.error, brotli.error) as error:
            raise Broken("the body does not match its Content-Encoding") from error
        self.size += len(chunk)
        if self.size > self._limit:
            raise TooLarge
        self._parts.append(chunk)

    @property
    def cut(self) -> bool:
        """True when what was unpacked breaks off before its end."""
        return not all(layer.ended for layer in self._layers)

    def content(self) -> bytes:
        """What has been collected so far."""
        return b"".join(self._parts)


def _layer(name: str) -> _Layer:
    if name in ("gzip", "x-gzip"):
        return _Zlib(gzip=True)
    if name == "deflate":
        return _Zlib(gzip=False)
    if name == "br":
        return _Brotli()
    raise Broken(f"unknown Content-Encoding {name[:40]!r}")


def unpack_gzip(data: bytes, limit: int) -> bytes:
    """Unpack a gzip file of at most ``limit`` bytes; raises :class:`TooLarge`, :class:`Broken`."""
    body = Body("gzip", max(limit, len(data)))
    body.feed(data)
    if body.size > limit:
        raise TooLarge
    return body.content()


def encoding_of(content_type: str, body: bytes) -> str:
    """Python codec for an HTML body: BOM, then header, then meta, then a guess.

    Undeclared bodies that are valid UTF-8 are taken as such, others as windows-1252.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return name
    declared = _CHARSET.search(content_type)
    if declared and (codec := codec_of(declared.group(1))):
        return codec
    meta = _META.search(_COMMENT.sub(b"", body[:4096])[:2048])
    if meta and (codec := codec_of(meta.group(1).decode("ascii", "replace"))):
        # A document whose meta could be read byte by byte is not UTF-16.
        return "utf-8" if codec.startswith("utf-16") else codec
    return _guess(body)


def codec_of(label: str) -> str:
    """The Python codec browsers' meaning of a label corresponds to, or '' when unknown."""
    label = label.strip().lower()
    if label in _LABELS:
        return _LABELS[label]
    try:
        codec = codecs.lookup(label).name
        b"".decode(codec)  # refuses codecs that are not text encodings
    except (LookupError, ValueError, TypeError):
        return ""
    return codec if re.match(r"(utf-8|iso8859|cp12|koi8|euc|cp866|cp9|big5|gb|mac)", codec) else ""


def _guess(body: bytes) -> str:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"

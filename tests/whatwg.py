"""The URL Standard's parser for http and https, written from its text and as slow as its text.

Hosts are in ASCII here; what differs beyond (IDNA, IPv6) is left to the published cases.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

PORTS = {"http": 80, "https": 443}
_FORBIDDEN = set('#/:<>?@[\\]^|% "`{}') - set('"`{}') | {chr(c) for c in (*range(33), 127)}
_PATH, _QUERY = set(' "#<>?`{}'), set(" \"#<>'")


class Url(NamedTuple):
    scheme: str
    host: str
    port: int | None
    path: tuple[str, ...]
    query: str | None

    def __str__(self) -> str:
        port = f":{self.port}" if self.port is not None else ""
        query = f"?{self.query}" if self.query is not None else ""
        return f"{self.scheme}://{self.host}{port}/{'/'.join(self.path)}{query}"


class Failure(Exception):
    """The standard calls it failure."""


class Beyond(Exception):
    """Names with letters beyond ASCII (IDNA), which are not read here."""


def parse(text: str, base: Url | None = None) -> Url | None:
    """The address, None for another scheme.

    Raises:
        Failure: it is none.
    """
    text = re.sub(r"[\t\n\r]", "", text.strip("".join(map(chr, range(33)))))
    named = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", text)
    if named is None:
        if base is None:
            raise Failure
        return _relative(text, base)
    scheme, rest = named[1].lower(), text[named.end() :]
    if scheme not in PORTS:
        return None
    if base is not None and base.scheme == scheme and not rest.startswith("//"):
        return _relative(rest, base)
    return _authority(rest.lstrip("/\\"), scheme)


def _relative(text: str, base: Url) -> Url:
    text = text.split("#", 1)[0]
    if text[:1] in ("/", "\\") and text:
        if text[1:2] in ("/", "\\") and text[1:2]:
            return _authority(text.lstrip("/\\"), base.scheme)
        return _path(text[1:], base, ())
    if not text:
        return base
    if text[0] == "?":
        return base._replace(query=_encoded(text[1:], _QUERY))
    return _path(text, base, base.path[:-1])


def _authority(text: str, scheme: str) -> Url:
    end = min((text.find(c) for c in "/\\?#" if c in text), default=len(text))
    whole, rest = text[:end], text[end:].split("#", 1)[0]
    host = whole.rpartition("@")[2]
    host, colon, digits = host.partition(":")
    if not host or (digits and not re.fullmatch(r"[0-9]+", digits)):
        raise Failure
    port = int(digits) if colon and digits else None
    if port is not None and port > 65535:
        raise Failure
    found = Url(scheme, _host(host), None if port == PORTS[scheme] else port, (), None)
    return _path(rest[1:] if rest[:1] in ("/", "\\") else rest, found, ())


def _path(text: str, url: Url, before: tuple[str, ...]) -> Url:
    text, mark, query = text.partition("?")
    path, pieces = list(before), re.split(r"[/\\]", text)
    for number, piece in enumerate(pieces):
        last, dots = number == len(pieces) - 1, piece.lower().replace("%2e", ".")
        if dots == "..":
            path = path[:-1]
        if dots in (".", ".."):
            path += [""] if last else []
        else:
            path.append(_encoded(piece, _PATH))
    return url._replace(path=tuple(path), query=_encoded(query, _QUERY) if mark else None)


def _encoded(text: str, wanted: set[str]) -> str:
    return "".join(
        "".join(f"%{byte:02X}" for byte in c.encode()) if c in wanted or not "!" <= c <= "~" else c
        for c in text
    )


def _host(text: str) -> str:
    try:
        host = unquote_to_bytes(text).decode("ascii").lower()
    except UnicodeDecodeError as error:
        raise Beyond from error
    if not host or set(host) & _FORBIDDEN:
        raise Failure
    parts = host.split(".")
    if parts[-1] == "" and len(parts) > 1:
        parts.pop()
    if re.fullmatch(r"[0-9]+|0[x][0-9a-f]*", parts[-1]):
        return _address(parts)
    return host


def _address(parts: list[str]) -> str:
    if len(parts) > 4:
        raise Failure
    numbers = [_number(part) for part in parts]
    if any(n > 255 for n in numbers[:-1]) or numbers[-1] >= 256 ** (5 - len(numbers)):
        raise Failure
    whole = numbers[-1] + sum(n * 256 ** (3 - place) for place, n in enumerate(numbers[:-1]))
    return ".".join(str(whole >> shift & 255) for shift in (24, 16, 8, 0))


def _number(part: str) -> int:
    if not part:
        raise Failure
    try:
        if part.startswith("0x"):
            return int(part[2:] or "0", 16) if "_" not in part else _fail()
        return int(part, 8 if len(part) > 1 and part[0] == "0" else 10)
    except ValueError as error:
        raise Failure from error


def _fail() -> int:
    raise Failure

"""One WARC/1.1 record as bytes, each a gzip member of its own so that it can be sought.

The format: ISO 28500:2017, https://iipc.github.io/warc-specifications/specifications/warc-format/
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import http
import re
import uuid
import zlib
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from lgaudit.evidence import Exchange, Headers
from lgaudit.models import Reason

LEVEL = 1  # of gzip: a page costs a millisecond, see benchmarks/archive.py
Fields = Sequence[tuple[str, str]]
_SPACE = uuid.UUID("5d0f7f6e-6d0b-5b3c-9a53-2f6b8c1d9b7a")  # ids follow from what they name
_BREAKS = re.compile(r"[\r\n\0]+")
_DECODED = frozenset({"content-encoding", "content-length", "transfer-encoding"})
_SECRET = frozenset({"cookie", "authorization", "proxy-authorization"})
_CUT = {Reason.TOO_LARGE: "length", Reason.TIMEOUT: "time", Reason.RESET: "disconnect"}


def name_of(*parts: object) -> str:
    """A record id that is the same whenever the same things are named."""
    return f"<urn:uuid:{uuid.uuid5(_SPACE, chr(10).join(map(str, parts)))}>"


def digest(data: bytes) -> str:
    """As WARC writes it: SHA-1 in base 32."""
    found = hashlib.sha1(data, usedforsecurity=False).digest()
    return "sha1:" + base64.b32encode(found).decode()


def moment(when: dt.datetime) -> str:
    """A date as WARC writes it, in UTC."""
    return when.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def record(
    kind: str, name: str, when: dt.datetime, block: bytes, media: str, fields: Fields = ()
) -> bytes:
    """A whole record, compressed."""
    head = [
        ("WARC-Type", kind),
        ("WARC-Record-ID", name),
        ("WARC-Date", moment(when)),
        *fields,
        ("WARC-Block-Digest", digest(block)),
        ("Content-Type", media),
        ("Content-Length", str(len(block))),
    ]
    lines = "".join(f"{key}: {_one_line(value)}\r\n" for key, value in head)
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, 31)
    return b"".join(
        (
            packer.compress(b"WARC/1.1\r\n" + lines.encode("utf-8", "replace") + b"\r\n"),
            packer.compress(block),
            packer.compress(b"\r\n\r\n"),
            packer.flush(),
        )
    )


def fields_block(fields: Fields) -> bytes:
    """A block of type application/warc-fields."""
    text = "".join(f"{key}: {_one_line(value)}\r\n" for key, value in fields)
    return text.encode("utf-8", "replace")


def pair(exchange: Exchange, when: dt.datetime, name: str, body: bool = True) -> Iterable[bytes]:
    """A request and its answer; without ``body`` the record says that it was cut."""
    where = ("WARC-Target-URI", exchange.url)
    asked = name_of(name, "request")
    yield record(
        "request", asked, when, _request(exchange), "application/http;msgtype=request",
        [where, ("WARC-Concurrent-To", name)],
    )  # fmt: skip
    if exchange.status is None:
        said = [("fetchFailure", f"{exchange.verdict.reason.value}: {exchange.verdict.detail}")]
        yield record(
            "metadata", name, when, fields_block(said), "application/warc-fields",
            [where, ("WARC-Concurrent-To", asked)],
        )  # fmt: skip
        return
    content = exchange.body if body else b""
    fields = [where, ("WARC-Concurrent-To", asked), ("WARC-Payload-Digest", digest(content))]
    if exchange.http_version.startswith("HTTP/2"):
        fields.append(("WARC-Protocol", "h2"))
    cut = "length" if not body else _CUT.get(exchange.verdict.reason, "")
    cut = cut or ("unspecified" if exchange.unread else "")
    if cut:
        fields.append(("WARC-Truncated", cut))
    block = _response_head(exchange, len(content)) + content
    yield record("response", name, when, block, "application/http;msgtype=response", fields)


def _request(exchange: Exchange) -> bytes:
    parts = urlsplit(exchange.url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [f"{exchange.method} {path} HTTP/1.1"]
    if not any(key.lower() == "host" for key, _ in exchange.sent):
        lines.append(f"Host: {parts.netloc.rpartition('@')[2]}")
    lines += [f"{k}: {_one_line(v)}" for k, v in exchange.sent if k.lower() not in _SECRET]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "replace")


def _response_head(exchange: Exchange, length: int) -> bytes:
    """The status line and headers. Bodies are kept unpacked, so what says otherwise is renamed."""
    status = exchange.status or 0
    try:
        phrase = http.HTTPStatus(status).phrase
    except ValueError:
        phrase = "Unknown"
    lines = [f"HTTP/1.1 {status} {phrase}"]
    for key, value in exchange.headers:
        name = f"X-Archive-Orig-{key}" if key.lower() in _DECODED else key
        lines.append(f"{_one_line(name)}: {_one_line(value)}")
    lines.append(f"Content-Length: {length}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "replace")


def _one_line(value: str) -> str:
    return _BREAKS.sub(" ", value)


def shown(headers: Headers) -> Headers:
    """Request headers that may be kept: nothing that opens a door."""
    return tuple((key, value) for key, value in headers if key.lower() not in _SECRET)

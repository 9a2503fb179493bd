"""Answers in a WARC that another program made: what it asked for, and what came back."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from lgaudit.archive.reader import Record, Warc
from lgaudit.evidence import Exchange, Headers
from lgaudit.models import OK, Reason, Verdict

_UNPACKED = "X-Archive-Orig-"  # before a header that speaks of the body as it was on the wire
_HTTP = ("application/http", "application/http;msgtype=response")
LONGEST_HEAD = 200_000  # bytes of status line and headers


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, its body as the WARC has it, and when it came, if that is said."""

    exchange: Exchange
    when: dt.datetime | None


def answers(warc: Warc, longest: int) -> Iterator[Answer]:
    """Every answer to a request by HTTP, in the order of the file.

    Answers longer than ``longest`` bytes come without their body, as too large.
    """
    for record in warc:
        if record.uri.startswith(("http://", "https://")):
            if record.kind == "response" and record.media.replace(" ", "").startswith(_HTTP):
                found = _answer(record, longest)
                if found is not None:
                    yield found
            elif record.kind == "resource" and record.media.startswith("text/html"):
                yield _resource(record, longest)  # wget and others keep files this way


def _answer(record: Record, longest: int) -> Answer | None:
    block = record.block(longest + LONGEST_HEAD)
    if block is None:
        return Answer(_exchange(record, None, (), b"", _too_large(longest)), _when(record))
    head, _, body = block.partition(b"\r\n\r\n")
    if not _ and len(head) > LONGEST_HEAD:
        return None
    lines = head[:LONGEST_HEAD].decode("utf-8", "replace").splitlines()
    status = _status(lines[0] if lines else "")
    if status is None:
        return None
    headers = tuple(
        (name.strip().removeprefix(_UNPACKED), value.strip())
        for name, colon, value in (line.partition(":") for line in lines[1:])
        if colon and name.strip()
    )
    chunked = any(
        name.lower() == "transfer-encoding" and "chunked" in value.lower()
        for name, value in headers
    )
    whole = (_joined(body) if chunked else None) or body
    verdict = OK
    if record.fields.get("warc-truncated") or record.cut:
        verdict = Verdict(Reason.RESET, "the archive has only a part of it")
    return Answer(_exchange(record, status, headers, whole, verdict), _when(record))


def _resource(record: Record, longest: int) -> Answer:
    body = record.block(longest)
    verdict = OK if body is not None else _too_large(longest)
    headers = (("content-type", record.media),)
    return Answer(_exchange(record, 200, headers, body or b"", verdict), _when(record))


def _exchange(
    record: Record, status: int | None, headers: Headers, body: bytes, verdict: Verdict
) -> Exchange:
    # Archives write every status line as HTTP/1.1, so only what is said in so many words counts.
    protocol = "HTTP/2" if record.fields.get("warc-protocol", "").startswith("h2") else ""
    return Exchange("GET", record.uri, (), status, headers, body, protocol, verdict)


def _too_large(longest: int) -> Verdict:
    return Verdict(Reason.TOO_LARGE, f"longer than {longest} bytes")


def _status(line: str) -> int | None:
    parts = line.split(None, 2)
    if len(parts) > 1 and parts[0].upper().startswith("HTTP") and parts[1].isascii():
        with contextlib.suppress(ValueError):
            number = int(parts[1])
            return number if 100 <= number <= 999 else None
    return None


def _when(record: Record) -> dt.datetime | None:
    with contextlib.suppress(ValueError):
        found = dt.datetime.fromisoformat(record.fields.get("warc-date", "")[:40])
        return found.replace(tzinfo=found.tzinfo or dt.UTC, microsecond=0)
    return None


def _joined(body: bytes) -> bytes | None:
    """A chunked body joined, or None when it is not chunked: many programs keep it joined."""
    parts: list[bytes] = []
    at = 0
    while True:
        end = body.find(b"\n", at, at + 100)
        size = body[at:end].split(b";")[0].strip() if end >= 0 else b""
        if not size or len(size) > 8 or size.strip(b"0123456789abcdefABCDEF"):
            return b"".join(parts) if parts else None
        length = int(size, 16)
        if length == 0:
            return b"".join(parts)
        parts.append(body[end + 1 : end + 1 + length])
        at = end + 1 + length
        if at >= len(body):
            return b"".join(parts)
        at += 2 if body[at : at + 2] == b"\r\n" else 1

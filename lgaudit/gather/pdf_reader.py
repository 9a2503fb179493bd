"""Read one PDF from standard input and print what it says of itself, as lines of JSON.

Run as a program of its own by :mod:`lgaudit.gather.documents`, so that a PDF made to break its
reader can only break this process. The last whole line printed is the answer; what can be told
without reading pages is printed first, in case reading them takes too long. It imports nothing
of lgaudit, to start fast.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import sys
from collections.abc import Iterator
from typing import Any

import pikepdf

MEMORY = 1_000_000_000  # bytes of address space
SECONDS = 10  # of processor time
STREAM = 64_000_000  # bytes one stream may unpack to
PAGES = 20  # pages read, spread over the document
PAGE_BYTES = 2_000_000  # of a page's drawing commands that are looked through
PAGE_STREAMS = 40  # forms within forms followed on one page
SPARSE = 20  # characters; a page with fewer has no text to speak of
FIELDS = 500  # form fields looked at
LONGEST = 500  # characters of a title

_DATE = re.compile(r"(?:D:)?\s*(\d{4})-?(\d{2})?-?(\d{2})?")
_STRING = (
    rb"\((?:[^\\()]|\\.|\((?:[^\\()]|\\.|\([^\\()]*+\))*+\))*+\)"  # as text, brackets nested thrice
    rb"|<[0-9A-Fa-f\s]*+>"  # in hexadecimal
)
_TOKEN = re.compile(rb"\bBT\b|\bET\b|/([^\s/<>\[\]()%{}]{1,120})\s+Do\b|" + _STRING, re.S)
_INLINE_IMAGE = re.compile(rb"\bBI\b[^\0]{0,400}?\bID\s")


def main() -> None:
    """Print facts of the PDF on standard input."""
    _limit_this_process()
    body = sys.stdin.buffer.read()
    try:
        with pikepdf.open(io.BytesIO(body)) as pdf:
            facts = _about(pdf)
            _print(facts)
            _print(facts | _pages(pdf))
    except pikepdf.PasswordError:
        _print({"encrypted": True, "error": "needs a password"})
    except MemoryError:
        _print({"error": "needs too much memory"})
    except Exception as error:  # qpdf, lxml and pikepdf raise what they like on hostile input
        _print({"error": f"damaged ({type(error).__name__})"})


def _limit_this_process() -> None:
    pikepdf.settings.set_qpdf_limits(
        flate_max_memory=STREAM,
        run_length_max_memory=STREAM,
        png_max_memory=STREAM,
        tiff_max_memory=STREAM,
        dct_max_memory=STREAM,
        doc_max_warnings=500,
        max_stream_filters=6,
    )
    try:
        import resource
    except ImportError:  # not on Windows; the parent's time limit still holds
        return
    for kind, limit in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(kind, (limit, limit))


def _print(facts: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


def _about(pdf: pikepdf.Pdf) -> dict[str, Any]:
    root = pdf.Root
    info, metadata = _get(pdf.trailer, "/Info"), _metadata(root)
    preferences = _get(root, "/ViewerPreferences")
    return {
        "pages": len(pdf.pages),
        "tagged": _get(root, "/StructTreeRoot") is not None
        and _get(_get(root, "/MarkInfo"), "/Marked") is True,
        "title": (_text(_get(info, "/Title")) or metadata.get("title", ""))[:LONGEST],
        "display_title": _get(preferences, "/DisplayDocTitle") is True,
        "lang": _text(_get(root, "/Lang"))[:35],
        "created": _date(_text(_get(info, "/CreationDate"))) or metadata.get("created", ""),
        "modified": _date(_text(_get(info, "/ModDate"))) or metadata.get("modified", ""),
        "has_form": _has_form(root),
        "encrypted": bool(pdf.is_encrypted),
    }


def _get(container: Any, key: str) -> Any:
    """An entry of a dictionary, or None when either is not what it should be."""
    if not isinstance(container, pikepdf.Dictionary | pikepdf.Stream):
        return None
    try:
        return container.get(key)
    except (ValueError, TypeError, KeyError, pikepdf.PdfError):
        return None


def _text(value: Any) -> str:
    """A string of a PDF; control characters and odd code points become spaces."""
    if not isinstance(value, pikepdf.String):
        return ""
    try:
        text = str(value)
    except (ValueError, UnicodeError):
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * LONGEST]).split())


def _date(text: str) -> str:
    """YYYY-MM-DD from '20240131120000Z' or '2024-01-31T12:00'; '' when it is no date."""
    found = _DATE.match(text)
    if not found or not 1 <= int(found[1]) <= 9999:
        return ""
    return f"{found[1]}-{found[2] or '01'}-{found[3] or '01'}"


def _metadata(root: Any) -> dict[str, str]:
    """Title and dates of the XMP block, read as text: it is XML from a stranger."""
    stream = _get(root, "/Metadata")
    if not isinstance(stream, pikepdf.Stream):
        return {}
    try:
        xml = bytes(stream.read_bytes())[:1_000_000].decode("utf-8", errors="replace")
    except (pikepdf.PdfError, RuntimeError, ValueError, MemoryError):
        return {}
    title = re.search(r"<dc:title\b.{0,300}?<rdf:li\b[^>]*>([^<]{1,2000})</rdf:li>", xml, re.S)
    created = re.search(r"xmp:CreateDate(?:>|\s*=\s*[\"'])\s*([\dTZ:.+-]{4,40})", xml)
    modified = re.search(r"xmp:ModifyDate(?:>|\s*=\s*[\"'])\s*([\dTZ:.+-]{4,40})", xml)
    return {
        "title": " ".join(title[1].split()) if title else "",
        "created": _date(created[1]) if created else "",
        "modified": _date(modified[1]) if modified else "",
    }


def _has_form(root: Any) -> bool:
    """True when there is something to fill in; a signature alone is no form."""
    form = _get(root, "/AcroForm")
    fields = _get(form, "/Fields")
    if _get(form, "/XFA") is not None:
        return True
    if not isinstance(fields, pikepdf.Array):
        return False
    kinds = [_get(fields[n], "/FT") for n in range(min(len(fields), FIELDS))]
    return any(kind is None or str(kind) != "/Sig" for kind in kinds)


def _pages(pdf: pikepdf.Pdf) -> dict[str, int]:
    total = len(pdf.pages)
    step = max(1, -(-total // PAGES))
    read = images = sparse = 0
    for number in range(0, total, step):
        try:
            characters, image = _page(pdf.pages[number].obj)
        except (pikepdf.PdfError, RuntimeError, ValueError, TypeError, KeyError, AttributeError):
            continue
        read += 1
        images += image
        sparse += characters < SPARSE
    return {"pages_read": read, "image_pages": images, "sparse_pages": sparse}


def _page(page: Any) -> tuple[int, bool]:
    """Characters of text on a page (at least: counting stops early) and whether it has images."""
    characters, image, followed = 0, False, 0
    waiting: list[tuple[Any, Any]] = [(_get(page, "/Contents"), _resources(page))]
    while waiting and followed < PAGE_STREAMS and characters < 10 * SPARSE:
        followed += 1
        contents, resources = waiting.pop()
        commands = b"\n".join(_streams(contents))
        if len(commands) > PAGE_BYTES:
            characters += SPARSE  # too much to read through: give it the benefit of the doubt
            commands = commands[:PAGE_BYTES]
        image = image or bool(_INLINE_IMAGE.search(commands))
        more, names = _drawn(commands)
        characters += more
        for name in names:
            item = _get(_get(resources, "/XObject"), "/" + name)
            subtype = str(_get(item, "/Subtype"))
            image = image or subtype == "/Image"
            if subtype == "/Form":
                waiting.append((item, _get(item, "/Resources") or resources))
    return characters, image


def _resources(page: Any) -> Any:
    """A page's resources, its own or inherited."""
    for _ in range(30):
        own = _get(page, "/Resources")
        if own is not None:
            return own
        page = _get(page, "/Parent")
        if page is None:
            return None
    return None


def _streams(contents: Any) -> Iterator[bytes]:
    parts: list[Any] = []
    if isinstance(contents, pikepdf.Stream):
        parts = [contents]
    elif isinstance(contents, pikepdf.Array):
        parts = [contents[n] for n in range(min(len(contents), PAGE_STREAMS))]
    size = 0
    for part in parts:
        if isinstance(part, pikepdf.Stream) and size <= PAGE_BYTES:
            data = bytes(part.read_bytes())
            size += len(data)
            yield data


def _drawn(commands: bytes) -> tuple[int, list[str]]:
    """Characters shown between BT and ET, and names of the objects drawn."""
    characters, names, in_text = 0, [], False
    for found in _TOKEN.finditer(commands):
        token = found.group()
        if token in (b"BT", b"ET"):
            in_text = token == b"BT"
        elif found[1] is not None:
            names.append(found[1].decode("latin-1"))
        elif in_text and token[:1] == b"(":
            characters += len(
                token[1:-1].replace(b"\\", b"").replace(b"\0", b"").replace(b" ", b"")
            )
        elif in_text:
            digits = len(b"".join(token[1:-1].split()))
            characters += digits // 4 if digits % 4 == 0 else digits // 2
    return characters, names


if __name__ == "__main__":
    main()

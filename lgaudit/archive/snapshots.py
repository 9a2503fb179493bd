"""A visit as WARC records, and back, exactly.

Bodies of pages are those of the response records, rendered pages are metadata records of their
own, and everything else is JSON in metadata records: one for each page, one for the visit.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from lgaudit import __version__
from lgaudit.archive import records
from lgaudit.archive.reader import Warc
from lgaudit.errors import EvidenceError
from lgaudit.evidence import Page, SiteSearch, Snapshot, Timings
from lgaudit.models import Run
from lgaudit.plurals import count

FORMAT = 1  # raised when older programs could not read what this one writes
VISIT, PAGE, RENDERED, TIMINGS = (
    f"urn:lgaudit:{name}" for name in ("visit", "page", "rendered", "timings")
)
MEDIA = "application/vnd.lgaudit+json"
MOST_JSON = 200_000_000  # bytes of one record of ours
MOST_IN_ALL = 1_000_000_000  # bytes of one visit in memory
T = TypeVar("T")
Namer = Callable[..., str]


class PageRecord(msgspec.Struct, omit_defaults=True):
    """A page without its text; ids of the records that have it. ``role`` is where it belongs."""

    role: str  # page, not_found, security_txt, door or search
    page: Page
    body: str = ""
    rendered: str = ""


class VisitRecord(msgspec.Struct):
    """Everything of a visit but its pages."""

    format: int
    run: Run
    snapshot: Snapshot
    pages: int  # page records that belong to it


@dataclass(frozen=True, slots=True)
class Kept:
    """What a WARC of ours holds: the visit, the run it was part of, and its quiet timings."""

    run: Run
    visit: Snapshot
    timings: Mapping[str, Timings]


def about(run: Run, slug: str) -> list[tuple[str, str]]:
    """Fields of the warcinfo record."""
    return [
        ("software", f"lgaudit {__version__}"),
        ("format", "WARC File Format 1.1"),
        (
            "conformsTo",
            "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        ),
        ("isPartOf", run.id),
        ("description", f"Evidence of one visit to {slug}; bodies are kept unpacked"),
        ("robots", "obey"),
        ("lgaudit-bar", run.engines.bar),
        ("lgaudit-seed", str(run.seed)),
        ("lgaudit-settings", json.dumps(dict(run.settings), sort_keys=True, default=str)),
    ]


def visit_records(
    visit: Snapshot, run: Run, when: dt.datetime, namer: Namer, bodies: Mapping[str, str]
) -> Iterator[bytes]:
    """The records of a visit. ``bodies``: digest of a body -> id of the record that has it."""
    known = dict(bodies)
    number = 0
    for number, (role, page) in enumerate(_roles(visit), start=1):
        yield from _page_records(role, page, when, lambda *p, n=number: namer(n, *p), known)
    probes = replace(
        visit.probes, not_found=None, security_txt=None, doors=(), search=_without_pages(visit)
    )
    bare = replace(visit, pages=(), private=(), probes=probes)
    block = _packed(VisitRecord(FORMAT, run, bare, number))
    yield records.record(
        "metadata", namer("visit"), when, block, MEDIA, [("WARC-Target-URI", VISIT)]
    )


def timings_record(timings: Mapping[str, Timings], name: str, when: dt.datetime) -> bytes:
    """What the quiet pass measured, by page."""
    block = _packed(dict(timings))
    return records.record("metadata", name, when, block, MEDIA, [("WARC-Target-URI", TIMINGS)])


def _roles(visit: Snapshot) -> Iterable[tuple[str, Page]]:
    probes = visit.probes
    yield from (("page", page) for page in visit.pages)
    yield from (("not_found", page) for page in [probes.not_found] if page is not None)
    yield from (("security_txt", page) for page in [probes.security_txt] if page is not None)
    yield from (("door", page) for page in probes.doors)
    yield from (("search", page) for page in _answers(visit).values())


def _answers(visit: Snapshot) -> dict[str, Page]:
    """What the site's search answered, by address."""
    asked = visit.probes.search.questions if visit.probes.search is not None else ()
    return {question.url: question.page for question in asked if question.page is not None}


def _without_pages(visit: Snapshot) -> SiteSearch | None:
    search = visit.probes.search
    return search and replace(
        search, questions=tuple(replace(q, page=None) for q in search.questions)
    )


def _page_records(
    role: str, page: Page, when: dt.datetime, namer: Namer, known: dict[str, str]
) -> Iterator[bytes]:
    body = rendered = ""
    if page.body:
        sha = records.digest(page.body)
        body = known.get(sha, "")
        if not body:  # no answer of this visit has it
            body = known[sha] = namer("body")
            about_body = [("WARC-Target-URI", f"{PAGE}:{page.final_url}")]
            yield records.record("metadata", body, when, page.body, "text/html", about_body)
    shown = page.browser
    refers = [("WARC-Refers-To", body)] if body else []
    if shown is not None and shown.html:
        rendered = namer("rendered")
        uri = ("WARC-Target-URI", f"{RENDERED}:{page.url}")
        html = shown.html.encode("utf-8", "surrogatepass")
        yield records.record(
            "metadata", rendered, when, html, "text/html; charset=utf-8", [uri, *refers]
        )
        shown = replace(shown, html="")
    bare = replace(page, body=b"", browser=shown)
    uri = ("WARC-Target-URI", f"{PAGE}:{page.url}")
    block = _packed(PageRecord(role, bare, body, rendered))
    yield records.record("metadata", namer("page"), when, block, MEDIA, [uri, *refers])


def _packed(value: Any) -> bytes:
    """JSON; where a browser gave half a character, which UTF-8 cannot hold, with escapes."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return json.dumps(msgspec.to_builtins(value)).encode("ascii")


def _unpacked(data: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        return msgspec.convert(json.loads(data), kind)


def read_snapshot(path: Path) -> Kept | None:
    """The visit in a WARC of ours, or None when it was made by another program.

    Raises:
        EvidenceError: it cannot be read, is newer than this program, or is not whole.
    """
    warc = Warc(path)
    found: VisitRecord | None = None
    pages: list[PageRecord] = []
    timings: dict[str, Timings] = {}
    room = MOST_IN_ALL
    try:
        for record in warc:
            if record.media != MEDIA or not record.uri.startswith("urn:lgaudit:"):
                continue
            block = record.block(min(MOST_JSON, room))
            if block is None:
                raise EvidenceError(f"{path}: a record of it is too long to be read.")
            room -= len(block)
            if record.uri == VISIT:
                found = _visit_of(block, path)
            elif record.uri == TIMINGS:
                timings = _unpacked(block, dict[str, Timings]) if not record.cut else {}
            elif record.uri.startswith(PAGE):
                pages.append(_unpacked(block, PageRecord))
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise EvidenceError(f"{path}: a record of it is not as lgaudit writes it.") from error
    if found is None:
        if pages:
            raise EvidenceError(f"{path}: is not whole: {_told(warc)}. The visit is missing.")
        return None
    if len(pages) != found.pages:
        raise EvidenceError(
            f"{path}: is not whole: it holds {len(pages)} of {count(found.pages, 'page')}"
            f" ({_told(warc)})."
        )
    texts = _texts(warc, {name for p in pages for name in (p.body, p.rendered) if name}, room)
    return Kept(found.run, _assembled(found.snapshot, pages, texts), timings)


def _visit_of(block: bytes, path: Path) -> VisitRecord:
    number = msgspec.json.decode(block, type=_Format).format
    if number > FORMAT:
        raise EvidenceError(
            f"{path}: was written by a newer lgaudit (format {number}, this one reads {FORMAT})."
            " Bring lgaudit up to date."
        )
    return _unpacked(block, VisitRecord)


class _Format(msgspec.Struct):
    format: int


def _told(warc: Warc) -> str:
    return "; ".join(warc.damage) or "records are missing"


def _texts(warc: Warc, wanted: set[str], room: int) -> dict[str, bytes]:
    """Text of the records wanted, by id."""
    found: dict[str, bytes] = {}
    for record in warc:
        if record.name not in wanted:
            continue
        block = record.block(room)
        if block is None:
            raise EvidenceError(f"{warc.path}: its pages are too long to be held in memory.")
        room -= len(block)
        if not record.cut:
            http = record.media.startswith("application/http")
            found[record.name] = block.partition(b"\r\n\r\n")[2] if http else block
    if missing := wanted - found.keys():
        raise EvidenceError(
            f"{warc.path}: is not whole: the text of {count(len(missing), 'page')} is missing."
        )
    return found


def _assembled(bare: Snapshot, pages: Sequence[PageRecord], texts: Mapping[str, bytes]) -> Snapshot:
    by_role: dict[str, list[Page]] = {}
    for record in pages:
        page = record.page
        if record.body:
            page = replace(page, body=texts[record.body])
        if record.rendered and page.browser is not None:
            html = texts[record.rendered].decode("utf-8", "surrogatepass")
            page = replace(page, browser=replace(page.browser, html=html))
        by_role.setdefault(record.role, []).append(page)
    probes = replace(
        bare.probes,
        not_found=next(iter(by_role.get("not_found", ())), None),
        security_txt=next(iter(by_role.get("security_txt", ())), None),
        doors=tuple(by_role.get("door", ())),
        search=_with_pages(bare.probes.search, by_role.get("search", ())),
    )
    return replace(bare, pages=tuple(by_role.get("page", ())), probes=probes)


def _with_pages(search: SiteSearch | None, pages: Sequence[Page]) -> SiteSearch | None:
    answers = {page.url: page for page in pages}
    return search and replace(
        search,
        questions=tuple(replace(q, page=answers.get(q.url)) for q in search.questions),
    )

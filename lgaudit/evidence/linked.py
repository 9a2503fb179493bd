"""What pages link to: files, feeds and addresses."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from lgaudit.models import OK, Verdict


@dataclass(frozen=True, slots=True)
class PdfFacts:
    """What was read from one PDF, without its content."""

    pages: int = 0
    tagged: bool = False
    title: str = ""
    display_title: bool = False
    lang: str = ""
    created: dt.date | None = None
    modified: dt.date | None = None
    has_form: bool = False
    image_pages: int = 0  # of the pages read, those with an image
    sparse_pages: int = 0  # of the pages read, those with under 20 characters of text
    pages_read: int = 0
    encrypted: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True)
class CsvFacts:
    """What was read from one CSV file, without its content."""

    utf8: bool = True
    rows: int = 0  # with anything in them, the headings included
    columns: int = 0  # of the first row
    blank_lead_rows: int = 0
    ragged_rows: int = 0  # with more or fewer columns than the first
    empty_headings: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A linked file that is not a page."""

    url: str
    link_text: str
    found_on: tuple[str, ...]  # page URLs, sorted
    verdict: Verdict = OK
    content_type: str = ""
    size: int | None = None  # bytes
    pdf: PdfFacts | None = None
    csv: CsvFacts | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """A news feed a page announces. ``latest`` is the date of its newest entry."""

    url: str
    found_on: str
    verdict: Verdict
    entries: int = 0
    latest: dt.date | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class LinkCheck:
    """One link asked for after the crawl. ``reason`` is OK when something answered usefully."""

    url: str
    verdict: Verdict
    status: int | None
    found_on: tuple[str, ...]  # page URLs, sorted
    internal: bool
    in_main: bool
    attempts: int = 1

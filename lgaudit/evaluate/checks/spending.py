"""Checks of a council's spending data: how recent it is, and whether a program can read it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lgaudit import dom, urls
from lgaudit.evaluate.checks.published import not_found, spots_of, unseen
from lgaudit.evaluate.checks.vocabulary import Result, cant_tell, failed, passed, site_check
from lgaudit.evaluate.periods import ends_of_periods
from lgaudit.evaluate.phrasing import mentions
from lgaudit.evaluate.wayfinding import Found, base_of, signs
from lgaudit.evidence import Page, Snapshot
from lgaudit.models import Spot

MOST_FILES = 300  # links of one page that are looked at
DAYS_A_MONTH = 30.5


@dataclass(frozen=True, slots=True)
class _File:
    url: str
    text: str
    kind: str  # extension, small letters


@site_check
def data_recent(
    visit: Snapshot,
    *,
    what: str,
    subject: Sequence[str],
    months: int,
    but_not: Sequence[str] = (),
) -> Result:
    """The latest period that the files about a subject are named after ended lately enough."""
    found = _about(visit, subject, but_not)
    if not found:
        return not_found(visit, what, subject)
    if visit.started is None:
        return cant_tell("The date of the visit is not known.")
    today = visit.started.date()
    names = [f"{place.text} {place.url}" for place in found]
    pages = [place.page for place in found if place.page is not None]
    for page in pages:
        names += [f"{file.text} {file.url}" for file in _files(page)]
        names.append(page.title)
    ends = [end for name in names for end in _sane(name, today)]
    if not ends:
        return cant_tell(f"No month, quarter or year is named with {what}.", spots_of(found[:1]))
    latest = max(ends)
    if latest >= today - dt.timedelta(days=months * DAYS_A_MONTH):
        return passed(f"up to {latest:%B %Y}")
    message = f"The latest period named with {what} ended in {latest:%B %Y}."
    if not pages:
        return cant_tell(message, spots_of(found[:1]))
    return failed(message, [Spot("", pages[0].url)])


@site_check
def data_readable(
    visit: Snapshot,
    *,
    what: str,
    subject: Sequence[str],
    formats: Sequence[str] = ("csv", "xls", "xlsx", "xlsm", "ods", "json", "xml"),
    prints: Sequence[str] = ("pdf", "doc", "docx"),
    but_not: Sequence[str] = (),
) -> Result:
    """A file about a subject is in one of ``formats``, not only in those made for printing."""
    found = _about(visit, subject, but_not)
    if not found:
        return not_found(visit, what, subject)
    pages = [place.page for place in found if place.page is not None]
    files = [_file(place.url, place.text) for place in found if place.file]
    for place in found:
        if place.page is not None:
            whole = place.by != "heading"  # the page is about nothing else
            files += [f for f in _files(place.page) if whole or mentions(subject, f.text)]
    good = next((file for file in files if file.kind in formats), None)
    if good is not None:
        return passed(good.url)
    paper = [file for file in files if file.kind in prints]
    if not pages:
        return unseen(found, what)
    if not paper:
        return cant_tell(f"No file of {what} was found; it may be on another site.")
    places = [Spot("", file.url, file.text) for file in paper[:10]]
    return failed(f"The files of {what} are made for printing: {paper[0].kind.upper()}.", places)


def _about(visit: Snapshot, subject: Sequence[str], but_not: Sequence[str]) -> list[Found]:
    found = signs(visit).about(subject)
    return [place for place in found if not (but_not and mentions(but_not, place.text))]


def _files(page: Page) -> Iterator[_File]:
    if page.main is None:
        return
    base = base_of(page)
    for node in page.main.css("a[href]")[:MOST_FILES]:
        url = urls.normalise(dom.attribute(node, "href"), base)
        if url is not None:
            yield _file(url, dom.fold(node.text()))


def _file(url: str, text: str) -> _File:
    name = urls.path_of(url).rsplit("/", 1)[-1]
    kind = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    return _File(url, text, kind)


def _sane(name: str, today: dt.date) -> list[dt.date]:
    return [end for end in ends_of_periods(name) if end.year <= today.year + 1]

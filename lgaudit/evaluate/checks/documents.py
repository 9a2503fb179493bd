"""Checks of the PDFs a site links to, those the law does not exempt.

The regulations exempt documents published before 23 September 2018 unless people need them to use
a service; a form is taken to be such a need. A PDF without any date is given the benefit of doubt.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from lgaudit.evaluate import patterns as timed
from lgaudit.evaluate.checks.vocabulary import Result, failed, inapplicable, passed, site_check
from lgaudit.evidence import Document, PdfFacts, Snapshot
from lgaudit.models import Spot

EXEMPT_BEFORE = dt.date(2018, 9, 23)
_FILE_TITLE = re.compile(r"\.(?:pdf|docx?|dotx?|xlsx?|pptx?|rtf|odt|indd|pub|pages)$", re.I)
_PROGRAM_TITLE = re.compile(r"^Microsoft \w+\s*-", re.I)

Fault = Callable[[Document, PdfFacts], str]


@site_check(needs={"documents"})
def pdfs_tagged(visit: Snapshot) -> Result:
    """PDFs carry the structure that screen readers need."""
    return _each_pdf(visit, lambda _, pdf: "" if pdf.tagged else "It is not tagged.")


@site_check(needs={"documents"})
def pdfs_titled(visit: Snapshot) -> Result:
    """PDFs have a title of their own and ask for it to be shown."""
    return _each_pdf(visit, _title_fault)


@site_check(needs={"documents"})
def pdfs_declare_language(visit: Snapshot) -> Result:
    """PDFs say which language they are in."""
    return _each_pdf(visit, lambda _, pdf: "" if pdf.lang.strip() else "It declares no language.")


@site_check(needs={"documents"})
def pdfs_have_text(
    visit: Snapshot,
    *,
    least_share: float = 0.8,
    drawing_pattern: str = "plan|map|drawing|elevation",
) -> Result:
    """PDFs are not pictures of paper: fewer than ``least_share`` of pages are images without text.

    Documents whose link text matches ``drawing_pattern``, or whose pages could not be read, are
    left out.
    """

    def fault(_: Document, pdf: PdfFacts) -> str:
        needed = least_share * pdf.pages_read
        if pdf.sparse_pages < needed or pdf.image_pages < needed:
            return ""
        return f"{pdf.sparse_pages} of {pdf.pages_read} pages read are pictures without text."

    def skip(document: Document) -> bool:
        unread = document.pdf is None or not document.pdf.pages_read
        return unread or bool(timed.search(drawing_pattern, document.link_text))

    return _each_pdf(visit, fault, skip)


def _each_pdf(
    visit: Snapshot, fault: Fault, skip: Callable[[Document], bool] = lambda _: False
) -> Result:
    """Judge every PDF that could be read and is not exempt; each spot names a PDF's address."""
    judged = 0
    spots = []
    for document in sorted(visit.documents, key=lambda d: d.url):
        pdf = document.pdf
        if pdf is None or pdf.error or not document.verdict.ok or _exempt(pdf) or skip(document):
            continue
        judged += 1
        wrong = fault(document, pdf)
        if wrong:
            where = f" Linked from {document.found_on[0]}" if document.found_on else ""
            spots.append(Spot("", document.url, wrong + where))
    if not judged:
        return inapplicable("No PDF that must be accessible could be read.")
    if not spots:
        return passed(f"{judged} of {judged} PDFs looked at.")
    message = f"{len(spots)} of the {judged} PDFs looked at {'has' if len(spots) == 1 else 'have'}"
    return failed(f"{message} this fault.", spots, len(spots) / judged)


def _exempt(pdf: PdfFacts) -> bool:
    if pdf.has_form:
        return False
    dates = [date for date in (pdf.created, pdf.modified) if date is not None]
    return not any(date >= EXEMPT_BEFORE for date in dates)


def _title_fault(document: Document, pdf: PdfFacts) -> str:
    title = " ".join(pdf.title.split())
    if not title:
        return "It has no title."
    if _PROGRAM_TITLE.match(title) or _FILE_TITLE.search(title) or _is_file_name(title, document):
        return f"Its title “{title[:80]}” is the name of a file."
    return "" if pdf.display_title else "Its title is not shown in place of the file's name."


def _is_file_name(title: str, document: Document) -> bool:
    try:
        name = unquote(urlsplit(document.url).path).rsplit("/", 1)[-1]
    except ValueError:
        return False
    return title.casefold() in {name.casefold(), name.rsplit(".", 1)[0].casefold()}

"""Checks of the files a site offers: formats, names, how many, and other formats on request."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from lgaudit import urls
from lgaudit.evaluate import patterns as timed
from lgaudit.evaluate.checks.vocabulary import (
    Result,
    cant_tell,
    failed,
    inapplicable,
    judged,
    page_check,
    passed,
    site_check,
)
from lgaudit.evaluate.excerpts import spots
from lgaudit.evaluate.links import links_of
from lgaudit.evidence import Page, Snapshot
from lgaudit.models import Kind, Spot

_MADE_BY_A_SYSTEM = re.compile(r"^[\da-f-]{8,}$|^\d+$|^(?:download|file|attachment|asset|media)$")


@page_check
def file_types_absent(page: Page, *, extensions: Sequence[str]) -> Result:
    """No link leads to a file of these types."""
    ends = tuple(f".{e.lower()}" for e in extensions)
    links = [link for link in links_of(page) if link.url]
    found = [link for link in links if urls.path_of(link.url).lower().endswith(ends)]
    message = f"{len(found)} links lead to files in old formats or with macros."
    return judged(spots(link.node for link in found), message, applicable=bool(links))


@site_check
def pdf_share_within(
    visit: Snapshot,
    *,
    most: float = 0.5,
    minimum_pages: int = 10,
    skip_hosts_pattern: str = r"democracy|moderngov|planning|committee|documents\.",
) -> Result:
    """There are at most so many PDFs for each page found; hosts of papers are left out."""
    pdfs = {
        d.url
        for d in visit.documents
        if urls.path_of(d.url).lower().endswith(".pdf")
        and not timed.search(skip_hosts_pattern, urls.host_of(d.url))
    }
    pages = max(visit.coverage.eligible, sum(p.verdict.ok for p in visit.pages))
    if pages < minimum_pages:
        return inapplicable("Too few pages were found.")
    share = len(pdfs) / pages
    said = f"{len(pdfs)} PDFs and {pages} pages were found"
    return passed(f"{said}.", share) if share <= most else failed(f"{said}.", metric=share)


@site_check
def file_names_meaningful(
    visit: Snapshot, *, bad_pattern: str, share: float = 0.5, minimum_files: int = 5
) -> Result:
    """At most ``share`` of the files have a name that matches ``bad_pattern`` or is too short.

    Names that a content management system made up of digits are left out.
    """
    bad, seen = [], 0
    for document in visit.documents:
        name = _path_as_written(document.url).rsplit("/", 1)[-1].rsplit(".", 1)[0]
        if not name or _MADE_BY_A_SYSTEM.match(name.lower()):
            continue
        seen += 1
        if len(name) < 5 or timed.search(bad_pattern, name[:300], 0):
            bad.append(Spot("", document.url, name[:100]))
    if seen < minimum_files:
        return inapplicable("Too few files were found.")
    part = len(bad) / seen
    said = f"{len(bad)} of {seen} files"
    return passed(said, part) if part <= share else failed(said, bad[:50], part)


@site_check
def other_formats_offered(visit: Snapshot, *, pattern: str, minimum_pdfs: int = 20) -> Result:
    """A site with many PDFs says where people can ask for another format."""
    pdfs = [d for d in visit.documents if urls.path_of(d.url).lower().endswith(".pdf")]
    if len(pdfs) < minimum_pdfs:
        return inapplicable(f"Fewer than {minimum_pdfs} PDFs were found.")
    carriers = {url for d in pdfs for url in d.found_on}
    statement = False
    for page in visit.each_page():
        if not page.verdict.ok:
            continue
        statement = statement or page.kind is Kind.STATEMENT
        judged_here = page.url in carriers or page.kind is Kind.STATEMENT
        if judged_here and timed.search(pattern, page.dom.body.text() if page.dom.body else ""):
            return passed(page.url)
    if not statement:
        return cant_tell("Not on the pages with PDFs; the accessibility statement was not seen.")
    return failed("Neither the pages with PDFs nor the accessibility statement say so.")


@site_check
def addresses_readable(visit: Snapshot, *, bad_pattern: str, share: float = 0.2) -> Result:
    """At most ``share`` of the pages seen have an address that matches ``bad_pattern``."""
    addresses = sorted({p.final_url or p.url for p in visit.audited if p.kind is not Kind.SEARCH})
    if not addresses:
        return inapplicable("No page was seen.")
    bad = [url for url in addresses if timed.search(bad_pattern, _path_as_written(url), 0)]
    part = len(bad) / len(addresses)
    said = f"{len(bad)} of {len(addresses)} addresses"
    if part <= share:
        return passed(said, part)
    return failed(said, [Spot("", url) for url in bad[:50]], part)


def _path_as_written(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")

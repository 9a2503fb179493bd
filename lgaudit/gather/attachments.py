"""Linked files that are not pages: collected while crawling, looked at once afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace

from lgaudit import urls
from lgaudit.evidence import Document, PdfFacts
from lgaudit.gather import kinds
from lgaudit.gather.answer import Response
from lgaudit.gather.budget import Budget
from lgaudit.gather.csv_reader import read_csv
from lgaudit.gather.discover import Link
from lgaudit.gather.fetch import Fetcher
from lgaudit.models import OK, Reason, Site, Verdict

LARGEST = 20_000_000  # bytes of one PDF
MOST = 2_000  # documents listed for one site
MOST_TABLES = 3  # CSV files read
MOST_HEADS = 25  # documents asked for their type and size only

ReadPdf = Callable[[bytes], PdfFacts]


@dataclass
class Attachments:
    """Documents of one site with the pages that link to them."""

    site: Site
    hosts: Collection[str]
    _texts: dict[str, str] = field(default_factory=dict)
    _pages: dict[str, set[str]] = field(default_factory=dict)

    def note(self, link: Link, page: str) -> None:
        """Remember the link if it leads to a document of this site."""
        if kinds.is_document(link.url):
            self.add(link.url, link.text, page)

    def add(self, url: str, text: str, page: str) -> None:
        """Remember a document."""
        url = urls.identity(url)
        if not urls.same_site(self.site.homepage, url, self.hosts):
            return
        if url not in self._texts and len(self._texts) >= MOST:
            return
        if not self._texts.get(url):
            self._texts[url] = text
        self._pages.setdefault(url, set()).add(page)

    def listed(self) -> list[Document]:
        """Every document, the most linked first; none has been asked for."""
        unasked = Verdict(Reason.BUDGET, "not asked for")
        found = [
            Document(url, text, tuple(sorted(self._pages[url])), unasked)
            for url, text in self._texts.items()
        ]
        return sorted(found, key=lambda d: (-len(d.found_on), d.url))


async def look(
    attachments: Attachments,
    fetcher: Fetcher,
    budget: Budget,
    read_pdf: ReadPdf,
    *,
    obey: bool = True,
) -> tuple[Document, ...]:
    """Read the most linked PDFs, ask a few others for type and size; sorted by address."""
    documents = attachments.listed()
    most = fetcher.settings.documents
    pdfs = [d for d in documents if kinds.extension(d.url) == "pdf"][:most]
    tables = [d for d in documents if kinds.extension(d.url) == "csv"][: min(most, MOST_TABLES)]
    read = {d.url for d in (*pdfs, *tables)}
    others = [d for d in documents if d.url not in read][: MOST_HEADS if most else 0]
    plan = fetcher.plan(
        site=attachments.site, hosts=attachments.hosts, obey=obey, stay=True, limit=LARGEST
    )
    seen: dict[str, Document] = {}
    for document in pdfs:
        if budget.out_of_time:
            break
        answer = await fetcher.request(document.url, plan)
        budget.spend(answer.transferred)
        seen[document.url] = await _read(document, answer, read_pdf)
    for document in tables:
        if budget.out_of_time:
            break
        answer = await fetcher.request(document.url, plan)
        budget.spend(answer.transferred)
        found = _described(document, answer)
        if found.verdict.ok and "html" not in found.content_type:
            facts = await asyncio.to_thread(read_csv, answer.body)
            found = replace(found, size=len(answer.body), csv=facts)
        seen[document.url] = found
    for document in others:
        if budget.out_of_time:
            break
        answer = await fetcher.head(document.url, plan)
        seen[document.url] = _described(document, answer)
    return tuple(sorted((seen.get(d.url, d) for d in documents), key=lambda d: d.url))


def _described(document: Document, answer: Response) -> Document:
    verdict = answer.verdict
    if verdict.ok and (answer.status is None or answer.status >= 400):
        verdict = Verdict(Reason.ERROR_STATUS, f"status {answer.status}")
    length = answer.header("content-length")
    size = int(length[:15]) if length.isascii() and length.isdigit() else None
    kind = answer.header("content-type").split(";")[0].strip().lower()[:100]
    return replace(document, verdict=verdict, content_type=kind, size=size)


async def _read(document: Document, answer: Response, read_pdf: ReadPdf) -> Document:
    found = _described(document, answer)
    if not found.verdict.ok:
        return found
    found = replace(found, verdict=OK, size=len(answer.body))
    if b"%PDF-" not in answer.body[:1024]:
        return found
    try:
        return replace(found, pdf=await asyncio.to_thread(read_pdf, answer.body))
    except Exception as error:  # a PDF made to break its reader must not end the visit
        return replace(found, pdf=PdfFacts(error=f"unreadable ({type(error).__name__})"))

"""News feeds a site offers: found on the pages seen, a few read for their entries and dates."""

from __future__ import annotations

import calendar
import datetime as dt
import io
from collections.abc import Collection, Iterable
from typing import Any

from lgaudit import dom, urls
from lgaudit.evidence import Feed, Page
from lgaudit.gather.answer import Response
from lgaudit.gather.budget import Budget
from lgaudit.gather.discover import base_of
from lgaudit.gather.fetch import Fetcher
from lgaudit.models import Kind, Reason, Site, Verdict

TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json")
MOST = 2  # feeds read on one site
LARGEST = 2_000_000  # bytes of one
MOST_ENTRIES = 500  # looked at for their date
_PERHAPS = ("rss+", "atom+", "feed+", "rss&", "atom&", "feed&")  # so they stand in the source
_JSON = b"https://jsonfeed.org/version/"


def announced(pages: Iterable[Page]) -> list[tuple[str, str]]:
    """(address, page it was found on) of each feed, those of news and home pages first."""
    found: dict[str, tuple[int, str]] = {}
    for page in pages:
        if not page.verdict.ok:
            continue
        if not any(mark in page.lowered for mark in _PERHAPS):
            page.forget()
            continue
        base = base_of(page)
        first = (
            (Kind.NEWS, Kind.HOME).index(page.kind) if page.kind in (Kind.NEWS, Kind.HOME) else 2
        )
        for node in page.dom.glance("link[rel][type][href], a[href][type]"):
            if dom.attribute(node, "type").strip().lower() not in TYPES:
                continue
            url = urls.normalise(dom.attribute(node, "href"), base)
            if url and (url not in found or first < found[url][0]):
                found[url] = (first, page.url)
        page.forget()  # many times its size, and the visit goes on
    ordered = sorted(found.items(), key=lambda item: (item[1][0], item[0]))
    return [(url, page) for url, (_, page) in ordered]


async def look(
    pages: Iterable[Page],
    site: Site,
    hosts: Collection[str],
    fetcher: Fetcher,
    budget: Budget,
) -> tuple[Feed, ...]:
    """The feeds of a site; the first few are read, the rest only named."""
    plan = fetcher.plan(site=site, hosts=hosts, stay=True, limit=LARGEST)
    found: list[Feed] = []
    for url, page in announced(pages):
        if (
            len(found) >= MOST
            or budget.out_of_time
            or not urls.same_site(site.homepage, url, hosts)
        ):
            found.append(Feed(url, page, Verdict(Reason.BUDGET, "not asked for")))
            continue
        answer = await fetcher.request(url, plan)
        budget.spend(answer.transferred)
        found.append(feed_of(answer, url, page))
    return tuple(found)


def feed_of(answer: Response, url: str, page: str) -> Feed:
    """What a feed holds; a broken one is told as such, never raised."""
    verdict = answer.verdict
    if verdict.ok and answer.status != 200:
        verdict = Verdict(Reason.ERROR_STATUS, f"status {answer.status}")
    if not verdict.ok:
        return Feed(url, page, verdict)
    try:
        entries = (
            _json_entries(answer.body) if _JSON in answer.body[:2000] else _entries(answer.body)
        )
    except Exception as error:  # a feed made to break its reader must not end the visit
        return Feed(url, page, verdict, error=f"unreadable ({type(error).__name__})")
    dates = [date for date in entries[:MOST_ENTRIES] if date is not None]
    return Feed(url, page, verdict, len(entries), max(dates, default=None))


def _entries(body: bytes) -> list[dt.date | None]:
    import feedparser  # slow to import; most sites have no feed to read

    parsed: Any = feedparser.parse(
        io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False
    )
    if not parsed.version:
        raise ValueError("neither RSS nor Atom")
    return [_date(entry) for entry in parsed.entries]


def _date(entry: Any) -> dt.date | None:
    for key in ("updated_parsed", "published_parsed", "created_parsed"):
        if key in entry and (value := entry[key]):
            return dt.datetime.fromtimestamp(calendar.timegm(value), dt.UTC).date()
    return None


def _json_entries(body: bytes) -> list[dt.date | None]:
    import msgspec

    items = msgspec.json.decode(body)["items"]
    found: list[dt.date | None] = []
    for item in items:
        said = str(item.get("date_modified") or item.get("date_published") or "")[:10]
        found.append(dt.date.fromisoformat(said) if said else None)
    return found

"""Checks of how far a site can be used by other people's programs: feeds, data, machines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from protego import Protego

from lgaudit import dom, urls
from lgaudit.evaluate.checks.published import not_found, spots_of, unseen
from lgaudit.evaluate.checks.vocabulary import (
    Result,
    cant_tell,
    failed,
    inapplicable,
    page_check,
    passed,
    site_check,
    untested,
)
from lgaudit.evaluate.patterns import search
from lgaudit.evaluate.wayfinding import base_of, signs
from lgaudit.evidence import Document, Page, Snapshot
from lgaudit.models import Kind, Spot

MOST_NAMED = 10
LONGEST_DATA = 200_000  # characters of one block of structured data
DEEPEST = 8  # objects in objects


@site_check
def feed_offered(visit: Snapshot, *, words: Sequence[str] = ("rss", "atom feed")) -> Result:
    """A page announces a news feed, or a link with one of these words leads to one."""
    if visit.probes.feeds:
        return passed(f"{visit.probes.feeds[0].url}, announced on {visit.probes.feeds[0].found_on}")
    linked = signs(visit).about(words, news=True)
    if linked:
        return passed(f"{linked[0].url} (“{linked[0].text}”)")
    pages = [p for p in visit.pages if p.verdict.ok and p.kind in (Kind.HOME, Kind.NEWS)]
    if not any(page.kind is Kind.NEWS for page in pages):
        return cant_tell("No page of news was seen.")
    return failed("Neither the homepage nor the news announces a feed.", [Spot("", pages[0].url)])


@site_check
def feed_current(visit: Snapshot, *, days: int = 60) -> Result:
    """A feed that pages announce can be read, and its newest entry is at most so many days old."""
    read = [feed for feed in visit.probes.feeds if feed.verdict.ok or feed.verdict.detail != ASKED]
    if not read:
        return inapplicable("No feed was read.")
    broken = [f for f in read if f.verdict.ok and (f.error or not f.entries)]
    sound = [f for f in read if f.verdict.ok and not f.error and f.entries]
    if not sound:
        if broken:
            why = broken[0].error or "it has no entry"
            return failed(f"{broken[0].url}: {why}.", [Spot("", f.url) for f in broken])
        gone = [f for f in read if f.verdict.detail in ("status 404", "status 410")]
        if gone:
            message = f"{gone[0].url} is announced and is not there."
            return failed(message, [Spot("", f.url) for f in gone])
        return untested("No feed could be fetched.")
    latest = max((f.latest for f in sound if f.latest), default=None)
    if latest is None or visit.started is None:
        return cant_tell("The feed's entries have no dates.", [Spot("", sound[0].url)])
    age = (visit.started.date() - latest).days
    said = f"The newest entry is of {latest.day} {latest:%B %Y}"
    if age > days:
        return failed(f"{said}, {age} days before our visit.", [Spot("", sound[0].url)], age)
    return passed(f"{said}.", max(age, 0))


ASKED = "not asked for"


@site_check
def data_listed(
    visit: Snapshot,
    *,
    subject: Sequence[str],
    catalogues: Sequence[str],
    formats: Sequence[str],
    least: int = 5,
) -> Result:
    """A page of open data lists data files, or leads to a catalogue at one of these addresses."""
    found = signs(visit).about(subject, addresses=catalogues)
    if not found:
        return not_found(visit, "open data")
    catalogue = [place for place in found if any(mark in place.url.lower() for mark in catalogues)]
    if catalogue:
        return passed(catalogue[0].url)
    pages = [place for place in found if place.page is not None and not place.file]
    if not pages:
        return unseen(found, "open data")
    most = max((len(_files_on(place.page, formats)) for place in pages if place.page), default=0)
    if most >= least:
        return passed(f"{most} data files on {pages[0].url}.", most)
    message = f"{most} data files are listed where {least} would make a catalogue."
    if signs(visit).whole:
        return failed(message, spots_of(pages[:3]), most)
    return cant_tell(f"{message} Others may lie deeper.", spots_of(pages[:3]), most)


@site_check
def data_formats_open(
    visit: Snapshot,
    *,
    subject: Sequence[str],
    formats: Sequence[str],
    closed: Sequence[str],
    share: float = 0.7,
    least: int = 3,
) -> Result:
    """Of the files linked from pages about open data, so many have an open format."""
    pages = [p.page for p in signs(visit).about(subject) if p.page is not None]
    good = {url for page in pages for url in _files_on(page, formats)}
    bad = {url for page in pages for url in _files_on(page, closed)} - good
    total = len(good) + len(bad)
    if total < least:
        return inapplicable(f"{total} data files are too few to judge.")
    open_share = len(good) / total
    said = f"{len(good)} of {total} files have an open format"
    if open_share >= share:
        return passed(f"{said}.", open_share)
    spots = [Spot("", url) for url in sorted(bad)[:MOST_NAMED]]
    return failed(f"{said}; {share:.0%} should.", spots, open_share)


@site_check
def tables_usable(visit: Snapshot, *, least_rows: int = 2) -> Result:
    """The CSV files that were read are UTF-8, with one row of headings and even rows."""
    read = [d for d in visit.documents if d.csv is not None]
    if not read:
        return inapplicable("No CSV file was read.")
    wrong = [(d, _faults(d, least_rows)) for d in read]
    wrong = [(d, why) for d, why in wrong if why]
    if not wrong:
        return passed(f"{len(read)} CSV files were read.")
    spots = [Spot("", d.url, why) for d, why in wrong]
    return failed(f"{len(wrong)} of {len(read)} CSV files cannot be used as they are.", spots)


def _faults(document: Document, least_rows: int) -> str:
    facts = document.csv
    if facts is None:
        return ""
    if facts.error:
        return f"it cannot be read: {facts.error}"
    told = []
    if not facts.utf8:
        told.append("it is not UTF-8")
    if facts.rows < least_rows:
        told.append("it has no rows below its headings")
    if facts.blank_lead_rows:
        told.append(f"{facts.blank_lead_rows} empty rows stand before the headings")
    if facts.ragged_rows:
        told.append(f"{facts.ragged_rows} of {facts.rows} rows have another number of columns")
    elif facts.empty_headings:
        told.append(f"{facts.empty_headings} columns have no heading")
    return "; ".join(told)


@page_check
def report_followable(page: Page, *, reports: str, words: Sequence[str]) -> Result:
    """A page of one public report, known by its address, lets anyone follow what becomes of it."""
    if not search(reports, page.final_url):
        return inapplicable("This is not the page of a public report.")
    for node in page.dom.css("a[href], button, form, label, input[type=submit]")[:2000]:
        said = f"{node.text()} {dom.attribute(node, 'value')} {dom.attribute(node, 'action')}"
        text = dom.fold(said).lower()
        if any(word in text for word in words):
            return passed()
    feed = page.dom.css_first("link[rel=alternate][type*=rss], link[rel=alternate][type*=atom]")
    if feed is not None:
        return passed("It has a feed of its own.")
    return failed("There is no way to follow this report without an account.")


@site_check
def sitemap_useful(visit: Snapshot) -> Result:
    """The site has a sitemap that names pages of it."""
    if visit.probes.sitemaps:
        return passed(visit.probes.sitemaps[0])
    unsaid = not visit.probes.robots_txt and visit.coverage.stopped not in ("exhausted", "pages")
    if unsaid or visit.coverage.stopped == "archive":  # somebody else's crawl: we asked nothing
        return untested("The site was not looked at long enough to say.")
    return failed("There is no sitemap.xml, and robots.txt names no sitemap that works.")


@site_check
def robots_welcome(visit: Snapshot) -> Result:
    """robots.txt lets search engines in, and no home page or service asks them to leave it out."""
    home = next((p for p in visit.pages if p.kind is Kind.HOME), None)
    address = home.final_url if home else visit.site.homepage
    if visit.probes.robots_txt:
        rules = Protego.parse(visit.probes.robots_txt)
        if not rules.can_fetch(address, "*"):
            message = "robots.txt keeps every search engine out of the homepage."
            return failed(message, [Spot("", urls.normalise("/robots.txt", address) or address)])
    pages = [p for p in visit.audited if p.kind in (Kind.HOME, Kind.SERVICE)]
    hidden = [p for p in pages if _no_index(p)]
    if any(p.kind is Kind.HOME for p in hidden) or 2 * len(hidden) > len(pages):
        spots = [Spot("", p.url, "noindex") for p in hidden[:MOST_NAMED]]
        return failed(
            f"{len(hidden)} of {len(pages)} pages ask search engines to leave them out.", spots
        )
    return passed()


def _no_index(page: Page) -> bool:
    said = [v for k, v in page.headers if k.lower() == "x-robots-tag"]
    said += [dom.attribute(n, "content") for n in page.dom.css("meta[name=robots i]")]
    words = {word.strip() for value in said for word in value.lower().split(",")}
    return bool(words & {"noindex", "none"})


@page_check
def structured_data_present(
    page: Page, *, types: Sequence[str], properties: Sequence[str]
) -> Result:
    """The page names a thing of one of these schema.org types with all of these properties."""
    things = [thing for thing in _things(page) if _types(thing) & set(types)]
    if not things:
        return failed(f"No structured data of the type {' or '.join(types)}.")
    best = min((_lacking(thing, properties) for thing in things), key=len)
    if not best:
        return passed(f"Structured data of the type {', '.join(sorted(_types(things[0])))}.")
    return failed(f"The structured data does not give: {', '.join(best)}.")


def _lacking(thing: Mapping[str, Any], properties: Sequence[str]) -> list[str]:
    """Properties neither the thing nor its contact point gives."""
    inside = thing.get("contactPoint")
    inner = [p for p in (inside if isinstance(inside, list) else [inside]) if isinstance(p, dict)]
    return [name for name in properties if not any(p.get(name) for p in (thing, *inner))]


def _things(page: Page) -> Iterator[Mapping[str, Any]]:
    for node in page.dom.css("script[type='application/ld+json' i]")[:20]:
        text = node.text()
        if len(text) > LONGEST_DATA:
            continue
        try:
            yield from _objects(json.loads(text), 0)
        except (ValueError, RecursionError):
            continue
    for node in page.dom.css("[itemscope][itemtype]")[:50]:
        names = node.css("[itemprop]")[:200]
        thing: dict[str, Any] = {
            dom.attribute(n, "itemprop"): dom.attribute(n, "content")
            or dom.attribute(n, "href")
            or dom.fold(n.text())
            for n in names
        }
        thing["@type"] = dom.attribute(node, "itemtype").rstrip("/").rsplit("/", 1)[-1]
        yield thing


def _objects(value: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    if depth > DEEPEST:
        return
    if isinstance(value, list):
        for item in value[:200]:
            yield from _objects(item, depth + 1)
    elif isinstance(value, dict):
        if "@type" in value:
            yield value
        for inner in list(value.values())[:200]:
            if isinstance(inner, dict | list):
                yield from _objects(inner, depth + 1)


def _types(thing: Mapping[str, Any]) -> set[str]:
    kind = thing.get("@type")
    kinds = kind if isinstance(kind, list) else [kind]
    return {str(k).rsplit("/", 1)[-1].rsplit(":", 1)[-1] for k in kinds if isinstance(k, str)}


def _files_on(page: Page | None, formats: Iterable[str]) -> list[str]:
    """Addresses of files with these extensions that the page's main content links to."""
    if page is None or page.main is None:
        return []
    wanted = tuple(f".{name}" for name in formats)
    base = base_of(page)
    found = (urls.normalise(dom.attribute(n, "href"), base) for n in page.main.css("a[href]"))
    return sorted({url for url in found if url and urls.path_of(url).lower().endswith(wanted)})

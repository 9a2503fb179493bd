"""Checks of what a page says it is (title, summary) and of a site's links and double pages."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from urllib.parse import unquote

from lgaudit import dom, urls
from lgaudit.evaluate import patterns as timed
from lgaudit.evaluate.checks.vocabulary import (
    Result,
    failed,
    inapplicable,
    judged,
    page_check,
    passed,
    site_check,
    spot,
)
from lgaudit.evaluate.excerpts import spots
from lgaudit.evaluate.titles import asks_in_form, heading_text, own_title, without_last_part
from lgaudit.evidence import LinkCheck, Page, Snapshot
from lgaudit.models import Kind, Reason, Spot
from lgaudit.tree import Node

_HOOK = re.compile(  # classes by which scripts find what opens a menu or a window
    r"(?:^|[\s_-])(?:js|toggle|toggler|trigger|modal|popup|lightbox|accordion|collapse|tabs?|menu|open)(?=$|[\s_-])",
    re.I,
)
_SCRIPTED = ("onclick", "role", "aria-controls", "aria-expanded", "download")


@page_check
def title_short(page: Page, *, maximum: int = 65) -> Result:
    """The page's title, without the site's name, has at most so many characters."""
    node = page.dom.css_first("head title")
    title = own_title(page)
    if node is None or not title:
        return inapplicable("The page has no title.")
    if title == page.title:  # the site's name is unknown: it may be the last part
        title = without_last_part(title)
    size = float(len(title))
    if len(title) <= maximum:
        return passed(metric=size)
    return failed(f"“{title[:200]}” has {len(title)} characters.", [spot(node)], metric=size)


@page_check
def title_ends_without(
    page: Page, *, endings: Sequence[str], unless_patterns: Sequence[str] = ()
) -> Result:
    """Neither the page's title nor its main headings end in one of these.

    A page of a form that asks one thing may be called by its question.
    """
    ends = tuple(endings)

    def wrong(text: str) -> bool:
        return text.endswith(ends) and not any(timed.search(p, text) for p in unless_patterns)

    node = page.dom.css_first("head title")
    places = [spot(node)] if node is not None and wrong(own_title(page)) else []
    headings = [h for h in page.dom.css("h1")[:20] if heading_text(h) and not dom.hidden(h)]
    asking = [h for h in headings if wrong(heading_text(h))]
    if any(asks_in_form(h) for h in asking):
        return inapplicable("The question is one that the page's form asks.")
    told = own_title(page) if places else heading_text(asking[0]) if asking else ""
    places += spots(asking)
    return judged(places, f"“{told[:200]}”", applicable=bool(headings) or node is not None)


@page_check
def description_present(page: Page) -> Result:
    """The page has a meta description with text in it; one kept from search engines needs none."""
    if _description(page):
        return passed()
    for node in page.dom.css('meta[name="robots" i]'):
        if re.search(r"\b(?:noindex|none)\b", dom.attribute(node, "content")[:300], re.I):
            return inapplicable("Search engines are asked to leave this page out.")
    return failed("There is no meta description, so search engines make one up.")


@page_check
def description_short(page: Page, *, maximum: int = 160) -> Result:
    """The meta description has at most so many characters."""
    node = _description(page)
    if node is None:
        return inapplicable("There is no meta description.")
    text = dom.fold(dom.attribute(node, "content"))
    size = float(len(text))
    if len(text) <= maximum:
        return passed(metric=size)
    return failed(f"The description has {len(text)} characters.", [spot(node)], metric=size)


@site_check(needs=("links",))
def links_work(
    visit: Snapshot,
    *,
    internal: bool,
    in_main: bool = False,
    statuses: Sequence[int] = (404, 410),
    server_errors: bool = False,
    dns: bool = False,
    attempts: int = 2,
    fragments: bool = False,
) -> Result:
    """No checked link is dead: one of ``statuses``, or (on request) 5xx or no such host.

    A link is dead only after ``attempts`` tries. Refusals, timeouts and the like say nothing.
    ``fragments`` also looks for links to a place in the same page that is not there.
    """
    links = [k for k in visit.links if k.internal == internal and (k.in_main or not in_main)]
    dead = [
        link
        for link in links
        if link.attempts >= attempts and _dead(link, statuses, server_errors, dns)
    ]
    places = [Spot("", k.url, _why(k)) for k in sorted(dead, key=lambda k: k.url)]
    known = len(dead) + sum(k.verdict.ok for k in links)
    if fragments:
        missing = _missing_places(p for p in visit.each_page() if p.sampled and p.verdict.ok)
        known += len(visit.audited)
        places += [Spot("", f"{u}#{place}", f"No such place in {u}") for u, place in missing]
    if not known:
        return inapplicable("No link gave a clear answer.")
    if not places:
        return passed(metric=0.0)
    count = "1 link leads" if len(places) == 1 else f"{len(places)} links lead"
    return failed(f"{count} nowhere.", places, metric=float(len(places)))


@site_check
def pages_distinct(visit: Snapshot, *, words: int = 100) -> Result:
    """No two pages say the same in ``words`` words or more without naming one of them canonical."""
    by_text: dict[bytes, list[Page]] = {}
    eligible = 0
    for page in visit.each_page():
        if not _is_content(page):
            continue
        text = page.text
        if len(text.split(None, max(0, words - 1))) >= words:
            eligible += 1
            digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()
            by_text.setdefault(digest, []).append(page)
    groups = [group for group in by_text.values() if _doubled(group)]
    if eligible < 2:
        return inapplicable("There are not two pages with enough text to compare.")
    places = []
    for group in sorted(groups, key=lambda g: min(_address(p) for p in g)):
        first, *others = sorted({_address(page) for page in group})
        also = ", ".join(others[:5])
        places.append(Spot("", first, f"Same text at {also}"))
    count = "1 page is" if len(places) == 1 else f"{len(places)} pages are"
    return judged(places, f"{count} at more than one address.")


def _doubled(group: Iterable[Page]) -> bool:
    """True when the addresses differ and do not all name the same canonical one."""
    pages = list(group)
    if len({urls.identity(_address(page)) for page in pages}) < 2:
        return False
    return len({urls.identity(_canonical(page)) for page in pages}) > 1


def _is_content(page: Page) -> bool:
    return (
        (page.verdict.ok or page.verdict.reason is Reason.DUPLICATE)
        and page.status == 200
        and page.kind not in (Kind.SEARCH, Kind.NOT_FOUND, Kind.MEETING)
        and bool(page.text)
    )


def _canonical(page: Page) -> str:
    """The address the page names as the one to keep; its own when it names none."""
    node = page.dom.css_first('link[rel~="canonical" i][href]')
    href = dom.attribute(node, "href") if node is not None else ""
    return (urls.normalise(href, _address(page)) if href else None) or _address(page)


def _address(page: Page) -> str:
    return page.final_url or page.url


def _dead(link: LinkCheck, statuses: Sequence[int], server_errors: bool, dns: bool) -> bool:
    if link.status is None:
        return dns and link.verdict.reason is Reason.DNS
    if link.verdict.reason not in (Reason.ERROR_STATUS, Reason.OK):
        return False  # blocked, captcha, robots: the page may well be there
    return link.status in statuses or (server_errors and 500 <= link.status < 600)


def _why(link: LinkCheck) -> str:
    reason = f"answers {link.status}" if link.status else "no such host"
    shown = ", ".join(link.found_on[:3])
    more = f" and {len(link.found_on) - 3} more" if len(link.found_on) > 3 else ""
    return f"{reason}; linked from {shown}{more}" if shown else reason


def _missing_places(pages: Iterable[Page]) -> list[tuple[str, str]]:
    """(page, fragment) for each plain link in the content to a place its page does not have."""
    found = set()
    for page in pages:
        if page.main is None:
            continue
        links = page.main.css('a[href^="#"]')
        if not links:
            continue
        places = {dom.attribute(n, "id") for n in page.dom.css("[id]")}
        places |= {dom.attribute(n, "name") for n in page.dom.css("a[name], map[name]")}
        for node in links:
            place = dom.attribute(node, "href")[1:]
            there = place in places or unquote(place) in places
            if not there and _plain_place(place) and not _scripted(node) and not dom.hidden(node):
                found.add((page.url, place))
    return sorted(found)


def _plain_place(place: str) -> bool:
    """False for '#', '#top', '#!state', '#/route' and text fragments, which need no element."""
    return bool(place) and place.lower() != "top" and place[0] not in "!/?:" and "=" not in place


def _scripted(node: Node) -> bool:
    """True when a script may be what makes the link work."""
    if any(name in _SCRIPTED or name.startswith("data-") for name in node.attributes):
        return True
    return _HOOK.search(dom.attribute(node, "class")[:500]) is not None


def _description(page: Page) -> Node | None:
    for node in page.dom.css('meta[name="description" i]'):
        if dom.fold(dom.attribute(node, "content")):
            return node
    return None

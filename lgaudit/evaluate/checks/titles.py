"""Checks of titles and summaries: do they fit the page, the site and each other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from lgaudit import dom
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
from lgaudit.evaluate.kept import remembered
from lgaudit.evaluate.reading import read
from lgaudit.evaluate.titles import main_heading, own_title, site_names
from lgaudit.evaluate.words import welsh
from lgaudit.evidence import Page, Snapshot
from lgaudit.models import Kind, Spot

_WORD = re.compile(r"[^\W_]+")
_GAP = re.compile(r"\s+[-–—/]\s+|\s*[|»›·•]\s*")
_JOINED = re.compile(r"\s[-–—/]\s")
_LEAD = re.compile(r"lead|lede|intro|summary|standfirst|description|strap", re.I)
_OWN_KINDS = (Kind.HOME, Kind.SEARCH, Kind.NOT_FOUND)
_COUNCIL = re.compile(
    r"\b(?:council|borough|district|county|city|metropolitan|london|royal|of|the|cyngor|comhairle"
    r"|sir|bwrdeistref)\b"
)


@page_check
def title_agrees_with_heading(page: Page, *, least: float = 0.2) -> Result:
    """Title and main heading share at least ``least`` of their words, or one holds the other."""
    node = page.dom.css_first("head title")
    title, heading = own_title(page), main_heading(page)
    if node is None or not title or not heading or page.kind in _OWN_KINDS:
        return inapplicable("There is no title and heading to compare.")
    a, b = _words(title), _words(heading)
    whole = _words(page.title)
    if not a or not b or a <= b or b <= whole or welsh(title) or welsh(heading):
        return passed()
    shared = len(a & b) / len(a | b)
    if shared >= least or len(whole & b) / len(b) >= 0.5:
        return passed(metric=shared)
    message = f"The title says “{title[:100]}”, the heading “{heading[:100]}”."
    return failed(message, [spot(node)], metric=shared)


@site_check
def titles_name_the_site(visit: Snapshot, *, share: float = 0.8, minimum_pages: int = 5) -> Result:
    """So many of the pages have the council's short name in their titles."""
    names = {_key(c.name) for c in visit.site.councils} - {""}
    titles: list[tuple[str, str]] = []
    for page in visit.each_page():
        if page.sampled and page.verdict.ok and page.title:
            titles.append((page.url, page.title))
            if not visit.site.councils and page.kind is Kind.HOME:
                names.update(_key(name) for name in site_names(page))
    names.discard("")
    if not names or len(titles) < minimum_pages:
        return inapplicable("The council's name, or enough titles, are not known.")
    without = [(url, title) for url, title in titles if not _names_one(_plain(title), names)]
    named = 1 - len(without) / len(titles)
    if named >= share:
        return passed(metric=named)
    message = f"{len(without)} of {len(titles)} titles do not say whose page it is."
    return failed(message, [Spot("", u, t[:200]) for u, t in without[:50]], metric=named)


def _names_one(title: str, names: Iterable[str]) -> bool:
    together = title.replace(" ", "")
    return any(name in title or name in together for name in names)


@site_check
def titles_in_one_piece(
    visit: Snapshot, *, suffix_share: float = 0.2, minimum_pages: int = 5
) -> Result:
    """No title holds a dash or slash with spaces, parts that many pages share set aside.

    A part that stands in more than ``suffix_share`` of the titles names the site or a section.
    """
    titles = {
        page.url: (own_title(page), page.title)
        for page in visit.each_page()
        if page.sampled and page.verdict.ok and page.title and page.kind is not Kind.HOME
    }
    if len(titles) < minimum_pages:
        return inapplicable("There are too few titles to learn what their parts mean.")
    parts = Counter(p for _, whole in titles.values() for p in set(_GAP.split(whole)))
    common = {p for p, n in parts.items() if n > max(1, suffix_share * len(titles))}
    spots = []
    for url, (own, whole) in sorted(titles.items()):
        # What follows the page's own part may be a section that few of the pages seen share.
        rest = [p for p in _GAP.split(own) if p not in common]
        if len(rest) > 1 and _JOINED.search(own) and len(_GAP.split(whole)) - len(rest) < 2:
            spots.append(Spot("", url, whole[:200]))
    count = "1 title is" if len(spots) == 1 else f"{len(spots)} titles are"
    return judged(spots[:50], f"{count} two titles in one.")


@site_check
def descriptions_distinct(visit: Snapshot, *, pages: int = 3) -> Result:
    """Fewer than so many pages share a meta description."""
    by_text: dict[str, list[str]] = {}
    for page in visit.each_page():
        text = _description(page) if page.sampled and page.verdict.ok else ""
        if text:
            by_text.setdefault(text.casefold(), []).append(page.final_url or page.url)
    if sum(map(len, by_text.values())) < pages:
        return inapplicable("Too few pages have a summary.")
    shared = [
        (text, sorted(set(places)))
        for text, places in sorted(by_text.items())
        if len(set(places)) >= pages
    ]
    spots = [Spot("", u, f"“{text[:100]}”") for text, places in shared for u in places][:50]
    return judged(spots, f"{len(spots)} pages share their summary with others.")


@page_check
def description_own(page: Page) -> Result:
    """The meta description is neither the title, the main heading nor the first paragraph.

    A first paragraph whose class says that it is the summary may be the same.
    """
    text = _key_of(_description(page))
    if not text:
        return inapplicable("There is no summary.")
    node = page.dom.css_first('meta[name="description" i][content]')
    first = next((b for b in read(page).within(("prose",)) if b.node.tag == "p"), None)
    # GOV.UK itself shows the summary above the text: that is not the text repeated.
    shown = first is not None and _LEAD.search(dom.attribute(first.node, "class")[:200])
    said = {
        _key_of(page.title): "the page's title",
        _key_of(own_title(page)): "the page's title",
        _key_of(main_heading(page)): "the page's heading",
        "" if shown or first is None else _key_of(first.text): "the first paragraph",
    }
    if text in said and node is not None:
        return failed(f"The summary only repeats {said[text]}.", [spot(node)])
    return passed()


def _description(page: Page) -> str:
    return remembered(page, "description", _read_description)


def _read_description(page: Page) -> str:
    for node in page.dom.css('meta[name="description" i]'):
        if text := dom.fold(dom.attribute(node, "content")):
            return text
    return ""


def _words(text: str) -> frozenset[str]:
    found = (w.casefold() for w in _WORD.findall(text[:500]))
    return frozenset(w[:-1] if len(w) > 3 and w.endswith("s") else w for w in found)


def _plain(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))


def _key(name: str) -> str:
    return " ".join(_COUNCIL.sub(" ", _plain(name)).split())


def _key_of(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))

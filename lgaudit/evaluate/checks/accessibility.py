"""Checks of finding one's way: skip links, page titles, links that open elsewhere."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from urllib.parse import unquote, urljoin, urlsplit

from lgaudit import dom
from lgaudit.evaluate import patterns as timed
from lgaudit.evaluate.blocks import Block
from lgaudit.evaluate.checks.vocabulary import (
    MOST_PLACES,
    Result,
    cant_tell,
    failed,
    inapplicable,
    page_check,
    passed,
    site_check,
    spot,
)
from lgaudit.evaluate.names import names_of
from lgaudit.evaluate.reading import read
from lgaudit.evaluate.titles import own_title, site_names
from lgaudit.evidence import Page, Snapshot
from lgaudit.models import Kind, Spot
from lgaudit.tree import Node
from lgaudit.urls import normalise

_CONTROLS = frozenset("button input select textarea summary iframe".split())
_WITH = {"a": "href", "area": "href", "audio": "controls", "video": "controls"}
_COOKIE = re.compile(r"cookie|consent|gdpr|onetrust|\bccc\b|privacy-(?:banner|notice|bar)", re.I)
_SKIP_TEXT = re.compile(
    r"\b(?:skip|jump|go)\s+(?:straight\s+)?to\b|\bskip\b|\b(?:neidio|sgipio)\b", re.I
)
_HEADING = re.compile(r"h[1-6]$")
_SITE_WORDS = re.compile(
    r"\b(?:london|royal|borough|city|district|county|metropolitan|unitary|council|councils"
    r"|authority|corporation|website|online|welcome|homepage|home|page|cyngor|sir|dinas|bwrdeistref"
    r"|sirol|comhairle|of|the|to|and)\b|&"
)
_PAGED = re.compile(
    r"(?:^|[?&])(?:page|p|pg|start|offset|pageno|pagenum(?:ber)?)=\d|/page/\d+|-page-\d+$", re.I
)
_SEARCHED = re.compile(r"/search(?:[/.?]|$)|[?&](?:q|query|keywords?|search\w*|s)=", re.I)
_AFTER_LINK = 60  # characters in which words after a link still speak of it
_ENDS_LINE = frozenset("a br p div ul ol dl table h1 h2 h3 h4 h5 h6 hr".split())
_MEETING = re.compile(r"/(?:ie|mg)[a-z]+\.aspx|//(?:democracy|moderngov|committees?)\.", re.I)


@dataclass(frozen=True, slots=True)
class _Titled:
    """What is remembered of a page to compare titles; ``text`` stands for its main text."""

    url: str
    canonical: str
    text: bytes


@page_check
def skip_link_present(page: Page, *, within: int = 3) -> Result:
    """One of the first ``within`` things the keyboard reaches is a link past what repeats.

    What stands in a cookie banner is not counted. A skip link that comes later is for a person to
    look at, because style sheets may hide what comes before it.
    """
    stops = _keyboard_stops(page, within)
    if not stops:
        return inapplicable("Nothing on the page can be reached with the keyboard.")
    if _in_main(page, stops[0]):
        return inapplicable("Nothing comes before the main content.")
    names = names_of(page)
    for node in stops:
        fragment = _fragment(page, node)
        if fragment and _target_exists(page, fragment):
            return passed()
    for node in stops:
        fragment = _fragment(page, node)
        if fragment and _SKIP_TEXT.search(names.name(node)):
            message = f"The skip link points to #{fragment[:60]}, which is not on the page."
            return failed(message, [spot(node)])
    links = (node for node in page.dom.css('a[href*="#"]') if not _in_main(page, node))
    late = next((n for n in (*stops, *links) if _SKIP_TEXT.search(names.name(n))), None)
    if late is not None:
        return cant_tell(f"The skip link is not among the first {within} stops.", [spot(late)])
    return failed(f"None of the first {within} things the keyboard reaches is a skip link.")


@page_check
def title_describes(
    page: Page,
    *,
    words: Sequence[str],
    home_words: Sequence[str] = ("home", "home page", "homepage", "welcome"),
) -> Result:
    """The title without the site's name says more than one of ``words``.

    The home page may be called one of ``home_words``, or nothing, beside the site's name.
    """
    whole = page.title
    own = _key(own_title(page)) if whole else ""
    if not own:
        return failed("The page has no title.")
    home = page.kind is Kind.HOME or urlsplit(page.final_url).path in ("", "/")
    for_home = _keys(tuple(home_words))
    if own in for_home or own in _keys(tuple(words)):
        if home and own in for_home and own != _key(whole):
            return passed()
        return failed(f"The title is only “{whole[:80]}”.", _title_spots(page))
    if not home and _only_names_site(page, own):
        message = f"The title is only the name of the site, “{whole[:80]}”."
        return failed(message, _title_spots(page))
    return passed()


def _title_spots(page: Page) -> list[Spot]:
    nodes = page.dom.css("head > title") or page.dom.css("title")
    return [spot(nodes[0])] if nodes else []


@site_check
def titles_unique(visit: Snapshot) -> Result:
    """No two different pages of the visit share a title.

    Lists in parts, search results, meeting papers and copies of one page are left out.
    """
    by_title: dict[tuple[str, str], list[_Titled]] = {}
    looked_at = 0
    for page in visit.each_page():
        if page.verdict.ok and page.title and page.text and not _repeats_by_nature(page):
            looked_at += 1
            titled = _Titled(page.final_url, _canonical(page), _digest(page.text))
            by_title.setdefault((page.title, page.lang), []).append(titled)
    if looked_at < 2:
        return inapplicable("Fewer than two pages could be compared.")
    spots = []
    for (title, _), pages in sorted(by_title.items()):
        if _different(pages) > 1:
            listed = sorted({page.url for page in pages})
            spots.append(Spot("", title[:200], " ".join(listed)))
    if not spots:
        return passed(f"{looked_at} pages, each with a title of its own.")
    count = "1 title is" if len(spots) == 1 else f"{len(spots)} titles are"
    return failed(f"{count} used on more than one page.", spots, len(spots))


@page_check
def new_tabs_announced(page: Page, *, pattern: str, section_pattern: str) -> Result:
    """Links of the main content that open a new tab say so, or a sentence before them does.

    ``pattern`` is looked for in a link's name and title, ``section_pattern`` in the text before
    it, up to the next heading of the same rank. Words right after a link are part of it.
    """
    if page.main is None:
        return inapplicable()
    links = [node for node in page.main.css("a[target][href]") if _opens_tab(page, node)]
    if not links:
        return inapplicable("No link opens a new tab.")
    names = names_of(page)
    silent = [node for node in links if not _announces(page, node, pattern)]
    if silent and timed.search(section_pattern, page.text):
        excused = _announced_links(page, section_pattern)
        silent = [node for node in silent if node.mem_id not in excused]
    if not silent:
        return passed()
    count = "1 link opens" if len(silent) == 1 else f"{len(silent)} links open"
    shown = [spot(node, f"“{names.name(node)[:80]}”") for node in silent[:MOST_PLACES]]
    return failed(f"{count} a new tab without saying so.", shown)


def _keyboard_stops(page: Page, most: int) -> list[Node]:
    """The first things the keyboard reaches in document order, cookie banners left out."""
    stops: list[Node] = []
    body = page.dom.body
    if body is None:
        return stops
    for node in islice(page.dom.nodes, body.number, body.last + 1):
        if (
            node.is_element_node
            and _takes_focus(node)
            and not any(_is_cookie(i) for i in dom.lineage(node))
        ):
            stops.append(node)
            if len(stops) == most:
                break
    return stops


def _takes_focus(node: Node) -> bool:
    tag, attributes = node.tag or "", node.attributes
    if "tabindex" in attributes:
        if (attributes["tabindex"] or "").strip().startswith("-"):
            return False
    elif tag not in _CONTROLS and _WITH.get(tag, "contenteditable") not in attributes:
        return False
    if "disabled" in attributes or (attributes.get("contenteditable") or "").lower() == "false":
        return False
    return not dom.hidden(node)


def _is_cookie(node: Node) -> bool:
    if node.tag in ("body", "html", "main"):
        return False
    attributes = node.attributes
    return any(_COOKIE.search(attributes.get(a) or "") for a in ("id", "class", "aria-label"))


def _in_main(page: Page, node: Node) -> bool:
    return page.main is not None and page.main.tag != "body" and _is_inside(node, page.main)


def _is_inside(node: Node, container: Node) -> bool:
    return any(item.mem_id == container.mem_id for item in dom.ancestors(node))


def _fragment(page: Page, node: Node) -> str:
    """The fragment of a link to this very page, or ''."""
    href = dom.attribute(node, "href").strip()
    address, mark, fragment = href.partition("#")
    if not mark or not fragment:
        return ""
    if address:
        here = {normalise(page.final_url), normalise(page.url)}
        if normalise(address, page.final_url) not in here:
            return ""
    return fragment


def _target_exists(page: Page, fragment: str) -> bool:
    ids = names_of(page).ids
    if fragment in ids or unquote(fragment) in ids:
        return True
    wanted = {fragment, unquote(fragment)}
    return any(dom.attribute(node, "name") in wanted for node in page.dom.css("a[name]"))


def _key(text: str) -> str:
    return " ".join(re.findall(r"[\w.]+", text.casefold()))


@lru_cache(maxsize=16)
def _keys(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(_key, words))


def _only_names_site(page: Page, own: str) -> bool:
    """True when a title is the name the page gives its site, or the host's own label."""
    core = _bare(own)
    return bool(core) and any(core == _bare(_key(name)) for name in site_names(page))


def _bare(key: str) -> str:
    """A council's own name without the words councils share, spaces left out."""
    return re.sub(r"[\W_]+", "", _SITE_WORDS.sub(" ", key.replace("-", " ")))


def _repeats_by_nature(page: Page) -> bool:
    if page.kind in (Kind.SEARCH, Kind.MEETING, Kind.NOT_FOUND):
        return True
    url = page.final_url
    if _PAGED.search(url) or _SEARCHED.search(url) or _MEETING.search(url):
        return True
    return _is_part(page)


def _is_part(page: Page) -> bool:
    html = page.html
    if "prev" not in html and "next" not in html:  # spares the parsing
        return False
    return page.dom.css_first("link[rel=prev], link[rel=next]") is not None


def _different(pages: Sequence[_Titled]) -> int:
    """How many pages there are when those with one canonical address or one text count once."""
    groups: list[set[str | bytes]] = []
    for page in pages:
        marks: set[str | bytes] = {page.canonical, page.text}
        same = [group for group in groups if group & marks]
        groups = [group for group in groups if not group & marks]
        groups.append(marks.union(*same))
    return len(groups)


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()


def _canonical(page: Page) -> str:
    if "canonical" not in page.html:  # spares the parsing
        return normalise(page.final_url) or page.final_url
    node = page.dom.css_first("link[rel=canonical]")
    href = dom.attribute(node, "href") if node is not None else ""
    try:
        whole = urljoin(page.final_url, href) if href else page.final_url
    except ValueError:
        whole = page.final_url
    return normalise(whole) or whole


def _opens_tab(page: Page, node: Node) -> bool:
    if dom.attribute(node, "target").strip().lower() != "_blank" or dom.hidden(node):
        return False
    if dom.attribute(node, "href").strip().lower().startswith(("mailto:", "tel:", "sms:")):
        return False
    if page.main is not None and page.main.tag == "body":
        return not any(a.tag in ("nav", "header", "footer") for a in dom.ancestors(node))
    return True


def _announces(page: Page, node: Node, pattern: str) -> bool:
    names = names_of(page)
    texts = [names.name(node), dom.attribute(node, "title")]
    texts += [inner.text() for inner in names.referenced(node, "aria-describedby")]
    texts += [dom.attribute(inner, "title") for inner in node.css("[title]")]
    texts.append(_right_after(node))
    return any(timed.search(pattern, dom.fold(text)) for text in texts if text)


def _right_after(node: Node) -> str:
    """The next words of the same line, up to another link."""
    after, text = node.next, ""
    while after is not None and len(text) < _AFTER_LINK and after.tag not in _ENDS_LINE:
        if after.is_text_node:
            text += after.text_content or ""
        elif after.is_element_node:
            if after.css_first("a") is not None:
                break
            text += after.text()
        after = after.next
    return text[:_AFTER_LINK]


def _announced_links(page: Page, section_pattern: str) -> set[int]:
    """Links that stand after a sentence about them, in the same section."""
    if page.main is None:
        return set()
    sentences = {
        block.node.mem_id for block in read(page).blocks if _speaks_of_links(block, section_pattern)
    }
    found: set[int] = set()
    rank: int | None = None  # of the heading above the sentence; None while there is no sentence
    above = 1
    for node in page.main.traverse():
        if _HEADING.match(node.tag or ""):
            above = int((node.tag or "h1")[1])
            if rank is not None and above <= rank:
                rank = None
        if node.mem_id in sentences:
            rank = above
        if rank is not None and node.tag == "a":
            found.add(node.mem_id)
    return found


def _speaks_of_links(block: Block, pattern: str) -> bool:
    match = timed.search(pattern, block.text)
    if match is None:
        return False
    return not any(
        start <= match.start() and match.end() <= end and kind == "link"
        for start, end, _, kind in block.segments
    )

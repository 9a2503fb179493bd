"""What the search of a site showed: the first results of each question, read from its pages.

A page of results is mostly not results. Links of menus and sidebars are left out, and so is every
link that stands in all answers, whatever was asked. Where no answer has anything of its own, the
results may come from a script or a frame, and nothing is said of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote_plus

from lgaudit import dom, urls
from lgaudit.evaluate.phrasing import folded
from lgaudit.evaluate.wayfinding import base_of, link_text
from lgaudit.evidence import Page, Question, Snapshot
from lgaudit.tree import Node

MOST_LINKS = 500  # of one answer
ENOUGH = 3  # answers from which it can be told what stands in all of them
STEPS = 4  # elements up from a link that may be the box around one result
LONGEST = 600  # characters of what a result says
_AROUND = ", ".join(
    f"{part} a[href]"
    for part in ("nav", "aside", "footer", "[role=navigation]", "[role=complementary]")
)


@dataclass(frozen=True, slots=True)
class Hit:
    """One result: where it leads, what its link says, and what stands around the link."""

    url: str
    text: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The results of one question, at most as many as asked for; None where they were not seen."""

    question: Question
    hits: tuple[Hit, ...] | None
    beside: tuple[Hit, ...] = ()  # other links in the content of the answer, as of popular pages


def answers(visit: Snapshot, most: int) -> tuple[Answer, ...]:
    """The first results of each question that was put to the site's search."""
    search = visit.probes.search
    asked = search.questions if search is not None else ()
    seen = [_read(q.page) for q in asked]
    read = [hits for hits in seen if hits is not None]
    always = _in_all(read) if len(read) >= ENOUGH else Counter()
    own = [None if hits is None else _apart(hits, always, most) for hits in seen]
    works = any(hits for hits, _ in filter(None, own))
    return tuple(
        Answer(question, *found) if found is not None and works else Answer(question, None)
        for question, found in zip(asked, own, strict=True)
    )


def _in_all(read: Sequence[tuple[Hit, ...]]) -> Counter[Hit]:
    """How often each link stands in every answer: what a box of popular pages shows."""
    always = Counter(read[0])
    for hits in read[1:]:
        always &= Counter(hits)
    return always


def _apart(
    hits: tuple[Hit, ...], always: Counter[Hit], most: int
) -> tuple[tuple[Hit, ...], tuple[Hit, ...]]:
    """The first results, each place once, and the other links that were left out."""
    left = Counter(always)
    own: dict[str, Hit] = {}
    beside: list[Hit] = []
    for hit in hits:
        if left[hit] > 0:
            left[hit] -= 1
            beside.append(hit)
        elif hit.url not in own and len(own) < most:
            own[hit.url] = hit
    return tuple(own.values()), tuple(beside)


def _read(page: Page | None) -> tuple[Hit, ...] | None:
    if page is None or not page.verdict.ok:
        return None
    found = _hits(page)
    page.forget()
    return found


def _hits(page: Page) -> tuple[Hit, ...]:
    """All links of an answer that may be results, in the order of the page."""
    if _led_away(page):  # some searches go straight to the page they think is meant
        heading = page.dom.css_first("h1")
        said = [page.title, heading.text() if heading is not None else ""]
        return (Hit(page.final_url, dom.fold(" ".join(said))[:LONGEST]),)
    root = page.main or page.dom.body
    if root is None:
        return ()
    base, own = base_of(page), {urls.path_of(page.url), urls.path_of(page.final_url)}
    around = {node.mem_id for node in page.dom.css(_AROUND)}
    found: list[Hit] = []
    for node in root.css("a[href]")[:MOST_LINKS]:
        url = urls.normalise(dom.attribute(node, "href"), base)
        if url is None or node.mem_id in around or urls.path_of(url) in own or _at_home(url):
            continue
        text = dom.fold(link_text(node))[:LONGEST]
        if text and not dom.hidden(node):
            found.append(Hit(url, text, _about(node)))
    return tuple(found)


def _led_away(page: Page) -> bool:
    """True when the search sent us on to a page, rather than to its own results elsewhere."""
    if not page.redirects or urls.path_of(page.url).strip("/") == urls.path_of(
        page.final_url
    ).strip("/"):
        return False
    words = {folded(part.partition("=")[2]) for part in _query(page.url)} - {""}
    return not any(folded(part.partition("=")[2]) in words for part in _query(page.final_url))


def _query(url: str) -> list[str]:
    return unquote_plus(url.partition("?")[2]).split("&")


def _at_home(url: str) -> bool:
    return urls.path_of(url) == "/" and "?" not in url


def _about(link: Node) -> str:
    """What the box around one result says: the largest that holds no other link."""
    box, best = link.parent, ""
    for _ in range(STEPS):
        if box is None or box.tag in ("body", "main", "ul", "ol", "table", "dl"):
            break
        if len({dom.attribute(node, "href") for node in box.css("a[href]")[:3]}) > 1:
            break
        best = dom.fold(box.text(deep=True)[: 4 * LONGEST])[:LONGEST]
        box = box.parent
    return best

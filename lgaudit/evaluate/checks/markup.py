"""Checks of elements that should not be there, whatever they say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from lgaudit import dom
from lgaudit.evaluate import patterns as timed
from lgaudit.evaluate.anchors import anchors_of
from lgaudit.evaluate.checks.vocabulary import (
    MOST_PLACES,
    Result,
    cant_tell,
    failed,
    inapplicable,
    judged,
    page_check,
    passed,
    places,
    spot,
)
from lgaudit.evaluate.names import names_of
from lgaudit.evidence import Page
from lgaudit.tree import Node

_MOST = 2_000  # elements of one kind that are looked at
_HEADING = "h1, h2, h3, h4, h5, h6, [role=heading]"


@page_check
def elements_absent(
    page: Page,
    *,
    selectors: Sequence[str],
    among: str = "",
    shown: bool = True,
) -> Result:
    """No element matches one of the CSS ``selectors``.

    ``among`` says what makes the rule apply; without it, it always does. ``shown`` leaves out
    what markup hides.
    """
    found: dict[int, Node] = {}
    for selector in selectors:
        for node in page.dom.css(selector)[:_MOST]:
            if not shown or not dom.hidden(node):
                found[node.mem_id] = node
    if found:
        nodes = list(found.values())
        count = "1 element" if len(nodes) == 1 else f"{len(nodes)} elements"
        message = f"{count} of this kind found."
        return failed(message, places(nodes))
    if among and page.dom.css_first(among) is None:
        return inapplicable()
    return passed()


@page_check(review=True)
def sources_absent(page: Page, *, patterns: Sequence[str]) -> Result:
    """No script comes from an address that matches a pattern; a person should look at those."""
    scripts = page.dom.css("script[src]")[:_MOST]
    found = [
        node
        for node in scripts
        if any(timed.search(pattern, dom.attribute(node, "src")[:500]) for pattern in patterns)
    ]
    if found:
        return cant_tell("The page loads an accessibility overlay.", places(found))
    return passed() if scripts else inapplicable("The page loads no scripts.")


@page_check
def ids_unique(page: Page) -> Result:
    """No two elements have the same id.

    It is a failure where a label, a link or an ARIA attribute names the id, because then what is
    named is not what was meant; elsewhere a person may look.
    """
    nodes = page.dom.css("[id]")[: _MOST * 2]
    counts = Counter(dom.attribute(node, "id") for node in nodes)
    twice = {name for name, number in counts.items() if number > 1 and name.strip()}
    if not twice:
        return passed() if nodes else inapplicable("Nothing has an id.")
    seen: set[str] = set()
    again = []
    for node in nodes:
        name = dom.attribute(node, "id")
        if name in twice:
            if name in seen:
                again.append(node)
            seen.add(name)
    named = _named_ids(page)
    sure = [node for node in again if dom.attribute(node, "id") in named]
    if sure:
        count = "1 id that is" if len(sure) == 1 else f"{len(sure)} ids that are"
        return failed(f"{count} referred to stand on more than one element.", places(sure))
    count = "1 id stands" if len(again) == 1 else f"{len(again)} ids stand"
    return cant_tell(f"{count} on more than one element.", places(again))


@page_check
def headings_single(page: Page) -> Result:
    """At most one main heading (h1) can be seen."""
    headings = [h for h in page.dom.css("h1, [role=heading][aria-level='1']") if _is_shown(h)]
    if len(headings) > 1:
        return failed(f"{len(headings)} main headings.", places(headings))
    return passed() if headings else inapplicable("There is no main heading.")


@page_check(review=True)
def articles_titled(page: Page, *, words: int = 20) -> Result:
    """An article element holds something that stands alone: a heading, or ``words`` words."""
    articles = [n for n in page.dom.css("article")[:200] if not dom.hidden(n)]
    doubtful = [
        node
        for node in articles
        if node.css_first(_HEADING) is None
        and not names_of(page).name(node)
        and len(dom.visible_text(node, words).split()) < words
    ]
    if doubtful:
        return cant_tell("Are these articles that stand alone?", places(doubtful))
    return passed() if articles else inapplicable("There is no article.")


@page_check
def frames_described(page: Page, *, patterns: Sequence[str]) -> Result:
    """The title of a frame says what is in it; none matches a pattern or is a file's name."""
    frames = [n for n in page.dom.css("iframe[title], frame[title]")[:200] if not dom.hidden(n)]
    frames = [node for node in frames if dom.attribute(node, "title").strip()]
    vague = []
    for node in frames:
        title = dom.fold(dom.attribute(node, "title"))[:300]
        if any(_whole(pattern, title) for pattern in patterns):
            vague.append(spot(node, f"“{title[:80]}” does not say what the frame holds"))
    count = "1 frame has" if len(vague) == 1 else f"{len(vague)} frames have"
    return judged(vague[:MOST_PLACES], f"{count} a title that says nothing.", bool(frames))


@page_check
def lists_hold_items(page: Page) -> Result:
    """A list has at least one item in it."""
    lists = [n for n in page.dom.css("ul, ol")[:_MOST] if _is_list(n)]
    empty = [
        node
        for node in lists
        if not any(c.tag in ("li", "script", "template") or _is_item(c) for c in node.iter())
        and any(c.is_element_node for c in node.iter())
        and not dom.hidden(node)
    ]
    count = "1 list has" if len(empty) == 1 else f"{len(empty)} lists have"
    return judged(places(empty), f"{count} no items.", bool(lists))


def _is_list(node: Node) -> bool:
    return dom.attribute(node, "role").lower() in ("", "list")


def _is_item(node: Node) -> bool:
    return dom.attribute(node, "role").lower() == "listitem" or node.css_first("li") is not None


def _is_shown(heading: Node) -> bool:
    if not heading.text().strip() and heading.css_first("img[alt]") is None:
        return False
    return not dom.hidden(heading)


def _whole(pattern: str, text: str) -> bool:
    found = timed.search(pattern, text)
    return found is not None and found.span() == (0, len(text))


def _named_ids(page: Page) -> set[str]:
    """Ids that labels, links of the page or ARIA attributes refer to."""
    names = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "headers")
    selector = ", ".join(f"[{name}]" for name in names)
    found = {
        word
        for node in page.dom.css(selector)[: _MOST * 2]
        for name in names
        for word in dom.attribute(node, name).split()
    }
    for node in anchors_of(page).inner[:_MOST]:
        found.add(re.sub(r"^#", "", dom.attribute(node, "href")))
    return found

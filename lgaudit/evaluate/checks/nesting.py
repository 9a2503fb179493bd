"""Checks of markup that a browser has to put right, where that changes what people get."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from lgaudit import dom
from lgaudit.evaluate.checks.vocabulary import MOST_PLACES, Result, inapplicable, judged, page_check
from lgaudit.evaluate.startags import StartTags
from lgaudit.evidence import Page
from lgaudit.models import Spot
from lgaudit.tree import Node, Tree

MOST = 500_000  # characters of a source that are looked at
_RUNNING = ("a", "strong", "b", "em", "i", "u")  # a browser opens these again when left open
_TAGS = re.compile(r"<(a|strong|b|em|i|u|form|/a)[\s>]")  # in small letters
_LINK = re.compile(r"<(/?)a(?=[\s>])([^>]{0,1000})", re.I)
_IN_NO_CELL = (  # in small letters
    r"(?:t(?:able|body|head|foot|r)\b[^>]{0,500}|/t(?:[dhr]|body|head))>\s{0,200}"
    r"<(?!/|!|(?:table|t[rdh]|tbody|thead|tfoot|caption|col|colgroup|script|style|template|input|form)[\s>])"
)
_LOOSE = re.compile(f"<{_IN_NO_CELL}")
# Or what looks like a tag stands in an attribute of a link.
_ODD = re.compile(rf"<(?:a(?=\s)[^<>]*<|{_IN_NO_CELL})")
_INSIDE = (
    "button main, button form, button nav, button footer, button h2, label main, label footer,"
    " label nav, label h2"
)
_WHOLE = frozenset(("main", "form", "nav", "footer", "h2"))
_IN_HEADING = "p, ul, ol, table, dl, form, blockquote"


@page_check
def parts_end(page: Page, *, words: int = 40) -> Result:
    """Links, emphasis, headings, controls and forms end where they should.

    Only what changes a page: a link that is still open where the next begins, emphasis or a link
    that a browser carries on over at least ``words`` words, a form in a form, content in a table
    that stands in no cell and is moved before it, a heading of over ``words`` words with paragraphs
    or lists in it, a button or label around whole parts of the page, a field that swallows markup.
    """
    source = page.response_html[:MOST]
    tree = page.response_dom
    if not any(child.is_element_node for body in tree.css("body") for child in body.children):
        return inapplicable("The response has no content.")
    found = [*_headings(tree, words), *_around(tree), *_swallowed(tree)]
    if _suspect(source, tree, page.lowered if page.browser is None else ""):
        found += _from_source(StartTags(source), words)
    places = list({(spot.selector, spot.message): spot for spot in found}.values())
    count = "1 part does" if len(places) == 1 else f"{len(places)} parts do"
    return judged(places[:MOST_PLACES], f"{count} not end where it should.")


def _suspect(source: str, tree: Tree, lowered: str) -> bool:
    """Whether a browser may have opened, dropped or moved anything; most pages end here.

    ``lowered`` is the source in small letters, where there is such a thing already.
    """
    if len(lowered) != len(source):
        lowered = source.lower()
    tags = _TAGS.findall(lowered)
    written = Counter(tags)
    if any(written[name] != len(tree.css(name)) for name in (*_RUNNING, "form")):
        return True
    links = " ".join([name for name in tags if name in ("a", "/a")])
    odd = _ODD.search(lowered)
    if (odd or " a a" in f" {links}") and next(_open_links(source), None) is not None:
        return True
    return odd is not None and _LOOSE.search(lowered, odd.start()) is not None


def _open_links(source: str) -> Iterator[int]:
    """Where links start that have no end before the next link starts."""
    before: re.Match[str] | None = None
    for found in _LINK.finditer(source):
        if found[1]:
            before = None
        else:
            if before is not None and "href" in before[2].lower():
                yield before.start()
            before = found


def _from_source(tags: StartTags, words: int) -> Iterator[Spot]:
    """What only the source and the tree together tell."""
    elements: dict[int, list[Node]] = {}
    moved: list[Node] = []
    last = -1
    for node in tags.tree.css("*"):
        number = tags.number_of(node)
        if number is None:
            continue
        elements.setdefault(number, []).append(node)
        if number < last and node.tag == "table":
            moved += _before(node, number, tags)
        last = max(last, number)
    for node in moved:
        yield _spot(tags, node, "It stands in a table but in no cell, so it is shown before it")
    for nodes in elements.values():
        if nodes[0].tag in _RUNNING and len(nodes) > 1:
            carried = sum(len(node.text().split()) for node in nodes[1:])
            link = nodes[0].tag == "a"
            if (carried > 0 and "href" in nodes[0].attributes) if link else carried >= words:
                for node in nodes[:5]:
                    yield _spot(tags, node, "It is not ended, and goes on in what follows")
    starts = set(_open_links(tags.source))
    forms = None
    for number, (name, at) in enumerate(tags.starts):
        if name == "form" and number not in elements and forms is not None:
            yield _spot(tags, forms, "Another form starts inside it, which browsers leave out")
        elif name == "form" and number in elements:
            forms = elements[number][0]
        elif name == "a" and at in starts and number in elements:
            yield _spot(tags, elements[number][0], "It is still open where the next link begins")


def _before(table: Node, number: int, tags: StartTags) -> list[Node]:
    """Elements just before a table that were written inside it, and show something."""
    found: list[Node] = []
    node = table.prev
    while node is not None and len(found) < MOST_PLACES:
        if node.is_element_node:
            its = tags.number_of(node)
            if its is None or its < number:
                break
            if node.text().strip():
                found.append(node)
        node = node.prev
    return found[::-1]


def _headings(tree: Tree, words: int) -> Iterator[Spot]:
    for node in tree.css("h1, h2, h3, h4, h5, h6")[:500]:
        if all(child.is_text_node for child in node.children):
            continue
        if node.css_first(_IN_HEADING) is not None and len(node.text().split()) > words:
            yield _plain(node, "It has paragraphs, lists or tables in it: is its end tag missing?")


def _around(tree: Tree) -> Iterator[Spot]:
    if not any(
        inside.tag in _WHOLE
        for control in tree.css("button, label")
        if len(control.children) > 1 or (control.children and control.children[0].is_element_node)
        for inside in control.traverse()
    ):
        return
    for node in tree.css(_INSIDE)[:20]:
        control = next((a for a in dom.ancestors(node) if a.tag in ("button", "label")), None)
        if control is not None:
            yield _plain(control, "Whole parts of the page are inside it: is its end tag missing?")


def _swallowed(tree: Tree) -> Iterator[Spot]:
    for node in tree.css("textarea, title")[:50]:
        text = node.text()
        if (
            "<" in text
            and re.search(r"</(?:head|body|html|main|form)>", text[:100_000], re.I)
            and "\n" in text
        ):
            yield _plain(node, "It is not ended, and holds the rest of the page as text")


def _plain(node: Node, message: str) -> Spot:
    return Spot(dom.selector_of(node), dom.snippet(node), message)


def _spot(tags: StartTags, node: Node, message: str) -> Spot:
    html = " ".join(tags.html_of(node).split())
    return Spot(dom.selector_of(node), html[:200], message)

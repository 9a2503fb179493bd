"""Links as a reader meets them: their name, where they go, and the words that follow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from lgaudit import dom, urls
from lgaudit.evaluate.kept import kept
from lgaudit.evidence import Page
from lgaudit.tree import Node

_NOT_NAMED = frozenset("script style template noscript head title iframe object".split())
_CHROME = re.compile(r"pagination|pager|breadcrumb|skip-?link|\bshare\b|social", re.I)
_SIGNS = ("page", "pagination", "breadcrumb", "skip", "share", "social")  # one is in each finding
_EDGES = " \u00a0.,:;!?…>»›→←«‹<|-–—•"


@dataclass(frozen=True, slots=True)
class Link:
    """One link: its element, accessible name and absolute address."""

    node: Node
    name: str
    plain: str  # the name as it is compared
    url: str  # '' when it is no web address


def links_of(page: Page) -> tuple[Link, ...]:
    """Links of the main content that can be seen, navigation inside it left out; kept a page."""
    return kept(page, "links", lambda seen: tuple(_links(seen)))


def _links(page: Page) -> Iterator[Link]:
    if page.main is None:
        return
    base = page.final_url or page.url
    element = page.dom.css_first("base[href]")
    if element is not None:
        base = urls.normalise(dom.attribute(element, "href"), base) or base
    whole_body = page.main.tag == "body"
    around: dict[int, bool] = {}
    for node in page.main.css("a[href]"):
        if dom.hidden_here(node) or (
            node.parent is not None and _left_out(node.parent, page.main, whole_body, around)
        ):
            continue
        href = dom.attribute(node, "href").strip()
        name = name_of(node, page)
        yield Link(node, name, plain(name), urls.normalise(href, base) or "")


def _left_out(node: Node, main: Node, whole_body: bool, known: dict[int, bool]) -> bool:
    """True when the element or one around it is hidden, or navigation rather than content."""
    path = []
    current: Node | None = node
    answer = False
    while current is not None and current.mem_id not in known:
        path.append(current.mem_id)
        if current.mem_id == main.mem_id:
            break
        if _apart(current, whole_body):
            answer = True
            break
        current = current.parent
    else:
        answer = known[current.mem_id] if current is not None else False
    known.update(dict.fromkeys(path, answer))
    return answer


def _apart(node: Node, whole_body: bool) -> bool:
    tag = node.tag or ""
    if tag in ("nav", "footer") or tag in dom.UNSEEN or (whole_body and tag in ("header", "aside")):
        return True
    attributes = node.attributes
    if not attributes:
        return False
    if dom.hidden_here(node) or attributes.get("role") in ("navigation", "banner", "contentinfo"):
        return True
    classes, identity = attributes.get("class"), attributes.get("id")
    return bool((classes and _is_chrome(classes)) or (identity and _tells(identity)))


@lru_cache(maxsize=64)
def endings(extensions: tuple[str, ...]) -> tuple[str, ...]:
    """How the paths of files with these extensions end."""
    return tuple(f".{extension}" for extension in extensions)


def _tells(said: str) -> bool:
    """Whether a class or an id tells of navigation; ids are as many as there are elements."""
    lowered = said.lower()
    if lowered.isascii() and not any(map(lowered.__contains__, _SIGNS)):
        return False
    return _CHROME.search(said) is not None


_is_chrome = lru_cache(maxsize=4096)(_tells)


def name_of(node: Node, page: Page) -> str:
    """The accessible name of a link or button: aria-labelledby, aria-label, content, title."""
    attributes = node.attributes
    labelled = (attributes.get("aria-labelledby") or "").split()
    if labelled:
        parts = [_content(found) for found in (_by_id(page, i) for i in labelled) if found]
        name = dom.fold(" ".join(parts))
        if name:
            return name
    label = attributes.get("aria-label")
    return (
        (dom.fold(label) if label else "")
        or dom.fold(_content(node))
        or dom.fold(attributes.get("value") or "")
        or dom.fold(attributes.get("title") or "")
    )


def plain(name: str) -> str:
    """A name as it is compared: small letters, arrows and punctuation at the ends left out."""
    text = dom.fold(name).casefold().strip(_EDGES)
    return text[1:-1].strip(_EDGES) if text[:1] in "([" and text[-1:] in ")]" else text


def text_after(node: Node, root: Node, length: int) -> str:
    """The next ``length`` characters of text behind an element, up to the next link."""
    parts: list[str] = []
    total = 0
    current: Node | None = node
    while current is not None and current.mem_id != root.mem_id and total < length:
        sibling = current.next
        while sibling is not None and total < length:
            if _holds_link(sibling):
                before = _before_link(sibling)
                return dom.fold("".join([*parts, before]))[:length]
            parts.append(_text_of(sibling))
            total += len(dom.fold(parts[-1]))
            sibling = sibling.next
        current = current.parent
    return dom.fold("".join(parts))[:length]


def _before_link(node: Node) -> str:
    """Text of an element up to its first link; '' for a link."""
    if node.tag == "a":
        return ""
    parts = []
    for child in node.children:
        if _holds_link(child):
            parts.append(_before_link(child))
            break
        parts.append(_text_of(child))
    return "".join(parts)


def _holds_link(node: Node) -> bool:
    return node.is_element_node and (node.tag == "a" or node.css_first("a[href]") is not None)


def _text_of(node: Node) -> str:
    if node.is_text_node:
        return node.text_content or ""
    return f" {_content(node)} " if node.tag in dom.BLOCKS else _content(node)


def _by_id(page: Page, identity: str) -> Node | None:
    return kept(page, "ids", _ids).get(identity)


def _ids(page: Page) -> dict[str, Node]:
    known: dict[str, Node] = {}
    for node in page.dom.css("[id]"):
        known.setdefault(dom.attribute(node, "id"), node)
    return known


def _content(root: Node) -> str:
    """Name from content: text, alternatives of images, labels of parts; hidden parts left out."""
    children = root.children
    if len(children) == 1 and children[0].is_text_node:  # as it mostly is
        return children[0].text_content or ""
    parts: list[str] = []
    stack = children[::-1]
    while stack:
        node = stack.pop()
        if node.is_text_node:
            parts.append(node.text_content or "")
            continue
        tag = node.tag or ""
        if not node.is_element_node or tag in _NOT_NAMED:
            continue
        attributes = node.attributes
        if attributes:
            if attributes.get("aria-hidden") == "true" or dom.hidden_here(node):
                continue
            label = attributes.get("aria-label")
            if tag == "img" or label:
                parts.append(f" {label or attributes.get('alt') or ''} ")
                continue
        if tag in dom.BLOCKS or tag == "br":
            parts.append(" ")
        stack += node.children[::-1]
    return "".join(parts)

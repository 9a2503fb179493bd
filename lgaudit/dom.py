"""Small, safe questions to an HTML tree; shared by everything that reads pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import attrgetter

from lgaudit.taming import tame
from lgaudit.tree import Node, Tree

BLOCKS = frozenset(
    "address article aside blockquote body caption dd details dialog div dl dt fieldset figcaption"
    " figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main nav ol p pre section"
    " summary table tbody td tfoot th thead tr ul option".split()
)
UNSEEN = frozenset("script style template noscript svg math head title iframe object".split())
CHROME = "nav, header, footer, aside, [role=navigation], [role=banner], [role=contentinfo]"
SEARCH_NAMES = frozenset(  # usual names of the box that a site's search is asked with
    "q query search keys keyword keywords searchterm searchterms search_api_fulltext s term".split()
)
_CHILDREN = attrgetter("children")
_HIDING_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)


def decode(body: bytes, encoding: str = "utf-8") -> str:
    """Decode a body; an unknown encoding falls back to UTF-8 with replacement."""
    try:
        text = body.decode(encoding or "utf-8", errors="replace")
    except (LookupError, UnicodeError, ValueError):
        text = body.decode("utf-8", errors="replace")
    return text.lstrip("\ufeff").replace("\x00", "\ufffd")


def parse(html: str) -> Tree:
    """Parse as HTML5; lone surrogates are replaced first because the parser refuses them.

    What would keep the parser busy for hours is cut off, see :mod:`lgaudit.taming`.
    """
    return Tree(tame(html).encode("utf-8", errors="replace"))


def attribute(node: Node, name: str) -> str:
    """The attribute's value, '' when absent or empty."""
    return node.attributes.get(name) or ""


def fold(text: str) -> str:
    """White space folded to single spaces and trimmed."""
    return " ".join(text.split())


def ancestors(node: Node) -> Iterator[Node]:
    """Parent, grandparent and so on, up to the root element."""
    parent = node.parent
    while parent is not None and parent.tag != "-document":
        yield parent
        parent = parent.parent


def lineage(node: Node) -> Iterator[Node]:
    """The element itself, its parent, grandparent and so on, up to the root element."""
    current: Node | None = node
    while current is not None and current.tag != "-document":
        yield current
        current = current.parent


def hidden_here(node: Node) -> bool:
    """True when this element's own markup hides it from everyone."""
    attributes = node.attributes
    return bool(attributes) and hides(node.tag or "", attributes)


def hides(tag: str, attributes: Mapping[str, str | None]) -> bool:
    """True when an element of this tag with these attributes is hidden from everyone."""
    if "hidden" in attributes and (attributes["hidden"] or "").lower() != "until-found":
        return True
    if tag == "input" and (attributes.get("type") or "").lower() == "hidden":
        return True
    style = attributes.get("style")
    return bool(style and _HIDING_STYLE.search(style))


def hidden(node: Node) -> bool:
    """True when markup hides the element or something around it. CSS files are not known here."""
    if hidden_here(node):
        return True
    tree, parent = node.parser, node.parent
    known = tree.hidden if isinstance(tree, Tree) else {}
    return parent is not None and _hidden_within(parent, known)


def _hidden_within(node: Node, known: dict[int, bool]) -> bool:
    """Whether this element or one around it hides what is inside; what is found is ``known``."""
    path: list[int] = []
    current: Node | None = node
    answer = False
    while current is not None and current.tag != "-document":
        seen = known.get(current.mem_id)
        if seen is not None:
            answer = seen
            break
        path.append(current.mem_id)
        if hidden_here(current) or current.tag in UNSEEN:
            answer = True
            break
        current = current.parent
    for number in path:
        known[number] = answer
    return answer


def main_content(tree: Tree) -> Node | None:
    """The element that holds the page's own content: main, else a usual stand-in, else body."""
    for selector in ("main", "[role=main]", "#main-content", "#main", "#content", "article"):
        for node in tree.css(selector):
            if not hidden(node):
                return node
    return tree.body


def visible_text(node: Node, enough: int = 0) -> str:
    """Text a reader can see below a node: blocks on lines of their own, markup-hidden left out.

    ``enough`` stops after so many words, for those who only ask whether there are a few.
    """
    return _collected(node, _CHILDREN, enough)


def opening_text(node: Node, enough: int) -> str:
    """Like :func:`visible_text`, also of a node that :meth:`Tree.glance` found."""
    return _collected(node, lambda around: around.iter(include_text=True), enough)


def _collected(root: Node, inside: Callable[[Node], Iterable[Node]], enough: int) -> str:
    parts: list[str] = []
    stack: list[tuple[Iterator[Node], str]] = []  # what is left of the elements around
    children, end = iter((root,)), ""
    words = 0
    while not enough or words <= enough:
        item = next(children, None)
        if item is None:
            if end:
                parts.append(end)
            if not stack:
                break
            children, end = stack.pop()
            continue
        tag = item.tag or "-"
        if tag == "-text":
            text = item.text_content or ""
            parts.append(text.replace("\n", " "))
            if enough:
                words += len(text.split())
            continue
        if tag in UNSEEN or tag[0] == "-":
            continue
        attributes = item.attributes
        if attributes and hides(tag, attributes):
            continue
        if tag == "br":
            parts.append("\n")
            continue
        stack.append((children, end))
        children, end = iter(inside(item)), ""
        if tag in BLOCKS:
            parts.append("\n")
            end = "\n"
    lines = [line.split() for line in "".join(parts).split("\n")]
    return "\n".join([" ".join(line) for line in lines if line])


def selector_of(node: Node) -> str:
    """A CSS selector that finds the element again in the same document."""
    steps: list[str] = []
    current: Node | None = node
    while current is not None and current.tag not in (None, "-document", "html"):
        identity = attribute(current, "id")
        if identity and re.fullmatch(r"[A-Za-z][\w-]*", identity):
            steps.append(f"#{identity}")
            break
        tag = current.tag or "*"
        steps.append(tag if tag in ("body", "main", "head") else tag + _position(current))
        current = current.parent
    return " > ".join(reversed(steps)) or "html"


def _position(node: Node) -> str:
    before, after = 0, False
    sibling = node.prev
    while sibling is not None:
        before += sibling.tag == node.tag
        sibling = sibling.prev
    sibling = node.next
    while sibling is not None and not after:
        after = sibling.tag == node.tag
        sibling = sibling.next
    return f":nth-of-type({before + 1})" if before or after else ""


def snippet(node: Node, limit: int = 160) -> str:
    """The start of an element's source, white space folded, cut with an ellipsis."""
    html = node.html or ""
    text = fold(html[: 10 * limit])
    if len(text) <= limit < len(html):  # it is short, or begins with a lot of space
        text = fold(html)
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"

"""Small, safe questions to an HTML tree; shared by everything that reads pages."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import accumulate, islice
from operator import attrgetter

from lgaudit.taming import tame
from lgaudit.tree import Node, Tree

BLOCKS = frozenset(
    "address article aside blockquote body caption dd details dialog div dl dt fieldset figcaption"
    " figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main nav ol p pre section"
    " summary table tbody td tfoot th thead tr ul option".split()
)
UNSEEN = frozenset("script style template noscript svg math head title iframe object".split())
_NOT_READ = UNSEEN | {"-"}  # an element without a name
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


def in_code(node: Node) -> bool:
    """Whether an element stands in code, or is some."""
    return any(n.tag in ("code", "pre", "kbd", "samp") for n in lineage(node))


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
    tree = node.parser
    if not isinstance(tree, Tree):  # a node that Tree.glance found
        around = islice(lineage(node), 1, None)
        return any(outer.tag in UNSEEN or hidden_here(outer) for outer in around)
    starts, _, cover = _hiding(tree)
    before = bisect_left(starts, node.number)
    return before > 0 and node.number <= cover[before - 1]


def shown(node: Node) -> list[Node]:
    """What is inside an element in document order, without comments and what markup hides."""
    tree = node.parser
    at, last = node.number + 1, node.last
    starts, ends, _ = _hiding(tree)
    inner = bisect_left(starts, at)
    found: list[Node] = []
    while inner < len(starts) and (start := starts[inner]) <= last:
        if start >= at:  # else it stands in one that was left out
            found += tree.nodes[at:start]
            at = ends[inner] + 1
        inner += 1
    found += tree.nodes[at : last + 1]
    return found


def _hiding(tree: Tree) -> tuple[list[int], list[int], list[int]]:
    """Of all that hides what is inside: its number, its last, and the greatest last so far."""
    known = tree.hiding
    if known is None:
        found = {n.number: n.last for n in tree.others}
        found |= {n.number: n.last for tag in _NOT_READ for n in tree.called(tag) if n.tag == tag}
        some = (*tree.having("hidden"), *tree.having("style"), *tree.called("input"))
        found |= {n.number: n.last for n in some if hides(n.tag, n.attributes)}
        starts = sorted(found)
        ends = [found[number] for number in starts]
        known = tree.hiding = starts, ends, list(accumulate(ends, max))
    return known


def main_content(tree: Tree) -> Node | None:
    """The element that holds the page's own content: main, else a usual stand-in, else body."""
    return marked_main(tree.css) or tree.body


def marked_main(css: Callable[[str], Iterable[Node]]) -> Node | None:
    """The first of what a selector finds that is main or a usual stand-in, and not hidden."""
    for selector in ("main", "[role=main]", "#main-content", "#main", "#content", "article"):
        for node in css(selector):
            if not hidden(node):
                return node
    return None


def visible_text(node: Node, enough: int = 0) -> str:
    """Text a reader can see below a node: blocks on lines of their own, markup-hidden left out.

    ``enough`` stops after so many words, for those who only ask whether there are a few.
    """
    if enough or not node.is_element_node:
        return _opening(node, _CHILDREN, enough)
    if node.tag in UNSEEN or hidden_here(node):
        return ""
    parts: list[str] = []
    outer: list[int] = []  # where the blocks around this one end
    end = node.last + 1
    for item in shown(node):
        while item.number > end:
            parts.append("\n")
            end = outer.pop()
        tag = item.tag
        if tag == "-text":
            parts.append((item.text_content or "").replace("\n", " "))
        elif tag in BLOCKS:
            parts.append("\n")
            outer.append(end)
            end = item.last
        elif tag == "br":
            parts.append("\n")
    return _folded_lines(parts)


def opening_text(node: Node, enough: int) -> str:
    """Like :func:`visible_text`, also of a node that :meth:`Tree.glance` found."""
    return _opening(node, lambda around: around.iter(include_text=True), enough)


def _opening(root: Node, inside: Callable[[Node], Iterable[Node]], enough: int) -> str:
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
    return _folded_lines(parts)


def _folded_lines(parts: list[str]) -> str:
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

"""A parsed element, text or comment as rules look at it: asked once for what it is."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import count
from operator import attrgetter
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborNode

if TYPE_CHECKING:
    from lgaudit.tree.tree import Tree

NONE: dict[str, str | None] = {}  # the attributes of what has none
CHILDLESS: list[Node] = []

by_number = attrgetter("number")
_trees = count(1)


class Node:
    """One element, text or comment. Nobody changes it, nor its attributes.

    All are of one class with nothing but slots, because Python looks these up fastest.
    """

    __slots__ = (
        "_raw", "_text", "at", "attributes", "children", "is_element_node", "is_text_node", "last",
        "mem_id", "number", "parent", "parser", "tag", "text_content",
    )  # fmt: skip

    parser: Tree  # the tree it stands in
    is_element_node: bool
    is_text_node: bool
    tag: str  # "-text", "-comment" and "-document" for what is no element
    attributes: dict[str, str | None]
    text_content: str | None  # of a text
    parent: Node | None
    children: list[Node]
    number: int  # place in document order
    last: int  # the number of the last node inside it
    at: int  # place among the children of its parent
    _raw: LexborNode
    _text: str | None  # all inside it, once somebody asked
    mem_id: int  # unique among all nodes of this process

    @property
    def id(self) -> str | None:
        """Its id."""
        return self.attributes.get("id")

    @property
    def html(self) -> str | None:
        """Its source, as a parser writes it."""
        return self._raw.html

    @property
    def next(self) -> Node | None:
        """What follows inside the same parent."""
        around, at = self.parent, self.at + 1
        return around.children[at] if around is not None and at < len(around.children) else None

    @property
    def prev(self) -> Node | None:
        """What stands before it inside the same parent."""
        return self.parent.children[self.at - 1] if self.parent is not None and self.at else None

    @property
    def child(self) -> Node | None:
        """The first of its children."""
        return self.children[0] if self.children else None

    def iter(self, include_text: bool = False) -> Iterator[Node]:
        """Its children, comments among them."""
        if include_text:
            return iter(self.children)
        return iter([child for child in self.children if not child.is_text_node])

    def traverse(self, include_text: bool = False) -> Iterator[Node]:
        """Itself and everything inside it in document order."""
        inside = self.parser.nodes[self.number : self.last + 1]
        return iter(inside if include_text else [n for n in inside if not n.is_text_node])

    def text(self, *, deep: bool = True, strip: bool = False) -> str:
        """All text inside it, run together."""
        if not deep or strip:
            return self._raw.text(deep=deep, strip=strip)
        text = self._text
        if text is None:
            children = self.children
            if len(children) == 1 and children[0].is_text_node:  # as it mostly is
                text = children[0].text_content or ""
            else:
                text = self.parser.text_between(self.number, self.last) if children else ""
            self._text = text
        return text

    def css(self, query: str) -> list[Node]:
        """The elements from this one on inwards that the selector finds."""
        found = self.parser.css(query)
        if not found:
            return found
        low = bisect_left(found, self.number, key=by_number)
        return found[low : bisect_right(found, self.last, low, key=by_number)]

    def css_first(self, query: str, default: Node | None = None) -> Node | None:
        """The first of :meth:`css`, else ``default``."""
        found = self.parser.css(query)
        if not found:
            return default
        low = bisect_left(found, self.number, key=by_number)
        return found[low] if low < len(found) and found[low].number <= self.last else default


def lonely(tree: Tree, raw: LexborNode, parent: Node | None, at: int, number: int) -> Node:
    """A node without anything inside."""
    node = Node()
    node.parser = tree
    node._raw = raw
    node.is_element_node = raw.is_element_node
    node.is_text_node = raw.is_text_node
    node.tag = raw.tag or "-"
    node.attributes = raw.attributes or NONE
    node.text_content = raw.text_content
    node._text = None
    node.parent = parent
    node.children = CHILDLESS
    node.at = at
    node.number = node.last = number
    node.mem_id = next(_trees) << 32
    return node

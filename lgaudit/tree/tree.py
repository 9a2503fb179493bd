"""A parsed page as hundreds of rules look at it: read once, then looked up."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from typing import cast

from selectolax.lexbor import LexborHTMLParser, LexborNode

from lgaudit import selectors
from lgaudit.selectors import Doubt
from lgaudit.tree import places
from lgaudit.tree.index import Index, Values
from lgaudit.tree.nodes import CHILDLESS, NONE, Node, lonely


class Tree:
    """A tree nobody changes. Call :meth:`forget` when done: what it holds points back to it."""

    def __init__(self, html: bytes) -> None:
        self._parser = LexborHTMLParser(html)
        self.hiding: tuple[list[int], list[int], list[int]] | None = None  # see dom
        self._found: dict[str, list[Node]] = {}
        self._nodes: list[Node] = []
        self._document: Node | None = None
        self._holders: list[Node] = []  # those with something inside
        self.others: list[Node] = []  # comments and the like, in document order
        self._elements: dict[int, Node] = {}  # by what the parser's nodes have as their memory
        self._index: Index | None = None  # None until it has been read
        self._numbers: list[int] = []  # of the texts
        self._texts: list[str] = []
        self._framed: bool | None = None  # whether frames stand in it; None until asked

    @property
    def nodes(self) -> list[Node]:
        """Everything from the root element on, in document order."""
        if not self._nodes:
            self._grow()
        return self._nodes

    @property
    def root(self) -> Node | None:
        """The root element."""
        return self.nodes[0] if self.nodes else None

    @property
    def head(self) -> Node | None:
        """The head element."""
        return self._beneath("head")

    @property
    def body(self) -> Node | None:
        """The body element."""
        return self._beneath("body")

    @property
    def html(self) -> str | None:
        """The whole document, as a parser writes it."""
        return self._parser.html

    def css(self, query: str) -> list[Node]:
        """Every element the selector finds, in document order.

        An element that fits several alternatives of a selector is found for each of them.

        Raises:
            SelectolaxError: the selector is not valid.
        """
        found = self._found.get(query)
        if found is None:
            found = self._found[query] = self._find(query)
        return found

    def css_first(self, query: str, default: Node | None = None) -> Node | None:
        """The first element the selector finds, else ``default``."""
        found = self.css(query)
        return found[0] if found else default

    def glance(self, query: str) -> list[Node]:
        """What :meth:`css` finds, for those who ask little of a page that nobody has read yet.

        As long as nobody has, these are the parser's own nodes, which know no ``children``.
        """
        if self._framed is None:
            self._framed = self._parser.css_first("frameset") is not None
        if self._nodes or self._framed:
            return self.css(query)
        return cast("list[Node]", self._parser.css(query))

    @property
    def there(self) -> set[str]:
        """What stands in it: names of attributes, and names of tags behind a "<"."""
        return (self._index or self._grow()).there

    def called(self, tag: str) -> list[Node]:
        """Elements of this name, in small letters."""
        return (self._index or self._grow()).by_tag.get(tag, CHILDLESS)

    def having(self, attribute: str) -> list[Node]:
        """Elements that have an attribute of this name."""
        return (self._index or self._grow()).by_attribute.get(attribute, CHILDLESS)

    def values(self, attribute: str) -> Values:
        """The elements that have an attribute of this name, by its value."""
        return (self._index or self._grow()).values(attribute)

    def bearing(self, start: str) -> list[Node]:
        """Elements that have an attribute whose name begins so."""
        return (self._index or self._grow()).bearing(start)

    def text_between(self, first: int, last: int) -> str:
        """The text of all nodes with numbers from ``first`` to ``last``."""
        low = bisect_left(self._numbers, first)
        return "".join(self._texts[low : bisect_right(self._numbers, last, low)])

    def forget(self) -> None:
        """Drop what was found."""
        for element in self._holders:  # the only way from a node to one that points back
            element.children = CHILDLESS
        self._holders = []
        self._document = None
        self._nodes = []
        self.others = []
        self._elements = {}
        self._index = None
        self._found.clear()
        self.hiding = None

    def _beneath(self, tag: str) -> Node | None:
        root = self.root
        return next((c for c in root.children if c.tag == tag), None) if root is not None else None

    def _grow(self) -> Index:
        """Ask the parser's nodes what they are."""
        self._numbers, self._texts = [], []
        root = self._parser.root
        if root is None:
            self._index = Index([], {}, {}, 0)
            return self._index
        document, first = self._around(root)
        self._document = document
        nodes, numbers, texts, holders = self._nodes, self._numbers, self._texts, self._holders
        others = self.others = []
        by_tag: defaultdict[str, list[Node]] = defaultdict(list)
        by_attribute: defaultdict[str, list[Node]] = defaultdict(list)
        nodes.append(first)
        by_tag[first.tag].append(first)
        for key in first.attributes:
            by_attribute[key].append(first)
        # All that follows is done for every node of every page, so it is written out in one place.
        parent = first
        beside: list[Node] = []
        number = depth = deepest = 0
        memory = first.mem_id  # of a tree none has as many nodes as would reach the next
        raw = root.first_child
        if raw is not None:
            first.children = beside
            holders.append(first)
            depth = deepest = 1
        while True:
            if raw is None:  # whatever is inside this parent has been seen
                parent.last = number
                if parent is first:
                    break
                raw = parent._raw.next
                parent = parent.parent or first
                beside = parent.children
                depth -= 1
                continue
            number += 1
            node = Node()
            inside = None
            content = raw.text_content
            if content is not None:
                node.is_text_node = True
                node.is_element_node = False
                node.tag = "-text"
                node.attributes = NONE
                node.text_content = node._text = content
                numbers.append(number)
                texts.append(content)
            elif raw.is_element_node:
                node.is_text_node = False
                node.is_element_node = True
                node.tag = tag = raw.tag or "-"
                node.text_content = node._text = None
                by_tag[tag].append(node)
                given = raw.attributes
                if given:
                    node.attributes = given
                    for key in given:
                        by_attribute[key].append(node)
                else:
                    node.attributes = NONE
                inside = raw.first_child
            else:
                node.is_text_node = raw.is_text_node  # one without any text
                node.is_element_node = False
                node.tag = raw.tag or "-"
                node.attributes = NONE
                node.text_content = None
                node._text = ""
                others.append(node)
            node.parser = self
            node._raw = raw
            node.parent = parent
            node.children = CHILDLESS
            node.number = node.last = number
            node.mem_id = memory + number
            node.at = len(beside)
            nodes.append(node)
            beside.append(node)
            if inside is None:
                raw = raw.next
            else:
                raw = inside
                parent, beside = node, []
                node.children = beside
                holders.append(node)
                depth += 1
                if depth > deepest:
                    deepest = depth
        document.last = number
        self._index = Index(nodes, by_tag, by_attribute, deepest)
        return self._index

    def _around(self, root: LexborNode) -> tuple[Node, Node]:
        """What the root element and the comments around it stand in, and the root element."""
        around = root.parent
        beside = [root] if around is None else list(around.iter(include_text=True))
        document = lonely(self, around if around is not None else root, None, 0, -1)
        at = next(n for n, raw in enumerate(beside) if raw.mem_id == root.mem_id)
        first = lonely(self, root, document, at, 0)
        self._holders.append(document)
        document.children = [
            first if n == at else lonely(self, raw, document, n, -1) for n, raw in enumerate(beside)
        ]
        return document, first

    def _find(self, query: str) -> list[Node]:
        paths = selectors.read(query)
        if paths:
            try:
                return (self._index or self._grow()).find(paths)
            except Doubt:
                pass
        if places.COUNTS in query:
            followed = places.follow(query, self.called, self.css)
            if followed is not None:
                return followed
            if self.nodes and max(len(n.children) for n in self._holders) > places.MOST_CHILDREN:
                return []
        raws = self._parser.css(query)
        if not raws:
            return []
        if not self._elements:
            self._elements = {n._raw.mem_id: n for n in self.nodes if n.is_element_node}
        known = self._elements
        return [known[memory] for raw in raws if (memory := raw.mem_id) in known]

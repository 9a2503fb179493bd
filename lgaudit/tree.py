"""A parsed page as hundreds of rules look at it: read once, then looked up.

The parser's nodes are asked once for what they are. Every further question, and there are
thousands a page, is answered from memory; only rare selectors go back to the parser.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import chain
from operator import attrgetter
from typing import cast

from selectolax.lexbor import LexborHTMLParser, LexborNode

from lgaudit import selectors
from lgaudit.selectors import Attribute, Compound, Doubt, Path

__all__ = ["Node", "Tree"]
DEEP = 300  # elements inside elements; in deeper trees only the parser matches what joins several


_NONE: dict[str, str | None] = {}
_CHILDLESS: list[Node] = []


class Node:
    """One element, text or comment. Nobody changes it, nor its attributes."""

    __slots__ = ("_raw", "_tree", "at", "mem_id", "number", "parent")
    is_element_node = False
    is_text_node = False
    attributes = _NONE
    text_content: str | None = None  # of a text

    tag: str  # "-text", "-comment" and "-document" for what is no element
    parent: Node | None
    children: list[Node]
    number: int  # place in document order
    at: int  # place among the children of its parent
    mem_id: int  # unique among all that is parsed at a time

    def __init__(self, tree: Tree, raw: LexborNode, parent: Node | None, at: int, n: int) -> None:
        self._tree = tree
        self._raw = raw
        self.parent = parent
        self.at = at
        self.number = n
        self.mem_id = raw.mem_id

    @property
    def parser(self) -> Tree:
        """The tree it stands in."""
        return self._tree

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

    @property
    def last(self) -> int:
        """The number of the last node inside it."""
        node = self
        while node.children:
            node = node.children[-1]
        return node.number

    def iter(self, include_text: bool = False) -> Iterator[Node]:
        """Its children, comments among them."""
        if include_text:
            return iter(self.children)
        return iter([child for child in self.children if not child.is_text_node])

    def traverse(self, include_text: bool = False) -> Iterator[Node]:
        """Itself and everything inside it in document order."""
        inside = self._tree.nodes[self.number : self.last + 1]
        return iter(inside if include_text else [n for n in inside if not n.is_text_node])

    def text(self, *, deep: bool = True, strip: bool = False) -> str:
        """All text inside it, run together."""
        if not deep or strip:
            return self._raw.text(deep=deep, strip=strip)
        return self._run_together()

    def _run_together(self) -> str:
        return self.text_content or ""

    def css(self, query: str) -> list[Node]:
        """The elements from this one on inwards that the selector finds."""
        found = self._tree.css(query)
        if not found:
            return found
        low = bisect_left(found, self.number, key=_number)
        return found[low : bisect_right(found, self.last, low, key=_number)]

    def css_first(self, query: str, default: Node | None = None) -> Node | None:
        """The first of :meth:`css`, else ``default``."""
        found = self._tree.css(query)
        if not found:
            return default
        low = bisect_left(found, self.number, key=_number)
        return found[low] if low < len(found) and found[low].number <= self.last else default


class _Element(Node):
    __slots__ = ("_text", "attributes", "children", "tag")
    is_element_node = True

    def __init__(self, tree: Tree, raw: LexborNode, parent: Node | None, at: int, n: int) -> None:
        super().__init__(tree, raw, parent, at, n)
        self.tag = raw.tag or "-"
        self.attributes = raw.attributes or _NONE
        self.children = _CHILDLESS
        self._text: str | None = None

    def _run_together(self) -> str:
        if self._text is None:
            children = self.children
            if len(children) == 1 and children[0].is_text_node:  # as it mostly is
                self._text = children[0].text_content or ""
            else:
                self._text = self._tree.text_between(self.number, self.last) if children else ""
        return self._text


class _Text(Node):
    __slots__ = ("text_content",)
    is_text_node = True
    tag = "-text"
    children = _CHILDLESS
    text_content: str


class _Other(Node):
    """A comment and the like."""

    __slots__ = ("tag",)
    children = _CHILDLESS

    def __init__(self, tree: Tree, raw: LexborNode, parent: Node | None, at: int, n: int) -> None:
        super().__init__(tree, raw, parent, at, n)
        self.tag = raw.tag or "-"


_new_text, _new_element, _new_other = _Text.__new__, _Element.__new__, _Other.__new__


class _Document(_Element):
    __slots__ = ()
    is_element_node = False


_number = attrgetter("number")


class Tree:
    """A tree nobody changes. Call :meth:`forget` when done: what it holds points back to it."""

    def __init__(self, html: bytes) -> None:
        self._parser = LexborHTMLParser(html)
        self.hidden: dict[int, bool] = {}  # what is known of elements, by their memory
        self._found: dict[str, list[Node]] = {}
        self._nodes: list[Node] = []
        self._document: _Element | None = None
        self._elements: dict[int, _Element] = {}
        self._by_tag: dict[str, list[Node]] = {}
        self._by_attribute: dict[str, list[Node]] = {}
        self._odd: set[str] = set()  # names that stand somewhere with a prefix or in capitals
        self._there: set[str] = set()  # the keys of selectors that may find something
        self._numbers: list[int] = []  # of the texts
        self._texts: list[str] = []
        self._values: dict[str, _Values] = {}  # by name of attribute
        self._kinds: dict[Compound, list[Node]] = {}
        self._deep: bool | None = None

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
        if self._nodes or self._parser.css_first("frameset") is not None:
            return self.css(query)
        return cast("list[Node]", self._parser.css(query))

    def bearing(self, start: str) -> list[Node]:
        """Elements that have an attribute whose name begins so."""
        if not self._nodes:
            self._grow()
        names = [name for name in self._by_attribute if name.startswith(start)]
        found = {n.number: n for name in names for n in self._by_attribute[name]}
        return [found[number] for number in sorted(found)]

    def text_between(self, first: int, last: int) -> str:
        """The text of all nodes with numbers from ``first`` to ``last``."""
        low = bisect_left(self._numbers, first)
        return "".join(self._texts[low : bisect_right(self._numbers, last, low)])

    def forget(self) -> None:
        """Drop what was found."""
        for node in chain(self._nodes, self._document.children if self._document else ()):
            node.parent = None
            if isinstance(node, _Element):
                node.children = _CHILDLESS
        if self._document is not None:
            self._document.children = _CHILDLESS
            self._document = None
        self._nodes = []
        self._elements = {}
        self._by_tag = {}
        self._by_attribute = {}
        self._values.clear()
        self._kinds.clear()
        self._found.clear()
        self.hidden.clear()

    def _beneath(self, tag: str) -> Node | None:
        root = self.root
        return next((c for c in root.children if c.tag == tag), None) if root is not None else None

    def _grow(self) -> None:
        """Ask the parser's nodes what they are."""
        self._numbers, self._texts = [], []
        root = self._parser.root
        if root is None:
            return
        document, first = self._around(root)
        self._document = document
        elements = {document.mem_id: document, first.mem_id: first}
        self._nodes.append(first)
        self._enter(first)
        nodes, numbers, texts = self._nodes, self._numbers, self._texts
        by_tag, by_attribute = self._by_tag, self._by_attribute
        below = root.traverse(include_text=True)
        next(below)
        # All that follows is done for every node of every page, so it is written out in one place.
        for number, raw in enumerate(below, 1):
            around = raw.parent
            parent = elements[around.mem_id] if around is not None else first
            beside = parent.children
            memory = raw.mem_id
            node: Node
            if raw.is_text_node:
                node = text = _new_text(_Text)
                content = text.text_content = raw.text_content or ""
                numbers.append(number)
                texts.append(content)
            elif raw.is_element_node:
                node = element = _new_element(_Element)
                tag = element.tag = raw.tag or "-"
                given = element.attributes = raw.attributes or _NONE
                element.children = _CHILDLESS
                element._text = None
                elements[memory] = element
                if tag in by_tag:
                    by_tag[tag].append(element)
                else:
                    self._enter_tag(tag, element)
                for key in given:
                    if key in by_attribute:
                        by_attribute[key].append(element)
                    else:
                        self._enter_attribute(key, element)
            else:
                node = other = _new_other(_Other)
                other.tag = raw.tag or "-"
            node._tree = self
            node._raw = raw
            node.parent = parent
            node.number = number
            node.mem_id = memory
            nodes.append(node)
            if beside:
                node.at = len(beside)
                beside.append(node)
            else:
                node.at = 0
                parent.children = [node]
        self._elements = elements
        odd = self._odd
        self._there = {"", *(f"<{t}" for t in (*by_tag, *odd)), *by_attribute, *odd}

    def _around(self, root: LexborNode) -> tuple[_Element, _Element]:
        """What the root element and the comments around it stand in, and the root element."""
        around = root.parent
        beside = [root] if around is None else list(around.iter(include_text=True))
        document = _Document(self, around if around is not None else root, None, 0, -1)
        at = next(n for n, raw in enumerate(beside) if raw.mem_id == root.mem_id)
        first = _Element(self, root, document, at, 0)
        document.children = [
            first if n == at else _Other(self, raw, document, n, -1) for n, raw in enumerate(beside)
        ]
        return document, first

    def _enter(self, element: _Element) -> None:
        """Enter an element where it will be looked for."""
        self._enter_tag(element.tag, element)
        for key in element.attributes:
            self._enter_attribute(key, element)

    def _enter_tag(self, tag: str, element: _Element) -> None:
        name = tag.lower()  # of SVG, some are written with capitals
        self._by_tag.setdefault(name, []).append(element)
        if ":" in name:
            self._odd.add(name.rpartition(":")[2])

    def _enter_attribute(self, key: str, element: _Element) -> None:
        self._by_attribute.setdefault(key, []).append(element)
        if ":" in key or key != key.lower():
            self._odd.update((key.lower(), key.lower().rpartition(":")[2]))

    def _find(self, query: str) -> list[Node]:
        paths = selectors.read(query)
        if paths:
            try:
                return self._looked_up(paths)
            except Doubt:
                pass
        raws = self._parser.css(query)
        if not self._nodes:
            self._grow()
        return [self._elements[raw.mem_id] for raw in raws if raw.mem_id in self._elements]

    def _looked_up(self, paths: tuple[Path, ...]) -> list[Node]:
        """What one of these finds. Raises Doubt."""
        if not self._nodes:
            self._grow()
        there = self._there
        found = [some for path in paths if path.key in there and (some := self._along(path))]
        if len(found) < 2:
            return found[0] if found else []
        return sorted(chain.from_iterable(found), key=_number)

    def _along(self, path: Path) -> list[Node]:
        """What stands at the end of a path. Raises Doubt."""
        if self._odd and not self._odd.isdisjoint(path.names):
            raise Doubt
        found = self._fitting(path.last)
        if not path.before or not found:
            return found
        outer: list[tuple[str, list[Node]]] = []
        for join, compound in path.before:
            some = self._fitting(compound)
            if not some:
                return []
            outer.append((join, some))
        if len(outer) == 1 and outer[0][0] == " ":
            return _inside(found, outer[0][1])
        if self._is_deep():
            raise Doubt
        numbers = [(join, {node.number for node in some}) for join, some in outer]
        return [node for node in found if _stands(node, numbers)]

    def _fitting(self, compound: Compound) -> list[Node]:
        """Every element that is of this kind. Raises Doubt."""
        found = self._kinds.get(compound)
        if found is None:
            found = self._kinds[compound] = self._look(compound)
        return found

    def _look(self, compound: Compound) -> list[Node]:
        found = self._by_tag.get(compound.tag) if compound.tag else None
        if compound.tag and not found:
            return []
        for wanted in compound.attributes:
            some = self._holding(wanted)
            if not some:
                return []
            if found is None:
                found = some
            else:
                numbers = {node.number for node in some}
                found = [node for node in found if node.number in numbers]
        if found is None:
            found = [node for node in self._nodes if node.is_element_node]
        for other in compound.banned:
            if found:
                numbers = {node.number for node in self._fitting(other)}
                found = [node for node in found if node.number not in numbers]
        return found

    def _holding(self, wanted: Attribute) -> list[Node]:
        """Every element that has such an attribute. Raises Doubt."""
        having = self._by_attribute.get(wanted.name)
        if not having or not wanted.how:
            return having or []
        values = self._values.get(wanted.name)
        if values is None:
            values = self._values[wanted.name] = _Values(having, wanted.name)
        if wanted.value.lower() not in values.letters:
            return []
        fitting = [nodes for value, nodes in values.nodes.items() if wanted.fits(value)]
        if len(fitting) < 2:
            return fitting[0] if fitting else []
        return sorted(chain.from_iterable(fitting), key=_number)

    def _is_deep(self) -> bool:
        if self._deep is None:
            depths: list[int] = []
            for node in self._nodes:
                around = node.parent
                depths.append(depths[around.number] + 1 if around and around.number >= 0 else 0)
            self._deep = max(depths, default=0) > DEEP
        return self._deep


class _Values:
    """Elements by the value of one attribute, and all values in small letters."""

    def __init__(self, having: list[Node], name: str) -> None:
        self.nodes: dict[str | None, list[Node]] = {}
        for node in having:
            self.nodes.setdefault(node.attributes[name], []).append(node)
        self.letters = "\n".join([value for value in self.nodes if value]).lower()


def _inside(found: list[Node], outer: list[Node]) -> list[Node]:
    """Those that stand inside one of the others; both in document order."""
    inside: list[Node] = []
    numbers = [node.number for node in found]
    end = -1
    for around in outer:
        if around.number > end:  # else it stands in one that was looked at
            low = bisect_right(numbers, around.number)
            if low == len(numbers):
                break
            end = around.last
            inside += found[low : bisect_right(numbers, end, low)]
    return inside


def _stands(node: Node, before: list[tuple[str, set[int]]]) -> bool:
    """Whether what a selector asks for stands around or before an element.

    The nearest that fits is taken: selectors in which another might do are not read.
    """
    for join, numbers in before:
        other = node.prev if join == "+" else node.parent
        if join == "+":
            while other is not None and not other.is_element_node:
                other = other.prev
        while other is not None and other.number not in numbers:
            if join != " ":
                return False
            other = other.parent
        if other is None:
            return False
        node = other
    return True

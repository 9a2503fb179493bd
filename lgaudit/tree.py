"""A parsed page as hundreds of rules look at it: read once, then looked up.

The parser's nodes are asked once for what they are. Every further question, and there are
thousands a page, is answered from memory; only rare selectors go back to the parser.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain, count
from operator import attrgetter
from typing import cast

from selectolax.lexbor import LexborHTMLParser, LexborNode

from lgaudit import selectors
from lgaudit.selectors import Attribute, Compound, Doubt, Path

__all__ = ["Node", "Tree", "Values"]
DEEP = 300  # elements inside elements; in deeper trees only the parser matches what joins several


_NONE: dict[str, str | None] = {}
_trees = count(1)
_CHILDLESS: list[Node] = []


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
        low = bisect_left(found, self.number, key=_number)
        return found[low : bisect_right(found, self.last, low, key=_number)]

    def css_first(self, query: str, default: Node | None = None) -> Node | None:
        """The first of :meth:`css`, else ``default``."""
        found = self.parser.css(query)
        if not found:
            return default
        low = bisect_left(found, self.number, key=_number)
        return found[low] if low < len(found) and found[low].number <= self.last else default


def _node(tree: Tree, raw: LexborNode, parent: Node | None, at: int, number: int) -> Node:
    """A node without anything inside."""
    node = Node()
    node.parser = tree
    node._raw = raw
    node.is_element_node = raw.is_element_node
    node.is_text_node = raw.is_text_node
    node.tag = raw.tag or "-"
    node.attributes = raw.attributes or _NONE
    node.text_content = raw.text_content
    node._text = None
    node.parent = parent
    node.children = _CHILDLESS
    node.at = at
    node.number = node.last = number
    node.mem_id = next(_trees) << 32
    return node


_number = attrgetter("number")


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
        self._by_tag: dict[str, list[Node]] = {}
        self._by_attribute: dict[str, list[Node]] = {}
        self._odd: set[str] = set()  # names that stand somewhere with a prefix or in capitals
        self._there: set[str] = set()  # the keys of selectors that may find something
        self._numbers: list[int] = []  # of the texts
        self._texts: list[str] = []
        self._values: dict[str, Values] = {}  # by name of attribute
        self._kinds: dict[Compound, list[Node]] = {}
        self._framed: bool | None = None  # whether frames stand in it; None until asked
        self._deepest = 0  # elements inside elements

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
        if not self._nodes:
            self._grow()
        return self._there

    def called(self, tag: str) -> list[Node]:
        """Elements of this name, in small letters."""
        if not self._nodes:
            self._grow()
        return self._by_tag.get(tag, _CHILDLESS)

    def having(self, attribute: str) -> list[Node]:
        """Elements that have an attribute of this name."""
        if not self._nodes:
            self._grow()
        return self._by_attribute.get(attribute, _CHILDLESS)

    def values(self, attribute: str) -> Values:
        """The elements that have an attribute of this name, by its value."""
        known = self._values.get(attribute)
        if known is None:
            known = self._values[attribute] = Values(self.having(attribute), attribute)
        return known

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
        for element in self._holders:  # the only way from a node to one that points back
            element.children = _CHILDLESS
        self._holders = []
        self._document = None
        self._nodes = []
        self.others = []
        self._elements = {}
        self._by_tag = {}
        self._by_attribute = {}
        self._values.clear()
        self._kinds.clear()
        self._found.clear()
        self.hiding = None

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
                node.attributes = _NONE
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
                    node.attributes = _NONE
                inside = raw.first_child
            else:
                node.is_text_node = raw.is_text_node  # one without any text
                node.is_element_node = False
                node.tag = raw.tag or "-"
                node.attributes = _NONE
                node.text_content = None
                node._text = ""
                others.append(node)
            node.parser = self
            node._raw = raw
            node.parent = parent
            node.children = _CHILDLESS
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
        self._deepest = deepest
        self._enter(by_tag, by_attribute)

    def _around(self, root: LexborNode) -> tuple[Node, Node]:
        """What the root element and the comments around it stand in, and the root element."""
        around = root.parent
        beside = [root] if around is None else list(around.iter(include_text=True))
        document = _node(self, around if around is not None else root, None, 0, -1)
        at = next(n for n, raw in enumerate(beside) if raw.mem_id == root.mem_id)
        first = _node(self, root, document, at, 0)
        self._holders.append(document)
        document.children = [
            first if n == at else _node(self, raw, document, n, -1) for n, raw in enumerate(beside)
        ]
        return document, first

    def _enter(self, by_tag: dict[str, list[Node]], by_attribute: dict[str, list[Node]]) -> None:
        """Keep where elements are looked for, by names in small letters and as they stand."""
        odd: set[str] = set()
        for tag in [tag for tag in by_tag if ":" in tag or tag != tag.lower()]:
            name = tag.lower()  # of SVG, some are written with capitals
            if name != tag:
                found = by_tag.pop(tag)
                by_tag[name] = sorted([*by_tag.get(name, ()), *found], key=_number)
            if ":" in name:
                odd.add(name.rpartition(":")[2])
        for key in by_attribute:
            if ":" in key or key != key.lower():
                odd.update((key.lower(), key.lower().rpartition(":")[2]))
        self._odd = odd
        self._by_tag, self._by_attribute = dict(by_tag), dict(by_attribute)
        self._there = {"", *(f"<{t}" for t in (*by_tag, *odd)), *by_attribute, *odd}

    def _find(self, query: str) -> list[Node]:
        paths = selectors.read(query)
        if paths:
            try:
                return self._looked_up(paths)
            except Doubt:
                pass
        raws = self._parser.css(query)
        if not raws:
            return []
        if not self._elements:
            self._elements = {n._raw.mem_id: n for n in self.nodes if n.is_element_node}
        known = self._elements
        return [known[memory] for raw in raws if (memory := raw.mem_id) in known]

    def _looked_up(self, paths: tuple[Path, ...]) -> list[Node]:
        """What one of these finds. Raises Doubt."""
        if not self._nodes:
            self._grow()
        there = self._there
        found = [some for path in paths if path.keys <= there and (some := self._along(path))]
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
            around = outer[0][1]
            if len(around) <= 4 * len(found) or self._deepest > DEEP:
                return _inside(found, around)
        if self._deepest > DEEP:
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
        values = self.values(wanted.name)
        if wanted.value.lower() not in values.letters:
            return []
        some = values.near(wanted)
        fitting = [values.nodes[value] for value in some if wanted.fits(value)]
        if len(fitting) < 2:
            return fitting[0] if fitting else []
        return sorted(chain.from_iterable(fitting), key=_number)


class Values:
    """Elements by the value of one attribute, and all values in small letters."""

    def __init__(self, having: list[Node], name: str) -> None:
        self.nodes: dict[str | None, list[Node]] = {}
        nodes = self.nodes
        for node in having:
            value = node.attributes[name]
            if value in nodes:
                nodes[value].append(node)
            else:
                nodes[value] = [node]
        self.letters = "\n".join([value for value in self.nodes if value]).lower()
        self._equal: dict[str, list[str | None]] = {}
        self._words: dict[str, list[str | None]] = {}

    def near(self, wanted: Attribute) -> Iterable[str | None]:
        """The values that may meet a condition, so that not each of them is tried."""
        if wanted.how == "=" and wanted.value:
            if not self._equal:
                for value in self.nodes:
                    self._equal.setdefault((value or "").lower(), []).append(value)
            return self._equal.get(wanted.value.lower(), ())
        if wanted.how == "~=":
            if not self._words:
                for value in self.nodes:
                    for word in set(selectors.words((value or "").lower())):
                        self._words.setdefault(word, []).append(value)
            return self._words.get(wanted.value.lower(), ())
        return self.nodes


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

"""Where the elements of a tree are looked for: by tag, by attribute, by what a selector asks."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import chain

from lgaudit import selectors
from lgaudit.selectors import Attribute, Compound, Doubt, Path
from lgaudit.tree.nodes import CHILDLESS, Node, by_number

DEEP = 300  # elements inside elements; in deeper trees only the parser matches what joins several


class Index:
    """The elements of one tree, by names in small letters and as they stand.

    ``nodes`` are all of them in document order, ``deepest`` how many elements stand inside each
    other.
    """

    def __init__(
        self,
        nodes: list[Node],
        by_tag: dict[str, list[Node]],
        by_attribute: dict[str, list[Node]],
        deepest: int,
    ) -> None:
        odd: set[str] = set()  # names that stand somewhere with a prefix or in capitals
        for tag in [tag for tag in by_tag if ":" in tag or tag != tag.lower()]:
            name = tag.lower()  # of SVG, some are written with capitals
            if name != tag:
                found = by_tag.pop(tag)
                by_tag[name] = sorted([*by_tag.get(name, ()), *found], key=by_number)
            if ":" in name:
                odd.add(name.rpartition(":")[2])
        for key in by_attribute:
            if ":" in key or key != key.lower():
                odd.update((key.lower(), key.lower().rpartition(":")[2]))
        self._nodes = nodes
        self._odd = odd
        self._deepest = deepest
        self.by_tag, self.by_attribute = dict(by_tag), dict(by_attribute)
        self.there = {"", *(f"<{t}" for t in (*by_tag, *odd)), *by_attribute, *odd}
        self._values: dict[str, Values] = {}  # by name of attribute
        self._kinds: dict[Compound, list[Node]] = {}

    def values(self, attribute: str) -> Values:
        """The elements that have an attribute of this name, by its value."""
        known = self._values.get(attribute)
        if known is None:
            having = self.by_attribute.get(attribute, CHILDLESS)
            known = self._values[attribute] = Values(having, attribute)
        return known

    def bearing(self, start: str) -> list[Node]:
        """Elements that have an attribute whose name begins so."""
        names = [name for name in self.by_attribute if name.startswith(start)]
        found = {n.number: n for name in names for n in self.by_attribute[name]}
        return [found[number] for number in sorted(found)]

    def find(self, paths: tuple[Path, ...]) -> list[Node]:
        """What one of these finds, in document order.

        Raises:
            Doubt: only the parser can tell.
        """
        there = self.there
        found = [some for path in paths if path.keys <= there and (some := self._along(path))]
        if len(found) < 2:
            return found[0] if found else []
        return sorted(chain.from_iterable(found), key=by_number)

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
        found = self.by_tag.get(compound.tag) if compound.tag else None
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
        having = self.by_attribute.get(wanted.name)
        if not having or not wanted.how:
            return having or []
        values = self.values(wanted.name)
        if wanted.value.lower() not in values.letters:
            return []
        some = values.near(wanted)
        fitting = [values.nodes[value] for value in some if wanted.fits(value)]
        if len(fitting) < 2:
            return fitting[0] if fitting else []
        return sorted(chain.from_iterable(fitting), key=by_number)


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

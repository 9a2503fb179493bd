"""Follows paths that count children, as browsers, axe-core and we write where an element is.

The parser's own selectors count the children of a parent anew for each of them, so a page of
hundreds of thousands would stop the program for hours.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from lgaudit.tree.nodes import Node

MOST_CHILDREN = 10_000  # of one parent, where the parser may count: a tenth of a second
COUNTS = ":nth-"
_STEP = re.compile(
    r"(?P<what>[a-zA-Z][a-zA-Z0-9-]*|#-?[a-zA-Z_][\w-]*)?"
    r"(?::nth-(?P<how>child|of-type)\((?P<number>[1-9]\d{0,6})\))?",
    re.ASCII,
)


def follow(
    path: str, called: Callable[[str], Sequence[Node]], css: Callable[[str], Sequence[Node]]
) -> list[Node] | None:
    """What a path such as ``main > p:nth-child(3)`` leads to, in order; None if it is another kind.

    ``called`` gives the elements of a name, ``css`` those of a plain selector.
    """
    found: list[Node] | None = None
    for part in path.split(">"):
        step = _STEP.fullmatch(part.strip(" "))
        what = step["what"] or "" if step else ""
        if step is None or not part.strip(" ") or (step["how"] == "of-type" and not what):
            return None
        if what.startswith("#"):
            if step["how"] or found is not None:
                return None
            found = list(css(what))
            continue
        if found is None:
            if not what:
                return None
            first = called(what.lower())
            if not step["how"]:
                found = list(first)
                continue
            parents = {n.parent.mem_id: n.parent for n in first if n.parent is not None}.values()
        else:
            parents = {n.mem_id: n for n in found}.values()
        found = [child for parent in parents for child in _within(parent, what.lower(), step)]
    return sorted(found or (), key=lambda node: node.number)


def _within(parent: Node, what: str, step: re.Match[str]) -> list[Node]:
    children = [child for child in parent.children if child.is_element_node]
    if step["how"] == "of-type":
        children = [child for child in children if child.tag == what]
    if step["number"]:
        number = int(step["number"])
        children = children[number - 1 : number]
    return [child for child in children if not what or child.tag == what]

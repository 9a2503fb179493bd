"""Which of axe-core's rules this package judges from markup alone, and how a rule is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lgaudit.evaluate.markup.view import View
from lgaudit.tree import Node

UNSURE, UNLESS_HIDDEN, SURE = 0, 1, 2
# One element a rule speaks of: what is wrong with it ('' nothing), and how certain that is.
Item = tuple[Node, str, int]
Judge = Callable[[View], Iterator[Item]]

JUDGED: dict[str, Judge] = {}


def judges(*rules: str) -> Callable[[Judge], Judge]:
    """Enter a function as the one that judges these rules of axe-core."""

    def enter(judge: Judge) -> Judge:
        for rule in rules:
            JUDGED[rule] = judge
        return judge

    return enter


def right(node: Node) -> Item:
    """An element that keeps the rule."""
    return node, "", SURE


def wrong(node: Node, problem: str) -> Item:
    """An element that breaks the rule for certain, unless it is hidden."""
    return node, problem, UNLESS_HIDDEN


def unsure(node: Node, problem: str) -> Item:
    """An element that a person should look at."""
    return node, problem, UNSURE


def told(node: Node, problem: str) -> Item:
    """An element with what is wrong with it, '' for nothing."""
    return wrong(node, problem) if problem else right(node)


def surely(node: Node, problem: str) -> Item:
    """An element that breaks the rule, hidden or not."""
    return node, problem, SURE

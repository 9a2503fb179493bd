"""Which of axe-core's rules this package judges from markup alone, and how a rule is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, lru_cache

from lgaudit import selectors
from lgaudit.evaluate.markup.view import VALUED, View
from lgaudit.tree import Node

UNSURE, UNLESS_HIDDEN, SURE = 0, 1, 2
# One element a rule speaks of: what is wrong with it ('' nothing), and how certain that is.
Item = tuple[Node, str, int]
Judge = Callable[[View], Iterator[Item]]

JUDGED: dict[str, Judge] = {}
# What a page must have for a rule to speak of anything there: all of one of these sets, see
# :attr:`View.there`. Rules that are not here are always asked.
NEEDED: dict[str, tuple[frozenset[str], ...]] = {}


def judges(*rules: str, of: str = "") -> Callable[[Judge], Judge]:
    """Enter a function as the one that judges these rules of axe-core.

    ``of`` is a selector of all that it may speak of: where nothing on a page can be found by it,
    the function is not called. A selector that this cannot read rules nothing out.
    """

    def enter(judge: Judge) -> Judge:
        for rule in rules:
            JUDGED[rule] = judge
            if of and (paths := selectors.read(of)):
                NEEDED[rule] = tuple(_needs(path) for path in paths)
        return judge

    return enter


def idle(there: set[str]) -> frozenset[str]:
    """Rules that speak of nothing in a page where this stands, see :attr:`View.there`."""
    return _idle(_all_needed().intersection(there))


@cache
def _all_needed() -> frozenset[str]:
    return frozenset().union(*[needs for needed in NEEDED.values() for needs in needed])


@lru_cache(maxsize=256)
def _idle(there: frozenset[str]) -> frozenset[str]:
    """Kept, because the pages of a site are made of the same elements."""
    return frozenset(
        rule for rule, needed in NEEDED.items() if not any(needs <= there for needs in needed)
    )


def _needs(path: selectors.Path) -> frozenset[str]:
    return path.keys.union(
        f"{wanted.name}={wanted.value.lower()}"
        for part in (path.last, *(compound for _, compound in path.before))
        for wanted in part.attributes
        if wanted.name in VALUED and wanted.how == "="
    )


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

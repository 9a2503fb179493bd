"""What a rule says of a page by its markup alone, in the words every check uses."""

from __future__ import annotations

from lgaudit import dom
from lgaudit.evaluate.kept import kept
from lgaudit.evaluate.markup.registry import JUDGED, SURE, UNLESS_HIDDEN, idle
from lgaudit.evaluate.markup.view import SHOWN, view_of
from lgaudit.evidence import Page
from lgaudit.models import Outcome, Spot
from lgaudit.tree import Node

MOST = 50  # places named of one rule on one page
_INAPPLICABLE: tuple[Outcome, tuple[Spot, ...]] = (Outcome.INAPPLICABLE, ())
# Elements no style sheet hides, or whose being hidden changes nothing.
_ALWAYS = frozenset(("html", "meta", "body", "area"))


def judge(page: Page, rule: str) -> tuple[Outcome, tuple[Spot, ...]] | None:
    """Outcome and places of one of axe-core's rules, None when markup does not tell.

    An element that a style sheet or a script may hide is for a person to look at.
    """
    judged = JUDGED.get(rule)
    if judged is None:
        return None
    if rule in kept(page, "rules of nothing here", _idle):
        return _INAPPLICABLE
    view = view_of(page)
    broken: list[tuple[Node, str]] = []
    doubtful: list[tuple[Node, str]] = []
    applies = False
    for node, problem, certainty in judged(view):
        applies = True
        if not problem:
            continue
        if certainty == SURE or (
            certainty == UNLESS_HIDDEN and (node.tag in _ALWAYS or view.state(node) == SHOWN)
        ):
            broken.append((node, problem))
        else:
            doubtful.append((node, problem))
    if broken:
        return Outcome.FAILED, _places(broken)
    if doubtful:
        return Outcome.CANT_TELL, _places(doubtful)
    return (Outcome.PASSED if applies else Outcome.INAPPLICABLE), ()


def _idle(page: Page) -> frozenset[str]:
    return idle(view_of(page).there)


def _places(found: list[tuple[Node, str]]) -> tuple[Spot, ...]:
    return tuple(
        Spot(dom.selector_of(node), dom.snippet(node), problem) for node, problem in found[:MOST]
    )

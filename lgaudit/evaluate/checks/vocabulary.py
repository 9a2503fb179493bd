"""How a check is written, named and found.

A check is a function of a page (or of a whole visit) whose keyword-only parameters are the
options a rule file may set::

    @page_check
    def no_link_text(page: Page, *, phrases: Sequence[str]) -> Result: ...

    @site_check
    def unique_titles(visit: Snapshot, *, minimum_pages: int = 2) -> Result: ...

``needs`` names the evidence without which the outcome is ``untested``: "axe", "browser" (any
browser evidence), "requests", "consent" (a first visit's cookies and banner), "quiet" (timings
of the quiet pass), "keyboard", "layout", "motion" (close looks, taken at one page of each
template), "documents", "links", "search" (what the site's own search answered).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar, overload

from lgaudit import dom
from lgaudit.models import Outcome, Scope, Spot
from lgaudit.tree import Node


@dataclass(frozen=True, slots=True)
class Result:
    """What a check saw: an outcome, a sentence, the places, and a measure where there is one."""

    outcome: Outcome
    message: str = ""
    spots: tuple[Spot, ...] = ()
    metric: float | None = None


def _said_often(outcome: Outcome, message: str) -> Result:
    """The same few sentences are said of every page; long ones hold words of the page."""
    return _kept(outcome, message) if len(message) <= 200 else Result(outcome, message)


@lru_cache(maxsize=1024)
def _kept(outcome: Outcome, message: str) -> Result:
    return Result(outcome, message)


_PASSED = Result(Outcome.PASSED)  # most pages keep most rules, and nothing more is said of them
_INAPPLICABLE = Result(Outcome.INAPPLICABLE)


def passed(message: str = "", metric: float | None = None) -> Result:
    """The rule applies and is kept."""
    if not message and metric is None:
        return _PASSED
    return Result(Outcome.PASSED, message, metric=metric)


def inapplicable(message: str = "") -> Result:
    """There is nothing here that the rule speaks of."""
    return _said_often(Outcome.INAPPLICABLE, message) if message else _INAPPLICABLE


def failed(message: str, spots: Iterable[Spot] = (), metric: float | None = None) -> Result:
    """The rule is broken, surely."""
    return Result(Outcome.FAILED, message, tuple(spots), metric)


def cant_tell(message: str, spots: Iterable[Spot] = (), metric: float | None = None) -> Result:
    """A person should look; never counted against a council."""
    return Result(Outcome.CANT_TELL, message, tuple(spots), metric)


def untested(message: str) -> Result:
    """The evidence the rule needs was not gathered."""
    return _said_often(Outcome.UNTESTED, message)


def judged(spots: Iterable[Spot], message: str, applicable: bool = True) -> Result:
    """Failed when there are spots, passed when there are none, inapplicable when told so."""
    found = tuple(spots)
    if found:
        return failed(message, found)
    return passed() if applicable else inapplicable()


def spot(node: Node, message: str = "") -> Spot:
    """The place of an element."""
    return Spot(dom.selector_of(node), dom.snippet(node), message)


MOST_PLACES = 50  # on one page; more would help nobody and take long to name


def places(nodes: Iterable[Node], most: int = MOST_PLACES) -> list[Spot]:
    """The places of the first ``most`` elements."""
    return [spot(node) for node in islice(nodes, most)]


CheckFunction = Callable[..., Result]
F = TypeVar("F", bound=CheckFunction)


@dataclass(frozen=True, slots=True)
class Check:
    """A check with its name, scope, options (name -> default, or REQUIRED) and evidence."""

    name: str
    function: CheckFunction
    scope: Scope
    needs: frozenset[str]
    options: Mapping[str, Any]
    timing: bool = False
    measure: bool = False  # only ever measures: it cannot fail, and its rules need no such example
    review: bool = False  # only ever asks a person to look: its rules show that in place of failing
    # Of which options it can speak without the evidence it needs, from the markup of a page.
    otherwise: Callable[[Mapping[str, Any]], bool] | None = None

    def needed(self, options: Mapping[str, Any]) -> frozenset[str]:
        """The evidence without which it says nothing, with these options."""
        spared = self.otherwise is not None and self.otherwise(options)
        return frozenset() if spared else self.needs


REQUIRED = inspect.Parameter.empty
VOCABULARY: dict[str, Check] = {}


@overload
def page_check(
    function: F,
    *,
    needs: Iterable[str] = ...,
    timing: bool = ...,
    measure: bool = ...,
    review: bool = ...,
    otherwise: Callable[[Mapping[str, Any]], bool] | None = ...,
) -> F: ...
@overload
def page_check(
    function: None = None,
    *,
    needs: Iterable[str] = ...,
    timing: bool = ...,
    measure: bool = ...,
    review: bool = ...,
    otherwise: Callable[[Mapping[str, Any]], bool] | None = ...,
) -> Callable[[F], F]: ...
def page_check(
    function: F | None = None,
    *,
    needs: Iterable[str] = (),
    timing: bool = False,
    measure: bool = False,
    review: bool = False,
    otherwise: Callable[[Mapping[str, Any]], bool] | None = None,
) -> Any:
    """Register a function as a check of one page."""
    return _register(function, Scope.PAGE, needs, timing, measure, review, otherwise)


@overload
def site_check(
    function: F,
    *,
    needs: Iterable[str] = ...,
    timing: bool = ...,
    measure: bool = ...,
    review: bool = ...,
) -> F: ...
@overload
def site_check(
    function: None = None,
    *,
    needs: Iterable[str] = ...,
    timing: bool = ...,
    measure: bool = ...,
    review: bool = ...,
) -> Callable[[F], F]: ...
def site_check(
    function: F | None = None,
    *,
    needs: Iterable[str] = (),
    timing: bool = False,
    measure: bool = False,
    review: bool = False,
) -> Any:
    """Register a function as a check of one visit to a site."""
    return _register(function, Scope.SITE, needs, timing, measure, review)


def _register(
    function: F | None,
    scope: Scope,
    needs: Iterable[str],
    timing: bool,
    measure: bool,
    review: bool,
    otherwise: Callable[[Mapping[str, Any]], bool] | None = None,
) -> Any:
    def enter(target: F) -> F:
        options = {
            p.name: p.default
            for p in inspect.signature(target).parameters.values()
            if p.kind is inspect.Parameter.KEYWORD_ONLY
        }
        name = target.__name__
        if name in VOCABULARY:
            raise ValueError(f"two checks are named {name}")
        VOCABULARY[name] = Check(
            name, target, scope, frozenset(needs), options, timing, measure, review, otherwise
        )
        return target

    return enter(function) if function is not None else enter

"""Things computed once a page or a visit and kept with it: several rules ask the same of one."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from lgaudit.evidence import Page, Snapshot

P = ParamSpec("P")
T = TypeVar("T")


def kept(page: Page, name: str, make: Callable[[Page], T]) -> T:
    """What ``make`` gave for this page, computed when first asked for under this name."""
    # A page is frozen, but its cached properties live in the same place.
    store: dict[str, T] = page.__dict__.setdefault("_kept", {})
    if name not in store:
        store[name] = make(page)
    return store[name]


_EXTRACTS: list[Callable[[Page], object]] = []


def extract(make: Callable[[Page], T]) -> Callable[[Page], T]:
    """A function that takes from a page what site rules compare: plain values, no elements.

    It is asked while the page's tree is there and remembered, so that nobody reads the page again.
    """
    name = f"{make.__module__}.{make.__qualname__}"

    @wraps(make)
    def ask(page: Page) -> T:
        return remembered(page, name, make)

    _EXTRACTS.append(ask)
    return ask


def take_extracts(page: Page) -> None:
    """Ask for all that site rules will want of a page, before its tree is dropped."""
    for ask in _EXTRACTS:
        ask(page)


def remembered(page: Page, name: str, make: Callable[[Page], T]) -> T:
    """Like :func:`kept`, for short values that stay when the page forgets its trees."""
    store: dict[str, T] = page.__dict__.setdefault("_remembered", {})
    if name not in store:
        store[name] = make(page)
    return store[name]


def of_visit(make: Callable[Concatenate[Snapshot, P], T]) -> Callable[Concatenate[Snapshot, P], T]:
    """A function of a visit that is asked once for the same values, and kept with the visit."""
    name = f"{make.__module__}.{make.__qualname__}"

    @wraps(make)
    def ask(visit: Snapshot, /, *more: P.args, **named: P.kwargs) -> T:
        # A snapshot is frozen, but what was read from it may stand beside its fields.
        store: dict[object, T] = visit.__dict__.setdefault("_kept", {})
        key = name, more, tuple(sorted(named.items()))
        if key not in store:
            store[key] = make(visit, *more, **named)
        return store[key]

    return ask

"""Things computed once a page and kept with it: several rules ask the same of one page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from lgaudit.evidence import Page

T = TypeVar("T")


def kept(page: Page, name: str, make: Callable[[Page], T]) -> T:
    """What ``make`` gave for this page, computed when first asked for under this name."""
    # A page is frozen, but its cached properties live in the same place.
    store: dict[str, T] = page.__dict__.setdefault("_kept", {})
    if name not in store:
        store[name] = make(page)
    return store[name]


def remembered(page: Page, name: str, make: Callable[[Page], T]) -> T:
    """Like :func:`kept`, for short strings that stay when the page forgets its trees."""
    store: dict[str, T] = page.__dict__.setdefault("_remembered", {})
    if name not in store:
        store[name] = make(page)
    return store[name]

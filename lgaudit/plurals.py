"""A number and what it counts: said alike on the command line and in reports."""

from __future__ import annotations


def count(number: int, one: str, many: str = "") -> str:
    """'1 page', '1,204 pages'; ``many`` where it is more than an s: '2 boxes', '2 pages are'."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"

"""What holds for all test files: the longest come first, so that two workers end together."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that run the demonstration first, then those with a browser, then the others.

    Workers take whole files in this order (`--dist loadfile --no-loadscope-reorder`). A file that
    takes minutes and comes last would leave the other workers without work for as long.
    """
    longest: dict[str, int] = {}
    for item in items:
        length = 2 if item.get_closest_marker("demo") else 0
        length = length or (1 if item.get_closest_marker("browser") else 0)
        longest[_file(item)] = max(longest.get(_file(item), 0), length)
    items.sort(key=lambda item: -longest[_file(item)])


def _file(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]

"""Work shared out between this process and a copy of it comes back whole and in order."""

from __future__ import annotations

import os
from collections.abc import Sequence

import pytest

from lgaudit import halves


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(halves, "cores", lambda: 2)
    monkeypatch.setattr("threading.active_count", lambda: 1)  # pytest-xdist has threads of its own


def told(items: Sequence[int]) -> list[tuple[int, int]]:
    return [(item, os.getpid()) for item in items]


def test_another_process_does_the_second_half() -> None:
    found = halves.in_two(told, range(11), 4)
    assert [item for item, _ in found] == list(range(11))
    assert [pid == os.getpid() for _, pid in found] == [True] * 5 + [False] * 6


def test_few_things_are_done_here() -> None:
    assert {pid for _, pid in halves.in_two(told, range(3), 4)} == {os.getpid()}


def test_what_the_other_could_not_do_is_done_here() -> None:
    here = os.getpid()

    def work(items: Sequence[int]) -> list[int]:
        if os.getpid() != here:
            raise MemoryError
        return list(items)

    assert halves.in_two(work, range(10), 4) == list(range(10))


def test_what_goes_wrong_here_is_raised() -> None:
    def work(items: Sequence[int]) -> list[int]:
        raise ValueError(len(items))

    with pytest.raises(ValueError, match="5"):
        halves.in_two(work, range(10), 4)

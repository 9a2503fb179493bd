"""What is asked once and remembered: of a run over many sites, only what was met lately."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

T = TypeVar("T")


def keep_newest(known: dict[str, Any], most: int) -> None:
    """Let go what was put in first, until so many are left."""
    while len(known) > most:
        del known[next(iter(known))]


class Asked(Generic[T]):
    """Answers by key. Who asks while somebody asks already gets the same answer.

    Of more than ``most`` answers those that were not wanted for longest are let go, and asked for
    again when somebody wants them. A question that fails is not remembered.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: dict[str, T] = {}  # the last to be wanted last
        self._asking: dict[str, asyncio.Task[T]] = {}

    async def get(self, key: str, ask: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The answer, asked for unless it is known. One who stops waiting stops nobody else."""
        if key in self._known:
            self.know(key, self._known[key])
            return self._known[key]
        task = self._asking.get(key)
        if task is None:
            task = self._asking[key] = asyncio.create_task(ask())
            task.add_done_callback(lambda done: self._heard(key, done))
        return await asyncio.shield(task)

    def know(self, key: str, answer: T) -> None:
        """Remember an answer that came some other way, or that it was wanted again."""
        self._known.pop(key, None)
        self._known[key] = answer
        keep_newest(self._known, self._most)

    def __contains__(self, key: str) -> bool:
        """True when the answer is known."""
        return key in self._known

    def cancel(self) -> None:
        """Stop asking."""
        for task in self._asking.values():
            task.cancel()

    def _heard(self, key: str, task: asyncio.Task[T]) -> None:
        del self._asking[key]
        if not task.cancelled() and task.exception() is None:
            self.know(key, task.result())

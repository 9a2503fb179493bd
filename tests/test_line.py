"""A network that is gone is told apart from sites that do not answer."""

from __future__ import annotations

import pytest

from lgaudit.errors import NetworkDown
from lgaudit.gather.line import Line


class World:
    """Hosts that are there, and who was asked whether they are."""

    def __init__(self, *there: str) -> None:
        self.there, self.asked, self.time = set(there), [], 0.0

    async def ask(self, url: str) -> bool | None:
        self.asked.append(url)
        return url in self.there

    def line(self) -> Line:
        return Line(self.ask, clock=lambda: self.time)


A, B = "https://www.a.gov.uk/", "https://www.b.gov.uk/"


async def test_one_silent_site_costs_one_question_to_another() -> None:
    world = World(B)
    line = world.line()
    line.answered(A)
    line.answered(B)
    world.time = 9.0
    await line.silence(A)
    assert world.asked == [B]


async def test_when_nobody_answers_any_more_it_is_the_network() -> None:
    world = World()
    line = world.line()
    line.expect([A, B])
    with pytest.raises(NetworkDown, match="do not answer any more"):
        await line.silence(A)


async def test_with_nobody_else_to_ask_it_is_the_site() -> None:
    world = World()
    line = world.line()
    line.answered(A)
    world.time = 9.0
    await line.silence(A)
    assert world.asked == []


async def test_strangers_count_only_together_and_at_the_end_of_a_visit() -> None:
    world = World()
    line = world.line()
    line.expect([A])
    await line.silence("https://c.example/")
    assert world.asked == []
    with pytest.raises(NetworkDown):
        await line.settle()

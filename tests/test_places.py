"""Sites are taken up while there is room for their visits."""

from __future__ import annotations

import asyncio
import contextlib

from lgaudit.places import ROOM, SPARE, Places


async def held(places: Places) -> int:
    """How many more visits may be taken up now."""
    taken = 0
    while True:
        more = asyncio.ensure_future(places.acquire())
        await asyncio.sleep(0)
        if not more.done():
            more.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await more
            break
        taken += 1
    for _ in range(taken):
        places.release()
    return taken


async def test_without_judges_as_many_as_may_be_asked() -> None:
    assert await held(Places(5)) == 5


async def test_light_visits_are_held_besides_those_that_are_asked() -> None:
    places = Places(40, least=16)
    assert await held(places) == 40 + SPARE
    for _ in range(100):
        places.weigh(1_000_000)
    assert await held(places) == 40 + SPARE


async def test_fewer_heavy_visits_are_held_but_never_fewer_than_keep_the_judges_busy() -> None:
    places = Places(40, least=16)
    for _ in range(3):
        places.weigh(ROOM // 20)
    assert await held(places) == 20
    places.weigh(ROOM)
    assert await held(places) == 16
    for _ in range(100):
        places.weigh(0)
    assert await held(places) == 40 + SPARE


async def test_without_judges_apart_their_weight_does_not_matter() -> None:
    places = Places(5)
    places.weigh(ROOM)
    assert await held(places) == 5


async def test_whoever_waits_begins_as_soon_as_there_is_room() -> None:
    places = Places(1)
    await places.acquire()
    next_ = asyncio.ensure_future(places.acquire())
    await asyncio.sleep(0)
    assert not next_.done()
    places.release()
    await asyncio.wait_for(next_, 10)


async def test_whoever_is_held_back_begins_when_lighter_visits_come_in() -> None:
    places = Places(1, least=1)
    places.weigh(ROOM)
    await places.acquire()
    next_ = asyncio.ensure_future(places.acquire())
    await asyncio.sleep(0)
    assert not next_.done()
    places.weigh(0)
    await asyncio.wait_for(next_, 10)


async def test_a_visit_that_breaks_frees_its_place() -> None:
    places = Places(1, least=1)
    with contextlib.suppress(ValueError):
        async with places.asking():
            raise ValueError
    async with asyncio.timeout(10), places.asking():
        pass

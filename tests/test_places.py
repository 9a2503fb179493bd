"""Sites are taken up as those that judge keep up with them."""

from __future__ import annotations

import asyncio
import contextlib

from lgaudit.places import SPARE, Places


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


async def test_more_are_taken_up_while_a_judge_has_nothing_to_do() -> None:
    places = Places(40, judges=2, first=4)
    assert await held(places) == 4
    for _ in range(3):
        async with places.asking():
            pass
        places.judged()
    assert await held(places) == 7
    for _ in range(100):
        async with places.asking():
            pass
        places.judged()
    assert await held(places) == 40 + SPARE


async def test_fewer_while_visits_wait_to_be_judged_but_never_fewer_than_at_first() -> None:
    places = Places(40, judges=2, first=4)
    for _ in range(20):
        async with places.asking():
            pass
        places.judged()
    before = places.limit
    for _ in range(2 + SPARE):
        async with places.asking():
            pass
    assert 4 < places.limit < before + 2
    for _ in range(100):
        async with places.asking():
            pass
    assert places.limit == 4


async def test_whoever_waits_begins_as_soon_as_there_is_room() -> None:
    places = Places(1)
    await places.acquire()
    next_ = asyncio.ensure_future(places.acquire())
    await asyncio.sleep(0)
    assert not next_.done()
    places.release()
    await asyncio.wait_for(next_, 10)


async def test_a_visit_that_breaks_frees_its_place_and_counts_as_fetched() -> None:
    places = Places(1, judges=1, first=1)
    await places.acquire()
    with contextlib.suppress(ValueError):
        async with places.asking():
            raise ValueError
    places.judged()
    places.release()
    async with asyncio.timeout(10), places.asking():
        pass

"""A network that is gone is told apart from sites that do not answer."""

from __future__ import annotations

import pytest

from lgaudit.errors import NetworkDown
from lgaudit.evidence import BrowserEvidence, Request
from lgaudit.gather.line import Line
from lgaudit.models import Reason, Verdict


class World:
    """Hosts that are there, and who was asked whether they are."""

    def __init__(self, *there: str) -> None:
        self.there, self.asked, self.time = set(there), [], 0.0

    async def ask(self, url: str) -> bool | None:
        self.asked.append(url)
        return url in self.there

    async def pause(self, seconds: float) -> None:
        self.time += seconds

    def line(self) -> Line:
        return Line(self.ask, clock=lambda: self.time, pause=self.pause)


A, B, C, D = (f"https://www.{name}.gov.uk/" for name in "abcd")


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


async def test_while_nobody_has_answered_the_other_sites_of_the_run_are_asked() -> None:
    world = World(D)
    line = world.line()
    line.hope([A, B, C, D])
    assert await line.silence(A), "the network is there now, so it is worth one more try"
    assert world.asked[0] == B
    assert line.known == (D,)
    await line.settle()
    assert A not in world.asked


async def test_a_run_in_which_nobody_answers_at_all_says_nothing_of_its_sites() -> None:
    world = World()
    line = world.line()
    line.hope([A, B])
    with pytest.raises(NetworkDown, match="Not one site of this run has answered"):
        await line.silence(A)


@pytest.mark.parametrize("answered", [False, True])
async def test_a_run_of_one_site_has_nobody_else_to_ask(answered: bool) -> None:
    world = World()
    line = world.line()
    line.hope([A, "https://a.gov.uk/cymraeg"])
    if answered:
        line.answered(A)
    world.time = 9.0
    await line.silence(A)
    await line.settle()
    assert world.asked == []


async def test_when_the_only_one_that_answered_has_gone_too_others_of_the_run_are_asked() -> None:
    world = World(C)
    line = world.line()
    line.hope([A, B, C])
    line.answered(A)
    world.time = 9.0
    await line.silence(A)
    assert A not in world.asked
    assert line.known[0] == C


async def test_an_answer_that_was_on_its_way_proves_nothing() -> None:
    world = World()
    line = Line(world.ask, clock=lambda: world.time)
    line.hope([A, B])

    async def pause(seconds: float) -> None:
        line.answered(B)  # just after the failure, from before it
        await world.pause(seconds)

    line._pause = pause
    with pytest.raises(NetworkDown):
        await line.silence(B)


async def test_an_answer_that_came_later_does() -> None:
    world = World()
    line = Line(world.ask, clock=lambda: world.time)
    line.hope([A, B])

    async def pause(seconds: float) -> None:
        await world.pause(seconds)
        line.answered(B)

    line._pause = pause
    line.answered(B)
    assert not await line.silence(A), "it was there before and after: A is silent by itself"
    world.time += 9.0
    assert await line.silence(A), "it is there again, and may not have been"
    await line.settle()
    assert world.asked == []


async def test_others_are_asked_again_when_somebody_was_heard_meanwhile() -> None:
    world = World()
    line = world.line()
    line.expect([A, B])
    left = 1

    async def ask(url: str) -> bool | None:
        nonlocal left
        world.asked.append(url)
        world.time += 1.0
        if left:  # an answer from before the network went is read late
            left -= 1
            line.answered(A)
        return False

    line._ask = ask
    with pytest.raises(NetworkDown):
        await line.silence(B)
    assert len(world.asked) > 1


@pytest.mark.parametrize(
    "failed",
    [
        *("net::ERR_CONNECTION_RESET", "net::ERR_EMPTY_RESPONSE", "net::ERR_NAME_NOT_RESOLVED"),
        *("net::ERR_CONTENT_LENGTH_MISMATCH", "net::ERR_INCOMPLETE_CHUNKED_ENCODING"),
        *("net::ERR_SOCKS_CONNECTION_FAILED", "net::ERR_ABORTED"),
    ],
)
async def test_a_page_that_lost_a_file_of_a_known_owner_is_loaded_once_more_and_no_oftener(
    failed: str,
) -> None:
    world = World(B)
    line = world.line()
    line.expect([A, B])
    files = tuple(Request(f"{A}{n}.css", "stylesheet", None, failed=failed) for n in "xy")
    page = BrowserEvidence("", "", B, 200, requests=files)
    assert [await line.seen(B, page), await line.seen(B, page, again=True)] == [True, False]
    assert not await line.seen(B, page), "who failed a page twice costs no other a second load"
    assert await line.seen(B, Verdict(Reason.RESET))
    assert not await line.seen(B, Verdict(Reason.LOGIN))


@pytest.mark.parametrize("failed", ["", "net::ERR_FAILED", "net::ERR_BLOCKED_BY_RESPONSE"])
async def test_what_no_network_is_behind_costs_no_second_load(failed: str) -> None:
    world = World(B)
    line = world.line()
    line.expect([A, B])
    page = BrowserEvidence("", "", B, 200, requests=(Request(A, "image", None, failed=failed),))
    assert not await line.seen(B, page)
    assert world.asked == []


async def test_an_outage_that_cuts_several_pages_has_each_of_them_loaded_again() -> None:
    world = World(B)
    line = world.line()
    line.expect([A, B])
    whole = BrowserEvidence("", "", B, 200)
    cut = BrowserEvidence(
        "", "", B, 200, requests=(Request(A, "image", None, failed="net::ERR_CONNECTION_CLOSED"),)
    )
    assert [await line.seen(B, cut), await line.seen(B, cut)] == [True, True]
    assert not await line.seen(B, whole, again=True)
    assert await line.seen(B, cut), "and so does the next outage"


async def test_a_browser_that_showed_no_page_asks_whether_it_was_the_network() -> None:
    world = World(A)
    line = world.line()
    line.expect([A, B])
    failed = Verdict(Reason.BROWSER_FAILED)
    assert [await line.seen(B, failed), await line.seen(B, failed, again=True)] == [True, False]
    assert not await line.seen(B, failed), "it is the site's own doing"
    world.there.clear()
    with pytest.raises(NetworkDown):
        await line.seen(B, failed)


async def test_a_call_that_a_page_gave_up_itself_costs_no_second_load() -> None:
    world = World(B)
    line = world.line()
    line.expect([A, B])
    page = BrowserEvidence(
        "", "", B, 200, requests=(Request(A, "xhr", None, failed="net::ERR_ABORTED"),)
    )
    assert not await line.seen(B, page)
    assert world.asked == []

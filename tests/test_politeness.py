"""The gate: one at a time, paced, patient, and able to take a hint. No test waits for real."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import dataclass, field

import pytest

from lgaudit.gather import politeness
from lgaudit.gather.politeness import CircuitOpen, Gate, retry_after, user_agent
from lgaudit.settings import Settings

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
URL = "https://www.a.gov.uk/bins"


@dataclass
class Time:
    """A clock that only sleeping moves."""

    now: float = 100.0
    slept: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.now += seconds
        await asyncio.sleep(0)


def gate(time: Time, pace: float = 0.5) -> Gate:
    return Gate(Settings(pace=pace), clock=time.clock, sleep=time.sleep, now=lambda: NOW)


async def once(
    gate: Gate, status: int | None = 200, url: str = URL, seconds: float = 0.0, asked: str = ""
) -> None:
    async with gate.turn(url) as turn:
        if status is None:
            turn.failed()
        else:
            turn.answered(status, seconds=seconds, asked=asked)


async def test_the_pace_is_kept_between_requests_to_one_host() -> None:
    time = Time()
    door = gate(time)
    for _ in range(3):
        await once(door)
    assert time.slept == [0.5, 0.5]


@pytest.mark.parametrize(
    ("busy", "slept"),
    [
        (0.05, 0.45),  # the pace is counted from start to start
        (0.4, 0.4),  # a host rests as long as it was at work
        (1.5, 0.5),  # and never longer than the pace
    ],
)
async def test_an_answers_time_counts_towards_the_pace(busy: float, slept: float) -> None:
    time = Time()
    door = gate(time)
    for _ in range(2):
        async with door.turn(URL) as turn:
            time.now += busy
            turn.answered(200, seconds=busy)
    assert time.slept == [slept]


async def test_other_hosts_do_not_wait() -> None:
    time = Time()
    door = gate(time)
    for n in range(5):
        await once(door, url=f"https://www.c{n}.gov.uk/")
    assert time.slept == []


async def test_http_and_https_are_one_host() -> None:
    time = Time()
    door = gate(time)
    await once(door, url="http://www.a.gov.uk/")
    await once(door, url="https://www.a.gov.uk/x")
    assert time.slept == [0.5]


async def test_one_at_a_time_for_a_host_and_side_by_side_for_others() -> None:
    time = Time()
    door = gate(time, pace=0.0)
    inside: dict[str, int] = {}
    most: dict[str, int] = {}

    async def work(host: str) -> None:
        async with door.turn(f"https://{host}/"):
            inside[host] = inside.get(host, 0) + 1
            most[host] = max(most.get(host, 0), inside[host])
            most["all"] = max(most.get("all", 0), sum(inside.values()))
            await asyncio.sleep(0)
            inside[host] -= 1

    await asyncio.gather(*(work(host) for host in ["a.uk", "b.uk", "c.uk"] * 4))
    assert most["a.uk"] == most["b.uk"] == most["c.uk"] == 1
    assert most["all"] == 3


async def test_crawl_delay_counts_when_it_is_slower_than_ours() -> None:
    time = Time()
    door = gate(time)
    door.crawl_delay(URL, 4)
    await once(door)
    await once(door)
    assert time.slept == [4]
    door.crawl_delay(URL, 0.1)
    assert door.pause(URL) == 0.5


async def test_an_absurd_crawl_delay_is_capped() -> None:
    door = gate(Time())
    door.crawl_delay(URL, 86400)
    assert door.pause(URL) == politeness.LONGEST_DELAY


async def test_retry_after_is_kept() -> None:
    time = Time()
    door = gate(time)
    await once(door, 429, asked="12")
    await once(door)
    assert time.slept == [12]


async def test_a_host_that_asks_for_an_hour_is_left_alone() -> None:
    door = gate(Time())
    await once(door, 503, asked="3600")
    with pytest.raises(CircuitOpen, match="3600"):
        await once(door)
    assert "3600" in door.closed(URL)


async def test_backoff_doubles_and_ends_with_success() -> None:
    time = Time()
    door = gate(time, pace=0.0)
    for _ in range(3):
        async with door.turn(URL) as turn:
            turn.failed(counts=False)
    await once(door)
    await once(door)
    assert time.slept == [1, 2, 4]


async def test_busy_answers_slow_us_down_for_a_while() -> None:
    time = Time()
    door = gate(time, pace=0.1)
    await once(door, 429)
    assert door.pause(URL) == 1.0
    await once(door)
    assert door.pause(URL) == 0.5
    for _ in range(4):
        await once(door)
    assert door.pause(URL) == 0.1


async def test_slow_answers_slow_us_down() -> None:
    time = Time()
    door = gate(time)
    await once(door, seconds=6.0)
    await once(door)
    assert time.slept == [6.0]
    await once(door, seconds=600.0)
    assert door.pause(URL) == politeness.LONGEST_EXTRA


async def test_the_circuit_opens_after_failures_in_a_row() -> None:
    door = gate(Time())
    for _ in range(politeness.FAILURES - 1):
        await once(door, None)
    await once(door)  # one success in between starts the count anew
    for _ in range(politeness.FAILURES):
        await once(door, None)
    with pytest.raises(CircuitOpen, match="in a row"):
        await once(door)
    await once(door, url="https://www.b.gov.uk/")  # nobody else suffers


async def test_a_failure_that_was_the_networks_is_forgiven_and_a_wish_is_not() -> None:
    door = gate(Time())
    for _ in range(politeness.FAILURES):
        async with door.turn(URL) as turn:
            turn.failed()
    assert "in a row" in door.closed(URL)
    door.forgive(URL)
    assert not door.closed(URL)
    await once(door)
    await once(door, 503, asked="9999")
    door.forgive(URL)
    with pytest.raises(CircuitOpen, match="9999"):
        await once(door)


async def test_those_who_wait_learn_that_the_host_has_closed() -> None:
    door = gate(Time())
    async with door.turn(URL) as turn:
        waiting = asyncio.create_task(once(door))
        await asyncio.sleep(0)
        turn.answered(503, asked="9999")
    with pytest.raises(CircuitOpen):
        await waiting


async def test_a_turn_that_says_nothing_still_counts_as_a_visit() -> None:
    time = Time()
    door = gate(time)
    async with door.turn(URL):
        pass  # as a browser lane may do
    await once(door)
    assert time.slept == [0.5]


async def test_a_turn_ends_when_its_work_fails() -> None:
    time = Time()
    door = gate(time)
    with pytest.raises(ValueError, match="broken"):
        async with door.turn(URL):
            raise ValueError("broken")
    await once(door)
    assert time.slept == [0.5]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Mon, 23 Nov 2026 12:00:30 GMT", 30.0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        ("-5", None),
        ("٣", None),
        ("9" * 400, 999999999.0),
        ("Mon, 99 Nov 2026 12:00:30 GMT", None),
    ],
)
def test_retry_after(value: str, expected: float | None) -> None:
    assert retry_after(value, NOW) == expected


def test_user_agent() -> None:
    assert user_agent("web@a.org.uk").endswith("(+web@a.org.uk)")
    assert user_agent("").startswith("lgaudit/")
    assert "council" in user_agent("")
    assert "\n" not in user_agent("a\r\nX-Evil: 1")
    assert user_agent("ŵ)(").isascii()

"""Being a considerate visitor: pace, Retry-After, backoff, and knowing when to leave."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

import lgaudit
from lgaudit import urls
from lgaudit.settings import Settings

PRODUCT = "lgaudit"  # the token robots.txt files may name
LONGEST_DELAY = 30.0  # seconds; a larger Crawl-delay is met with this
PATIENCE = 120.0  # seconds; a host that asks for more is left alone for this run
BACKOFF, LONGEST_BACKOFF = 1.0, 60.0  # seconds
SLOW, LONGEST_EXTRA = 2.0, 10.0  # seconds to first byte; added pause
FAILURES = 5  # requests in a row that fail before a host is left alone
TROUBLE = frozenset({429, 502, 503, 504})
MOST_HOSTS = 4_000  # remembered before those of which there is nothing to remember are let go


def user_agent(contact: str) -> str:
    """Who we are, and where a site owner can reach the person who runs this."""
    plain = "".join(c for c in contact if c.isprintable() and c.isascii() and c not in "()").strip()
    who = f"+{plain}" if plain else "automated audit of UK council websites"
    return f"{PRODUCT}/{lgaudit.__version__} ({who})"


def retry_after(value: str, now: dt.datetime) -> float | None:
    """Seconds a Retry-After header asks for (a number or an HTTP date), or None when unreadable."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=dt.UTC)
    return max(0.0, (when - now).total_seconds())


class CircuitOpen(Exception):
    """The host has been left alone for the rest of this run; the message says why."""


@dataclass(slots=True)
class Turn:
    """One request's leave to go. Say how it went; a turn that says nothing changes nothing."""

    status: int | None = None
    asked: str = ""  # Retry-After, as sent
    seconds: float = 0.0
    began: float = 0.0  # clock time
    fault: bool = False
    counts: bool = True

    def answered(
        self, status: int | None, *, seconds: float = 0.0, asked: str = "", counts: bool = True
    ) -> None:
        """The host answered. ``seconds`` is the wait for its first byte; 0 says nothing of it.

        ``counts`` is False for a request that will be tried again.
        """
        self.status, self.seconds, self.asked, self.counts = status, seconds, asked, counts

    def failed(self, *, counts: bool = True) -> None:
        """The host did not answer."""
        self.fault, self.counts = True, counts


@dataclass(slots=True)
class _Host:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    ready: float = 0.0  # clock time from which the next request may go
    delay: float = 0.0  # what robots.txt asks for
    extra: float = 0.0  # what we add because the host struggles
    strikes: int = 0  # attempts in a row that went wrong
    failures: int = 0  # requests in a row that failed for good
    closed: str = ""
    worn: bool = False  # closed because it failed so often
    wanted: int = 0  # turns under way or waited for

    def plain(self, now: float) -> bool:
        """True when a host that was never met would be treated just as this one."""
        told = self.delay or self.extra or self.strikes or self.failures or self.closed
        return not told and not self.wanted and self.ready <= now


class Gate:
    """One request at a time to each host, a pause apart; shared by every lane.

    The pause is counted from the start of one request to the start of the next. A host that took
    its time over an answer is left alone for as long again, up to the pause.

    The browser lane takes turns too: ``async with gate.turn(url): load the page``.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self._pace = settings.pace
        self._clock, self._sleep, self._now = clock, sleep, now
        self._hosts: dict[str, _Host] = {}
        self._most = MOST_HOSTS

    def crawl_delay(self, url: str, seconds: float | None) -> None:
        """Keep to the Crawl-delay of the host's robots.txt, up to :data:`LONGEST_DELAY`."""
        if seconds is not None and seconds > 0:
            self._host(url).delay = min(float(seconds), LONGEST_DELAY)

    def closed(self, url: str) -> str:
        """Why the host is left alone, or ''."""
        return self._host(url).closed

    def forgive(self, url: str) -> None:
        """The last failure was the network's doing, not the host's."""
        host = self._host(url)
        host.failures, host.strikes = max(0, host.failures - 1), 0
        if host.worn and host.failures < FAILURES:
            host.closed, host.worn = "", False

    def pause(self, url: str) -> float:
        """Seconds now kept between two requests to the host."""
        host = self._host(url)
        return max(self._pace, host.delay, host.extra)

    @asynccontextmanager
    async def turn(self, url: str) -> AsyncIterator[Turn]:
        """Wait until the host may be asked, and hold it for one request.

        Raises:
            CircuitOpen: the host is being left alone.
        """
        host = self._host(url)
        host.wanted += 1
        try:
            async with host.lock:
                if not host.closed and (wait := host.ready - self._clock()) > 0:
                    await self._sleep(wait)
                if host.closed:
                    raise CircuitOpen(host.closed)
                turn = Turn(began=self._clock())
                try:
                    yield turn
                finally:
                    self._settle(host, turn)
        finally:
            host.wanted -= 1

    def _host(self, url: str) -> _Host:
        name = urls.netloc_of(url)
        host = self._hosts.get(name)
        if host is None:
            if len(self._hosts) >= self._most:
                now = self._clock()
                self._hosts = {n: h for n, h in self._hosts.items() if not h.plain(now)}
                self._most = max(MOST_HOSTS, 2 * len(self._hosts))
            host = self._hosts[name] = _Host()
        return host

    def _settle(self, host: _Host, turn: Turn) -> None:
        wait = 0.0
        if turn.fault or turn.status in TROUBLE:
            wait = self._struggled(host, turn)
        elif turn.status is not None:
            host.strikes = host.failures = 0
            slow = turn.seconds if turn.seconds > SLOW else 0.0
            host.extra = min(LONGEST_EXTRA, max(slow, host.extra / 2 if host.extra > 0.1 else 0.0))
        now, pause = self._clock(), max(self._pace, host.delay, host.extra)
        rest = min(pause, now - turn.began)  # at least as long as it was at work for us
        host.ready = max(turn.began + pause, now + max(rest, wait))

    def _struggled(self, host: _Host, turn: Turn) -> float:
        host.strikes += 1
        host.failures += turn.counts
        wait = min(LONGEST_BACKOFF, BACKOFF * 2.0 ** min(host.strikes - 1, 10))
        if turn.status is not None:
            host.extra = min(LONGEST_EXTRA, max(1.0, host.extra * 2))
            asked = retry_after(turn.asked, self._now()) if turn.asked else None
            if asked is not None and asked > PATIENCE:
                host.closed = f"asked us to wait {asked:.0f} seconds"
            wait = max(wait, asked or 0.0)
        if host.failures >= FAILURES:
            host.closed, host.worn = f"{host.failures} requests in a row failed", True
        return wait

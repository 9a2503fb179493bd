"""Whether it is a site that does not answer or this machine that has lost its network.

A request without an answer costs a site the page it was for. When the network here is gone, that
would be every page of every site, and the run would say so of sites that were there all the time.
So when a request fails, others that answered before are asked; if none of them does, the run stops
and loses nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable

from lgaudit import urls
from lgaudit.errors import NetworkDown
from lgaudit.evidence import BrowserEvidence
from lgaudit.gather.asked import keep_newest
from lgaudit.models import Reason, Verdict

# Verdicts that a network that is gone may be behind.
SILENCE = frozenset({Reason.DNS, Reason.REFUSED, Reason.RESET, Reason.TIMEOUT})
ASKED = 5  # others asked; one answer is enough
STRANGERS = 3  # hosts that never answered, in a row, before others are asked
MOST_KNOWN = 10_000  # owners remembered, the last to answer
FRESH = 0.1  # seconds for which an answer proves that the network is there
_CUT = (
    "ERR_CONNECTION_",
    "ERR_INTERNET_",
    "ERR_NETWORK_",
    "ERR_NAME_",
    "ERR_ADDRESS_",
    "TIMED_OUT",
)

Ask = Callable[[str], Awaitable[bool | None]]


class Line:
    """Remembers who answered. ``ask`` says whether an address answers; None: it was not asked."""

    def __init__(self, ask: Ask, clock: Callable[[], float] = time.monotonic) -> None:
        self._ask, self._clock = ask, clock
        self._known: dict[str, str] = {}  # owner -> an address of theirs; the last to answer last
        self._last = float("-inf")  # when anybody answered
        self._silent: dict[str, None] = {}  # owners that failed since then
        self._asking = asyncio.Lock()

    def expect(self, addresses: Iterable[str]) -> None:
        """Addresses that answered in an earlier call of this run."""
        for address in addresses:
            self._known.setdefault(_owner(address), address)

    @property
    def known(self) -> tuple[str, ...]:
        """An address of each that answered, the latest first."""
        return tuple(reversed(self._known.values()))

    def answered(self, url: str) -> None:
        """Somebody answered, whatever it was."""
        self._last = self._clock()
        self._silent.clear()
        owner = _owner(url)
        self._known.pop(owner, None)
        self._known[owner] = url
        keep_newest(self._known, MOST_KNOWN)

    async def silence(self, url: str) -> None:
        """A request got no answer; returns when that is the other side's doing, as far as we know.

        Raises:
            NetworkDown: nobody who answered before does now.
        """
        owner = _owner(url)
        if self._clock() - self._last < FRESH:
            return
        self._silent[owner] = None
        if owner in self._known or len(self._silent) >= STRANGERS:
            await self.sure(but=owner)

    async def sure(self, but: str = "") -> None:
        """Ask others than ``but`` whether they are there.

        Raises:
            NetworkDown: none of them answers.
        """
        since = self._clock()
        async with self._asking:
            others = [url for owner, url in reversed(self._known.items()) if owner != but]
            if self._last > since or not others:
                return
            heard = await asyncio.gather(*(self._ask(url) for url in others[:ASKED]))
            if any(heard):
                self._last = self._clock()
                self._silent.clear()
            elif False in heard and self._last <= since:
                raise NetworkDown(_GONE)

    async def settle(self) -> None:
        """At the end of a visit: make sure, if nothing was heard since somebody was silent.

        Raises:
            NetworkDown: it is the network.
        """
        if self._silent:
            await self.sure()

    async def seen(self, page: BrowserEvidence | Verdict) -> None:
        """Take note of how a browser got on with a page.

        Raises:
            NetworkDown: it got no answer, and nobody else does.
        """
        if isinstance(page, Verdict):
            if page.reason in SILENCE:
                await self.sure()
        elif any(
            _owner(request.url) in self._known
            for request in page.requests
            if request.failed and any(mark in request.failed for mark in _CUT)
        ):
            await self.sure()


_GONE = "The network is gone: sites that answered before do not answer any more."


def _owner(url: str) -> str:
    """Hosts of one owner often fall together; addresses in numbers and ports are told apart."""
    host = urls.host_of(url)
    own = urls.address(host) is not None or urls.is_local_name(host)
    return urls.netloc_of(url) if own else urls.registrable(host)

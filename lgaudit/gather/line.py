"""Whether it is a site that does not answer or this machine that has lost its network.

A request without an answer costs a site the page it was for. When the network here is gone, that
would be every page of every site, and the run would say so of sites that were there all the time.
So when a request fails, others that answered before are asked, and while hardly anybody has, the
other sites of the run; if none of them does, the run stops and loses nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence

from lgaudit import urls
from lgaudit.errors import NetworkDown
from lgaudit.evidence import BrowserEvidence, Request
from lgaudit.gather.asked import keep_newest
from lgaudit.models import Reason, Verdict

# Verdicts that a network that is gone may be behind.
SILENCE = frozenset({Reason.DNS, Reason.REFUSED, Reason.RESET, Reason.TIMEOUT})
ASKED = 5  # others asked; one answer is enough
STRANGERS = 3  # hosts that never answered, in a row, before others are asked
MOST_KNOWN = 10_000  # owners remembered, the last to answer
HOPED = 40  # asked at most while fewer than STRANGERS have answered
FRESH = 1.0  # seconds before and after an answer in which the network is taken to be there
UNDER_WAY = 0.1  # seconds: answers that were on their way when a request failed have come by then
ROUNDS = 3  # times others are asked again because somebody was heard meanwhile
_CUT = (
    "ERR_CONNECTION_",
    "ERR_INTERNET_",
    "ERR_NETWORK_",
    "ERR_NAME_",
    "ERR_ADDRESS_",
    "TIMED_OUT",
    "ERR_EMPTY_RESPONSE",
    "ERR_CONTENT_LENGTH_MISMATCH",  # cut off in the middle
    "ERR_INCOMPLETE_CHUNKED_",
    "ERR_HTTP2_PING_",
    "ERR_SOCKS_",  # our gateway's own words, when it does not know better
    "ERR_PROXY_",
)

_PARTS = ("document", "stylesheet", "script", "image", "font")

Ask = Callable[[str], Awaitable[bool | None]]


class Line:
    """Remembers who answered. ``ask`` says whether an address answers; None: it was not asked."""

    def __init__(
        self,
        ask: Ask,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._ask, self._clock, self._pause = ask, clock, pause
        self._known: dict[str, str] = {}  # owner -> an address of theirs; the last to answer last
        self._hoped: dict[str, str] = {}  # the same of those that have not been heard yet
        self._last = float("-inf")  # when anybody answered
        self._silent: dict[str, None] = {}  # owners that failed since then
        self._stubborn: set[str] = set()  # owners that failed on a page loaded again for their sake
        self._asking = asyncio.Lock()

    def expect(self, addresses: Iterable[str]) -> None:
        """Addresses that answered in an earlier call of this run."""
        for address in addresses:
            self._known.setdefault(_owner(address), address)

    def hope(self, addresses: Iterable[str]) -> None:
        """Addresses of this run that should answer: asked while hardly anybody has."""
        for address in addresses:
            self._hoped.setdefault(_owner(address), address)

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

    def doubted(self, url: str) -> bool:
        """True when the owner has been silent, and nobody was heard since."""
        return _owner(url) in self._silent

    async def silence(self, url: str) -> bool:
        """A request got no answer. False: that is the other side's doing, as far as we know.

        True: the network is there, but may not have been a moment ago, so ask once more.

        Raises:
            NetworkDown: nobody else answers.
        """
        owner, failed, before = _owner(url), self._clock(), self._last
        self._silent[owner] = None
        await self._pause(UNDER_WAY)
        if self._last > failed + UNDER_WAY / 2:
            return before < failed - FRESH
        self._silent[owner] = None
        strange = owner not in self._known and len(self._hoped) < 2
        if strange and len(self._silent) < STRANGERS:
            return False  # links of a single site: many lead nowhere, and others would be asked
        heard = await self.sure(but=owner)
        return heard and not (before >= failed - FRESH and self._clock() <= failed + FRESH)

    async def sure(self, but: str = "") -> bool:
        """Ask others than ``but`` whether they are there; False when there is nobody to ask.

        Raises:
            NetworkDown: none of them answers.
        """
        since = self._clock()
        async with self._asking:
            if self._last > since:
                return True
            for _ in range(ROUNDS):
                since = self._clock()
                heard = await self._hear(self._others(but))
                if heard is not False:
                    return bool(heard)
                if self._last <= since:
                    raise NetworkDown(_GONE if self._known else _NOBODY)
        return True

    def _others(self, but: str) -> Sequence[Sequence[str]]:
        """Whom to ask, first those that answered last, in portions; nobody with one owner alone."""
        hoped = [owner for owner in self._hoped if owner not in self._known]
        hoped.sort(key=self._silent.__contains__)
        owners = [*reversed(self._known), *hoped]
        if len({*owners, *self._silent}) < 2:
            return ()
        others = [self._known.get(o) or self._hoped[o] for o in owners if o != but]
        few = len(self._known) < STRANGERS  # one or two that answered may well have gone since
        return others[:1], others[1:ASKED], others[ASKED:HOPED] if few else ()

    async def _hear(self, portions: Sequence[Sequence[str]]) -> bool | None:
        """Whether any answers; None when nobody was asked."""

        async def asking(url: str) -> bool | None:
            heard = await self._ask(url)
            if heard:
                self.answered(url)
            return heard

        said: list[bool | None] = []
        for portion in portions:
            asked = [asyncio.ensure_future(asking(url)) for url in portion]
            try:
                for one in asyncio.as_completed(asked):
                    said.append(await one)
                    if said[-1]:
                        return True
            finally:
                for task in asked:
                    task.cancel()
        return False if False in said else None

    async def settle(self) -> None:
        """At the end of a visit: make sure, if nothing was heard since somebody was silent.

        Raises:
            NetworkDown: it is the network.
        """
        if self._silent:
            await self.sure()

    async def seen(self, url: str, page: BrowserEvidence | Verdict, again: bool = False) -> bool:
        """Take note of how a browser got on with a page; True when it should be loaded once more.

        ``again``: it has been. Whoever failed it twice costs no other page a second load.

        Raises:
            NetworkDown: it got no answer, and nobody else does.
        """
        if isinstance(page, Verdict):
            if page.reason in SILENCE:
                return await self.sure()
            # It may have waited for the network in vain.
            cut = {_owner(url)} if page.reason is Reason.BROWSER_FAILED else set()
        else:
            cut = {
                owner
                for request in page.requests
                if _is_cut(request) and (owner := _owner(request.url)) in self._known
            }
        if not cut:
            return False
        heard = await self.sure()
        fresh = cut - self._stubborn
        if again or not heard:
            self._stubborn |= cut
        return heard and bool(fresh) and not again


def _is_cut(request: Request) -> bool:
    """True for what a network that goes away leaves; the browser gives up what never came."""
    given_up = "ERR_ABORTED" in request.failed and request.type in _PARTS
    return given_up or any(mark in request.failed for mark in _CUT)


_GONE = "The network is gone: sites that answered before do not answer any more."
_NOBODY = (
    "Not one site of this run has answered yet, so it is this machine's network rather than they."
    " (Sites that really are gone say so when they are audited one by one.)"
)


def _owner(url: str) -> str:
    """Hosts of one owner often fall together; addresses in numbers and ports are told apart."""
    host = urls.host_of(url)
    own = urls.address(host) is not None or urls.is_local_name(host)
    return urls.netloc_of(url) if own else urls.registrable(host)

"""From a name to an address that may be asked: no private networks, no second look-up."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from lgaudit import urls
from lgaudit.gather.asked import keep_newest
from lgaudit.settings import Settings

WORKERS = 64  # look-ups at the same time; each blocks a thread
PATIENCE = 15.0  # seconds for one look-up
FRESH = 600.0  # seconds an answer is kept
UNSURE = 30.0  # seconds a failure that may pass is kept
MOST_NAMES = 10_000  # remembered
AHEAD = 100  # names looked up ahead at the same time
TRIES = 3  # addresses of one name that are tried

ALIAS_PATIENCE = 5.0  # seconds for looking up what a name is an alias of

Lookup = Callable[[str], Iterable[str]]
AliasLookup = Callable[[str], Awaitable[str]]


class NameNotFound(OSError):
    """The name has no address. ``sure`` is False when the look-up itself may be at fault."""

    def __init__(self, message: str, *, sure: bool) -> None:
        super().__init__(message)
        self.sure = sure


class PrivateAddress(OSError):
    """The name leads to an address that is not on the public internet."""


def system_lookup(name: str) -> list[str]:
    """Addresses the operating system gives for a name, IPv4 first as more hosts can reach it."""
    found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    order = sorted(found, key=lambda entry: entry[0] != socket.AF_INET)
    return list(dict.fromkeys(str(entry[4][0]) for entry in order))


async def system_alias(name: str) -> str:
    """The last name that a name's CNAME records lead to, whether or not that exists; or ''."""
    import dns.asyncresolver
    import dns.exception
    import dns.resolver

    resolver = dns.asyncresolver.Resolver()
    resolver.lifetime = ALIAS_PATIENCE
    try:
        found = (await resolver.resolve(name, "A", raise_on_no_answer=False)).canonical_name
    except dns.resolver.NXDOMAIN as error:
        found = error.canonical_name
    except (dns.exception.DNSException, OSError):
        return ""
    alias = str(found).rstrip(".").lower()
    return "" if alias == name else alias


class Resolver:
    """Looks names up in threads, remembers the answers, refuses private ones.

    ``Settings.name_map`` comes first; with ``Settings.only_mapped`` no other name exists.
    """

    def __init__(
        self,
        settings: Settings,
        lookup: Lookup = system_lookup,
        alias: AliasLookup = system_alias,
    ) -> None:
        self._map = {k.lower(): v for k, v in settings.name_map.items()}
        self._only_mapped = settings.only_mapped
        self._allow_private = settings.allow_private
        self._lookup = lookup
        self._alias = alias
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="names")
        self._known: dict[str, tuple[float, asyncio.Task[list[str]]]] = {}
        self.proven = False  # a look-up has succeeded, so "no such name" can be believed

    def close(self) -> None:
        """Let go of the threads; look-ups under way are not waited for."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def mapped(self, host: str) -> bool:
        """True when the settings say where this name is."""
        return bool(self._map.get(host))

    def believable(self, url: str) -> bool:
        """Whether "no such name" can be believed: look-ups work, or the settings say so."""
        host = urls.host_of(url)
        return self.proven or self.given(host)

    async def gone(self, url: str) -> bool:
        """True when a second look-up, some time after the first, finds no such name either."""
        host = urls.host_of(url)
        if self.given(host):
            return True
        try:
            await self._ask(host)
        except NameNotFound as error:
            return error.sure and self.proven
        return False

    def given(self, host: str) -> bool:
        """True when no look-up is needed to know about this name: the settings say where it is."""
        return host in self._map or self._only_mapped or host.endswith(".invalid")

    async def alias(self, host: str) -> str:
        """The other name this one is only an alias of, or ''. Names that are given have none."""
        asks_the_world = self._alias is system_alias
        if asks_the_world and self.given(host):
            return ""
        return await self._alias(host)

    async def warm(self, hosts: Iterable[str]) -> None:
        """Look many names up at once, so that a long list of sites need not wait one by one."""
        left = iter(hosts)

        async def look_up() -> None:
            for host in left:
                with contextlib.suppress(OSError):
                    await self.addresses(host, 0)

        await asyncio.gather(*(look_up() for _ in range(AHEAD)))

    async def addresses(self, host: str, port: int) -> list[tuple[str, int]]:
        """Approved addresses to connect to, best first.

        Raises:
            NameNotFound: the name has no address.
            PrivateAddress: it has only private ones, and those are not allowed.
        """
        host = host.strip("[]").rstrip(".").lower()
        if host in self._map:
            return [self._from_map(host, port)]
        if urls.address(host) is not None:  # the fetcher has decided on literal addresses already
            return [(host, port)]
        if urls.is_local_name(host):
            return [("127.0.0.1", port)]
        if not host or self._only_mapped or host.endswith(".invalid"):  # RFC 6761, and mere dots
            raise NameNotFound(f"there is no host named {host}", sure=True)
        found = await self._cached(host)
        public = [ip for ip in found if self._allow_private or not urls.is_private_address(ip)]
        if not public:
            raise PrivateAddress(f"{host} leads to a private address ({found[0]})")
        return [(ip, port) for ip in public[:TRIES]]

    def _from_map(self, host: str, port: int) -> tuple[str, int]:
        target = self._map[host]
        if not target:
            raise NameNotFound(f"there is no host named {host}", sure=True)
        address, colon, given = target.rpartition(":")
        if colon and given.isdigit():
            return address.strip("[]"), int(given)
        return target, port

    def forget(self, host: str) -> None:
        """Look a name up again when it is next wanted, if it could not be found."""
        _, task = self._known.get(host, (0.0, None))
        if task is not None and task.done() and (task.cancelled() or task.exception()):
            del self._known[host]

    async def _cached(self, host: str) -> list[str]:
        now = asyncio.get_running_loop().time()
        until, task = self._known.get(host, (0.0, None))
        if task is None or (task.done() and now > until):
            task = asyncio.create_task(self._ask(host))
            task.add_done_callback(_look)
            self._known[host] = (now + FRESH, task)
            keep_newest(self._known, MOST_NAMES)
        try:
            # Shielded: one impatient visitor must not cancel the look-up the others wait for.
            return await asyncio.shield(task)
        except NameNotFound as error:
            if not error.sure:
                self._known[host] = (min(until or now + FRESH, now + UNSURE), task)
            raise

    async def _ask(self, host: str) -> list[str]:
        for last in (False, True):
            try:
                return await self._ask_once(host)
            except NameNotFound as error:
                again = isinstance(error.__cause__, OSError) and not error.sure
                if last or not again or isinstance(error.__cause__, TimeoutError):
                    raise
        return []

    async def _ask_once(self, host: str) -> list[str]:
        loop = asyncio.get_running_loop()
        try:
            work = loop.run_in_executor(self._pool, lambda: list(self._lookup(host)))
            found = await asyncio.wait_for(work, PATIENCE)
        except TimeoutError as error:
            raise NameNotFound(f"looking up {host} took too long", sure=False) from error
        except (OSError, UnicodeError) as error:
            sure = getattr(error, "errno", None) != socket.EAI_AGAIN
            raise NameNotFound(f"there is no host named {host}", sure=sure) from error
        if not found:
            raise NameNotFound(f"there is no host named {host}", sure=True)
        # Networks without the internet often answer for their own machines, which proves nothing.
        self.proven = self.proven or any(not urls.is_private_address(ip) for ip in found)
        return found


def _look(task: asyncio.Task[list[str]]) -> None:
    """Take note of the failure, so that asyncio does not complain when nobody waits any more."""
    if not task.cancelled():
        task.exception()

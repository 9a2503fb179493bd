"""The HTTP client: HTTP/2, no proxies, no kept cookies, connections only through the guard."""

from __future__ import annotations

import contextlib
import http.cookiejar
import ssl
import time
from collections.abc import Callable

from lgaudit.errors import SettingsError
from lgaudit.gather import decode
from lgaudit.gather.guard import GuardedBackend
from lgaudit.gather.http import httpcore, httpx
from lgaudit.gather.politeness import user_agent
from lgaudit.gather.resolve import Resolver
from lgaudit.settings import Settings

CONNECT = 10.0  # seconds for one connection, TLS included
KEPT = 30.0  # seconds an idle connection is kept
OF_ONE = 10  # connections to one server, which is asked one thing at a time
LANGUAGE = "en-GB,en;q=0.9,cy;q=0.8"


Clock = Callable[[], float]
_Server = tuple[bytes, bytes, int]  # scheme, host and port


class Pools(httpcore.AsyncConnectionPool):
    """A small pool for each server.

    One for all of them compares all idle connections with each other, twice a request.
    """

    def __init__(
        self, most: int, make: Callable[[], httpcore.AsyncConnectionPool], clock: Clock
    ) -> None:
        super().__init__()
        self._most, self._make, self._clock = most, make, clock
        self._pools: dict[_Server, httpcore.AsyncConnectionPool] = {}  # last used last
        self._used: dict[_Server, float] = {}
        self._swept = clock()

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        """Send a request to its server."""
        now, asked = self._clock(), request.url.origin
        server = (asked.scheme, asked.host, asked.port)
        full = server not in self._pools and len(self._pools) >= self._most
        if full or now - self._swept > KEPT / 4:
            await self._sweep(now)
        pool = self._pools.pop(server, None) or self._make()
        self._pools[server], self._used[server] = pool, now
        return await pool.handle_async_request(request)

    async def aclose(self) -> None:
        """Close every connection."""
        pools = list(self._pools.values())
        self._pools.clear()
        self._used.clear()
        for pool in pools:
            await pool.aclose()

    async def _sweep(self, now: float) -> None:
        """Close what has been idle for long, and where there is no room the longest idle.

        None is closed before all are taken out, because others ask and sweep meanwhile.
        """
        self._swept = now
        over = len(self._pools) - self._most + 1
        ended = []
        for server, pool in list(self._pools.items()):
            if over <= 0 and now - self._used[server] < KEPT:
                break
            if now > self._used[server] and all(c.is_idle() for c in pool.connections):
                over -= 1
                del self._pools[server], self._used[server]
                ended.append(pool)
        for pool in ended:
            with contextlib.suppress(Exception):  # of another server than the one asked now
                await pool.aclose()


class _Transport(httpx.AsyncHTTPTransport):
    """httpx's transport over pools whose connections go through the guard."""

    def __init__(self, settings: Settings, context: ssl.SSLContext, resolver: Resolver) -> None:
        super().__init__(verify=context, http2=True, trust_env=False)

        def pool() -> httpcore.AsyncConnectionPool:
            return httpcore.AsyncConnectionPool(
                ssl_context=context,
                max_connections=OF_ONE,
                max_keepalive_connections=1,
                keepalive_expiry=KEPT,
                http1=True,
                http2=True,
                network_backend=GuardedBackend(resolver),
            )

        self._pool = Pools(max(100, 3 * settings.sites), pool, time.monotonic)


def trust(ca_file: str) -> ssl.SSLContext:
    """A context that trusts the usual authorities and the one in this file, if any.

    Raises:
        SettingsError: the certificate authority file cannot be used.
    """
    context = httpx.create_ssl_context(trust_env=False)
    if ca_file:
        try:
            context.load_verify_locations(ca_file)
        except (OSError, ssl.SSLError) as error:
            raise SettingsError(
                f"ca_file: {ca_file} cannot be used: {error}. Give a PEM file."
            ) from error
    return context


def open_client(settings: Settings, resolver: Resolver) -> httpx.AsyncClient:
    """A client that trusts the usual authorities and the one in the settings.

    Raises:
        SettingsError: the certificate authority file cannot be used.
    """
    context = trust(settings.ca_file)
    connect = min(CONNECT, settings.timeout)
    nothing = http.cookiejar.DefaultCookiePolicy(allowed_domains=())
    return httpx.AsyncClient(
        transport=_Transport(settings, context, resolver),
        timeout=httpx.Timeout(settings.timeout, connect=connect, pool=None),
        follow_redirects=False,
        trust_env=False,
        cookies=http.cookiejar.CookieJar(policy=nothing),
        headers={
            "user-agent": user_agent(settings.contact),
            "accept-encoding": decode.ACCEPTED,
            "accept-language": LANGUAGE,
        },
    )

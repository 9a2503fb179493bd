"""The HTTP client: HTTP/2, no proxies, no kept cookies, connections only through the guard."""

from __future__ import annotations

import http.cookiejar
import ssl

from lgaudit.errors import SettingsError
from lgaudit.gather import decode
from lgaudit.gather.guard import GuardedBackend
from lgaudit.gather.http import httpcore, httpx
from lgaudit.gather.politeness import user_agent
from lgaudit.gather.resolve import Resolver
from lgaudit.settings import Settings

CONNECT = 10.0  # seconds for one connection, TLS included
KEPT = 30.0  # seconds an idle connection is kept
LANGUAGE = "en-GB,en;q=0.9,cy;q=0.8"


class _Transport(httpx.AsyncHTTPTransport):
    """httpx's transport over a pool whose connections go through the guard."""

    def __init__(self, settings: Settings, context: ssl.SSLContext, resolver: Resolver) -> None:
        super().__init__(verify=context, http2=True, trust_env=False)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=max(100, 3 * settings.sites),
            max_keepalive_connections=2 * settings.sites,
            keepalive_expiry=KEPT,
            http1=True,
            http2=True,
            network_backend=GuardedBackend(resolver),
        )


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

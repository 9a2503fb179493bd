"""One-off looks at a site: an address that cannot exist, its protocol, its styles and scripts."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from lgaudit import urls
from lgaudit.evidence import Page, Request
from lgaudit.gather import discover
from lgaudit.gather.answer import Response
from lgaudit.gather.fetch import Fetcher
from lgaudit.models import Kind, Site

MOST_ASSETS = 30
LARGEST_ASSET = 3_000_000  # bytes
SCRIPT_START = 3_000  # bytes kept of each script


def made_up_address(home: str, seed: int) -> str:
    """An address on the host of ``home`` that nobody can have given a page."""
    mark = hashlib.sha256(f"{seed}\n{home}".encode("utf-8", "replace")).hexdigest()[:12]
    return urls.normalise(f"/lgaudit-no-such-page-{mark}", home) or home


async def not_found(
    fetcher: Fetcher, site: Site, home: Page, hosts: Collection[str], seed: int
) -> Page | None:
    """The site's answer to an address that cannot exist, or None when it gave none."""
    url = made_up_address(home.final_url, seed)
    page = await fetcher.get(url, site=site, hosts=hosts, kind=Kind.NOT_FOUND)
    return page if page.status is not None else None


async def assets(
    fetcher: Fetcher, site: Site, home: Page, hosts: Collection[str]
) -> tuple[tuple[Request, ...], tuple[tuple[str, str], ...]]:
    """The home page's own stylesheets and scripts, fetched once; other owners' are left alone.

    With them the first characters of each script, where libraries say their name and version.
    """
    plan = fetcher.plan(site=site, hosts=hosts, stay=True, limit=LARGEST_ASSET)
    own = [
        (url, kind)
        for url, kind in discover.assets_of(home)
        if urls.same_site(site.homepage, url, hosts)
    ]
    found, starts = [], []
    for url, kind in own[:MOST_ASSETS]:
        answer = await fetcher.request(url, plan)
        found.append(asset_of(answer, kind))
        if kind == "script" and answer.verdict.ok and answer.status == 200:
            starts.append((url, answer.body[:SCRIPT_START].decode("utf-8", "replace")))
    return tuple(found), tuple(starts)


def asset_of(answer: Response, kind: str) -> Request:
    """A response as the request of a page load."""
    return Request(
        url=answer.url,
        type=kind,
        status=answer.status,
        headers=answer.headers,
        transferred=answer.transferred,
        decoded=len(answer.body),
        protocol=protocol(answer.http_version),
        failed="" if answer.verdict.ok else answer.verdict.reason.value,
    )


def protocol(http_version: str) -> str:
    """ "HTTP/2" as ALPN spells it: "h2"."""
    return "h2" if http_version == "HTTP/2" else http_version.lower()


def alpn(home: Page) -> str:
    """What the main host negotiated over TLS, or '' when it speaks no TLS."""
    return protocol(home.http_version) if home.final_url.startswith("https:") else ""

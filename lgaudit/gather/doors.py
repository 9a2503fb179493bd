"""The ways into a site: http and https, with and without www; its TLS; its security.txt.

Each address is asked for once, its head only. robots.txt is not asked again: the home page that
these lead to was allowed already, and most of these only say where it is.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from lgaudit import urls
from lgaudit.evidence import Handshake, Page
from lgaudit.gather.answer import page_of
from lgaudit.gather.fetch import Fetcher
from lgaudit.gather.handshakes import Doorbell
from lgaudit.models import Kind, Reason, Site, Verdict

LARGEST_TEXT = 64 * 1024  # bytes of security.txt
SECURITY_TXT = "/.well-known/security.txt"
_NO_HEAD = (405, 501)


def names_of(home: Page) -> tuple[str, ...]:
    """The host of the home page, then its name without and with www; () for odd ports and IPs."""
    host = urls.host_of(home.final_url)
    plain = urls.registrable(host)
    if urls.netloc_of(home.final_url) != host or "." not in plain or urls.address(host):
        return ()
    if urls.is_local_name(host):
        return ()
    return tuple(dict.fromkeys((host, plain, f"www.{plain}")))


async def knock(
    fetcher: Fetcher, site: Site, home: Page, hosts: Collection[str]
) -> tuple[Page, ...]:
    """Where each way in leads; the home page itself, seen already, is left out."""
    found = []
    for name in names_of(home):
        for scheme in ("http", "https"):
            url = f"{scheme}://{name}/"
            if url != home.final_url:
                found.append(await _one(fetcher, url, site, hosts))
    return tuple(found)


async def _one(fetcher: Fetcher, url: str, site: Site, hosts: Collection[str]) -> Page:
    plan = fetcher.plan(site=site, hosts=hosts, obey=False, limit=0, retries=0)
    answer = await fetcher.head(url, plan)
    if answer.status in _NO_HEAD:
        answer = await fetcher.request(url, plan)
    page = replace(page_of(answer, kind=Kind.HOME), body=b"", sampled=False)
    if page.verdict.reason is Reason.DNS:
        resolver = fetcher.resolver
        asked = page.final_url or url
        if not (resolver.believable(asked) and await resolver.gone(asked)):
            unsure = Verdict(Reason.TIMEOUT, "the name could not be looked up")
            page = replace(page, verdict=unsure)
    return page


async def handshakes(fetcher: Fetcher, home: Page) -> tuple[Handshake, ...]:
    """How the site's own names begin to speak TLS, those that can be reached."""
    names = names_of(home)
    if not names:
        return ()
    bell = Doorbell(fetcher)
    rung = [await bell.ring(name, ask_old=name == names[0]) for name in names]
    return tuple(found for found in rung if found is not None)


async def security_txt(
    fetcher: Fetcher, site: Site, home: Page, hosts: Collection[str]
) -> Page | None:
    """The answer to /.well-known/security.txt, or None when none came or robots.txt forbids it."""
    where = urls.normalise(SECURITY_TXT, home.final_url)
    if where is None:
        return None
    plan = fetcher.plan(site=site, hosts=hosts, limit=LARGEST_TEXT)
    plan = replace(plan, accept="text/plain,*/*;q=0.5")
    answer = await fetcher.request(where, plan)
    if answer.status is None or answer.verdict.reason is Reason.ROBOTS:
        return None
    return replace(page_of(answer), sampled=False)

"""A visit made of answers that somebody else gathered: nothing is asked for, no browser looks.

It says what it does not know: no probe was made and no link was asked, and the site may have pages
that the archive does not hold, so its crawl counts as one that broke off.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from lgaudit import urls
from lgaudit.evidence import Coverage, Exchange, Page, Probes, Snapshot
from lgaudit.gather import decode, discover, kinds, sample
from lgaudit.gather.answer import Response, is_html, page_of
from lgaudit.gather.frontier import key_of, template_hint
from lgaudit.gather.sample import Candidate, Sampled
from lgaudit.gather.verdict import classify
from lgaudit.gather.visited import Visited, is_page
from lgaudit.models import OK, Kind, Reason, Site, Verdict
from lgaudit.settings import Settings

STOPPED = "archive"  # why such a visit ended
MOST_ADDRESSES = 500_000  # remembered of one archive
NOT_LINKED = 4  # clicks from the home page, of a page that no other page kept links to
_REDIRECTS = range(300, 400)


@dataclass
class Survey:
    """Which pages an archive holds, by host, without their content."""

    pages: dict[str, set[str]] = field(default_factory=dict)
    count: int = 0

    def add(self, exchange: Exchange) -> None:
        """Take in one answer."""
        url = urls.normalise(exchange.url)
        if url and self.count < MOST_ADDRESSES and _is_html(exchange):
            host = self.pages.setdefault(urls.netloc_of(url), set())
            self.count += url not in host
            host.add(url)

    @property
    def homepage(self) -> str:
        """The front of the host with the most pages; '' when there is no page at all."""
        hosts = sorted(self.pages, key=lambda h: (-len(self.pages[h]), h))
        if not hosts:
            return ""
        secure = any(url.startswith("https:") for url in self.pages[hosts[0]])
        return f"{'https' if secure else 'http'}://{hosts[0]}/"

    def wanted(self, site: Site, settings: Settings) -> tuple[set[str], int]:
        """Addresses to look at, which only the seed decides, and how many the site has in all."""
        own = [u for found in self.pages.values() for u in found if _is_own(u, site)]
        home = urls.normalise(site.homepage) or site.homepage
        ranked = sorted(own, key=lambda u: (not _same(u, home), sample.rank(settings.seed, u), u))
        return set(ranked[: settings.crawl_pages]), len(own)


def visit(
    site: Site,
    answers: Iterable[Exchange],
    wanted: set[str],
    found: int,
    settings: Settings,
    when: dt.datetime | None,
) -> Snapshot:
    """The answers at the addresses wanted, classified and sampled as after a crawl."""
    visited, robots = Visited(), ""
    room = settings.site_bytes
    for exchange in answers:
        url = urls.normalise(exchange.url)
        if url is None or not _is_own(url, site):
            continue
        if urls.path_of(url) == "/robots.txt" and exchange.status == 200:
            robots = _unpacked(exchange, 500_000).body.decode("utf-8", "replace")
        elif url in wanted and _is_html(exchange) and not visited.seen_at(url):
            answer = _unpacked(exchange, min(settings.page_bytes, room))
            room = max(0, room - len(answer.body))
            visited.keep(_page(answer, site))
    return _snapshot(site, visited, robots, found, settings, when)


def _page(answer: Response, site: Site) -> Page:
    page = page_of(answer)
    page = page.but(verdict=classify(page, site))
    home = urls.normalise(site.homepage) or site.homepage
    if _same(page.url, home):
        return page.but(kind=Kind.HOME)
    return page.but(kind=kinds.kind_of_page(page, "", home)) if page.verdict.ok else page


def _snapshot(
    site: Site,
    visited: Visited,
    robots: str,
    found: int,
    settings: Settings,
    when: dt.datetime | None,
) -> Snapshot:
    depths = _depths(visited.pages)
    pages = [page.but(depth=depths[key]) for key, page in visited.pages.items()]
    candidates = [
        Candidate(p.url, p.kind, p.depth, template_hint(p.url)) for p in pages if is_page(p)
    ]
    chosen = sample.choose(candidates, pages=settings.pages, seed=settings.seed)
    kept = _sampled(pages, chosen, visited)
    lost = tuple(sorted((p.url, p.verdict) for p in pages if not p.verdict.ok))
    home = next((p.verdict for p in pages if p.kind is Kind.HOME), None)
    seen = OK if any(p.verdict.ok for p in pages) else None
    nothing = Verdict(Reason.NOT_HTML, "the archive holds no page of this site")
    return Snapshot(
        site=site,
        verdict=home or seen or (lost[0][1] if lost else nothing),
        pages=kept,
        lost=lost,
        probes=Probes(robots_txt=robots),
        coverage=Coverage(
            found=found,
            eligible=len(candidates),
            sampled=len(chosen),
            audited=sum(p.sampled and p.verdict.ok for p in kept),
            lost=dict(sorted(Counter(v.reason.value for _, v in lost).items())),
            stopped=STOPPED,
        ),
        started=when,
        finished=when,
    )


def _sampled(
    pages: Sequence[Page], chosen: Sequence[Sampled], visited: Visited
) -> tuple[Page, ...]:
    """Sampled pages in sample order, then the others that a resident may see."""
    strata = {c.url: c.stratum for c in chosen}
    place = {c.url: number for number, c in enumerate(chosen)}
    shown = [
        p.but(
            sampled=p.url in strata,
            stratum=strata.get(p.url, ""),
            verdict=OK if p.url in visited.same_text else p.verdict,
        )
        for p in pages
        if p.url in strata or p.verdict.ok or p.url in visited.same_text
    ]
    return tuple(sorted(shown, key=lambda p: (place.get(p.url, len(place)), p.url)))


def _depths(pages: Mapping[str, Page]) -> dict[str, int]:
    """Clicks from the home page over the pages that are kept, by key."""
    depths = {key: 0 for key, page in pages.items() if page.kind is Kind.HOME}
    edge = list(depths)
    while edge:
        reached = []
        for key in edge:
            for link in discover.links_of(pages[key]):
                other = key_of(link.url)
                if other in pages and other not in depths:
                    depths[other] = depths[key] + 1
                    reached.append(other)
            pages[key].forget()
        edge = reached
    return {key: depths.get(key, NOT_LINKED) for key in pages}


def _unpacked(exchange: Exchange, limit: int) -> Response:
    """The answer with its body unpacked; many programs keep it unpacked and do not say so."""
    verdict, body = exchange.verdict, exchange.body
    answer = Response(
        exchange.url, exchange.url, verdict, exchange.status, exchange.headers, body,
        http_version=exchange.http_version,
    )  # fmt: skip
    try:
        collected = decode.Body(answer.packing, limit)
        collected.feed(body)
        body = collected.content() or body
    except decode.TooLarge:
        verdict, body = Verdict(Reason.TOO_LARGE, f"longer than {limit} bytes"), b""
    except decode.Broken:
        body = body[:limit]
    return Response(
        exchange.url, exchange.url, verdict, exchange.status, exchange.headers, body,
        http_version=exchange.http_version,
    )  # fmt: skip


def _is_html(exchange: Exchange) -> bool:
    if exchange.status is None or exchange.status in _REDIRECTS:
        return False
    return is_html(
        Response("", "", status=exchange.status, headers=exchange.headers, body=exchange.body)
    )


def _is_own(url: str, site: Site) -> bool:
    return urls.same_site(site.homepage, url, [urls.netloc_of(site.homepage)])


def _same(url: str, home: str) -> bool:
    return key_of(url) == key_of(home)

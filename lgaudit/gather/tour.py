"""The stages of one visit: arrive, probe, wander, choose, look at documents and links, account."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from lgaudit import urls
from lgaudit.evidence import (
    Coverage,
    Document,
    Feed,
    LinkCheck,
    Page,
    PdfFacts,
    PrivateNote,
    Probes,
    Question,
    SiteSearch,
)
from lgaudit.gather import (
    attachments,
    discover,
    doors,
    feeds,
    hosts,
    kinds,
    links,
    probes,
    sample,
    searching,
    sitemaps,
)
from lgaudit.gather.attachments import Attachments
from lgaudit.gather.budget import Budget
from lgaudit.gather.fetch import Fetcher
from lgaudit.gather.frontier import Entry, Frontier, key_of, template_hint
from lgaudit.gather.links import Links
from lgaudit.gather.sample import Candidate, Sampled
from lgaudit.gather.verdict import classify
from lgaudit.gather.visited import Visited, is_page
from lgaudit.models import OK, Kind, Reason, Site, Verdict
from lgaudit.settings import Settings

WALLS = (Reason.BLOCKED, Reason.CAPTCHA)
MOST_WALLS = 5  # block pages in a row before the site is taken at its word
ROUNDS = 4  # times the sample is drawn anew because addresses turned out not to be pages
MOST_SOUGHT = 40  # pages that councils must have, asked for before others
MOST_NOT_SAMPLED = 5_000  # addresses listed
USUAL_STATEMENTS = ("/accessibility-statement", "/accessibility", "/hygyrchedd")
FOLLOWED = (Reason.OK, Reason.EMPTY_SHELL, Reason.DUPLICATE)  # pages whose links lead on

Progress = Callable[[str], None]
Lost = tuple[tuple[str, Verdict], ...]


class Tour:
    """The state of one visit. One host is asked one thing at a time, so the order is fixed."""

    def __init__(
        self,
        site: Site,
        settings: Settings,
        fetcher: Fetcher,
        progress: Progress,
        clock: Callable[[], float],
    ) -> None:
        self.site, self.settings, self.fetcher = site, settings, fetcher
        self.progress = progress
        self.home = urls.normalise(site.homepage) or site.homepage
        homes = [site.homepage, site.welsh_homepage]
        homes += [home for c in site.councils for home in (c.homepage, c.welsh_homepage)]
        self.hosts = {urls.netloc_of(home) for home in homes if home}
        self.budget = Budget(settings, clock)
        self.frontier = Frontier(self.home, self.hosts, settings.seed)
        self.visited = Visited()
        self.attachments = Attachments(site, self.hosts)
        self.linked = Links(site, self.hosts)
        self._not_found: Page | None = None
        self._walls = 0

    async def arrive(self) -> Page:
        """The home page; it may redirect anywhere, and where it ends belongs to the site."""
        entry = self.frontier.start(self.home)
        page = await self.fetcher.get(
            self.home, site=self.site, hosts=self.hosts, kind=Kind.HOME, stay=False
        )
        if page.status is not None:
            self.hosts.add(urls.netloc_of(page.final_url))
        return self._take(page, entry)

    async def probe(self, home: Page) -> Probes:
        """One-off looks at the site, and the sitemaps it names."""
        rules = await self.fetcher.robots(home.final_url, self.site)
        self._not_found = await probes.not_found(
            self.fetcher, self.site, home, self.hosts, self.settings.seed
        )
        assets, starts = await probes.assets(self.fetcher, self.site, home, self.hosts)
        self.budget.spend(sum(asset.transferred for asset in assets))
        welsh = urls.normalise(self.site.welsh_homepage) if self.site.welsh_homepage else None
        if welsh and not self.visited.seen_at(welsh):
            await self._fetch(self.frontier.start(welsh))
        named = await self._read_sitemaps(home, rules.sitemaps)
        await self._find_statement(home)
        return Probes(
            self._not_found,
            probes.alpn(home),
            rules.text,
            named,
            assets,
            starts,
            doors=await doors.knock(self.fetcher, self.site, home, self.hosts),
            handshakes=await doors.handshakes(self.fetcher, home),
            security_txt=await doors.security_txt(self.fetcher, self.site, home, self.hosts),
        )

    async def wander(self) -> None:
        """Follow links outwards from the home page, then try what only sitemaps name.

        Some of the pages are kept back for the sample, which may choose addresses not seen yet,
        and some for pages that councils must have, wherever they stand.
        """
        keep = min(self.settings.pages, self.settings.crawl_pages // 2)
        room = min(MOST_SOUGHT, self.settings.crawl_pages // 3)
        await self._follow_links(keep + room)
        for _ in range(room):
            entry = self.frontier.next_sought() if self.budget.left(keep) else None
            if entry is None:
                break
            await self._fetch(entry)
        await self._follow_links(keep)
        for entry in self.frontier.unlinked():
            if not self.budget.left(keep):
                return
            await self._fetch(entry)
            await self._follow_links(keep)

    async def choose(self, panel: Sequence[str]) -> tuple[Sampled, ...]:
        """The sample, every page of it fetched unless a budget ran out."""
        for url in panel:
            self.frontier.offer(url, depth=2, linked=False)
        await self._leave_forbidden()
        chosen = self._draw(panel)
        for _ in range(ROUNDS):
            missing = [c.url for c in chosen if self.visited.get(c.url) is None]
            if not missing:
                break
            for url in missing:
                if self.budget.left():
                    await self._fetch(self.frontier.found[key_of(url)])
            chosen = self._draw(panel)
        return chosen

    async def documents(self) -> tuple[Document, ...]:
        """Linked files, the most linked PDFs read."""
        for page in self.visited.pages.values():
            if page.verdict.reason is Reason.NOT_HTML:
                for found_on in self.linked.found_on(page.url):
                    self.attachments.add(page.url, "", found_on)
        return await attachments.look(self.attachments, self.fetcher, self.budget, read_pdf)

    async def links(self) -> tuple[LinkCheck, ...]:
        """Whether links answer; documents are asked for there already."""
        most = self.settings.links
        return await links.check(self.linked, self.visited.get, self.fetcher, self.budget, most)

    async def own_hosts(
        self, checked: Sequence[LinkCheck]
    ) -> tuple[tuple[LinkCheck, ...], tuple[PrivateNote, ...]]:
        """Other hosts of its own that the site links to, and what only its owner should know."""
        seen = {urls.host_of(p.final_url) for p in self.visited.pages.values() if p.status}
        return await hosts.look(self.linked, checked, seen, self.fetcher, self.budget)

    async def feeds(self) -> tuple[Feed, ...]:
        """News feeds that pages announce."""
        pages = self.visited.pages.values()
        return await feeds.look(pages, self.site, self.hosts, self.fetcher, self.budget)

    async def search(self, home: Page, questions: Sequence[Question]) -> SiteSearch | None:
        """What the site's own search answers; None when there is nothing to ask it."""
        if not questions:
            return None

        def classified(page: Page) -> Page:
            if page.status is None:
                return page
            return page.but(verdict=classify(page, self.site, hosts=self.hosts))

        return await searching.ask(
            home,
            questions,
            self.site,
            self.hosts,
            self.fetcher,
            self.budget,
            classify=classified,
            progress=self.progress,
        )

    def account(self, chosen: Sequence[Sampled]) -> tuple[tuple[Page, ...], Lost, Coverage]:
        """Pages (sampled ones first, in sample order), URLs lost and why, and the sums."""
        strata = {c.url: c.stratum for c in chosen}
        place = {c.url: number for number, c in enumerate(chosen)}
        seen = [
            p.but(sampled=p.url in strata, stratum=strata.get(p.url, ""))
            for p in self.visited.pages.values()
        ]
        pages = sorted(
            (self._as_kept(p) for p in seen if self._is_kept(p)),
            key=lambda p: (place.get(p.url, len(place)), p.url),
        )
        lost = {p.url: p.verdict for p in seen if not p.verdict.ok} | self.frontier.refused
        for url in strata:
            if self.visited.get(url) is None:
                lost[url] = Verdict(Reason.BUDGET, f"no {self.budget.stopped or 'pages'} left")
        coverage = Coverage(
            found=len({*(e.url for e in self.frontier.found.values()), *self.frontier.refused}),
            eligible=len(self._candidates()),
            sampled=len(chosen),
            audited=sum(p.sampled and p.verdict.ok for p in pages),
            lost=dict(sorted(Counter(v.reason.value for v in lost.values()).items())),
            stopped=self.budget.stopped or ("pages" if self.frontier.waiting else "exhausted"),
        )
        return tuple(pages), tuple(sorted(lost.items())), coverage

    def _is_kept(self, page: Page) -> bool:
        """Sampled pages, and for site rules whatever else a resident may see."""
        shown = page.verdict.reason in (Reason.OK, Reason.EMPTY_SHELL)
        return page.sampled or shown or page.url in self.visited.same_text

    def _as_kept(self, page: Page) -> Page:
        """A page with another's text is no page to sample, yet site rules must see it."""
        return page.but(verdict=OK) if page.url in self.visited.same_text else page

    def not_sampled(self, chosen: Sequence[Sampled]) -> tuple[str, ...]:
        """Eligible addresses that the sample passed over, sorted."""
        sampled = {c.url for c in chosen}
        left = sorted(c.url for c in self._candidates() if c.url not in sampled)
        return tuple(left[:MOST_NOT_SAMPLED])

    async def _follow_links(self, keep: int) -> None:
        while self.budget.left(keep) and (entry := self.frontier.next()) is not None:
            await self._fetch(entry)

    async def _fetch(self, entry: Entry) -> None:
        if self.visited.seen_at(entry.url):
            if self.visited.get(entry.url) is None:
                self.frontier.refuse(entry, Verdict(Reason.DUPLICATE, "another address leads here"))
            return
        page = await self.fetcher.get(
            entry.url, site=self.site, hosts=self.hosts, kind=entry.kind, depth=entry.depth
        )
        self._take(page, entry).forget()  # a tree points at itself, and would wait to be collected

    def _take(self, page: Page, entry: Entry) -> Page:
        """Classify before anything else, then look for doubles and links."""
        verdict = page.verdict
        if page.status is not None:
            verdict = classify(page, self.site, not_found=self._not_found, hosts=self.hosts)
        page = page.but(verdict=verdict)
        if verdict.ok and entry.kind is not Kind.HOME:
            page = page.but(kind=kinds.kind_of_page(page, entry.text, self.home))
        page = self.visited.keep(page)
        if page.verdict.reason in FOLLOWED:
            self._note_links(page)
        self.budget.spend(len(page.body), page=verdict.reason is not Reason.ROBOTS)
        self._walls = self._walls + 1 if verdict.reason in WALLS else 0
        if self._walls >= MOST_WALLS:
            self.budget.stop(verdict.reason.value)
        if self.fetcher.gate.closed(self.home):
            self.budget.stop(Reason.CIRCUIT_OPEN.value)
        self.progress(page.url)
        return page

    def _note_links(self, page: Page) -> None:
        for link in discover.links_of(page):
            self.attachments.note(link, page.url)
            if page.verdict.ok:
                self.linked.note(link, page.url)
            if not link.nofollow:
                self.frontier.offer(link.url, depth=page.depth + 1, text=link.text)
        canonical = discover.canonical_of(page) if "?" in page.final_url else None
        for url in (*([canonical] if canonical else []), *discover.alternates_of(page).values()):
            self.frontier.offer(url, depth=page.depth + 1)

    async def _read_sitemaps(self, home: Page, named: Sequence[str]) -> tuple[str, ...]:
        start = [u for name in named if (u := urls.normalise(name, home.final_url))]
        start = start or [urls.normalise("/sitemap.xml", home.final_url) or home.final_url]
        plan = self.fetcher.plan(
            site=self.site, hosts=self.hosts, stay=True, limit=sitemaps.LARGEST
        )

        async def read(url: str) -> bytes:
            if not self.budget.left():
                return b""
            answer = await self.fetcher.request(url, plan)
            self.budget.spend(answer.transferred)
            found = answer.verdict.ok and answer.status == 200
            return answer.body if found else b""

        useful, pages = await sitemaps.collect(
            start, read, lambda url: urls.same_site(self.home, url, self.hosts)
        )
        self.frontier.offer_sitemap(pages)
        return useful

    async def _find_statement(self, home: Page) -> None:
        """Ask for the statement where it usually is, when the home page does not link to it."""
        if any(entry.kind is Kind.STATEMENT for entry in self.frontier.found.values()):
            return
        plan = self.fetcher.plan(site=self.site, hosts=self.hosts, stay=True)
        for path in USUAL_STATEMENTS:
            url = urls.normalise(path, home.final_url)
            if url is None or not self.budget.left():
                return
            answer = await self.fetcher.head(url, plan)
            kind = answer.header("content-type").lower()
            if answer.verdict.ok and answer.status == 200 and kind.startswith("text/html"):
                self.frontier.offer(url, depth=2, text="Accessibility statement", linked=False)
                return

    async def _leave_forbidden(self) -> None:
        """Take out what robots.txt forbids, so that the sample is drawn from the rest."""
        for entry in list(self.frontier.found.values()):
            if self.visited.get(entry.url) is not None:
                continue
            rules = await self.fetcher.robots(entry.url, self.site)
            if not rules.verdict.ok:
                self.frontier.refuse(entry, rules.verdict)
            elif not rules.allows(entry.url):
                self.frontier.refuse(entry, Verdict(Reason.ROBOTS, "forbidden by robots.txt"))

    def _candidates(self) -> list[Candidate]:
        found = []
        for entry in self.frontier.found.values():
            page = self.visited.get(entry.url)
            if page is None:
                kind, depth = entry.kind, entry.depth
            elif is_page(page):
                kind, depth = page.kind, page.depth
            else:
                continue
            url = page.url if page else entry.url
            found.append(Candidate(url, kind, depth, template_hint(url)))
        return found

    def _draw(self, panel: Sequence[str]) -> tuple[Sampled, ...]:
        settings = self.settings
        return sample.choose(
            self._candidates(), pages=settings.pages, seed=settings.seed, panel=panel
        )


def read_pdf(body: bytes) -> PdfFacts:
    """Facts of a PDF; its reader is loaded with the first one."""
    from lgaudit.gather.documents import read_pdf as reader

    return reader(body)

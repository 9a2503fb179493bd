"""The whole story: look at each site, evaluate what was seen, keep the result, show it."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import itertools
from collections.abc import (
    AsyncIterator,
    Callable,
    Collection,
    Coroutine,
    Iterable,
    Mapping,
    Sequence,
)
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from lgaudit import __version__, collector
from lgaudit.access import NOBODY, Access
from lgaudit.bounds import Bounds
from lgaudit.errors import LgauditError, NetworkDown
from lgaudit.evaluate import fingerprints, tasks
from lgaudit.evaluate.checks.vocabulary import VOCABULARY
from lgaudit.evaluate.enough import BROWSER_EVIDENCE
from lgaudit.evaluate.fingerprints import Product
from lgaudit.evaluate.judge import judge
from lgaudit.evaluate.rulebook import Rulebook
from lgaudit.evaluate.summary import with_timings
from lgaudit.evidence import Coverage, PrivateNote, Question, Snapshot, Timings
from lgaudit.gather import crawl, look, quiet
from lgaudit.gather.fetch import Fetcher
from lgaudit.gather.looks import Looks, wanted
from lgaudit.jury import Jury, aside, our_fault
from lgaudit.models import Engines, Rule, Run, Site
from lgaudit.places import FEW, Places
from lgaudit.results import Results, SiteResult
from lgaudit.settings import Settings
from lgaudit.urls import host_of

if TYPE_CHECKING:
    from lgaudit.archive import Evidence, Keeper
    from lgaudit.gather.browser import BrowserPool
    from lgaudit.pictures import Picture, Sheet
    from lgaudit.store import Store

EVIDENCE = ".evidence"  # ending of the folder beside the store
NETWORK_LOOKS = 5.0  # seconds between two looks whether the network is back
PAGES_BETWEEN = 50  # two looks for memory that fetching has let go
SITES_A_BROWSER = 4  # visits under way for each browser: enough to keep it busy, few to hold

_GO_ON = (
    "What was kept before is safe, and sites that were being looked at will be begun again: once"
    " the network is back, go on with `lgaudit audit --resume`."
)

Clock = Callable[[], dt.datetime]


class Watch(Protocol):
    """Is told how a run gets on."""

    def stage(self, name: str, total: int, done: int = 0) -> None:
        """A stage begins."""

    def held(self, bounds: Bounds) -> None:
        """Whom to ask what holds the run up."""

    def page(self, url: str) -> None:
        """A page was seen."""

    def step(self, name: str = "") -> None:
        """One of the stage's things is done."""

    def looked(self, site: Site, result: SiteResult) -> None:
        """A site is done."""


class Unwatched:
    """A :class:`Watch` that tells nobody."""

    def stage(self, name: str, total: int, done: int = 0) -> None:
        """Nothing."""

    def held(self, bounds: Bounds) -> None:
        """Nothing."""

    def page(self, url: str) -> None:
        """Nothing."""

    def step(self, name: str = "") -> None:
        """Nothing."""

    def looked(self, site: Site, result: SiteResult) -> None:
        """Nothing."""


@dataclass(frozen=True)
class Plan:
    """What one run will do."""

    run: Run
    sites: tuple[Site, ...]
    settings: Settings
    book: Rulebook


def audit(plan: Plan, store: Store, watch: Watch, clock: Clock) -> Results:
    """Audit every site of a plan that the store does not hold yet, and rank them all.

    Raises:
        LgauditError: the store cannot be written or no browser can be started; whatever was
            kept until then stays kept.
    """
    with collector.seldom(settled=True):  # to look through the rulebook takes a tenth of the time
        asyncio.run(_gather(plan, store, watch, clock))
        score(plan, store, watch)
        return finish(plan, store, clock)


async def _gather(plan: Plan, store: Store, watch: Watch, clock: Clock) -> None:
    known = _seen_before(plan, store)
    async with browsers(plan.settings, plan.book, sites=len(plan.sites)) as pool:
        watch.held(Bounds(lambda: pool.worked, pool.size) if pool is not None else Bounds())
        while True:
            async with Fetcher(plan.settings) as fetcher:
                _tell_line(fetcher, known, plan)
                try:
                    await _look_at_sites(plan, store, watch, clock, fetcher, pool)
                    if pool is not None:
                        await _time_pages(plan, store, watch, clock, fetcher, pool)
                    return
                except NetworkDown as error:
                    down, known = error, fetcher.line.known
            if not await _back(plan, known, watch):
                raise NetworkDown(f"{down} {_GO_ON}") from down


def _seen_before(plan: Plan, store: Store) -> Sequence[str]:
    """Home pages of the sites that answered in this run: whoever is silent now, they did not."""
    answered = store.tallies.answered(plan.run.id)
    return [s.homepage for s in store.results(plan.run.id).sites if s.slug in answered]


def _tell_line(fetcher: Fetcher, known: Sequence[str], plan: Plan) -> None:
    """Whom to ask whether the network is there."""
    fetcher.line.expect(known)
    fetcher.line.hope(site.homepage for site in plan.sites)


async def _back(plan: Plan, known: Sequence[str], watch: Watch) -> bool:
    """Wait for the network; False when it does not come back in time."""
    loop = asyncio.get_running_loop()
    end = loop.time() + plan.settings.network_minutes * 60
    watch.stage("Waiting for the network", max(1, len(known)))
    while loop.time() < end:
        await asyncio.sleep(min(NETWORK_LOOKS, max(0.0, end - loop.time())))
        async with Fetcher(plan.settings) as fetcher:  # one that holds nothing against anybody
            _tell_line(fetcher, known, plan)
            with contextlib.suppress(NetworkDown):
                await fetcher.line.sure()
                return True
    return False


@contextlib.asynccontextmanager
async def browsers(
    settings: Settings,
    book: Rulebook,
    access: Access = NOBODY,
    sites: int = 1,
    most: int | None = None,
) -> AsyncIterator[BrowserPool | None]:
    """The browsers of a run, or None when it does without or no rule asks what they see.

    Browsers wait a good deal: for what a page still fetches, for banners, for what moves. With
    ``sites`` enough for all of them, one more than there are cores fills those gaps. More than
    ``most`` are never started.
    """
    if not settings.browser or not needs_browser(book):
        yield None
        return
    from lgaudit.gather.browser import BrowserPool  # slow to import, and not every run needs one

    spare = 1 if sites >= SITES_A_BROWSER else 0
    async with BrowserPool(settings, access=access, spare=spare, most=most) as pool:
        yield pool


def needs_browser(book: Rulebook) -> bool:
    """True when some rule of the book judges what only a browser can see."""
    checks = (VOCABULARY.get(rule.check) for rule in book.rules)
    return any(check is not None and check.needs & BROWSER_EVIDENCE for check in checks)


def close_looks(book: Rulebook) -> tuple[str, ...]:
    """The close looks (keyboard, layout, motion) that some rule of the book needs."""
    checks = (VOCABULARY.get(rule.check) for rule in book.rules)
    return wanted(need for check in checks if check is not None for need in check.needs)


async def _look_at_sites(
    plan: Plan,
    store: Store,
    watch: Watch,
    clock: Clock,
    fetcher: Fetcher,
    pool: BrowserPool | None,
) -> None:
    kept = store.finished_sites(plan.run.id)
    waiting = [site for site in plan.sites if site.slug not in kept]
    watch.stage("Looking", len(plan.sites), len(plan.sites) - len(waiting))
    # Browsers keep the cores busy by themselves; without them judging would wait for fetching.
    jury = Jury(plan.book, products_of(plan.settings), sites=len(waiting) if pool is None else 1)
    places = Places(at_once(plan.settings, pool), least=FEW * jury.size if jury.size else None)
    writing = asyncio.Lock()

    def keep_notes(visit: Snapshot) -> None:
        keep_private(plan, visit.site, visit.private)

    evidence = evidence_of(plan.settings, plan.run.id) if plan.settings.evidence else None
    most = plan.settings.evidence_site_bytes

    def keep_evidence(site: Site) -> Keeper | None:
        from lgaudit.archive import Keeper

        return Keeper(evidence, plan.run, site.slug, clock, most) if evidence else None

    async def one(site: Site) -> None:
        result = await look_at(
            site,
            plan,
            watch,
            clock,
            fetcher,
            pool,
            notes=keep_notes,
            keeper=keep_evidence(site),
            asking=places.asking,
            weigh=places.weigh,
            jury=jury,
        )
        async with writing:  # in a thread: a store that waits for another must not stop the visits
            result = await asyncio.to_thread(keep, store, plan.run.id, result)
        watch.looked(site, result)

    # Names are looked up ahead, many at once: slow name servers must not hold up the visits.
    warming = asyncio.create_task(fetcher.resolver.warm(host_of(s.homepage) for s in waiting))
    try:
        async with jury:
            await together((one(site) for site in waiting), places)
    finally:
        warming.cancel()


async def together(work: Iterable[Coroutine[Any, Any, object]], held: Places | None = None) -> None:
    """Do all at once; the first error the user can act on ends the others and is raised alone.

    With ``held`` a piece of work is taken up when there is room for it.
    """
    faults: list[BaseException] = []
    left = iter(work)
    try:
        async with asyncio.TaskGroup() as group:
            while True:
                if held is not None:
                    await held.acquire()
                one = next(left, None)
                if one is None:
                    break
                task = group.create_task(one)
                if held is not None:
                    task.add_done_callback(lambda _: held.release())
    except* LgauditError as several:
        faults += several.exceptions  # a full disk stops every site: one sentence is enough
    if faults:
        raise faults[0]


def keep_private(plan: Plan, site: Site, notes: Sequence[PrivateNote]) -> None:
    """Keep what no report may say of a site, in a file for its owners."""
    from lgaudit.store import private

    private.keep(private.path_of(plan.settings.store, plan.settings.out), plan.run.id, site, notes)


def keep(store: Store, run_id: str, result: SiteResult) -> SiteResult:
    """Keep a site; one that the store cannot put down is kept as lost by a fault of ours."""
    try:
        store.save_site(run_id, result)
    except LgauditError:
        raise
    except Exception as error:
        result = SiteResult(result.site, our_fault(error), Coverage())
        store.save_site(run_id, result)
    return result


def at_once(settings: Settings, pool: BrowserPool | None) -> int:
    """How many visits may be under way."""
    if pool is None:
        return settings.sites
    return min(settings.sites, max(2, pool.size) * SITES_A_BROWSER)


async def look_at(
    site: Site,
    plan: Plan,
    watch: Watch,
    clock: Clock,
    fetcher: Fetcher,
    pool: BrowserPool | None,
    *,
    notes: Callable[[Snapshot], None] = lambda _: None,
    keeper: Keeper | None = None,
    asking: Callable[[], AbstractAsyncContextManager[None]] = contextlib.nullcontext,
    weigh: Callable[[int], None] = lambda _: None,
    jury: Jury | None = None,
) -> SiteResult:
    """One site, from its first request to what is kept of it; a fault of ours loses only it.

    ``notes`` is given the visit for what must be kept apart from the results; ``keeper`` keeps
    its evidence. ``asking`` is entered while the site is asked; ``weigh`` is told the bytes
    of its pages; ``jury`` judges.
    """
    looks = Looks(
        close_looks(plan.book),
        most=plan.settings.close_pages,
        pictures=plan.settings.picture_pages if keeper is not None else 0,
    )
    try:
        async with asking():
            if keeper is not None:
                fetcher.listeners[site.slug] = keeper.hear
            seen = _tidily(watch)
            asked = questions_of(site, plan)
            visit = await crawl.visit(
                site, plan.settings, fetcher, now=clock, progress=seen, questions=asked
            )
            if pool is not None:
                visit = await look.see(visit, pool, fetcher, progress=watch.page, looks=looks)
            await fetcher.line.settle()
        weigh(sum(len(page.body) for page in visit.pages))
        if visit.private:
            notes(visit)
        hidden = {note.host for note in visit.private}
        visit = replace(visit, finished=clock(), private=())
        written = keeper.finish(visit, hidden) if keeper is not None else None
        jury = jury or Jury(plan.book, products_of(plan.settings))
        result = await jury.judge(visit)
        if written is not None:  # it went to the disk meanwhile
            await asyncio.wrap_future(written)
        if keeper is not None:
            await _show(result, visit, looks.sheets, plan, keeper)
        return result
    except Exception as error:
        if isinstance(error, look.FATAL):
            raise
        return SiteResult(site, our_fault(error), Coverage())
    finally:
        fetcher.listeners.pop(site.slug, None)
        if keeper is not None:
            keeper.close()


def questions_of(site: Site, plan: Plan) -> Sequence[Question]:
    """What to ask a site's own search, if the user wants it asked and a rule says what it found."""
    checks = (VOCABULARY.get(rule.check) for rule in plan.book.rules)
    if not plan.settings.ask_search or not any(c and "search" in c.needs for c in checks):
        return ()
    return tasks.questions(site.councils, plan.settings.search_questions)


_SEEN = itertools.count(1)


def _tidily(watch: Watch) -> Callable[[str], None]:
    """Tell of each page, and give memory back now and then: forty sites' pages come in at once."""

    def page(url: str) -> None:
        watch.page(url)
        if next(_SEEN) % PAGES_BETWEEN == 0:
            collector.give_back()

    return page


async def _show(
    result: SiteResult, visit: Snapshot, sheets: Sequence[Sheet], plan: Plan, keeper: Keeper
) -> None:
    """Keep pictures of a site's issues in place."""
    from lgaudit import inplace  # brings a library for pictures

    found: Sequence[Picture] = ()
    with contextlib.suppress(Exception):  # no picture is worth a site that was judged
        found = await aside(inplace.cut, result, visit, sheets, plan.book.rules)
    await asyncio.to_thread(keeper.keep_pictures, found)


def glance(
    site: Site, settings: Settings, book: Rulebook, watch: Watch, clock: Clock
) -> SiteResult:
    """Look at one site and evaluate it; nothing is kept, timed or scored."""

    async def looking() -> SiteResult:
        run = Run("", clock(), None, Engines(__version__, book.bar.version), {}, {}, settings.seed)
        plan = Plan(run, (site,), settings, book)
        watch.stage("Looking", 1)
        async with Fetcher(settings) as fetcher, browsers(settings, book) as pool:
            result = await look_at(site, plan, watch, clock, fetcher, pool)
        watch.looked(site, result)
        return result

    with collector.seldom(settled=True):
        return asyncio.run(looking())


def evidence_of(settings: Settings, run_id: str) -> Evidence:
    """Where the evidence of a run is: beside the store, and never inside the reports folder."""
    from lgaudit.archive import Evidence
    from lgaudit.store import private

    folder = settings.evidence_folder or private.beside(settings.store, settings.out, EVIDENCE)
    return Evidence(Path(folder), run_id)


def products_of(settings: Settings) -> Sequence[Product]:
    """The suppliers' products a run knows: the program's own and those of the settings."""
    return fingerprints.load(*([Path(settings.suppliers)] if settings.suppliers else ()))


async def _time_pages(
    plan: Plan, store: Store, watch: Watch, clock: Clock, fetcher: Fetcher, pool: BrowserPool
) -> None:
    """Load a few pages of each site again while nothing else runs, for their timings."""
    chosen = to_time(plan, store, watch)
    for slug, urls in chosen.items():
        timings = await pool.quiet(slug, urls, turn=fetcher.gate.turn)
        await asyncio.to_thread(keep_timings, plan, store, slug, timings, clock())
        for url in urls:
            watch.step(url)


def to_time(plan: Plan, store: Store, watch: Watch) -> dict[str, Sequence[str]]:
    """The pages of each kept site that are timed, by its slug; tells the watch how many."""
    if not timing_rules(plan.book) or not plan.settings.quiet_pages:
        return {}
    chosen: dict[str, Sequence[str]] = {
        result.site.slug: urls
        for result in store.results(plan.run.id).each_site()
        if result.browser and (urls := quiet.choose(result.pages, plan.settings.quiet_pages))
    }
    watch.stage("Timing", sum(len(urls) for urls in chosen.values()))
    return chosen


def keep_timings(
    plan: Plan, store: Store, slug: str, timings: Mapping[str, Timings], when: dt.datetime
) -> None:
    """Keep a site's timings with its evidence, and what the timing rules say of them."""
    from lgaudit.archive.keeper import add_timings

    if timings and plan.settings.evidence:
        add_timings(evidence_of(plan.settings, plan.run.id), slug, timings, when)
    before = store.results(plan.run.id).site(slug)
    after = timed(plan.book, before, timings)
    if after is not before:
        store.save_site(plan.run.id, after)


def timing_rules(book: Rulebook) -> tuple[Rule, ...]:
    """Rules that judge what the quiet pass measures."""
    return tuple(rule for rule in book.rules if "quiet" in VOCABULARY[rule.check].needs)


def timed(book: Rulebook, before: SiteResult, timings: Mapping[str, Timings]) -> SiteResult:
    """A site with its timings and what the timing rules say of them; itself when it has none."""
    visit = quiet.snapshot(before.site, before.pages, timings)
    return with_timings(before, visit, judge(timing_rules(book), visit)) if visit.pages else before


def score(plan: Plan, store: Store, watch: Watch) -> None:
    """Score every kept site by the plan's bar, one in memory at a time."""
    from lgaudit.evaluate import scores  # brings numpy, which a check does without

    results = store.results(plan.run.id)
    watch.stage("Scoring", len(results.sites))
    absent = absent_evidence(plan.settings)
    for result in results.each_site():
        scored = scores.score_outcomes(
            plan.book.rules,
            plan.book.bar,
            result.outcomes,
            result.pages,
            site=result.site.slug,
            seed=plan.run.seed,
            coverage=result.coverage,
            verdict=result.verdict,
            absent=absent,
        )
        store.save_score(plan.run.id, scored.score, scored.draws)
        watch.step(result.site.slug)


def absent_evidence(settings: Settings) -> Collection[str]:
    """Evidence that this run gathers of no site at all."""
    absent = frozenset() if settings.ask_search else frozenset({"search"})
    if not settings.browser:
        return BROWSER_EVIDENCE | absent
    return absent if settings.quiet_pages else absent | {"quiet"}


def finish(plan: Plan, store: Store, clock: Clock) -> Results:
    """Rank what was scored and close the run."""
    from lgaudit.evaluate.ranks import rank

    results = store.results(plan.run.id)
    ranks = rank(results.overall, store.draws(plan.run.id), confidence=plan.book.bar.confidence)
    store.finish_run(plan.run.id, ranks, clock(), engines_of(plan, results))
    return store.results(plan.run.id)


def engines_of(plan: Plan, results: Results) -> Engines:
    """The versions that judged, as the engines reported them on the sites they saw."""
    seen = [(site.axe_core, site.browser) for site in results.each_site() if site.browser]
    axe_core = ", ".join(sorted({axe for axe, _ in seen if axe}))
    browser = ", ".join(sorted({browser for _, browser in seen}))
    return Engines(__version__, plan.book.bar.version, axe_core, browser)

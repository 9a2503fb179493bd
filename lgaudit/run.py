"""The whole story: look at each site, evaluate what was seen, keep the result, show it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lgaudit import __version__, collector
from lgaudit.access import NOBODY, Access
from lgaudit.bounds import Bounds
from lgaudit.errors import LgauditError, NetworkDown
from lgaudit.evaluate.rulebook import Rulebook
from lgaudit.evidence import Coverage, PrivateNote, Snapshot
from lgaudit.gather import crawl, look
from lgaudit.gather.fetch import Fetcher
from lgaudit.gather.looks import Looks
from lgaudit.jury import Jury, aside, our_fault
from lgaudit.models import Engines, Run, Site
from lgaudit.places import FEW, Places
from lgaudit.plan import (
    Clock,
    Plan,
    Watch,
    close_looks,
    evidence_of,
    needs_browser,
    products_of,
    questions_of,
)
from lgaudit.ranking import finish, score
from lgaudit.results import Results, SiteResult
from lgaudit.settings import Settings
from lgaudit.timing import time_pages
from lgaudit.urls import host_of

if TYPE_CHECKING:
    from lgaudit.archive import Keeper
    from lgaudit.gather.browser import BrowserPool
    from lgaudit.pictures import Picture, Sheet
    from lgaudit.store import Store

NETWORK_LOOKS = 5.0  # seconds between two looks whether the network is back
PAGES_BETWEEN = 50  # two looks for memory that fetching has let go
SITES_A_BROWSER = 4  # visits under way for each browser: enough to keep it busy, few to hold

_GO_ON = (
    "What was kept before is safe, and sites that were being looked at will be begun again: once"
    " the network is back, go on with `lgaudit audit --resume`."
)


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
                        await time_pages(plan, store, watch, clock, fetcher, pool)
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

"""What a worker of a cluster does: look at sites as one machine would, and hand over what it saw.

A worker has one line to the network and one pool of browsers for a run, opened with the first site
and shared by all that come after, so that pace, robots.txt and caches are as on one machine.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import tempfile
import threading
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from lgaudit import run
from lgaudit.errors import ClusterDown
from lgaudit.evaluate import rulebook
from lgaudit.evaluate.checks.vocabulary import VOCABULARY
from lgaudit.evidence import PrivateNote, Snapshot, Timings
from lgaudit.gather.fetch import Fetcher
from lgaudit.machine import now
from lgaudit.models import Site
from lgaudit.plan import Plan, Unwatched
from lgaudit.results import SiteResult

if TYPE_CHECKING:
    from lgaudit.gather.browser import BrowserPool

T = TypeVar("T")
END = 30.0  # seconds to wait for browsers to end


@dataclass(frozen=True, slots=True)
class Seen:
    """One site as a worker saw it: what is kept of it, for the side that keeps."""

    result: SiteResult
    private: tuple[PrivateNote, ...] = ()
    warc: bytes = b""
    pictures: bytes = b""


@dataclass
class Outpost:
    """Looks at sites of one plan; nothing is opened before the first."""

    plan: Plan
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _open: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)
    _opening: asyncio.Lock = field(default_factory=asyncio.Lock)
    _ready: tuple[Fetcher, BrowserPool | None, asyncio.Semaphore] | None = None

    def __post_init__(self) -> None:
        threading.Thread(target=self._loop.run_forever, name="outpost", daemon=True).start()

    def look(self, sites: Sequence[Site]) -> list[Seen]:
        """Look at sites that are to be asked by one worker only.

        Raises:
            LgauditError: there is no usable browser, or this machine has lost its network.
        """
        return self._do(self._look(sites))

    def time(
        self, sites: Sequence[Site], urls: Mapping[str, Sequence[str]]
    ) -> dict[str, dict[str, Timings]]:
        """Timings of a few pages of each site, by slug, while this machine loads nothing else."""
        return self._do(self._time(sites, urls))

    def close(self) -> None:
        """End the browsers."""
        with contextlib.suppress(Exception):
            asyncio.run_coroutine_threadsafe(self._open.aclose(), self._loop).result(END)
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _tools(self) -> tuple[Fetcher, BrowserPool | None, asyncio.Semaphore]:
        async with self._opening:
            if self._ready is None:
                await asyncio.to_thread(_learn, self.plan)
                settings = self.plan.settings
                fetcher = await self._open.enter_async_context(Fetcher(settings))
                fetcher.line.hope(site.homepage for site in self.plan.sites)
                pool = await self._open.enter_async_context(
                    run.browsers(settings, self.plan.book, sites=len(self.plan.sites))
                )
                self._ready = fetcher, pool, asyncio.Semaphore(run.at_once(settings, pool))
        return self._ready

    async def _look(self, sites: Sequence[Site]) -> list[Seen]:
        fetcher, pool, room = await self._tools()
        seen: list[Seen] = []

        async def one(site: Site) -> None:
            async with room:
                seen.append(await self._look_at(site, fetcher, pool))

        await run.together(one(site) for site in sites)
        return seen

    async def _look_at(self, site: Site, fetcher: Fetcher, pool: BrowserPool | None) -> Seen:
        from lgaudit.archive import Evidence, Keeper

        notes: list[PrivateNote] = []

        def keep_notes(visit: Snapshot) -> None:
            notes.extend(visit.private)

        settings = self.plan.settings
        with tempfile.TemporaryDirectory(prefix="lgaudit-evidence-") as folder:
            evidence = Evidence(Path(folder), self.plan.run.id)
            keeper = (
                Keeper(evidence, self.plan.run, site.slug, now, settings.evidence_site_bytes)
                if settings.evidence
                else None
            )
            result = await run.look_at(
                site,
                self.plan,
                Unwatched(),
                now,
                fetcher,
                pool,
                notes=keep_notes,
                keeper=keeper,
            )
            warc, pictures = [
                await asyncio.to_thread(path.read_bytes) if path.exists() else b""
                for path in (evidence.file(site.slug), evidence.pictures(site.slug))
            ]
        return Seen(result, tuple(notes), warc, pictures)

    async def _time(
        self, sites: Sequence[Site], urls: Mapping[str, Sequence[str]]
    ) -> dict[str, dict[str, Timings]]:
        fetcher, pool, _ = await self._tools()
        found: dict[str, dict[str, Timings]] = {}
        if pool is None:
            return found
        for site in sites:
            own = urls[site.slug]
            await fetcher.robots(own[0], site)  # its pace, which another worker may have learnt
            found[site.slug] = await pool.quiet(site.slug, own, turn=fetcher.gate.turn)
        return found


def of_worker(plan: Plan, browsers: int) -> Outpost:
    """An outpost with a share of the browsers; 0: as many as this machine is good for."""
    import msgspec

    return Outpost(
        replace(plan, settings=msgspec.structs.replace(plan.settings, browsers=browsers))
    )


def _learn(plan: Plan) -> None:
    """Load the checks that the plan's rules name: rules come with the plan, checks do not.

    Raises:
        ClusterDown: this machine lacks some.
    """
    rulebook.load()
    lacking = sorted({rule.check for rule in plan.book.rules} - VOCABULARY.keys())
    if lacking:
        raise ClusterDown(
            f"A worker on {socket.gethostname()} lacks the checks {', '.join(lacking[:5])}: install"
            " the same rule packs there as here."
        )

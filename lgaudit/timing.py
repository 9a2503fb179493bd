"""The quiet pass: a few pages of each site loaded again while nothing else runs."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from lgaudit.evaluate.checks.vocabulary import VOCABULARY
from lgaudit.evaluate.judge import judge
from lgaudit.evaluate.rulebook import Rulebook
from lgaudit.evaluate.summary import with_timings
from lgaudit.evidence import Timings
from lgaudit.gather import quiet
from lgaudit.gather.fetch import Fetcher
from lgaudit.models import Rule
from lgaudit.plan import Clock, Plan, Watch, evidence_of
from lgaudit.results import SiteResult

if TYPE_CHECKING:
    from lgaudit.gather.browser import BrowserPool
    from lgaudit.store import Store


async def time_pages(
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

"""One visit to one site, without a browser: find its pages, choose a sample, see each page.

The order of requests, the pages and the sample depend on the site, the settings and the seed;
never on how fast anything answered, unless a budget of time ran out (and then the visit says so).
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from lgaudit import urls
from lgaudit.evidence import Coverage, Question, Snapshot
from lgaudit.gather.fetch import Fetcher
from lgaudit.gather.tour import Progress, Tour
from lgaudit.models import Reason, Site
from lgaudit.settings import Settings

GOES_ON = (Reason.OK, Reason.EMPTY_SHELL)  # a browser may fill an empty shell


async def visit(
    site: Site,
    settings: Settings,
    fetcher: Fetcher,
    *,
    now: Callable[[], dt.datetime],
    progress: Progress = lambda _: None,
    panel: Sequence[str] = (),
    questions: Sequence[Question] = (),
    clock: Callable[[], float] = time.monotonic,
) -> Snapshot:
    """Everything there is to see of a site without a browser; never raises for the web.

    Args:
        site: what to look at.
        settings: budgets and limits.
        fetcher: open; shared by all sites of a run.
        now: the time, for the snapshot.
        progress: told each page's address as it comes in.
        panel: addresses of an earlier sample, most of which should be seen again.
        questions: what to ask the site's own search; none leaves it alone.
        clock: seconds, for the budget of minutes.
    """
    started = now()
    tour = Tour(site, settings, fetcher, progress, clock)
    home = await tour.arrive()
    if home.verdict.reason not in GOES_ON:
        return Snapshot(
            site=site,
            verdict=home.verdict,
            pages=(home,),
            lost=((home.url, home.verdict),),
            coverage=Coverage(
                found=1,
                eligible=1,
                sampled=1,
                lost={home.verdict.reason.value: 1},
                stopped=home.verdict.reason.value,
            ),
            started=started,
            finished=now(),
        )
    probed = await tour.probe(home)
    await tour.wander()
    chosen = await tour.choose(panel)
    documents = await tour.documents()
    checked = await tour.links()
    hosts, private = await tour.own_hosts(checked)
    feeds = await tour.feeds()
    search = await tour.search(home, questions)
    secret = {note.host for note in private}
    checked = tuple(check for check in checked if urls.host_of(check.url) not in secret)
    if search is not None and urls.host_of(search.form) in secret:
        search = None
    pages, lost, coverage = tour.account(chosen)
    pages = tuple(page for page in pages if urls.host_of(page.url) not in secret)
    lost = tuple(item for item in lost if urls.host_of(item[0]) not in secret)
    return Snapshot(
        site=site,
        verdict=home.verdict,
        pages=pages,
        lost=lost,
        documents=documents,
        links=checked,
        probes=replace(probed, hosts=hosts, feeds=feeds, search=search),
        private=private,
        coverage=coverage,
        started=started,
        finished=now(),
        extra={"not_sampled": list(tour.not_sampled(chosen))},
    )

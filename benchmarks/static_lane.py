"""The static lane: fetch from loopback, parse, judge by every rule that needs no browser.

`python -m benchmarks.static_lane` prints pages a second of one core, and this process's peak
memory. Judging is repeated over fresh pages, so nothing is answered from a page's own cache.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import resource
import sys
import time
from statistics import median

from benchmarks import corpus
from benchmarks.process import corpus as served
from lgaudit import collector
from lgaudit.evaluate import rulebook
from lgaudit.evaluate.judge import judge
from lgaudit.evidence import Snapshot
from lgaudit.gather import exactly
from lgaudit.gather.fetch import Fetcher
from lgaudit.models import Finding, Outcome, Site
from lgaudit.settings import Settings

SETTINGS = Settings(pace=0.0, allow_private=True, browser=False)


async def fetched(urls: list[str], fetcher: Fetcher) -> Snapshot:
    """The pages, fetched as an audit without browsers fetches them."""
    site = Site("corpus", urls[0])
    return await exactly.visit(
        site, [(url, url) for url in urls], fetcher, None, now=lambda: dt.datetime.now(dt.UTC)
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=corpus.PAGES, help="pages of each site")
    parser.add_argument("--rounds", type=int, default=5)
    asyncio.run(measure(parser.parse_args()))


async def measure(given: argparse.Namespace) -> None:
    """Fetch and judge each site so many rounds, with one fetcher for all as a run has."""
    book = rulebook.load(())
    rates, fetching, judging = [], [], []
    findings: tuple[Finding, ...] = ()
    with served() as address, collector.seldom(settled=True):  # as a run does
        sites = [
            [address + path for path in corpus.paths(given.pages) if path.startswith(f"/{site}/")]
            for site in corpus.SITES
        ]
        async with Fetcher(SETTINGS) as fetcher:
            for urls in sites * given.rounds:
                began = time.process_time()
                visit = await fetched(urls, fetcher)
                halfway = time.process_time()
                findings = judge(book.rules, visit)
                ended = time.process_time()
                pages = len(visit.audited)
                del visit  # as a run does when a site is done
                fetching.append((halfway - began) / pages * 1000)
                judging.append((ended - halfway) / pages * 1000)
                rates.append(pages / (ended - began))
    judged = {f.rule for f in findings if f.outcome is not Outcome.UNTESTED}
    unit = 1 if sys.platform == "darwin" else 1024
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
    print(
        f"{len(sites)} sites of {pages} pages, {len(judged)} rules judged, {given.rounds} rounds,"
        f" medians: {median(rates):.0f} pages/s of one core"
        f" (CPU a page: fetch {median(fetching):.1f} ms, parse and judge {median(judging):.1f} ms),"
        f" peak memory {memory:.0f} MB"
    )


if __name__ == "__main__":
    main()

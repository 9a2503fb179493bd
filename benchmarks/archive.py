"""What evidence costs: bytes a page on disk, and the CPU time of keeping and of reading it.

`python -m benchmarks.archive` visits the made-up corpus over loopback, judges it, keeps it and
reads it back; CPU seconds of this process, its writing thread included, each step by itself.
`python -m benchmarks.archive FOLDER` weighs the evidence of a run that was made, by kind of record.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks import corpus
from benchmarks.process import corpus as served
from benchmarks.static_lane import SETTINGS, fetched
from lgaudit import collector
from lgaudit.archive import Evidence, Keeper, read_snapshot
from lgaudit.archive.reader import Warc
from lgaudit.evaluate import rulebook
from lgaudit.evaluate.judge import judge
from lgaudit.evaluate.rulebook import Rulebook
from lgaudit.evidence import Exchange
from lgaudit.gather.fetch import Fetcher
from lgaudit.models import Engines, Run

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
RUN = Run("20261123-120000-abcdef", NOW, None, Engines("0", "0"), {}, {}, 1)


@dataclass
class Cost:
    """CPU milliseconds a page of one visit; ``size`` is bytes on disk a page."""

    visit: float
    keeping: float
    reading: float
    size: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="a run's evidence")
    parser.add_argument("--pages", type=int, default=corpus.PAGES, help="pages of each site")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    if given.folder:
        weigh(given.folder)
    else:
        asyncio.run(measure(given.pages, given.rounds))


async def measure(pages: int, rounds: int) -> None:
    """Visits to each site so many rounds, and what keeping each of them adds."""
    book = rulebook.load(())
    costs: list[Cost] = []
    with (
        served() as address,
        tempfile.TemporaryDirectory() as folder,
        collector.seldom(settled=True),
    ):
        sites = [
            [address + path for path in corpus.paths(pages) if path.startswith(f"/{site}/")]
            for site in corpus.SITES
        ]
        async with Fetcher(SETTINGS) as fetcher:
            for urls in sites * rounds:
                costs.append(await one(urls, fetcher, book, Path(folder)))
    print(
        f"{len(corpus.SITES)} sites of {pages} pages, {rounds} rounds, medians of CPU a page:"
        f" fetch, parse and judge {median(c.visit for c in costs):.1f} ms; keep"
        f" {median(c.keeping for c in costs):.2f} ms"
        f" (x{median(1 + c.keeping / c.visit for c in costs):.3f}); read back"
        f" {median(c.reading for c in costs):.2f} ms;"
        f" {median(c.size for c in costs) / 1000:.1f} KB a page on disk"
    )


async def one(urls: list[str], fetcher: Fetcher, book: Rulebook, folder: Path) -> Cost:
    """One visit to one site: fetched and judged, then kept, then read back."""
    heard: list[Exchange] = []
    fetcher.listeners["corpus"] = heard.append
    began = time.process_time()
    visit = await fetched(urls, fetcher)
    judge(book.rules, visit)
    halfway = time.process_time()
    keeper = Keeper(Evidence(folder, RUN.id), RUN, "corpus", lambda: NOW)
    for exchange in heard:
        keeper.hear(exchange)
    path = keeper.finish(visit).result()
    kept = time.process_time()
    read_snapshot(path)
    ended = time.process_time()
    judging, keeping, reading = (
        span / len(urls) * 1000 for span in (halfway - began, kept - halfway, ended - kept)
    )
    return Cost(judging, keeping, reading, path.stat().st_size / len(urls))


def weigh(folder: Path) -> None:
    """Where the bytes of a run's evidence are, before packing, and how long it takes to read."""
    by_kind: Counter[str] = Counter()
    pages = looked = disk = 0
    began = time.process_time()
    for path in sorted(folder.glob("*.warc.gz")):
        disk += path.stat().st_size
        for record in Warc(path):
            ours = record.uri.split(":")[2] if record.uri.startswith("urn:") else ""
            by_kind[f"{record.kind} {ours}"] += record.length
        kept = read_snapshot(path)
        if kept is not None:
            pages += sum(p.sampled and p.verdict.ok for p in kept.visit.pages)
            looked += sum(p.browser is not None for p in kept.visit.pages)
    spent = time.process_time() - began
    print(
        f"{pages} audited pages, {looked} of them seen by a browser: {disk / 1e6:.1f} MB on disk,"
        f" {disk / max(1, pages) / 1000:.1f} KB a page; read in {spent:.1f} s of CPU"
    )
    for kind, size in by_kind.most_common():
        print(f"  {kind.strip():24} {size / 1e6:8.2f} MB unpacked")


if __name__ == "__main__":
    main()

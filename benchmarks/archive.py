"""What evidence costs: bytes a page on disk, and the CPU time of keeping and of reading it.

`python -m benchmarks.archive` visits the made-up corpus over loopback and judges it, with and
without a keeper, taking turns; CPU seconds of this process, its writing thread included.
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
from lgaudit.archive import Evidence, Keeper, read_snapshot
from lgaudit.archive.reader import Warc
from lgaudit.evaluate import rulebook
from lgaudit.evaluate.judge import judge
from lgaudit.evaluate.rulebook import Rulebook
from lgaudit.gather.fetch import Fetcher
from lgaudit.models import Engines, Run
from lgaudit.run import calm

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
RUN = Run("20261123-120000-abcdef", NOW, None, Engines("0", "0"), {}, {}, 1)


@dataclass
class Cost:
    """CPU milliseconds a page of one visit; ``size`` is bytes on disk a page."""

    visit: float
    size: float = 0.0
    reading: float = 0.0


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
    """The same visits with and without evidence, the order turned round each time."""
    book = rulebook.load(())
    calm()
    kept: list[Cost] = []
    bare: list[Cost] = []
    with served() as address, tempfile.TemporaryDirectory() as folder:
        sites = [
            [address + path for path in corpus.paths(pages) if path.startswith(f"/{site}/")]
            for site in corpus.SITES
        ]
        async with Fetcher(SETTINGS) as fetcher:
            for number in range(rounds):
                for urls in sites:
                    for keep in (True, False) if number % 2 else (False, True):
                        cost = await one(urls, fetcher, book, Path(folder) if keep else None)
                        (kept if keep else bare).append(cost)
    with_, without = (median(c.visit for c in costs) for costs in (kept, bare))
    ratios = [k.visit / b.visit for k, b in zip(kept, bare, strict=True)]
    print(
        f"{len(corpus.SITES)} sites of {pages} pages, {rounds} rounds, medians: fetch, parse and"
        f" judge {without:.1f} ms of CPU a page without evidence, {with_:.1f} ms with"
        f" (x{median(ratios):.2f}); {median(c.size for c in kept) / 1000:.1f} KB a page on disk;"
        f" read back {median(c.reading for c in kept):.1f} ms a page"
    )


async def one(urls: list[str], fetcher: Fetcher, book: Rulebook, folder: Path | None) -> Cost:
    """One visit to one site: fetched, judged, and kept if there is a folder."""
    began = time.process_time()
    keeper = None
    if folder is not None:
        keeper = Keeper(Evidence(folder, RUN.id), RUN, "corpus", lambda: NOW)
        fetcher.listeners["corpus"] = keeper.hear
    visit = await fetched(urls, fetcher)
    written = keeper.finish(visit) if keeper else None
    judge(book.rules, visit)
    path = written.result() if written else None
    fetcher.listeners.clear()
    ended = time.process_time()
    cost = Cost((ended - began) / len(urls) * 1000)
    if path is not None:
        cost.size = path.stat().st_size / len(urls)
        read_snapshot(path)
        cost.reading = (time.process_time() - ended) / len(urls) * 1000
    return cost


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

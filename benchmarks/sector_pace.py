"""A whole sector without browsers: does politeness bound the run, and is memory flat?

`python -m benchmarks.sector_pace` audits 382 made-up sites of 30 pages on loopback. The server
answers each request after 50 ms; the pace is half a second between two requests to one host. It
prints how long the run took over what that pace alone needs, and this process's memory as the
sites go by. `--sites 12 --pages 5 --pace 0.05` is a quick look.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import json
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self, TypeVar

import psutil

from benchmarks import corpus
from lgaudit import run, urls
from lgaudit.bounds import Bounds
from lgaudit.evaluate import rulebook
from lgaudit.evidence import Snapshot
from lgaudit.gather import crawl
from lgaudit.gather.politeness import Gate
from lgaudit.models import Engines, Run, Site
from lgaudit.plan import Plan
from lgaudit.replay.server import Replay
from lgaudit.replay.site import NOT_FOUND, Answer, StaticSite
from lgaudit.results import SiteResult
from lgaudit.settings import Settings
from lgaudit.store import Store

T = TypeVar("T", str, bytes)
ROOT = Path(__file__).parents[1]
SITES, PAGES, PACE, ANSWER = 382, 30, 0.5, 0.05
LOOKS = 2.0  # seconds between two looks at memory, each of which takes 20 ms of this very process
BAR, MEMORY_BAR = 1.3, 500  # times what the pace needs; MB


@dataclass(frozen=True)
class Counted(StaticSite):
    """A site that counts how often it was asked."""

    asked: list[str] = field(default_factory=list)

    def answer(self, method: str, path: str, headers: Mapping[str, str]) -> Answer:
        """The answer kept for the path."""
        self.asked.append(path)
        return super().answer(method, path, headers)


def named(said: T) -> T:
    """With pages named in letters: of addresses that differ by a number alone few are followed."""
    if isinstance(said, str):
        return re.sub(r"\b(\d+)\.html", lambda m: f"service-{_word(m[1])}.html", said)
    return re.sub(
        rb"\b(\d+)\.html", lambda m: f"service-{_word(m[1].decode())}.html".encode(), said
    )


def _word(number: str) -> str:
    return "".join("abcdefghij"[int(digit)] * 2 for digit in number)


def serve(number: int, pages: int, answer: float) -> None:
    """Serve so many sites until standard input ends, then say how often each was asked."""
    corpus.PAGES = pages  # so that no page links to one that is not there
    files = corpus.build()
    contents: list[dict[str, Answer]] = []
    for name in corpus.SITES:
        own = {
            named(path.removeprefix(f"/{name}")): Answer(
                200, (("content-type", kind),), named(body), answer
            )
            for path, (kind, body) in files.items()
            if path.startswith(f"/{name}/")
        }
        contents.append({**own, "/": own[named("/0.html")]})
    missing = replace(NOT_FOUND, delay=answer)
    sites = [
        Counted(f"s{each}.example", contents[each % len(contents)], missing)
        for each in range(number)
    ]
    with Replay(sites) as replay:
        print(json.dumps({"name_map": replay.name_map, "ca_file": replay.ca_file}), flush=True)
        sys.stdin.read()
        said = {"asked": [len(site.asked) for site in sites], "spent": time.process_time()}
        print(json.dumps(said), flush=True)


@contextmanager
def served(given: argparse.Namespace) -> Iterator[subprocess.Popen[str]]:
    """The sites, served by a process of their own."""
    command = [sys.executable, "-m", "benchmarks.sector_pace", "--serve"]
    command += ["--sites", str(given.sites), "--pages", str(given.pages)]
    command += ["--answer", str(given.answer)]
    server = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield server
    finally:
        server.kill()
        server.wait()


@dataclass
class Watch:
    """Takes notes of when each stage began, and of memory after each site (MB)."""

    stages: dict[str, float] = field(default_factory=dict)
    memory: list[float] = field(default_factory=list)
    now: list[float] = field(default_factory=list)  # memory of each process when last looked
    audited: int = 0
    lost: Counter[str] = field(default_factory=Counter)

    def stage(self, name: str, total: int, done: int = 0) -> None:  # noqa: ARG002
        """A stage begins."""
        self.stages[name] = time.monotonic()

    def held(self, bounds: Bounds) -> None:
        """What holds the run up is reckoned from the requests."""

    def page(self, url: str) -> None:
        """Pages are counted when their site is done."""

    def step(self, name: str = "") -> None:
        """Nothing to note."""

    def looked(self, site: Site, result: SiteResult) -> None:  # noqa: ARG002
        """A site is done."""
        self.audited += sum(page.sampled and page.verdict.ok for page in result.pages)
        self.lost[result.verdict.reason.value] += not result.verdict.ok
        self.memory.append(sum(self.now))


class Held:
    """Counts, while this lasts, the sites that are asked and the turns taken at each host.

    A turn is what the pace is kept between: a request, or the handshakes in which a host's TLS is
    tried, of which its server never hears as requests.
    """

    def __init__(self) -> None:
        self.turns: Counter[str] = Counter()
        self._asked = 0
        self._seen: list[int] = []
        self._visit, self._turn = crawl.visit, Gate.turn

    def __enter__(self) -> Self:
        def turn(gate: Gate, url: str) -> Any:
            self.turns[urls.netloc_of(url)] += 1
            return self._turn(gate, url)

        async def visit(*arguments: Any, **more: Any) -> Snapshot:
            self._asked += 1
            try:
                return await self._visit(*arguments, **more)
            finally:
                self._asked -= 1

        crawl.visit = visit
        Gate.turn = turn  # type: ignore[assignment]
        return self

    def __exit__(self, *_: object) -> None:
        crawl.visit = self._visit
        Gate.turn = self._turn  # type: ignore[method-assign]

    def look(self) -> None:
        """Take note of how many there are, while there are any."""
        if self._asked:
            self._seen.append(self._asked)

    @property
    def mean(self) -> float:
        """Sites asked at a time, on average."""
        return sum(self._seen) / max(1, len(self._seen))


def now() -> dt.datetime:
    """The clock of the run."""
    return dt.datetime.now(dt.UTC)


def memory_of_each() -> list[float]:
    """Memory of this process, then of each that judges, MB; what they share counts once."""
    found = []
    for process in family():
        with contextlib.suppress(psutil.Error):  # one that has just ended
            full = process.memory_full_info()
            found.append((getattr(full, "pss", 0) or full.rss) / 1e6)
    return found


def family() -> list[psutil.Process]:
    """This process and those that judge for it."""
    me = psutil.Process()
    found = [me]
    for process in me.children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if "--serve" not in process.cmdline():
                found.append(process)
    return found


def busy() -> tuple[float, float]:
    """CPU seconds of this process so far, and of those that judged for it, once they have ended."""
    time = psutil.Process().cpu_times()
    return time.user + time.system, time.children_user + time.children_system


def measure(given: argparse.Namespace) -> int:
    """Audit the sector, print what came of it; 0 when both bars hold."""
    with served(given) as server, tempfile.TemporaryDirectory() as folder:
        where = json.loads(_said(server))
        settings = Settings(
            pace=given.pace,
            pages=given.pages,
            browser=False,
            store=f"sqlite:///{folder}/bench.db",
            out=f"{folder}/reports",
            name_map=where["name_map"],
            ca_file=where["ca_file"],
            only_mapped=True,
            **({"sites": given.at_once} if given.at_once else {}),
        )
        sites = tuple(
            Site(name.partition(".")[0], f"https://{name}/") for name in settings.name_map
        )
        book = rulebook.load(())
        made = Run(f"{now():%Y%m%d-%H%M%S}-bench0", now(), None, Engines("0", "0"), {}, {}, 1)
        plan, watch = Plan(made, sites, settings, book), Watch()
        peak, over, held = [0.0], threading.Event(), Held()

        def look() -> None:
            nonlocal peak
            while not over.wait(LOOKS):
                watch.now = memory_of_each()
                peak = max(peak, watch.now, key=sum)
                held.look()

        looking = threading.Thread(target=look, daemon=True)
        looking.start()
        before = busy()
        with held, Store.open(settings.store) as store:
            store.start_run(made, book.rules, book.bar, sites)
            run.audit(plan, store, watch, now)
            ended = time.monotonic()
        over.set()
        looking.join()
        own, judging = (after - then for after, then in zip(busy(), before, strict=True))
        server.stdin.close()  # type: ignore[union-attr]
        asked, serving = json.loads(_said(server)).values()
    began, scoring = watch.stages["Looking"], watch.stages["Scoring"]
    at_once = run.at_once(settings, None)
    needs = pace_needs(list(held.turns.values()), given.pace, at_once)
    took, times = scoring - began, (scoring - began) / needs
    quarter = max(1, len(watch.memory) // 4)

    def each(seconds: float) -> float:
        return seconds / max(1, watch.audited) * 1000

    print(
        f"{given.sites} sites, {watch.audited} pages audited, {sum(asked)} requests in"
        f" {held.turns.total()} turns,"
        f" {sum(watch.lost.values())} sites lost {dict(watch.lost) if watch.lost.total() else ''}\n"
        f"looking {took:.0f} s; the pace of {given.pace} s, {settings.sites} sites at a time, needs"
        f" {needs:.0f} s ({pace_needs(asked, given.pace, at_once):.0f} for its requests alone):"
        f" x{times:.3f} (bar x{BAR}); scoring {ended - scoring:.0f} s\n"
        f"{watch.audited / took:.1f} pages/s, {each(own + judging):.1f} ms of CPU a page: fetching"
        f" and keeping {each(own):.1f}, judging {each(judging):.1f}; the server beside them"
        f" {each(serving):.1f}\n"
        f"{held.mean:.0f} sites were asked at a time on average\n"
        f"memory at most {sum(peak):.0f} MB (bar {MEMORY_BAR} MB), of each process"
        f" {', '.join(f'{each:.0f}' for each in peak)}; after the first"
        f" quarter of the sites {watch.memory[quarter - 1]:.0f} MB, at the end"
        f" {watch.memory[-1]:.0f} MB"
    )
    return 0 if times <= BAR and sum(peak) <= MEMORY_BAR and not watch.lost.total() else 1


def _said(server: subprocess.Popen[str]) -> str:
    return server.stdout.readline()  # type: ignore[union-attr]


def pace_needs(turns: list[int], pace: float, at_once: int) -> float:
    """Seconds that a pace needs for so many turns a host, so many hosts at the same time.

    A host's first turn waits for nobody. Hosts go one after the other as places fall free.
    """
    places = [0.0] * max(1, min(at_once, len(turns)))
    for number in turns:
        soonest = min(range(len(places)), key=places.__getitem__)
        places[soonest] += max(0, number - 1) * pace
    return max(places)


def main() -> None:
    """Serve or measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, default=SITES)
    parser.add_argument("--pages", type=int, default=PAGES, help="pages of each site")
    parser.add_argument("--pace", type=float, default=PACE, help="seconds between two requests")
    parser.add_argument("--answer", type=float, default=ANSWER, help="seconds until an answer")
    parser.add_argument("--at-once", type=int, default=0, help="sites at a time; 0: as usual")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve(given.sites, given.pages, given.answer)
        return
    sys.exit(measure(given))


if __name__ == "__main__":
    main()

"""Whether axe-core that is asked less says what it says when it is asked of every place.

`python -m benchmarks.asked_less` judges each page both ways, in turns first,
and compares rules, outcomes, places and words. `--demo N` takes N pages of each made-up council
instead of the 120 of the corpus, `--folder F` the HTML files below a folder. Tells the renderer's
CPU seconds for each way. Ends with 1 when any page differs.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from benchmarks import corpus
from benchmarks.process import corpus as served
from lgaudit.evidence import AxeRun, BrowserEvidence
from lgaudit.gather import axe, chromium
from lgaudit.gather.tab import Tab
from lgaudit.replay import Answer, Replay, StaticSite
from lgaudit.settings import Settings

HTML = (("content-type", "text/html; charset=utf-8"),)
HOST = "pages.test"


@dataclass
class Tally:
    """Pages judged both ways, CPU seconds of each, and the pages that differ."""

    pages: int = 0
    nodes: int = 0  # places that failed or need a person
    cpu: dict[bool, float] = field(default_factory=lambda: {True: 0.0, False: 0.0})
    different: list[str] = field(default_factory=list)


def renderers() -> float:
    """CPU seconds that pages of browsers below this process have taken."""
    spent = 0.0
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if "--type=renderer" in process.cmdline():
                times = process.cpu_times()
                spent += times.user + times.system
    return spent


def differences(whole: AxeRun, once: AxeRun) -> list[str]:
    """Rule, outcome and places of what is not the same."""
    said = [{(r.rule, r.outcome.value): r for r in run.results} for run in (whole, once)]
    found = [f"error: {whole.error!r} {once.error!r}"] if whole.error != once.error else []
    for key in sorted(set(said[0]) | set(said[1])):
        one, other = said[0].get(key), said[1].get(key)
        if one != other:
            places = [len(r.nodes) if r else None for r in (one, other)]
            found.append(f"{key[0]} {key[1]}: {places[0]} places whole, {places[1]} once")
    return found


@contextlib.contextmanager
def both_ways(tally: Tally) -> Iterator[None]:
    """Every page that a tab judges is judged both ways meanwhile."""
    real = axe.run

    def run(driver: Any, rules: Iterable[str], limit: float) -> tuple[str, AxeRun]:
        answers = {}
        for whole in (True, False) if tally.pages % 2 else (False, True):
            before = renderers()
            answers[whole] = real(driver, rules, limit, whole=whole)
            tally.cpu[whole] += renderers() - before
        tally.pages += 1
        tally.nodes += sum(len(r.nodes) for r in answers[True][1].results)
        if found := differences(answers[True][1], answers[False][1]):
            tally.different.append("; ".join(found))
        return answers[False]

    axe.run = run  # type: ignore[assignment]
    try:
        yield
    finally:
        axe.run = real


def judge(settings: Settings, urls: Iterable[str]) -> Tally:
    """Every page, both ways, in one browser."""
    tally = Tally()
    tab = Tab(settings, chromium.find(settings))
    try:
        with both_ways(tally):
            for url in urls:
                known = len(tally.different)
                tab.load(url)
                seen = tab.judge()
                if not isinstance(seen, BrowserEvidence):
                    print(f"{url}: not judged ({seen.reason.value})")
                for told in tally.different[known:]:
                    print(f"{url}: {told}", flush=True)
    finally:
        tab.kill()
    return tally


def of_folder(folder: Path) -> StaticSite:
    """The HTML files below a folder as a site."""
    files = sorted(f for f in folder.rglob("*") if f.suffix in (".html", ".htm") and f.is_file())
    answers = {
        f"/{f.relative_to(folder).as_posix()}": Answer(200, HTML, f.read_bytes()) for f in files
    }
    return StaticSite(HOST, answers)


def main() -> int:
    """Judge and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=corpus.PAGES, help="pages of each site")
    parser.add_argument("--demo", type=int, metavar="N", help="N pages of each made-up council")
    parser.add_argument("--folder", type=Path, help="HTML files below this folder")
    given = parser.parse_args()
    with contextlib.ExitStack() as held:
        settings = Settings(browsers=1, page_deadline=120)
        if given.demo or given.folder:
            sites: list[Any] = [of_folder(given.folder)] if given.folder else _demonstration()
            replay = held.enter_context(Replay(sites))
            settings = Settings(
                browsers=1, page_deadline=120, name_map=replay.name_map, ca_file=replay.ca_file,
                only_mapped=True, allow_private=True,
            )  # fmt: skip
            urls = [url for site in sites for url in _addresses(site, given.demo)]
        else:
            address = held.enter_context(served())
            urls = [address + path for path in corpus.paths(given.pages)]
        tally = judge(settings, urls)
    each = {whole: seconds / max(1, tally.pages) for whole, seconds in tally.cpu.items()}
    print(
        f"{tally.pages} pages, {tally.nodes} places that fail or need a person:"
        f" {len(tally.different)} pages differ. Renderer's CPU a page:"
        f" whole {each[True]:.2f} s, once {each[False]:.2f} s (x{each[False] / each[True]:.2f})"
    )
    return int(bool(tally.different))


def _demonstration() -> list[Any]:
    from lgaudit.demo import sector

    return [s for s in sector.build(1).sites.values() if not s.silent and s.wall is None]


def _addresses(site: Any, most: int | None) -> list[str]:
    if isinstance(site, StaticSite):
        return [f"https://{site.host}{path}" for path in sorted(site.answers)]
    paths = site.html_pages
    step = max(1, len(paths) // (most or 1))
    scheme = "https" if site.https else "http"
    return [f"{scheme}://{site.host}{path}" for path in paths[::step][:most]]


if __name__ == "__main__":
    sys.exit(main())

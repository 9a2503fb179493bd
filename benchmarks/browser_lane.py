"""The browser lane beside its peers: pages a second and CPU seconds a page, whole processes.

`python -m benchmarks.browser_lane --pages 10 --rounds 3`. The tools take turns, so that each
round's ratios come from the same minutes of the same machine. Peers are measured when they are
installed in the folder that LGAUDIT_PEERS names (see README.md).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks import corpus
from benchmarks.process import Cost, measure
from benchmarks.process import corpus as served
from lgaudit.gather import chromium
from lgaudit.settings import Settings

ROOT = Path(__file__).parents[1]
PYTHON = sys.executable


@dataclass(frozen=True)
class Run:
    """One tool's turn: cost, pages it was given, pages it had no result for, its loop's seconds."""

    cost: Cost
    pages: int
    failed: int = 0
    loop: float | None = None

    @property
    def rate(self) -> float:
        """Pages a second, from start to end of the process."""
        return self.pages / self.cost.seconds

    @property
    def cpu(self) -> float:
        """CPU seconds a page."""
        return self.cost.cpu / self.pages


def check(urls: Sequence[str], only_axe: bool) -> Run:
    """Our own command."""
    command = [
        str(Path(PYTHON).with_name("lgaudit")),
        "check",
        *urls,
        "--format",
        "json",
        "--quiet",
    ]
    command += ["--pace", "0", "--fail-on", "never", *(("--only", "axe") if only_axe else ())]
    cost = measure([c for c in command if c], ROOT)
    pages = [p for p in json.loads(cost.output)["pages"] if p["verdict"] == "ok"]
    return Run(cost, len(urls), len(urls) - len(pages))


def seeing(urls: Sequence[str], what: str) -> Run:
    """The pool alone, or the bare floor; pages come in by a file so that nothing waits."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listed:
        listed.write("\n".join(urls))
        listed.flush()
        command = f'"{PYTHON}" -m benchmarks.seeing {what} < "{listed.name}"'
        cost = measure(["sh", "-c", command], ROOT)
    if cost.code:
        raise subprocess.SubprocessError(f"benchmarks.seeing {what} ended with {cost.code}")
    said = json.loads(cost.output)
    return Run(cost, len(urls), len(urls) - int(said["pages"]), float(said["seconds"]))


def windowed() -> str:
    """The browser that peers start by themselves: with the headless shell pa11y-ci loses pages."""
    names = (name for name in chromium.BROWSERS if chromium.SHELL not in name)
    return next(filter(None, map(shutil.which, names)), chromium.find(Settings()).browser)


def pa11y(urls: Sequence[str], peers: Path, concurrency: int) -> Run:
    """pa11y-ci with its axe runner."""
    browser = windowed()
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []
    config = {
        "defaults": {
            "runners": ["axe"],
            "concurrency": concurrency,
            "timeout": 120_000,
            # Its default, a context a page, closes pages of others when there are two at a time.
            "useIncognitoBrowserContext": False,
            "chromeLaunchConfig": {"executablePath": browser, "args": flags},
        },
        "urls": list(urls),
    }
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "pa11yci.json").write_text(json.dumps(config))
        command = [str(peers / "node_modules/.bin/pa11y-ci"), "--json", "-c", "pa11yci.json"]
        cost = measure(command, Path(folder))
    results = json.loads(cost.output)["results"].values()
    judged = [r for r in results if all("code" in issue for issue in r)]
    return Run(cost, len(urls), len(urls) - len(judged))


def axe_cli(urls: Sequence[str], peers: Path) -> Run:
    """@axe-core/cli, one page after the other as it does."""
    programs = chromium.find(Settings())
    command = [str(peers / "node_modules/.bin/axe"), *urls, "--stdout"]
    command += ["--chromedriver-path", programs.driver, "--chrome-path", windowed()]
    if os.geteuid() == 0:
        command += ["--chrome-options=no-sandbox"]
    cost = measure(command)
    return Run(cost, len(urls), len(urls) - len(json.loads(cost.output)))


def lighthouse(urls: Sequence[str], peers: Path, most: int) -> Run:
    """Lighthouse as it comes (all categories, its own throttling), a process a page as its CLI is.

    It is given an even choice of at most ``most`` pages, because it takes many seconds for each.
    """
    chosen = list(urls)[:: max(1, -(-len(urls) // most))]
    flags = "--headless=new" + (" --no-sandbox" if os.geteuid() == 0 else "")
    program = str(peers / "node_modules/.bin/lighthouse")
    said = ["--quiet", "--output=json", f"--chrome-flags={flags}"]
    environment = ["env", f"CHROME_PATH={windowed()}"]
    costs, failed = [], 0
    for url in chosen:
        cost = measure([*environment, program, url, *said])
        costs.append(cost)
        failed += not _judged(cost.output)
    whole = Cost(
        sum(cost.seconds for cost in costs),
        sum(cost.cpu for cost in costs),
        max(cost.memory for cost in costs),
        max(cost.own_memory for cost in costs),
        max(cost.code for cost in costs),
        "",
    )
    return Run(whole, len(chosen), failed)


def _judged(output: str) -> bool:
    """True when Lighthouse's answer says that it could load and judge the page."""
    try:
        return "runtimeError" not in json.loads(output)
    except ValueError:
        return False


def tools(peers: Path | None, most: int) -> dict[str, Callable[[Sequence[str]], Run]]:
    """Name to how to run it, in the order of their turns."""
    found: dict[str, Callable[[Sequence[str]], Run]] = {
        "lgaudit check": lambda urls: check(urls, only_axe=False),
        "lgaudit pool": lambda urls: seeing(urls, "pool"),
        "bare navigation + axe.run": lambda urls: seeing(urls, "bare"),
    }
    if peers is not None and (peers / "node_modules/.bin/pa11y-ci").exists():
        found["pa11y-ci axe c2"] = lambda urls: pa11y(urls, peers, 2)
    if peers is not None and (peers / "node_modules/.bin/axe").exists():
        found["@axe-core/cli"] = lambda urls: axe_cli(urls, peers)
    if peers is not None and (peers / "node_modules/.bin/lighthouse").exists():
        found["Lighthouse"] = lambda urls: lighthouse(urls, peers, most)
    return found


def main() -> None:
    """Measure and print a table; `--json FILE` keeps every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=corpus.PAGES, help="pages of each site")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--lighthouse-pages", type=int, default=3, help="pages it is given")
    parser.add_argument("--tools", help="only tools whose name holds one of these, by commas")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    if not 1 <= given.pages <= corpus.PAGES:
        parser.error(f"--pages: each site of the corpus has {corpus.PAGES} pages")
    peers = Path(os.environ["LGAUDIT_PEERS"]) if os.environ.get("LGAUDIT_PEERS") else None
    chosen = {
        name: run
        for name, run in tools(peers, given.lighthouse_pages).items()
        if not given.tools or any(part in name for part in given.tools.split(","))
    }
    runs: dict[str, list[Run]] = {name: [] for name in chosen}
    with served() as address:
        urls = [address + path for path in corpus.paths(given.pages)]
        for number in range(given.rounds):
            names = list(chosen) if number % 2 == 0 else list(chosen)[::-1]
            for name in names:
                busy = os.getloadavg()[0]
                run = chosen[name](urls)
                runs[name].append(run)
                print(
                    f"round {number + 1}  {name:26} {run.pages:4} pages ({run.failed} failed)"
                    f"  {run.rate:5.2f} pages/s"
                    f"  {run.cpu:5.2f} CPU s/page  {run.cost.memory:6.0f} MB  (load {busy:.1f})",
                    flush=True,
                )
                time.sleep(2)
    print(table(runs))
    if given.json:
        kept = {name: [_figures(run) for run in turns] for name, turns in runs.items()}
        given.json.write_text(json.dumps(kept, indent=1))


def _figures(run: Run) -> dict[str, float | int | None]:
    return {
        "pages": run.pages,
        "failed": run.failed,
        "seconds": round(run.cost.seconds, 2),
        "cpu": round(run.cost.cpu, 2),
        "memory_mb": round(run.cost.memory),
        "own_memory_mb": round(run.cost.own_memory),
        "loop_seconds": run.loop and round(run.loop, 2),
    }


def table(runs: dict[str, list[Run]]) -> str:
    """Medians, and the median of each round's ratios to our own command."""
    lines = [
        "",
        "| tool | pages/s | CPU s/page | peak memory MB (PSS) | ours is faster by | our CPU/page |",
        "|---|---|---|---|---|---|",
    ]
    ours = runs.get("lgaudit check") or runs.get("lgaudit pool") or []
    for name, turns in runs.items():
        paired = list(zip(ours, turns, strict=False))
        faster = median([o.rate / t.rate for o, t in paired]) if paired else float("nan")
        cheaper = median([o.cpu / t.cpu for o, t in paired]) if paired else float("nan")
        lines.append(
            f"| {name} | {median([t.rate for t in turns]):.2f} "
            f"| {median([t.cpu for t in turns]):.2f} "
            f"| {median([t.cost.memory for t in turns]):.0f} | x{faster:.2f} | x{cheaper:.2f} |"
        )
    pool, bare = runs.get("lgaudit pool", []), runs.get("bare navigation + axe.run", [])
    loops = [p.loop / b.loop for p, b in zip(pool, bare, strict=False) if p.loop and b.loop]
    if loops:
        lines += ["", f"Pool over bare navigation + axe.run, loops alone: x{median(loops):.2f}"]
    return "\n".join(lines)


if __name__ == "__main__":
    try:
        main()
    except subprocess.SubprocessError as error:
        sys.exit(f"A tool could not be measured: {error}")

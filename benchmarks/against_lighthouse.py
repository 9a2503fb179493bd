"""A full visit beside Lighthouse: pages a second, CPU, and how far the figures of a page agree.

`LGAUDIT_PEERS=/tmp/peers python -m benchmarks.against_lighthouse` (see README.md for the peers).

First both look at pages of the corpus as commands: `lgaudit check` with every rule, axe-core, close
looks and every tenth page timed in the quiet pass (an audit times 3 of 30), Lighthouse with all its
categories, a process a page. Then bytes, requests and layout shift from the visit that axe-core
shares, and paint and blocking times of the quiet pass, are held against Lighthouse's desktop
settings without throttling: pages of the corpus, and made-up councils' pages, some of which shift.
Lighthouse tells the browser of a connection without speed even when it slows nothing down, and
Chromium then loads lazy pictures from farther below than it does for any visitor; so pages of the
corpus are compared without `loading="lazy"`. `--lazy` leaves them as they are. Our side is the
browser that lgaudit takes by itself; `--windowed` compares with the full Chromium on both sides.
`--json FILE` keeps every figure.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import browser_lane, corpus
from benchmarks.process import Cost, measure
from benchmarks.process import corpus as served
from lgaudit.evidence import BrowserEvidence
from lgaudit.gather import chromium
from lgaudit.gather.browser import BrowserPool
from lgaudit.replay import Replay
from lgaudit.settings import Settings

Figures = dict[str, float | None]
METRICS = {  # ours -> Lighthouse's audit, and the difference that is none, in the metric's own unit
    "bytes": ("total-byte-weight", 0.0),
    "requests": ("network-requests", 0.0),
    "cls": ("cumulative-layout-shift", 0.005),
    "fcp": ("first-contentful-paint", 0.0),
    "lcp": ("largest-contentful-paint", 0.0),
    "tbt": ("total-blocking-time", 5.0),
}
HEADERS = 250  # bytes of an answer's head, which Lighthouse counts and we do not
MADE_UP = (  # of the demonstration; the first two shift
    "https://www.kelderby.gov.uk/news",
    "https://www.kelderby.gov.uk/news/footbridge",
    "https://www.kelderby.gov.uk/",
    "https://www.averley.gov.uk/",
)


def full(urls: Sequence[str]) -> browser_lane.Run:
    """Our command, with every tenth page timed."""
    with tempfile.TemporaryDirectory() as folder:
        budgets = "".join(
            f'[[check.budgets]]\npath = "{"/" + url.split("/", 3)[3]}"\nfcp_ms = 60000\n'
            for url in urls[::10]
        )
        Path(folder, "lgaudit.toml").write_text(budgets)
        command = [str(Path(sys.executable).with_name("lgaudit")), "check", *urls]
        command += ["--format", "json", "--quiet", "--pace", "0", "--fail-on", "never"]
        cost = measure(command, Path(folder))
    done = [p for p in json.loads(cost.output)["pages"] if p["verdict"] == "ok"]
    return browser_lane.Run(cost, len(urls), len(urls) - len(done))


def lighthouse(url: str, peers: Path, flags: Sequence[str]) -> tuple[Figures, Cost]:
    """What Lighthouse says of a page at its desktop settings, not slowed down."""
    own = ["--headless=new", *(["--no-sandbox"] if os.geteuid() == 0 else []), *flags]
    command = [
        "env", f"CHROME_PATH={browser_lane.windowed()}",
        str(peers / "node_modules/.bin/lighthouse"), url, "--quiet", "--output=json",
        "--preset=desktop", "--throttling-method=provided", "--only-categories=performance",
        f"--chrome-flags={' '.join(own)}",
    ]  # fmt: skip
    cost = measure(command)
    audits = json.loads(cost.output)["audits"]
    said: Figures = {}
    for name, (audit, _) in METRICS.items():
        value = audits[audit].get("numericValue")
        if name == "requests":
            rows = audits[audit]["details"]["items"]
            value = sum(str(r["url"]).startswith("http") and not r["url"].endswith("/favicon.ico")
                        for r in rows)  # fmt: skip
        said[name] = None if value is None else float(value)
    return said, cost


async def ours(urls: Sequence[str], settings: Settings) -> dict[str, Figures]:
    """The same from a visit with axe-core, and from the quiet pass; a page is a site of its own."""
    found: dict[str, Figures] = {}
    async with BrowserPool(settings) as pool:
        for url in urls:
            (seen,) = await pool.visit(url, [url])
            if not isinstance(seen, BrowserEvidence):
                raise SystemExit(f"{url} was not seen: {seen.reason.value}")
            timed = (await pool.quiet(url, [url])).get(url)
            answered = [r for r in seen.requests if not r.failed]
            found[url] = {
                "bytes": float(sum(r.transferred + HEADERS for r in answered)),
                "requests": float(len(answered)),
                "cls": seen.cls,
                "fcp": timed.fcp if timed else None,
                "lcp": timed.lcp if timed else None,
                "tbt": timed.tbt if timed else None,
            }
    return found


def agreement(
    mine: Mapping[str, Figures], theirs: Mapping[str, Figures]
) -> dict[str, dict[str, float]]:
    """For each metric: pages compared, those within 10% and 25%, and the median ratio."""
    table = {}
    for name, (_, none) in METRICS.items():
        pairs = [
            (float(a), float(b))
            for url in mine
            if (a := mine[url][name]) is not None and (b := theirs[url][name]) is not None
        ]
        near = [abs(a - b) <= none or (b and abs(a - b) / b <= 0.1) for a, b in pairs]
        close = [abs(a - b) <= none or (b and abs(a - b) / b <= 0.25) for a, b in pairs]
        ratios = [a / b for a, b in pairs if b > none]
        table[name] = {
            "pages": len(pairs),
            "within_10": sum(map(bool, near)),
            "within_25": sum(map(bool, close)),
            "ratio": round(median(ratios), 3) if ratios else 1.0,
        }
    return table


def compared(peers: Path, pages: int, runs: int, lazy: bool, own: str) -> dict[str, Any]:
    """``own``, a browser of ours, beside Lighthouse, so many times each: the median counts."""
    mine: dict[str, Figures] = {}
    theirs: dict[str, Figures] = {}
    spread: list[float] = []

    def take(urls: Sequence[str], settings: Settings, flags: Sequence[str]) -> None:
        mine.update(asyncio.run(ours(urls, settings)))
        for url in urls:
            said = [lighthouse(url, peers, flags)[0] for _ in range(runs)]
            theirs[url] = {
                name: median([float(s[name] or 0) for s in said]) for name in METRICS
            }  # fmt: skip
            paints = [float(s["fcp"] or 0) for s in said]
            spread.append((max(paints) - min(paints)) / max(1.0, min(paints)))
            print(f"{url}\n  ours {mine[url]}\n  Lighthouse {theirs[url]}", flush=True)

    with served() as address:
        ending = "" if lazy else "?eager"
        urls = [address + p + ending for p in corpus.paths()][:: -(-3 * corpus.PAGES // pages)]
        take(urls, Settings(browsers=1, allow_private=True, chromium=own), [])
    from lgaudit.demo import sector

    with Replay(sector.build(1).sites.values()) as replay:
        settings = Settings(
            browsers=1, name_map=replay.name_map, ca_file=replay.ca_file, only_mapped=True,
            allow_private=True, chromium=own,
        )  # fmt: skip
        known = [url for url in MADE_UP if url.split("/")[2] in replay.name_map]
        rules = ",".join(f"MAP {h}:443 {a}" for h, a in sorted(replay.name_map.items())
                         if h in {u.split("/")[2] for u in known})  # fmt: skip
        take(known, settings, [f'--host-resolver-rules="{rules}"', "--ignore-certificate-errors"])
    return {
        "agreement": agreement(mine, theirs),
        "fcp_spread": round(median(spread), 2),
        "lighthouse_runs": runs,
        "ours": mine,
        "lighthouse": theirs,
    }


def rates(peers: Path, pages: int, most: int) -> dict[str, Any]:
    """Both as commands on the corpus, taking turns."""
    with served() as address:
        urls = [address + path for path in corpus.paths()][:pages]
        kept: dict[str, Any] = {"load": round(os.getloadavg()[0], 1)}
        for name, run in (
            ("lgaudit", lambda: full(urls)),
            ("lighthouse", lambda: browser_lane.lighthouse(urls, peers, most)),
        ):
            turn = run()
            kept[name] = {
                "pages": turn.pages, "failed": turn.failed,
                "pages_per_second": round(turn.rate, 3), "cpu": round(turn.cpu, 2),
            }  # fmt: skip
            print(f"{name}: {kept[name]}", flush=True)
        kept["times"] = round(
            kept["lgaudit"]["pages_per_second"] / kept["lighthouse"]["pages_per_second"], 1
        )
    return kept


def main() -> None:
    """Measure and print; without Lighthouse say how to get it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=120, help="of the corpus, for the rate")
    parser.add_argument("--lighthouse-pages", type=int, default=3, help="for its rate")
    parser.add_argument("--compare", type=int, default=8, help="pages of the corpus compared")
    parser.add_argument("--runs", type=int, default=3, help="times Lighthouse looks at each")
    parser.add_argument("--lazy", action="store_true", help="compare pages with lazy pictures")
    parser.add_argument("--windowed", action="store_true", help="compare the full Chromium")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    peers = Path(os.environ.get("LGAUDIT_PEERS") or "nowhere")
    if not (peers / "node_modules/.bin/lighthouse").exists():
        sys.exit("Lighthouse is not there: install it as benchmarks/README.md says.")
    said: dict[str, Any] = {"when": time.strftime("%Y-%m-%d")}
    if given.compare:
        own = browser_lane.windowed() if given.windowed else chromium.find(Settings()).browser
        said["browser"] = own
        said["compared"] = compared(peers, given.compare, given.runs, given.lazy, own)
        print("\n| metric | pages | within 10% | within 25% | ratio |\n|---|---|---|---|---|")
        for name, row in said["compared"]["agreement"].items():
            print(f"| {name} | {' | '.join(str(value) for value in row.values())} |")
    if given.pages:
        said["rates"] = rates(peers, given.pages, given.lighthouse_pages)
        print(f"\na full visit: {said['rates']['times']} times Lighthouse's pages a second")
    if given.json:
        given.json.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

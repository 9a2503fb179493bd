"""What close looks add to axe-core on 120 pages of six templates, in CPU seconds.

`python -m benchmarks.close_looks --rounds 2`. Three runs take turns over the same pages: one
axe-core rule, all of axe-core's rules, and those with close looks at one page of each template.
The first two tell what axe-core costs, the last two what the close looks add to it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks import corpus
from benchmarks.process import Cost, measure
from benchmarks.process import corpus as served
from lgaudit.evidence import BrowserEvidence, Page
from lgaudit.gather.browser import BrowserPool
from lgaudit.gather.looks import Looks
from lgaudit.settings import Settings

ROOT = Path(__file__).parents[1]
TEMPLATES = 6
RUNS = ("floor", "axe", "closely")


async def see(urls: Sequence[str], run: str) -> dict[str, int]:
    """Every page in one browser; how many were seen, and how many of them closely."""
    rules = ("document-title",) if run == "floor" else ()
    first = dict(enumerate(urls[:TEMPLATES]))
    looks = Looks(leaders={url: first[n % TEMPLATES] for n, url in enumerate(urls)})
    async with BrowserPool(Settings(browsers=1), rules) as pool:
        pages = [Page(url, url) for url in urls]
        seen = await pool.visit("corpus", pages, looks=looks if run == "closely" else None)
    good = [e for e in seen if isinstance(e, BrowserEvidence)]
    whole = [e for e in good if e.looks and not any(look.error for look in e.looks.values())]
    return {"pages": len(good), "closely": len(whole)}


def turn(urls: Sequence[str], run: str) -> Cost:
    """One run in a process of its own."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listed:
        listed.write("\n".join(urls))
        listed.flush()
        command = f'"{sys.executable}" -m benchmarks.close_looks --see {run} < "{listed.name}"'
        return measure(["sh", "-c", command], ROOT)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=120)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--see", choices=RUNS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.see:
        print(json.dumps(asyncio.run(see(sys.stdin.read().split(), given.see))))
        return
    added, single = [], []
    with served() as address:
        urls = [address + path for path in corpus.paths()][: given.pages]
        for number in range(given.rounds):
            order = RUNS if number % 2 == 0 else RUNS[::-1]
            costs = {run: turn(urls, run) for run in order}
            said = json.loads(costs["closely"].output)
            axe = costs["axe"].cpu - costs["floor"].cpu
            more = costs["closely"].cpu - costs["axe"].cpu
            added.append(more / axe)
            single.append(costs["axe"].cpu / len(urls) + more / max(1, said["closely"]))
            print(
                f"round {number + 1}: {said['pages']} pages, {said['closely']} closely;"
                f" axe-core {axe:.1f} CPU s, close looks {more:.1f} CPU s ({more / axe:.0%});"
                f" a page with close looks {single[-1]:.2f} CPU s",
                flush=True,
            )
    print(
        f"median: close looks add {median(added):.0%}; one page closely {median(single):.2f} CPU s"
    )


if __name__ == "__main__":
    main()

"""The pool alone, or bare navigation and axe.run, over the URLs on the standard input.

    python -m benchmarks.seeing pool < FILE      # what a visit gathers, as `lgaudit check` does
    python -m benchmarks.seeing bare 3 < FILE    # the floor: navigation and axe.run, three browsers

FILE holds addresses of pages on this machine, one a line; `python -m benchmarks.corpus` serves
some. Prints one line of JSON: pages that were judged, seconds of the loop without start-up, and
nodes that failed. A page on which axe-core ends with an error is not counted by the pool, and
ends the bare lane.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from lgaudit.evidence import BrowserEvidence
from lgaudit.gather import axe, chromium
from lgaudit.gather.browser import BrowserPool
from lgaudit.settings import Settings

BARE = """
const [rules, done] = arguments;
axe.run(document, {runOnly: {type: "rule", values: rules}}).then(
  (said) => done(said.violations.reduce((sum, rule) => sum + rule.nodes.length, 0)),
  (error) => done(String(error)));
"""


def shares(urls: list[str], workers: int) -> list[list[str]]:
    """The pages of whole sites for each worker, as even as whole sites allow."""
    size = -(-len(urls) // workers)
    return [urls[n : n + size] for n in range(0, len(urls), size)]


async def pool(urls: list[str], settings: Settings) -> dict[str, float]:
    """Our pool: everything it gathers of a page."""
    async with BrowserPool(settings) as browsers:
        began = time.monotonic()
        parts = shares(urls, browsers.size)
        seen = await asyncio.gather(*(browsers.visit(str(n), p) for n, p in enumerate(parts)))
        seconds = time.monotonic() - began
    pages = [evidence for part in seen for evidence in part]
    judged = [e for e in pages if isinstance(e, BrowserEvidence) and e.axe and not e.axe.error]
    nodes = sum(len(r.nodes) for e in judged for r in e.axe.results if r.outcome.value == "failed")
    return {"pages": len(judged), "seconds": seconds, "nodes": nodes}


def bare(urls: list[str], settings: Settings) -> dict[str, float]:
    """The floor: the same browsers and axe-core, navigation and axe.run, nothing else."""
    programs = chromium.find(settings)
    source = open(axe.axe_file(), encoding="utf-8").read()  # noqa: PTH123, SIM115
    parts = shares(urls, settings.browsers)

    def start(_: int) -> chromium.Chromium:
        browser = chromium.Chromium(settings, programs, command_timeout=120)
        browser.driver.set_script_timeout(60)
        browser.cdp("Page.addScriptToEvaluateOnNewDocument", source=source)
        return browser

    def see(browser: chromium.Chromium, part: list[str]) -> int:
        nodes = 0
        for url in part:
            if browser.gateway is not None:
                browser.gateway.give(url)
            browser.driver.get(url)
            found = browser.driver.execute_async_script(BARE, rules)
            if not isinstance(found, int):
                raise SystemExit(f"{url} could not be judged: {found}")
            nodes += found
        return nodes

    with ThreadPoolExecutor(len(parts)) as threads:
        browsers = list(threads.map(start, range(len(parts))))
        try:
            browsers[0].driver.get("about:blank")
            listed = browsers[0].driver.execute_script(
                "return axe.getRules().map((rule) => [rule.ruleId, rule.tags])"
            )
            rules = sorted(r for r, tags in listed if not set(tags) & set(axe.LEFT_OUT))
            began = time.monotonic()
            nodes = sum(threads.map(see, browsers, parts))
            seconds = time.monotonic() - began
        finally:
            for browser in browsers:
                browser.kill()
    return {"pages": len(urls), "seconds": seconds, "nodes": nodes}


def main() -> None:
    """Read the addresses, look, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("lane", choices=("pool", "bare"))
    parser.add_argument("browsers", type=int, nargs="?", default=2)
    given = parser.parse_args()
    urls = sys.stdin.read().split()
    if not urls:
        parser.error("give the addresses of pages on the standard input")
    settings = Settings(browsers=given.browsers)
    seen = asyncio.run(pool(urls, settings)) if given.lane == "pool" else bare(urls, settings)
    print(json.dumps(seen))


if __name__ == "__main__":
    main()

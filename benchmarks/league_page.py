"""When the league page of a large report can be seen and used, in Chromium on this machine.

    python -m benchmarks.report_site --keep FOLDER     # 379 sites; minutes
    python -m benchmarks.league_page FOLDER/*/index.html [--loads N]

The page is opened from disk and from a plain server on 127.0.0.1, each time with an empty cache.
As soon as it is parsed and its script has run (DOMContentLoaded) a letter is typed into the box
that finds a council by name. Usable is when that has been applied to all rows and painted, counted
from the start of the navigation. Then the table is sorted by score and filtered by nation, each
timed from click to paint. The longest task of the main thread says how long the page could have
been deaf. To reach: usable in under 1 second; medians count.

26 November 2026, 344 ranked sites, 2 cores shared with six other processes: usable from disk after
0.79 s, longest task 0.33 s, sorted in 0.49 s, filtered in 0.16 s; with ten others after 3.4 s.
"""

from __future__ import annotations

import argparse
import functools
import http.server
import statistics
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from chromium import opened
from selenium import webdriver

WATCH = """
const tasks = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) tasks.push(entry.duration);
}).observe({type: "longtask", buffered: true});
const painted = () => new Promise((done) => requestAnimationFrame(() => {
  const channel = new MessageChannel();
  channel.port1.onmessage = () => done(performance.now());
  channel.port2.postMessage(0);
}));
window.told = new Promise((tell) => document.addEventListener("DOMContentLoaded", async () => {
  const parsed = performance.now();
  const rows = [...document.querySelectorAll("#league-table tr[data-n]")];
  const shown = () => rows.filter((row) => row.offsetParent).length;
  const box = document.getElementById("find");
  box.focus();
  document.execCommand("insertText", false, "w");
  const usable = await painted();
  const found = shown();
  box.value = "";
  box.dispatchEvent(new Event("input"));
  await painted();
  const timed = async (act) => {
    const start = performance.now();
    act();
    return (await painted()) - start;
  };
  const button = document.querySelector("#league-table th[data-sort]:not([aria-sort]) button");
  const first = document.querySelector("#league-table tr[data-n]");
  const sorted = await timed(() => button.click());
  const moved = document.querySelector("#league-table tr[data-n]") !== first;
  const filtered = await timed(
    () => document.querySelectorAll(".filters fieldset")[0].querySelectorAll("input")[1].click());
  const nation = shown();
  const seen = performance.getEntriesByName("first-contentful-paint")[0];
  if (document.readyState !== "complete") await new Promise((on) => addEventListener("load", on));
  tell({
    "first paint": seen ? seen.startTime : null, parsed, usable,
    "sorted in": sorted, "filtered in": filtered,
    "longest task": Math.max(0, ...tasks),
    rows: rows.length, found, moved, nation,
  });
}));
"""
TIMES = ("first paint", "parsed", "usable", "sorted in", "filtered in", "longest task")
DONE = "const done = arguments[arguments.length - 1]; window.told.then(done);"


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing of it."""

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The folder on 127.0.0.1, on whatever port is free."""
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()


def measured(browser: webdriver.Chrome, address: str, loads: int) -> None:
    """Open the page a few times and say when it could be seen and used."""
    seen = []
    for _ in range(loads):
        browser.get("about:blank")
        browser.execute_cdp_cmd("Network.clearBrowserCache", {})
        browser.get(address)
        seen.append(browser.execute_async_script(DONE))
    one = seen[0]
    if not (0 < one["found"] < one["rows"] and 0 < one["nation"] < one["rows"] and one["moved"]):
        raise SystemExit(f"A control did nothing: {one}")
    print(f"{address.partition(':')[0]}: {one['rows']} rows, of which typing left {one['found']}")
    for name in TIMES:
        times = sorted(one[name] for one in seen if one[name] is not None)
        if times:
            middle = statistics.median(times)
            print(f"  {name}: {middle:.0f} ms ({times[0]:.0f} to {times[-1]:.0f})")


def main() -> None:
    """Measure the page from disk and from a server."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("page", type=Path)
    parser.add_argument("--loads", type=int, default=7)
    given = parser.parse_args()
    page: Path = given.page.resolve()
    with served(page.parent) as address, opened() as browser:
        browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
        browser.execute_cdp_cmd("Network.enable", {})
        for one in (page.as_uri(), address + page.name):
            measured(browser, one, given.loads)


if __name__ == "__main__":
    main()

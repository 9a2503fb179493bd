"""When the league page of a large report can be seen and used, in Chromium on this machine.

    python benchmarks/report_site.py --keep FOLDER     # 379 sites; minutes
    python benchmarks/league_page.py FOLDER/*/index.html [--loads N]

The page is read from disk, each time by a fresh browser window with an empty cache. Usable means
loaded, with a click on a filter answered and painted. To reach: under 1 second; medians count.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from chromium import opened

FILTER = """
const done = arguments[arguments.length - 1];
const painted = performance.getEntriesByName("first-contentful-paint")[0];
const loaded = performance.getEntriesByType("navigation")[0];
const rows = [...document.querySelectorAll(".league tr[data-n]")];
const shown = () => rows.filter((row) => row.offsetParent).length;
const before = shown();
const start = performance.now();
document.querySelectorAll("fieldset")[0].querySelectorAll("input[type=radio]")[1].click();
const after = shown();
requestAnimationFrame(() => setTimeout(() => done({
  painted: painted ? painted.startTime : null,
  loaded: loaded.loadEventEnd,
  filtered: performance.now() - start,
  before, after,
})));
"""


def main() -> None:
    """Load the page a few times and say when it could be seen and used."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("page", type=Path)
    parser.add_argument("--loads", type=int, default=7)
    given = parser.parse_args()
    seen = []
    with opened() as browser:
        for _ in range(given.loads):
            browser.get("about:blank")
            browser.execute_cdp_cmd("Network.clearBrowserCache", {})
            browser.get(given.page.resolve().as_uri())
            seen.append(browser.execute_async_script(FILTER))
    one = seen[0]
    if not 0 < one["after"] < one["before"]:
        raise SystemExit(f"The filter did nothing: {one['before']} rows, then {one['after']}.")
    for name in ("painted", "loaded", "filtered"):
        times = sorted(one[name] for one in seen if one[name] is not None)
        if times:
            print(f"{name}: {statistics.median(times):.0f} ms ({times[0]:.0f} to {times[-1]:.0f})")
    usable = [one["loaded"] + one["filtered"] for one in seen]
    print(f"usable after {statistics.median(usable):.0f} ms, {one['before']} rows")


if __name__ == "__main__":
    main()

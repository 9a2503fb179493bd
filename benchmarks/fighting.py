"""Pages that fight back, and what the full visit of each costs in CPU seconds.

`python -m benchmarks.fighting` visits each in a browser of its own with all of axe-core's rules and
every close look, after a plain page, and prints what it took beside a browser that showed the plain
page alone: that is what its full visit takes. The tests take the same pages from here.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path

from benchmarks.process import measure
from lgaudit.evidence import BrowserEvidence
from lgaudit.gather.browser import BrowserPool
from lgaudit.gather.looks import Looks
from lgaudit.replay import Answer, Replay, StaticSite
from lgaudit.settings import Settings

ROOT = Path(__file__).parents[1]
HOST = "www.a.gov.uk"
HTML = (("content-type", "text/html; charset=utf-8"),)
LINKS = '<p><a href="/one">One</a> <a href="/two">Two</a> <a href="/three">Three</a></p>'


def page(body: str) -> Answer:
    text = f'<!doctype html><html lang="en"><head><title>T</title></head><body>{body}</body></html>'
    return Answer(200, HTML, text.encode())


def script(source: str) -> Answer:
    return page(f"<main><h1>One</h1>{LINKS}<script>{source}</script></main>")


HOSTILE = {
    "/alerts": script("addEventListener('focusin', () => { for (;;) alert('again') });"),
    "/unload": script(
        "addEventListener('beforeunload', (e) => { e.preventDefault(); e.returnValue = 'x' });"
        "onbeforeunload = () => 'stay';"
    ),
    "/rounds": script(
        "for (const a of document.links) a.onfocus = () => document.links[0].focus();"
        "document.links[0].onfocus = () => document.links[1].focus();"
    ),
    "/leaves": script("for (const a of document.links) a.onfocus = () => { location = a.href };"),
    "/goes-back": script("for (const a of document.links) a.onfocus = () => history.back();"),
    "/closes": script("for (const a of document.links) a.onfocus = () => close();"),
    "/sends": page(
        '<main><form action="/sent" id="f"><input name="a" aria-label="A"></form>'
        '<div role="button" tabindex="0" onclick="f.submit()">Map</div>'
        '<button type="button" aria-expanded="false" onclick="f.requestSubmit()">More</button>'
        "<script>f.onkeydown = () => f.submit(); f.a.onfocus = () => f.submit();"
        "navigator.sendBeacon('/sent'); addEventListener('keydown', () => fetch('/sent'));"
        "addEventListener('keydown', () => navigator.sendBeacon('/sent'))</script></main>"
    ),
    "/wipes": script("addEventListener('keydown', () => document.open());"),
    "/rewrites": script("addEventListener('focusin', () => { document.body.innerHTML = '' });"),
    "/patched": script(
        "Element.prototype.getBoundingClientRect = () => { throw 1 }; window.getComputedStyle = 1;"
        "HTMLElement.prototype.focus = () => { throw 2 }; HTMLElement.prototype.blur = 3;"
    ),
    "/opens": script("for (const a of document.links) a.onfocus = () => open('/one');"),
    "/many": page("<main>" + '<p><a href="/x">x</a> <b tabindex="0">y</b></p>' * 4000 + "</main>"),
    "/deep": page("<main>" + "<div>" * 700 + '<a href="/x">x</a></main>'),
    "/resizes": script("addEventListener('resize', () => { location.reload() });"),
    "/frames": page('<main><iframe title="F" srcdoc="<a href=x>x</a>"></iframe></main>' + LINKS),
    "/no-body": Answer(200, HTML, b"<!doctype html><title>T</title><frameset></frameset>"),
    "/plain": script("document.title = 'Plain'"),
}
STUCK = {
    "/plain": HOSTILE["/plain"],
    "/hangs": script("addEventListener('focusin', () => { for (;;); });"),
}


async def see(replay: Replay, path: str) -> list[BrowserEvidence]:
    """A plain page and, unless that is what was asked for, the other one, each in full."""
    settings = Settings(name_map=replay.name_map, ca_file=replay.ca_file, browsers=1)
    async with BrowserPool(settings) as pool:
        urls = [f"https://{HOST}{p}" for p in dict.fromkeys(("/plain", path))]
        seen = [(await pool.visit("a", [url], looks=Looks()))[0] for url in urls]
    return [one for one in seen if isinstance(one, BrowserEvidence)]


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--see", help=argparse.SUPPRESS)
    given = parser.parse_args()
    pages = {**HOSTILE, **STUCK}
    if given.see:
        with Replay([StaticSite(HOST, pages)]) as replay:
            seen = asyncio.run(see(replay, given.see))
        print(json.dumps({"seen": len(seen), "looks": len(seen[-1].looks)}))
        return

    def cost(path: str) -> tuple[float, str]:
        got = measure([sys.executable, "-m", "benchmarks.fighting", "--see", path], ROOT)
        return got.cpu, got.output.strip()

    start, _ = cost("/plain")
    print(f"a browser that starts and shows a plain page: {start:.1f} CPU s")
    print("| page | CPU s for its full visit | seen |\n|---|---|---|")
    worst = 0.0
    for path in pages:
        if path == "/plain":
            continue
        cpu, said = cost(path)
        worst = max(worst, cpu - start)
        print(f"| `{path}` | {cpu - start:.1f} | {said} |", flush=True)
    print(f"worst: {worst:.1f} CPU s")


if __name__ == "__main__":
    main()

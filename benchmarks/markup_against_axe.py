"""What our reading of the markup alone says beside axe-core in a browser, on the same pages.

`python -m benchmarks.markup_against_axe --keep FILE [--outside FOLDER] [--act FOLDER]` looks at
pages of the corpus, of the demonstration's sector, of FOLDER (a folder of saved pages for each
site) and of the W3C's ACT cases with axe-core, and keeps what it said in FILE, where it goes on
when it was stopped. Then every page is judged from what the server sent, without a browser, and
the table of docs/markup.md is printed. `--show RULE` prints where the two differ.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import pickle
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import msgspec

from benchmarks import corpus
from benchmarks.outside import ENDINGS
from lgaudit.demo import sector
from lgaudit.evaluate import markup
from lgaudit.evidence import AxeRun, BrowserEvidence, Page
from lgaudit.gather.browser import BrowserPool
from lgaudit.models import Outcome
from lgaudit.replay.server import Replay
from lgaudit.replay.site import Answer, StaticSite, WebSite
from lgaudit.settings import Settings

FRAME = " >>> "
LARGEST = 300_000  # bytes of HTML; axe-core takes minutes for some longer pages
REASONS = Path(__file__).with_name("markup_against_axe.toml")
TYPES = {
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "application/xhtml+xml",
    ".css": "text/css",
    ".js": "text/javascript",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".gif": "image/gif",
    ".svg": "image/svg+xml",
    ".mp4": "video/mp4",
    ".mp3": "audio/mpeg",
}


@dataclass(frozen=True)
class Seen:
    """One page: where it comes from, what was sent, and what axe-core said of it."""

    source: str
    url: str
    sent: bytes
    axe: AxeRun
    rendered: str


@dataclass(frozen=True)
class Source:
    """Sites to serve, and the pages of each to look at."""

    name: str
    sites: Mapping[str, WebSite]
    pages: Mapping[str, Sequence[str]]  # host -> paths


def from_corpus(each: int) -> Source:
    """The first pages of each site of the corpus."""
    files = corpus.build()
    answers = {
        path: Answer(200, (("content-type", kind),), body) for path, (kind, body) in files.items()
    }
    site = StaticSite("corpus.example", answers)
    return Source("corpus", {site.host: site}, {site.host: corpus.paths(each)})


def from_demo(each: int) -> Source:
    """An even choice of the pages of each made-up council."""
    sites = {host: site for host, site in sector.build().sites.items() if not site.silent}
    pages = {host: _spread(site.html_pages, each) for host, site in sites.items() if site.council}
    return Source("demonstration", sites, pages)


def from_folder(folder: Path, each: int, name: str) -> Source:
    """An even choice of the saved pages of each folder in a folder."""
    sites: dict[str, WebSite] = {}
    pages: dict[str, Sequence[str]] = {}
    for place in sorted(p for p in folder.iterdir() if p.is_dir()):
        files = [f for f in sorted(place.rglob("*")) if f.is_file()]
        answers = {f"/{f.relative_to(place)}": _answer(f) for f in files}
        host = f"{place.name.strip('-').lower().replace('_', '-').replace('.', '-')}.{name}.example"
        sites[host] = StaticSite(host, answers)
        chosen = [
            f"/{f.relative_to(place)}"
            for f in files
            if f.suffix.lower() in ENDINGS and f.stat().st_size <= LARGEST
        ]
        pages[host] = _spread(chosen, each)
    return Source(name, sites, pages)


def _answer(file: Path) -> Answer:
    kind = TYPES.get(file.suffix.lower(), "application/octet-stream")
    return Answer(200, (("content-type", kind),), file.read_bytes())


def _spread(paths: Sequence[str], most: int) -> list[str]:
    """At most so many of them, evenly spread."""
    return (
        list(paths) if len(paths) <= most else [paths[n * len(paths) // most] for n in range(most)]
    )


async def look(source: Source, settings: Settings, seen: dict[str, Seen], keep: Path) -> None:
    """Look at every page that is not among those seen, and keep what was seen of each site."""
    with Replay(source.sites.values()) as replay:
        settings = _with(settings, name_map=replay.name_map, ca_file=replay.ca_file)
        async with BrowserPool(settings) as pool:

            async def site(host: str) -> None:
                urls = [f"https://{host}{path}" for path in source.pages[host]]
                urls = [url for url in urls if url not in seen]
                for url, found in zip(urls, await pool.visit(host, urls), strict=True):
                    if not isinstance(found, BrowserEvidence) or found.axe is None:
                        print(f"not seen: {url}: {found}"[:200], flush=True)
                        continue
                    path = url.removeprefix(f"https://{host}")
                    body = source.sites[host].answer("GET", path, {}).body
                    seen[url] = Seen(source.name, url, body, found.axe, found.html)
                if urls:
                    _keep(seen, keep)
                    print(f"{len(seen)} pages seen, {host} done", flush=True)

            await asyncio.gather(*(site(host) for host in source.pages))


def _keep(seen: Mapping[str, Seen], keep: Path) -> None:
    part = keep.with_suffix(".part")
    part.write_bytes(pickle.dumps(dict(seen)))
    part.replace(keep)


def _with(settings: Settings, **changes: object) -> Settings:
    values = {name: getattr(settings, name) for name in settings.__struct_fields__}
    return Settings(**{**values, **changes})


@dataclass
class Tally:
    """How one rule did, in pages."""

    axe: int = 0  # pages axe-core fails, frames inside them left out
    found: int = 0  # of them, pages the markup fails too
    doubted: int = 0  # of them, pages the markup leaves to a person
    ours: int = 0  # pages the markup fails
    confirmed: int = 0  # of them, pages axe-core fails, or leaves to a person
    reasoned: int = 0  # of the others, pages with a written reason

    def __add__(self, other: Tally) -> Tally:
        pairs = zip(astuple(self), astuple(other), strict=True)
        return Tally(*(one + two for one, two in pairs))


class Reason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why the markup is right to fail where axe-core does not: rule, part of the address, why."""

    rule: str
    url: str
    why: str


class Notes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """markup_against_axe.toml: rules that need layout after all, and reasons."""

    layout: dict[str, str] = {}
    reasons: list[Reason] = []


def notes() -> Notes:
    """What is written down of the two."""
    return msgspec.toml.decode(REASONS.read_bytes(), type=Notes)


def compare(seen: Iterable[Seen]) -> tuple[dict[str, Tally], dict[str, list[str]]]:
    """Tallies by rule of axe-core, and where the two differ."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    differ: dict[str, list[str]] = defaultdict(list)
    reasons = notes().reasons
    for one in seen:
        page = Page(one.url, one.url, body=one.sent, status=200)
        for rule, theirs in sorted(of_axe(one.axe).items()):
            judged = markup.judge(page, rule)
            if judged is None:
                continue
            ours, tally = judged[0], tallies[rule]
            failing = ours is Outcome.FAILED
            if theirs is Outcome.FAILED:
                tally.axe += 1
                tally.found += failing
                tally.doubted += ours is Outcome.CANT_TELL
            if failing:
                tally.ours += 1
                agreed = theirs in (Outcome.FAILED, Outcome.CANT_TELL)
                tally.confirmed += agreed
                known = any(r.rule == rule and r.url in one.url for r in reasons)
                tally.reasoned += known and not agreed
            if failing != (theirs is Outcome.FAILED) and theirs is not Outcome.CANT_TELL:
                places = "; ".join(spot.snippet[:120] for spot in judged[1][:2])
                differ[rule].append(
                    f"{one.source} {one.url}: axe-core {theirs.value}, markup {ours.value} {places}"
                )
        page.forget()
    return tallies, differ


def of_axe(said: AxeRun) -> dict[str, Outcome]:
    """The outcome of each rule on the page itself: what only frames inside it fail is left out."""
    found: dict[str, Outcome] = {}
    worst = (Outcome.FAILED, Outcome.CANT_TELL, Outcome.PASSED, Outcome.INAPPLICABLE)
    for result in said.results:
        outcome = result.outcome
        if outcome in worst[:2] and all(FRAME in node.selector for node in result.nodes):
            outcome = Outcome.PASSED
        before = found.get(result.rule, Outcome.INAPPLICABLE)
        found[result.rule] = min(before, outcome, key=worst.index)
    return found


def table(tallies: Mapping[str, Tally]) -> str:
    """The table of docs/markup.md."""
    layout = notes().layout
    lines = [
        "| rule | axe-core fails | of them found | left to a person | markup fails | confirmed |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    whole = Tally()
    for rule, tally in sorted(tallies.items()):
        if rule not in layout:
            whole += tally
        if tally.axe or tally.ours:
            mark = " (needs layout)" if rule in layout else ""
            right = tally.confirmed + tally.reasoned
            lines.append(
                f"| `{rule}`{mark} | {tally.axe} | {tally.found} | {tally.doubted} | {tally.ours} "
                f"| {right} |"
            )
    right = whole.confirmed + whole.reasoned
    lines += [
        "",
        f"Rules that need no layout: {whole.found} of {whole.axe} failing pairs of rule and page"
        f" found ({whole.found / max(1, whole.axe):.1%}, bar 90%), {whole.doubted} more left to a"
        f" person; {right} of {whole.ours} failures confirmed ({right / max(1, whole.ours):.1%},"
        f" bar 98%), {whole.reasoned} of them by a written reason.",
    ]
    return "\n".join(lines)


def record(folder: Path) -> None:
    """Write what axe-core says of each page of a folder, for tests without a browser."""
    answers = {f"/{f.name}": _answer(f) for f in sorted(folder.glob("*.html"))}
    host = "fixtures.example"
    source = Source("fixtures", {host: StaticSite(host, answers)}, {host: list(answers)})
    seen: dict[str, Seen] = {}
    with tempfile.TemporaryDirectory() as kept:
        asyncio.run(look(source, Settings(browsers=1, only_mapped=True), seen, Path(kept) / "seen"))
    said = {url.rsplit("/", 1)[-1]: of_axe(one.axe) for url, one in sorted(seen.items())}
    said_of = {name: {r: o.value for r, o in sorted(of.items())} for name, of in said.items()}
    text = json.dumps(said_of, indent=1) + "\n"
    (folder / "axe-core.json").write_text(text, encoding="utf-8")


def main() -> None:
    """Look, compare and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, help="what axe-core said; needed but with --fixtures")
    parser.add_argument("--fixtures", type=Path, help="write axe-core.json in a folder of pages")
    parser.add_argument("--outside", type=Path, help="folder of saved pages, a folder a site")
    parser.add_argument("--act", type=Path, help="folder of the W3C's ACT cases")
    parser.add_argument("--each", type=int, default=6, help="pages of each made-up site")
    parser.add_argument("--outside-each", type=int, default=2, help="pages of each saved site")
    parser.add_argument("--show", action="append", default=[], metavar="RULE")
    given = parser.parse_args()
    if given.fixtures:
        record(given.fixtures)
        return
    if not given.keep:
        parser.error("--keep FILE is where what axe-core says is kept")
    sources = [from_corpus(given.each), from_demo(given.each)]
    if given.outside:
        sources.append(from_folder(given.outside, given.outside_each, "outside"))
    if given.act:
        sources.append(from_folder(given.act, 2000, "act"))
    seen: dict[str, Seen] = {}
    if given.keep.exists():
        seen = pickle.loads(given.keep.read_bytes())
    for source in sources:
        wanted = {f"https://{host}{path}" for host, paths in source.pages.items() for path in paths}
        if wanted - seen.keys():
            asyncio.run(look(source, Settings(browsers=2, only_mapped=True), seen, given.keep))
    for source in sources:
        tallies, differ = compare(one for one in seen.values() if one.source == source.name)
        print(f"\n## {source.name}: {sum(o.source == source.name for o in seen.values())} pages\n")
        print(table(tallies))
        for rule in given.show:
            print("\n".join(f"{rule}: {line[:400]}" for line in differ[rule]))
    tallies, _ = compare(seen.values())
    print(f"\n## All {len(seen)} pages\n\n{table(tallies)}")


if __name__ == "__main__":
    main()

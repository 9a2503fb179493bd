"""Which rule takes how much of the static lane: `python -m benchmarks.rule_profile`.

Judges the corpus as a run without browsers does and prints CPU milliseconds a page for each rule,
slowest first, as a Markdown table. What several rules share (the tree, the text read into blocks,
the links, what site rules compare, the signs of a visit) is read once before any rule and has rows
of its own. What two rules share beside that is paid by the first of them.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from statistics import median

from benchmarks import corpus
from lgaudit.evaluate import rulebook
from lgaudit.evaluate.judge import judge_page, judge_site
from lgaudit.evaluate.kept import take_extracts
from lgaudit.evaluate.links import links_of
from lgaudit.evaluate.page_language import language_of
from lgaudit.evaluate.reading import read
from lgaudit.evaluate.wayfinding import signs
from lgaudit.evidence import Page, Snapshot
from lgaudit.models import OK, Kind, Scope, Site

HOST = "https://www.example.gov.uk"


def visit_of(site: str, pages: int) -> Snapshot:
    """A visit to one site of the corpus, as it was when it had just been fetched."""
    files = corpus.build()
    made = tuple(
        Page(
            url=HOST + path,
            final_url=HOST + path,
            kind=Kind.HOME if number == 0 else Kind.OTHER,
            status=200,
            headers=(("content-type", "text/html; charset=utf-8"),),
            body=files[path][1],
            depth=min(number, 2),
        )
        for number, path in enumerate(p for p in corpus.paths(pages) if p.startswith(f"/{site}/"))
    )
    return Snapshot(site=Site("corpus", made[0].url), verdict=OK, pages=made)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=corpus.PAGES, help="pages of each site")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--most", type=int, default=25, help="rows of the table")
    given = parser.parse_args()
    rules = rulebook.load(()).rules
    on_pages = [rule for rule in rules if rule.scope is Scope.PAGE]
    shared: dict[str, Callable[[Page], object]] = {
        "(parse)": lambda p: p.dom,
        "(tree)": lambda p: p.dom.nodes,
        "(main content and its text)": lambda p: p.text,
        "(language)": language_of,
        "(reading into blocks)": lambda p: read(p).stream(("prose",)).text,
        "(links)": links_of,
        "(what site rules take of it)": take_extracts,
    }
    taken: dict[str, list[float]] = defaultdict(list)
    for _ in range(given.rounds):
        for site in corpus.SITES:
            visit = visit_of(site, given.pages)
            spent: dict[str, float] = defaultdict(float)
            for page in visit.pages:
                for name, make in shared.items():
                    spent[name] += _seconds(partial(make, page))
                for rule in on_pages:
                    spent[rule.id] += _seconds(partial(judge_page, (rule,), page, visit.site))
                page.forget()
            spent["(signs of the visit)"] += _seconds(partial(signs, visit))
            for rule in rules:
                if rule.scope is Scope.SITE:
                    spent[rule.id] += _seconds(partial(judge_site, rule, visit))
                    for page in visit.pages:
                        page.forget()
            for name, seconds in spent.items():
                taken[name].append(seconds / len(visit.pages) * 1000)
    middle = {name: median(times) for name, times in taken.items()}
    whole = sum(middle.values())
    print(f"{len(rules)} rules, {whole:.1f} ms a page\n")
    print("| rule | ms a page | share |\n| --- | ---: | ---: |")
    ordered = sorted(middle.items(), key=lambda pair: -pair[1])
    for name, milliseconds in ordered[: given.most]:
        print(f"| `{name}` | {milliseconds:.2f} | {milliseconds / whole:.1%} |")
    rest = sum(milliseconds for _, milliseconds in ordered[given.most :])
    print(f"| {len(ordered[given.most :])} others together | {rest:.2f} | {rest / whole:.1%} |")


def _seconds(action: Callable[[], object]) -> float:
    began = time.process_time()
    action()
    return time.process_time() - began


if __name__ == "__main__":
    main()

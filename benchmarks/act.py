"""The W3C's ACT test cases: what axe-core alone finds of them, and what the whole bar finds.

`python -m benchmarks.act` prints the table. The cases are not part of the project: LGAUDIT_ACT
names their folder (default ../shared/bench/act), which holds testcases.csv and site/, the web root.
`--keep FILE` keeps what the browsers saw there, and judges that again when the file is there.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import datetime as dt
import os
import pickle
import sys
import threading
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from lgaudit.evaluate import rulebook
from lgaudit.evaluate.checks.vocabulary import VOCABULARY
from lgaudit.evaluate.judge import judge_page
from lgaudit.evidence import Snapshot
from lgaudit.gather import exactly
from lgaudit.gather.browser import BrowserPool
from lgaudit.gather.fetch import Fetcher
from lgaudit.gather.looks import NAMES
from lgaudit.models import Outcome, Site
from lgaudit.settings import Settings

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parent.parent / "shared" / "bench" / "act"
CASES = "WAI/content-assets/wcag-act-rules/"
PORT = 8765  # the same each time, so that what was kept can be judged again


@dataclass(frozen=True)
class Case:
    """One test case: a page that an ACT rule must fail, or must not."""

    rule: str
    name: str
    title: str
    path: str
    approved: bool
    fails: bool


@dataclass
class Tally:
    """How one set of rules did on the cases of one ACT rule."""

    found: int = 0
    wrong: int = 0


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *given: object) -> None:
        """Say nothing of each request."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a web server over a folder."""
    server = ThreadingHTTPServer(("127.0.0.1", PORT), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{PORT}/"
    finally:
        server.shutdown()
        server.server_close()


def read_cases(folder: Path) -> list[Case]:
    """The cases of testcases.csv."""
    with (folder / "testcases.csv").open(encoding="utf-8", newline="") as file:
        return [
            Case(
                row["rule_id"],
                row["rule_name"],
                row["title"],
                row["relative_path"],
                row["approved"] == "True",
                row["expected"] == "failed",
            )
            for row in csv.DictReader(file)
        ]


def see(folder: Path, cases: Sequence[Case], browsers: int) -> Snapshot:
    """Every case as a browser shows it."""
    settings = Settings(pace=0.0, allow_private=True, browsers=browsers)
    answers = tomllib.loads((HERE / "act.toml").read_text(encoding="utf-8"))
    needs = {rule.id: VOCABULARY[rule.check].needs for rule in rulebook.load(()).rules}

    async def look(base: str) -> Snapshot:
        """All at once; those whose rules need close looks one by one, so that each gets them."""
        looks: dict[str, set[str]] = {}
        for case in cases:
            wanted = looks.setdefault(base + CASES + case.path, set())
            for rule in answers.get(case.rule, {}).get("own", ()):
                wanted.update(needs[rule] & set(NAMES))
        plain = [url for url, wanted in looks.items() if not wanted]
        groups = [
            *([(plain, ())] if plain else []),
            *(([url], tuple(w)) for url, w in looks.items() if w),
        ]
        async with Fetcher(settings) as fetcher, BrowserPool(settings) as pool:
            visits = [
                await exactly.visit(
                    Site("act", base),
                    [(url, url) for url in urls],
                    fetcher,
                    pool,
                    now=lambda: dt.datetime.now(dt.UTC),
                    closely=closely,
                )
                for urls, closely in groups
            ]
        return replace(visits[0], pages=tuple(page for visit in visits for page in visit.pages))

    with served(folder / "site") as base:
        visit = asyncio.run(look(base))
    for page in visit.pages:
        page.forget()
    return visit


def failed_rules(visit: Snapshot) -> dict[str, set[str]]:
    """The rules that fail on each page, by its path below the cases."""
    # What one rule would leave to another is counted here, because each answers for its own.
    rules = [replace(rule, yields_to=()) for rule in rulebook.load(()).rules]
    return {
        page.url.split(CASES, 1)[1]: {
            finding.rule
            for finding in (judge_page(rules, page, visit.site) if page.verdict.ok else ())
            if finding.outcome is Outcome.FAILED
        }
        for page in visit.pages
    }


def tally(cases: Sequence[Case], failed: Mapping[str, set[str]], rules: set[str]) -> Tally:
    """What some rules find of the failed cases, and which others they fail."""
    result = Tally()
    for case in cases:
        if failed.get(case.path, set()) & rules:
            if case.fails:
                result.found += 1
            else:
                result.wrong += 1
    return result


def table(cases: Sequence[Case], failed: Mapping[str, set[str]]) -> list[str]:
    """The table in Markdown, and the sums below it."""
    answers = tomllib.loads((HERE / "act.toml").read_text(encoding="utf-8"))
    by_rule: dict[str, list[Case]] = {}
    for case in cases:
        by_rule.setdefault(case.rule, []).append(case)
    lines = [
        "| ACT rule | cases: failed, others | axe-core alone: found, wrong | lgaudit: found, wrong"
        " | complete |",
        "| --- | --- | --- | --- | --- |",
    ]
    sums = {"axe": [0, 0, 0], "all": [0, 0, 0]}
    approved = 0
    for rule, group in by_rule.items():
        entry = answers.get(rule, {})
        axe = {f"axe/{name}" for name in entry.get("axe", ())}
        wanted = sum(case.fails for case in group)
        is_approved = any(case.approved for case in group)
        approved += is_approved
        cells = []
        done = []
        for name, rules in (("axe", axe), ("all", axe | set(entry.get("own", ())))):
            got = tally(group, failed, rules)
            complete = got.found == wanted and not got.wrong
            sums[name][0] += got.found
            sums[name][1] += got.wrong
            sums[name][2] += complete and is_approved
            cells.append(f"{got.found}, {got.wrong}")
            done.append(complete)
        mark = "both" if all(done) else "lgaudit" if done[1] else ""
        star = "" if is_approved else " (proposed)"
        lines.append(
            f"| {group[0].name}{star} `{rule}` | {wanted}, {len(group) - wanted}"
            f" | {cells[0]} | {cells[1]} | {mark} |"
        )
    every = sum(case.fails for case in cases)
    for name, label in (("axe", "axe-core alone"), ("all", "lgaudit")):
        found, wrong, complete = sums[name]
        lines.append(
            f"\n{label}: {found} of {every} failed cases found ({found / every:.0%}), {wrong} of"
            f" {len(cases) - every} others wrongly failed, {complete} of {approved} approved rules"
            " complete."
        )
    return lines


def main() -> int:
    """See, judge and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, help="file for what the browsers saw")
    parser.add_argument("--missed", action="store_true", help="list what was not found, or wrongly")
    parser.add_argument("--browsers", type=int, default=0)
    given = parser.parse_args()
    folder = Path(os.environ.get("LGAUDIT_ACT", FOLDER))
    if not (folder / "testcases.csv").is_file():
        print(f"The ACT cases are not in {folder}. Set LGAUDIT_ACT to the folder that holds them.")
        return 2
    cases = read_cases(folder)
    if given.keep and given.keep.is_file():
        visit = pickle.loads(given.keep.read_bytes())
    else:
        visit = see(folder, cases, given.browsers)
        if given.keep:
            given.keep.write_bytes(pickle.dumps(visit))
    failed = failed_rules(visit)
    print("\n".join(table(cases, failed)))
    if given.missed:
        answers = tomllib.loads((HERE / "act.toml").read_text(encoding="utf-8"))
        for case in cases:
            entry = answers.get(case.rule, {})
            rules = {f"axe/{n}" for n in entry.get("axe", ())} | set(entry.get("own", ()))
            hit = failed.get(case.path, set()) & rules
            if bool(hit) != case.fails:
                print(case.rule, case.title, "missed" if case.fails else f"wrong: {sorted(hit)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

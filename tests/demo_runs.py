"""Runs of the demonstration for the tests that need one."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lgaudit.demo import comparison, editions, sector
from lgaudit.demo.editions import Edition
from lgaudit.demo.truth import Plant, Truth
from lgaudit.lives import IssueLife, State
from lgaudit.models import Reason
from lgaudit.store import Store

AWKWARD = {
    "pellstow": Reason.BLOCKED,
    "saxonhithe": Reason.CAPTCHA,
    "glenmorrow": Reason.TIMEOUT,
}
COMMAND = [sys.executable, "-m", "lgaudit", "demo", "--quiet"]


def run(out: Path, *more: str) -> Path:
    """Run the demonstration and return its report's folder."""
    done = subprocess.run(
        [*COMMAND, "--out", str(out), *more], capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr
    return report_of(out)


def some(out: Path, slugs: Iterable[str], pages: int, *more: str) -> list[str]:
    """The command that runs the demonstration on some of its councils."""
    script = Path(__file__).with_name("demo_some.py")
    return [sys.executable, str(script), str(out), str(pages), *slugs, *more]


def run_some(out: Path, slugs: Iterable[str], pages: int, *more: str) -> Path:
    """Run that command and return its report's folder."""
    done = subprocess.run(
        some(out, slugs, pages, *more), capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr
    return report_of(out)


def report_of(out: Path) -> Path:
    (index,) = out.glob("*/index.html")
    return index.parent


def table(report: Path, name: str) -> list[dict[str, str]]:
    with (report / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def compare(out: Path, *, browser: bool) -> comparison.Comparison:
    with Store.open(str(out / "demo.db")) as store:
        return comparison.compare(truth(editions.newest().number), store.results(), browser=browser)


@dataclass(frozen=True)
class Turned:
    """A planted defect that went or came with a quarter, and what is to be told of it."""

    quarter: Edition
    plant: Plant
    wanted: State | None  # None: nothing, because nothing can be known


def turned() -> Iterator[Turned]:
    """Every planted change, read off what was planted in one quarter and in the next."""
    quarters = editions.all_editions()
    planted = [_plants(quarter.number) for quarter in quarters]
    for number in range(1, len(quarters)):
        quarter, before, now = quarters[number], planted[number - 1], planted[number]
        gone_pages = {
            plant["id"]
            for change in quarter.changes
            if change.kind == "page gone"
            for page in change.told["page"]
            for plant in page["plants"]
        }
        same_axe = quarters[number - 1].axe_core == quarter.axe_core
        both = {site for site, _ in before} & {site for site, _ in now}
        for site, name in sorted(before.keys() ^ now.keys()):
            if site not in both:
                continue
            plant = before.get((site, name)) or now[site, name]
            came = (site, name) in now
            had = any((site, name) in earlier for earlier in planted[: number - 1])
            wanted = (State.RETURNED if had else State.NEW) if came else State.FIXED
            blind = name in gone_pages or (plant.rule.startswith("axe/") and not same_axe)
            yield Turned(quarter, plant, None if blind else wanted)


@cache
def truth(number: int) -> Truth:
    """What was planted in a quarter; built once, because it takes seconds."""
    return sector.build(1, edition=number).truth


def _plants(number: int) -> dict[tuple[str, str], Plant]:
    plants = truth(number).plants
    return {(p.site, p.id): p for p in plants if p.outcome == "failed" and p.needs != "look"}


def about(plant: Plant, issue: IssueLife) -> bool:
    """Whether an issue is the planted defect."""
    if issue.rule != plant.rule:
        return False
    if plant.selector and plant.scope != "site" and issue.spot is not None:
        return plant.selector[1:-1] in issue.spot.snippet
    return bool(set(issue.pages) & set(plant.pages)) or plant.scope == "site"

"""What a person must still check: ``manual.toml`` held against the criteria and the rules."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from rich.console import Console, ConsoleOptions, RenderResult
from rich.padding import Padding
from rich.text import Text

from lgaudit.models import Rule, Status
from lgaudit.wcag import CRITERIA, Criterion, in_order

AUTOMATIC, PARTLY, NOT = "automatic", "partly", "not"
UNDERSTANDING = "https://www.w3.org/TR/WCAG22/"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing a person does, and the criteria it is for."""

    title: str
    do: str
    criteria: tuple[str, ...]  # numbers, in order


@dataclass(frozen=True, slots=True)
class Covered:
    """One criterion: how far rules test it, which, and what is left for a person."""

    criterion: Criterion
    tested: str  # automatic, partly or not
    rules: tuple[Rule, ...]
    left: str  # '' when nothing is


@cache
def _data() -> tuple[tuple[Check, ...], dict[str, str], frozenset[str]]:
    text = (files("lgaudit.report") / "manual.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    checks = tuple(
        Check(c["title"], c["do"], tuple(sorted(c["criteria"], key=in_order)))
        for c in table["checks"]
    )
    left = {number: words for c in table["checks"] for number, words in c["criteria"].items()}
    return checks, left, frozenset(table["enough"])


def checks() -> tuple[Check, ...]:
    """Everything a person should do, in order."""
    return _data()[0]


def coverage(rules: Iterable[Rule]) -> list[Covered]:
    """Every A and AA criterion in order, with the rules of a rulebook that test it."""
    _, left, enough = _data()
    by_number: dict[str, list[Rule]] = {}
    for rule in rules:
        for number in rule.wcag:
            by_number.setdefault(number, []).append(rule)
    found = []
    for number, criterion in CRITERIA.items():
        own = tuple(sorted(by_number.get(number, ()), key=lambda rule: rule.id))
        tested = NOT if not own else AUTOMATIC if number in enough else PARTLY
        rest = "" if tested == AUTOMATIC else left.get(number, "The whole criterion.")
        found.append(Covered(criterion, tested, own, rest))
    return found


def table(rules: Sequence[Rule]) -> str:
    """The coverage as a Markdown page."""
    covered = coverage(rules)
    counts = {kind: sum(c.tested == kind for c in covered) for kind in (AUTOMATIC, PARTLY, NOT)}
    lines = [
        "# WCAG 2.2, criterion by criterion",
        "",
        "Generated from the rules and `lgaudit/report/manual.toml` by `make docs`.",
        "",
        f"Of the {len(covered)} success criteria at levels A and AA, rules test {counts[AUTOMATIC]}"
        f" on their own and {counts[PARTLY]} in part; {counts[NOT]} are for a person alone. A rule"
        " that passes is no proof: it says that one known way to fail was not found. Rules on"
        " probation or advice are reported and do not count; rules that only ask a person to look"
        " are among those listed.",
        "",
        "| criterion | level | tested | by | what a person must still check |",
        "| --- | --- | --- | --- | --- |",
    ]
    for item in covered:
        names = ", ".join(f"`{r.id}`{'' if r.status is Status.SCORED else '*'}" for r in item.rules)
        criterion = item.criterion
        lines.append(
            f"| [{criterion.number} {criterion.name}]({UNDERSTANDING}) | {criterion.level}"
            f" | {item.tested} | {names} | {item.left} |"
        )
    lines += ["", "\\* on probation or advice", "", "## What a person should do", ""]
    lines += [f"- **{c.title}.** {c.do} ({', '.join(c.criteria)})" for c in checks()]
    return "\n".join(lines) + "\n"


class Checklist:
    """The checks that remain after a run, for a terminal."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """One line a check, with the criteria it is for."""
        yield Text("A person must still check", "bold")
        for check in checks():
            line = Text.assemble(
                (f"{check.title}. ", "bold"), check.do, (f" {', '.join(check.criteria)}", "dim")
            )
            yield Padding(line, (0, 0, 0, 2))

"""The coverage table: each clause of each standard with its rules, or why a machine cannot look."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from lgaudit.models import Rule

SOURCE = Path(__file__).resolve().parent / "coverage.toml"
CRITERIA = (  # levels A and AA of WCAG 2.2
    "1.1.1 1.2.1 1.2.2 1.2.3 1.2.4 1.2.5 1.3.1 1.3.2 1.3.3 1.3.4 1.3.5 1.4.1 1.4.2 1.4.3 1.4.4"
    " 1.4.5 1.4.10 1.4.11 1.4.12 1.4.13 2.1.1 2.1.2 2.1.4 2.2.1 2.2.2 2.3.1 2.4.1 2.4.2 2.4.3 2.4.4"
    " 2.4.5 2.4.6 2.4.7 2.4.11 2.5.1 2.5.2 2.5.3 2.5.4 2.5.7 2.5.8 3.1.1 3.1.2 3.2.1 3.2.2 3.2.3"
    " 3.2.4 3.2.6 3.3.1 3.3.2 3.3.3 3.3.4 3.3.7 3.3.8 4.1.2 4.1.3"
).split()
MOST = 12  # rules named one by one


def text(rules: Sequence[Rule]) -> str:
    """docs/coverage.md. A clause without a rule and without a reason is an error."""
    told = tomllib.loads(SOURCE.read_text(encoding="utf-8"))
    lines = [
        "# What the bar covers",
        "",
        "Generated from the rules and `scripts/coverage.toml` by `make docs`. Each clause of each"
        " standard is looked at by the rules named beside it, or says why a machine cannot. A rule"
        " beside a clause looks at a part of it; no rule proves that a clause is met.",
        "",
        "## WCAG 2.2, levels A and AA",
        "",
        "| Criterion | Rules, or why not |",
        "| --- | --- |",
    ]
    for number in CRITERIA:
        own = [rule for rule in rules if number in rule.wcag]
        lines.append(_row(number, own, told["wcag"].get(number, "") if not own else ""))
    for standard in told["standard"]:
        lines += ["", f"## {standard['name']}", ""]
        lines += ["| Clause | Rules, or why not |", "| --- | --- |"]
        for clause in standard["clauses"]:
            patterns = clause.get("rules", ())
            own = [rule for rule in rules if any(fnmatchcase(rule.id, p) for p in patterns)]
            lines.append(_row(clause["clause"], own, clause.get("why", "")))
    return "\n".join(lines) + "\n"


def _row(clause: str, rules: Sequence[Rule], why: str) -> str:
    if not rules and not why:
        raise SystemExit(f"scripts/coverage.toml: {clause} has neither a rule nor a reason.")
    named = ", ".join(f"[{rule.id}](rules/{rule.id}.md)" for rule in rules[:MOST])
    if len(rules) > MOST:
        named += f" and {len(rules) - MOST} more"
    reason = f"not machine-checkable, because {why}" if not rules else f"left to people: {why}"
    return f"| {clause} | {'. '.join(part for part in (named, reason if why else '') if part)} |"

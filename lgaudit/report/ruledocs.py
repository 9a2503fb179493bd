"""The rules as pages of documentation: one Markdown file for each, and an index.

Everything is taken from the rule files, so the documentation cannot disagree with the bar.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from lgaudit.errors import ReportError
from lgaudit.models import Example, Outcome, Rule
from lgaudit.report.words import LANGUAGES

MARK = "<!-- Generated from the rule files. Do not edit: run `lgaudit docs`. -->"
STATUS = {
    "scored": "It counts in a council's score.",
    "probation": "It is being tried out, and does not count in a score.",
    "advice": "It is advice, and does not count in a score.",
}
HEADINGS = {
    Outcome.FAILED: "Before: does not keep the rule",
    Outcome.PASSED: "After: keeps the rule",
    Outcome.INAPPLICABLE: "The rule says nothing here",
    Outcome.CANT_TELL: "A person should look",
    Outcome.UNTESTED: "Cannot be judged here",
}
_ACTIVE = re.compile(r"([\\`*_\[\]|<>#])")


def write_rule_docs(rules: Sequence[Rule], folder: Path) -> list[Path]:
    """Write ``<pack>/<name>.md`` for each rule and ``index.md``; pages of gone rules are removed.

    Returns the files written, sorted.

    Raises:
        ReportError: a file cannot be written.
    """
    pages = {folder / f"{rule.id}.md": rule_page(rule) for rule in rules}
    pages[folder / "index.md"] = index_page(rules)
    try:
        for path, text in pages.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        for path in folder.glob("*/*.md"):
            if path not in pages and path.read_text(encoding="utf-8").startswith(MARK):
                path.unlink()
    except OSError as error:
        raise ReportError(
            f"{folder}: the pages of the rules cannot be written: {error.strerror or error}."
            " Give a folder that can be written to."
        ) from error
    return sorted(pages)


def index_page(rules: Iterable[Rule]) -> str:
    """Every rule in one line, by pack."""
    lines = [MARK, "", "# The rules", ""]
    ordered = sorted(rules, key=lambda rule: rule.id)
    for pack, members in groupby(ordered, key=lambda rule: rule.pack):
        lines += [
            f"## {_plain(pack)}",
            "",
            "| Rule | Severity | Status | WCAG |",
            "|---|---|---|---|",
        ]
        for rule in members:
            wcag = ", ".join(rule.wcag)
            link = f"[{_plain(rule.title)}]({rule.id}.md)"
            lines.append(f"| {link} | {rule.severity.value} | {rule.status.value} | {wcag} |")
        lines.append("")
    return "\n".join(lines)


def rule_page(rule: Rule) -> str:
    """One rule: what, why, how to put it right, and examples of each outcome."""
    lines = [MARK, "", f"# {_plain(rule.title)}", "", f"`{rule.id}`", ""]
    lines += [f"- {fact}" for fact in _facts(rule)] + [""]
    for heading, text in (("Why it matters", rule.why), ("How to put it right", rule.fix)):
        if text:
            lines += [f"## {heading}", "", _plain(text), ""]
    if rule.examples:
        lines += ["## Examples", ""]
        if any("data-expect" in page.html for e in rule.examples for page in e.pages):
            lines += ["`data-expect` marks what is reported; it is no part of the page.", ""]
    order = list(HEADINGS)
    for example in sorted(rule.examples, key=lambda e: (order.index(e.outcome), e.near_miss)):
        lines += _example(example)
    if rule.options:
        lines += ["## Settings", "", f"Check `{rule.check}` with:", ""]
        lines += _fenced(
            json.dumps(rule.options, indent=2, ensure_ascii=False, default=str), "json"
        )
    return "\n".join(lines).rstrip() + "\n"


def _facts(rule: Rule) -> list[str]:
    judged = "each page that is looked at" if rule.scope.value == "page" else "the site as a whole"
    facts = [
        f"Severity: {rule.severity.value}. {STATUS[rule.status.value]}",
        f"Judged on {judged}; category {_plain(rule.category)}.",
    ]
    if rule.timing:
        facts.append("Measured with a clock, so two looks at one page may differ.")
    if rule.wcag:
        facts.append(f"WCAG 2.2 success criteria: {', '.join(rule.wcag)}.")
    limits = rule.applies_to
    tongues = (f"pages in {LANGUAGES.get(code, code)}" for code in limits.language)
    only = (*limits.nation, *limits.type, *limits.kind, *tongues)
    if only:
        facts.append(f"Only for: {_plain(', '.join(only))}.")
    if limits.not_kind:
        facts.append(f"Not for pages of kind: {', '.join(limits.not_kind)}.")
    if rule.standard is not None:
        words = _plain(", ".join(p for p in (rule.standard.name, rule.standard.clause) if p))
        url = rule.standard.url
        facts.append(f"Source: {f'[{words}](<{url}>)' if url else words}.")
    return facts


def _example(example: Example) -> list[str]:
    heading = HEADINGS[example.outcome]
    if example.near_miss:
        heading = f"{heading.removeprefix('After: ').capitalize()}, although it looks as if not"
    lines = [f"### {heading}", ""]
    if example.note:
        lines += [_plain(example.note), ""]
    for page in example.pages:
        if len(example.pages) > 1:
            lines += [f"`{page.url}`", ""]
        if page.html.strip():
            lines += _fenced(page.html.strip("\n"), "html")
        if page.metrics:
            lines += _fenced(_json(page.metrics), "json")
    if example.site:
        lines += _fenced(_json(example.site), "json")
    return lines


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


def _fenced(text: str, language: str) -> list[str]:
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}{language}", text, fence, ""]


def _plain(text: str) -> str:
    """Text that Markdown shows as it is written, paragraphs kept."""
    lines = (line.strip() for line in text.strip().split("\n"))
    return _ACTIVE.sub(r"\\\1", "\n".join(lines))

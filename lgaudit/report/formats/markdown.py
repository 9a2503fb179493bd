"""A summary in GitHub's Markdown, short enough for the summary page of a job."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lgaudit.models import Engines, Rule
from lgaudit.report import cells, words
from lgaudit.report.formats import found
from lgaudit.results import SiteResult

PLACES = 5  # shown for each rule; the rest are counted
UNSEEN = 50  # pages listed that could not be checked
# Nothing from outside starts a line, so marks that only count there may stand. $ is GitHub's sign
# for formulas; :// and www. would become links by themselves.
_SPECIAL = re.compile(r"([\\`*_\[\]<>&|~#$@]|:(?=//)|(?<=www)\.)")
_TICKS = re.compile(r"`+")


def write(results: Sequence[SiteResult], rules: Sequence[Rule], engines: Engines) -> str:
    """Totals, a table of rules, then each rule with its fix and its first places."""
    groups = found.groups(found.places(results, rules))
    unseen = found.unseen(results)
    blocks = ["## lgaudit", f"**{text(found.totals(results, groups))}**"]
    if unseen:
        blocks += ["### Could not be checked", _unseen(unseen)]
    if groups:
        blocks.append(_table(groups))
    part = -1
    for group in groups:
        if group.part != part:
            part = group.part
            blocks.append(f"### {text(found.PARTS[part])}")
        blocks.append(_details(group))
    versions = [f"lgaudit {engines.lgaudit}", f"bar {engines.bar}"]
    versions += [f"axe-core {engines.axe_core}"] if engines.axe_core else []
    versions += [engines.browser] if engines.browser else []
    blocks.append(text(", ".join(versions)))
    return "\n\n".join(blocks)


def _table(groups: Sequence[found.Group]) -> str:
    rows = ["| | Rule | Places | Pages |", "| --- | --- | ---: | ---: |"]
    for group in groups:
        what = group.rule.severity.value if group.part == 0 else ("", "advice", "look")[group.part]
        rows.append(
            f"| {what} | {text(group.rule.title)} | {len(group.places):,} | {group.pages:,} |"
        )
    return "\n".join(rows)


def _details(group: found.Group) -> str:
    rule = group.rule
    wcag = f", WCAG {', '.join(rule.wcag)}" if rule.wcag else ""
    head = f"#### {text(rule.title)}\n\n{text(f'{rule.severity.value}, {rule.id}{wcag}')}"
    lines = [head, ""]
    if rule.fix:
        lines += [f"**Fix:** {text(rule.fix)}", ""]
    for place in group.places[:PLACES]:
        at = f"{_code(place.name)}{' (the whole site)' if place.of_site else ''}"
        lines.append(f"- {at}: {_code(place.about) if place.about else text(place.message)}")
    if len(group.places) > PLACES:
        lines.append(f"- and {len(group.places) - PLACES:,} more")
    return "\n".join(lines)


def _unseen(pages: Sequence[found.Unseen]) -> str:
    lines = [f"- {_code(page.where.name)}: {text(page.why)}" for page in pages[:UNSEEN]]
    if len(pages) > UNSEEN:
        lines.append(f"- and {words.count(len(pages) - UNSEEN, 'more page')}")
    return "\n".join(lines)


def text(text: str) -> str:
    """Text as text: on one line, every mark that Markdown or HTML could read escaped."""
    return _SPECIAL.sub(r"\\\1", cells.one_line(text))


def _code(text: str) -> str:
    """Source as source: fenced by more backticks than it holds in a row."""
    line = cells.one_line(text, cells.SNIPPET)
    fence = "`" * (max((len(ticks) for ticks in _TICKS.findall(line)), default=0) + 1)
    pad = " " if line[:1] in "` " or line[-1:] in "` " else ""
    return f"{fence}{pad}{line}{pad}{fence}"

"""GitHub workflow annotations: one for each rule and page, few enough that all are shown."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from lgaudit.models import Engines, Rule, Severity
from lgaudit.report import cells
from lgaudit.report.formats import found
from lgaudit.results import SiteResult

# GitHub shows ten annotations of each level for a step and drops the rest without a word, so the
# tenth says how many more there are.
SHOWN = 10
PLACES = 5  # named in one annotation; the rest are counted
LEVELS = ("error", "warning", "notice")
_LEVEL = {
    Severity.CRITICAL: "error",
    Severity.SERIOUS: "error",
    Severity.MODERATE: "warning",
    Severity.MINOR: "notice",
}


def write(results: Sequence[SiteResult], rules: Sequence[Rule], engines: Engines) -> str:
    """Pages that could not be checked first, then rules by severity, then a line of totals."""
    del engines
    places = found.places(results, rules)
    lines: dict[str, list[str]] = {level: [] for level in LEVELS}
    for page in found.unseen(results):
        lines["error"].append(_command("error", "Could not be checked", page.why, (page.where, 0)))
    for _, same in itertools.groupby(places, lambda place: (place.part, place.rule.id)):
        by_file: dict[found.Where, list[found.Place]] = {}
        for place in same:
            by_file.setdefault(place.at[0], []).append(place)
        for here in by_file.values():
            level = _LEVEL[here[0].rule.severity] if here[0].part == 0 else "notice"
            lines[level].append(_annotation(level, here))
    totals = found.totals(results, found.groups(places))
    written = [line for level in LEVELS for line in _capped(level, lines[level])]
    return "\n".join([*written, _command("notice", "lgaudit", totals)])


def _annotation(level: str, here: Sequence[found.Place]) -> str:
    rule, part = here[0].rule, here[0].part
    said = [here[0].message]
    said += [f"- {_line(place)}{place.about}" for place in here[:PLACES] if place.about]
    if len(here) > PLACES:
        said.append(f"and {len(here) - PLACES} more in this file")
    if here[0].template:
        built = list(dict.fromkeys(found.with_line(p.where.name, p.line) for p in here))
        more = f" and {len(built) - 1} more" if len(built) > 1 else ""
        said.append(f"Seen on {built[0]}{more}")
    if rule.fix:
        said.append(f"Fix: {rule.fix}")
    said.append(f"{rule.severity.value}, {rule.id}")
    title = rule.title if part == 0 else f"{found.PARTS[part]}: {rule.title}"
    return _command(level, title, "\n".join(said), here[0].at)


def _line(place: found.Place) -> str:
    line = place.at[1]
    return f"line {line}: " if line else ""


def _capped(level: str, lines: Sequence[str]) -> list[str]:
    most = SHOWN - 1 if level == "notice" else SHOWN  # the totals are a notice too
    if len(lines) <= most:
        return list(lines)
    more = len(lines) - most + 1
    text = f"{more} more are not shown here. Ask for another format to see them all."
    return [*lines[: most - 1], _command(level, "And more", text)]


def _command(
    level: str, title: str, message: str, at: tuple[found.Where, int] | None = None
) -> str:
    """One workflow command on one line."""
    text = cells.clean(message)
    properties = {"title": cells.one_line(title)}
    if at is not None and at[0].is_file:
        line = str(at[1] or found.FIRST_LINE)
        properties = {"file": at[0].name, "line": line, **properties}
    elif at is not None:
        text = f"{at[0].name}\n{text}"
    said = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{level} {said}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")

"""Where the bar is met, three ways more: by standard, by kind of council, by council."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lgaudit.models import Rule, Status
from lgaudit.report import charts
from lgaudit.report.league import MINIMUM_PEERS, Line
from lgaudit.report.peers import Table
from lgaudit.report.standards import Standing
from lgaudit.wcag import CRITERIA, in_order

STANDARDS = "kind standard level rules websites_judged websites_keeping share".split()


@dataclass(frozen=True, slots=True)
class Source:
    """A standard or criterion: the rules that count and come from it, over every site judged."""

    name: str
    level: str  # A or AA of a criterion, else ''
    rules: tuple[Standing, ...]
    keeps: Mapping[str, bool]  # by slug: whether each of its rules that was judged is met

    @property
    def kept(self) -> int:
        """Sites that meet every one of its rules that could be judged there."""
        return sum(self.keeps.values())

    @property
    def judged(self) -> int:
        """Sites on which one of its rules could be judged."""
        return len(self.keeps)

    def states(self, order: Sequence[Line]) -> list[int]:
        """Kept, not kept or unknown for each of these sites."""
        code = {True: charts.MET, False: charts.NOT_MET, None: charts.UNKNOWN}
        return [code[self.keeps.get(line.site.slug)] for line in order]


def by_standard(found: Iterable[Standing]) -> list[Source]:
    """Each standard that rules name, the most often kept first."""
    members: dict[str, list[Standing]] = {}
    for standing in _counting(found):
        for name in _names(standing.rule):
            members.setdefault(name, []).append(standing)
    sources = [_source(name, "", own) for name, own in members.items()]
    return sorted(sources, key=lambda s: (-s.kept / s.judged, -len(s.rules), s.name))


def by_criterion(found: Iterable[Standing]) -> list[Source]:
    """Each success criterion of WCAG that rules test, in the order of WCAG."""
    members: dict[str, list[Standing]] = {}
    for standing in _counting(found):
        for number in dict.fromkeys(standing.rule.wcag):
            if number in CRITERIA:
                members.setdefault(number, []).append(standing)
    return [
        _source(f"{number} {CRITERIA[number].name}", CRITERIA[number].level, members[number])
        for number in sorted(members, key=in_order)
    ]


def _counting(found: Iterable[Standing]) -> list[Standing]:
    return [s for s in found if s.rule.status is Status.SCORED and s.judged]


def _names(rule: Rule) -> list[str]:
    """The standards a rule names; several are parted by semicolons."""
    parts = (rule.standard.name if rule.standard else "").split(";")
    return list(dict.fromkeys(part.strip() for part in parts if part.strip()))


def _source(name: str, level: str, own: Sequence[Standing]) -> Source:
    keeps: dict[str, bool] = {}
    for standing in own:
        for line, score in standing.by_site:
            if score.met is not None:
                keeps[line.site.slug] = keeps.get(line.site.slug, True) and score.met
    return Source(name, level, tuple(own), keeps)


def standard_rows(found: Mapping[str, Sequence[Source]]) -> list[dict[str, Any]]:
    """A row for each source: the columns of :data:`STANDARDS`; ``found`` is by kind."""
    return [
        {
            "kind": kind,
            "standard": source.name,
            "level": source.level,
            "rules": len(source.rules),
            "websites_judged": source.judged,
            "websites_keeping": source.kept,
            "share": round(source.kept / source.judged, 4),
        }
        for kind, sources in found.items()
        for source in sources
    ]


def by_kind(
    found: Iterable[Standing], kinds: Sequence[Table]
) -> list[tuple[Standing, list[float | None]]]:
    """The share of sites that meet each rule in each table; None where under three were judged."""
    sites = [[line.site.slug for line in table.lines] for table in kinds]
    rows = []
    for standing in found:
        met = {line.site.slug: score.met for line, score in standing.by_site}
        shares: list[float | None] = []
        for slugs in sites:
            told = [own for slug in slugs if (own := met.get(slug)) is not None]
            shares.append(sum(told) / len(told) if len(told) >= MINIMUM_PEERS else None)
        rows.append((standing, shares))
    return rows

"""Where the bar is and is not met: each rule over every ranked site."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from lgaudit.models import Rule, RuleScore, Status
from lgaudit.report import cells, charts
from lgaudit.report.league import Line, ranked

_CODE = {True: charts.MET, False: charts.NOT_MET, None: charts.UNKNOWN}


@dataclass(frozen=True)
class Standing:
    """One rule over the sites, in table order: ranked sites first, then the others."""

    rule: Rule
    page: str  # file of the rule's page under rules/, without its ending
    by_site: tuple[tuple[Line, RuleScore], ...]

    @cached_property
    def met(self) -> list[tuple[Line, RuleScore]]:
        """Sites that meet the rule."""
        return [(line, score) for line, score in self.by_site if score.met is True]

    @cached_property
    def not_met(self) -> list[tuple[Line, RuleScore]]:
        """Sites that do not, lowest share first."""
        found = [(line, score) for line, score in self.by_site if score.met is False]
        return sorted(found, key=lambda pair: (pair[1].share or 0.0, pair[0].name))

    @property
    def nearest(self) -> tuple[Line, RuleScore] | None:
        """Of those that do not meet it, the site where the largest share of pages passes."""
        some = [pair for pair in self.not_met if pair[1].share]
        return max(some, key=lambda pair: pair[1].share or 0.0, default=None)

    @property
    def judged(self) -> int:
        """Sites on which the rule could be judged."""
        return len(self.met) + len(self.not_met)

    @property
    def share(self) -> float | None:
        """Share of the judged sites that meet the rule, 0 to 1."""
        return len(self.met) / self.judged if self.judged else None

    @cached_property
    def _met_by_slug(self) -> dict[str, bool | None]:
        return {line.site.slug: score.met for line, score in self.by_site}

    def states(self, order: Sequence[Line]) -> list[int]:
        """Met, not met or unknown for each of these sites."""
        known = self._met_by_slug
        return [_CODE[known.get(line.site.slug)] for line in order]


def standings(rules: Sequence[Rule], lines: Iterable[Line]) -> list[Standing]:
    """Every rule with its sites, in rule order."""
    everyone = list(lines)
    order = ranked(everyone)
    order += sorted(
        (x for x in everyone if x.rank is None and x.score), key=lambda x: (x.name, x.site.slug)
    )
    found: dict[str, list[tuple[Line, RuleScore]]] = {rule.id: [] for rule in rules}
    for line in order:
        for score in line.score.rules if line.score else ():
            if score.rule in found:
                found[score.rule].append((line, score))
    return [Standing(rule, rule_file(rule), tuple(found[rule.id])) for rule in rules]


def rule_file(rule: Rule) -> str:
    """'<pack>/<name>', safe as a path."""
    pack, _, name = rule.id.partition("/")
    return f"{cells.file_name(pack)}/{cells.file_name(name or pack)}"


def scored(found: Iterable[Standing]) -> list[Standing]:
    """Scored rules that could be judged somewhere, most often met first."""
    counted = [s for s in found if s.rule.status is Status.SCORED and s.judged]
    return sorted(counted, key=lambda s: (-(s.share or 0.0), s.rule.title, s.rule.id))


def by_category(found: Sequence[Standing]) -> Mapping[str, list[Standing]]:
    """The same, split by category in name order."""
    names = sorted({s.rule.category for s in found})
    return {name: [s for s in found if s.rule.category == name] for name in names}

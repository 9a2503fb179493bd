"""The league table for a terminal, as a rich renderable the command line prints."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from lgaudit.models import Interval
from lgaudit.report import charts, league, words
from lgaudit.results import Results

_WIDE = 24  # characters of the drawn interval
_SAME = "≈"  # stands before sites of a group
_DRAWN = 78  # a console of fewer columns gets no drawn interval
_RULES = 60  # nor one of fewer than this the rules met
_BARE = 79  # without the categories; each needs a column of its own
_CATEGORY = 13  # columns of the console each of them takes


@dataclass(frozen=True, slots=True)
class LeagueTable:
    """Ranked sites with bands and intervals, then why the others are not ranked.

    Print it on any rich console: a narrow one gets fewer columns. ``top`` limits the ranked
    sites shown; the rest are counted.
    """

    results: Results
    top: int | None = None

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw the tables for the width there is."""
        lines = list(league.first_lines(self.results).values())
        ranked = league.ranked(lines)
        shown = ranked if self.top is None else ranked[: self.top]
        if shown:
            yield _table(self.results, ranked, shown, options.max_width)
            if len(ranked) > len(shown):
                yield Text(f"and {len(ranked) - len(shown):,} more, in the report", "dim")
            if any(not group.apart for group in league.groups(shown)):
                yield Text(f"{_SAME} no clear difference inside the block", "dim")
        if missing := league.unranked(lines):
            if shown:
                yield Text()
            yield _not_ranked(missing)


def _table(
    results: Results, ranked: list[league.Line], shown: list[league.Line], width: int
) -> Table:
    axis = charts.axis_for(line.overall for line in ranked)
    categories = league.categories(results.scores)
    if width < _BARE + _CATEGORY * len(categories):
        categories = []
    drawn = width >= _DRAWN
    table = Table(title="Council websites", title_justify="left", show_edge=False)
    table.add_column("", style="dim", width=1)
    table.add_column("Rank", justify="right", no_wrap=True)
    table.add_column("Band", justify="right", style="dim", no_wrap=True)
    table.add_column("Council", overflow="fold")
    table.add_column("Score", justify="right", style="bold", no_wrap=True)
    if drawn:
        table.add_column(f"{axis.low}{'100':>{_WIDE - len(str(axis.low))}}", no_wrap=True)
    for name in categories:
        table.add_column(words.sentence_case(name), justify="right", no_wrap=True)
    rules = width >= _RULES
    if rules:
        table.add_column("Rules met", justify="right", no_wrap=True)
    for group in league.groups(shown):
        for number, line in enumerate(group.lines, start=1):
            if line.rank is None or line.score is None or line.overall is None:
                continue
            table.add_row(
                "" if group.apart else _SAME,
                str(line.rank.place),
                words.band(line.rank.low, line.rank.high),
                Text(line.name),
                f"{line.overall.value:.1f}",
                *([_drawn(line.overall, axis)] if drawn else []),
                *(_points(line.score.categories.get(name)) for name in categories),
                *([f"{line.score.rules_met} of {line.score.rules_applicable}"] if rules else []),
                end_section=number == len(group.lines),
            )
    return table


def _points(interval: Interval | None) -> str:
    return "–" if interval is None else f"{interval.value:.1f}"


def _drawn(score: Interval, axis: charts.Axis) -> Text:
    """The interval as a line with the score as a dot, on the table's common axis."""

    def at(value: float) -> int:
        share = (value - axis.low) / (axis.high - axis.low)
        return round(min(1.0, max(0.0, share)) * (_WIDE - 1))

    cells = [" "] * _WIDE
    for place in range(at(score.low), at(score.high) + 1):
        cells[place] = "─"
    cells[at(score.value)] = "●"
    return Text("".join(cells), "cyan")


def _not_ranked(lines: list[league.Line]) -> Table:
    """One row per reason, the commonest first, with the councils it holds back."""
    table = Table(title="Not ranked", title_justify="left", show_edge=False)
    table.add_column("Why", overflow="fold")
    table.add_column("Websites", justify="right")
    table.add_column("Which", overflow="fold")
    tally = Counter(words.reason(line.reason) for line in lines)
    for why, number in sorted(tally.items(), key=lambda item: (-item[1], item[0])):
        names = [line.name for line in lines if words.reason(line.reason) == why]
        more = f" and {len(names) - 3:,} more" if len(names) > 3 else ""
        table.add_row(Text(why), f"{number:,}", Text(", ".join(names[:3]) + more))
    return table

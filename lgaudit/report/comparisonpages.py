"""The pages and tables that compare: like with like, by other weights, by standard and kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from lgaudit.comparisons import Comparisons, Movers
from lgaudit.models import Rule
from lgaudit.report import breakdown, council, league, peers, shifts, standards, tables
from lgaudit.report.league import Line
from lgaudit.report.render import Renderer
from lgaudit.report.standards import Standing

if TYPE_CHECKING:
    from lgaudit.report.frames import pd


class ComparisonPages:
    """What a report compares, once all its sites are known: as tables, and as pages."""

    def __init__(
        self,
        comparisons: Comparisons,
        lines: Mapping[str, Line],
        standings: Sequence[Standing],
        rules: Mapping[str, Rule],
    ) -> None:
        self._comparisons = comparisons
        self._standings = standings
        self._rules = rules
        self.lines = lines
        self.alikes = peers.views(comparisons.tables, lines)
        self.kinds = [t for t in self.alikes if t.shown and t.alike.kind in ("nation", "type")]

    @property
    def movers(self) -> Movers | None:
        """What moved since the run before."""
        return self._comparisons.movers

    @cached_property
    def _ranked(self) -> list[Line]:
        return league.ranked(self.lines.values())

    @cached_property
    def _sources(self) -> dict[str, list[breakdown.Source]]:
        return {
            "standard": breakdown.by_standard(self._standings),
            "criterion": breakdown.by_criterion(self._standings),
        }

    def tables(self) -> dict[str, tuple[str, pd.DataFrame]]:
        """All of it as tables, those there are: file to its title, which names a sheet too."""
        rows = breakdown.standard_rows(self._sources)
        found = {"standards.csv": ("Standards", tables.frame(rows, breakdown.STANDARDS))}
        if self.alikes:
            rows = peers.rows(self.alikes)
            found["tables.csv"] = "Like with like", tables.frame(rows, peers.COLUMNS)
        if weightings := self._comparisons.weightings:
            rows = shifts.weight_rows(weightings, self._ranked)
            columns = ["slug", "name", "rank", *(w.id for w in weightings)]
            found["weights.csv"] = "Places by other weights", tables.frame(rows, columns)
        if self.movers is not None and not self.movers.differs:
            rows = shifts.mover_rows(self.movers, self.lines)
            found["movers.csv"] = "What moved", tables.frame(rows, shifts.MOVERS)
        return found

    def write(self, render: Renderer) -> None:
        """Every page of it."""
        for table in self.alikes:
            if table.shown:
                self._write_table(render, table)
        if self._comparisons.weightings:
            self._write_weights(render)
        self._write_standards(render)
        self._write_counts(render)
        if self.kinds:
            self._write_kinds(render)

    def _write_table(self, render: Renderer, table: peers.Table) -> None:
        render.page(
            "table.html",
            f"{table.page}.html",
            f"{table.name}: council websites ranked",
            f"Council websites ranked among their like: {table.name}.",
            table=table,
            groups=league.groups(table.ranked),
            heading=peers.HEADINGS[table.alike.kind],
        )

    def _write_weights(self, render: Renderer) -> None:
        render.page(
            "weights.html",
            "weights.html",
            "Places under other weights",
            "How far each council website's place moves when rules and categories are weighed "
            "otherwise.",
            ranked=self._ranked,
            shifts=shifts.shifts(self._comparisons.weightings, self._ranked),
        )

    def _write_standards(self, render: Renderer) -> None:
        render.page(
            "standards.html",
            "rules/standards.html",
            "Where the bar is met, by standard",
            "How many council websites meet every rule of each standard and WCAG criterion.",
            by_standard=self._sources["standard"],
            by_criterion=self._sources["criterion"],
            ranked=self._ranked,
        )

    def _write_counts(self, render: Renderer) -> None:
        render.page(
            "counts.html",
            "rules/councils.html",
            "Where the bar is met, council by council",
            "How many rules of each category each council website meets.",
            ranked=[(line, council.met_by_category(line, self._rules)) for line in self._ranked],
        )

    def _write_kinds(self, render: Renderer) -> None:
        by_category = standards.by_category(standards.scored(self._standings))
        render.page(
            "kinds.html",
            "rules/kinds.html",
            "Where the bar is met, by kind of council",
            "The share of council websites that meet each rule, by nation and type.",
            by_category={n: breakdown.by_kind(own, self.kinds) for n, own in by_category.items()},
            kinds=self.kinds,
        )

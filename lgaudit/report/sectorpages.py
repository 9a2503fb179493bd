"""The pages about all sites together: the league, rules, tasks, the map, suppliers, the method."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from lgaudit.comparisons import Comparisons
from lgaudit.models import Status
from lgaudit.report import (
    cells,
    charts,
    digest,
    files,
    history,
    league,
    mapping,
    peers,
    standards,
    suppliers,
    tasks,
)
from lgaudit.report.comparisonpages import ComparisonPages
from lgaudit.report.csvs import csv_text
from lgaudit.report.downloads import Download
from lgaudit.report.filters import Filters
from lgaudit.report.languages import ENGLISH, WELSH
from lgaudit.report.render import Renderer
from lgaudit.report.rows import SiteRows
from lgaudit.report.standards import Standing
from lgaudit.results import Results, TaskResult

EXTREMES = 5  # rules named as met most and least often
Good = Mapping[str, Mapping[str, str]]
Tasks = Mapping[str, Sequence[TaskResult]]


class SectorPages:
    """Writes them into one report; ``feeds``: whether pages have a feed beside them."""

    def __init__(
        self,
        results: Results,
        folder: Path,
        render: Renderer,
        comparisons: Comparisons,
        filters: Filters,
        feeds: bool,
    ) -> None:
        self._results, self._folder, self._render = results, folder, render
        self._comparisons, self._filters, self._feeds = comparisons, filters, feeds

    def _feed(self, name: str) -> str:
        """A feed's file beside its page, '' when there are none."""
        return name if self._feeds else ""

    def index(
        self,
        lines: list[league.Line],
        standings: list[Standing],
        downloads: list[Download],
        compared: ComparisonPages,
    ) -> None:
        """The league page."""
        ranked = league.ranked(lines)
        counted = standards.scored(standings)
        self._render.page(
            "index.html",
            "index.html",
            league.TITLE,
            "How much of the shared bar for council websites each council "
            "website meets, with how sure we are of it.",
            lines=lines,
            ranked=ranked,
            groups=league.groups(ranked),
            unranked=league.unranked(lines),
            filters=self._filters,
            middle=league.middle_score(ranked),
            pages=sum(line.coverage.audited for line in lines),
            counted=counted,
            pictures={
                name: charts.picture([s.states(ranked) for s in own])
                for name, own in standards.by_category(counted).items()
            },
            by_category=standards.by_category(counted),
            easiest=counted[:EXTREMES],
            hardest=list(reversed(counted))[:EXTREMES],
            downloads=downloads,
            feed=self._feed("feed.xml"),
            alikes=peers.by_kind(compared.alikes),
            movers=compared.movers,
            by_slug={line.site.slug: line for line in lines},
        )

    def rules(
        self,
        lines: list[league.Line],
        standings: list[Standing],
        compared: ComparisonPages,
        good: Good,
    ) -> None:
        """The page of all rules and one of each; ``good``: rule to site to a page that keeps it."""
        ranked = league.ranked(lines)
        self._render.page(
            "rules.html",
            "rules/index.html",
            "Where the bar is and is not met",
            "Every rule of the bar, and how many council websites meet it.",
            by_category=standards.by_category(standards.scored(standings)),
            silent=[s for s in standings if s.rule.status is Status.SCORED and not s.judged],
            unscored=[s for s in standings if s.rule.status is not Status.SCORED],
            ranked=ranked,
            kinds=compared.kinds,
        )
        rows = SiteRows(lines)
        for standing in standings:
            rule = standing.rule
            self._render.page(
                "rule.html",
                f"rules/{standing.page}.html",
                rule.title,
                f"What the rule “{rule.title}” asks, why, how to fix it, and which council "
                "websites meet it.",
                rule=rule,
                feed=self._feed(f"{standing.page.rpartition('/')[2]}.xml"),
                standing=standing,
                good=good.get(rule.id, {}),
                strip=charts.strip(standing.states(ranked)),
                rows=rows,
            )

    def tasks(self, lines: list[league.Line], told: Tasks) -> None:
        """The table of tasks and its page; ``told`` is what was found of them, by site."""
        text = csv_text([tasks.COLUMNS, *tasks.rows(lines, told)])
        size = files.put(self._folder / "tasks.csv", text)
        order = [
            line
            for line in (*league.ranked(lines), *league.unranked(lines))
            if told.get(line.site.slug)
        ]
        counts = (Counter(map(tasks.state_of, told[line.site.slug])) for line in order)
        through = [tasks.searched(told[line.site.slug]) for line in order]
        self._render.page(
            "tasks.html",
            "tasks.html",
            "Tasks: clicks to what people come for",
            "What people come to do on council websites, and in how many clicks they find it.",
            tasks=tasks.table(order, told),
            columns=list(zip(order, counts, through, strict=True)),
            asked=any(one.judged or one.unknown for one in through),
            download=Download("tasks.csv", "Every task by council", "CSV", size),
        )

    def map(self, lines: list[league.Line]) -> None:
        """The map."""
        tiles = mapping.tiles(lines)
        scale = mapping.bands(tile.score for tile in tiles if tile.score is not None)
        self._render.page(
            "map.html",
            "map.html",
            "Map of council websites by score",
            "Every council as one hexagon near where it lies, coloured by its website's score.",
            tiles=tiles,
            scale=scale,
            maps=mapping.maps(tiles, scale),
            swatch=mapping.SWATCH,
            hatch=mapping.hatch("hatch-key"),
        )

    def suppliers(self, found: list[suppliers.SupplierView]) -> None:
        """The pages of suppliers and the table of what their products share."""
        rows = [[cells.cell(value) for value in row] for row in suppliers.shared_rows(found)]
        text = csv_text([suppliers.SHARED, *rows])
        files.put(self._folder / "shared-issues.csv", text)
        self._render.page(
            "suppliers.html",
            "suppliers/index.html",
            "Suppliers: fix once, for many",
            "Products that councils share, and the defects that one fix would end for all of them.",
            suppliers=found,
        )
        for view in found:
            self._render.page(
                "supplier.html",
                f"suppliers/{view.page}.html",
                f"{view.use.name}: shared defects",
                f"Defects of {view.use.name} that several council websites share, and what "
                "mending each once would bring.",
                view=view,
                feed=self._feed(f"{view.page}.xml"),
                named=suppliers.NAMED,
            )

    def method(self, lines: list[league.Line]) -> None:
        """How it was done, in every language."""
        values: dict[str, object] = {
            "rules": self._results.rules,
            "settings": {
                name: value
                for name, value in digest.public_settings(self._results.run.settings).items()
                if name != "cohorts"  # a table of each is in the report
            },
            "lines": lines,
            "compared": self._comparisons,
            "history": history.until(self._results.bar.version),
            "asked": str(self._results.run.settings.get("contact") or ""),
        }
        welsh = any(line.of_first("nation") == "Wales" for line in lines)
        self._render.editions(
            "method.html",
            "method",
            "How the audit works and what it cannot see",
            "What a score means, how pages are sampled, how sure we are, how rules are weighed, "
            "and the limits of it all.",
            (ENGLISH, WELSH) if welsh else (ENGLISH,),
            "",
            values,
        )

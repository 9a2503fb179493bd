"""The pages and tables of one report, in the order they can be known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from lgaudit.comparisons import Comparisons
from lgaudit.differences import Courses
from lgaudit.lives import Lives
from lgaudit.models import Outcome, Rule, Status
from lgaudit.pictures import Pictures
from lgaudit.replies import Heard
from lgaudit.report import (
    cells,
    charts,
    digest,
    history,
    league,
    mapping,
    peers,
    shifts,
    standards,
    suppliers,
    tasks,
)
from lgaudit.report.comparisonpages import ComparisonPages
from lgaudit.report.councilpages import LATE, STEADY, CouncilPages, Job, stems
from lgaudit.report.csvs import FINDINGS, PAGE_TIMINGS, csv_text, timing_rows
from lgaudit.report.downloads import Download, Tables
from lgaudit.report.drafts import Drafts
from lgaudit.report.filters import filters_for
from lgaudit.report.languages import ENGLISH, WELSH
from lgaudit.report.ledger import Ledger
from lgaudit.report.press import Press
from lgaudit.report.render import Renderer
from lgaudit.report.rows import SiteRows
from lgaudit.report.standards import Standing
from lgaudit.report.yearpages import YearPages
from lgaudit.results import Results, Sharing, SiteResult, TaskResult

EXTREMES = 5  # rules named as met most and least often


class Site:
    """One report in the making."""

    def __init__(
        self,
        results: Results,
        folder: Path,
        sharing: Sharing,
        comparisons: Comparisons,
        heard: Heard,
        lives: Lives | None = None,
        pictures: Pictures | None = None,
        courses: Courses | None = None,
    ) -> None:
        self._results = results
        self._heard = heard
        self._comparisons = comparisons
        self._pictures = pictures
        self._sharing = sharing
        self._folder, self._drafts = folder, Drafts(folder)
        self._rules: dict[str, Rule] = {rule.id: rule for rule in results.rules}
        self._lines = league.first_lines(results)
        self.categories = league.categories(results.scores)
        self._edition = digest.edition(results, heard.digest)
        self._ledger = Ledger(folder, lives, self._rules, results.run)
        self._axis = charts.axis_for(s.overall for s in results.scores.values())
        self._rule_files = {rule.id: standards.rule_file(rule) for rule in results.rules}
        self._tasks: dict[str, Sequence[TaskResult]] = {}
        self._seen: dict[str, dict[str, str]] = {}  # rule -> site -> a page that keeps it
        timed = {r.id for r in results.rules if r.timing and r.status is Status.SCORED}
        self.filters = filters_for(self._lines.values())
        known = stems(list(self._lines.values()))
        self._names = {slug: name for slug, (_, name) in known.items()}
        self._years = YearPages(
            courses or Courses(), {slug: stem for slug, (stem, _) in known.items()}
        )
        self._render = Renderer(
            folder,
            {
                "run": results.run,
                "bar": results.bar,
                "edition": self._edition,
                "notice": digest.notice(results),
                "categories": self.categories,
                "axis": self._axis,
                "clocked": any(line.judged_any(timed) for line in self._lines.values()),
                "rule_files": self._rule_files,
                "Status": Status,
                "over_years": self._years.known,
                "heard": heard,
                "titles": {rule.id: rule.title for rule in results.rules},
                "scopes": {rule.id: rule.scope.value for rule in results.rules},
                "names": {slug: line.name for slug, line in self._lines.items()},
                "files": {slug: line.page for slug, line in self._lines.items()},
                "weightings": comparisons.weightings,
                "ranges": shifts.ranges(comparisons.weightings, results.ranks),
            },
        )
        self._councils = CouncilPages(
            results,
            list(self._lines.values()),
            folder,
            self._render,
            self._axis,
            comparisons.tables,
            self._years,
        )
        self._years.claim(self._render, self._names)

    def write(self, progress: Callable[[int, int], None]) -> None:
        """Write everything; sites are read one at a time."""
        self._write_sites(progress)
        lines = list(self._lines.values())
        found = suppliers.views(self._sharing, self._lines, self._rules, self._results.bar)
        self._ledger.finish(found, self._rule_files, self._drafts)
        self._drafts.remove()
        standings = standards.standings(self._results.rules, lines)
        compared = ComparisonPages(self._comparisons, self._lines, standings, self._rules)
        self._write_suppliers(found)
        self._write_tasks(lines)
        downloads = Tables(
            self._folder,
            self._results,
            self._rules,
            self._heard,
            lines,
            standings,
            self.categories,
            self._edition,
            shifts.changes(compared.movers),
            compared.tables(),
            self._ledger.known,
        ).write()
        self._write_index(lines, standings, downloads, compared)
        self._write_rules(lines, standings, compared)
        compared.write(self._render)
        self._years.write(self._render, self._names)
        self._write_map(lines)
        self._write_method(lines)

    # Sites

    def _write_sites(self, progress: Callable[[int, int], None]) -> None:
        total = len(self._lines)
        timings = [csv_text([PAGE_TIMINGS])]
        with Press(self._councils, total) as press:
            for done, result in enumerate(self._results.each_site(), start=1):
                line = league.full_line(self._lines[result.site.slug], result)
                self._lines[result.site.slug] = line
                self._tasks[result.site.slug] = result.tasks
                life = self._ledger.take(line, result)
                shown = self._pictures.of(result.site.slug) if self._pictures else ()
                press.write(Job(line, replace(result, outcomes=()), life, tuple(shown)))
                timings.append(csv_text(timing_rows(line, result.pages)))
                self._note_good_pages(result)
                self._sharing.add(result)
                progress(done, total)
        self._put("timings.csv", "".join(timings))
        for name in (STEADY, LATE):
            with (self._folder / name).open("wb") as file:
                file.write(csv_text([FINDINGS]).encode())
                for line in self._lines.values():
                    self._drafts.add_to(file, line.page, name)

    def _put(self, name: str, text: str) -> None:
        path = self._folder / name
        path.write_text(text, encoding="utf-8", errors="replace", newline="\n")

    def _note_good_pages(self, result: SiteResult) -> None:
        """Remember one page of the site that keeps each rule, for others to learn from."""
        for told in result.outcomes:
            good = min(
                (u for u, o in told.by_page.items() if o is Outcome.PASSED and u), default=""
            )
            if good:
                self._seen.setdefault(told.rule, {})[result.site.slug] = good

    def _feed(self, name: str) -> str:
        """A feed's file beside its page, '' when there are none."""
        return name if self._ledger.known else ""

    # The sector

    def _write_index(
        self,
        lines: list[league.Line],
        standings: list[Standing],
        downloads: list[Download],
        compared: ComparisonPages,
    ) -> None:
        ranked = league.ranked(lines)
        counted = standards.scored(standings)
        self._render.page(
            "index.html",
            "index.html",
            "Council websites: league table",
            "How much of the shared bar for council websites each council "
            "website meets, with how sure we are of it.",
            lines=lines,
            ranked=ranked,
            groups=league.groups(ranked),
            unranked=league.unranked(lines),
            filters=self.filters,
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
            by_slug=self._lines,
        )

    def _write_rules(
        self, lines: list[league.Line], standings: list[Standing], compared: ComparisonPages
    ) -> None:
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
                good=self._seen.get(rule.id, {}),
                strip=charts.strip(standing.states(ranked)),
                rows=rows,
            )

    def _write_tasks(self, lines: list[league.Line]) -> None:
        text = csv_text([tasks.COLUMNS, *tasks.rows(lines, self._tasks)])
        path = self._folder / "tasks.csv"
        path.write_text(text, encoding="utf-8", errors="replace", newline="\n")
        order = [
            line
            for line in (*league.ranked(lines), *league.unranked(lines))
            if self._tasks.get(line.site.slug)
        ]
        counts = (Counter(map(tasks.state_of, self._tasks[line.site.slug])) for line in order)
        self._render.page(
            "tasks.html",
            "tasks.html",
            "Tasks: clicks to what people come for",
            "What people come to do on council websites, and in how many clicks they find it.",
            tasks=tasks.table(order, self._tasks),
            columns=list(zip(order, counts, strict=True)),
            download=Download("tasks.csv", "Every task by council", "CSV", path.stat().st_size),
        )

    def _write_map(self, lines: list[league.Line]) -> None:
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

    def _write_suppliers(self, found: list[suppliers.SupplierView]) -> None:
        rows = [[cells.cell(value) for value in row] for row in suppliers.shared_rows(found)]
        text = csv_text([suppliers.SHARED, *rows])
        (self._folder / "shared-issues.csv").write_text(
            text, encoding="utf-8", errors="replace", newline="\n"
        )
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

    def _write_method(self, lines: list[league.Line]) -> None:
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

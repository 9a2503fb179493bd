"""The pages and tables of one report, in the order they can be known."""

from __future__ import annotations

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
    charts,
    digest,
    files,
    league,
    shifts,
    standards,
    suppliers,
)
from lgaudit.report.comparisonpages import ComparisonPages
from lgaudit.report.councilpages import CouncilPages, Job, Joint, stems
from lgaudit.report.csvs import PAGE_TIMINGS, csv_text, timing_rows
from lgaudit.report.downloads import Tables
from lgaudit.report.filters import filters_for
from lgaudit.report.languages import ENGLISH
from lgaudit.report.ledger import Ledger
from lgaudit.report.press import Press
from lgaudit.report.render import Renderer
from lgaudit.report.sectorpages import SectorPages
from lgaudit.report.yearpages import YearPages
from lgaudit.results import Results, Sharing, SiteResult, TaskResult


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
        self._folder = folder
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
        with Press(self._councils, len(self._lines)) as press:
            self._write_sites(press, progress)
            finish = self._write_sector(press)
        finish()

    def _write_sector(self, press: Press) -> Callable[[], None]:
        """What can be told of all sites while councils' pages may still be in the making.

        What is returned writes the rest, which needs the tables that are joined of them.
        """
        lines = list(self._lines.values())
        pages = SectorPages(
            self._results,
            self._folder,
            self._render,
            self._comparisons,
            self.filters,
            self._ledger.known,
        )
        found = suppliers.views(self._sharing, self._lines, self._rules, self._results.bar)
        press.join(Joint(self._ledger.owners(found)))
        self._ledger.feeds(found, self._rule_files)
        standings = standards.standings(self._results.rules, lines)
        compared = ComparisonPages(self._comparisons, self._lines, standings, self._rules)
        pages.suppliers(found)
        pages.tasks(lines, self._tasks)
        self._render.claim("index", league.TITLE, (ENGLISH,), "")
        tables = Tables(
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
        )
        tables.write()
        pages.rules(lines, standings, compared, self._seen)
        compared.write(self._render)
        self._years.write(self._render, self._names)
        pages.map(lines)
        pages.method(lines)

        def finish() -> None:
            pages.index(lines, standings, tables.finish(), compared)

        return finish

    # Sites

    def _write_sites(self, press: Press, progress: Callable[[int, int], None]) -> None:
        total = len(self._lines)
        timings = [csv_text([PAGE_TIMINGS])]
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
        files.put(self._folder / "timings.csv", "".join(timings))

    def _note_good_pages(self, result: SiteResult) -> None:
        """Remember one page of the site that keeps each rule, for others to learn from."""
        urls = sorted(filter(None, {url for told in result.outcomes for url in told.by_page}))
        for told in result.outcomes:
            said = told.by_page
            good = next((url for url in urls if said.get(url) is Outcome.PASSED), "")
            if good:
                self._seen.setdefault(told.rule, {})[result.site.slug] = good

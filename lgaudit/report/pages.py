"""The pages and tables of one report, in the order they can be known."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from lgaudit.comparisons import Comparisons
from lgaudit.lives import Lives, SiteLife
from lgaudit.models import Council, Outcome, Rule, Status
from lgaudit.replies import Heard
from lgaudit.report import (
    alike,
    cells,
    charts,
    council,
    digest,
    exports,
    history,
    issues,
    league,
    ledger,
    mapping,
    package,
    shifts,
    standards,
    suppliers,
    tables,
    tasks,
    words,
)
from lgaudit.report.compared import Compared
from lgaudit.report.filters import filters_for
from lgaudit.report.languages import ENGLISH, WELSH
from lgaudit.report.ledger import Ledger
from lgaudit.report.render import Renderer
from lgaudit.report.rows import SiteRows
from lgaudit.report.standards import Standing
from lgaudit.report.workbook import write_xlsx
from lgaudit.results import Results, Sharing, SiteResult, TaskResult

EXTREMES = 5  # rules named as met most and least often


@dataclass(frozen=True, slots=True)
class Download:
    """A file to fetch, said so that its link text tells type and size."""

    name: str
    what: str
    kind: str
    bytes: int

    @property
    def size(self) -> str:
        """'48 KB'."""
        return words.size(self.bytes)


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
    ) -> None:
        self._results = results
        self._heard = heard
        self._comparisons = comparisons
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
        timed = (r for r in results.rules if r.timing and r.status is Status.SCORED)
        self._timed = frozenset(rule.id for rule in timed)
        self.filters = filters_for(self._lines.values())
        self._render = Renderer(
            folder,
            {
                "run": results.run,
                "bar": results.bar,
                "edition": self._edition,
                "notice": digest.notice(results),
                "categories": self.categories,
                "axis": self._axis,
                "clocked": any(line.judged_any(self._timed) for line in self._lines.values()),
                "rule_files": self._rule_files,
                "Status": Status,
                "heard": heard,
                "titles": {rule.id: rule.title for rule in results.rules},
                "scopes": {rule.id: rule.scope.value for rule in results.rules},
                "names": {slug: line.name for slug, line in self._lines.items()},
                "files": {slug: line.page for slug, line in self._lines.items()},
                "weightings": comparisons.weightings,
                "ranges": shifts.ranges(comparisons.weightings, results.ranks),
            },
        )

    def write(self, progress: Callable[[int, int], None]) -> None:
        """Write everything; sites are read one at a time."""
        self._write_sites(progress)
        lines = list(self._lines.values())
        found = suppliers.views(self._sharing, self._lines, self._rules, self._results.bar)
        self._ledger.finish(found, self._rule_files)
        standings = standards.standings(self._results.rules, lines)
        compared = Compared(self._comparisons, self._lines, standings, self._rules)
        self._write_suppliers(found)
        self._write_tasks(lines)
        downloads = self._write_tables(lines, standings, compared)
        self._write_index(lines, standings, downloads, compared)
        self._write_rules(lines, standings, compared)
        compared.write(self._render)
        self._write_map(lines)
        self._write_method(lines)

    # Sites

    def _write_sites(self, progress: Callable[[int, int], None]) -> None:
        total = len(self._lines)
        ranked = league.ranked(self._lines.values())
        shared = self._shared_by_councils(ranked)
        with ExitStack() as stack:

            def begin(name: str, columns: list[str]) -> TextIO:
                path = self._folder / name
                opened = path.open("w", encoding="utf-8", errors="replace", newline="")
                file = stack.enter_context(opened)
                file.write(tables.csv_text([columns]))
                return file

            found = begin("findings.csv", tables.FINDINGS)
            timed = begin("findings-timing.csv", tables.FINDINGS)
            timings = begin("timings.csv", tables.PAGE_TIMINGS)
            for done, result in enumerate(self._results.each_site(), start=1):
                line = league.full_line(self._lines[result.site.slug], result)
                self._lines[result.site.slug] = line
                self._tasks[result.site.slug] = result.tasks
                steady, clocked = self._findings_text(line, result)
                found.write(steady)
                timed.write(clocked)
                timings.write(tables.csv_text(tables.timing_rows(line, result.pages)))
                self._note_good_pages(result)
                self._sharing.add(result)
                life = self._ledger.take(line, result)
                self._write_council(line, result, ranked, steady + clocked, shared, life)
                progress(done, total)

    def _shared_by_councils(self, ranked: list[league.Line]) -> dict[str, object]:
        """What is drawn from all sites and shown on every council's page."""
        values = [line.overall.value for line in ranked if line.overall]
        axes = [self._axis.wider(840), self._axis.wider(280)]
        return {
            "spreads": [(axis, charts.ticks(values, axis)) for axis in axes],
            "middles": {name: league.middle_score(ranked, name) for name in self.categories},
        }

    def _findings_text(self, line: league.Line, result: SiteResult) -> tuple[str, str]:
        """The site's findings as CSV: those two equal runs share, and those of a clock."""
        clocked = {rule.id for rule in self._rules.values() if rule.timing}
        rows = list(tables.finding_rows(line, result.findings, self._rules))
        steady = (row for row in rows if row[tables.FINDINGS.index("rule")] not in clocked)
        late = (row for row in rows if row[tables.FINDINGS.index("rule")] in clocked)
        return tables.csv_text(steady), tables.csv_text(late)

    def _note_good_pages(self, result: SiteResult) -> None:
        """Remember one page of the site that keeps each rule, for others to learn from."""
        for told in result.outcomes:
            good = min(
                (u for u, o in told.by_page.items() if o is Outcome.PASSED and u), default=""
            )
            if good:
                self._seen.setdefault(told.rule, {})[result.site.slug] = good

    def _write_council(
        self,
        line: league.Line,
        result: SiteResult,
        ranked: list[league.Line],
        findings: str,
        shared: Mapping[str, object],
        life: SiteLife | None,
    ) -> None:
        scores = {s.rule: s for s in line.score.rules} if line.score else {}
        failed = council.troubles(result.findings, Outcome.FAILED, self._rules, scores)
        doubtful = council.troubles(result.findings, Outcome.CANT_TELL, self._rules, scores)
        place = None
        if line.rank:
            place = league.Place(
                "sites ranked", line.rank.place, line.rank.low, line.rank.high, len(ranked)
            )
        for number, member in enumerate(line.site.councils or (None,)):
            name = cells.one_line(member.name, 80) if member else line.name
            stem = cells.file_name(member.slug if member else line.site.slug)
            file = self._folder / "councils" / f"{stem}.csv"
            file.parent.mkdir(exist_ok=True)
            text = tables.csv_text([tables.FINDINGS]) + findings
            file.write_text(text, encoding="utf-8", errors="replace", newline="\n")
            values: dict[str, object] = dict(
                name=name,
                council=member,
                sharers=[c.name for i, c in enumerate(line.site.councils) if i != number],
                line=line,
                clocked=line.judged_any(self._timed),
                result=result,
                place=place,
                peers=self._peers(line, ranked),
                **shared,
                failed=failed,
                doubtful=doubtful,
                met=sorted(
                    (
                        self._rules[s.rule]
                        for s in scores.values()
                        if s.met and s.rule in self._rules
                    ),
                    key=lambda rule: (rule.category, rule.title),
                ),
                tally=council.met_by_category(line, self._rules),
                steps=council.steps_of(line, ranked, failed, self._rules, self._results.bar),
                pages=council.audited_pages(result),
                broken=council.failures_by_page(result, self._rules),
                lost=council.lost_by_reason(result),
                suppliers=[(use, suppliers.page_of(use.product)) for use in result.suppliers],
                elsewhere=council.looked_elsewhere(result),
                **self._issues(line, life, stem, name),
            )
            title = "{name}: website audit"
            told = (
                "How much of the shared bar for council websites {name} meets, what to fix "
                "next, and which pages were looked at."
            )
            self._render.editions(
                "council.html", f"councils/{stem}", title, told, _tongues(member), name, values
            )

    def _issues(
        self, line: league.Line, life: SiteLife | None, stem: str, name: str
    ) -> dict[str, object]:
        """What a council's page shows of its issues and trend, and the files beside it."""
        folder = self._folder / "councils"
        files = [(f"{stem}.csv", "All findings", "CSV")]
        shown: dict[str, object] = {"parts_of": [], "fixed": [], "trend": (), "feed": ""}
        if life is not None:
            kept = self._ledger.council(stem, name, line, life)
            files += [
                (kept.csv, "Every issue once", "CSV"),
                (kept.json, "Every issue once", "JSON"),
            ]
            shown = {
                "parts_of": issues.parts(life.issues, self._rules),
                "fixed": issues.fixed(life.issues, self._rules, self._results.run.started),
                "trend": life.trend,
                "feed": kept.feed,
            }
        sizes = [Download(n, w, k, (folder / n).stat().st_size) for n, w, k in files]
        return {**shown, "downloads": sizes}

    def _feed(self, name: str) -> str:
        """A feed's file beside its page, '' when there are none."""
        return name if self._ledger.known else ""

    def _peers(self, line: league.Line, ranked: list[league.Line]) -> list[league.Place]:
        if self._comparisons.tables:
            return alike.places(self._comparisons.tables, line.site.slug)
        return league.peer_places(line, ranked)

    # The sector

    def _write_tables(
        self, lines: list[league.Line], standings: list[Standing], compared: Compared
    ) -> list[Download]:
        bar, changes = self._results.bar.version, shifts.changes(compared.movers)
        table = tables.league(lines, self.categories, self._edition, bar, changes, self._heard)
        shares = tables.shares(lines, self._rules)
        tables.write_csv(table, self._folder / "league.csv")
        tables.write_csv(shares, self._folder / "shares.csv")
        notes = [
            "Scores say how much of what a machine can check is met, on the pages that could be "
            "seen. They are not proof of conformance.",
            f"Bar {bar}, edition {self._edition}, {words.date(self._results.run.started)}.",
        ]
        notes.append(f"Data: {package.LICENCES[0]['title']}, see {package.LICENCE}.")
        if notice := digest.notice(self._results):
            notes.insert(0, cells.one_line(notice))
        when = self._results.run.started.astimezone(dt.UTC)
        by_rule = tables.by_rule(lines, self._rules)
        replies = tables.replies(self._heard)
        more = {**compared.tables(), "replies.csv": ("Replies", replies)}
        for file, (_, one) in more.items():
            tables.write_csv(one, self._folder / file)
        made = {"League": table, **dict(more.values()), "Rules": by_rule}
        titles = {"league.csv": "League", **{file: one for file, (one, _) in more.items()}}
        told = {ledger.FILE: "Issues"} if self._ledger.known else {}
        sheets, left = exports.sheets(self._folder, made, titles | told | exports.SHEETS)
        write_xlsx(sheets, [*notes, *left], self._folder / "league.xlsx", when)
        text = exports.as_json(self._results, table, self._edition, self._heard)
        self._put("league.json", text)
        counted = standards.scored(standings)
        self._put("summary.md", exports.as_markdown(self._results, lines, counted, self._heard))
        listed = [
            ("league.csv", "The league table", "CSV"),
            ("league.xlsx", "Every table, a sheet each", "Excel workbook"),
            ("league.json", "The league table", "JSON"),
            ("summary.md", "The league in short", "Markdown"),
            ("shares.csv", "Every rule by council", "CSV"),
            ("findings.csv", "Every finding that does not depend on a clock", "CSV"),
            ("findings-timing.csv", "Findings that depend on a clock", "CSV"),
            ("timings.csv", "Load times of the pages timed", "CSV"),
            *((file, title, "CSV") for file, (title, _) in more.items()),
        ]
        if self._ledger.known:
            listed.append((ledger.FILE, "Every issue of every website, once", "CSV"))
        return [Download(n, what, k, (self._folder / n).stat().st_size) for n, what, k in listed]

    def _put(self, name: str, text: str) -> None:
        path = self._folder / name
        path.write_text(text, encoding="utf-8", errors="replace", newline="\n")

    def _write_index(
        self,
        lines: list[league.Line],
        standings: list[Standing],
        downloads: list[Download],
        compared: Compared,
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
            alikes=alike.by_kind(compared.alikes),
            movers=compared.movers,
            by_slug=self._lines,
        )

    def _write_rules(
        self, lines: list[league.Line], standings: list[Standing], compared: Compared
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
        text = tables.csv_text([tasks.COLUMNS, *tasks.rows(lines, self._tasks)])
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
        text = tables.csv_text([suppliers.SHARED, *rows])
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


def _tongues(council: Council | None) -> tuple[str, ...]:
    """The languages a council's page is written in."""
    return (ENGLISH, WELSH) if council is not None and council.nation == "Wales" else (ENGLISH,)

"""Keeps the book of a report's issues: its table, each council's own, and the feeds of many."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from lgaudit.lives import Lives, SiteLife
from lgaudit.models import Rule, Run
from lgaudit.report import feeds, files, issues, suppliers
from lgaudit.report.csvs import csv_text
from lgaudit.report.drafts import Drafts
from lgaudit.report.feeds import Entry
from lgaudit.report.league import Line
from lgaudit.results import SiteResult

HELD = 200  # changes of one site that suppliers' feeds are drawn from
FILE = "issues.csv"
Owners = Mapping[tuple[str, str, str], tuple[str, str, str]]  # slug, rule, fingerprint -> OWNERS


ROWS, TOLD = "issues.csv", "issues.jsonl"  # drafts of each site's issues


def draft(drafts: Drafts, line: Line, life: SiteLife, rules: Mapping[str, Rule]) -> tuple[int, int]:
    """Draft one site's own files of issues; about how many bytes of CSV and JSON they will take."""
    told = list(issues.told(line, life.issues, rules))
    rows = drafts.put(line.page, ROWS, csv_text(map(issues.row, told)))
    lines = drafts.put(line.page, TOLD, "".join(issues.as_json(one) + "\n" for one in told))
    return rows + len(issues.HEADINGS), lines


class Ledger:
    """Takes in sites one at a time; memory grows with the newest changes, not with issues."""

    def __init__(
        self, folder: Path, lives: Lives | None, rules: Mapping[str, Rule], run: Run
    ) -> None:
        self._folder, self._lives, self._rules, self._run = folder, lives, rules, run
        self._sector: list[Entry] = []
        self._by_rule: dict[str, list[Entry]] = {}
        self._shared: list[Entry] = []  # of sites that have suppliers
        self._lines: list[Line] = []  # whose own files are written when suppliers are known

    @property
    def known(self) -> bool:
        """Whether issues are followed at all."""
        return self._lives is not None

    def take(self, line: Line, result: SiteResult) -> SiteLife | None:
        """Take in one site and tell what became of its issues."""
        if self._lives is None:
            return None
        life = self._lives.follow(result)
        self._lines.append(line)
        entries = feeds.of_changes(
            life.changes, self._rules, line.name, f"councils/{line.page}.html"
        )
        self._sector = feeds.newest([*self._sector, *entries])
        for entry in entries:
            own = self._by_rule.setdefault(entry.rule.id, [])
            own.append(entry)
            if len(own) > 4 * feeds.MOST:
                own[:] = feeds.newest(own)
        if result.suppliers:
            self._shared += feeds.newest(entries, HELD)
        return life

    def finish(
        self,
        views: Sequence[suppliers.SupplierView],
        rule_files: Mapping[str, str],
        drafts: Drafts,
    ) -> None:
        """Write the tables of issues, and the feeds of the sector, of rules and of suppliers."""
        if self._lives is None:
            return
        owners: dict[tuple[str, str, str], tuple[str, str, str]] = {}
        pages: dict[tuple[str, str, str], str] = {}
        for view in views:
            for defect in view.defects:
                for place in defect.issue.sites:
                    for mark in place.fingerprints:
                        key = (place.site, defect.issue.rule, mark)
                        owners[key] = (view.use.supplier, view.use.name, defect.issue.id)
                        pages[key] = view.page
        self._finish_tables(owners, drafts)
        self._feed("sector", "Council websites: issues", self._sector, "feed.xml", "index.html")
        for rule_id, file in rule_files.items():
            rule = self._rules[rule_id]
            self._feed(
                f"rule/{rule_id}",
                f"{rule.title}: issues",
                self._by_rule.get(rule_id, ()),
                f"rules/{file}.xml",
                f"rules/{file}.html",
            )
        told: dict[str, list[Entry]] = {}
        for entry in self._shared:
            issue = entry.change.issue
            page = pages.get((issue.site, issue.rule, issue.fingerprint))
            if page is not None:
                told.setdefault(page, []).append(entry)
        for view in views:
            self._feed(
                f"supplier/{view.page}",
                f"{view.use.name}: shared issues",
                told.get(view.page, ()),
                f"suppliers/{view.page}.xml",
                f"suppliers/{view.page}.html",
            )

    def _finish_tables(self, owners: Owners, drafts: Drafts) -> None:
        """Add the supplier to each issue; write the sector's table and each council's own."""
        rule, mark = issues.COLUMNS.index("rule"), issues.COLUMNS.index("fingerprint")
        with (self._folder / FILE).open("w", encoding="utf-8", newline="\n") as whole:
            whole.write(issues.HEADINGS)
            for line in self._lines:
                slug = line.site.slug
                with drafts.path(line.page, ROWS).open(encoding="utf-8", newline="") as rows:
                    own = list(csv.reader(rows))
                whose = [owners.get((slug, row[rule], row[mark])) for row in own]
                text = csv_text(map(issues.with_owner, own, whose))
                whole.write(text)
                with drafts.path(line.page, TOLD).open(encoding="utf-8", newline="\n") as lines:
                    listed = issues.listed(map(issues.json_with_owner, lines, whose))
                for stem in line.stems:
                    beside = self._folder / "councils"
                    files.put(beside / f"{stem}-issues.csv", issues.HEADINGS + text)
                    files.put(beside / f"{stem}-issues.json", listed)

    def _feed(self, name: str, title: str, entries: Sequence[Entry], file: str, page: str) -> None:
        text = feeds.feed(name, title, entries, file=file, page=page, started=self._run.started)
        files.put(self._folder / file, text)

"""Keeps the book of a report's issues: its table, what each council's page shows, its feeds."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lgaudit.lives import Lives, SiteLife
from lgaudit.models import Rule, Run
from lgaudit.report import feeds, issues, suppliers, tables
from lgaudit.report.feeds import Entry
from lgaudit.report.league import Line
from lgaudit.results import SiteResult

HELD = 200  # changes of one site that suppliers' feeds are drawn from
FILE = "issues.csv"


@dataclass(frozen=True, slots=True)
class Kept:
    """Files of one council: name and what is in it."""

    csv: str
    json: str
    feed: str


class Ledger:
    """Takes in sites one at a time; memory grows with the newest changes, not with issues."""

    def __init__(
        self, folder: Path, lives: Lives | None, rules: Mapping[str, Rule], run: Run
    ) -> None:
        self._folder, self._lives, self._rules, self._run = folder, lives, rules, run
        self._sector: list[Entry] = []
        self._by_rule: dict[str, list[Entry]] = {}
        self._shared: list[Entry] = []  # of sites that have suppliers
        self._draft = folder / f".{FILE}"
        if lives is not None:
            self._write(self._draft, tables.csv_text([issues.COLUMNS]))

    @property
    def known(self) -> bool:
        """Whether issues are followed at all."""
        return self._lives is not None

    def take(self, line: Line, result: SiteResult) -> SiteLife | None:
        """Take in one site and tell what became of its issues."""
        if self._lives is None:
            return None
        life = self._lives.follow(result)
        with self._draft.open("a", encoding="utf-8", errors="replace", newline="") as file:
            file.write(tables.csv_text(issues.rows(line, life.issues, self._rules)))
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

    def council(self, stem: str, name: str, line: Line, life: SiteLife) -> Kept:
        """Write one council's own files."""
        kept = Kept(f"{stem}-issues.csv", f"{stem}-issues.json", f"{stem}.xml")
        rows = tables.csv_text([issues.COLUMNS, *issues.rows(line, life.issues, self._rules)])
        folder = self._folder / "councils"
        self._write(folder / kept.csv, rows)
        self._write(folder / kept.json, issues.as_json(line, life.issues, self._rules))
        page = f"councils/{stem}.html"
        entries = feeds.of_changes(life.changes, self._rules, name, page)
        self._feed(
            f"council/{stem}", f"{name}: website issues", entries, f"councils/{kept.feed}", page
        )
        return kept

    def finish(
        self, views: Sequence[suppliers.SupplierView], rule_files: Mapping[str, str]
    ) -> None:
        """Write the table of all issues and the feeds of the sector, of rules and of suppliers."""
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
        self._finish_table(owners)
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

    def _finish_table(self, owners: Mapping[tuple[str, str, str], tuple[str, str, str]]) -> None:
        """Add the supplier to each row, now that it is known."""
        at = [issues.COLUMNS.index(name) for name in ("slug", "rule", "fingerprint")]
        with (
            self._draft.open(encoding="utf-8", newline="") as old,
            (self._folder / FILE).open("w", encoding="utf-8", newline="") as new,
        ):
            reader = csv.reader(old)
            writer = csv.writer(new, lineterminator="\n")
            writer.writerow([*next(reader), *issues.OWNERS])
            for row in reader:
                slug, rule, mark = (row[n] for n in at)
                writer.writerow(issues.with_owner(row, owners.get((slug, rule, mark))))
        self._draft.unlink()

    def _feed(self, name: str, title: str, entries: Sequence[Entry], file: str, page: str) -> None:
        text = feeds.feed(name, title, entries, file=file, page=page, started=self._run.started)
        self._write(self._folder / file, text)

    def _write(self, path: Path, text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", errors="replace", newline="\n")

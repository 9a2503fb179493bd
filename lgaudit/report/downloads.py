"""The sector's tables as files to fetch: CSV, workbook, JSON and Markdown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lgaudit.models import Rule
from lgaudit.replies import Heard
from lgaudit.report import cells, csvs, digest, files, ledger, package, standards, words
from lgaudit.report.league import Line
from lgaudit.report.standards import Standing
from lgaudit.results import Results

if TYPE_CHECKING:
    from lgaudit.report.frames import pd


@dataclass(frozen=True, slots=True)
class Download:
    """A file to fetch, said so that its link text tells type and size."""

    name: str
    what: str
    kind: str
    bytes: int
    about: bool = False  # the size is not known exactly

    @property
    def size(self) -> str:
        """'48 KB'."""
        return words.size(self.bytes)


@dataclass(frozen=True)
class Tables:
    """Everything that the tables are made from."""

    folder: Path
    results: Results
    rules: Mapping[str, Rule]
    heard: Heard
    lines: Sequence[Line]
    standings: Sequence[Standing]
    categories: Sequence[str]
    edition: str
    changes: Mapping[str, float]  # points gained by the sites that moved, by slug
    more: Mapping[str, tuple[str, pd.DataFrame]]  # file to its title and table
    issues: bool  # whether there is a table of issues
    _made: dict[str, pd.DataFrame] = field(default_factory=dict)  # by title
    _titles: dict[str, str] = field(default_factory=dict)  # of files

    def write(self) -> None:
        """Write those that need no other table."""
        from lgaudit.report import exports, tables  # pandas: only a report needs it

        results, bar = self.results, self.results.bar.version
        table = tables.league(
            self.lines, self.categories, self.edition, bar, self.changes, self.heard
        )
        tables.write_csv(table, self.folder / "league.csv")
        rows = tables.shares(self.lines, self.rules)
        csvs.write(self.folder / "shares.csv", tables.SHARES, rows)
        replies = tables.replies(self.heard)
        more = {**self.more, "replies.csv": ("Replies", replies)}
        for file, (_, one) in more.items():
            tables.write_csv(one, self.folder / file)
        by_rule = tables.by_rule(self.lines, self.rules)
        self._made.update({"League": table, **dict(more.values()), "Rules": by_rule})
        self._titles.update({"league.csv": "League", **{f: one for f, (one, _) in more.items()}})
        self._put("league.json", exports.as_json(results, table, self.edition, self.heard))
        counted = standards.scored(self.standings)
        self._put("summary.md", exports.as_markdown(results, self.lines, counted, self.heard))

    def finish(self) -> list[Download]:
        """Write the workbook of all tables, and tell what there is to fetch."""
        from lgaudit.report import exports, workbook

        told = {ledger.FILE: "Issues"} if self.issues else {}
        years = {"years.csv": "Years"} if (self.folder / "years.csv").exists() else {}
        titles = self._titles | told | years | exports.SHEETS
        sheets, left = exports.sheets(self.folder, self._made, titles)
        when = self.results.run.started.astimezone(dt.UTC)
        notes = [*self._notes(), *left]
        workbook.write_xlsx(sheets, notes, self.folder / "league.xlsx", when)
        listed = [
            ("league.csv", "The league table", "CSV"),
            ("league.xlsx", "Every table, a sheet each", "Excel workbook"),
            ("league.json", "The league table", "JSON"),
            ("summary.md", "The league in short", "Markdown"),
            ("shares.csv", "Every rule by council", "CSV"),
            ("findings.csv", "Every finding that does not depend on a clock", "CSV"),
            ("findings-timing.csv", "Findings that depend on a clock", "CSV"),
            ("timings.csv", "Load times of the pages timed", "CSV"),
            *((file, title, "CSV") for file, title in self._titles.items() if file != "league.csv"),
        ]
        if self.issues:
            listed.append((ledger.FILE, "Every issue of every website, once", "CSV"))
        return [Download(n, what, k, (self.folder / n).stat().st_size) for n, what, k in listed]

    def _notes(self) -> list[str]:
        """What stands on the workbook's last sheet."""
        results = self.results
        notes = [
            "Scores say how much of what a machine can check is met, on the pages that could be "
            "seen. They are not proof of conformance.",
            f"Bar {results.bar.version}, edition {self.edition}, "
            f"{words.date(results.run.started)}.",
            f"Data: {package.LICENCES[0]['title']}, see {package.LICENCE}.",
        ]
        notice = digest.notice(results)
        return [cells.one_line(notice), *notes] if notice else notes

    def _put(self, name: str, text: str) -> None:
        files.put(self.folder / name, text)

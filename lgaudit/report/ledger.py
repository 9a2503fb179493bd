"""Keeps the book of a report's issues: its table, each council's own, and the feeds of many."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from lgaudit.aside import Aside
from lgaudit.lives import Lives, SiteLife
from lgaudit.models import Rule, Run
from lgaudit.report import feeds, files, issues, suppliers
from lgaudit.report.drafts import Drafts
from lgaudit.report.feeds import Entry
from lgaudit.report.league import Line
from lgaudit.results import SiteResult

HELD = 200  # changes of one site that suppliers' feeds are drawn from
FILE = "issues.csv"
Owners = Mapping[tuple[str, ...], issues.Owner]  # by slug, rule and fingerprint


ROWS, TOLD, KEYS = "issues.csv", "issues.jsonl", "issues.txt"  # drafts of each site's issues


def draft(drafts: Drafts, line: Line, life: SiteLife, rules: Mapping[str, Rule]) -> tuple[int, int]:
    """Draft one site's own files of issues; about how many bytes of CSV and JSON they will take."""
    told = list(issues.told(line, life.issues, rules))
    rows = drafts.put(line.page, ROWS, "".join(issues.as_csv(one) + "\n" for one in told))
    lines = drafts.put(line.page, TOLD, "".join(issues.as_json(one) + "\n" for one in told))
    drafts.put(line.page, KEYS, "".join(f"{one['rule']}\t{one['fingerprint']}\n" for one in told))
    return rows + len(issues.HEADINGS), lines


def join(
    folder: Path,
    drafts: Drafts,
    sites: Iterable[tuple[str, str, Sequence[str]]],
    owners: Owners,
) -> None:
    """Add the supplier to each issue; write the sector's table and each council's own.

    ``sites`` are told by slug, the page that drafts go by, and the pages of their councils.
    """
    with (folder / FILE).open("wb") as whole:
        whole.write(issues.HEADINGS.encode())
        for slug, page, stems in sites:
            keys, rows, lines = (drafts.lines(page, name) for name in (KEYS, ROWS, TOLD))
            whose = [owners.get((slug, *key.split("\t"))) for key in keys]
            text = "".join(map(issues.with_owner, rows, whose))
            whole.write(text.encode())
            listed = issues.listed(map(issues.json_with_owner, lines, whose))
            for stem in stems:
                beside = folder / "councils"
                files.put(beside / f"{stem}-issues.csv", issues.HEADINGS + text)
                files.put(beside / f"{stem}-issues.json", listed)


class Ledger:
    """Takes in sites one at a time; memory grows with the newest changes, not with issues."""

    def __init__(
        self, folder: Path, lives: Lives | None, rules: Mapping[str, Rule], run: Run
    ) -> None:
        self._folder, self._lives, self._rules, self._run = folder, lives, rules, run
        self._sector = feeds.Newest()
        self._by_rule: dict[str, feeds.Newest] = {}
        self._aside = Aside(folder)  # entries of sites that have suppliers

    @property
    def known(self) -> bool:
        """Whether issues are followed at all."""
        return self._lives is not None

    def take(self, line: Line, result: SiteResult) -> SiteLife | None:
        """Take in one site and tell what became of its issues; of changes, what a feed shows."""
        if self._lives is None:
            return None
        life = self._lives.follow(result)
        entries = feeds.of_changes(
            life.changes, self._rules, line.name, f"councils/{line.page}.html"
        )
        newest = feeds.newest(entries, HELD)
        for entry in newest[: feeds.MOST]:
            self._sector.add(entry)
        for entry in entries:
            self._by_rule.setdefault(entry.rule, feeds.Newest()).add(entry)
        if result.suppliers:
            self._aside.append(pickle.dumps(newest, pickle.HIGHEST_PROTOCOL))
        shown = {(entry.issue, entry.state, entry.when) for entry in newest[: feeds.MOST]}
        changes = (c for c in life.changes if (c.issue.id, c.state, c.when) in shown)
        return replace(life, changes=tuple(changes))

    def owners(self, views: Sequence[suppliers.SupplierView]) -> Owners | None:
        """Who could mend which issue; None where issues are not followed."""
        if self._lives is None:
            return None
        found: dict[tuple[str, ...], issues.Owner] = {}
        for view, defect, key in _marks(views):
            found[key] = (view.use.supplier, view.use.name, defect.issue.id)
        return found

    def feeds(self, views: Sequence[suppliers.SupplierView], rule_files: Mapping[str, str]) -> None:
        """Write the feeds of the sector, of rules and of suppliers."""
        if self._lives is None:
            return
        pages = {key: view.page for view, _, key in _marks(views)}
        every = self._sector.entries()
        self._feed("sector", "Council websites: issues", every, "feed.xml", "index.html")
        for rule_id, file in rule_files.items():
            rule, own = self._rules[rule_id], self._by_rule.get(rule_id)
            self._feed(
                f"rule/{rule_id}",
                f"{rule.title}: issues",
                own.entries() if own else (),
                f"rules/{file}.xml",
                f"rules/{file}.html",
            )
        told: dict[str, feeds.Newest] = {}
        for block in self._aside:
            for entry in pickle.loads(block):
                if page := pages.get(entry.key):
                    told.setdefault(page, feeds.Newest()).add(entry)
        for view in views:
            self._feed(
                f"supplier/{view.page}",
                f"{view.use.name}: shared issues",
                told[view.page].entries() if view.page in told else (),
                f"suppliers/{view.page}.xml",
                f"suppliers/{view.page}.html",
            )

    def _feed(self, name: str, title: str, entries: Sequence[Entry], file: str, page: str) -> None:
        started, rules = self._run.started, self._rules
        text = feeds.feed(name, title, entries, rules, file=file, page=page, started=started)
        files.put(self._folder / file, text)


def _marks(
    views: Sequence[suppliers.SupplierView],
) -> Iterator[tuple[suppliers.SupplierView, suppliers.Defect, tuple[str, ...]]]:
    """Every issue that a supplier could mend, by slug, rule and fingerprint."""
    for view in views:
        for defect in view.defects:
            for place in defect.issue.sites:
                for mark in place.fingerprints:
                    yield view, defect, (place.site, defect.issue.rule, mark)

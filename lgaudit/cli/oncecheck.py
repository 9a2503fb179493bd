"""One check of `lgaudit check`: serve the folders, look, judge, hold against the budgets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from lgaudit import checking, settings
from lgaudit.access import Access
from lgaudit.cli import auditing
from lgaudit.cli.progress import Watch
from lgaudit.cli.targets import Group
from lgaudit.evaluate import budgets as budget
from lgaudit.evaluate.rulebook import Rulebook
from lgaudit.evaluate.sourcelines import Templates
from lgaudit.models import Engines, Rule
from lgaudit.replay import Replay
from lgaudit.results import SiteResult
from lgaudit.settings import Budget, CheckSettings, Settings

LARGEST = 2_000_000  # bytes of a template that is looked into


@dataclass(frozen=True)
class Check:
    """What is checked, and how."""

    groups: Sequence[Group]
    said: Mapping[str, Any]  # settings from the command line
    book: Rulebook
    budgets: Sequence[Budget]
    config: CheckSettings
    access: Access
    quiet: bool = False

    @property
    def templates(self) -> Templates:
        """What the pages are made from, as far as comments and the configuration tell."""
        return Templates(self.config.templates, self.config.template_root, cache(read_template))

    @contextmanager
    def served(self) -> Iterator[Settings]:
        """Serve the folders; gives the settings that find them."""
        local = all(group.folder for group in self.groups)
        with Replay([group.folder for group in self.groups if group.folder]) as replay:
            # Built pages need nothing from outside; pages at an address are there.
            said = {**self.said, "name_map": replay.name_map, "browser_roams": not local}
            if local and said.get("pace") is None:
                said["pace"] = 0.0
            said["allow_private"] = said.get("allow_private") or local or None
            yield settings.load(said)

    def run(self) -> tuple[list[SiteResult], tuple[Rule, ...], Engines]:
        """Results with what the budgets say, every rule that was judged, and the engines."""
        with self.served() as chosen, Watch(quiet=self.quiet) as watch:
            results, engines = checking.check(
                pages(self.groups),
                chosen,
                self.book,
                watch,
                auditing.now,
                self.access,
                templates=self.templates,
                budgets=self.budgets,
            )
        return (*self.budgeted(results), engines)

    def budgeted(self, results: Sequence[SiteResult]) -> tuple[list[SiteResult], tuple[Rule, ...]]:
        """The results with what the budgets say of them, and every rule that was judged."""
        after, more = budget.judged(results, self.budgets)
        return after, (*self.book.rules, *more)


def pages(groups: Sequence[Group]) -> list[checking.Pages]:
    """The groups as the checker takes them."""
    return [
        checking.Pages(
            group.site,
            tuple((t.url, t.source) for t in group.targets),
            group.whole,
            files=group.folder is not None,
        )
        for group in groups
    ]


def read_template(name: str) -> str | None:
    """The text of a file below the current folder, or None."""
    here = Path.cwd().resolve()
    try:
        file = (here / name).resolve()
        if not file.is_relative_to(here) or file.stat().st_size > LARGEST:
            return None
        return file.read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError):
        return None

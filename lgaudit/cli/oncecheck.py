"""One check of `lgaudit check`: serve the folders, look, judge, hold against the budgets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lgaudit import settings
from lgaudit.access import Access
from lgaudit.cli.progress import Watch
from lgaudit.cli.targets import Group
from lgaudit.machine import now
from lgaudit.replay import Replay
from lgaudit.settings import Budget, CheckSettings, Settings

if TYPE_CHECKING:
    from lgaudit.checking import Pages
    from lgaudit.evaluate.rulebook import Rulebook
    from lgaudit.evaluate.sourcelines import Templates
    from lgaudit.gather.browser import BrowserPool
    from lgaudit.models import Engines, Rule
    from lgaudit.results import SiteResult

LARGEST = 2_000_000  # bytes of a template that is looked into


@dataclass(frozen=True)
class Check:
    """What is checked, and how."""

    groups: Sequence[Group]
    said: Mapping[str, Any]  # settings from the command line
    read: Callable[[], Rulebook]  # may be asked again and again
    whole: bool  # the whole bar is wanted
    budgets: Sequence[Budget]
    config: CheckSettings
    access: Access
    quiet: bool = False

    @property
    def book(self) -> Rulebook:
        """The rules."""
        return self.read()

    @property
    def templates(self) -> Templates:
        """What the pages are made from, as far as comments and the configuration tell."""
        from lgaudit.evaluate.sourcelines import Templates

        return Templates(self.config.templates, self.config.template_root, cache(read_template))

    @contextmanager
    def served(self) -> Iterator[Settings]:
        """Serve the folders; gives the settings that find them."""
        local = all(group.folder for group in self.groups)
        with Replay([group.folder for group in self.groups if group.folder]) as replay:
            # Built pages need nothing from outside; pages at an address are there.
            # A Grid's nodes could not see them, and are for long runs.
            said = {**self.said, "name_map": replay.name_map, "browser_roams": not local}
            said["grid"] = ""
            if local and said.get("pace") is None:
                said["pace"] = 0.0
            said["allow_private"] = said.get("allow_private") or local or None
            yield settings.load(said)

    def run(self) -> tuple[list[SiteResult], tuple[Rule, ...], Engines]:
        """Results with what the budgets say, every rule that was judged, and the engines."""
        with self.served() as chosen, Watch(quiet=self.quiet) as watch:
            results, engines = asyncio.run(self._look(chosen, watch))
        return (*self.budgeted(results), engines)

    async def _look(self, chosen: Settings, watch: Watch) -> tuple[list[SiteResult], Engines]:
        """Look and judge. The whole bar needs browsers: they start and look while it is read."""
        most = max(1, sum(len(group.targets) for group in self.groups))
        soon = self.whole and chosen.browser
        async with _ahead(chosen, self.access, most) if soon else nullcontext() as pool:
            await asyncio.to_thread(import_module, "lgaudit.checking")
            from lgaudit.checking import Checker
            from lgaudit.gather.looks import NAMES

            reading = asyncio.create_task(asyncio.to_thread(self._get_ready, all_=soon))
            async with Checker(
                chosen,
                reading,
                watch,
                now,
                self.access,
                looks=NAMES if soon else None,
                pool=pool,
                templates=self.templates,
                budgets=self.budgets,
                most=most,
            ) as checker:
                return await checker.check(pages(self.groups)), await checker.engines()

    def _get_ready(self, *, all_: bool) -> Rulebook:
        """Read the rules, and load what is needed after them, while pages are looked at."""
        book = self.read()
        if all_:
            from lgaudit import urls
            from lgaudit.evaluate.checks import readability
            from lgaudit.gather import closely

            closely.lookers()
            import_module("lgaudit.report.summary")
            urls.read_suffixes()
            readability.hyphenation()
        return book

    def budgeted(self, results: Sequence[SiteResult]) -> tuple[list[SiteResult], tuple[Rule, ...]]:
        """The results with what the budgets say of them, and every rule that was judged."""
        from lgaudit.evaluate import budgets as budget

        after, more = budget.judged(results, self.budgets)
        return after, (*self.book.rules, *more)


def _ahead(chosen: Settings, access: Access, most: int) -> AbstractAsyncContextManager[BrowserPool]:
    from lgaudit.gather import browser  # the browser before all else: it takes longest to be there

    return browser.ahead(chosen, access, most)


def pages(groups: Sequence[Group]) -> list[Pages]:
    """The groups as the checker takes them."""
    from lgaudit.checking import Pages

    return [
        Pages(
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

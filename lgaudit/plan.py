"""What one run will do, what it needs for that, and who is told how it gets on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from lgaudit.bounds import Bounds
from lgaudit.evaluate import fingerprints, tasks
from lgaudit.evaluate.checks.vocabulary import VOCABULARY
from lgaudit.evaluate.enough import BROWSER_EVIDENCE
from lgaudit.evaluate.fingerprints import Product
from lgaudit.evaluate.rulebook import Rulebook
from lgaudit.evidence import Question
from lgaudit.gather.looks import wanted
from lgaudit.models import Run, Site
from lgaudit.results import SiteResult
from lgaudit.settings import Settings

if TYPE_CHECKING:
    from lgaudit.archive import Evidence

EVIDENCE = ".evidence"  # ending of the folder beside the store

Clock = Callable[[], dt.datetime]


class Watch(Protocol):
    """Is told how a run gets on."""

    def stage(self, name: str, total: int, done: int = 0) -> None:
        """A stage begins."""

    def held(self, bounds: Bounds) -> None:
        """Whom to ask what holds the run up."""

    def page(self, url: str) -> None:
        """A page was seen."""

    def step(self, name: str = "") -> None:
        """One of the stage's things is done."""

    def looked(self, site: Site, result: SiteResult) -> None:
        """A site is done."""


class Unwatched:
    """A :class:`Watch` that tells nobody."""

    def stage(self, name: str, total: int, done: int = 0) -> None:
        """Nothing."""

    def held(self, bounds: Bounds) -> None:
        """Nothing."""

    def page(self, url: str) -> None:
        """Nothing."""

    def step(self, name: str = "") -> None:
        """Nothing."""

    def looked(self, site: Site, result: SiteResult) -> None:
        """Nothing."""


@dataclass(frozen=True)
class Plan:
    """What one run will do."""

    run: Run
    sites: tuple[Site, ...]
    settings: Settings
    book: Rulebook


def needs_browser(book: Rulebook) -> bool:
    """True when some rule of the book judges what only a browser can see."""
    checks = (VOCABULARY.get(rule.check) for rule in book.rules)
    return any(check is not None and check.needs & BROWSER_EVIDENCE for check in checks)


def close_looks(book: Rulebook) -> tuple[str, ...]:
    """The close looks (keyboard, layout, motion) that some rule of the book needs."""
    checks = (VOCABULARY.get(rule.check) for rule in book.rules)
    return wanted(need for check in checks if check is not None for need in check.needs)


def questions_of(site: Site, plan: Plan) -> Sequence[Question]:
    """What to ask a site's own search, if the user wants it asked and a rule says what it found."""
    checks = (VOCABULARY.get(rule.check) for rule in plan.book.rules)
    if not plan.settings.ask_search or not any(c and "search" in c.needs for c in checks):
        return ()
    return tasks.questions(site.councils, plan.settings.search_questions)


def evidence_of(settings: Settings, run_id: str) -> Evidence:
    """Where the evidence of a run is: beside the store, and never inside the reports folder."""
    from lgaudit.archive import Evidence
    from lgaudit.store import private

    folder = settings.evidence_folder or private.beside(settings.store, settings.out, EVIDENCE)
    return Evidence(Path(folder), run_id)


def products_of(settings: Settings) -> Sequence[Product]:
    """The suppliers' products a run knows: the program's own and those of the settings."""
    return fingerprints.load(*([Path(settings.suppliers)] if settings.suppliers else ()))

"""For timers: run only when the last run is old enough, and end in one line."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from lgaudit.models import Run, Site
    from lgaudit.results import Results
    from lgaudit.settings import Settings

_PERIOD = re.compile(r"([1-9][0-9]{0,4})([hdw])")
_HOURS = {"h": 1, "d": 24, "w": 168}


def period(text: str) -> dt.timedelta:
    """The time that 12h, 30d or 4w stand for.

    Raises:
        BadParameter: it is written otherwise.
    """
    found = _PERIOD.fullmatch(text.strip().lower())
    if found is None:
        raise typer.BadParameter(
            f"{text!r} is no period: write hours, days or weeks, as in 12h, 30d or 4w",
            param_hint="--if-older-than",
        )
    return dt.timedelta(hours=int(found[1]) * _HOURS[found[2]])


def recent(sites: Iterable[Site], settings: Settings, since: dt.datetime) -> Run | None:
    """The newest finished run since then that looked at all these sites, and at least as closely.

    Raises:
        StoreError: the store cannot be read.
    """
    from lgaudit.store import Store
    from lgaudit.store.database import file_of, read_url

    file = file_of(read_url(settings.store))
    if file is not None and not file.exists():
        return None
    wanted = {site.homepage for site in sites}
    with Store.open(settings.store) as store:
        for summary in store.runs():
            if summary.finished is None or summary.started < since:
                continue
            results = store.results(summary.id)
            if _as_close(results.run, settings) and wanted <= {s.homepage for s in results.sites}:
                return results.run
    return None


def _as_close(run: Run, settings: Settings) -> bool:
    known = run.settings
    browser = bool(known.get("browser")) or not settings.browser
    return browser and int(known.get("pages") or 0) >= settings.pages


def nothing_to_do(run: Run, period: str) -> str:
    """The line that says so."""
    return f"lgaudit: nothing to do: run {run.id} of {run.started:%Y-%m-%d} is not {period} old"


def line(results: Results, written: Path) -> str:
    """How a run went, in one line that a mail from a timer can hold."""
    sites, ranked = len(results.sites), len(results.ranks)
    scores = [s.overall.value for s in results.scores.values() if s.overall is not None]
    middle = f", median score {sorted(scores)[len(scores) // 2]:.1f}" if scores else ""
    return (
        f"lgaudit: run {results.run.id}: {sites} site{'' if sites == 1 else 's'}, {ranked} ranked,"
        f" {sites - ranked} not{middle}, bar {results.bar.version};"
        f" report {(written / 'index.html').resolve()}"
    )

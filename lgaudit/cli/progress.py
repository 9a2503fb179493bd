"""Progress of long work: a live display in a terminal, plain lines anywhere else."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from lgaudit import urls
from lgaudit.cli.console import err, note
from lgaudit.models import Reason

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from lgaudit.bounds import Bounds
    from lgaudit.models import Site
    from lgaudit.results import SiteResult

HOST_WIDTH = 40  # characters of a host or file name that are shown
LOOKING = "Looking"  # the stage that may wait for others
LINE_EVERY = 15.0  # seconds between plain progress lines


class Watch:
    """Told what happens in a run; says so on standard error."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._live = err().is_terminal and not quiet
        self._quiet = quiet
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._started = self._said = time.monotonic()
        self._stage, self._total, self._done, self._pages = "", 0, 0, 0
        self._before = 0
        self._bounds: Bounds | None = None

    def __enter__(self) -> Self:
        if self._live:
            from rich.progress import (
                BarColumn,
                MofNCompleteColumn,
                Progress,
                SpinnerColumn,
                TextColumn,
                TimeElapsedColumn,
                TimeRemainingColumn,
            )

            self._progress = Progress(
                SpinnerColumn(),
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[rate]}"),
                TimeElapsedColumn(),
                TimeRemainingColumn(),
                TextColumn("{task.fields[host]}", style="dim", markup=False),  # hosts are strangers
                console=err(),
                transient=True,
            )
            self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._progress is not None:
            self._progress.stop()

    def stage(self, name: str, total: int, done: int = 0) -> None:
        """A stage of the run begins: ``total`` things to do, ``done`` of them already."""
        self._stage, self._total, self._done, self._pages = name, total, done, 0
        self._before = done  # by an earlier call, so they say nothing of how fast this one is
        self._started = self._said = time.monotonic()
        if self._progress is not None:
            if self._task is not None:
                self._progress.remove_task(self._task)
            self._task = self._progress.add_task(
                name, total=total, completed=done, rate="", host=""
            )
        elif not self._quiet and total:
            err().print(f"{name}: {total} to do" + (f", {done} done before" if done else ""))

    def held(self, bounds: Bounds) -> None:
        """Whom to ask what holds the looking up."""
        self._bounds = bounds

    def page(self, url: str) -> None:
        """One page has been seen."""
        self._pages += 1
        self._show(url)

    def step(self, name: str = "") -> None:
        """One of the stage's things is done."""
        self._done += 1
        self._show(name)

    def looked(self, site: Site, result: SiteResult) -> None:
        """A site is finished."""
        self._done += 1
        self._show(site.slug)
        if result.verdict.reason is Reason.PROGRAM_ERROR:  # never silent: the fault is ours
            note(f"{site.slug} was lost to a fault of lgaudit itself: {result.verdict.detail}")
            return
        if self._live or self._quiet or result.verdict.ok or self._total > 50:
            return
        why = result.verdict.detail or result.verdict.reason.value.replace("_", " ")
        err().print(f"{site.slug}: not seen ({why})", markup=False)

    @property
    def _rate(self) -> str:
        seconds = time.monotonic() - self._started
        if not self._pages or seconds <= 1:
            return ""
        held = self._bounds.now() if self._bounds is not None and self._stage == LOOKING else ""
        return f"{self._pages / seconds:.1f} pages/s" + (f", held up by {held}" if held else "")

    def _show(self, name: str) -> None:
        host = (urls.netloc_of(name) or name if "://" in name else name)[-HOST_WIDTH:]
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, completed=self._done, rate=self._rate, host=host)
            return
        now = time.monotonic()
        if self._quiet or now - self._said < LINE_EVERY:
            return
        self._said = now
        left = ""
        if fresh := self._done - self._before:
            seconds = (now - self._started) / fresh * (self._total - self._done)
            left = f", about {seconds / 60:.0f} min left" if seconds > 90 else ""
        rate = self._rate
        how = f", {rate}" if rate else ""
        line = f"{self._stage}: {self._done} of {self._total}{how}{left} ({host})"
        err().print(line, markup=False, soft_wrap=True)

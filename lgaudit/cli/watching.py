"""`lgaudit check --watch`: pages are checked again when what they are made of changes."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import typer
from watchfiles import awatch

from lgaudit.checking import Checker
from lgaudit.cli import changes
from lgaudit.cli.console import err, out
from lgaudit.cli.oncecheck import Check, pages
from lgaudit.cli.progress import Watch
from lgaudit.cli.targets import Group, TargetError
from lgaudit.machine import now
from lgaudit.report import summary

GATHER = 300  # milliseconds to wait at most for more changes of one save or build
STEP = 50


def keep_watching(job: Check, read: Callable[[], Sequence[Group]], here: Path) -> None:
    """Check all pages, then those that change, until Ctrl-C.

    ``read`` gives the groups as they are now, so that new pages are found.
    """
    if not all(group.folder for group in job.groups):
        raise typer.BadParameter("needs files or folders: addresses do not tell when they change")
    try:
        with job.served() as chosen, Watch(quiet=job.quiet) as watch:
            checker = Checker(
                chosen,
                job.book,
                watch,
                now,
                templates=job.templates,
                budgets=job.budgets,
            )
            asyncio.run(_watch(job, checker, read, here))
    except KeyboardInterrupt:
        err().print("Stopped watching.")


async def _watch(
    job: Check, checker: Checker, read: Callable[[], Sequence[Group]], here: Path
) -> None:
    roots = {g.folder.root.resolve() for g in job.groups if g.folder}
    saved: asyncio.Queue[set[Path] | None] = asyncio.Queue()
    listening = asyncio.create_task(_listen(roots, saved))
    await asyncio.sleep(0)  # it listens from here on, so that nothing saved meanwhile is missed
    try:
        async with checker:
            await _look(job, checker, job.groups)
            while (files := await _all(saved)) is not None:
                try:
                    groups = read()
                except TargetError:  # a build empties its folder before it fills it again
                    continue
                found = [_touched(group, files, job, here) for group in groups]
                if wanted := [group for group in found if group.targets]:
                    await _look(job, checker, wanted)
            await listening  # it has ended by a fault of its own, which is raised here
    finally:
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listening


async def _listen(roots: set[Path], saved: asyncio.Queue[set[Path] | None]) -> None:
    try:
        async for events in awatch(*roots, debounce=GATHER, step=STEP):
            saved.put_nowait({Path(name).resolve() for _, name in events})
    finally:
        saved.put_nowait(None)


async def _all(saved: asyncio.Queue[set[Path] | None]) -> set[Path] | None:
    """What was saved since the last look, when there is something; None when nobody listens."""
    files = await saved.get()
    while files is not None and not saved.empty():
        more = saved.get_nowait()
        files = files | more if more is not None else None
    return files


def _touched(group: Group, files: set[Path], job: Check, here: Path) -> Group:
    chosen, _ = changes.touched(group, files, job.config, here)
    return group if len(chosen) == len(group.targets) else replace(
        group, targets=chosen, whole=False
    )  # fmt: skip


async def _look(job: Check, checker: Checker, groups: Sequence[Group]) -> None:
    started = time.monotonic()
    results, rules = job.budgeted(await checker.check(pages(groups)))
    out().print(summary.issues(results, rules))
    took = time.monotonic() - started
    err().print(f"Checked in {took:.1f} s. Watching for changes; Ctrl-C ends it.")
    await checker.clear()

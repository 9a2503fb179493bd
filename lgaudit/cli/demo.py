"""`lgaudit demo`: the whole program on the bundled made-up councils, with no internet."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lgaudit.cli.console import err, out
from lgaudit.machine import now

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

    from lgaudit.demo.sector import Sector
    from lgaudit.replay import Replay
    from lgaudit.results import Results
    from lgaudit.settings import Settings

ALL_PAGES = 60
QUIET_PAGES = QUIET_LOADS = 1  # served on this machine, timings hardly differ from load to load
COHORT = "kelderby wrenshire borchester averley fenwick-green saxonhithe".split()
TIMEOUT = 8.0  # seconds: one of the sites never answers, and a busy machine takes long


def demo(
    folder: Annotated[
        Path, typer.Option("--out", metavar="FOLDER", help="Where the report goes.")
    ] = Path("reports"),
    pages: Annotated[
        int | None, typer.Option(min=1, help="Pages sampled on each site (default 60: all).")
    ] = None,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Only what can be judged without a browser.")
    ] = False,
    seed: Annotated[int, typer.Option(help="The same seed makes the same sector.")] = 1,
    serve: Annotated[
        bool, typer.Option("--serve", help="Only serve the sites, until you press Ctrl-C.")
    ] = False,
    truth: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also write the truth file: every planted defect."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the last run that did not finish.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
    edition: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=0,
            help="With --serve or --truth: the sector as it was in an earlier quarter, from 1.",
        ),
    ] = 0,
    history: Annotated[
        bool,
        typer.Option(help="Keep the three quarters before, as they were seen then, in the store."),
    ] = True,
) -> None:
    """Audit a made-up sector of councils, served on this machine only.

    Some are excellent, some poor, some hide behind a bot wall or do not answer. Every defect
    was planted, so the program is checked against the truth at the end.

    Three earlier quarters come with the program as evidence and are judged beside the run, so that
    the report shows what changed: what was fixed, came, came back, and what a redesign, a
    supplier, a merger, another bar and another axe-core did. Without a browser, or with --pages,
    the run is not like them and they are left out.
    """
    from lgaudit.demo import editions, sector
    from lgaudit.replay import Replay

    newest = editions.newest().number
    if edition > newest:
        raise typer.BadParameter(f"there are {newest} quarters", param_hint="--edition")
    if edition not in (0, newest) and not (serve or truth):
        raise typer.BadParameter(
            "an earlier quarter is over: --serve shows its sites, --truth FILE what was planted",
            param_hint="--edition",
        )
    made = sector.build(seed, edition=edition)
    if truth is not None:
        sector.write_truth(made, truth)
        if edition not in (0, newest) and not serve:
            return
    with Replay(made.sites.values()) as replay:
        if serve:
            _serve(replay)
            return
        code = _audit(
            made,
            replay,
            folder,
            pages,
            browser=not no_browser,
            seed=seed,
            resume=resume,
            quiet=quiet,
            history=history and not no_browser and pages is None and seed == 1,
        )
    raise typer.Exit(code)


def _audit(
    made: Sector,
    replay: Replay,
    folder: Path,
    pages: int | None,
    *,
    browser: bool,
    seed: int,
    resume: bool,
    quiet: bool,
    history: bool,
) -> int:
    from lgaudit import register
    from lgaudit.cli import auditing
    from lgaudit.demo import comparison

    chosen = settings_of(replay, folder, seed=seed, browser=browser, pages=pages)

    def tell(results: Results) -> None:
        told = comparison.compare(made.truth, results, browser=browser)
        for line in comparison.lines(told):
            err().print(line, markup=False, soft_wrap=True)

    auditing.check_folder(folder)
    past = _earlier(chosen) if history else None
    return auditing.run_and_show(
        register.sites(made.councils),
        chosen,
        resume="latest" if resume else "",
        quiet=quiet,
        before_report=past.join if past else lambda: None,
        after=tell,
        again=f"lgaudit demo --resume --out {shlex.quote(str(folder))}",
    )


def settings_of(
    replay: Replay, folder: Path, *, seed: int, browser: bool, pages: int | None = None
) -> Settings:
    """How the made-up sector is looked at."""
    from lgaudit import settings
    from lgaudit.demo import library

    return settings.Settings(
        pages=pages or ALL_PAGES,
        crawl_pages=2 * ALL_PAGES,
        pace=0.0,
        ask_search=True,
        search_pace=0.0,
        timeout=TIMEOUT,
        seed=seed,
        browser=browser,
        quiet_pages=QUIET_PAGES,
        quiet_loads=QUIET_LOADS,
        contact="demonstration on this machine only",
        store=f"sqlite:///{folder / 'demo.db'}",
        out=str(folder),
        evidence_folder=str(folder / "demo.evidence"),  # made up, so it may lie among the reports
        name_map=replay.name_map,
        only_mapped=True,
        ca_file=replay.ca_file,
        allow_private=True,
        replies=str(library.FOLDER / "replies.toml"),
        suppliers=str(library.FOLDER / "suppliers"),
        cohorts=[settings.Cohort(name="Kelderby and its neighbours", councils=COHORT)],
    )


def _earlier(chosen: Settings) -> BaseProcess:
    """A process that judges the earlier quarters beside the run, in what time the browsers leave.

    It is done long before the run, and ends with this program whatever happens.
    """
    from multiprocessing import get_context

    process = get_context("spawn").Process(
        target=keep_earlier, args=(chosen.store, chosen.evidence_folder), daemon=True
    )
    process.start()
    return process


def keep_earlier(store: str, evidence: str) -> None:
    """Judge the earlier quarters into a store."""
    import os
    import signal

    from lgaudit import earlier
    from lgaudit.cli.console import note
    from lgaudit.cli.progress import Watch
    from lgaudit.errors import LgauditError
    from lgaudit.evaluate import rulebook
    from lgaudit.store import Store

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started this ends it
    os.nice(10)
    try:
        with Store.open(store) as opened, Watch(quiet=True) as watch:
            earlier.keep(opened, Path(evidence), rulebook.load(), watch, now)
    except LgauditError as error:
        note(f"the earlier quarters are left out: {error}")


def _serve(replay: Replay) -> None:
    """Keep the sites up, and say how a browser finds them."""
    import time

    hosts = [host for host in replay.name_map if host.startswith("www.")]
    rules = ",".join(f"MAP {host}:443 127.0.0.1:{replay.port}" for host in hosts)
    out().print("\n".join(f"https://{host}/" for host in hosts), markup=False)
    out().print(
        "To visit them: chromium --ignore-certificate-errors --user-data-dir=$(mktemp -d)"
        f" --host-resolver-rules='{rules}' https://{hosts[0]}/",
        soft_wrap=True,
        markup=False,
    )
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return

"""`lgaudit demo`: the whole program on the bundled made-up councils, with no internet."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lgaudit.cli.console import err, out

if TYPE_CHECKING:
    from lgaudit.demo.sector import Sector
    from lgaudit.replay import Replay
    from lgaudit.results import Results

ALL_PAGES = 60
QUIET_PAGES = QUIET_LOADS = 1  # served on this machine, timings hardly differ from load to load
COHORT = "kelderby wrenshire borchester averley fenwick-green saxonhithe".split()
TIMEOUT = 4.0  # seconds; one of the sites never answers


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
) -> None:
    """Audit a made-up sector of councils, served on this machine only.

    Some are excellent, some poor, some hide behind a bot wall or do not answer. Every defect
    was planted, so the program is checked against the truth at the end.
    """
    from lgaudit.demo import sector
    from lgaudit.replay import Replay

    made = sector.build(seed)
    if truth is not None:
        sector.write_truth(made, truth)
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
) -> int:
    from lgaudit import register, settings
    from lgaudit.cli import auditing
    from lgaudit.demo import comparison, library

    chosen = settings.Settings(
        pages=pages or ALL_PAGES,
        crawl_pages=2 * ALL_PAGES,
        pace=0.0,
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

    def tell(results: Results) -> None:
        told = comparison.compare(made.truth, results, browser=browser)
        for line in comparison.lines(told):
            err().print(line, markup=False, soft_wrap=True)

    return auditing.run_and_show(
        register.sites(made.councils),
        chosen,
        resume="latest" if resume else "",
        quiet=quiet,
        after=tell,
        again=f"lgaudit demo --resume --out {shlex.quote(str(folder))}",
    )


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

"""`lgaudit report`: write a kept run's report again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lgaudit.cli.console import note, out
from lgaudit.cli.options import OutFolder, Replies, StoreUrl, Tables


def report(
    run: Annotated[
        str, typer.Argument(help="A run's id, the start of one, or latest (the default).")
    ] = "latest",
    store: StoreUrl = None,
    folder: OutFolder = None,
    table: Tables = None,
    replies: Replies = None,
    pictures: Annotated[
        bool,
        typer.Option(
            "--pictures/--no-pictures",
            help="Show issues in place where pictures of them are kept (default: show).",
        ),
    ] = True,
) -> None:
    """Write `reports/RUN/` again from what the store keeps.

    Cohorts the run was made with (`lgaudit audit --table`, `[[cohorts]]` in lgaudit.toml) are
    ranked again; `--table` adds more to this report only.
    """
    from lgaudit import settings
    from lgaudit.cli import auditing, cohorts
    from lgaudit.store import Store

    chosen = settings.load(
        {
            "store": store,
            "out": str(folder) if folder else None,
            "replies": str(replies) if replies else None,
        }
    )
    with Store.open(chosen.store, create=False) as opened:
        results = opened.results(run)
        named = cohorts.read_all(table or ())
        for sentence in cohorts.missing(named, results):
            note(sentence)
        named = cohorts.added(chosen, named).cohorts
        written = auditing.write_report(
            results,
            opened,
            Path(chosen.out),
            cohorts=named,
            replies=chosen.replies,
            pictures=auditing.pictures_of(chosen, results) if pictures else None,
        )
    out().print(str((written / "index.html").resolve()), soft_wrap=True, markup=False)

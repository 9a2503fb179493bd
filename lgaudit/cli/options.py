"""Options that several commands share, so that they read and work the same everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lgaudit.cli.console import note

if TYPE_CHECKING:
    from lgaudit.store import Store

RuleFolders = Annotated[
    list[Path] | None,
    typer.Option(
        "--rules", metavar="FOLDER", help="A folder of rule packs to add; may be repeated."
    ),
]
Only = Annotated[
    list[str] | None,
    typer.Option("--only", metavar="PACK", help="Only these packs or rules; may be repeated."),
]
Browsers = Annotated[
    int | None,
    typer.Option(
        "--browsers",
        min=1,
        help="Browsers at work (default one for each core, one more for several sites or many"
        " pages).",
    ),
]
NoBrowser = Annotated[
    bool, typer.Option("--no-browser", help="Only what can be judged without a browser.")
]
Tables = Annotated[
    list[Path] | None,
    typer.Option(
        "--table",
        metavar="FILE",
        help="Also rank the councils named in a file among themselves (a slug a line, CSV with a"
        " column slug, or TOML with name and councils); may be repeated.",
    ),
]
Replies = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="What councils reply to findings (replies.toml, see docs/replies.md): shown beside"
        " them; accepted ones give a second score.",
    ),
]
StoreUrl = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="URL",
        help="Where runs are kept (default ./lgaudit.db; postgresql://… for several people).",
    ),
]
OutFolder = Annotated[
    Path | None,
    typer.Option("--out", metavar="FOLDER", help="Where reports go (default ./reports)."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")]

KeepEvidence = Annotated[
    bool | None,
    typer.Option(
        "--keep-evidence/--no-evidence",
        help="Keep a WARC of each site beside the store, so that `lgaudit judge` can judge it"
        " again (default: keep, of the last five runs).",
    ),
]


def open_store(store: str | None) -> Store:
    """The store that an option or the settings name; it must be there.

    Raises:
        StoreError: it is not there, or cannot be read.
    """
    from lgaudit import settings
    from lgaudit.store import Store

    return Store.open(settings.load({"store": store}).store, create=False, told=note)

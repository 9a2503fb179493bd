"""`lgaudit councils`: look at the register, and check one before using it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from lgaudit.cli.console import as_json, out
from lgaudit.plurals import count

app = typer.Typer(
    no_args_is_help=True,
    help="The register of councils: list it, show one, check a file of your own.",
    short_help="The register of councils: list, show, check your own.",
)

File = Annotated[
    Path | None,
    typer.Option("--councils", metavar="FILE", help="Your register; default: the built-in one."),
]
Filter = Annotated[list[str] | None, typer.Option(help="Only these; may be given again.")]


@app.command("list")
def list_(
    councils: File = None,
    nation: Filter = None,
    type_: Annotated[list[str] | None, typer.Option("--type", help="Only these types.")] = None,
    region: Filter = None,
    format_: Annotated[str, typer.Option("--format", help="table, slugs or json.")] = "table",
) -> None:
    """List councils, one line each."""
    from lgaudit import register

    chosen = register.read(councils).select(
        nations=nation or (), types=type_ or (), regions=region or ()
    )
    if format_ == "json":
        typer.echo(as_json([_plain(c) for c in chosen]))
    elif format_ == "slugs":
        typer.echo("\n".join(c.slug for c in chosen))
    elif format_ == "table":
        from rich.table import Table
        from rich.text import Text

        table = Table("slug", "name", "nation", "type", "homepage", box=None, pad_edge=False)
        for c in chosen:
            table.add_row(*(Text(v) for v in (c.slug, c.name, c.nation, c.type, c.homepage)))
        out().print(table)
        shared = len(register.sites(chosen))
        out().print(f"{count(len(chosen), 'council')} on {count(shared, 'site')}")
    else:
        raise typer.BadParameter("must be table, slugs or json", param_hint="--format")


@app.command("show")
def show(slug: str, councils: File = None) -> None:
    """Show everything the register says of one council."""
    from rich.text import Text

    from lgaudit import register

    whole = register.read(councils)
    council = whole.council(slug)
    for name, value in _plain(council).items():
        if value not in ("", None, [], {}):
            shown = ", ".join(value) if isinstance(value, list) else str(value)
            out().print(Text.assemble((f"{name:<17}", "bold"), shown))
    sharing = [
        c.slug
        for s in register.sites(whole.councils)
        for c in s.councils
        if council in s.councils and c != council
    ]
    if sharing:
        out().print(Text.assemble((f"{'shares its site':<17}", "bold"), ", ".join(sharing)))


@app.command("check")
def check(
    file: Annotated[Path | None, typer.Argument(help="Default: the built-in register.")] = None,
) -> None:
    """Check a register; every bad row is named with its line number, and the exit code is 2."""
    from lgaudit import register

    whole = register.read(file)
    sites = register.sites(whole.councils)
    out().print(
        f"{count(len(whole.councils), 'council')} on {count(len(sites), 'site')};"
        " nothing to correct."
        + (f" Extra columns kept: {', '.join(whole.extra_columns)}." if whole.extra_columns else "")
    )


def _plain(council: Any) -> dict[str, Any]:
    import msgspec

    plain: dict[str, Any] = msgspec.to_builtins(council)
    extra: dict[str, Any] = plain.pop("extra")
    return {**plain, **extra}

"""`lgaudit compare` and `lgaudit history`: what changed, whether it is real, and over the years."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lgaudit.cli.console import as_json, note, out, table
from lgaudit.cli.options import StoreUrl, open_store
from lgaudit.plurals import count

if TYPE_CHECKING:
    from lgaudit.store import Store

FORMATS = ("terminal", "json", "csv", "markdown")
Format = Annotated[str, typer.Option("--format", help="terminal, json, csv or markdown.")]
FEW = 30  # sites whose issues are followed without being asked to
MOST = 40  # sites in the table on a terminal: the clear changes come first
_RUN = "A run's id, the start of one, latest, previous, or a date (the newest run up to that day)."


def compare(
    first: Annotated[str, typer.Argument(metavar="A", help=_RUN)] = "previous",
    second: Annotated[str, typer.Argument(metavar="B", help=_RUN)] = "latest",
    council: Annotated[
        list[str] | None,
        typer.Option(
            "--council", metavar="SLUG", help="Only this council's site; may be repeated."
        ),
    ] = None,
    issues: Annotated[
        bool | None,
        typer.Option(
            "--issues/--no-issues",
            help="Follow single issues too: reads every finding, ten sites a second. Without"
            " either: of named councils, and of 30 sites at most.",
        ),
    ] = None,
    store: StoreUrl = None,
    format_: Format = "terminal",
) -> None:
    """Say what changed between two runs, why, and whether it is more than chance.

    The change of each score is taken apart: what comes from another bar, another axe-core,
    timings, other pages in the sample, and from the site itself. Only the last is tested. Both
    sides are judged by the later bar where the store holds such a judgement (`lgaudit judge`);
    otherwise only rules common to both count. See docs/compare.md.

    Examples: `lgaudit compare`, `lgaudit compare 2026-03-31 latest --format csv`,
    `lgaudit compare previous latest --council exampleton`.
    """
    _check(format_)
    from dataclasses import replace

    from lgaudit import across
    from lgaudit.report import difference as shown

    with open_store(store) as opened:
        now = across.run_named(opened, second)
        then = across.run_named(opened, first, now)
        compared = across.compare(opened, then, now, _sites(opened, now, council or ()))
        if issues or (issues is None and (council or len(compared.sites) <= FEW)):
            from lgaudit import turns

            compared = replace(compared, issues=turns.turns(opened, compared))
    if format_ == "json":
        import msgspec

        typer.echo(as_json(msgspec.to_builtins(compared)))
        return
    if format_ == "terminal":
        for sentence in shown.sentences(compared):
            out().print(sentence, markup=False, highlight=False)
        head, *lines = shown.table(compared)
        most = len(lines) if council or not out().is_terminal else MOST
        table(head, lines[:most])
        if len(lines) > most:
            out().print(f"{count(len(lines) - most, 'more site')}: --format csv has them all.")
        for one in compared.sites if council else ():
            for what in ("new", "fixed", "returned", "open"):
                for rule in getattr(one, what):
                    out().print(f"{one.slug}: {what}: {rule}", markup=False, highlight=False)
            for line in (
                shown.issue_lines(one.slug, compared.issues[one.slug])
                if one.slug in (compared.issues)
                else ()
            ):
                out().print(line, markup=False, highlight=False, soft_wrap=True)
        return
    for sentence in shown.sentences(compared):
        note(sentence)
    _rows(format_, shown.SITE, shown.site_rows(compared))


def history(
    council: Annotated[
        str | None, typer.Argument(help="A council's slug; without one, the whole sector.")
    ] = None,
    store: StoreUrl = None,
    format_: Annotated[
        str, typer.Option("--format", help="terminal, json, csv, markdown or html.")
    ] = "terminal",
) -> None:
    """Show a council's scores over all runs, or the sector's.

    Each visit is shown as judged by the newest run's bar, where the store holds such a judgement
    (`lgaudit judge`); html is a page with charts, in one file.

    Councils that merged or split are followed through the register: what came before vesting day
    and what came after are shown together and marked, each with its own trend.

    Examples: `lgaudit history exampleton`, `lgaudit history --format csv`,
    `lgaudit history exampleton --format html > exampleton.html`.
    """
    _check(format_, (*FORMATS, "html"))
    from lgaudit import register, years
    from lgaudit.differences import Courses
    from lgaudit.report import difference as shown

    with open_store(store) as opened:
        kept = years.Years(opened)
        if council is None:
            whole = kept.courses(rules=False) if format_ == "html" else Courses(kept.sector())
        else:
            known = {one.slug: one for one in register.read().councils}
            whole = Courses(kept.council(council, known))
    course = whole.sector
    assert course is not None  # both say so when there is none
    if format_ == "json":
        import msgspec

        typer.echo(as_json(msgspec.to_builtins(course)))
    elif format_ == "html":
        from lgaudit.report import yearpages

        typer.echo(yearpages.alone(course, yearpages.lines(whole, {}, {})), nl=False)
    elif format_ == "terminal":
        for line in shown.course_lines(course):
            out().print(line, markup=False, highlight=False, soft_wrap=True)
    else:
        _rows(format_, shown.STAND, shown.stand_rows(course))


def _sites(store: Store, run: str, councils: Sequence[str]) -> list[str]:
    """The slugs of the councils' sites: some share one."""
    if not councils:
        return []
    seats = {c.slug: site.slug for site in store.results(run).sites for c in site.councils}
    return [seats.get(name, name) for name in councils]


def _check(format_: str, known: Sequence[str] = FORMATS) -> None:
    from lgaudit.errors import SettingsError

    if format_ not in known:
        raise SettingsError(f"--format {format_}: give one of {', '.join(known)}.")


def _rows(format_: str, columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    from lgaudit.report import difference as shown

    write = shown.as_csv if format_ == "csv" else shown.as_markdown
    typer.echo(write(columns, rows), nl=False)

"""`lgaudit judge`: judge kept evidence again, by today's bar, without the network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lgaudit.cli.console import note
from lgaudit.cli.options import Only, OutFolder, Quiet, RuleFolders, StoreUrl
from lgaudit.machine import now
from lgaudit.plurals import count

if TYPE_CHECKING:
    from lgaudit.evaluate.rulebook import Rulebook
    from lgaudit.models import Site
    from lgaudit.rejudge import Again
    from lgaudit.settings import Settings
    from lgaudit.store import Store

NAMED = 5  # sites named in one sentence


def judge(
    run: Annotated[str, typer.Argument(help="A run's id, the start of one, or latest.")] = "latest",
    rules: RuleFolders = None,
    only: Only = None,
    skip_missing: Annotated[
        bool,
        typer.Option("--skip-missing", help="Leave out sites whose evidence is no longer kept."),
    ] = False,
    store: StoreUrl = None,
    out: OutFolder = None,
    format_: Annotated[
        str, typer.Option("--format", help="terminal, or json for the results on standard output.")
    ] = "terminal",
    quiet: Quiet = False,
) -> None:
    """Judge a run again from its evidence, by today's rules and bar; nothing is asked for.

    The sites are judged as they were seen then. What comes of it is a new run that says which
    run's evidence it is of, by which bar it was judged then and by which now; so two runs can be
    compared by one bar. Under an unchanged bar it comes out as it did.

    Examples: `lgaudit judge latest`, `lgaudit judge 20261123 --rules ./my-rules`.
    """
    from lgaudit import rejudge, settings
    from lgaudit.cli import auditing
    from lgaudit.errors import EvidenceError
    from lgaudit.plan import evidence_of

    auditing.check_format(format_)
    chosen = settings.load({"store": store, "out": str(out) if out else None})

    def prepare(opened: Store, book: Rulebook) -> Again:
        again = rejudge.of_run(
            opened.results(run),
            lambda name: evidence_of(chosen, name),
            book,
            now(),
        )
        if again.missing and not skip_missing:
            raise EvidenceError(
                f"Evidence of {count(len(again.missing), 'site')} is not kept"
                f" ({_some(again.missing)}). Give --skip-missing to judge the others."
            )
        return again

    code = judge_and_show(
        prepare, chosen, rules or (), only or (), create=False, format_=format_, quiet=quiet
    )
    raise typer.Exit(code)


def from_files(
    files: Sequence[Path],
    named: Sequence[Site],
    chosen: Settings,
    rules: Sequence[Path],
    only: Sequence[str],
    *,
    format_: str,
    quiet: bool,
) -> int:
    """`lgaudit audit --from`: judge WARC files into a new run; returns the exit code."""
    from lgaudit import rejudge

    def prepare(_: Store, book: Rulebook) -> Again:
        return rejudge.of_files(files, named, chosen, book, now)

    return judge_and_show(prepare, chosen, rules, only, create=True, format_=format_, quiet=quiet)


def judge_and_show(
    prepare: Callable[[Store, Rulebook], Again],
    chosen: Settings,
    rules: Sequence[Path],
    only: Sequence[str],
    *,
    create: bool,
    format_: str,
    quiet: bool,
) -> int:
    """Judge what ``prepare`` finds, keep, report and print; returns the exit code."""
    from lgaudit import rejudge
    from lgaudit.cli import auditing
    from lgaudit.cli.progress import Watch
    from lgaudit.evaluate import rulebook
    from lgaudit.store import Store

    book = rulebook.load(tuple(rules), only=tuple(only))
    auditing.check_folder(Path(chosen.out))
    with Store.open(chosen.store, create=create) as store:
        again = prepare(store, book)
        if again.missing:
            note(f"left out, because no evidence is kept of them: {_some(again.missing)}.")
        for sentence in again.damage:
            note(f"{sentence} What could be read of it is judged.")
        _say(again)
        with Watch(quiet=quiet) as watch:
            results = rejudge.judge(again, store, watch, now)
        written = auditing.write_report(
            results,
            store,
            Path(chosen.out),
            replies=chosen.replies,
            quiet=quiet,
            pictures=auditing.pictures_of(chosen, results),
        )
        return auditing.show(results, written, format_=format_, checklist=False)


def _say(again: Again) -> None:
    run = again.plan.run
    bar = f"bar {run.engines.bar}"
    if run.judged_bar and run.judged_bar != run.engines.bar:
        bar += f" (then: bar {run.judged_bar})"
    note(f"judging the evidence of {run.judged_from} by {bar}; nothing is asked of any site.")


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more

"""The command line's front door: commands, the version, and how errors end."""

from __future__ import annotations

import contextlib
import errno
import signal
import sys
import traceback
from typing import Annotated, NoReturn

import typer

from lgaudit import __version__, collector
from lgaudit.cli import audit, check, compare, councils, demo, judge, report, rules, runs, statement
from lgaudit.cli.console import complain, hidden, let_go, never_choke
from lgaudit.errors import LgauditError

COULD_NOT_RUN = 2
INTERRUPTED = 130  # how typer leaves on Ctrl-C

app = typer.Typer(
    name="lgaudit",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=(
        "Audit UK council websites against one shared, openly published bar.\n\n"
        "Start with `lgaudit demo` (made-up councils, no internet needed), then"
        " `lgaudit audit YOUR-COUNCIL` for one site or `lgaudit check FOLDER` for pages"
        " before release.\n\n"
        "Exit codes: 0 done; 1 done, and the bar is not met (see `--fail-on`);"
        " 2 could not run or could not see what it was asked to."
    ),
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"lgaudit {__version__}")
        raise typer.Exit


@app.callback()
def _start(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    del version


app.command("audit")(audit.audit)
app.command("check")(check.check)
app.command("compare", short_help="Say what changed between two runs, and why.")(compare.compare)
app.command("demo", short_help="Audit a made-up sector of councils, offline.")(demo.demo)
app.command("history", short_help="Show scores of a council or the sector over the years.")(
    compare.history
)
app.command("judge", short_help="Judge a run again by today's rules and bar.")(judge.judge)
app.command("report", short_help="Write a kept run's report again.")(report.report)
app.command("statement", short_help="Draft what an accessibility statement must admit.")(
    statement.statement
)
app.add_typer(runs.app, name="runs")
app.add_typer(rules.app, name="rules")
app.add_typer(councils.app, name="councils")


def main() -> None:
    """Run the program; every error the user can act on is a sentence and exit code 2."""
    never_choke()
    _end_like_ctrl_c()
    try:
        with collector.seldom():  # most of what a command makes is there until it ends
            app()
    except LgauditError as error:
        complain(str(error))
        sys.exit(COULD_NOT_RUN)
    except KeyboardInterrupt:
        _stopped()
    except SystemExit as leaving:  # what typer and rich make of Ctrl-C and of a closed pipe
        if leaving.code == INTERRUPTED:
            _stopped()
        if isinstance(leaving.__context__, BrokenPipeError):
            let_go()
            sys.exit(0)
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            complain("The disk is full. What was kept before is safe: free some space, try again.")
            sys.exit(COULD_NOT_RUN)
        sys.stderr.write(hidden(traceback.format_exc()))
        complain(
            f"stopped by a fault of its own ({type(error).__name__}), not of yours. What was kept"
            " is safe. Please report it with the lines above and the command you gave."
        )
        sys.exit(COULD_NOT_RUN)


def _end_like_ctrl_c() -> None:
    """Let SIGTERM, by which CI ends a job, close browsers and give a clear exit code too."""
    with contextlib.suppress(ValueError, OSError):  # not the main thread, or no such signal here
        signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))


def _stopped() -> NoReturn:
    complain("Stopped. Nothing that was already kept is lost.")
    sys.exit(COULD_NOT_RUN)

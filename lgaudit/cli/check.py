"""`lgaudit check`: judge pages before release; no store, no crawling, an exit code for CI."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lgaudit.cli import outputs
from lgaudit.cli.console import let_go, note
from lgaudit.cli.options import Browsers, NoBrowser, Only, Quiet, RuleFolders

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lgaudit.evaluate.rulebook import Rulebook
    from lgaudit.results import SiteResult

PASSED, FAILED, COULD_NOT_CHECK = 0, 1, 2


def check(
    targets: Annotated[
        list[str],
        typer.Argument(metavar="PATH | URL...", help="Files, folders of built pages, or URLs."),
    ],
    root: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="The folder that / means, for absolute links."),
    ] = None,
    format_: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="NAME[=FILE]",
            help=f"{', '.join(outputs.NAMES)}; may be repeated, all but one with a file.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the result there instead, in a single format."),
    ] = None,
    fail_on: Annotated[
        str,
        typer.Option(help="Exit 1 for failures this severe or worse: minor to critical, or never."),
    ] = "minor",
    rules: RuleFolders = None,
    only: Only = None,
    browsers: Browsers = None,
    no_browser: NoBrowser = False,
    pace: Annotated[
        float | None,
        typer.Option(min=0, help="Least seconds between requests to one host (folders: none)."),
    ] = None,
    allow_private: Annotated[
        bool,
        typer.Option("--allow-private", help="Follow redirects to addresses inside the network."),
    ] = False,
    baseline: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Known issues that may pass; only new ones fail."),
    ] = None,
    update_baseline: Annotated[
        bool, typer.Option("--update-baseline", help="Remove from --baseline what is fixed.")
    ] = False,
    grow_baseline: Annotated[
        bool,
        typer.Option("--grow-baseline", help="Add new issues too; makes a first --baseline."),
    ] = False,
    all_pages: Annotated[
        bool,
        typer.Option("--all-pages", help="These are all pages: others in --baseline are gone."),
    ] = False,
    all_outcomes: Annotated[
        bool, typer.Option("--all-outcomes", help="JSON: list what passed too.")
    ] = False,
    header: Annotated[
        list[str] | None,
        typer.Option(
            metavar="'NAME: VALUE'",
            help="Send this to the addresses' own servers; may be repeated. env:VARIABLE in place"
            " of the value keeps it secret.",
        ),
    ] = None,
    cookie: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="As --header, a cookie; may be repeated."),
    ] = None,
    user: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Basic authentication; the password is in LGAUDIT_PASSWORD or asked for.",
        ),
    ] = "",
    session: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A saved sign-in: Playwright's storage state, or Selenium's cookies, as JSON.",
        ),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Check pages before release, each exactly as given.

    With `--baseline` only failures that it does not hold decide the exit code.

    Exit code 0: nothing scored fails at `--fail-on` or worse; 1: something does; 2: a page could
    not be checked (an error, a login or block page) and nothing else failed, or the command
    could not run.

    Examples: `lgaudit check build/`, `lgaudit check build/index.html --only axe`,
    `lgaudit check https://preview.example.gov.uk/bins --format json --output result.json`,
    `lgaudit check build/ --format sarif=out.sarif --format junit=out.xml --format terminal`.
    """
    from lgaudit import checking, settings
    from lgaudit.cli import auditing, signin
    from lgaudit.cli import baseline as known
    from lgaudit.cli import targets as target
    from lgaudit.cli.progress import Watch
    from lgaudit.evaluate import rulebook
    from lgaudit.replay import Replay

    _check_severity(fail_on)
    wanted = outputs.parse(format_ or (), output)
    known.check_choices(baseline, update=update_baseline, grow=grow_baseline)
    opened = signin.access(
        [item for item in targets if "://" in item],
        headers=header or (),
        cookies=cookie or (),
        user=user,
        session=session,
    )
    groups = target.read(targets, root)
    before = known.read(baseline, grow=grow_baseline)
    book = rulebook.load(tuple(rules or ()), only=tuple(only or ()))
    local = all(group.folder for group in groups)
    with Replay([group.folder for group in groups if group.folder]) as replay:
        chosen = settings.load(
            {
                "pace": 0.0 if local and pace is None else pace,
                "browsers": browsers,
                "browser": False if no_browser else None,
                "name_map": replay.name_map,
                "allow_private": allow_private or local or None,
            }
        )
        jobs = [
            checking.Pages(
                group.site,
                tuple((t.url, t.source) for t in group.targets),
                group.whole,
                files=group.folder is not None,
            )
            for group in groups
        ]
        with Watch(quiet=quiet) as watch:
            results, engines = checking.check(jobs, chosen, book, watch, auditing.now, opened)
    against = None
    if baseline is not None and before is not None:
        names = known.Names(groups, baseline.parent, before.folder, root, all_pages=all_pages)
        against = known.against(before, results, book, names, auditing.now().date())
        if update_baseline or grow_baseline:
            known.update(baseline, against, grow=grow_baseline)
    judged = results if against is None else against.failing(grown=grow_baseline)
    try:
        outputs.write(
            wanted,
            results,
            book.rules,
            engines,
            all_outcomes=all_outcomes,
            against=against,
            baseline=str(baseline or ""),
        )
    except (BrokenPipeError, SystemExit):  # rich makes the one of the other
        let_go()  # the reader has had enough, and the exit code still counts
    raise typer.Exit(exit_code(judged, book, fail_on))


def _check_severity(fail_on: str) -> None:
    from lgaudit.models import Severity

    levels = [*(severity.value for severity in Severity), "never"]
    if fail_on not in levels:
        raise typer.BadParameter(f"must be one of {', '.join(levels)}", param_hint="--fail-on")


def exit_code(results: Sequence[SiteResult], book: Rulebook, fail_on: str) -> int:
    """1 when a scored rule fails at that severity or worse, else 2 when a page was not seen."""
    from lgaudit.models import Outcome, Severity, Status

    rules = {rule.id: rule for rule in book.rules}
    if fail_on != "never":
        worst = Severity(fail_on).order
        for result in results:
            for finding in result.findings:
                rule = rules[finding.rule]
                counts = finding.outcome is Outcome.FAILED and rule.status is Status.SCORED
                if counts and rule.severity.order >= worst:
                    return FAILED
    unseen = [page for r in results for page in r.pages if not page.verdict.ok]
    if unseen:
        note(
            f"{len(unseen)} page{'s' if len(unseen) > 1 else ''} could not be checked;"
            " that is not a pass."
        )
        return COULD_NOT_CHECK
    return PASSED

"""`lgaudit check`: judge pages before release; no store, no crawling, an exit code for CI."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lgaudit.cli import outputs
from lgaudit.cli.console import let_go, note
from lgaudit.cli.options import Browsers, NoBrowser, Only, Quiet, RuleFolders
from lgaudit.machine import now
from lgaudit.plurals import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lgaudit.evaluate.gates import Gates
    from lgaudit.evaluate.rulebook import Rulebook
    from lgaudit.models import Rule
    from lgaudit.results import Gated, SiteResult
    from lgaudit.settings import CheckSettings

PASSED, FAILED, COULD_NOT_CHECK = 0, 1, 2


def check(
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH | URL...",
            help="Files, folders of built pages, or URLs; - reads a list from standard input.",
        ),
    ] = None,
    sitemap: Annotated[
        str, typer.Option(metavar="URL | FILE", help="Check the pages that a sitemap lists.")
    ] = "",
    replace_host: Annotated[
        str,
        typer.Option(
            metavar="[OLD=]NEW", help="Ask this host instead, as in https://preview.example.org."
        ),
    ] = "",
    max_pages: Annotated[
        int, typer.Option(min=1, help="At most so many pages of the sitemap.")
    ] = 1_000,
    changed_since: Annotated[
        str,
        typer.Option(
            metavar="REF", help="Only pages that changes since a git commit may have changed."
        ),
    ] = "",
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
        str | None,
        typer.Option(
            metavar="SEVERITY",
            help="Exit 1 for failures this severe or worse: minor (default) to critical, or never."
            " Given here, it replaces the gates of lgaudit.toml.",
        ),
    ] = None,
    explain: Annotated[
        str, typer.Option(metavar="RULE", help="Explain a rule, with examples, and end.")
    ] = "",
    watch: Annotated[
        bool, typer.Option("--watch", help="Check again, quickly, whenever a file changes.")
    ] = False,
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

    Gates, budgets and templates are set in lgaudit.toml, see docs/check.md; previews and sign-in in
    docs/access.md. With `--baseline` only failures that it does not hold decide the exit code.

    Exit code 0: nothing scored fails at `--fail-on` or worse; 1: something does; 2: a page could
    not be checked (an error, a login or block page) and nothing else failed, or the command
    could not run.

    Examples: `lgaudit check build/`, `lgaudit check build/index.html --only axe`,
    `lgaudit check https://preview.example.gov.uk/bins --format json --output result.json`,
    `lgaudit check build/ --format sarif=out.sarif --format junit=out.xml --format terminal`,
    `lgaudit check --sitemap https://www.example.gov.uk/sitemap.xml --replace-host preview.test`,
    `lgaudit check build/ --changed-since origin/main`, `lgaudit check build/ --watch`.
    """
    if explain:
        from lgaudit.cli.rules import show

        show(explain, rules)
        return
    from lgaudit import settings
    from lgaudit.cli import baseline as known
    from lgaudit.cli import inputs, signin
    from lgaudit.cli import targets as target
    from lgaudit.cli.oncecheck import Check

    here = Path.cwd()
    config = settings.load_check()
    gates = choose_gates(fail_on, config)
    wanted = outputs.parse(format_ or (), output)
    known.check_choices(baseline, update=update_baseline, grow=grow_baseline)
    moved = inputs.mover(replace_host)
    items = [moved(item) for item in inputs.named(targets or ())]
    said = {
        "pace": pace,
        "browsers": browsers,
        "browser": False if no_browser else None,
        "allow_private": allow_private or None,
    }
    if sitemap and "://" not in sitemap:  # the user's own file: the servers it names are meant
        items += inputs.listed(sitemap, moved, max_pages, settings.load(said))
    addresses = [item for item in (*items, moved(sitemap)) if "://" in item]
    opened = signin.access(
        addresses, headers=header or (), cookies=cookie or (), user=user, session=session
    )
    if "://" in sitemap:
        items += inputs.listed(sitemap, moved, max_pages, settings.load(said), opened)
    groups = target.read(items, root)
    before = known.read(baseline, grow=grow_baseline)
    read = cache(partial(_rules, tuple(rules or ()), tuple(only or ())))
    budgets = () if only else config.budgets
    job = Check(groups, said, read, not only, budgets, config, opened, quiet)
    if watch:
        from lgaudit.cli.watching import keep_watching

        keep_watching(job, lambda: target.read(items, root), here)
        return
    if changed_since:
        from lgaudit.cli import changes

        groups = changes.only_changed(groups, changes.since(changed_since, here), config, here)
        job = replace(job, groups=groups)
        if not groups:
            note(f"no page has changed since {changed_since}, so none is checked.")
    results, rulings, engines = job.run()
    against = None
    if baseline is not None and before is not None:
        names = known.Names(groups, baseline.parent, before.folder, root, all_pages=all_pages)
        against = known.against(before, results, job.book, names, now().date())
        if update_baseline or grow_baseline:
            known.update(baseline, against, grow=grow_baseline)
    judged = results if against is None else against.failing(grown=grow_baseline)
    gated = weigh(judged, rulings, gates)
    try:
        outputs.write(
            wanted,
            results,
            rulings,
            engines,
            all_outcomes=all_outcomes,
            against=against,
            baseline=str(baseline or ""),
            gated=gated,
        )
    except (BrokenPipeError, SystemExit):  # rich makes the one of the other
        let_go()  # the reader has had enough, and the exit code still counts
    if gated.below and not any(item.name == "terminal" and not item.file for item in wanted):
        note(gated.sentence)
    raise typer.Exit(exit_code(results, gated))


def _rules(folders: Sequence[Path], only: Sequence[str]) -> Rulebook:
    from lgaudit.evaluate import rulebook

    return rulebook.load(folders, only=only)


def choose_gates(fail_on: str | None, config: CheckSettings) -> Gates:
    """The gates: those of the command line, else those of lgaudit.toml."""
    from lgaudit.evaluate.gates import Gates
    from lgaudit.models import Severity

    levels = [*(severity.value for severity in Severity), "never"]
    if fail_on is None:
        return Gates(config.fail_on, config.gates)
    if fail_on not in levels:
        raise typer.BadParameter(f"must be one of {', '.join(levels)}", param_hint="--fail-on")
    if config.gates:
        note("--fail-on replaces the gates of lgaudit.toml this time.")
    return Gates(fail_on)


def weigh(results: Sequence[SiteResult], rules: Sequence[Rule], gates: Gates) -> Gated:
    """What the gates make of the results."""
    from lgaudit.evaluate import gates as gate

    return gate.weigh(results, {rule.id: rule for rule in rules}, gates)


def exit_code(results: Sequence[SiteResult], gated: Gated) -> int:
    """1 when the gate is closed, else 2 when a page was not seen."""
    if gated.stopped:
        return FAILED
    unseen = [page for r in results for page in r.pages if not page.verdict.ok]
    if unseen:
        note(f"{count(len(unseen), 'page')} could not be checked; that is not a pass.")
        return COULD_NOT_CHECK
    return PASSED

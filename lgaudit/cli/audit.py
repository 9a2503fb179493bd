"""`lgaudit audit`: look at every council's site, evaluate, keep, show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lgaudit.cli.console import note
from lgaudit.cli.options import (
    Browsers,
    KeepEvidence,
    NoBrowser,
    Only,
    OutFolder,
    Quiet,
    Replies,
    RuleFolders,
    StoreUrl,
    Tables,
)
from lgaudit.machine import now

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lgaudit.models import Site
    from lgaudit.register import Register


def audit(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[URL | COUNCIL-SLUG]...",
            help="Sites to audit; with no names, every council in the register.",
        ),
    ] = None,
    councils: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Your own register (CSV); default: the built-in one."),
    ] = None,
    nation: Annotated[
        list[str] | None, typer.Option(help="Only councils of this nation; may be repeated.")
    ] = None,
    type_: Annotated[
        list[str] | None, typer.Option("--type", help="Only councils of this type.")
    ] = None,
    region: Annotated[list[str] | None, typer.Option(help="Only councils of this region.")] = None,
    cohort: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Only the councils named in a file (a slug a line, CSV or TOML), ranked among"
            " themselves too; may be repeated.",
        ),
    ] = None,
    table: Tables = None,
    replies: Replies = None,
    pages: Annotated[
        int | None, typer.Option(min=1, help="Pages sampled on each site (default 30).")
    ] = None,
    sites: Annotated[
        int | None, typer.Option(min=1, help="Sites fetched at the same time (default 40).")
    ] = None,
    browsers: Browsers = None,
    no_browser: NoBrowser = False,
    grid: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Use the browsers of a Selenium Grid (http://grid:4444) instead of this"
            " machine's, as many as its nodes have room for; see docs/scale.md.",
        ),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Look at sites from the workers of a Dask cluster (tcp://scheduler:8786), or from"
            " N processes of this machine (local:N); see docs/scale.md.",
        ),
    ] = None,
    pace: Annotated[
        float | None, typer.Option(min=0, help="Least seconds between requests to one host.")
    ] = None,
    contact: Annotated[
        str | None, typer.Option(help="E-mail or page that site owners can ask about the visit.")
    ] = None,
    rules: RuleFolders = None,
    only: Only = None,
    ask_search: Annotated[
        bool,
        typer.Option(
            "--ask-search",
            help="Also ask each site's own search for up to ten of the tasks its council does, by"
            " the words residents use. An answer costs a council more to make than a page, so"
            " nothing is asked without this; robots.txt is obeyed, and no form is ever sent: only"
            " addresses that a search form makes are asked for, at least a second apart.",
        ),
    ] = False,
    seed: Annotated[
        int | None, typer.Option(help="The same seed and sites give the same sample.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the last run that did not finish.")
    ] = False,
    run: Annotated[
        str | None, typer.Option(metavar="RUN", help="With --resume: the run to go on with.")
    ] = None,
    store: StoreUrl = None,
    out: OutFolder = None,
    if_older_than: Annotated[
        str | None,
        typer.Option(
            metavar="PERIOD",
            help="For timers: do nothing when the last finished run of these sites is younger"
            " (12h, 30d, 4w), and end in one line.",
        ),
    ] = None,
    evidence: KeepEvidence = None,
    warcs: Annotated[
        list[Path] | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help="Judge a WARC instead of visiting (ours in full, another crawler's without a"
            " browser); may be repeated. Names then say whose site it is.",
        ),
    ] = None,
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            help="terminal, json for the results on standard output, or line for a timer's mail.",
        ),
    ] = "terminal",
    quiet: Quiet = False,
) -> None:
    """Audit council websites and write a league table.

    Examples: `lgaudit audit` (every council), `lgaudit audit adur --no-browser`,
    `lgaudit audit https://www.example.gov.uk/ --pages 50`, `lgaudit audit --nation Wales`.
    """
    import datetime as dt

    from lgaudit import register, settings
    from lgaudit.cli import auditing, cohorts, judge, schedule

    auditing.check_format(format_)
    only_these = cohorts.read_all(cohort or ())
    named = cohorts.read_all([*(cohort or ()), *(table or ())])
    chosen = settings.load(
        {
            "pages": pages,
            "sites": sites,
            "browsers": browsers,
            "browser": False if no_browser else None,
            "grid": grid,
            "cluster": cluster,
            "pace": pace,
            "contact": contact,
            "ask_search": True if ask_search else None,
            "seed": seed,
            "store": store,
            "evidence": evidence,
            "out": str(out) if out else None,
            "replies": str(replies) if replies else None,
        }
    )
    chosen = cohorts.added(chosen, named)
    whole = register.read(councils)
    cohorts.check(chosen.cohorts, whole)
    today = dt.datetime.now(dt.UTC).date()
    targets = choose(
        whole,
        names or (),
        today,
        nations=nation or (),
        types=type_ or (),
        regions=region or (),
        cohort=[slug for one in only_these for slug in one.councils],
    )
    if warcs:
        raise typer.Exit(
            judge.from_files(
                warcs,
                targets if names else (),
                chosen,
                rules or (),
                only or (),
                format_=format_,
                quiet=quiet,
            )
        )
    if if_older_than is not None:
        format_ = "line" if format_ == "terminal" else format_
        since = now() - schedule.period(if_older_than)
        last = schedule.recent(targets, chosen, since)
        if last is not None:
            typer.echo(schedule.nothing_to_do(last, if_older_than), err=format_ == "json")
            return
    if not chosen.contact:
        note(
            "site owners cannot tell who is visiting. Give --contact, or contact in lgaudit.toml"
            " (an e-mail address or a page about your audit)."
        )
    code = auditing.run_and_show(
        targets,
        chosen,
        rule_folders=rules or (),
        only=only or (),
        resume=(run or "latest") if resume or run else "",
        format_=format_,
        quiet=quiet,
    )
    raise typer.Exit(code)


def choose(
    whole: Register,
    names: Sequence[str],
    today: object,
    *,
    nations: Sequence[str] = (),
    types: Sequence[str] = (),
    regions: Sequence[str] = (),
    cohort: Sequence[str] = (),
) -> tuple[Site, ...]:
    """The sites a command line asks for, in slug order.

    Raises:
        RegisterError: an unknown slug or filter, a name that is no address, an empty choice.
    """
    import datetime as dt

    from lgaudit import register
    from lgaudit.errors import RegisterError

    day = today if isinstance(today, dt.date) else None
    addresses = [name for name in names if any(mark in name for mark in ".:/@")]
    slugs = [name for name in names if name not in addresses]
    slugs += cohort
    by_name = [whole.council(slug) for slug in slugs]
    filtered = whole.select(nations=nations, types=types, regions=regions, on=day)
    if by_name:
        matching = {c.slug for c in filtered}
        chosen = [c for c in by_name if not (nations or types or regions) or c.slug in matching]
    else:
        chosen = [] if addresses else list(filtered)
    sites = register.sites({c.slug: c for c in chosen}.values())
    sites += register.sites_at(addresses, whole.councils) if addresses else ()
    if not sites:
        raise RegisterError("No council matches. `lgaudit councils list` shows what there is.")
    return register.distinct(sites)

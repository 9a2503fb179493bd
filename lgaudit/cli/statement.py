"""`lgaudit statement`: draft the non-compliance part of an accessibility statement."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lgaudit.cli.console import note
from lgaudit.machine import now

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lgaudit.models import Rule
    from lgaudit.results import SiteResult
    from lgaudit.settings import Settings

FORMATS = ("markdown", "html")
COULD_NOT_RUN = 2


def statement(
    target: Annotated[
        str, typer.Argument(metavar="URL | COUNCIL-SLUG", help="The website to write it for.")
    ],
    from_: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="RUN", help="Use a kept run (its id, or latest) and look at nothing."
        ),
    ] = None,
    pages: Annotated[int | None, typer.Option(min=1, help="Pages looked at (default 30).")] = None,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Only what can be judged without a browser.")
    ] = False,
    contact: Annotated[
        str | None, typer.Option(help="E-mail or page that site owners can ask about the visit.")
    ] = None,
    store: Annotated[
        str | None,
        typer.Option(metavar="URL", help="With --from: where runs are kept (./lgaudit.db)."),
    ] = None,
    format_: Annotated[str, typer.Option("--format", help="markdown or html.")] = "markdown",
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write to a file, not to standard output.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Draft the part of an accessibility statement that lists what does not work.

    The words are those of GOV.UK's sample statement, a section for each WCAG criterion, ready to
    edit. Only certain failures are in it, and a list says what people must still check by hand.

    Examples: `lgaudit statement adur --output draft.md`, `lgaudit statement adur --from latest`,
    `lgaudit statement https://www.example.gov.uk/ --format html --output draft.html`.
    """
    from lgaudit import settings

    if format_ not in FORMATS:
        raise typer.BadParameter(f"must be {' or '.join(FORMATS)}", param_hint="--format")
    chosen = settings.load(
        {
            "pages": pages,
            "browser": False if no_browser else None,
            "contact": contact,
            "store": store,
            "quiet_pages": 0,
        }
    )
    result, rules = _kept(target, from_, chosen) if from_ else _looked(target, chosen, quiet=quiet)
    if not any(page.sampled and page.verdict.ok for page in result.pages):
        reason = result.verdict.reason.value.replace("_", " ")
        note(f"no page of {result.site.homepage} could be seen ({reason}), so there is no draft.")
        raise typer.Exit(COULD_NOT_RUN)
    _write(_text(result, rules, html=format_ == "html"), output)


def _text(result: SiteResult, rules: Sequence[Rule], *, html: bool) -> str:
    from lgaudit.report import statement as drafts
    from lgaudit.report import words
    from lgaudit.urls import host_of

    site = result.site
    name = " and ".join(council.name for council in site.councils) or host_of(site.homepage)
    made = drafts.draft(
        result, rules, name=name, host=host_of(site.homepage), date=words.date(now())
    )
    return drafts.as_text(made, html=html)


def _kept(target: str, run: str, chosen: Settings) -> tuple[SiteResult, Sequence[Rule]]:
    """A site of a kept run, by its slug, that of one of its councils, or its address."""
    from lgaudit.errors import StoreError
    from lgaudit.store import Store
    from lgaudit.urls import host_of

    with Store.open(chosen.store, create=False) as opened:
        results = opened.results(run)
        for site in results.sites:
            slugs = {site.slug, *(council.slug for council in site.councils)}
            if target in slugs or (host_of(target) and host_of(target) == host_of(site.homepage)):
                return results.site(site.slug), results.rules
        raise StoreError(
            f"Run {results.run.id} has no site {target!r}. `lgaudit runs show {results.run.id}`"
            " names its sites; without --from, lgaudit looks at the site now."
        )


def _looked(target: str, chosen: Settings, *, quiet: bool) -> tuple[SiteResult, Sequence[Rule]]:
    """The site as it is now; nothing of it is kept."""
    from lgaudit import register, run
    from lgaudit.cli.audit import choose
    from lgaudit.cli.progress import Watch
    from lgaudit.evaluate import rulebook

    book = rulebook.load()
    (site,) = choose(register.read(None), [target], now().date())[:1]
    with Watch(quiet=quiet) as watch:
        return run.glance(site, chosen, book, watch, now), book.rules


def _write(text: str, output: Path | None) -> None:
    from lgaudit.errors import ReportError

    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise ReportError(
            f"{output}: cannot be written ({error.strerror or error})."
            " Choose another with --output."
        ) from error
    note(f"the draft is in {output}. Read it before you publish it.")

"""What `audit` and `demo` share: run, show the league, write the report, choose the exit code."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from lgaudit.cli.console import as_json, err, note, out
from lgaudit.machine import now
from lgaudit.plurals import count

if TYPE_CHECKING:
    from lgaudit.evaluate.rulebook import Rulebook
    from lgaudit.models import Site
    from lgaudit.pictures import Pictures
    from lgaudit.plan import Plan
    from lgaudit.results import Results
    from lgaudit.settings import Cohort, Settings
    from lgaudit.store import Store

FORMATS = ("terminal", "json", "line")
DONE, COULD_NOT_RUN = 0, 2
NOT_KEPT = (
    "store",
    "out",
    "replies",
    "name_map",
    "ca_file",
    "chromium",
    "chromedriver",
    "browsers",
    "grid",
    "cluster",
    "sites",
    "network_minutes",
    *("evidence", "evidence_folder", "evidence_runs", "evidence_days", "evidence_bytes"),
    "evidence_site_bytes",
    "picture_pages",
)


def check_format(name: str) -> None:
    """Refuse an unknown output format."""
    if name not in FORMATS:
        raise typer.BadParameter(f"must be {', '.join(FORMATS)}", param_hint="--format")


def run_and_show(
    sites: Sequence[Site],
    settings: Settings,
    *,
    rule_folders: Sequence[Path] = (),
    only: Sequence[str] = (),
    resume: str = "",
    format_: str = "terminal",
    quiet: bool = False,
    before_report: Callable[[], None] = lambda: None,
    after: Callable[[Results], None] = lambda _: None,
    again: str = "",
) -> int:
    """Audit the sites, keep, report and print; returns the exit code.

    ``before_report`` is called when the run is done and its report not begun. ``again`` is the
    command that goes on with a run that was stopped; else `lgaudit audit`.
    """
    from lgaudit import replying
    from lgaudit.evaluate import rulebook
    from lgaudit.store import Store

    book = rulebook.load(tuple(rule_folders), only=tuple(only))
    check_folder(Path(settings.out))
    replying.load(settings.replies, sites, book.rules)  # a fault in the file is told at once
    with Store.open(settings.store) as store:
        results = _without_report(store, resume, settings) if resume else None
        if results is None:
            plan = (
                _resumed(store, resume, book, settings) if resume else _new(sites, settings, book)
            )
            if not resume:
                store.start_run(plan.run, book.rules, book.bar, plan.sites)
            results = _run(plan, store, again or _again(plan, store), quiet=quiet)
        if settings.evidence:
            _prune(settings, results.run.id)
        before_report()
        written = write_report(
            results,
            store,
            Path(settings.out),
            replies=settings.replies,
            quiet=quiet,
            pictures=pictures_of(settings, results),
        )
        after(results)
        return show(results, written, format_=format_, checklist=not again)


def _prune(settings: Settings, run_id: str) -> None:
    """Let evidence of older runs go, as the settings say."""
    from lgaudit.archive import Retention
    from lgaudit.plan import evidence_of

    limits = Retention(settings.evidence_runs, settings.evidence_days, settings.evidence_bytes)
    gone = evidence_of(settings, run_id).prune(limits, now().date())
    if gone:
        note(
            f"evidence of {count(len(gone), 'older run')} was removed to keep within the limits"
            " (evidence_runs, evidence_days, evidence_bytes in lgaudit.toml); results stay."
        )


def check_folder(folder: Path) -> None:
    """Find out before the work begins whether the report can be written after it.

    Raises:
        ReportError: the folder cannot be made or written to.
    """
    import tempfile

    from lgaudit.errors import ReportError

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise ReportError(
            f"{folder}: reports cannot be written there ({error.strerror or error})."
            " Choose another folder with --out."
        ) from error


def _again(plan: Plan, store: Store) -> str:
    where = f" --store {shlex.quote(store.where)}" if plan.settings.store else ""
    return f"lgaudit audit --resume --run {plan.run.id}{where}"


def _run(plan: Plan, store: Store, again: str, *, quiet: bool) -> Results:
    from lgaudit import run
    from lgaudit.cli.progress import Watch

    try:
        with Watch(quiet=quiet) as watch:
            if plan.settings.cluster:
                from lgaudit import cluster

                return cluster.audit(plan, store, watch, now)
            return run.audit(plan, store, watch, now)
    except KeyboardInterrupt:
        done = len(store.finished_sites(plan.run.id))
        kept = f"{done} of {count(len(plan.sites), 'site is', 'sites are')} kept"
        note(f"stopped; {kept}. Go on with: {again}")
        raise


def _new(sites: Sequence[Site], settings: Settings, book: Rulebook) -> Plan:
    from lgaudit import __version__
    from lgaudit.models import Engines, Run
    from lgaudit.plan import Plan

    started = now()
    told = kept(settings)
    run = Run(
        id=f"{started:%Y%m%d-%H%M%S}-{_digest(sites, book, told)}",
        started=started,
        finished=None,
        engines=Engines(__version__, book.bar.version),
        packs=book.digests,
        settings=told,
        seed=settings.seed,
    )
    return Plan(run, tuple(sites), settings, book)


def kept(settings: Settings) -> dict[str, object]:
    """The settings that are kept with a run: those that say what was looked at, and how."""
    return {
        name: getattr(settings, name) for name in settings.__struct_fields__ if name not in NOT_KEPT
    }


def _digest(sites: Sequence[Site], book: Rulebook, settings: dict[str, object]) -> str:
    """Six characters that two runs share when they were asked the same thing."""
    said = [[site.slug, site.homepage] for site in sites], sorted(book.digests.items()), settings
    return hashlib.sha256(repr(said).encode()).hexdigest()[:6]


def _without_report(store: Store, name: str, settings: Settings) -> Results | None:
    """The newest run, when it was stopped after its last site and before its report was whole."""
    runs = store.runs()
    if not runs or runs[0].finished is None or name not in ("latest", runs[0].id):
        return None
    results = store.results(runs[0].id)
    if results.run.judged_from or (Path(settings.out) / results.run.id / "index.html").exists():
        return None
    note(f"run {results.run.id} had finished; only its report is left to be written.")
    return results


def _resumed(store: Store, name: str, book: Rulebook, settings: Settings) -> Plan:
    """The plan of a run that did not finish, under the bar it began with.

    Raises:
        StoreError: there is no such run, it has finished, or the rules have changed since.
    """
    import msgspec

    from lgaudit.errors import StoreError
    from lgaudit.plan import Plan

    name = store.unfinished_run() if name == "latest" else store.run_id(name)
    before = store.results(name)
    run = before.run
    if run.finished:
        raise StoreError(
            f"Run {run.id} has finished; there is nothing to go on with."
            " `lgaudit report` writes its report again."
        )
    if run.judged_from:
        raise StoreError(
            f"Run {run.id} was judged from evidence of {run.judged_from} and was stopped. Delete it"
            f" (`lgaudit runs delete {run.id}`) and judge again: lgaudit judge {run.judged_from}"
        )
    changed = _changed(before, book)
    if changed:
        raise StoreError(
            f"Run {run.id} cannot be resumed: it began with other rules ({', '.join(changed)})."
            " Give the same --rules and --only as then, put the rules back as they were, or start"
            " a new run."
        )
    known = {
        name: run.settings[name] for name in run.settings if name in settings.__struct_fields__
    }
    began = msgspec.convert({**msgspec.to_builtins(settings), **known}, type(settings))
    other = [name for name in known if getattr(began, name) != getattr(settings, name)]
    sites = store.planned_sites(run.id)
    left = len(sites) - len(store.finished_sites(run.id))
    note(
        f"going on with run {run.id}: {left} of its"
        f" {count(len(sites), 'site is', 'sites are')} left. It keeps the sites and settings"
        " it began with"
        + (
            f" ({', '.join(_told(name, getattr(began, name)) for name in other)})."
            if other
            else "."
        )
    )
    return Plan(run, sites, began, book)


def _told(name: str, value: object) -> str:
    """A setting and its value, short enough for a sentence."""
    if isinstance(value, list | dict):
        return f"its {len(value)} {name}"
    return f"{name} {value}"


def _changed(before: Results, book: Rulebook) -> list[str]:
    """What of the rules differs from those a run began with: packs, rules or the bar."""
    packs = {
        pack
        for pack in {*before.run.packs, *book.digests}
        if before.run.packs.get(pack) != book.digests.get(pack)
    }
    rules = {rule.id for rule in before.rules} ^ {rule.id for rule in book.rules}
    single = {rule for rule in rules if rule.split("/")[0] not in packs}
    more = [f"and {count(len(single) - 3, 'more rule')}"] if len(single) > 3 else []
    bar = ["the bar's weights"] if before.bar != book.bar else []
    return [*sorted(packs), *sorted(single)[:3], *more, *bar]


def write_report(
    results: Results,
    store: Store,
    folder: Path,
    *,
    cohorts: Sequence[Cohort] = (),
    replies: str = "",
    quiet: bool = False,
    pictures: Pictures | None = None,
) -> Path:
    """Write reports/<run>/ and return its folder; ``cohorts`` besides those the run keeps.

    ``replies`` is the file of what councils reply to findings, '' for none. ``pictures`` are
    those of issues in place.
    """
    from lgaudit import beside, following, replying, years
    from lgaudit.aside import Aside
    from lgaudit.cli.progress import Watch
    from lgaudit.evaluate import fingerprints
    from lgaudit.evaluate.shared import Sector
    from lgaudit.report.write import write

    more = str(results.run.settings.get("suppliers") or "")
    products = fingerprints.load(*([Path(more)] if more and Path(more).is_dir() else ()))
    sector = Sector(products, Aside(folder))
    found = replying.load(replies, results.sites, results.rules)
    heard = replying.hear(found, results, store.draws(results.run.id))
    comparisons = beside.comparisons(store, results, cohorts)
    if (movers := comparisons.movers) is not None and movers.differs:
        note(
            f"not compared with run {movers.run}: {', '.join(movers.differs)}. Judge it again by"
            f" this bar with `lgaudit judge {movers.run}`, then write this report again with"
            f" `lgaudit report {results.run.id}`."
        )
    with Watch(quiet=quiet) as watch:
        watch.stage("Writing", len(results.sites))
        return write(
            results,
            folder,
            sharing=sector,
            heard=heard,
            comparisons=comparisons,
            lives=following.lives(store, results),
            pictures=pictures,
            years=years.courses(store, results),
            progress=lambda _done, _total: watch.step(),
        ).folder


def pictures_of(settings: Settings, results: Results) -> Pictures:
    """The pictures kept with the evidence that a run was judged from."""
    from lgaudit.archive.pictures import KeptPictures
    from lgaudit.plan import evidence_of

    return KeptPictures(evidence_of(settings, results.run.judged_from or results.run.id))


def show(results: Results, written: Path, *, format_: str, checklist: bool = True) -> int:
    """Print the league (or everything, as JSON) and what is left; return the exit code."""
    from lgaudit.cli import schedule
    from lgaudit.report import contract, manual, terminal

    if format_ == "json":
        document = contract.document(results.each_site(), results.rules, results.run.engines)
        typer.echo(as_json(document))
    elif format_ == "line":
        typer.echo(schedule.line(results, written))
    else:
        out().print(terminal.LeagueTable(results))
        if checklist:
            out().print(manual.Checklist())
    index = (written / "index.html").resolve()
    if format_ != "line":
        err().print(f"Run {results.run.id} is kept. Report: {index}", soft_wrap=True, markup=False)
    seen = [slug for slug, score in results.scores.items() if score.rules]
    if not seen:
        note("no site could be seen, so nothing was scored. The report says why for each.")
        return COULD_NOT_RUN
    return DONE

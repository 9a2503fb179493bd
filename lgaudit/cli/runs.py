"""`lgaudit runs`: what the store keeps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lgaudit.cli.console import as_json, note, out, table
from lgaudit.cli.options import StoreUrl, open_store
from lgaudit.errors import StoreError
from lgaudit.plurals import count

if TYPE_CHECKING:
    from lgaudit.archive import Evidence
    from lgaudit.exchange.reading import Export
    from lgaudit.store import RunSummary, Store

app = typer.Typer(
    no_args_is_help=True, help="Runs that are kept: list, show, delete, export, import."
)

FormatOption = Annotated[str, typer.Option("--format", help="table or json.")]
RUN_HELP = "A run's id, the start of one, or latest."


@app.command("list")
def list_(store: StoreUrl = None, format_: FormatOption = "table") -> None:
    """List runs, newest first."""
    _check(format_)
    with open_store(store) as opened:
        runs, where = opened.runs(), opened.where
    if format_ == "json":
        import msgspec

        typer.echo(as_json(msgspec.to_builtins(runs)))
    elif not runs:
        note(f"there are no runs in {where}. Make one with: lgaudit audit")
    else:
        table(("run", "started (UTC)", "took", "sites", "ranked", "bar"), map(_line, runs))


@app.command("show")
def show(
    run: Annotated[str, typer.Argument(help=RUN_HELP)] = "latest",
    store: StoreUrl = None,
    format_: FormatOption = "table",
) -> None:
    """Show what one run looked at, with what, and what became of its sites."""
    _check(format_)
    with open_store(store) as opened:
        facts = _facts(opened, opened.run_id(run))
    facts["evidence"] = _evidence_facts(_evidence(store, facts["id"]))
    if format_ == "json":
        typer.echo(as_json(facts))
    else:
        table(("fact", "value"), _flat(facts))


@app.command("delete")
def delete(
    run: Annotated[str, typer.Argument(help=RUN_HELP)],
    store: StoreUrl = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Delete without asking.")] = False,
) -> None:
    """Delete a run, its evidence and everything only it used. Its written reports stay."""
    with open_store(store) as opened:
        name = opened.run_id(run)
        summary = next(item for item in opened.runs() if item.id == name)
        if not yes and not _sure(summary, opened.where):
            note(f"run {name} was not deleted.")
            return
        opened.delete_run(name)
        _evidence(store, name).remove()
        out().print(f"Run {name} is deleted from {opened.where}.", markup=False, soft_wrap=True)


@app.command("export")
def export(
    run: Annotated[str, typer.Argument(help=RUN_HELP)] = "latest",
    store: StoreUrl = None,
    folder: Annotated[
        Path | None, typer.Option("--out", help="New or empty folder; without it: the run's id.")
    ] = None,
    format_: Annotated[str, typer.Option("--format", help="csv, jsonl or parquet.")] = "csv",
) -> None:
    """Write everything that is kept of a run as tables, for research and for colleagues.

    Nine tables: runs, rules, sites, pages, lost, findings, places, outcomes and rule_scores,
    joined by run and slug. datapackage.json says what every column means, its unit and what a
    missing value is (Frictionless Data Package), under which licence the data are and how to cite
    them; docs/export.md says the same to people. csv opens anywhere, jsonl keeps objects as they
    are, parquet is smallest and quickest for pandas, R, DuckDB and Polars, and needs
    `pip install 'lgaudit[parquet]'`.

    Exporting an equal run gives equal files, byte for byte (Parquet: with the same pyarrow).
    Addresses, snippets and settings are in them: read them before you publish. `lgaudit runs
    import FOLDER` brings them into another store. To ask a store without exporting it, in SQL,
    see docs/research.md.

    Examples: `lgaudit runs export` writes the newest run as CSV into a folder named after it;
    `lgaudit runs export 20261126 --format parquet --out data/november` writes another.
    """
    if format_ not in ("csv", "jsonl", "parquet"):
        raise typer.BadParameter("must be csv, jsonl or parquet", param_hint="--format")
    with open_store(store) as opened:
        name = opened.run_id(run)
        target = folder or Path(name)
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise StoreError(f"{target} is there already and not empty. Give another --out.")
        _write_run(opened, name, target, format_)
    out().print(f"Run {name} is in {target}.", markup=False, soft_wrap=True)


def _write_run(store: Store, name: str, folder: Path, format_: str) -> None:
    from lgaudit import exchange

    results = store.results(name)
    try:
        exchange.write(results, tuple(results.unfinished), store.draws(name), folder, format_)
    except OSError as error:
        raise StoreError(f"{folder} cannot be written: {error.strerror or error}.") from error


@app.command("import")
def import_(
    folder: Annotated[Path, typer.Argument(help="What `lgaudit runs export` wrote.")],
    store: StoreUrl = None,
) -> None:
    """Bring a colleague's exported run (CSV, JSON lines or Parquet) into the store: all or nothing.

    A run that the store holds already is left as it is; another run of the same name is an error.
    """
    from contextlib import ExitStack

    from lgaudit import exchange, settings
    from lgaudit.store import Part, Store

    with ExitStack() as stack:
        found = exchange.read(folder, stack)
        opened = stack.enter_context(Store.open(settings.load({"store": store}).store))
        name = found.run.id
        if any(item.id == name for item in opened.runs()):
            if not _same(opened, name, found):
                raise StoreError(
                    f"{opened.where} holds another run named {name}. Nothing was imported: delete"
                    " that run, or import into another --store."
                )
            note(f"{opened.where} holds run {name} already, and it is the same.")
            return
        parts = (Part(*part) for part in found.parts)
        opened.keep_run(found.run, found.rules, found.bar, parts, found.ranks)
        out().print(f"Run {name} is in {opened.where}.", markup=False, soft_wrap=True)


def _same(store: Store, name: str, found: Export) -> bool:
    """True when exporting the run that is kept gives the very tables that were found."""
    import filecmp
    import tempfile

    with tempfile.TemporaryDirectory() as temporary:
        fresh = Path(temporary)
        _write_run(store, name, fresh, found.form)
        names = [path.name for path in fresh.glob(f"*.{found.form}")]
        return not any(filecmp.cmpfiles(fresh, found.folder, names, shallow=False)[1:])


def _sure(summary: RunSummary, where: str) -> bool:
    sites = count(summary.done, "site")
    try:
        return typer.confirm(f"Delete run {summary.id} ({sites}) from {where}?", err=True)
    except typer.Abort as error:
        raise StoreError(
            f"Run {summary.id} was not deleted: nobody answered. Give --yes to delete it without"
            " being asked."
        ) from error


def _evidence(store: str | None, run: str) -> Evidence:
    from lgaudit import settings
    from lgaudit.plan import evidence_of

    return evidence_of(settings.load({"store": store}), run)


def _evidence_facts(evidence: Evidence) -> dict[str, Any]:
    """Where evidence of a run is and how large, in bytes; an empty folder name when none is."""
    files = evidence.files()
    folder = str(evidence.path) if files else ""
    return {"folder": folder, "sites": len(files), "bytes": evidence.size}


def _check(format_: str) -> None:
    if format_ not in ("table", "json"):
        raise typer.BadParameter("must be table or json", param_hint="--format")


def _took(run: RunSummary) -> str:
    """How long looking took; what is judged of kept evidence ends long after its visits."""
    if run.finished is None:
        return "not finished"
    if run.judged_from:
        return "judged again"
    took = run.finished - run.started
    if run.demonstration and took.days:  # an earlier quarter, which comes as evidence
        return "from evidence"
    return str(took).split(".")[0]


def _line(run: RunSummary) -> tuple[str, ...]:
    took = _took(run)
    sites = str(run.sites) if run.done == run.sites else f"{run.done} of {run.sites}"
    started = f"{run.started:%Y-%m-%d %H:%M}"
    return run.id, started, took, sites, str(run.ranked), run.bar


def _facts(store: Store, name: str) -> dict[str, Any]:
    import msgspec

    results = store.results(name)
    run = results.run
    facts: dict[str, Any] = msgspec.to_builtins(run)
    rules = results.rules
    return {
        **facts,
        "sites": len(results.sites) + len(results.unfinished),
        "looked_at": [site.slug for site in results.sites],
        "unfinished": [site.slug for site in results.unfinished],
        "ranked": len(results.ranks),
        "verdicts": store.verdicts(name),
        "rules": len(rules),
        "rules_scored": sum(rule.status == "scored" for rule in rules),
    }


def _flat(facts: dict[str, Any], above: str = "") -> list[tuple[str, str]]:
    """Facts as lines, nested names joined by a full stop; empty ones left out."""
    lines: list[tuple[str, str]] = []
    for name, value in facts.items():
        if isinstance(value, dict):
            lines += _flat(value, f"{above}{name}.")
        elif isinstance(value, list):
            lines += [(above + name, ", ".join(map(str, value)))] if value else []
        elif value not in ("", None):
            shown = ("yes" if value else "no") if isinstance(value, bool) else str(value)
            lines.append((above + name, shown))
    return lines

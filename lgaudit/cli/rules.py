"""`lgaudit rules`: list the rules of the bar, show one, run their examples, start a new one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lgaudit.cli.console import as_json, out
from lgaudit.plurals import count

if TYPE_CHECKING:
    from lgaudit.evaluate.examples import Trial
    from lgaudit.models import Example, Rule

app = typer.Typer(
    no_args_is_help=True,
    help="The rules of the bar: list them, show one, run their examples, start a new one.",
    short_help="The rules of the bar: list, show, test, start a new one.",
)

Folders = Annotated[
    list[Path] | None,
    typer.Option("--rules", metavar="FOLDER", help="More rules; may be given again."),
]
Only = Annotated[
    list[str] | None, typer.Option("--only", metavar="PACK", help="Only this pack or rule.")
]


@app.command("list")
def list_(
    rules: Folders = None,
    only: Only = None,
    severity: Annotated[list[str] | None, typer.Option(help="Only these severities.")] = None,
    status: Annotated[
        list[str] | None, typer.Option(help="Only these: scored, probation or advice.")
    ] = None,
    checks: Annotated[
        bool, typer.Option("--checks", help="List what rule files may check, with the options.")
    ] = False,
    format_: Annotated[str, typer.Option("--format", help="table, ids or json.")] = "table",
) -> None:
    """List rules, one line each."""
    from lgaudit.evaluate import rulebook
    from lgaudit.models import Severity, Status

    _known(severity or (), [s.value for s in Severity], "--severity")
    _known(status or (), [s.value for s in Status], "--status")
    _known((format_,), ("table", "ids", "json"), "--format")
    book = rulebook.load(tuple(rules or ()), only=tuple(only or ()))
    if checks:
        _list_checks(format_)
        return
    chosen = [
        rule
        for rule in book.rules
        if (not severity or rule.severity in severity) and (not status or rule.status in status)
    ]
    if format_ == "json":
        plain = {"bar": book.bar.version, "rules": [_plain(rule) for rule in chosen]}
        typer.echo(as_json(plain))
    elif format_ == "ids":
        typer.echo("\n".join(rule.id for rule in chosen))
    else:
        rows = [(r.id, r.severity.value, r.status.value, r.scope.value, r.title) for r in chosen]
        _table(("rule", "severity", "status", "scope", "title"), rows)
        out().print(f"{count(len(chosen), 'rule')}; bar {book.bar.version}")


@app.command("show")
def show(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="As in content/link-text-generic.")],
    rules: Folders = None,
) -> None:
    """Show a rule: why it matters, how to put it right, and an example of each."""
    from rich.syntax import Syntax
    from rich.text import Text

    from lgaudit.evaluate import rulebook

    found = rulebook.load(tuple(rules or ())).rule(rule)
    console = out()
    console.print(Text.assemble((found.title, "bold"), f"\n{found.id}"))
    for name, value in _facts(found):
        console.print(Text.assemble((f"{name:<12}", "bold"), value))
    for name, value in (("Why it matters", found.why), ("How to put it right", found.fix)):
        if value:
            console.print(Text.assemble(("\n" + name + "\n", "bold"), value))
    for example in found.examples:
        console.print(Text("\n" + _heading(example), style="bold"))
        for page in example.pages:
            if page.html.strip():
                console.print(
                    Syntax(page.html.strip(), "html", word_wrap=True, background_color="default")
                )
        for name, facts in (
            ("metrics", [p.metrics for p in example.pages]),
            ("site", [example.site]),
        ):
            for fact in facts:
                if fact:
                    console.print(Text(f"{name}: {json.dumps(fact, default=str)}"))


@app.command("test")
def run_examples(
    path: Annotated[
        Path | None, typer.Argument(help="A folder or file of rules; default: the built-in ones.")
    ] = None,
    no_browser: Annotated[
        bool,
        typer.Option("--no-browser", help="Leave out the examples that only a browser can judge."),
    ] = False,
) -> None:
    """Run every example of every rule; exit code 1 when one does not do as it says."""
    from rich.progress import Progress
    from rich.text import Text

    from lgaudit import trials
    from lgaudit.evaluate import rulebook

    console = out()
    found, problems = rulebook.read_rules(path or rulebook.builtin_folder())
    for problem in sorted(set(problems)):
        console.print(Text.assemble(("problem ", "bold red"), problem), soft_wrap=True)
    total = sum(len(rule.examples) for rule in found)
    failures: list[Trial] = []
    skipped = 0
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("running examples", total=total)
        for trial in trials.run(found, browser=not no_browser):
            progress.advance(task)
            skipped += trial.skipped
            if trial.problem:
                failures.append(trial)
    for trial in failures:
        console.print(_failure(trial), soft_wrap=True)
    tested = f"{count(len(found), 'rule')}, {count(total, 'example')}"
    console.print(f"{tested}, {len(failures)} failed.")
    if skipped:
        need = count(skipped, "example needs", "examples need")
        what = "a browser" if no_browser else "Chromium and its driver"
        left = "was" if skipped == 1 else "were"
        console.print(f"{need} {what}, and {left} not run.")
    if problems or failures:
        raise typer.Exit(1)


@app.command("new")
def new(
    rule: Annotated[str, typer.Argument(metavar="PACK/NAME", help="The new rule's name.")],
    check: Annotated[str, typer.Option(help="The check it uses; see `list --checks`.")] = "",
    folder: Annotated[
        Path, typer.Option(help="Folder that holds, or will hold, the pack's folder.")
    ] = Path("rules"),
) -> None:
    """Write a rule file to start from, with notes and with examples that already pass."""
    from lgaudit import trials
    from lgaudit.errors import RulebookError
    from lgaudit.evaluate import newrule, rulebook

    book = rulebook.load()
    pack, _, name = rule.partition("/")
    path = folder / pack / f"{name}.toml"
    text = newrule.text(rule, path, check or newrule.USUAL_CHECK, book.rules)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise RulebookError(f"{path} is already there. Choose another name or folder.") from None
    except OSError as error:
        raise RulebookError(f"{path} cannot be written: {error.strerror or error}.") from error
    found, problems = rulebook.read_rules(path)
    problems += [trial.problem for trial in trials.run(found) if trial.problem]
    if problems:
        path.unlink()
        raise RulebookError("The new file would not pass its own examples: " + problems[0])
    passing = count(len(found[0].examples), "example passes", "examples pass")
    out().print(f"Wrote {path}. Its {passing}: make them yours, then")
    out().print(f"  lgaudit rules test {path}", soft_wrap=True)


def _known(values: Sequence[str], known: Sequence[str], option: str) -> None:
    wrong = [value for value in values if value not in known]
    if wrong:
        raise typer.BadParameter(
            f"{wrong[0]!r} is not one of {', '.join(known)}.", param_hint=option
        )


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for n, head in enumerate(heads):
        table.add_column(head, overflow="fold", no_wrap=n == 0)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    out().print(table)


def _list_checks(format_: str) -> None:
    from lgaudit.evaluate.checks.vocabulary import REQUIRED, VOCABULARY

    rows = []
    for check in sorted(VOCABULARY.values(), key=lambda c: c.name):
        options = {
            name: "must be given" if default is REQUIRED else repr(default)
            for name, default in check.options.items()
        }
        what = (check.function.__doc__ or "").strip().split("\n")[0]
        rows.append((check.name, check.scope.value, what, options))
    if format_ == "json":
        keys = ("check", "scope", "what", "options")
        typer.echo(as_json([dict(zip(keys, row, strict=True)) for row in rows]))
    elif format_ == "ids":
        typer.echo("\n".join(row[0] for row in rows))
    else:
        cells = [
            (name, scope, what, "\n".join(f"{k}: {v}" for k, v in options.items()))
            for name, scope, what, options in rows
        ]
        _table(("check", "scope", "what", "options"), cells)


def _plain(rule: Rule) -> dict[str, Any]:
    import msgspec

    plain: dict[str, Any] = msgspec.to_builtins(rule)
    plain["examples"] = len(rule.examples)
    plain["pack"] = rule.pack
    del plain["source"]
    return plain


def _facts(rule: Rule) -> list[tuple[str, str]]:
    standard = rule.standard
    limits = rule.applies_to
    facts = [
        ("severity", rule.severity.value),
        ("status", rule.status.value),
        ("category", rule.category),
        ("judged", "once a page" if rule.scope.value == "page" else "once a site"),
        ("WCAG", ", ".join(rule.wcag)),
        (
            "standard",
            " | ".join(p for p in (standard.name, standard.clause) if p) if standard else "",
        ),
        ("", standard.url if standard else ""),
        ("only for", ", ".join((*limits.nation, *limits.type, *limits.kind, *limits.language))),
        ("not for", ", ".join(limits.not_kind)),
        ("check", rule.check),
        ("file", rule.source),
    ]
    return [(name, value) for name, value in facts if value]


def _heading(example: Example) -> str:
    words = {"passed": "Kept", "failed": "Not kept", "cantTell": "A person should look"}
    word = words.get(example.outcome.value, f"Example ({example.outcome.value})")
    near = ", though it looks like a failure" if example.near_miss else ""
    return f"{word}{near}{': ' + example.note if example.note else ''}"


def _failure(trial: Trial) -> Any:
    from rich.text import Text

    note = f" ({trial.example.note})" if trial.example.note else ""
    where = f"{trial.rule.source}: example {trial.number}{note}\n    {trial.problem}"
    return Text.assemble(("failed ", "bold red"), where)

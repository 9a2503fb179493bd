"""``lgaudit rules``: list, show, test and start rules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from lgaudit.evaluate.examples import Trial

app = typer.Typer(no_args_is_help=True, help="The rules of the bar: list, show, test, write.")


@app.callback()
def rules() -> None:
    """The rules of the bar: list, show, test, write."""


@app.command("test")
def run_examples(
    path: Annotated[
        Path | None, typer.Argument(help="A folder or file of rules; the built-in ones when absent")
    ] = None,
) -> None:
    """Run every example of every rule; exit code 1 when one does not do as it says."""
    from rich.console import Console
    from rich.markup import escape

    from lgaudit.evaluate import examples, rulebook

    console = Console()
    found, problems = rulebook.read_rules(path or rulebook.builtin_folder())
    for problem in sorted(set(problems)):
        console.print(f"[red]problem[/] {escape(problem)}", soft_wrap=True)
    count, failures = 0, 0
    for trial in examples.run(found):
        count += 1
        if trial.problem:
            failures += 1
            console.print(_failure(trial), soft_wrap=True)
    console.print(f"{len(found)} rules, {count} examples, {failures} failed.")
    if problems or failures:
        raise typer.Exit(1)


def _failure(trial: Trial) -> str:
    from rich.markup import escape

    rule = trial.rule
    note = f" ({escape(trial.example.note)})" if trial.example.note else ""
    where = f"{escape(rule.source)}: example {trial.number}{note}"
    return f"[red]failed[/] {where}\n    {escape(trial.problem)}"


if __name__ == "__main__":
    app()

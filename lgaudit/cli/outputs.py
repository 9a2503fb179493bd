"""Where the result of `lgaudit check` goes: several formats at once, each to its own place."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from lgaudit.report import formats

if TYPE_CHECKING:
    from rich.console import RenderableType

    from lgaudit.cli.baseline import Against
    from lgaudit.models import Engines, Rule
    from lgaudit.results import Gated, SiteResult

NAMES = ("terminal", "json", *formats.NAMES)
_JSON = frozenset({"json", "sarif", "gitlab", "earl"})
STEP_SUMMARY = "GITHUB_STEP_SUMMARY"  # the file GitHub shows on the page of a job


@dataclass(frozen=True, slots=True)
class Wanted:
    """One format, and the file it goes to; None is standard output."""

    name: str
    file: Path | None = None
    added: bool = False  # to what the file holds already


def parse(given: Sequence[str], output: Path | None) -> tuple[Wanted, ...]:
    """What `--format` (NAME or NAME=FILE, repeated) and `--output` ask for.

    Markdown for which no file is named goes to the page of the GitHub job, where there is one.

    Raises:
        typer.BadParameter: an unknown format, two of them for standard output, one file for two
            formats, or a file in a folder that is not there.
    """
    wanted = [_one(item) for item in given] or [Wanted("terminal")]
    if output is not None:
        if len(wanted) > 1 or (wanted[0].file is not None and not wanted[0].added):
            raise typer.BadParameter(
                "works with a single --format NAME. Use --format NAME=FILE for each instead.",
                param_hint="--output",
            )
        wanted = [Wanted(wanted[0].name, output)]
    loose = [item.name for item in wanted if item.file is None]
    if len(loose) > 1:
        raise typer.BadParameter(
            f"{' and '.join(loose)} would both go to standard output."
            f" Give all but one a file: --format {loose[0]}=FILE",
            param_hint="--format",
        )
    files: dict[Path, str] = {}
    for item in wanted:
        if item.file is not None and not item.added:
            _check_file(item.name, item.file, files)
    return tuple(wanted)


def _one(given: str) -> Wanted:
    name, equals, file = given.partition("=")
    if name not in NAMES:
        from lgaudit.strict import did_you_mean

        raise typer.BadParameter(
            f"{name!r} is not a format.{did_you_mean(name.casefold(), NAMES)}"
            f" Use one of: {', '.join(NAMES)}.",
            param_hint="--format",
        )
    if equals and not file.strip():
        raise typer.BadParameter(
            f"{given} names no file. Write {name}=FILE, or {name} alone for standard output.",
            param_hint="--format",
        )
    summary = os.environ.get(STEP_SUMMARY)
    if name == "markdown" and not equals and summary:
        return Wanted(name, Path(summary), added=True)
    return Wanted(name, Path(file) if equals else None)


def _check_file(name: str, file: Path, files: dict[Path, str]) -> None:
    """Say what is wrong before the work is done, not after."""
    full = file.resolve()
    if full in files:
        raise typer.BadParameter(
            f"{file} is asked for twice, by {files[full]} and {name}.",
            param_hint="--format",
        )
    files[full] = name
    if file.is_dir():
        raise typer.BadParameter(
            f"{file} cannot be written: it is a folder. Name a file inside it.",
            param_hint="--format",
        )
    if not full.parent.is_dir():
        raise typer.BadParameter(
            f"{file} cannot be written: there is no folder {file.parent}. Make it first.",
            param_hint="--format",
        )


def write(
    wanted: Sequence[Wanted],
    results: Sequence[SiteResult],
    rules: Sequence[Rule],
    engines: Engines,
    *,
    all_outcomes: bool = False,
    against: Against | None = None,
    baseline: str = "",
    gated: Gated | None = None,
) -> None:
    """Write every format, files first; one that cannot be written does not stop the others.

    With a baseline (``against``, read from the file ``baseline``) JSON marks every finding with
    what the baseline says of it; the other formats hold only what is new.

    Raises:
        ReportError: a file could not be written.
    """
    import json

    from lgaudit.cli.console import as_json
    from lgaudit.errors import ReportError

    problems: list[str] = []
    made = _Made(results, rules, engines, all_outcomes, against, baseline, gated)
    try:
        for item in sorted(wanted, key=lambda item: item.file is None):
            if item.name == "terminal" and item.file is None:
                _show(made)
                continue
            text = _text(item.name, made)
            if item.file is not None:
                problems += _put(text, item.file, "a" if item.added else "w")
            else:
                typer.echo(as_json(json.loads(text)) if item.name in _JSON else text)
    finally:  # a reader of standard output that has gone hides no file that is missing
        if problems:
            raise ReportError(" ".join(problems))


def _put(text: str, file: Path, mode: str) -> list[str]:
    """Write one file, or add to it; what went wrong, in words."""
    try:
        with file.open(mode, encoding="utf-8", errors="replace", newline="\n") as opened:
            opened.write(text + "\n")
    except OSError as error:
        return [f"{file}: cannot be written ({error.strerror or error})."]
    return []


@dataclass(frozen=True)
class _Made:
    """What there is to write."""

    results: Sequence[SiteResult]
    rules: Sequence[Rule]
    engines: Engines
    all_outcomes: bool
    against: Against | None
    baseline: str
    gated: Gated | None

    @property
    def shown(self) -> Sequence[SiteResult]:
        """All findings, or with a baseline those that are new."""
        return self.results if self.against is None else self.against.shown()


def _text(name: str, made: _Made) -> str:
    if name == "terminal":
        return _drawn(made)
    if name == "json":
        import json

        from lgaudit.report import contract

        document = contract.document(
            made.results,
            made.rules,
            made.engines,
            all_outcomes=made.all_outcomes,
            compared=made.against.compared if made.against else None,
            gated=made.gated,
        )
        return json.dumps(document, indent=2, ensure_ascii=False)
    return formats.writer(name)(made.shown, made.rules, made.engines)


def _rendered(made: _Made) -> RenderableType:
    from rich.console import Group

    from lgaudit.report import summary

    against = made.against
    issues = summary.issues(made.shown, made.rules, only_new=against is not None)
    parts = [issues]
    if against:
        parts.append(summary.baseline(against.compared, made.baseline))
    if made.gated is not None and (made.gated.below or made.gated.special):
        parts.append(summary.gate(made.gated))
    return Group(*parts)


def _show(made: _Made) -> None:
    from lgaudit.cli.console import out

    out().print(_rendered(made))


def _drawn(made: _Made) -> str:
    from rich.console import Console

    console = Console(width=100, no_color=True)
    with console.capture() as capture:
        console.print(_rendered(made))
    return capture.get().rstrip()

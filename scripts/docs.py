"""Write the generated documents: the command-line reference, rule pages, the coverage table.

`python scripts/docs.py` writes them; `--check` exits 1 when a committed one differs.
"""

from __future__ import annotations

import inspect
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import coverage_table
import typer

ROOT = Path(__file__).resolve().parent.parent


def command_reference() -> str:
    """docs/cli.md, from the commands themselves."""
    from lgaudit.cli.main import app

    lines = [
        "# Command line",
        "",
        "Generated from the program by `make docs`. `lgaudit COMMAND --help` says the same.",
        "",
    ]
    root = typer.main.get_command(app)
    _describe(root, "lgaudit", lines)
    return "\n".join(lines).rstrip() + "\n"


def _describe(command: Any, path: str, lines: list[str]) -> None:
    lines += [f"{'#' * (2 + path.count(' '))} `{path}`", ""]
    lines += [inspect.cleandoc(command.help or ""), ""]
    context = command.context_class(command, info_name=path)
    rows = []
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            name, text = parameter.metavar or parameter.name.upper(), parameter.help or ""
        else:
            record = parameter.get_help_record(context)
            if record is None:
                continue
            name, text = record
        rows.append(f"| `{name.replace('|', chr(92) + '|')}` | {' '.join(text.split())} |")
    if rows:
        lines += ["| option | what it does |", "| --- | --- |", *rows, ""]
    for name in getattr(command, "commands", {}):
        _describe(command.commands[name], f"{path} {name}", lines)


def settings_schema() -> str:
    """docs/lgaudit.schema.json, from the settings themselves."""
    import msgspec

    from lgaudit.settings import CheckSettings, Settings

    kinds = (Settings, CheckSettings)
    _, parts = msgspec.json.schema_components(kinds, ref_template="#/$defs/{name}")
    whole = parts.pop("Settings")
    whole["properties"]["check"] = {"$ref": "#/$defs/CheckSettings"}
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **whole,
        "title": "lgaudit.toml",
        "$defs": parts,
    }
    return json.dumps(schema, indent=2) + "\n"


def write(folder: Path) -> None:
    """Write every generated document below a folder."""
    from lgaudit.evaluate import rulebook
    from lgaudit.report import manual, ruledocs

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cli.md").write_text(command_reference(), encoding="utf-8")
    book = rulebook.load(entry_points=False)
    ruledocs.write_rule_docs(book.rules, folder / "rules")
    (folder / "coverage.md").write_text(coverage_table.text(book.rules), encoding="utf-8")
    (folder / "lgaudit.schema.json").write_text(settings_schema(), encoding="utf-8")
    (folder / "wcag.md").write_text(manual.table(book.rules), encoding="utf-8")


def main() -> int:
    """Write, or compare with what is committed."""
    if "--check" not in sys.argv:
        write(ROOT / "docs")
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        fresh = Path(temporary)
        write(fresh)
        stale = [
            file.relative_to(fresh)
            for file in sorted((*fresh.rglob("*.md"), *fresh.rglob("*.json")))
            if not _same(file, ROOT / "docs" / file.relative_to(fresh))
        ]
        committed = {p.relative_to(ROOT / "docs") for p in (ROOT / "docs/rules").rglob("*.md")}
        stale += sorted(p for p in committed if not (fresh / p).exists())
    for name in stale:
        print(f"docs/{name} is stale: run `make docs` and commit the result")
    return 1 if stale else 0


def _same(one: Path, other: Path) -> bool:
    return other.is_file() and one.read_bytes() == other.read_bytes()


if __name__ == "__main__":
    sys.exit(main())

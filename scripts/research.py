"""Put the answers below the queries of docs/research.md, from the runs in examples/quarters.

python scripts/research.py
"""

from __future__ import annotations

import re
import sqlite3
import tempfile
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from lgaudit import exchange
from lgaudit.store import Part, Store

ROOT = Path(__file__).resolve().parent.parent
QUARTERS = ROOT / "examples" / "quarters"
PAGE = ROOT / "docs" / "research.md"
# A query, and the answer below it if there is one.
_QUERY = re.compile(r"```sql\n(.*?)```\n(\n\|.*?\n(?=\n))?", re.S)


def gather(store: Path) -> None:
    """Import the quarters into a new store."""
    with Store.open(str(store)) as opened:
        for folder in sorted(QUARTERS.iterdir()):
            with ExitStack() as stack:
                found = exchange.read(folder, stack)
                parts = (Part(*part) for part in found.parts)
                opened.keep_run(found.run, found.rules, found.bar, parts, found.ranks)


def answered(page: str, store: Path) -> tuple[str, list[int]]:
    """The page with fresh answers, and how many rows each has."""
    counts = []
    with closing(sqlite3.connect(store)) as connection:

        def put(match: re.Match[str]) -> str:
            found = connection.execute(match[1])
            rows = found.fetchall()
            counts.append(len(rows))
            names = [one[0] for one in found.description]
            lines = [_row(names), _row(["---"] * len(names)), *map(_row, rows)]
            return f"```sql\n{match[1]}```\n\n" + "\n".join(lines) + "\n"

        return _QUERY.sub(put, page), counts


def _row(cells: Any) -> str:
    return "| " + " | ".join(map(_cell, cells)) + " |"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = " ".join(str(value).split()).replace("|", "\\|")
    return f"`{text}`" if text.startswith("<") else text


def main() -> None:
    """Write the page again."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "quarters.db"
        gather(store)
        page, _ = answered(PAGE.read_text(encoding="utf-8"), store)
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()

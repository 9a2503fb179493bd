"""What can be said of a CSV file without knowing what it is about."""

from __future__ import annotations

import csv

from lgaudit.evidence import CsvFacts

MOST_ROWS = 20_000
LONGEST_CELL = 100_000  # characters


def read_csv(body: bytes) -> CsvFacts:
    """Facts of a CSV file; whatever is in it, nothing is raised."""
    utf8, text = _decoded(body)
    lines = text.splitlines(keepends=True)[: MOST_ROWS + 1]
    csv.field_size_limit(LONGEST_CELL)
    try:
        dialect = csv.Sniffer().sniff("".join(lines[:20])[:20_000], delimiters=",;\t|")
    except csv.Error:
        dialect = csv.excel
    try:
        rows = list(csv.reader(lines, dialect))
    except csv.Error as error:
        return CsvFacts(utf8=utf8, error=str(error)[:100])
    blank = next((n for n, row in enumerate(rows) if any(cell.strip() for cell in row)), len(rows))
    full = [row for row in rows[blank:] if any(cell.strip() for cell in row)]
    columns = len(full[0]) if full else 0
    return CsvFacts(
        utf8=utf8,
        rows=len(full),
        columns=columns,
        blank_lead_rows=blank,
        ragged_rows=sum(len(row) != columns for row in full),
        empty_headings=sum(not cell.strip() for cell in full[0]) if full else 0,
    )


def _decoded(body: bytes) -> tuple[bool, str]:
    try:
        return True, body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False, body.decode("cp1252", errors="replace")

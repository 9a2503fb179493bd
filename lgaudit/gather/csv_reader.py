"""What can be said of a CSV file without knowing what it is about."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice

from lgaudit.evidence import CsvFacts

MOST_ROWS = 20_000
LONGEST_CELL = 100_000  # characters
SAMPLE = 5_000  # characters that the dialect is told from: the time grows with their square


def read_csv(body: bytes) -> CsvFacts:
    """Facts of a CSV file; whatever is in it, nothing is raised."""
    utf8 = _is_utf8(body)
    csv.field_size_limit(LONGEST_CELL)
    try:
        sample = "".join(islice(_lines(body, utf8), 20))[:SAMPLE]
        dialect = csv.Sniffer().sniff(sample, delimiters=",;\t|")
    except csv.Error:
        dialect = csv.excel
    try:
        return _facts(utf8, csv.reader(islice(_lines(body, utf8), MOST_ROWS + 1), dialect))
    except csv.Error as error:
        return CsvFacts(utf8=utf8, error=str(error)[:100])


def _facts(utf8: bool, rows: Iterable[list[str]]) -> CsvFacts:
    """A row at a time, because all cells of a large file take a hundred times its bytes."""
    first: list[str] = []
    blank = full = ragged = 0
    for row in rows:
        if any(cell.strip() for cell in row):
            first = first or row
            full += 1
            ragged += len(row) != len(first)
        elif not first:
            blank += 1
    return CsvFacts(
        utf8=utf8,
        rows=full,
        columns=len(first),
        blank_lead_rows=blank,
        ragged_rows=ragged,
        empty_headings=sum(not cell.strip() for cell in first),
    )


def _lines(body: bytes, utf8: bool) -> Iterator[str]:
    encoding, errors = ("utf-8-sig", "strict") if utf8 else ("cp1252", "replace")
    return io.TextIOWrapper(io.BytesIO(body), encoding, errors, newline="")


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True

"""Dates in statements: full ones, and months with a year where a promise names no day."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterable

from lgaudit import dom
from lgaudit.evaluate.dates import MONTHS, dates_in
from lgaudit.tree import Node

_MONTH = re.compile(
    rf"\b(?P<month>{'|'.join(name[:3] + f'(?:{name[3:]})?' for name in MONTHS)})\.?,?\s+"
    r"(?:of\s+)?(?P<year>20\d\d)\b",
    re.I,
)
_ISO = re.compile(r"\b(20\d\d)-(\d\d)-(\d\d)\b")
_END_OF_YEAR = re.compile(r"\b(?:end of|during|in)\s+(?:the year\s+)?(20\d\d)\b(?!\s*[-/])", re.I)
_NUMBERS = {name[:3]: number for number, name in enumerate(MONTHS, 1)}
_DUE = re.compile(
    r"\b(?:by|before|until|end of|no later than|due (?:in|on|for|by)"
    r"|(?:target|fix|completion|resolution) (?:date|by))\b",
    re.I,
)
_PROMISED = re.compile(
    r"\b(?:will|plan(?:s|ned)?|planning to|aim(?:s|ed|ing)?|intend(?:s|ed)?|expect(?:s|ed)?|hopes?"
    r"|should|due|to be|target|fix|fixed|resolv(?:e|ed)|complet(?:e|ed|ion)|replac(?:e|ed)"
    r"|correct(?:ed)?|updated?|improv(?:e|ed)|address(?:ed)?|rectif(?:y|ied)|remediat(?:e|ed))\b",
    re.I,
)
_DUE_COLUMN = re.compile(
    r"\b(?:fix|due|target|deadline|complet\w+|resol\w+|by when|timescale|planned)\b", re.I
)
_FINISHED = re.compile(r"\b(?:done|fixed|complete|completed|resolved|closed)\b", re.I)
MOST_ROWS = 500
_DONE = re.compile(
    r"\b(?:was|were|has been|have been|we (?:fixed|completed|corrected|resolved|updated)"
    r"|fixed (?:in|on)"
    r"|(?:signed|agreed|bought|appointed|identified|reported|tested) (?:by|before|on|in)"
    r"|published (?:before|after|on)|created (?:before|after)|prior to|september 201[89]"
    r"|september 2020)\b",
    re.I,
)
AFTER = 40  # characters between 'by' and its date


def latest_in(text: str) -> dt.date | None:
    """The latest date of a text; a month stands for its last day."""
    found = [*dates_in(text), *_months_in(text), *_iso_in(text)]
    return max(found, default=None)


def _months_in(text: str) -> list[dt.date]:
    found = []
    for match in _MONTH.finditer(text):
        year, month = int(match["year"]), _NUMBERS[match["month"].lower()[:3]]
        found.append(dt.date(year, month, calendar.monthrange(year, month)[1]))
    return found


def _iso_in(text: str) -> list[dt.date]:
    found = []
    for year, month, day in _ISO.findall(text):
        try:
            found.append(dt.date(int(year), int(month), int(day)))
        except ValueError:
            continue
    return found


def _due_in(text: str) -> dt.date | None:
    """As :func:`latest_in`; 'the end of 2026' is its last day."""
    years = [dt.date(int(year), 12, 31) for year in _END_OF_YEAR.findall(text)]
    return latest_in(text) or max(years, default=None)


def promised_in_tables(root: Node) -> list[tuple[dt.date, str]]:
    """Dates in columns that say when something is to be mended, with the row they are in."""
    found = []
    for table in root.css("table")[:20]:
        rows = [
            [dom.fold(cell.text()) for cell in row.css("th, td")[:20]]
            for row in table.css("tr")[:MOST_ROWS]
        ]
        due = [n for n, name in enumerate(rows[0] if rows else ()) if _DUE_COLUMN.search(name)]
        for row in rows[1:]:
            cells = [row[n] for n in due if n < len(row)]
            dates = [date for cell in cells if (date := _due_in(cell)) is not None]
            if dates and not any(_FINISHED.search(cell) for cell in row):
                found.append((max(dates), " | ".join(row)))
    return found


def promises(sentences: Iterable[str]) -> list[tuple[dt.date, str]]:
    """Dates by which something is to be mended, with the sentence that says so.

    Dates of what has been done, and of documents that are exempt because they are old, are not.
    """
    found = []
    for sentence in sentences:
        if _DONE.search(sentence) or not _PROMISED.search(sentence):
            continue
        for due in _DUE.finditer(sentence):
            date = _due_in(sentence[due.start() : due.end() + AFTER])
            if date is not None:
                found.append((date, sentence))
                break
    return found

"""Dates in statements: full ones, and months with a year where a promise names no day."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterable

from lgaudit.evaluate.dates import MONTHS, dates_in

_MONTH = re.compile(
    rf"\b(?P<month>{'|'.join(name[:3] + f'(?:{name[3:]})?' for name in MONTHS)})\.?,?\s+"
    r"(?:of\s+)?(?P<year>20\d\d)\b",
    re.I,
)
_QUARTER = re.compile(r"\b(?:spring|summer|autumn|winter)\s+(?:of\s+)?(20\d\d)\b", re.I)
_NUMBERS = {name[:3]: number for number, name in enumerate(MONTHS, 1)}
_DUE = re.compile(r"\b(?:by|before|until|end of|no later than|due (?:in|on|for|by))\b", re.I)
_DONE = re.compile(
    r"\b(?:was|were|has been|have been|we (?:fixed|completed|corrected|resolved|updated)"
    r"|fixed (?:in|on)"
    r"|published (?:before|after|on)|created (?:before|after)|prior to|september 201[89]"
    r"|september 2020)\b",
    re.I,
)
AFTER = 40  # characters between 'by' and its date


def latest_in(text: str) -> dt.date | None:
    """The latest date of a text; a month stands for its last day."""
    found = [*dates_in(text), *_months_in(text)]
    return max(found, default=None)


def _months_in(text: str) -> list[dt.date]:
    found = []
    for match in _MONTH.finditer(text):
        year, month = int(match["year"]), _NUMBERS[match["month"].lower()[:3]]
        found.append(dt.date(year, month, calendar.monthrange(year, month)[1]))
    return found


def promises(sentences: Iterable[str]) -> list[tuple[dt.date, str]]:
    """Dates by which something is to be mended, with the sentence that says so.

    Dates of what has been done, and of documents that are exempt because they are old, are not.
    """
    found = []
    for sentence in sentences:
        if _DONE.search(sentence):
            continue
        for due in _DUE.finditer(sentence):
            date = latest_in(sentence[due.end() : due.end() + AFTER])
            if date is not None:
                found.append((date, sentence))
                break
    return found

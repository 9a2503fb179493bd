"""Full dates in English text: '4 June 2026', 'June 4, 2026', '04/06/2026'."""

from __future__ import annotations

import datetime as dt
import re

MONTHS = (
    "january february march april may june july august september october november december".split()
)
_NUMBER = {name[:3]: n for n, name in enumerate(MONTHS, 1)}
_NAME = r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
_NAME += r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
_YEAR = re.compile(r"\d{4}")  # every date has one, and most texts have none
_DATE = re.compile(
    rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s(?:of\s)?{_NAME}\.?,?\s(\d{{4}})\b"
    rf"|\b{_NAME}\s(\d{{1,2}})(?:st|nd|rd|th)?,?\s(\d{{4}})\b"
    r"|(?<![\d/.])(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?![\d/])",
    re.I,
)


def undated(text: str) -> str:
    """The text with one word for every full date: what stays when only the day has moved on."""
    return _DATE.sub("someday", text) if _YEAR.search(text) else text


def dates_in(text: str) -> list[dt.date]:
    """Every full date in the text, in order; days that do not exist are left out."""
    found = []
    for match in _DATE.finditer(text):
        day, month, year, month2, day2, year2, day3, month3, year3 = match.groups()
        number = int(month3) if month3 else _NUMBER[(month or month2).lower()[:3]]
        try:
            found.append(dt.date(int(year or year2 or year3), number, int(day or day2 or day3)))
        except ValueError:
            continue
    return found

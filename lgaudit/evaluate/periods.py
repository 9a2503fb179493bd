"""Periods that files of data are named after: months, quarters, financial years, English text."""

from __future__ import annotations

import calendar
import datetime as dt
import re

from lgaudit.evaluate.dates import MONTHS

_MONTH_NAMES = {name[:3]: number for number, name in enumerate(MONTHS, 1)}
_NAME = r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
_NAME += r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
_GAP = r"[ _.,/-]{1,3}"
_MONTH = re.compile(rf"(?<![a-z]){_NAME}{_GAP}(?:{_GAP})?(20\d\d)(?!\d)", re.I)
_JOINED = re.compile(rf"(?<![a-z]){_NAME}(20\d\d)(?!\d)", re.I)
_NUMBERED = re.compile(r"(?<!\d)(20\d\d)[-_./ ]?(0[1-9]|1[0-2])(?!\d)")
_YEAR = r"(20\d\d)\s*(?:/|-|–|to|_)\s*(?:20)?(\d\d)(?!\d)"
_QUARTER = re.compile(rf"(?<![a-z])q(?:uarter|tr)?[ _-]?([1-4])[^a-z0-9]{{1,4}}{_YEAR}", re.I)
_QUARTER_AFTER = re.compile(rf"{_YEAR}[^a-z0-9]{{1,4}}q(?:uarter|tr)?[ _-]?([1-4])(?!\d)", re.I)
_FINANCIAL = re.compile(rf"(?<!\d){_YEAR}", re.I)
_LONGEST = 300


def ends_of_periods(text: str) -> list[dt.date]:
    """The last day of each period named: 'April to June 2026', 'Q1 2026/27', '2025-26', '2026-06'.

    Quarters and years of two numbers are financial, from April to March.
    """
    text = text[:_LONGEST]
    found = [_month_end(int(y), _MONTH_NAMES[m[:3].lower()]) for m, y in _MONTH.findall(text)]
    found += [_month_end(int(y), _MONTH_NAMES[m[:3].lower()]) for m, y in _JOINED.findall(text)]
    quarters = [(int(q), int(y), int(n)) for q, y, n in _QUARTER.findall(text)]
    quarters += [(int(q), int(y), int(n)) for y, n, q in _QUARTER_AFTER.findall(text)]
    for quarter, year, following in quarters:
        if _follows(year, following):
            month = 3 * quarter + 3
            found.append(_month_end(year + (month > 12), month - 12 * (month > 12)))
    if not quarters:
        years = [(int(y), int(n)) for y, n in _FINANCIAL.findall(text)]
        whole = [year for year, following in years if _follows(year, following)]
        found += [dt.date(year + 1, 3, 31) for year in whole]
        found += [
            _month_end(int(y), int(m))
            for y, m in _NUMBERED.findall(text)
            if not (_follows(int(y), int(m)) and int(y) in whole)
        ]
    return found


def _follows(year: int, two_digits: int) -> bool:
    return (year + 1) % 100 == two_digits


def _month_end(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])

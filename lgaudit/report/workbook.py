"""The league as a workbook: a sheet per table, filters, frozen headings, no formulas."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from lgaudit.report.frames import pd

_WIDEST = 48  # characters


def write_xlsx(
    sheets: Mapping[str, pd.DataFrame], notes: Sequence[str], path: Path, when: dt.datetime
) -> None:
    """Write the tables and a sheet of notes. ``when`` is written as the file's date.

    Raises:
        OSError: the file cannot be written.
    """
    book = xlsxwriter.Workbook(
        str(path),
        {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": True,
        },
    )
    book.set_properties({"created": when.replace(tzinfo=None), "author": "lgaudit"})
    heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    for name, frame in sheets.items():
        _sheet(book.add_worksheet(name), frame, heading)
    about = book.add_worksheet("About")
    about.set_column(0, 0, 100, wrapped)
    for row, note in enumerate(notes):
        about.write_string(row, 0, note)
    try:
        book.close()
    except FileCreateError as error:  # it wraps what the system said, such as a disk that is full
        (why,) = error.args
        raise why if isinstance(why, OSError) else OSError(str(why)) from error


def _sheet(
    sheet: xlsxwriter.worksheet.Worksheet, frame: pd.DataFrame, heading: xlsxwriter.format.Format
) -> None:
    for column, name in enumerate(frame.columns):
        values = frame.iloc[:, column].tolist()
        width = max([len(str(name)), *(len(str(v)) for v in values[:500] if v is not None)])
        sheet.set_column(column, column, min(_WIDEST, width + 3))
        sheet.write_string(0, column, str(name), heading)
        for row, value in enumerate(values, start=1):
            if isinstance(value, str):
                sheet.write_string(row, column, value)
            elif value is not None and value == value:  # not NaN
                sheet.write_number(row, column, value)
    sheet.freeze_panes(1, 0)
    if len(frame.columns):
        sheet.autofilter(0, 0, max(1, len(frame)), len(frame.columns) - 1)

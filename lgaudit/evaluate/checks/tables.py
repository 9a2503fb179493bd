"""Checks of tables."""

from __future__ import annotations

from selectolax.lexbor import LexborNode

from lgaudit import dom
from lgaudit.evaluate.checks.vocabulary import Result, judged, page_check, places
from lgaudit.evidence import Page

_HEADERS = "th, [role=columnheader], [role=rowheader], td[scope]"
_LINKS = 0.6  # share of the text that is links, above which a table is a menu
_LAYOUT = "table, input, select, textarea, button, iframe, form, h1, h2, h3"


@page_check
def tables_have_headers(
    page: Page, *, rows: int = 2, columns: int = 2, longest_cell: int = 200
) -> Result:
    """Tables of data have header cells.

    A table is data when at least ``rows`` rows have text in at least ``columns`` cells. Nested
    tables, menus, tables with form fields or headings, and tables with a cell of more than
    ``longest_cell`` characters are taken to be layout.
    """
    data = [
        table
        for table in page.dom.css("table")
        if _is_data(table, rows, columns, longest_cell) and not dom.hidden(table)
    ]
    bare = [table for table in data if table.css_first(_HEADERS) is None]
    count = "1 table has" if len(bare) == 1 else f"{len(bare)} tables have"
    return judged(places(bare), f"{count} no header cells.", bool(data))


def _is_data(table: LexborNode, rows: int, columns: int, longest_cell: int) -> bool:
    if dom.attribute(table, "role").lower() in ("presentation", "none"):
        return False
    if any(item.mem_id != table.mem_id for item in table.css(_LAYOUT)):
        return False
    if any(around.tag in ("table", "nav") for around in dom.ancestors(table)):
        return False
    if sum(len(link.text()) for link in table.css("a")) > _LINKS * len(table.text()):
        return False
    filled = 0
    for row in table.css("tr"):
        texts = [cell.text().strip() for cell in row.iter() if cell.tag in ("td", "th")]
        if any(len(text) > longest_cell for text in texts):
            return False
        filled += sum(1 for text in texts if text) >= columns
    return filled >= rows

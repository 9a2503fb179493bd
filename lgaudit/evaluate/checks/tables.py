"""Checks of tables: header cells that head something, even rows, one table at a time."""

from __future__ import annotations

import re

from lgaudit import dom
from lgaudit.evaluate.checks.vocabulary import (
    MOST_PLACES,
    Result,
    cant_tell,
    failed,
    inapplicable,
    judged,
    page_check,
    places,
    spot,
)
from lgaudit.evaluate.fields import muted_in
from lgaudit.evaluate.grids import Cell, Grid, data_tables, is_data, names_its_cells, tables_of
from lgaudit.evidence import Page
from lgaudit.tree import Node

_HEADERS = "th, [role=columnheader], [role=rowheader], td[scope]"
_CONTENT = "img, svg, input, select, textarea, button, object, video, audio, iframe, canvas"
_HEADING = re.compile(r"h[1-6]$")


@page_check
def tables_have_headers(
    page: Page, *, rows: int = 2, columns: int = 2, longest_cell: int = 200
) -> Result:
    """Tables of data have header cells.

    A table is data when at least ``rows`` rows have text in at least ``columns`` cells. Nested
    tables, menus, tables with form fields or headings, and tables with a cell of more than
    ``longest_cell`` characters are taken to be layout. Failed where the first row or column reads
    or looks like names of what follows; elsewhere a person should look.
    """
    data = [
        table
        for table in page.dom.css("table")
        if is_data(page, table, rows=rows, columns=columns, longest_cell=longest_cell)
        and not dom.hidden(table)
    ]
    muted = muted_in(page) if data else frozenset()
    if muted:
        data = [t for t in data if not any(a.number in muted for a in dom.lineage(t))]
    bare = [table for table in data if table.css_first(_HEADERS) is None]
    if not bare:
        return judged((), "", bool(data))
    sure = [table for table in bare if names_its_cells(table)]
    count = "1 table has" if len(sure or bare) == 1 else f"{len(sure or bare)} tables have"
    if sure:
        return failed(f"{count} no header cells.", places(sure))
    return cant_tell(f"{count} no header cells. Do its rows or columns need any?", places(bare))


@page_check
def headers_head_cells(page: Page) -> Result:
    """Each header cell of a table heads at least one other cell.

    Header cells without text, and rows of headers below the data, are left alone; so is a table
    that has no data at all, which may be waiting for results.
    """
    idle: list[Node] = []
    looked = False
    known: dict[int, bool] = {}
    for grid in tables_of(page):
        headers = grid.headers
        if not grid.whole or len(headers) == len(grid.cells):
            continue
        reach: _Reach | None = None
        for cell in headers:
            if cell.text and _exposed(cell.node, known):
                looked = True
                reach = reach or _Reach(grid)
                if not reach.heads(cell):
                    idle.append(cell.node)
    count = "1 header cell heads" if len(idle) == 1 else f"{len(idle)} header cells head"
    return judged(places(idle), f"{count} no cell.", looked)


@page_check
def tables_even(page: Page) -> Result:
    """Every row of a table of data fills the same number of columns."""
    data = [grid for grid in data_tables(page) if grid.whole]
    uneven = []
    for grid in data:
        widths = [width for width in grid.widths if width]
        usual = max(set(widths), key=lambda w: (widths.count(w), w)) if widths else 0
        odd = next((n for n, width in enumerate(grid.widths) if width not in (0, usual)), None)
        if odd is not None:
            message = f"Row {odd + 1} has {grid.widths[odd]} columns, most rows have {usual}."
            uneven.append(spot(grid.table, message))
    count = "1 table has" if len(uneven) == 1 else f"{len(uneven)} tables have"
    return judged(uneven, f"{count} rows of different lengths.", bool(data))


@page_check
def tables_not_nested(page: Page) -> Result:
    """No table stands inside another, unless the outer one is marked as layout."""
    grids = [grid for grid in tables_of(page) if grid.table.tag == "table"]
    inner = [grid.table for grid in grids if _inside_table(grid.table)]
    count = "1 table stands" if len(inner) == 1 else f"{len(inner)} tables stand"
    return judged(places(inner), f"{count} inside another table.", bool(grids))


@page_check
def tables_not_all_headers(page: Page, *, least: int = 4) -> Result:
    """No table of at least ``least`` filled cells consists of header cells alone."""
    grids = [grid for grid in tables_of(page) if len(grid.cells) >= least]
    wrong = [
        grid.table
        for grid in grids
        if len(grid.headers) == len(grid.cells)
        and len({c.row for c in grid.cells}) > 1
        and sum(bool(c.text) for c in grid.cells) >= least
    ]
    count = "1 table has" if len(wrong) == 1 else f"{len(wrong)} tables have"
    return judged(places(wrong), f"{count} nothing but header cells.", bool(grids))


@page_check
def tables_captioned(page: Page, *, least: int = 2) -> Result:
    """Where there are ``least`` tables of data, each has a caption, a name or a heading above."""
    data = data_tables(page)
    if len(data) < least:
        return inapplicable("There are not several tables of data to tell apart.")
    bare = [grid.table for grid in data if not _titled(grid.table)]
    count = "1 table has" if len(bare) == 1 else f"{len(bare)} tables have"
    return judged(places(bare), f"{count} no caption, and no heading just above.")


@page_check
def cells_not_merged(page: Page) -> Result:
    """No cell in a table of data of the main content spans several rows or columns."""
    data = [grid for grid in data_tables(page) if _in_main(page, grid.table)]
    merged = [
        cell.node
        for grid in data
        for cell in grid.cells
        if cell.width > 1 or (cell.height > 1 and "rowspan" in cell.node.attributes)
    ]
    count = "1 cell spans" if len(merged) == 1 else f"{len(merged)} cells span"
    return judged(places(merged), f"{count} several rows or columns.", bool(data))


@page_check
def cells_not_empty(page: Page, *, allowed: int = 1) -> Result:
    """At most ``allowed`` cells of a table of data are blank, its first cell left out."""
    data = [grid for grid in data_tables(page) if _in_main(page, grid.table)]
    spots = []
    for grid in data:
        blank = [c for c in grid.cells if not c.header and _is_blank(c) and (c.row or c.column)]
        if len(blank) > allowed:
            spots += [spot(cell.node) for cell in blank[:MOST_PLACES]]
    return judged(spots[:MOST_PLACES], f"{len(spots)} cells are blank.", bool(data))


@page_check(review=True)
def layout_tables_plain(page: Page) -> Result:
    """A table that only lays out a page is not marked up as if it held data.

    A table around headings, forms or other tables that also has header cells or a caption is for
    a person to look at.
    """
    grids = [grid for grid in tables_of(page) if grid.table.tag == "table"]
    data = {grid.table.mem_id for grid in data_tables(page)}
    doubtful = [
        grid.table
        for grid in grids
        if grid.table.mem_id not in data
        and grid.table.css_first("h1, h2, form, table table") is not None
        and any(c.tag == "caption" for c in grid.table.iter())
    ]
    if doubtful:
        return cant_tell("Does this table hold data, or lay out the page?", places(doubtful))
    return judged((), "", bool(grids))


class _Reach:
    """Where a table has cells that headers may head."""

    def __init__(self, grid: Grid) -> None:
        taken = {cell.row for cell in grid.cells if not cell.header}
        self._only_headers = {cell.row for cell in grid.cells if cell.header} - taken
        self._first_data = min(taken, default=0)
        self._named: set[str] = set()  # ids that cells name as their headers
        self._lowest: dict[int, int] = {}  # column -> last row with a cell a header may head
        self._rows: set[int] = set()  # rows with data that takes headers by its place
        lowest, only_headers = self._lowest, self._only_headers
        for node, row, column, height, width, header, _ in grid.cells:
            if node.attributes and (named := dom.attribute(node, "headers").split()):
                self._named.update(named)
                continue
            if row in only_headers:
                continue
            if width == 1:
                lowest[column] = row  # cells stand in the order of their rows
            else:
                lowest.update(dict.fromkeys(range(column, column + width), row))
            if not header:
                self._rows.add(row)
                if height > 1:
                    self._rows.update(range(row, row + height))

    def heads(self, header: Cell) -> bool:
        """Whether some cell names this header, or stands where it heads."""
        attributes = header.node.attributes
        if (attributes.get("id") or "") in self._named:
            return True
        scope = (attributes.get("scope") or "").strip().lower()
        role = (attributes.get("role") or "").strip().lower()
        column, row = header.column, header.row
        down = self._lowest.get(column, -1) > row
        if not down and header.width > 1:
            further = range(column + 1, column + header.width)
            down = any(self._lowest.get(other, -1) > row for other in further)
        across = row in self._rows
        if not across and header.height > 1:
            across = any(n in self._rows for n in range(row + 1, row + header.height))
        if scope in ("col", "colgroup") or (role == "columnheader" and not scope):
            return down
        if scope == "rowgroup":
            return down or across  # it heads the rows below it, to the end of their group
        if scope == "row" or role == "rowheader":
            return across
        if row in self._only_headers and row > self._first_data:
            return True  # a row of totals or of notes below the data
        return down or across


def _exposed(node: Node, known: dict[int, bool]) -> bool:
    """Whether people and screen readers get an element; what is found is ``known``."""
    if not node.attributes and node.parent is not None:
        node = node.parent  # most cells of a row have no attributes
    path: list[int] = []
    answer = True
    for around in dom.lineage(node):
        if around.mem_id in known:
            answer = known[around.mem_id]
            break
        path.append(around.mem_id)
        attributes = around.attributes
        if attributes and (
            dom.hides(around.tag or "", attributes)
            or (attributes.get("aria-hidden") or "").lower() == "true"
        ):
            answer = False
            break
    known.update(dict.fromkeys(path, answer))
    return answer


def _inside_table(table: Node) -> bool:
    for around in dom.ancestors(table):
        if around.tag == "table":
            return dom.attribute(around, "role").lower() not in ("presentation", "none")
    return False


def _titled(table: Node) -> bool:
    caption = next((c for c in table.iter() if c.tag == "caption"), None)
    if caption is not None and caption.text().strip():
        return True
    attributes = table.attributes
    if any((attributes.get(a) or "").strip() for a in ("aria-label", "aria-labelledby", "title")):
        return True
    node = table
    for _ in range(4):  # a wrapper or two, or a sentence, may stand between
        before = node.prev
        steps = 0
        while before is not None and steps < 6:
            if before.is_element_node:
                if _HEADING.match(before.tag or "") or before.tag in ("figcaption", "summary"):
                    return True
                if before.tag == "table":
                    return False
                steps += 1
            before = before.prev
        parent = node.parent
        if parent is None or parent.tag in ("main", "body"):
            return False
        node = parent
    return False


def _in_main(page: Page, node: Node) -> bool:
    main = page.main
    return main is not None and (
        main.tag == "body" or any(a.mem_id == main.mem_id for a in dom.ancestors(node))
    )


def _is_blank(cell: Cell) -> bool:
    if cell.text:
        return False
    return cell.node.css_first(_CONTENT) is None

"""Tables as people see them: cells in rows and columns, spans followed, within bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from lgaudit import dom
from lgaudit.evaluate.kept import kept
from lgaudit.evidence import Page
from lgaudit.tree import Node

MOST_TABLES = 100  # of one page
MOST_ROWS = 400  # of one table; what comes after is not looked at
MOST_COLUMNS = 100
MOST_TEXT = 2_000  # characters of a cell
_FEW = 50  # things in a cell
HEADER_ROLES = ("columnheader", "rowheader")
_CELL_ROLES = ("cell", "gridcell", *HEADER_ROLES)
_GROUPS = ("thead", "tbody", "tfoot")
_SPANNING = frozenset(("colspan", "rowspan", "aria-colspan", "aria-rowspan", "role"))
_LAYOUT = "table, input, select, textarea, button, iframe, form, h1, h2, h3"
_LINKS = 0.6  # share of the text that is links, above which a table is a menu
_NUMBER = re.compile(r"\s*\+?(\d{1,6})")
_VALUE = re.compile(
    r"\d|^(closed|free|none|nil|yes|no|n/a|tbc|[-–—]|ar gau|am ddim|dim|oes|na|ie)$", re.I
)
_BOLD = "b, strong"
_HEADLIKE = re.compile(r"\bhead|\bhdr|title", re.I)  # in the class of a cell or row


class Cell(NamedTuple):
    """One cell and the slots it takes, counted from 0."""

    node: Node
    row: int
    column: int
    height: int
    width: int
    header: bool
    text: str  # the start of it, with the white space around it taken off

    def covers(self, column: int) -> bool:
        """Whether the cell stands in that column."""
        return self.column <= column < self.column + self.width


class Grid(NamedTuple):
    """One table: its cells in document order, and how many slots each row fills."""

    table: Node
    cells: tuple[Cell, ...]
    widths: tuple[int, ...]  # one a row
    whole: bool  # False when it was too long to be read to its end

    def row(self, number: int) -> list[Cell]:
        """Cells that stand in a row, those that reach into it from above included."""
        return [c for c in self.cells if c.row <= number < c.row + c.height]

    @property
    def headers(self) -> list[Cell]:
        """The header cells."""
        return [cell for cell in self.cells if cell.header]


_new_cell = tuple.__new__  # a page may have thousands


def tables_of(page: Page) -> list[Grid]:
    """Every table of a page that is not layout by its role and that markup does not hide.

    Nobody changes the list.
    """
    return kept(page, "grids", _tables_of)


def _tables_of(page: Page) -> list[Grid]:
    nodes = page.dom.css("table, [role=table], [role=grid], [role=treegrid]")
    return [read(node) for node in nodes[:MOST_TABLES] if _is_table(node)]


def read(table: Node) -> Grid:
    """The grid of a table element, or of an element with a table's role."""
    cells: list[Cell] = []
    widths: list[int] = []
    taken: dict[int, int] = {}  # column -> rows still taken by a cell from above
    whole = True
    for number, (row, left) in enumerate(_rows(table)):
        if number >= MOST_ROWS:
            whole = False
            break
        column = width = 0
        before = taken
        if before:
            taken = {c: n - 1 for c, n in before.items() if n > 1}
        for node in row.children:
            attributes = node.attributes
            tag = node.tag
            if tag not in ("td", "th") and not (
                attributes and dom.attribute(node, "role").lower() in _CELL_ROLES
            ):
                continue
            while column in before:
                column += 1
            if column >= MOST_COLUMNS:
                whole = False
                break
            if node.last - node.number < _FEW:
                text = node.text().strip()
            else:  # tables in tables would each remember all that stands in them
                text = node.parser.text_between(node.number, node.last).strip()
            if len(text) > MOST_TEXT:
                text = text[:MOST_TEXT]
            if attributes and not _SPANNING.isdisjoint(attributes):
                wide = _span(attributes, "colspan")
                high = min(_span(attributes, "rowspan") or left, left)  # never beyond its group
                cells.append(Cell(node, number, column, high, wide, is_header(node), text))
                if high > 1:
                    if taken is before:
                        taken = {}
                    taken.update(dict.fromkeys(range(column, column + wide), high - 1))
                column += wide
            else:
                cells.append(_new_cell(Cell, (node, number, column, 1, 1, tag == "th", text)))
                column += 1
            width = column
        widths.append(max([width, *(c + 1 for c in before)]) if before else width)
    return Grid(table, tuple(cells), tuple(widths), whole)


def is_header(node: Node) -> bool:
    """True for a cell that heads others, by its element or its role."""
    role = (node.attributes.get("role") or "").strip().lower()
    return role in HEADER_ROLES if role else node.tag == "th"


def is_data(
    page: Page, table: Node, *, rows: int = 2, columns: int = 2, longest_cell: int = 200
) -> bool:
    """True when a table holds data rather than the layout of a page.

    At least ``rows`` rows have text in at least ``columns`` cells. Nested tables, menus, what
    a summary calls navigation, tables with form fields or headings, and tables with a longer
    cell are taken to be layout.
    """
    known = kept(page, "tables of data", lambda _: dict[tuple[int, int, int, int], bool]())
    key = table.mem_id, rows, columns, longest_cell
    if key not in known:
        known[key] = not _is_layout(table) and _is_filled(page, table, rows, columns, longest_cell)
    return known[key]


def _is_layout(table: Node) -> bool:
    if dom.attribute(table, "role").lower() in ("presentation", "none"):
        return True
    if "navigation" in dom.attribute(table, "summary").lower():
        return True
    if any(item is not table for item in table.css(_LAYOUT)):
        return True
    if any(around.tag in ("table", "nav") for around in dom.ancestors(table)):
        return True
    links = table.css("a")
    return bool(links) and sum(len(n.text()) for n in links) > _LINKS * len(table.text())


def _is_filled(page: Page, table: Node, rows: int, columns: int, longest_cell: int) -> bool:
    grid = next((grid for grid in tables_of(page) if grid.table is table), None)
    if grid is None or not grid.whole or longest_cell >= MOST_TEXT:
        filled = 0
        for row in table.css("tr"):
            sizes = [len(cell.text().strip()) for cell in row.children if cell.tag in ("td", "th")]
            if sizes and max(sizes) > longest_cell:
                return False
            filled += len(sizes) - sizes.count(0) >= columns
        return filled >= rows
    counts = [0] * len(grid.widths)
    for cell in grid.cells:
        if cell.text and cell.node.tag in ("td", "th"):
            if len(cell.text) > longest_cell:
                return False
            counts[cell.row] += 1
    return sum([count >= columns for count in counts]) >= rows


def names_its_cells(table: Node) -> bool:
    """True when the first row, or the first column, looks or reads like names of the others.

    It does when it is in a thead, is bold throughout where the rest is not, is called a heading
    by its class, or when no cell of the first row is a value.
    """
    rows = [row for row in table.css("tr")[:MOST_ROWS] if dom.fold(row.text())]
    cells = [
        [c for c in row.iter() if c.tag in ("td", "th") and dom.fold(c.text())] for row in rows
    ]
    cells = [row for row in cells if row]
    if len(cells) < 2:
        return False
    first, rest = cells[0], cells[1:]
    if rows[0].parent is not None and rows[0].parent.tag == "thead":
        return True
    if all(_stands_out(cell) for cell in first) and not all(map(_stands_out, rest[0])):
        return True
    if all(_stands_out(row[0]) for row in cells) and not any(_stands_out(row[-1]) for row in cells):
        return True
    return not any(_VALUE.search(dom.fold(cell.text())[:200]) for cell in first)


def _stands_out(cell: Node) -> bool:
    classes = [dom.attribute(n, "class") for n in (cell, cell.parent) if n is not None]
    if _HEADLIKE.search(" ".join(classes)[:500]):
        return True
    bold = cell.css_first(_BOLD)
    return bold is not None and dom.fold(bold.text()) == dom.fold(cell.text())


def data_tables(page: Page) -> list[Grid]:
    """Tables of a page that hold data, see :func:`is_data`."""
    return kept(page, "grids of data", _data_tables)


def _data_tables(page: Page) -> list[Grid]:
    return [g for g in tables_of(page) if g.table.tag == "table" and is_data(page, g.table)]


def _is_table(node: Node) -> bool:
    role = dom.attribute(node, "role").strip().lower()
    return role in ("", "table", "grid", "treegrid") and not dom.hidden(node)


def _rows(table: Node) -> Iterator[tuple[Node, int]]:
    """Rows with the number of rows from each to the end of its group."""
    for group in _row_groups(table):
        for number, row in enumerate(group):
            yield row, len(group) - number


def _row_groups(table: Node) -> Iterator[Sequence[Node]]:
    if table.tag != "table":
        rows = table.css("[role=row]")
        yield rows[: MOST_ROWS + 1]
        return
    loose: list[Node] = []
    for child in table.iter():
        if child.tag == "tr":
            loose.append(child)
        elif child.tag in _GROUPS:
            if loose:
                yield loose
                loose = []
            yield [row for row in child.iter() if row.tag == "tr"]
    if loose:
        yield loose


def _span(attributes: Mapping[str, str | None], name: str) -> int:
    """A span as written, at least 1; 0 is kept for rowspan, where it means "to the end"."""
    value = attributes.get(name) or attributes.get(f"aria-{name}")
    if not value:
        return 1
    found = _NUMBER.match(value)
    number = int(found[1]) if found else 1
    if number == 0:
        return 0 if name == "rowspan" else 1
    return min(number, MOST_COLUMNS)

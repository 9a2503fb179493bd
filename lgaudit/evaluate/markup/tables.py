"""Rules about tables."""

from __future__ import annotations

from collections.abc import Iterator

from lgaudit import dom
from lgaudit.evaluate.grids import MOST_COLUMNS, Grid, tables_of
from lgaudit.evaluate.kept import kept
from lgaudit.evaluate.markup.elements import focusable, role_of
from lgaudit.evaluate.markup.registry import Item, judges, right, told, unsure, wrong
from lgaudit.evaluate.markup.view import HIDDEN, View
from lgaudit.evidence import Page
from lgaudit.tree import Node

_SCOPES = frozenset(("row", "col", "rowgroup", "colgroup"))
_OF_DATA = frozenset(("scope", "headers", "abbr"))
_PARTS = frozenset(("thead", "tbody", "tfoot"))


def rows(table: Node) -> list[list[Node]]:
    """The cells of each row of a table, not of tables inside it."""
    found = []
    for child in table.children:
        if child.tag in _PARTS:
            lines = [line for line in child.children if line.tag == "tr"]
        elif child.tag == "tr":
            lines = [child]
        else:
            continue
        found += [[c for c in line.children if c.tag in ("td", "th")] for line in lines]
    return found


def _data_tables(view: View) -> list[tuple[Node, list[list[Node]]]]:
    """The tables of data, each with its rows."""

    def find(_: Page) -> list[tuple[Node, list[list[Node]]]]:
        found = [(table, rows(table)) for table in view.shown("table")]
        return [(table, lines) for table, lines in found if _data(table, lines)]

    return kept(view.page, "markup tables", find)


def _wide(cell: Node) -> bool:
    return dom.attribute(cell, "colspan").strip() not in ("", "0", "1")


@judges("scope-attr-valid", of="td[scope], th[scope]")
def scope_valid(view: View) -> Iterator[Item]:
    """scope stands on header cells, with a value it may have."""
    for node in view.shown("td[scope], th[scope]"):
        if node.tag != "th":
            yield wrong(node, "scope stands on a cell that is no header.")
        elif dom.attribute(node, "scope").lower() not in _SCOPES:
            yield wrong(node, "scope has a value it may not have.")
        else:
            yield right(node)


@judges("td-headers-attr", of="table")
def headers_attr(view: View) -> Iterator[Item]:
    """headers names header cells of the same table."""
    for table in view.shown("table"):
        if role_of(table) not in ("", "table", "grid", "treegrid"):
            continue
        if not view.tree.css("[headers]"):
            yield right(table)
            continue
        cells = [cell for row in rows(table) for cell in row]
        ids = {dom.attribute(c, "id"): view.role(c) for c in cells if dom.attribute(c, "id")}
        problem, doubt = "", False
        for cell in cells:
            if "headers" not in cell.attributes or view.state(cell) == HIDDEN:
                continue
            named = dom.attribute(cell, "headers").split()
            doubt = doubt or not named
            for word in named:
                if word == dom.attribute(cell, "id"):
                    problem = "A cell names itself as its header."
                elif word not in ids:
                    problem = problem or "A cell names a header that is not in the table."
                elif ids[word] not in ("columnheader", "rowheader"):
                    problem = problem or "A cell names a header that is no header cell."
        if problem or not doubt:
            yield told(table, problem)
        else:
            yield unsure(table, "A cell has a headers attribute that names nothing.")


@judges("table-duplicate-name", of="table")
def duplicate_name(view: View) -> Iterator[Item]:
    """The summary of a table does not say its caption again."""
    for table in view.shown("table"):
        summary = dom.fold(dom.attribute(table, "summary")).lower()
        caption = next((c for c in table.iter() if c.tag == "caption"), None)
        said = dom.fold(caption.text(deep=True)).lower() if caption is not None else ""
        same = bool(summary) and summary == said
        yield told(table, "Its summary says what its caption says." if same else "")


@judges("th-has-data-cells", of="table")
def headers_have_cells(view: View) -> Iterator[Item]:
    """Header cells head cells. Tables with merged cells, or whose headers are named, are left."""
    for table, lines in _data_tables(view):
        heads = [c for row in lines for c in row if c.tag == "th"]
        if not heads:
            yield right(table)
        elif not any(c.tag == "td" for row in lines for c in row):
            named = any(c.text(deep=True).strip() for c in heads)
            said = "It has header cells and no others."
            yield unsure(table, said) if named else right(table)
        else:
            yield right(table)


@judges("table-fake-caption", of="table")
def fake_caption(view: View) -> Iterator[Item]:
    """The first row of a table is not one cell that stands for a caption."""
    for table, lines in _data_tables(view):
        alone = len(lines) > 1 and len(lines[0]) == 1 and _wide(lines[0][0])
        yield told(table, "Its first row is one cell, as a caption would be." if alone else "")


@judges("td-has-header", of="table")
def cells_have_headers(view: View) -> Iterator[Item]:
    """In tables of three rows and columns or more, cells have headers."""
    grids = {grid.table.mem_id: grid for grid in tables_of(view.page)}
    for table, lines in _data_tables(view):
        grid = grids.get(table.mem_id) if len(lines) > 2 else None
        if grid is None or not grid.whole or any(width < 3 for width in grid.widths[:3]):
            continue
        yield told(table, "" if _headed(view, grid) else "It has cells without a header.")


def _headed(view: View, grid: Grid) -> bool:
    above: dict[int, int] = {}  # column -> first row with a header in it
    beside: dict[int, int] = {}  # row -> first column with a header in it
    for head in grid.headers:
        if head.text or head.node.css_first("img"):
            for column in range(head.column, head.column + head.width):
                above.setdefault(column, head.row)
            for row in range(head.row, head.row + head.height):
                beside[row] = min(beside.get(row, head.column), head.column)
    last = len(grid.widths) + 1
    for cell in grid.cells:
        if (
            cell.header
            or above.get(cell.column, last) < cell.row
            or beside.get(cell.row, MOST_COLUMNS) < cell.column
        ):
            continue
        node = cell.node
        if not cell.text or dom.attribute(node, "headers").strip() or view.titled(node):
            continue
        return False
    return True


def _data(table: Node, lines: list[list[Node]]) -> bool:
    """Whether a table is one of data for certain."""
    role = role_of(table)
    if role in ("none", "presentation") and not focusable(table):
        return False
    if role in ("grid", "treegrid", "table") or dom.attribute(table, "summary"):
        return True
    if any(c.tag in ("thead", "tfoot", "caption", "colgroup") for c in table.iter()):
        return True
    for row in lines:
        for c in row:
            if c.tag == "th" or (c.attributes and not _OF_DATA.isdisjoint(c.attributes)):
                return True
    nested = any(inner.mem_id != table.mem_id for inner in table.css("table"))
    return not nested and len(lines) > 1 and len(lines[-(-len(lines) // 2) - 1]) >= 5

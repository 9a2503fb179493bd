"""A grid of equal hexagons and the placing of points in it, each in a cell of its own."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
ROW = math.sqrt(3) / 2  # height of a row, in widths of a cell
_DEGREE = 111.2  # kilometres of one degree of latitude
_MERIDIAN = -2.0  # that the drawing is upright along: the middle of Great Britain


class Cell(NamedTuple):
    """A cell: its column and row. Rows go down; odd rows stand half a cell to the right."""

    column: int
    row: int

    @property
    def centre(self) -> tuple[float, float]:
        """Where its middle is, in widths of a cell."""
        return self.column + 0.5 * (self.row % 2), self.row * ROW

    @property
    def around(self) -> tuple[Cell, ...]:
        """The six cells beside it, from the right clockwise."""
        column, row, odd = self.column, self.row, self.row % 2
        return (
            Cell(column + 1, row),
            Cell(column + odd, row + 1),
            Cell(column + odd - 1, row + 1),
            Cell(column - 1, row),
            Cell(column + odd - 1, row - 1),
            Cell(column + odd, row - 1),
        )


def plane(latitude: float, longitude: float) -> tuple[float, float]:
    """Kilometres right and down, in a projection that keeps areas (sinusoidal)."""
    across = (longitude - _MERIDIAN) * math.cos(math.radians(latitude)) * _DEGREE
    return across, -latitude * _DEGREE


def place(points: Sequence[tuple[float, float]], taken: Collection[Cell] = ()) -> list[Cell]:
    """A free cell for each point (in widths of a cell): the least sum of squared distances."""
    if not points:
        return []
    cells = _candidates(points, frozenset(taken))
    centres = np.array([cell.centre for cell in cells])
    away = np.asarray(points, dtype=np.float64)[:, np.newaxis] - centres[np.newaxis]
    return [cells[index] for index in assign((away**2).sum(axis=2))]


def spread_out(
    points: Sequence[tuple[float, float]], room: float = 2.2
) -> list[tuple[float, float]]:
    """Points of any unit, in widths of a cell, such that each has ``room`` cells of the drawing."""
    if not points:
        return []
    table = np.asarray(points, dtype=np.float64)
    low = table.min(axis=0)
    width, height = np.maximum(table.max(axis=0) - low, 1e-9)
    cells = room * len(points) * ROW
    cell = max(math.sqrt(width * height / cells), max(width, height) / (3 * math.sqrt(cells)))
    return [(float(x), float(y)) for x, y in (table - low) / max(cell, 1e-9)]


def _candidates(points: Iterable[tuple[float, float]], taken: frozenset[Cell]) -> list[Cell]:
    """Free cells near the points, enough for all of them, in a fixed order."""
    wanted = list(points)
    found: set[Cell] = set()
    for x, y in wanted:
        row = round(y / ROW)
        found.add(Cell(round(x - 0.5 * (row % 2)), row))
    ring = found
    while len(found - taken) < 2 * len(wanted) + 6:
        ring = {near for cell in ring for near in cell.around} - found
        found = found | ring
    return sorted(found - taken)


def assign(cost: Array) -> list[int]:
    """The column for each row that makes the sum of costs least; columns are used once.

    Shortest augmenting paths (Jonker and Volgenant 1987, Computing 38, 325-340); rows must not
    outnumber columns.
    """
    rows, columns = cost.shape
    of_row, of_column = np.zeros(rows), np.zeros(columns)
    owner = np.full(columns, -1)
    for start in range(rows):
        shortest = np.full(columns, np.inf)
        before = np.full(columns, -1)
        done = np.zeros(columns, dtype=bool)
        row, sink, least = start, -1, 0.0
        visited = []
        while sink < 0:
            visited.append(row)
            through = least + cost[row] - of_row[row] - of_column
            better = ~done & (through < shortest)
            shortest[better], before[better] = through[better], row
            column = int(np.where(done, np.inf, shortest).argmin())
            least = float(shortest[column])
            done[column] = True
            if owner[column] < 0:
                sink = column
            else:
                row = int(owner[column])
        of_row[start] += least
        for other in visited[1:]:
            of_row[other] += least - shortest[int(np.flatnonzero(owner == other)[0])]
        reached = done & (shortest <= least)
        of_column[reached] -= least - shortest[reached]
        column = sink
        while True:
            row = int(before[column])
            owner[column], column = row, int(next(iter(np.flatnonzero(owner == row)), -1))
            if row == start:
                break
    return [int(np.flatnonzero(owner == row)[0]) for row in range(rows)]

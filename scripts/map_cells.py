"""Writes lgaudit/report/map-cells.csv: the hexagon of each council of the register.

    python scripts/map_cells.py          write the file again
    python scripts/map_cells.py --check  fail when it is not what the register gives

Counties have a map of their own; every other council is on the first. Councils are moved apart
until each has room for a hexagon, and drawn together across empty country, while each is held to
where it lies (after Dorling 1996, Area Cartograms). Then each takes a cell of the grid such that
the squares of all moves are least.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lgaudit import register
from lgaudit.models import Council
from lgaudit.report import hexagons
from lgaudit.report.hexagons import Cell

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "lgaudit" / "report" / "map-cells.csv"
UPPER = ("county council",)
SPACING = 25.0  # kilometres that a cell of the first map stands for
NEAR = 6  # neighbours of its region that draw a council, and of others
FAR = 9.0  # cells: beyond it nothing is drawn, so islands stay islands
WITHIN, ACROSS, HOLD = 0.02, 0.003, 0.006  # pull of the region, of others, of the true place
ROOM, STEPS, SWEEPS = 1.03, 600, 30

Array = npt.NDArray[np.float64]


def main() -> None:
    """Write or check the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    wanted = text(register.read(ROOT / "councils.csv").councils)
    if not parser.parse_args().check:
        TARGET.write_text(wanted, encoding="utf-8", newline="\n")
    elif TARGET.read_text(encoding="utf-8") != wanted:
        sys.exit("map-cells.csv is stale: run .venv/bin/python scripts/map_cells.py")


def text(councils: Sequence[Council]) -> str:
    """The file: slug, code, tier, column and row of every council."""
    lines = ["slug,gss_code,tier,column,row"]
    for upper in (False, True):
        own = [c for c in councils if (c.type in UPPER) is upper]
        tier = "upper" if upper else "lower"
        cells = closed_up(hexagons.place(spread_out(own)) if upper else arranged(own))
        for council, cell in zip(own, cells, strict=True):
            lines.append(f"{council.slug},{council.gss_code},{tier},{cell.column},{cell.row}")
    return "\n".join(lines) + "\n"


def spread_out(councils: Sequence[Council]) -> list[tuple[float, float]]:
    """Where the councils lie, with room for all of them."""
    return hexagons.spread_out([where(council) for council in councils])


def where(council: Council) -> tuple[float, float]:
    """Kilometres right and down."""
    assert council.latitude is not None, council.slug
    assert council.longitude is not None, council.slug
    return hexagons.plane(council.latitude, council.longitude)


def arranged(councils: Sequence[Council]) -> list[Cell]:
    """Cells for the first map: placed, then swapped while that brings neighbours together."""
    cells = hexagons.place(relaxed(councils))
    start = np.array([where(council) for council in councils]) / SPACING
    ties = _ties(start, councils)
    near = [np.flatnonzero(row) for row in ties]
    now = np.array([cell.centre for cell in cells])

    def strain(one: int, other: int) -> float:
        """How far the two are from those they are tied to, without each other."""
        total = 0.0
        for number, without in ((one, other), (other, one)):
            own = near[number][near[number] != without]
            away = ((now[own] - now[number]) ** 2).sum(axis=1)
            total += float((ties[number, own] * away).sum())
        return total

    at = {cell: number for number, cell in enumerate(cells)}
    for _ in range(SWEEPS):
        better = 0
        for cell in sorted(at):
            for beside in cell.around[:3]:
                if beside not in at:
                    continue
                one, other = at[cell], at[beside]
                before = strain(one, other)
                now[[one, other]] = now[[other, one]]
                if strain(one, other) < before - 1e-6:
                    at[cell], at[beside] = other, one
                    better += 1
                else:
                    now[[one, other]] = now[[other, one]]
        if not better:
            break
    of = {number: cell for cell, number in at.items()}
    return [of[number] for number in range(len(councils))]


def closed_up(cells: Sequence[Cell]) -> list[Cell]:
    """The cells from row and column 0 on, and no more than two empty rows one after another."""
    rows = sorted({cell.row for cell in cells})
    moved, up = {rows[0]: rows[0] % 2}, rows[0] - rows[0] % 2
    for above, row in itertools.pairwise(rows):
        up += (row - above - 1) // 2 * 2 - (2 if (row - above - 1) // 2 else 0)
        moved[row] = row - up
    left = min(cell.column for cell in cells)
    return [Cell(cell.column - left, moved[cell.row]) for cell in cells]


def relaxed(councils: Sequence[Council]) -> list[tuple[float, float]]:
    """Points moved until each has the room of a cell; the same councils give the same points."""
    start = np.array([where(council) for council in councils]) / SPACING
    start += 1e-3 * np.random.default_rng(1).standard_normal(start.shape)
    ties = _ties(start, councils)
    now = start
    for step in range(STEPS):
        gap = now[:, None] - now[None]
        far = np.linalg.norm(gap, axis=2) + 1e-9
        np.fill_diagonal(far, np.inf)
        room = ROOM * min(1.0, 1.25 * (step + 1) / STEPS)  # grows, so that nobody is jumped over
        push = 0.5 * np.clip(room - far, 0, None)
        pull = ties * np.clip(np.where(ties > 0, far, 0.0) - ROOM, 0, None)
        moves = (((push - pull) / far)[:, :, None] * gap).sum(axis=1)
        now = now + 0.5 * moves + HOLD * (start - now)
    return [(float(x), float(y)) for x, y in now - now.min(axis=0)]


def _ties(start: Array, councils: Sequence[Council]) -> Array:
    """How strongly each draws each: the nearest few, most of all in one region, never over sea."""
    away = np.linalg.norm(start[:, None] - start[None], axis=2)
    np.fill_diagonal(away, np.inf)
    regions = np.array([council.region for council in councils])
    island = regions == "Northern Ireland"
    away[island[:, None] != island[None]] = np.inf
    same = regions[:, None] == regions[None]
    ties = np.zeros(away.shape)
    for mask, strength in ((~same, ACROSS), (same, WITHIN)):
        own = np.where(mask, away, np.inf)
        for row, order in enumerate(np.argsort(own, axis=1, kind="stable")):
            near = [other for other in order[:NEAR] if own[row, other] < FAR]
            ties[row, near] = strength
    return np.maximum(ties, ties.T)


if __name__ == "__main__":
    main()

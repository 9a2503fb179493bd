"""The map: one hexagon of equal size for each council, near where it lies, coloured by score."""

from __future__ import annotations

import csv
import functools
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

import numpy as np
from markupsafe import Markup, escape

from lgaudit.models import Council
from lgaudit.report import cells, hexagons
from lgaudit.report.hexagons import Cell
from lgaudit.report.league import Line

SHADES = 6  # colours of the scale, palest to deepest: .h0 to .h5 in report.css
UPPER = "upper"
LOWER = "lower"
TITLES = {LOWER: "Districts and all-purpose councils", UPPER: "County councils"}
KILOMETRES = 25.0  # that a cell stands for; as scripts/map_cells.py draws it
_STEPS = (1, 2, 5, 10, 20, 50)
_NAMED = 60  # cells: a map of no more is drawn large enough to write in
_WIDE, _NARROW = 96, 26  # pixels across a cell; 24 is the least to aim at (WCAG 2.5.8)
_NEAR = 3  # neighbours that show a newcomer where the map has moved its country to
_BESIDE = 12  # cells in a row of those that have no place
_STYLE = re.compile(
    r"^(?:(?:the )?(?:London |Royal )?Borough of |City of (?!London))"
    r"|(?: (?:County|City|District|Borough|Metropolitan|Council|Corporation))+$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Tile:
    """One council (or a site that serves none) and its line in the league."""

    council: Council | None
    line: Line
    name: str

    @property
    def page(self) -> str:
        """File name below councils/, without its ending."""
        return cells.file_name(self.slug)

    @property
    def slug(self) -> str:
        """The council's slug, or the site's."""
        return self.council.slug if self.council else self.line.site.slug

    @property
    def region(self) -> str:
        """Region, or '' when unknown."""
        return self.council.region if self.council else ""

    @property
    def type(self) -> str:
        """What sort of council, '' when unknown."""
        return self.council.type if self.council else ""

    @property
    def score(self) -> float | None:
        """Points of its site, None when that is not ranked."""
        ranked = self.line.rank is not None and self.line.overall is not None
        return self.line.overall.value if ranked and self.line.overall else None

    @property
    def told(self) -> str:
        """'Adur District Council: 71.2, place 34'."""
        if self.score is None or self.line.rank is None:
            return f"{self.name}: not ranked"
        return f"{self.name}: {self.score:.1f}, place {self.line.rank.place}"


@dataclass(frozen=True, slots=True)
class Band:
    """Scores that share a colour: from ``low`` up to (only the last: and with) ``high``."""

    low: int
    high: int
    shade: int


@dataclass(frozen=True, slots=True)
class Map:
    """One drawing with its heading."""

    title: str
    picture: Markup
    count: int


def tiles(lines: Iterable[Line]) -> list[Tile]:
    """A tile for each council (or site that serves none), by name."""
    found = []
    for line in lines:
        for council in line.site.councils or (None,):
            name = cells.one_line(council.name, 80) if council else line.name
            found.append(Tile(council, line, name))
    return sorted(found, key=lambda tile: (tile.name.casefold(), tile.page))


def bands(scores: Iterable[float]) -> list[Band]:
    """Up to six bands of one round width that hold all scores; none when there is no score."""
    values = sorted(scores)
    if not values:
        return []
    for step in _STEPS:
        low, high = math.floor(values[0] / step) * step, math.ceil(values[-1] / step) * step
        high = max(high, low + step)
        count = (high - low) // step
        if count <= SHADES:
            break
    last = SHADES - 1
    return [
        Band(
            low + step * n, low + step * (n + 1), round(last * n / (count - 1)) if count > 1 else 3
        )
        for n in range(count)
    ]


def shade(score: float | None, scale: Sequence[Band]) -> int | None:
    """The colour of a score, None for a council without one."""
    if score is None:
        return None
    inside = [band.shade for band in scale if band.low <= score]
    return inside[-1] if inside else None


def maps(found: Sequence[Tile], scale: Sequence[Band]) -> list[Map]:
    """The drawings: lower tier, upper tier, and those that nothing says where to put."""
    drawn = []
    for tier, title in TITLES.items():
        own = [tile for tile in found if tier_of(tile.council) == tier]
        places = placed([tile.council for tile in own if tile.council])
        put = [(tile, places[tile.slug]) for tile in own if tile.slug in places]
        if put:
            drawn.append(Map(title, picture(put, scale, tier, title), len(put)))
        lost = [(tile, n) for n, tile in enumerate(t for t in own if t.slug not in places)]
        if lost:
            title = f"{title} with no place on the map"
            row = [(tile, Cell(n % _BESIDE, n // _BESIDE)) for tile, n in lost]
            drawn.append(Map(title, picture(row, scale, f"{tier}-lost", title, False), len(row)))
    return drawn


def tier_of(council: Council | None) -> str:
    """Counties are drawn apart: their districts fill the same ground."""
    return UPPER if council is not None and council.type == "county council" else LOWER


def placed(councils: Sequence[Council]) -> dict[str, Cell]:
    """A cell, by slug, for each council of one tier that has one or says where it lies."""
    known = _known()
    own = {c.slug: known[c.gss_code] for c in councils if c.gss_code in known}
    if len(set(own.values())) < len(own):  # one code twice: a register of somebody's own
        own = {}
    lie = {c.slug: point for c in councils if (point := _plane(c)) is not None}
    rest = sorted(lie.keys() - own.keys())
    here = {cell: lie[slug] for slug, cell in own.items() if slug in lie}
    points = [lie[slug] for slug in rest]
    where = _moved(points, here) if len(here) >= _NEAR else hexagons.spread_out(points)
    free = hexagons.place(where, set(own.values()))
    return own | dict(zip(rest, free, strict=True))


def _plane(council: Council) -> tuple[float, float] | None:
    if council.latitude is None or council.longitude is None:
        return None
    return hexagons.plane(council.latitude, council.longitude)


def _moved(
    points: Sequence[tuple[float, float]], here: Mapping[Cell, tuple[float, float]]
) -> list[tuple[float, float]]:
    """Where newcomers belong on a map whose other cells are drawn away from where they lie."""
    true = np.array(list(here.values()))
    moves = np.array([cell.centre for cell in here]) - true / KILOMETRES
    moved = []
    for point in points:
        away = np.linalg.norm(true - point, axis=1)
        near = np.argsort(away, kind="stable")[:_NEAR]
        x, y = np.asarray(point) / KILOMETRES + moves[near].mean(axis=0)
        moved.append((float(x), float(y)))
    return moved


@functools.cache
def _known() -> Mapping[str, Cell]:
    text = resources.files("lgaudit.report").joinpath("map-cells.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    return {row["gss_code"]: Cell(int(row["column"]), int(row["row"])) for row in rows}


def picture(
    put: Sequence[tuple[Tile, Cell]],
    scale: Sequence[Band],
    name: str,
    title: str,
    borders: bool = True,
) -> Markup:
    """The cells as links, in reading order; lines between cells of different regions."""
    large = len(put) <= _NAMED
    size = _WIDE if large else _NARROW
    left = min(cell.centre[0] for _, cell in put) - 0.54
    top = min(cell.row for _, cell in put)
    right = max(cell.centre[0] for _, cell in put) + 0.54
    width = size * (right - left)
    height = size * ((max(cell.row for _, cell in put) - top) * hexagons.ROW + 1.24)

    def at(cell: Cell) -> tuple[float, float]:
        x, y = cell.centre
        return size * (x - left), size * (y - top * hexagons.ROW + 0.62)

    parts = [
        f'<svg class="hexagons{" named" if large else ""}" width="{width:.0f}" '
        f'height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}" role="group" '
        f'aria-label="{escape(title)}"><defs><path id="hex-{name}" d="{_outline(size)}"/>'
        f"{hatch(f'hatch-{name}')}</defs>"
    ]
    ordered = sorted(put, key=lambda pair: (pair[1].row, pair[1].column))
    parts += [_link(tile, at(cell), scale, name) for tile, cell in ordered]
    if large:
        words = (_words(tile, at(cell), scale) for tile, cell in ordered)
        parts.append(f'<g class="words" aria-hidden="true">{"".join(words)}</g>')
    if borders and (lines := _borders({cell: tile.region for tile, cell in put}, at, size)):
        parts.append(f'<path class="border" d="{lines}"/>')
    return Markup("".join(parts) + "</svg>")


def hatch(name: str) -> Markup:
    """The pattern of councils that are not ranked."""
    return Markup(
        '<pattern id="{}" width="6" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><path class="ground" d="M0 0h6v6h-6z"/>'
        '<path class="stripe" d="M1 0v6"/></pattern>'
    ).format(name)


def _link(tile: Tile, at: tuple[float, float], scale: Sequence[Band], name: str) -> str:
    told, colour = escape(tile.told), shade(tile.score, scale)
    look = f'fill="url(#hatch-{name})"' if colour is None else f'class="h{colour}"'
    return (
        f'<a href="councils/{escape(tile.page)}.html" aria-label="{told}" {look}>'
        f'<title>{told}</title><use href="#hex-{name}" x="{at[0]:.1f}" y="{at[1]:.1f}"/></a>'
    )


def _words(tile: Tile, at: tuple[float, float], scale: Sequence[Band]) -> str:
    """The name on up to three lines and the score below, drawn over the links."""
    lines, colour = short_name(tile.name), shade(tile.score, scale)
    said = [*lines, "not ranked" if tile.score is None else f"{tile.score:.1f}"]
    first = at[1] - 7.5 * (len(said) - 1) + 4
    spans = "".join(
        f'<tspan x="{at[0]:.1f}" y="{first + 15 * n:.1f}"{_STRONG if n == len(lines) else ""}>'
        f"{escape(text)}</tspan>"
        for n, text in enumerate(said)
    )
    look = "" if colour is None else f' class="on{colour}"'
    return f'<text text-anchor="middle"{look}>{spans}</text>'


_STRONG = ' class="points"'


def short_name(name: str, width: int = 15) -> list[str]:
    """What a council is called for short, on up to three lines: 'Brenn', 'Valley'."""
    short = _STYLE.sub("", _STYLE.sub("", name)).strip() or name
    lines: list[str] = []
    for word in short.split():
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return [cells.cut(line, width) for line in lines[:3]]


def _outline(size: float, middle: float = 0.0) -> str:
    """A hexagon that stands on a corner, ``size`` across; ``middle``: both its coordinates."""
    points = [_corner(size, number) for number in range(6)]
    return "M" + "L".join(f"{x + middle:.1f} {y + middle:.1f}" for x, y in points) + "z"


def _corner(size: float, number: int) -> tuple[float, float]:
    """Corners go round from the lower right, so that side n faces the nth cell around."""
    turn = math.radians(60 * number - 30)
    reach = size / math.sqrt(3)
    return reach * math.cos(turn), reach * math.sin(turn)


def _borders(
    regions: Mapping[Cell, str], at: Callable[[Cell], tuple[float, float]], size: float
) -> str:
    """The sides between cells of different regions."""
    found = []
    for cell, region in sorted(regions.items()):
        x, y = at(cell)
        for side, beside in enumerate(cell.around[:3]):
            if regions.get(beside, region) != region:
                (a, b), (c, d) = _corner(size, side), _corner(size, side + 1)
                found.append(f"M{x + a:.1f} {y + b:.1f}L{x + c:.1f} {y + d:.1f}")
    return "".join(found)


SWATCH = _outline(20, 11)  # a hexagon for the key, in a square of 22

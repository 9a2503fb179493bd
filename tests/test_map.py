"""The map: a cell for every council, near where it lies, coloured, linked and said in words."""

from __future__ import annotations

import csv
import itertools
import re
from dataclasses import replace

import numpy as np
import pytest
from report_sector import Sector
from selectolax.lexbor import LexborHTMLParser

from lgaudit import register
from lgaudit.models import Council
from lgaudit.report import hexagons, mapping
from lgaudit.report.hexagons import Cell
from lgaudit.report.write import write

REAL = register.read().councils


def made(slug: str, at: tuple[float, float] | None = None, **more: str) -> Council:
    given = {"nation": "England", "region": "London", "type": "London borough", **more}
    latitude, longitude = at or (None, None)
    home = f"https://{slug}.gov.uk/"
    council = Council(slug, f"{slug.title()} Council", homepage=home, **given)
    return replace(council, latitude=latitude, longitude=longitude)


def apart(one: Cell, other: Cell) -> float:
    """Distance of two cells, in widths of a cell."""
    return float(np.linalg.norm(np.subtract(one.centre, other.centre)))


# --- the committed cells ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def rows():
    path = mapping.resources.files("lgaudit.report").joinpath("map-cells.csv")
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


def test_every_council_of_the_register_has_one_cell_and_no_two_share(rows):
    told = [(row["slug"], row["gss_code"], row["tier"]) for row in rows]
    wanted = [(c.slug, c.gss_code, mapping.tier_of(c)) for c in REAL]
    assert sorted(told) == sorted(wanted), "run scripts/map_cells.py again"
    cells = [(row["tier"], row["column"], row["row"]) for row in rows]
    assert len(set(cells)) == len(cells) == len(REAL)


@pytest.mark.parametrize("tier", [mapping.LOWER, mapping.UPPER])
def test_neighbours_stay_near(tier):
    own = [c for c in REAL if mapping.tier_of(c) == tier]
    cells = mapping.placed(own)
    true = np.array([hexagons.plane(c.latitude, c.longitude) for c in own])
    away = []
    for number, council in enumerate(own):
        order = np.argsort(np.linalg.norm(true - true[number], axis=1), kind="stable")
        away.append([apart(cells[council.slug], cells[own[n].slug]) for n in order[1:4]])
    assert np.median(away) <= 2
    assert np.percentile(away, 90) <= 4


def test_north_is_up_and_east_is_right():
    cells = mapping.placed([c for c in REAL if mapping.tier_of(c) == mapping.LOWER])
    assert cells["shetland-islands"].row < cells["glasgow"].row < cells["manchester"].row
    assert cells["manchester"].row < cells["birmingham"].row < cells["brighton-and-hove"].row
    assert cells["belfast"].centre[0] < cells["cardiff"].centre[0] < cells["norwich"].centre[0]
    upper = mapping.placed([c for c in REAL if mapping.tier_of(c) == mapping.UPPER])
    assert upper["lancashire"].row < upper["staffordshire"].row < upper["devon"].row
    assert upper["devon"].centre[0] < upper["hampshire"].centre[0] < upper["kent"].centre[0]


# --- placing ---------------------------------------------------------------------------------


def test_the_assignment_is_the_cheapest():
    generator = np.random.default_rng(2)
    for _ in range(60):
        rows = int(generator.integers(1, 6))
        columns = rows + int(generator.integers(0, 3))
        cost = generator.random((rows, columns))
        found = hexagons.assign(cost)
        best = min(
            sum(cost[row, column] for row, column in enumerate(order))
            for order in itertools.permutations(range(columns), rows)
        )
        assert len(set(found)) == rows
        assert sum(cost[row, column] for row, column in enumerate(found)) == pytest.approx(best)


def test_cells_around_are_one_width_away():
    for cell in (Cell(3, 4), Cell(3, 5), Cell(0, -1)):
        assert {round(apart(cell, beside), 9) for beside in cell.around} == {1.0}
        assert all(cell in beside.around for beside in cell.around)


def test_a_council_that_the_cells_do_not_know_goes_beside_its_neighbours():
    known = [c for c in REAL if mapping.tier_of(c) == mapping.LOWER]
    gone = {"worthing", "adur", "arun"}
    left = [c for c in known if c.slug not in gone]
    new = made("sussex-coast", (50.82, -0.45), gss_code="E06000999")
    cells = mapping.placed([*left, new])
    assert len(set(cells.values())) == len(left) + 1
    before = mapping.placed(known)
    assert apart(cells["sussex-coast"], before["worthing"]) <= 2
    assert all(cells[c.slug] == before[c.slug] for c in left)


def test_a_register_of_ones_own_needs_only_coordinates():
    places = {"north": (57.0, -4.0), "middle": (54.0, -2.0), "south": (51.0, -2.0)}
    cells = mapping.placed([made(slug, at) for slug, at in places.items()])
    assert cells["north"].row < cells["middle"].row < cells["south"].row
    same = mapping.placed([made(str(n), (52.0, -1.0)) for n in range(40)])
    assert len(set(same.values())) == 40


def test_one_code_twice_gives_two_cells():
    twins = [replace(made(s, (51.5, -0.1)), gss_code="E09000007") for s in ("one", "two")]
    assert len(set(mapping.placed(twins).values())) == 2


# --- colours and names -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scores", "edges"),
    [
        ([61.2, 97.8], [60, 70, 80, 90, 100]),
        ([88.1, 91.9], [88, 89, 90, 91, 92]),
        ([0.0, 100.0], [0, 20, 40, 60, 80, 100]),
        ([80.0, 80.0], [80, 81]),
        ([100.0], [100, 101]),
    ],
)
def test_bands_are_round_and_hold_every_score(scores, edges):
    scale = mapping.bands(scores)
    assert [scale[0].low, *(band.high for band in scale)] == edges
    assert all(mapping.shade(score, scale) is not None for score in scores)
    shades = [band.shade for band in scale]
    assert shades == sorted(set(shades))


def test_a_score_on_an_edge_has_the_upper_colour_and_the_last_band_holds_its_top():
    scale = mapping.bands([60.0, 100.0])
    assert mapping.shade(70.0, scale) == scale[1].shade
    assert mapping.shade(100.0, scale) == scale[-1].shade
    assert mapping.shade(None, scale) is None
    assert mapping.bands([]) == []


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Adur District Council", ["Adur"]),
        ("London Borough of Fenwick Green", ["Fenwick Green"]),
        ("Rhondda Cynon Taf County Borough Council", ["Rhondda Cynon", "Taf"]),
        ("City of London Corporation", ["City of London"]),
        ("City of Edinburgh Council", ["Edinburgh"]),
        ("Nottinghamshire County Council", ["Nottinghamshire"]),
        ("Council", ["Council"]),
    ],
)
def test_short_names(name, short):
    assert mapping.short_name(name) == short


# --- the page --------------------------------------------------------------------------------


class Mapped(Sector):
    """Some councils with coordinates, a county, one without a place, one with a hostile name."""

    def _sites(self):
        sites = list(super()._sites())
        for number, site in enumerate(sites):
            council = replace(site.councils[0], latitude=50.0 + number / 2, longitude=-2.0)
            if number == 1:
                council = replace(council, type="county council")
            if number == 2:
                council = replace(council, latitude=None)
            if number == 4:
                council = replace(council, name='"><script>alert(1)</script>')
            sites[number] = replace(site, councils=(council, *site.councils[1:]))
        return sites


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    sector = Mapped(9)
    text = (write(sector, tmp_path_factory.mktemp("map")).folder / "map.html").read_text()
    return sector, LexborHTMLParser(text)


def test_every_council_is_a_link_with_a_name_on_the_map_and_a_row_beside_it(page):
    sector, tree = page
    councils = [c for site in sector.sites for c in site.councils]
    links = tree.css("svg.hexagons a")
    wanted = {f"councils/{c.slug}.html" for c in councils}
    assert {link.attributes["href"] for link in links} == wanted
    assert len(links) == len(councils)
    for link in links:
        name = link.attributes["aria-label"]
        assert link.css_first("title").text() == name
        assert re.search(r": (\d+\.\d, place \d+|not ranked)$", name)
    table = tree.css("table tbody tr")
    assert len(table) == len(councils)
    assert {row.css_first("a").attributes["href"] for row in table} == wanted


def test_counties_and_councils_without_a_place_are_drawn_apart(page):
    _, tree = page
    titles = [h.text(deep=False).strip() for h in tree.css(".map-and-table h2")]
    lost = "Districts and all-purpose councils with no place on the map"
    lower, upper = mapping.TITLES.values()
    assert titles == [lower, lost, upper, "Council by council"]
    counts = {s.attributes["aria-label"]: len(s.css("a")) for s in tree.css("svg.hexagons")}
    assert counts[upper] == 1
    assert counts[lost] == 2  # the council without coordinates and the one that shares its site


def test_colour_says_the_score_and_hatching_says_that_there_is_none(page):
    _, tree = page
    for link in tree.css("svg.hexagons a"):
        ranked = "not ranked" not in link.attributes["aria-label"]
        assert ("class" in link.attributes) is ranked
        assert link.attributes.get("fill", "").startswith("url(#hatch-") is not ranked
    bands = tree.css(".shades li")
    assert bands[-1].text(strip=True) == "not ranked"
    assert len(bands) >= 2
    ids = [node.attributes["id"] for node in tree.css("[id]")]
    assert len(ids) == len(set(ids))


def test_a_hostile_name_stays_text(page):
    _, tree = page
    assert not [s for s in tree.css("script") if "alert" in s.text()]
    names = [a.attributes["aria-label"] for a in tree.css("svg a")]
    assert any("<script>" in n for n in names)

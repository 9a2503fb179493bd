"""The league table in a terminal: what it shows at which width."""

from __future__ import annotations

import io

import pytest
from report_sector import Sector
from rich.console import Console

from lgaudit.report import league
from lgaudit.report.terminal import LeagueTable


def drawn(sector, width, **options):
    written = io.StringIO()
    console = Console(file=written, width=width, color_system=None)
    console.print(LeagueTable(sector, **options))
    return written.getvalue()


def test_a_wide_terminal_shows_band_interval_categories_and_reasons():
    sector = Sector(14)
    text = drawn(sector, 150)
    for line in league.ranked(league.first_lines(sector).values()):
        row = next(row for row in text.splitlines() if line.name.split(" and ")[0] in row)
        assert f"{line.overall.value:.1f}" in row
        assert f"{line.rank.low} to {line.rank.high}" in row or line.rank.low == line.rank.high
        assert f"{line.score.rules_met} of {line.score.rules_applicable}" in row
        assert "─●" in row or "●─" in row
        assert all(f"{value.value:.1f}" in row for value in line.score.categories.values())
    assert "The site refused our visit" in text
    assert "Glenborough Council" in text
    assert "≈ no clear difference inside the block" in text


@pytest.mark.parametrize("width", [30, 40, 60, 80, 100, 120])
def test_no_width_is_overrun_and_places_stay(width):
    text = drawn(Sector(14), width)
    assert max(len(row) for row in text.splitlines()) <= width
    assert ("Accessibility" in text) == (width >= 120)
    assert "96.4" in text or "95.6" in text


def test_the_top_of_a_long_table_counts_the_rest():
    text = drawn(Sector(14), 120, top=4)
    assert "and 9 more, in the report" in text


def test_names_are_text_not_markup():
    sector = Sector(1)
    sector.sites = [
        type(site)(site.slug, site.homepage, (type(c)(**{**_fields(c), "name": "[red]A[/red]"}),))
        for site in sector.sites
        for c in site.councils
    ]
    assert "[red]A[/red]" in drawn(sector, 100)


def _fields(council):
    return {name: getattr(council, name) for name in council.__slots__}

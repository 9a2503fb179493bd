"""The data package, the licence and the citation: valid, complete, and read as users do."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import check_jsonschema.builtin_schemas as builtin
import frictionless
import jsonschema
import openpyxl
import pytest
import yaml
from report_sector import Sector, courses

import lgaudit
from lgaudit.comparisons import Comparisons, Movers, Weighting
from lgaudit.report import columns
from lgaudit.report.write import write

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    sector = Sector(14)
    places = {slug: rank.place for slug, rank in sector.ranks.items()}
    compared = Comparisons(
        movers=Movers("before", sector.run.started, sector.bar.version, "0.1.0", 3),
        weightings=(Weighting("all-equal", "All equal", "Nothing weighs more.", places),),
    )
    folder = tmp_path_factory.mktemp("package")
    return write(sector, folder, comparisons=compared, years=courses(sector)).folder


def test_every_csv_is_described_and_every_column_has_a_meaning(report):
    told = json.loads((report / "datapackage.json").read_text())
    files = {p.relative_to(report).as_posix() for p in report.rglob("*.csv")}
    assert {resource["path"] for resource in told["resources"]} == files
    missing = [
        (resource["path"], field["name"])
        for resource in told["resources"]
        for field in resource["schema"]["fields"]
        if not field["description"]
    ]
    assert missing == [], "say what these mean in lgaudit/report/columns.toml"
    assert all(resource["title"] for resource in told["resources"])
    assert told["licenses"][0]["name"] == "OGL-UK-3.0"


def test_frictionless_finds_the_package_and_all_its_tables_valid(report):
    told = json.loads((report / "datapackage.json").read_text())
    own = [r for r in told["resources"] if r["path"].startswith("councils/")]
    told["resources"] = [r for r in told["resources"] if r not in own[1:]]
    some = report / "some.json"
    some.write_text(json.dumps(told))
    seen = frictionless.validate(str(some))
    some.unlink()
    assert seen.valid, seen.flatten(["name", "rowNumber", "fieldName", "note"])[:5]
    assert seen.stats["tasks"] == len(told["resources"]) > 8


def test_a_wrong_table_is_not_valid(report, tmp_path):
    """The validator sees what it should: a number that is none."""
    told = json.loads((report / "datapackage.json").read_text())
    told["resources"] = [r for r in told["resources"] if r["name"] == "league"]
    (tmp_path / "datapackage.json").write_text(json.dumps(told))
    text = (report / "league.csv").read_text().replace("\n1,", "\nfirst,", 1)
    (tmp_path / "league.csv").write_text(text)
    assert not frictionless.validate(str(tmp_path / "datapackage.json")).valid


def test_the_licence_is_in_the_report_and_named_on_every_page(report):
    text = (report / "LICENCE-DATA.txt").read_text()
    assert "The Licensor grants you a worldwide, royalty-free" in text
    for page in report.rglob("*.html"):
        assert "LICENCE-DATA.txt" in page.read_text(), page
    assert json.loads((report / "run.json").read_text())["licence"]["name"] == "OGL-UK-3.0"
    assert "Open Government Licence v3.0" in (report / "summary.md").read_text()
    assert "OGL" in (ROOT / "LICENSE-DATA.md").read_text()


def test_league_json_holds_the_league(report):
    told = json.loads((report / "league.json").read_text())
    assert len(told["councils"]) == 15
    first = told["councils"][0]
    assert list(first) == columns.head(report / "league.csv")
    assert (first["rank"], first["status"]) == (1, "ranked")
    assert told["about"].endswith("It is not proof of conformance.")


def test_the_summary_names_places_scores_and_who_is_not_ranked(report):
    told = json.loads((report / "league.json").read_text())
    text = (report / "summary.md").read_text()
    ranked = [row for row in told["councils"] if row["rank"]]
    assert f"| {ranked[0]['score']:.1f} |" in text
    assert "## Not ranked" in text
    assert "Made-up councils" in text


def test_the_workbook_says_what_columns_mean_and_keeps_numbers(report):
    book = openpyxl.load_workbook(report / "league.xlsx", read_only=True)
    meanings = {row[1]: row[2] for row in book["Columns"].iter_rows(values_only=True)}
    assert meanings["score"].startswith("0 to 100")
    rows = list(book["Shares"].iter_rows(values_only=True, max_row=3))
    assert isinstance(rows[1][rows[0].index("passed")], int)
    told = [row[0] for row in book["About"].iter_rows(values_only=True)]
    assert any("Open Government Licence" in note for note in told)


def test_a_table_too_long_for_a_sheet_is_left_out_and_said(report, monkeypatch):
    from lgaudit.report import exports

    monkeypatch.setattr(exports, "MOST_ROWS", 3)
    found, notes = exports.sheets(report, {}, {"shares.csv": "Shares", "timings.csv": "Times"})
    assert "Shares" not in found
    assert notes == ["Shares: too long for a sheet, see shares.csv.", *notes[1:]]


def test_the_citation_file_is_valid():
    told = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    told["date-released"] = str(told["date-released"])
    schema = builtin.get_builtin_schema("vendor.citation-file-format")
    jsonschema.validate(told, schema)
    assert told["version"] == lgaudit.__version__
    with (ROOT / "pyproject.toml").open("rb") as file:
        assert told["license"] == tomllib.load(file)["project"]["license"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**told, "authors": []}, schema)


def test_replaced_categories_are_numbers():
    found = columns.columns("league.csv", ["rank", "content", "note"], ["content"])
    assert [one.type for one in found] == ["integer", "number", "string"]
    assert all(one.meaning for one in found)

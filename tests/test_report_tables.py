"""The downloads: columns, one row a council, same bytes twice, nothing a spreadsheet would run."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
from pathlib import Path

import openpyxl
import pytest
from report_sector import Sector

from lgaudit.models import Finding, Outcome, Spot
from lgaudit.report import cells, digest
from lgaudit.report.workbook import write_xlsx
from lgaudit.report.write import write

COLUMNS = (
    "rank,rank_low,rank_high,slug,name,nation,region,type,population,status,reason,score,"
    "score_low,score_high,accessibility,content,performance,rules_met,rules_applicable,"
    "pages_found,pages_sampled,pages_audited,pages_lost,change,run,bar"
).split(",")


def rows(path):
    return list(csv.DictReader(path.open(encoding="utf-8", newline="")))


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    return write(Sector(14), tmp_path_factory.mktemp("reports")).folder


def test_league_columns_are_the_contract_then_the_registers_then_timings(report):
    with (report / "league.csv").open(encoding="utf-8") as file:
        header = file.readline().strip().split(",")
    replied = ["score_with_replies", "rank_with_replies", "replies_accepted"]
    timings = ["timing_fcp_ms", "timing_lcp_ms", "timing_tbt_ms"]
    assert header == [*COLUMNS, "note", "region_code", *timings, *replied]


def test_columns_of_the_register_never_hide_ours(tmp_path):
    class Clashing(Sector):
        def _sites(self):
            sites = super()._sites()
            extra = {"rank": "theirs", "register_rank": "also theirs", "timing_lcp_ms": "1"}
            council = dataclasses.replace(sites[0].councils[0], extra=extra)
            return [dataclasses.replace(sites[0], councils=(council,))]

    row = rows(write(Clashing(1), tmp_path).folder / "league.csv")[0]
    assert row["rank"] == "1"
    assert row["register_rank"] == "theirs"
    assert row["register_register_rank"] == "also theirs"
    assert row["register_timing_lcp_ms"] == "1"
    assert row["timing_lcp_ms"] == "1211"


def test_one_row_per_council_and_those_that_share_a_site_agree(report):
    sector = Sector(14)
    table = rows(report / "league.csv")
    assert len(table) == sum(len(site.councils) for site in sector.sites) == 15
    shared = [row for row in table if row["slug"].endswith("-vale")]
    twin = next(row for row in table if row["slug"] == shared[0]["slug"].removesuffix("-vale"))
    assert {k: v for k, v in shared[0].items() if k not in ("slug", "name")} == {
        k: v for k, v in twin.items() if k not in ("slug", "name")
    }


def test_unranked_rows_have_a_reason_and_no_score(report):
    table = rows(report / "league.csv")
    unranked = [row for row in table if row["status"] == "not ranked"]
    assert [row["reason"] for row in unranked] == ["blocked"]
    assert {row["score"] + row["rank"] + row["score_low"] for row in unranked} == {""}
    places = [int(row["rank"]) for row in table if row["rank"]]
    assert places == sorted(places)
    assert all(row["rank_low"] and row["reason"] == "" for row in table if row["rank"])


def test_findings_are_sorted_and_those_of_a_clock_are_apart(report):
    sector = Sector(14)
    timing = {rule.id for rule in sector.rules if rule.timing}
    found, late = rows(report / "findings.csv"), rows(report / "findings-timing.csv")
    assert list(found[0]) == (
        "slug,site,url,rule,category,severity,outcome,message,selector,snippet,fingerprint"
    ).split(",")
    assert {row["rule"] for row in late} == timing
    assert not {row["rule"] for row in found} & timing
    keys = [(row["slug"], row["rule"], row["url"], row["outcome"]) for row in found]
    assert keys == sorted(keys)
    expected = sum(
        max(1, len(finding.spots))
        for site in sector.each_site()
        for finding in site.findings
        if finding.rule not in timing
    )
    assert len(found) == expected


def test_the_fingerprint_of_a_spot_is_passed_on(tmp_path):
    class One(Sector):
        def site(self, slug):
            spot = Spot("main", "<main>", fingerprint="f00d")
            rule, failed = self.rules[0].id, Outcome.FAILED
            found = (
                Finding(rule, "", failed, fingerprint="cafe"),
                Finding(rule, "https://a.example/", failed, "", (spot,)),
            )
            return dataclasses.replace(super().site(slug), findings=found)

    written = write(One(1), tmp_path)
    assert [row["fingerprint"] for row in rows(written.folder / "findings.csv")] == ["cafe", "f00d"]


def test_two_equal_runs_give_the_same_bytes_whenever_they_ran(tmp_path, report):
    class Later(Sector):
        def __post_init__(self):
            super().__post_init__()
            settings = {**self.run.settings, "store": "elsewhere", "name_map": {"a": "b:1"}}
            later = self.run.started + dt.timedelta(days=1)
            self.run = dataclasses.replace(
                self.run, id="another", started=later, finished=None, settings=settings
            )

    again = write(Later(14), tmp_path).folder
    for name in ("league.csv", "findings.csv", "shares.csv", "findings-timing.csv"):
        assert (again / name).read_bytes() == (report / name).read_bytes(), name


def test_the_edition_changes_with_what_the_run_was_told():
    plain = digest.edition(Sector(3))
    other = Sector(3)
    other.run = dataclasses.replace(other.run, settings={"pages": 31})
    assert digest.edition(other) != plain
    assert digest.edition(Sector(4)) != plain
    assert digest.edition(Sector(3)) == plain


def test_where_a_folder_lies_on_this_machine_is_nobodys_business():
    def told(folder: str) -> Sector:
        sector = Sector(3)
        sector.run = dataclasses.replace(sector.run, settings={"suppliers": folder})
        return sector

    anna = told("/home/anna/signs")
    assert digest.public_settings(anna.run.settings) == {"suppliers": "signs"}
    assert digest.edition(anna) == digest.edition(told("/srv/signs"))
    assert digest.edition(anna) != digest.edition(told("/srv/other"))


def test_no_secret_setting_is_published(report):
    for path in report.rglob("*.*"):
        assert b"secret" not in path.read_bytes(), path


def test_the_workbook_has_filters_frozen_headings_and_no_formulas(report):
    book = openpyxl.load_workbook(report / "league.xlsx")
    assert book.sheetnames == [
        "League", "Standards", "Replies", "Rules", "Shares", "Tasks", "Shared issues", "Findings",
        "Findings of a clock", "Load times", "Columns", "About",
    ]  # fmt: skip
    league = book["League"]
    assert league.freeze_panes == "A2"
    assert league.auto_filter.ref.startswith("A1:")
    assert [cell.value for cell in league[1]][: len(COLUMNS)] == COLUMNS
    assert league.max_row == 16
    assert isinstance(league["A2"].value, int)
    types = {cell.data_type for sheet in book for row in sheet for cell in row}
    assert "f" not in types
    notes = [cell.value for cell in league[1]].index("note")
    assert "'=1+1" in [row[notes].value for row in league.iter_rows(min_row=2)]


@pytest.mark.parametrize(
    ("value", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+44 20", "'+44 20"),
        ("-1", "'-1"),
        ("@sum", "'@sum"),
        ("\t=1", "'=1"),
        ("\r=1", "'=1"),
        ("\tx", "'x"),
        ("  =1", "'=1"),
        ("＝1", "'＝1"),
        ("a\nb\x00c", "a b\ufffdc"),
        ("a\u202eb", "a[U+202E]b"),
        ("plain, text", "plain, text"),
        ("", ""),
        (-1.5, -1.5),
        (None, None),
    ],
)
def test_cells_from_outside_are_harmless(value, safe):
    assert cells.cell(value) == safe


def test_a_huge_cell_is_cut():
    assert len(str(cells.cell("x" * 1_000_000))) == cells.TEXT
    assert len(str(cells.cell("é" * 1_000_000))) == cells.TEXT


def test_every_csv_reads_back_with_one_width(report):
    for path in report.rglob("*.csv"):
        text = path.read_text(encoding="utf-8")
        widths = {len(row) for row in csv.reader(io.StringIO(text))}
        assert len(widths) == 1, path.name
        assert "\r" not in text


def test_a_workbook_that_cannot_be_written_is_told_as_the_system_told_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_xlsx({}, [], tmp_path / "gone" / "league.xlsx", dt.datetime(2026, 11, 26))

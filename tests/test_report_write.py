"""Writing: every promised file, all or nothing, and a sentence when it cannot be done."""

from __future__ import annotations

import dataclasses
import json

import pytest
from report_sector import Sector

from lgaudit.errors import ReportError
from lgaudit.models import Council, Site
from lgaudit.report.write import write


def test_every_promised_file_is_there(tmp_path):
    sector, seen = Sector(14), []
    written = write(sector, tmp_path, progress=lambda done, total: seen.append((done, total)))

    assert written.folder == tmp_path / sector.run.id
    assert written.index.is_file()
    promised = {"index.html", "method.html", "league.csv", "league.xlsx", "findings.csv"}
    promised |= {"run.json", "rules/index.html", "static/report.css"}
    promised |= {f"councils/{c.slug}.html" for site in sector.sites for c in site.councils}
    promised |= {f"rules/{rule.id}.html" for rule in sector.rules}
    assert promised <= set(written.files)
    assert all((written.folder / name).is_file() for name in written.files)
    assert seen[-1] == (14, 14)
    assert [path.name for path in tmp_path.iterdir()] == [sector.run.id]


def test_run_json_says_what_was_run(tmp_path):
    run = json.loads((write(Sector(3), tmp_path).folder / "run.json").read_text())
    assert run["engines"] == {"lgaudit": "0.1.0", "axe-core": "4.14.1", "browser": "Chromium 156"}
    assert (run["sites"], run["councils"], run["ranked"]) == (3, 4, 3)
    assert run["settings"] == {"pages": 30}
    assert len(run["edition"]) == 12


def test_an_old_report_of_the_run_is_replaced(tmp_path):
    first = write(Sector(3), tmp_path)
    (first.folder / "left-over.html").write_text("old")
    second = write(Sector(3), tmp_path)
    assert second.folder == first.folder
    assert "left-over.html" not in second.files
    assert not (second.folder / "left-over.html").exists()


def test_a_report_that_fails_half_way_leaves_the_old_one_whole(tmp_path):
    class Broken(Sector):
        def each_site(self):
            yield from list(super().each_site())[:2]
            raise RuntimeError("the store went away")

    first = write(Sector(3), tmp_path)
    with pytest.raises(RuntimeError, match="went away"):
        write(Broken(3), tmp_path)
    assert all((first.folder / name).is_file() for name in first.files)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(ReportError, match=r"cannot be written to .*choose another folder"):
        write(Sector(2), blocked / "reports")


@pytest.mark.parametrize("run_id", ["../../escape", "a/b", "..", "x" * 400])
def test_a_run_id_cannot_leave_the_folder(tmp_path, run_id):
    sector = Sector(1)
    sector.run = dataclasses.replace(sector.run, id=run_id)
    written = write(sector, tmp_path / "reports")
    assert written.folder.parent == tmp_path / "reports"
    assert [path.name for path in tmp_path.iterdir()] == ["reports"]


def test_a_site_without_a_council_and_one_with_a_hostile_slug_get_pages(tmp_path):
    class Odd(Sector):
        def _sites(self):
            alone = Site("www.example.org:8443", "https://www.example.org:8443/")
            council = Council("../../up", "Up", "Wales", "Wales", "x", "https://up.example/")
            return [Site("../../up", "https://up.example/", (council,)), alone]

    written = write(Odd(2), tmp_path)
    pages = [name for name in written.files if name.startswith("councils/") and "html" in name]
    welsh = [name for name in pages if name.endswith(".cy.html")]
    pages = [name for name in pages if name not in welsh]
    assert (len(pages), len(welsh)) == (2, 1)
    league = (written.folder / "index.html").read_text()
    for page in pages:
        assert f'href="{page}"' in league
    assert "www.example.org:8443" in league


def test_a_run_in_which_nobody_could_be_ranked_still_has_a_report(tmp_path):
    class Dark(Sector):
        def _lost(self, slug):
            from lgaudit.models import Reason, Verdict

            return Verdict(Reason.DNS, "no such name")

    written = write(Dark(5), tmp_path)
    league = (written.folder / "index.html").read_text()
    assert "No council website could be ranked in this run" in league
    assert league.count("The site&#39;s name could not be found") == 5
    assert (
        "The site&#39;s name could not be found"
        in next((written.folder / "councils").glob("*.html")).read_text()
    )


def test_the_same_run_gives_the_same_bytes(tmp_path):
    first, second = write(Sector(5), tmp_path / "a"), write(Sector(5), tmp_path / "b")
    assert first.files == second.files
    for name in first.files:
        if not name.endswith(".xlsx"):
            assert (first.folder / name).read_bytes() == (second.folder / name).read_bytes(), name

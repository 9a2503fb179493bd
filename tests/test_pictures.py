"""Pictures of issues in place: cut from the right spot, kept with the evidence, and shown."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from dataclasses import dataclass, replace

import pytest
from PIL import Image
from report_sector import Sector

from lgaudit import inplace
from lgaudit.archive import Evidence, Retention, pictures
from lgaudit.evidence import BrowserEvidence, Page, Snapshot
from lgaudit.models import OK, Finding, Kind, Outcome, Severity, Site, Spot
from lgaudit.pictures import Picture, Sheet
from lgaudit.report.write import write

URL = "https://www.a.gov.uk/"
HTML = """<!doctype html><html><head><title>A</title></head><body>
<noscript><p>No script</p></noscript><p>One</p><p id="two">Two</p>
<main><b></b></main></body></html>"""
RED = (255, 0, 0)
# <p> stands twice in the browser, where scripts run; the second is red.
BOXES = {"p": (0, 0, 800, 20, 100, 300, 200, 40), "main": (0, 0, 800, 1000), "b": (0, 0, 0, 0)}


def sheet(**more) -> Sheet:
    image = Image.new("RGB", (800, 1000), "white")
    image.paste(RED, (100, 300, 300, 340))
    packed = io.BytesIO()
    image.save(packed, "JPEG", quality=90)
    return replace(Sheet(URL, packed.getvalue(), 800, 1000, BOXES), **more)


def found(sector: Sector, *places: tuple[int, str], painted: Sheet | None = None):
    """Pictures of findings, each of the rule of that number at that selector."""
    rules = sector.rules
    shown = BrowserEvidence(HTML, "A", URL, 200)
    page = Page(URL, URL, kind=Kind.HOME, body=HTML.encode(), browser=shown)
    visit = Snapshot(Site("a", URL), OK, (page,))
    findings = tuple(
        Finding(rules[n].id, URL, Outcome.FAILED, "Wrong", (Spot(selector, "<p>"),))
        for n, selector in places
    )
    result = replace(next(sector.each_site()), findings=findings)
    return inplace.cut(result, visit, [painted or sheet()], rules)


@pytest.fixture(scope="module")
def sector() -> Sector:
    return Sector(3)


def test_the_element_is_in_the_picture_and_outlined(sector):
    (picture,) = found(sector, (0, "#two"))
    with Image.open(io.BytesIO(picture.image)) as image:
        assert image.format == "WEBP"
        assert image.size == (picture.width, picture.height) == (400, 152)
        pixels = image.convert("RGB")
        red, blank = pixels.getpixel((200, 76)), pixels.getpixel((20, 20))
        outline = pixels.getpixel((98, 76))
    assert red[0] > 200
    assert red[1] < 60
    assert min(blank) > 200
    assert max(abs(a - b) for a, b in zip(outline, inplace.INK, strict=True)) < 70, "not outlined"


@pytest.mark.parametrize(
    "selector",
    ["main", "b", "title", "noscript p", "iframe >>> p", "p[", "#three"],
    ids=["the page itself", "nothing to see", "not painted", "not run", "frame", "broken", "gone"],
)
def test_what_cannot_be_seen_for_sure_has_no_picture(sector, selector):
    assert found(sector, (0, selector)) == ()


def test_another_number_of_elements_means_another_page(sector):
    assert found(sector, (0, "#two"), painted=sheet(boxes={"p": BOXES["p"][:4]})) == ()


def test_a_broken_picture_is_none(sector):
    assert found(sector, (0, "#two"), painted=sheet(image=b"\xff\xd8 no picture")) == ()


def test_one_picture_a_rule_the_most_serious_first(sector):
    rules = sector.rules
    minor = next(n for n, rule in enumerate(rules) if rule.severity is Severity.MINOR)
    critical = next(n for n, rule in enumerate(rules) if rule.severity is Severity.CRITICAL)
    pictures = found(sector, (minor, "#two"), (critical, "b"), (critical, "#two"), (minor, "#two"))
    assert [p.rule for p in pictures] == [rules[critical].id, rules[minor].id]


@pytest.mark.parametrize("box", [(-50, -20, 100, 60), (700, 980, 300, 60), (0, 0, 790, 700)])
def test_elements_at_the_edge_stay_inside(sector, box):
    (picture,) = found(sector, (0, "#two"), painted=sheet(boxes={"p": (0, 0, 9, 9, *box)}))
    assert picture.width <= 720
    assert picture.height <= 420


PICTURE = Picture("axe/x", URL, "#two", b"RIFF....WEBP", 400, 150)


def test_they_are_kept_with_the_evidence_and_go_with_it(tmp_path):
    old, new = (Evidence(tmp_path, f"2026112{n}-120000-abcdef") for n in (2, 3))
    for run in (old, new):
        pictures.write(run.pictures("a"), [PICTURE])
    assert pictures.KeptPictures(new).of("a") == (PICTURE,)
    assert new.files() == (), "no WARC"
    assert new.size > len(PICTURE.image)
    assert new.prune(Retention(runs=1), dt.date(2026, 11, 24)) == (old.run,)
    assert not old.path.exists()
    pictures.write(new.pictures("a"), [])
    assert pictures.KeptPictures(new).of("a") == ()
    assert not list(new.path.iterdir())


@pytest.mark.parametrize("kind", ["none", "no zip", "no index", "bomb", "lost"])
def test_files_that_cannot_be_read_show_nothing(tmp_path, kind):
    path = tmp_path / "a.pictures.zip"
    if kind == "no zip":
        path.write_bytes(b"PK\x03\x04 and nothing more")
    elif kind != "none":
        pictures.write(path, [PICTURE])
        index = {"no index": b"{}", "bomb": b" " * 3_000_000}.get(kind)
        with zipfile.ZipFile(path) as kept:
            held = {name: kept.read(name) for name in kept.namelist()}
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as broken:
            for name, data in held.items():
                if name == pictures.INDEX:
                    broken.writestr(name, data if index is None else index)
                elif kind != "lost":
                    broken.writestr(name, data)
    assert pictures.read(path) == ()


@dataclass
class Everywhere:
    """A picture of the first place of each site."""

    sector: Sector

    def of(self, site: str):
        result = self.sector.site(site)
        first = next((f for f in result.findings if f.spots and f.outcome is Outcome.FAILED), None)
        if first is None:
            return ()
        return (replace(PICTURE, rule=first.rule, url=first.url, selector=first.spots[0].selector),)


def test_the_report_shows_them_in_place_and_only_them(tmp_path, sector):
    report = write(sector, tmp_path, pictures=Everywhere(sector))
    site = sector.sites[0].slug
    page = (report.folder / "councils" / f"{site}.html").read_text()
    file = f"pictures/{site}-1.webp"
    assert f'loading="lazy" src="{file}" width="400" height="150">' in page
    assert (report.folder / "councils" / file).read_bytes() == PICTURE.image
    assert f"councils/{file}" in report.files
    bare = write(sector, tmp_path)
    assert "<img" not in (bare.folder / "councils" / f"{site}.html").read_text()
    for name in ("findings.csv", "league.csv"):
        assert (bare.folder / name).exists()
    assert not list(bare.folder.rglob("*.webp"))

"""Issues once each, the council's page that shows them, and feeds that a validator takes."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import itertools
import json
import random
from pathlib import Path

import feedparser
import pytest
from lxml import etree
from report_sector import Sector, made_rules
from selectolax.lexbor import LexborHTMLParser

from lgaudit.evaluate.issues import marked
from lgaudit.evaluate.lifetimes import follow
from lgaudit.lives import FIRST_LOOK, IssueLife, Look, Point, State
from lgaudit.models import Interval
from lgaudit.report import columns, issues, press, trend
from lgaudit.report import feeds as atom
from lgaudit.report.councilpages import CouncilPages
from lgaudit.report.write import write
from lgaudit.results import OnSite, SharedIssue, SupplierUse

HOSTILE = "</summary><script>alert(1)</script>]]>&\x00\x0b\ufffe\ud800=1+1 " + "x" * 5000
BEFORE = dt.datetime(2026, 8, 20, 9, 15, tzinfo=dt.UTC)
SCHEMA = etree.RelaxNG(etree.parse(str(Path(__file__).parent / "fixtures" / "atom.rng")))
ATOM = "{http://www.w3.org/2005/Atom}"
RULES = made_rules(3)
USE = SupplierUse("acme/cms", "Acme", "Acme CMS", "cms", "made", "certain")


class Two(Sector):
    """Every site; of one finding the message is hostile, of one page another was looked at."""

    def site(self, slug):
        result = super().site(slug)
        findings = [marked(finding) for finding in result.findings]
        if findings:
            findings[0] = dataclasses.replace(findings[0], message=HOSTILE)
        pages = list(result.pages)
        for number in (3, 4):
            if pages:
                pages[number] = dataclasses.replace(pages[number], alike=pages[2].url)
        uses = (USE,) if pages else ()
        return dataclasses.replace(
            result, findings=tuple(findings), pages=tuple(pages), suppliers=uses
        )


class Lives:
    """Two runs: in the earlier one every other finding was not there, and some others were."""

    def __init__(self, sector):
        self._sector = sector

    def follow(self, result):
        run = self._sector.run
        rules = {rule.id: rule for rule in self._sector.rules}
        kept = [f for n, f in enumerate(result.findings) if n % 2]
        gone = [
            dataclasses.replace(
                finding, spots=tuple(dataclasses.replace(s, snippet="<b>") for s in finding.spots)
            )
            for finding in kept[:3]
        ]
        old = dataclasses.replace(result, findings=tuple(map(marked, [*kept[3:], *gone])))
        told = follow([
            Look("20260820-0915-1", BEFORE, run.engines, rules, old),
            Look(run.id, run.started, run.engines, rules, result),
        ])  # fmt: skip
        if not result.verdict.ok:
            return told
        score = Interval(70.0, 65.0, 74.0)
        points = [
            Point("20260520-0915-1", BEFORE - dt.timedelta(90), score, 3, 9, ("its bar was 2025",)),
            Point("20260820-0915-1", BEFORE, score, 3, 9),
            Point(run.id, run.started, Interval(81.5, 79.0, 83.0), 2, 9),
        ]
        return dataclasses.replace(told, trend=tuple(points))


class Sharing:
    """One rule's defect is the supplier's, wherever it is."""

    def __init__(self):
        self.sites = []
        self.rule = ""

    def add(self, result):
        found = [f for f in result.findings if f.outcome.value == "failed" and f.spots]
        self.rule = self.rule or (found[0].rule if found else "")
        own = [f for f in found if f.rule == self.rule]
        if own:
            marks = tuple(sorted({s.fingerprint for f in own for s in f.spots}))
            urls = tuple(sorted(f.url for f in own))
            self.sites.append(OnSite(result.site.slug, urls, len(urls), 0, marks))

    def issues(self):
        made = SharedIssue("5" * 16, self.rule, USE.product, "", None, tuple(self.sites), 9)
        return (made,)

    def users(self):
        return {USE.product: (USE, [where.site for where in self.sites])}


def made(folder):
    sector = Two(6)
    return write(sector, folder, sharing=Sharing(), lives=Lives(sector)).folder


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    return made(tmp_path_factory.mktemp("a"))


@pytest.fixture(scope="module")
def again(tmp_path_factory):
    return made(tmp_path_factory.mktemp("b"))


def table(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def feeds(report):
    return {p.relative_to(report).as_posix(): p for p in report.rglob("*.xml")}


def test_each_issue_is_told_once(report):
    rows = table(report / "issues.csv")
    assert list(rows[0]) == [*issues.COLUMNS, *issues.OWNERS]
    assert len({row["issue"] for row in rows}) == len(rows)
    places = [(row["slug"], row["rule"], row["fingerprint"]) for row in rows]
    assert len(set(places)) == len(rows)
    assert {row["state"] for row in rows} >= {"new", "open", "fixed"}
    failed = {
        (row["slug"], row["rule"], row["fingerprint"])
        for row in table(report / "findings.csv")
        if row["outcome"] == "failed" and row["rule"] in {r["rule"] for r in rows}
    }
    assert {p for p, row in zip(places, rows, strict=True) if row["state"] != "fixed"} == failed
    assert all(row["last_seen"] == "2026-08-20" for row in rows if row["state"] == "fixed")
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row.values())


def test_what_each_column_means_is_told(report):
    told = columns.columns("issues.csv", [*issues.COLUMNS, *issues.OWNERS])
    assert [column.name for column in told if not column.meaning] == []


def test_a_shared_issue_names_its_supplier_and_no_other_does(report):
    rows = table(report / "issues.csv")
    owned = [row for row in rows if row["supplier"]]
    assert owned
    assert {(r["supplier"], r["product"], r["shared_issue"]) for r in owned} == {
        ("Acme", "Acme CMS", "5" * 16)
    }
    assert len({row["rule"] for row in owned}) == 1


def test_equal_runs_write_equal_files(report, again):
    names = ["issues.csv", *feeds(report)]
    assert names == ["issues.csv", *feeds(again)]
    for name in names:
        assert (report / name).read_bytes() == (again / name).read_bytes(), name


def test_a_process_beside_writes_the_same(report, tmp_path, monkeypatch):
    monkeypatch.setattr(press, "MANY", 1)
    monkeypatch.setattr(press, "cores", lambda: 2)
    beside = made(tmp_path)
    names = [p.relative_to(report) for p in sorted(report.rglob("*")) if p.is_file()]
    assert names == [p.relative_to(beside) for p in sorted(beside.rglob("*")) if p.is_file()]
    for name in names:
        assert (report / name).read_bytes() == (beside / name).read_bytes(), name


def test_what_goes_wrong_beside_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(press, "MANY", 1)
    monkeypatch.setattr(press, "cores", lambda: 2)
    monkeypatch.setattr(CouncilPages, "__reduce__", lambda self: (Broken, ()), raising=False)
    with pytest.raises(RuntimeError, match="no page today"):
        made(tmp_path)
    assert not list(tmp_path.iterdir())


class Broken:
    """Stands for the pages in the process beside."""

    def write(self, job):
        raise ValueError("no page today")


def test_a_council_has_its_own_files(report):
    rows = table(report / "issues.csv")
    slug = next(row["slug"] for row in rows)
    own = table(report / "councils" / f"{slug}-issues.csv")
    told = json.loads((report / "councils" / f"{slug}-issues.json").read_text())["issues"]
    ids = [row["issue"] for row in rows if row["slug"] == slug]
    assert [row["issue"] for row in own] == ids
    assert [issue["issue"] for issue in told] == ids
    whole = {row["issue"]: row for row in rows}
    for listed in (own, told):
        assert [one["supplier"] for one in listed] == [whole[i]["supplier"] for i in ids]
    assert own[0]["urls"].split() == told[0]["urls"][: issues.URLS]


def test_every_feed_is_valid_and_linked_from_its_page(report):
    found = feeds(report)
    assert {"feed.xml", "suppliers/acme--cms.xml"} <= set(found)
    for name, path in found.items():
        tree = etree.parse(str(path))
        SCHEMA.assertValid(tree)
        read = feedparser.parse(path.read_bytes())
        assert not read.bozo, (name, read.get("bozo_exception"))
        assert read.version == "atom10"
        ids = [entry.id for entry in read.entries]
        assert len(set(ids)) == len(ids) <= 100
        assert all(i.startswith("tag:") for i in [read.feed.id, *ids])
        assert (
            max((e.updated for e in read.entries), default=read.feed.updated) == read.feed.updated
        )
        page = "index.html" if name == "feed.xml" else name.replace(".xml", ".html")
        links = LexborHTMLParser((report / page).read_text(encoding="utf-8")).css(
            "head > link[type='application/atom+xml']"
        )
        assert [link.attributes["href"] for link in links] == [path.name]
        assert path.stat().st_size < 150_000
    assert len({etree.parse(str(p)).findtext(ATOM + "id") for p in found.values()}) == len(found)
    assert any("script" in p.read_text() for p in found.values())
    assert not any("<script" in p.read_text() for p in found.values())


def test_feeds_link_to_pages_that_are_there(report):
    for path in feeds(report).values():
        for link in etree.parse(str(path)).iter(ATOM + "link"):
            assert (path.parent / link.get("href").partition("#")[0]).resolve().is_file()


def test_a_feed_tells_of_what_is_new_and_fixed(report):
    entries = feedparser.parse((report / "suppliers/acme--cms.xml").read_bytes()).entries
    terms = {tag.term for entry in entries for tag in entry.tags}
    assert "new" in terms
    states = [e.tags[0].term for e in feedparser.parse((report / "feed.xml").read_bytes()).entries]
    assert "new" in states
    own = [p for name, p in feeds(report).items() if name.startswith("councils/")]
    told = set(itertools.chain(*((t.term for e in feedparser.parse(p.read_bytes()).entries
                                  for t in e.tags) for p in own)))  # fmt: skip
    assert {"new", "fixed"} <= told


def test_the_council_page_shows_trend_parts_and_what_stood_in(report):
    slug = next(row["slug"] for row in table(report / "issues.csv"))
    page = LexborHTMLParser((report / "councils" / f"{slug}.html").read_text(encoding="utf-8"))
    text = " ".join(page.body.text(separator=" ").split())
    assert "81.5" in text
    assert "+11.5" in text
    assert "Cannot be compared" in text
    assert len(page.css("svg.trend circle.apart")) == 2  # one in each width
    assert page.css_first("#where")
    assert "Fixed since the run before" in text
    assert "were not tried by keyboard, at other sizes and for motion" in text
    (stood,) = [a for a in page.css("#pages ~ h3 + p + ul.lost > li > a") if a.attributes["href"]][
        :1
    ]
    assert stood.attributes["href"].endswith("/bins")
    assert {a.attributes["href"] for a in page.css("#downloads ~ ul a")} == {
        f"{slug}.csv", f"{slug}-issues.csv", f"{slug}-issues.json", f"{slug}.xml"
    }  # fmt: skip


def test_without_lives_there_is_neither_table_nor_feed(tmp_path):
    folder = write(Sector(3), tmp_path).folder
    assert not list(folder.rglob("*.xml"))
    assert not (folder / "issues.csv").exists()
    assert not (folder / ".issues.csv").exists()
    assert "application/atom+xml" not in (folder / "index.html").read_text()


def life(number, block="", template="t", pages=("https://a.example/1",), **more):
    given = {"rule": RULES[0].id, "state": State.NEW, "note": "", "pattern": f"{number}", **more}
    return IssueLife(
        id=f"{number}", site="a", fingerprint="", first_seen=BEFORE, last_seen=BEFORE,
        since=BEFORE, message="", spot=None, pages=pages, places=1, block=block,
        template=template, **given,
    )  # fmt: skip


def test_issues_are_gathered_by_shared_block_and_template():
    rules = {rule.id: rule for rule in RULES}
    one, two = "https://a.example/1", "https://a.example/2"
    found = issues.parts(
        [
            life(1, "header", pages=(one, two)),
            life(2, "header", pages=(one,), pattern="h"),  # written for each page, by one line
            life(3, "header", pages=(two,), pattern="h", note=FIRST_LOOK),
            life(4, pages=(one, two)),
            life(5, template="", pages=(one, two)),
            life(6, "footer"),  # on one page alone
            life(7, "header", pages=(one, two), state=State.FIXED),
        ],
        rules,
    )
    assert [(p.block, p.url, p.count) for p in found] == [
        ("Header", "", 3),
        ("", one, 1),
        ("", "", 2),
    ]
    assert [(len(kind.issues), kind.new) for kind in found[0].kinds] == [(1, 1), (2, 1)]
    assert found[0].pages == 2


def test_changes_are_counted_between_comparable_runs_alone():
    score = [Interval(v, v - 1, v + 1) for v in (60.0, 90.0, 62.0)]
    points = [
        Point(str(n), BEFORE, s, 1, 9, ("other bar",) if n == 1 else ())
        for n, s in enumerate(score)
    ]
    assert [row.change for row in trend.rows(points)] == [2.0, None, None]


def test_a_feed_takes_in_what_is_newest_whatever_order_it_comes_in():
    orders = [(float(n % 7), n % 5, -n, "adur", f"{n:04}") for n in range(5 * atom.MOST)]
    every = [
        atom.Entry(order, BEFORE, State.NEW, RULES[0].id, "", "", "", "", "Adur", "adur.html")
        for order in orders
    ]
    wanted = atom.newest(every)
    assert len(wanted) == atom.MOST
    for seed in range(5):
        held = atom.Newest()
        for entry in random.Random(seed).sample(every, len(every)):
            held.add(entry)
        assert held.entries() == wanted

"""Scores over the years: which looks are of one series, and what the pages say of them."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from report_sector import Sector, courses
from test_difference import BAR, GOOD, RULES, keep, result, rule
from typer.testing import CliRunner

from lgaudit import across
from lgaudit.cli.main import app
from lgaudit.differences import Courses
from lgaudit.evaluate.issues import marked
from lgaudit.models import Council, Finding, Outcome, Reason, Site, Spot, Verdict
from lgaudit.report import yearcharts, yearpages
from lgaudit.report.write import write
from lgaudit.results import SiteResult
from lgaudit.store import Store
from lgaudit.turns import turns
from lgaudit.years import EVERY_TIME, Years
from lgaudit.years import courses as of_report

STRICTER = replace(BAR, version="2026.3")
MORE = (*RULES, rule("content/z"))
WORSE = {**GOOD, "content/z": "f" * 30}


@pytest.fixture
def store(tmp_path):
    with Store.open(str(tmp_path / "years.db")) as opened:
        yield opened


def test_a_visit_judged_again_is_of_the_series_and_says_what_was_published(store):
    for number in (0, 1):
        keep(store, number, [result("aston", GOOD)])
    keep(store, 2, [result("aston", WORSE, rules=MORE, bar=STRICTER)], MORE, STRICTER)
    keep(store, 1, [result("aston", WORSE, rules=MORE, bar=STRICTER)], MORE, STRICTER,
         judged_from="run-1")  # fmt: skip
    (series,) = Years(store).council("aston").series
    assert [stand.bar for stand in series.stands] == ["2026.2", "2026.3", "2026.3"]
    first, again, last = series.stands
    assert again.run == "run-1again"
    assert again.score == last.score
    assert again.published == first.score
    assert (first.published, last.published) == (None, None)
    assert again.events == ("bar 2026.2 became 2026.3",)
    assert (again.new, again.fixed) == (0, 0)  # another bar's doing, not the site's
    assert (last.new, last.fixed) == (0, 0)
    drawn = str(yearcharts.chart(Years(store).council("aston"), 840, 260))
    lines = re.findall(r'class="course[^"]*" d="([^"]+)"', drawn)
    assert [line.count("L") for line in lines] == [1]  # of the two by today's bar
    assert drawn.count('circle class="apart"') == 1


def test_a_report_knows_no_later_visit_and_no_made_up_one(store):
    runs = [keep(store, number, [result("aston", GOOD)]) for number in range(3)]
    keep(store, 3, [result("aston", GOOD)], settings_={"only_mapped": True})
    found = of_report(store, store.results(runs[1]))
    assert [stand.run for stand in found.sector.series[0].stands] == ["run-0", "run-1"]
    assert of_report(store, store.results(runs[0])) == Courses()
    assert of_report(store, store.results("run-3")) == Courses()
    assert len(Years(store)) == 1  # the newest is a demonstration


def test_visits_that_gave_no_score_are_said(store):
    keep(store, 0, [result("aston", GOOD)])
    own = result("aston", GOOD)
    blank = replace(own.score, overall=None, reason="blocked")
    blocked = SiteResult(own.site, Verdict(Reason.BLOCKED), own.coverage, score=blank)
    keep(store, 1, [blocked])
    keep(store, 2, [result("aston", GOOD)])
    (series,) = Years(store).council("aston").series
    assert [(one.run, one.reason) for one in series.missed] == [("run-1", "blocked")]
    text = yearpages.alone(Years(store).council("aston"))
    assert "Not ranked. The site refused our visit" in text


def test_sites_ranked_every_time_are_a_series_when_others_join(store):
    better = {**GOOD, "content/c": "p" * 30, "axe/b": "p" * 30}
    keep(store, 0, [result("aston", GOOD)])
    keep(store, 1, [result("aston", GOOD), result("barton", better)])
    everyone, always = Years(store).sector().series
    assert [stand.of for stand in everyone.stands] == [1, 2]
    assert everyone.stands[1].score.value > everyone.stands[0].score.value
    assert always.slug == EVERY_TIME
    assert always.stands[0].score.value == always.stands[1].score.value


def test_a_council_that_splits_is_followed_to_both(store):
    """One council becomes two: each shows the one before, none is set against it."""
    day = dt.date(2026, 6, 1)
    home = "https://www.shire.gov.uk/"
    shire = Council("shire", "Shire", "England", "East", "county", home, closed=day,
                    successors=("east-shire", "west-shire"))  # fmt: skip
    for number in (0, 1):
        keep(store, number, [replace(result("shire", GOOD), site=Site("shire", home, (shire,)))])
    better = {**GOOD, "content/c": "p" * 30}
    for number in (2, 3):
        keep(store, number, [result("east-shire", better), result("west-shire", GOOD)])
    east = Years(store).council("east-shire")
    assert [series.slug for series in east.series] == ["shire", "east-shire"]
    assert east.vesting == ((day, "Shire became East-Shire and West-Shire"),)
    assert east.series[1].stands[0].fixed == 0  # not against the council before
    both = Years(store).council("shire")
    assert [series.slug for series in both.series] == ["shire", "east-shire", "west-shire"]
    assert all(len(series.stands) == 2 for series in both.series)
    found = of_report(store, store.results("run-3"))
    assert sorted(found.councils) == ["east-shire", "shire", "west-shire"]
    lines = yearpages.lines(found, {}, {})
    assert [line.last.score.value - line.first.score.value for line in lines] == [0, 0, 0]
    page = yearpages.alone(both)
    assert "1 June 2026: Shire became East-Shire and West-Shire" in page
    drawn = str(yearcharts.chart(both, 840, 260))
    assert len(re.findall(r'class="course[^"]*" d=', drawn)) == 3  # a line each, none across


class _Outward(HTMLParser):
    found: list[str]

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        names = ("src", "href", "srcset", "action", "data")
        self.found += [value for name in names if (value := given.get(name)) and value[0] != "#"]


def test_the_page_alone_asks_for_nothing_and_shows_strangers_words_as_words(store):
    own = result("aston", GOOD)
    council = replace(own.site.councils[0], name="<script>alert(1)</script> & Sons")
    named = replace(own, site=replace(own.site, councils=(council,)))
    for number in (0, 1):
        keep(store, number, [named])
    said = CliRunner().invoke(app, ["history", "aston", "--store", store.where, "--format", "html"])
    assert said.exit_code == 0
    page = said.stdout
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; Sons over the years" in page
    assert "default-src 'none'" in page
    reader = _Outward()
    reader.found = []
    reader.feed(page)
    assert reader.found == []
    assert "url(" not in page
    sector = CliRunner().invoke(app, ["history", "--store", store.where, "--format", "html"])
    assert sector.stdout.count("<tr><th") >= 4  # two looks, by category too, and a council
    wrong = CliRunner().invoke(app, ["history", "--store", store.where, "--format", "pdf"])
    assert wrong.exit_code != 0


def test_a_report_has_the_pages_and_leads_to_them(tmp_path):
    sector = Sector(6)
    folder = write(sector, tmp_path / "with", years=courses(sector)).folder
    pages = sorted(path.name for path in folder.rglob("*years.html"))
    assert len(pages) == 4
    index = (folder / "index.html").read_text(encoding="utf-8")
    assert '<a href="years.html">Over the years</a>' in index
    whole = (folder / "years.html").read_text(encoding="utf-8")
    for name in re.findall(r'href="(councils/[^"]+-years\.html)"', whole):
        assert (folder / name).exists()
    assert "points a year, 90% interval" in whole
    assert "Theil 1950" in whole
    rows = (folder / "years.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 7
    bare = write(sector, tmp_path / "without").folder
    assert not list(bare.rglob("*years*"))
    assert "Over the years" not in (bare / "index.html").read_text(encoding="utf-8")


def spoilt(first: int = 0, *elements: str) -> SiteResult:
    """A site whose first page has these elements wrong by one rule."""
    own = result("aston", GOOD, first=first)
    url = own.pages[0].url
    spots = tuple(Spot(f"main > p:nth-of-type({n})", e) for n, e in enumerate(elements, 1))
    found = Finding("accessibility/a", url, Outcome.FAILED, "Not as asked", spots)
    said = tuple(
        replace(one, by_page={**one.by_page, url: Outcome.FAILED if spots else Outcome.PASSED})
        if one.rule == "accessibility/a"
        else one
        for one in own.outcomes
    )
    return replace(own, findings=(marked(found),) if spots else (), outcomes=said)


def test_single_issues_are_told_as_new_fixed_returned_and_open(store):
    one, two, three = ("<p class=a>One</p>", "<p class=b>Two</p>", "<p class=c>Three</p>")
    for number, elements in enumerate([(one, two), (two,), (one, two, three), (two, three)]):
        keep(store, number, [spoilt(0, *elements)])
    told = [
        turns(store, across.compare(store, f"run-{n}", f"run-{n + 1}"))["aston"] for n in range(3)
    ]
    texts = [
        tuple([issue.spot.snippet for issue in own] for own in (t.new, t.fixed, t.returned))
        for t in told
    ]
    assert texts == [([], [one], []), ([three], [], [one]), ([], [one], [])]
    assert [t.open for t in told] == [1, 1, 2]
    keep(store, 4, [spoilt(500, two, three)])  # every page elsewhere: nothing is fixed by that
    moved = turns(store, across.compare(store, "run-3", "run-4"))["aston"]
    assert (moved.new, moved.fixed, moved.returned) == ((), (), ())
    said = CliRunner().invoke(
        app, ["compare", "run-0", "run-1", "--council", "aston", "--store", store.where]
    )
    assert "aston: issue fixed: accessibility/a: Not as asked" in said.output
    assert "aston: 1 issue is still open." in said.output
    rows = CliRunner().invoke(
        app, ["compare", "run-0", "run-1", "--store", store.where, "--format", "csv"]
    ).stdout.splitlines()  # fmt: skip
    assert rows[1].endswith(",0,1,0,1,0")
    rows = CliRunner().invoke(
        app, ["compare", "run-0", "run-1", "--store", store.where, "--format", "csv", "--no-issues"]
    ).stdout.splitlines()  # fmt: skip
    assert rows[1].endswith(",,,,,")

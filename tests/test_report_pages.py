"""What the pages say, how they hang together, and what hostile strings become in them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import gzip
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from markupsafe import escape
from report_sector import Sector, compared, courses
from selectolax.lexbor import LexborHTMLParser

from lgaudit.evidence import Coverage
from lgaudit.models import Finding, Outcome, Rank, Reason, Severity, Spot, Status, Verdict
from lgaudit.pictures import Picture
from lgaudit.report import cells, charts, difference, league, standards, words
from lgaudit.report.downloads import Tables
from lgaudit.report.press import Press
from lgaudit.report.prose import prose
from lgaudit.report.sectorpages import SectorPages
from lgaudit.report.write import write
from lgaudit.results import SiteResult


def parsed(path):
    return LexborHTMLParser(path.read_text(encoding="utf-8"))


def text_of(node):
    return " ".join(node.text(separator=" ").split())


@pytest.fixture(scope="module")
def sector():
    return Sector(14)


@pytest.fixture(scope="module")
def report(tmp_path_factory, sector):
    found = compared(sector)
    return write(sector, tmp_path_factory.mktemp("reports"), comparisons=found).folder


@pytest.fixture(scope="module")
def pages(report):
    return {path.relative_to(report).as_posix(): parsed(path) for path in report.rglob("*.html")}


def test_every_page_has_what_a_page_needs(pages):
    titles = set()
    for name, page in pages.items():
        title = text_of(page.css_first("head > title"))
        assert 0 < len(title) < 65, name
        assert title not in titles, name
        titles.add(title)
        assert page.css_first("html").attributes["lang"] == "en-GB"
        assert page.css_first("meta[name=viewport]").attributes["content"].startswith("width=")
        description = page.css_first("meta[name=description]").attributes["content"]
        assert 20 < len(description) <= 160, name
        assert len(page.css("h1")) == 1, name
        assert len(page.css("main")) == 1, name
        skip = page.css_first("body a")
        assert skip.attributes["href"] == "#main", name
        assert page.css_first("#main"), name
        assert "Made-up councils" in text_of(page.css_first("body > aside")), name


def test_headings_come_in_order_and_in_sentence_case(pages):
    capital = re.compile(r"\s[A-Z][a-z]")
    for name, page in pages.items():
        level = 0
        for heading in page.css("h1, h2, h3, h4"):
            now = int(heading.tag[1])
            assert now <= level + 1, (name, heading.text())
            level = now
            if not name.startswith(("councils/", "tables/")) or now > 1:
                words_after = text_of(heading).replace(" JavaScript", "").replace(" Welsh", "")
                assert not capital.search(words_after), (name, heading.text())


def test_every_link_and_file_of_the_report_is_there(report, pages):
    for name, page in pages.items():
        ids = [node.attributes["id"] for node in page.css("[id]")]
        assert len(ids) == len(set(ids)), name
        for node in page.css("[href], [src]"):
            target = node.attributes.get("href") or node.attributes.get("src")
            parts = urlsplit(target)
            if parts.scheme:
                assert node.tag == "a", f"{name} asks for {target}"
                assert "noreferrer" in node.attributes["rel"]
                continue
            path = (report / name).parent / unquote(parts.path) if parts.path else report / name
            assert path.resolve().is_file(), f"{name} links to {target}"
            if parts.fragment:
                there = pages[path.resolve().relative_to(report.resolve()).as_posix()]
                assert there.css_first(f"#{parts.fragment}"), f"{name} links to {target}"


def test_no_page_needs_a_script_or_carries_inline_code(pages):
    for name, page in pages.items():
        for script in page.css("script"):
            assert script.attributes["src"] == "static/report.js", name
            assert "defer" in script.attributes
        assert not page.css("style, [style], [onclick], iframe, img"), name


def test_scroll_regions_are_labelled_and_can_be_focused(pages):
    for name, page in pages.items():
        for table in page.css("table"):
            region = table.parent
            assert region.attributes["role"] == "region", name
            assert region.attributes["tabindex"] == "0"
            assert region.attributes.get("aria-label") or page.css_first(
                "#" + region.attributes["aria-labelledby"]
            )


def test_the_same_link_text_leads_to_one_place(pages):
    for name, page in pages.items():
        places = {}
        for link in page.css("main a[href]"):
            label = text_of(link)
            assert label, name
            known = places.setdefault(label, link.attributes["href"])
            assert known == link.attributes["href"], (name, label)


def test_the_league_shows_every_ranked_site_with_band_and_interval(sector, pages):
    league_rows = pages["index.html"].css(".league tr[data-n]")
    assert len(league_rows) == len(sector.ranks)
    order = league.ranked(league.first_lines(sector).values())
    for row, line in zip(league_rows, order, strict=True):
        shown = text_of(row)
        rank, score = line.rank, line.score
        assert shown.startswith(f"{rank.place} ")
        assert f"{rank.low} to {rank.high}" in shown or rank.low == rank.high
        assert f"{score.overall.value:.1f}" in shown
        assert f"{score.overall.low:.1f} to {score.overall.high:.1f}" in shown
        assert f"{score.rules_met} of {score.rules_applicable}" in shown
        assert all(f"{value.value:.1f}" in shown for value in score.categories.values())
        assert row.css_first("svg.interval circle") is not None
    assert any("and Stonewick Vale Council" in text_of(row) for row in league_rows)


def test_groups_of_no_clear_difference_are_named(pages):
    names = [text_of(node) for node in pages["index.html"].css(".group-name")]
    assert names[0] == "Places 1 to 6: no clear difference"
    assert names[-1] == "Places 12 to 13: each clearly apart from the next"


def test_those_not_ranked_have_a_reason_in_plain_words(pages):
    section = next(
        node
        for node in pages["index.html"].css("section")
        if node.attributes["aria-labelledby"] == "not-ranked"
    )
    assert "Glenborough Council The site refused our visit" in text_of(section)
    page = pages["councils/glenborough.html"]
    assert "Not ranked. The site refused our visit" in text_of(page.css_first("main"))
    assert not page.css(".big")


def test_a_council_page_tells_score_place_steps_issues_pages_and_losses(sector, pages):
    main = pages["councils/elmfield.html"].css_first("main")
    shown = text_of(main)
    line = league.first_lines(sector)["elmfield"]
    assert f"{words.ordinal(line.rank.place)} of 13 ranked websites" in shown
    assert "councils in England" in shown
    assert len(main.css("ol.steps > li")) == 3
    assert re.search(r"\+\d\.\d points : \d\d\.\d would become \d\d\.\d", shown)
    result = sector.site("elmfield")
    failed = {f.rule for f in result.findings if f.outcome is Outcome.FAILED}
    assert f"{len(failed)} rules fail on at least one page" in shown
    tried = [node for node in main.css("details.trouble") if "Examples" in text_of(node)]
    assert len(tried) >= len(failed) - 2
    assert "main > section:nth-of-type(1) > p:nth-child(2) > a" in shown
    assert '<a href="/apply/0" class="button button--start">' in shown
    assert "We found 140 pages" in shown
    assert "A sign-in page answered in its place (password field): 1 page" in shown
    assert "Unthrottled lab values" in shown


def test_a_rule_page_names_who_meets_it_and_who_does_not(sector, pages):
    rules = {rule.id: rule for rule in sector.rules}
    standing = next(
        s
        for s in standards.standings(sector.rules, league.first_lines(sector).values())
        if s.met and s.not_met
    )
    main = pages[f"rules/{standing.rule.id}.html"].css_first("main")
    shown = text_of(main)
    assert rules[standing.rule.id].why in shown
    assert rules[standing.rule.id].fix in shown
    for line, score in standing.not_met:
        assert f"{line.name} {100 * score.share:.0f}% {score.passed} of" in shown
    assert f"{len(standing.met)} websites to learn from" in shown
    assert "WCAG 2.2" in shown


def test_the_method_page_is_made_from_the_bar(tmp_path):
    other = Sector(2)
    other.bar = dataclasses.replace(
        other.bar, minimum_pages=17, draws=4321, category_weights={"content": 1.0, "openness": 3.0}
    )
    shown = text_of(parsed(write(other, tmp_path).folder / "method.html").css_first("main"))
    assert "at least 17 pages were audited" in shown
    assert "4,321 times" in shown
    assert "Content 1 100%" in shown
    assert "Openness 3 none yet" in shown  # no rule of the run counts there
    assert "not proof of conformance" in shown
    assert "axe-core 4.14.1" in shown


class Thin(Sector):
    """Sites without pages or findings: the league page shows neither."""

    def site(self, slug):
        site = next(site for site in self.sites if site.slug == slug)
        return SiteResult(site, Verdict(Reason.OK), Coverage(90, 80, 32, 30))


def test_the_league_page_of_382_sites_stays_small(tmp_path, monkeypatch):
    monkeypatch.setattr(Press, "write", lambda *_: None)
    monkeypatch.setattr(Press, "join", lambda *_: None)
    monkeypatch.setattr(SectorPages, "rules", lambda *_: None)
    monkeypatch.setattr(Tables, "write", lambda _: None)
    monkeypatch.setattr(Tables, "finish", lambda _: [])
    many = Thin(382, rule_count=200, page_count=30)
    page = write(many, tmp_path).index.read_bytes()
    assert len(gzip.compress(page, 6)) < 300_000
    assert len(LexborHTMLParser(page.decode()).css(".league tr[data-n]")) == len(many.ranks)


# Hostile strings

NASTY = "</title><script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u202egnp.exe\x00\x1b[31m"


class Hostile(Sector):
    """A sector whose every string from outside is an attack."""

    def __post_init__(self):
        super().__post_init__()
        self.rules = [dataclasses.replace(self.rules[0], title=NASTY, why=NASTY, fix=NASTY)]
        self.notice = NASTY

    def _sites(self):
        sites = super()._sites()
        council = dataclasses.replace(
            sites[0].councils[0], name=NASTY, nation=NASTY, region=NASTY, type=NASTY
        )
        return [dataclasses.replace(sites[0], councils=(council,), homepage="javascript:alert(3)")]

    def site(self, slug):
        spots = (Spot(NASTY, "<b>" + "x" * 1_000_000, NASTY), Spot("a", "\ud800" + NASTY))
        urls = ("javascript:alert(4)", "https://a.example/" + NASTY, "https://a.example/\r\nX: y")
        findings = tuple(
            Finding(self.rules[0].id, url, outcome, NASTY, spots)
            for url in urls
            for outcome in (Outcome.FAILED, Outcome.CANT_TELL)
        )
        result = super().site(slug)
        pages = tuple(
            dataclasses.replace(page, url=url, title=NASTY)
            for page, url in zip(result.pages, urls, strict=False)
        )
        lost = tuple((url, Verdict(result.verdict.reason, NASTY)) for url in urls)
        return dataclasses.replace(result, findings=findings, pages=pages, lost=lost)


def nasty_years(sector):
    """The sector's and its one council's years, with every string an attack."""
    told = courses(sector)

    def nasty(course):
        series = [
            dataclasses.replace(
                one,
                name=NASTY,
                missed=tuple(dataclasses.replace(m, run=NASTY, reason=NASTY) for m in one.missed),
                stands=tuple(
                    dataclasses.replace(
                        stand,
                        run=NASTY,
                        bar=NASTY,
                        axe_core=NASTY,
                        events=(NASTY, "=1+1"),
                        categories={NASTY: stand.score, **stand.categories},
                    )
                    for stand in one.stands
                ),
            )
            for one in course.series
        ]
        vesting = tuple((day, NASTY) for day, _ in course.vesting)
        return dataclasses.replace(course, name=NASTY, vesting=vesting, series=tuple(series))

    councils = {slug: nasty(course) for slug, course in told.councils.items()}
    return dataclasses.replace(told, sector=nasty(told.sector), councils=councils)


def harmless(raw):
    """Whether a page runs nothing and points nowhere that its writer did not mean."""
    page = LexborHTMLParser(raw)
    scripts = all(s.attributes["src"].endswith("report.js") for s in page.css("script"))
    links = [link.attributes["href"] for link in page.css("a[href]")]
    bad = "[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]"
    return (
        scripts
        and not page.css("[onerror], b")
        and not re.search(bad, raw)
        and not any(link.strip().lower().startswith("javascript") or "\n" in link for link in links)
    )


class Shots:
    """Pictures of places whose names are attacks."""

    def of(self, site):
        rule = Sector(1).rules[0].id
        urls = ("https://a.example/" + NASTY, "../../../etc/passwd")
        selectors = (NASTY, "../../x", "a")
        return [Picture(rule, u, s, b"<script>", 9, 9) for u in urls for s in selectors]


def test_hostile_strings_come_out_harmless_beside_pictures(tmp_path):
    folder = write(Hostile(1), tmp_path, pictures=Shots()).folder
    page = next((folder / "councils").glob("*.html")).read_text(encoding="utf-8")
    shown = {image.attributes["src"] for image in LexborHTMLParser(page).css("img")}
    kept = {p.relative_to(folder / "councils").as_posix() for p in folder.rglob("*.webp")}
    assert harmless(page)
    assert shown
    assert shown <= kept
    assert all(re.fullmatch(r"pictures/[\w.-]+-\d\.webp", name) for name in kept)


@pytest.mark.parametrize("write_as", [difference.as_markdown, difference.as_csv])
def test_hostile_strings_come_out_harmless_in_tables_of_years(write_as):
    course = nasty_years(Hostile(1)).sector
    linked = {**difference.stand_rows(course)[0], "site": "[x](javascript:alert(1)) | `a"}
    text = write_as(difference.STAND, [*difference.stand_rows(course), linked])
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e]", text)
    assert len(text.splitlines()) == 8 + (write_as is difference.as_markdown)
    if write_as is difference.as_markdown:
        assert not re.search(r"(?<!\\)[<>\]`]|(?<!\\)\| `a", text)
        assert r"\[x\](javascript:alert(1)) \| \`a" in text


def test_hostile_strings_come_out_harmless(tmp_path):
    sector = Hostile(1)
    folder = write(sector, tmp_path, years=nasty_years(sector)).folder
    checked = 0
    for path in folder.rglob("*.html"):
        raw = path.read_text(encoding="utf-8")
        page = LexborHTMLParser(raw)
        checked += 1
        assert len(raw) < 200_000, path
        assert harmless(raw), path
        assert not page.css("img"), path
        assert len(page.css("head > title")) == 1
    assert checked >= 5
    assert len(list(folder.rglob("*years.html"))) == 2
    council = next((folder / "councils").glob("*.html")).read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in council
    assert "[U+202E]" in council


def test_hostile_strings_come_out_harmless_in_csv(tmp_path):
    sector = Hostile(1)
    folder = write(sector, tmp_path, years=nasty_years(sector)).folder
    assert len(list(folder.rglob("*years.csv"))) == 2
    for path in folder.rglob("*.csv"):
        raw = path.read_bytes()
        assert len(raw) < 100_000
        assert not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", raw), path
        assert "\u202e" not in raw.decode("utf-8")


# Small parts


def test_web_links_are_http_only():
    assert cells.web_url("https://www.example.gov.uk/a?b=c") == "https://www.example.gov.uk/a?b=c"
    bad = ["javascript:alert(1)", "data:text/html,x", "ftp://a/", "https://", "//a/b", "", "a\nb"]
    bad += ["https://a/\u202eb", "http://[::1", "https://a/" + "x" * 5000]
    assert [cells.web_url(url) for url in bad] == [""] * len(bad)


def test_addresses_name_the_host_only_when_it_is_another():
    home = "https://www.a.gov.uk/"
    assert cells.address("https://www.a.gov.uk/", home) == "Homepage"
    assert cells.address("https://www.a.gov.uk/bins?x=1", home) == "/bins?x=1"
    assert cells.address("https://my.a.gov.uk/", home) == "Homepage of my.a.gov.uk"
    assert cells.address("https://my.a.gov.uk/bins", home) == "my.a.gov.uk/bins"


def test_words_under_discussion_are_quoted_and_addresses_linked():
    said = prose("'can't' is not 'cannot', councils' sites: see https://www.a.example/x?y=1&z=2.")
    assert str(said) == (
        "<q>can&#39;t</q> is not <q>cannot</q>, councils&#39; sites: see "
        '<a href="https://www.a.example/x?y=1&amp;z=2" rel="noreferrer">a.example (x)</a>.'
    )
    assert prose("Don't. It's 5 o'clock in the councillors' room") == escape(
        "Don't. It's 5 o'clock in the councillors' room"
    )
    assert "<q>&lt;b&gt;</q>" in prose("Use '<b>' never")
    assert "<a" not in prose("javascript://https:// and 'https://[' and \u202ehttps")


def test_strips_draw_runs_by_state():
    many = [charts.MET] * 50 + [charts.UNKNOWN] * 10 + [charts.NOT_MET] * 40
    drawn = str(charts.strip(many))
    assert 'class="met" d="M0 5h50"' in drawn
    assert 'class="unmet" d="M0 8.5m60 0h40"' in drawn
    assert "path" not in str(charts.strip([]))


def test_places_among_peers_are_cautious():
    sector = Sector(40)
    lines = list(league.first_lines(sector).values())
    ranked = league.ranked(lines)
    for line in ranked:
        place = league.place_among("all", ranked, line.site.slug)
        assert place.low <= place.place <= place.high <= place.of == len(ranked)
        assert place.place == line.rank.place
    assert league.place_among("two", ranked[:2], ranked[0].site.slug) is None


def test_groups_follow_the_numbers_of_the_ranks():
    sector = Sector(6)
    lines = league.ranked(league.first_lines(sector).values())
    lines = [
        dataclasses.replace(line, rank=Rank(line.site.slug, place, 1, 9, group))
        for line, place, group in zip(lines, (1, 2, 2, 4, 5), (1, 1, 1, 2, 3), strict=False)
    ]
    assert [group.title for group in league.groups(lines)] == [
        "Places 1 to 2: no clear difference",
        "Places 4 to 5: each clearly apart from the next",
    ]
    assert league.groups(lines[3:4])[0].title == "Place 4: on its own"


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (112, "112th"), (23, "23rd")],
)
def test_ordinals(number, said):
    assert words.ordinal(number) == said


def test_reasons_are_sentences_whatever_their_form():
    assert words.reason("dns") == "The site's name could not be found"
    assert words.reason("blocked: 403").endswith("in its place (403)")
    assert words.reason("too few pages: 4 audited, 10 needed").startswith("Too few pages: 4")


def test_why_a_crawl_ended_fits_the_end_of_a_sentence():
    assert words.reason("no evidence: content").endswith("could not be judged (content)")
    assert words.stopped("exhausted") == "every page we found was looked at"
    assert words.stopped("timeout") == "the server did not answer in time"
    assert words.stopped("program_error").startswith("a fault of our own program")


@pytest.mark.parametrize(
    ("eligible", "audited", "stopped", "whole"),
    [(30, 30, "exhausted", True), (30, 29, "", False), (30, 30, "pages", False), (0, 0, "", False)],
)
def test_a_website_is_seen_whole_when_nothing_was_left(sector, eligible, audited, stopped, whole):
    cover = Coverage(found=40, eligible=eligible, sampled=30, audited=audited, stopped=stopped)
    line = dataclasses.replace(league.first_lines(sector)["elmfield"], coverage=cover)
    assert line.whole is whole


@pytest.mark.parametrize("whole", [True, False])
def test_an_interval_says_what_it_stands_for(sector, tmp_path, monkeypatch, whole):
    line = league.first_lines(sector)["elmfield"]
    timed = frozenset(rule.id for rule in sector.rules if rule.timing)
    assert line.judged_any(timed)
    assert not line.judged_any(())
    monkeypatch.setattr(league.Line, "whole", property(lambda line: whole))
    file = write(sector, tmp_path).folder / "councils" / "elmfield.html"
    shown = text_of(parsed(file).css_first("main"))
    assert ("Timing again, we are 90% sure" in shown) is whole
    assert ("looking at every page and timing it again" in shown) is not whole


def test_every_code_has_words():
    assert set(words.REASONS) == set(Reason)
    assert set(words.SEVERITIES) == set(Severity)
    assert set(words.STATUSES) == set(Status)


def test_templates_and_styles_ask_nothing_of_the_network():
    here = Path(league.__file__).parent
    for path in [*here.glob("templates/*"), *here.glob("static/*")]:
        text = path.read_text(encoding="utf-8")
        links = set(re.findall(r"https?://[\w.]+", text)) - {"http://www.w3.org"}
        assert not links, path
        assert "@import" not in text


@pytest.mark.parametrize(
    ("hour", "minute", "said"),
    [
        (12, 0, "midday"),
        (0, 0, "midnight"),
        (12, 30, "12:30pm"),
        (0, 5, "12:05am"),
        (9, 0, "9am"),
        (20, 47, "8:47pm"),
    ],
)
def test_a_time_is_written_as_the_bar_asks(hour: int, minute: int, said: str) -> None:
    moment = dt.datetime(2026, 11, 26, hour, minute, tzinfo=dt.UTC)
    assert words.clock(moment) == f"26 November 2026 at {said}"

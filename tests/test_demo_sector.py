"""The made-up sector: the same every time, whole, believable, and as its truth file says."""

import csv
import datetime as dt
import io
import json
import re
from functools import cache
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pikepdf
import pytest
from selectolax.lexbor import LexborHTMLParser

from lgaudit import demo, register
from lgaudit.demo import library
from lgaudit.demo.pages import ADDED_TO
from lgaudit.replay import Replay

CONTENT = """title-length title-question heading-title-case heading-all-caps block-capitals
heading-question heading-generic faq summary-missing summary-length sentence-length
paragraph-length words-to-avoid latin-abbreviations contractions please click link-text-generic
link-text-same-different-target link-text-url document-link-type-size pdf-wrapper-page date-range
date-format time-format money-format phone-format underline and-or sign-in placeholder-text
out-of-date-deadline disability-terms broken-link-internal broken-link-external duplicate-page"""
ACCESSIBILITY = """lang-matches-content welsh-part-marked title-generic title-duplicate
skip-link-present viewport-meta-missing placeholder-only-label radio-group-legend
select-auto-navigate input-purpose-missing paste-blocked new-tab-warning table-no-headers
bold-as-heading fake-list alt-is-filename alt-redundant-words pdf-untagged pdf-title pdf-lang
pdf-scanned"""
PERFORMANCE = """lcp cls tbt page-weight javascript-weight image-weight text-compression http2
static-cache render-blocking-script image-dimensions third-parties works-without-javascript
carbon"""
NEVER_A_FAULT = {"performance/carbon"}
REAL = """Birmingham|Camden|Kent County|Cornwall|Cardiff|Gwynedd|Glasgow|Belfast|Leeds|Devon|
Norfolk|Suffolk|Essex|Surrey|Highland|Ambridge|Felpersham|Penny Hassett""".replace("\n", "")
PHONE = re.compile(r"\b0(?:\d[ ]?){9,10}\b")
DRAMA = re.compile(r"01632 ?960 ?\d{3}|020 7946 0\d{3}")


@cache
def sector():
    return demo.build()


def rules(*names):
    packs = dict(zip(("content", "accessibility", "performance"), names, strict=True))
    return [f"{pack}/{name}" for pack, text in packs.items() for name in text.split()]


def council_sites():
    return [site for site in sector().sites.values() if site.council]


def looked_at():
    return [s for s in council_sites() if s.wall is None and not s.silent]


def shown(site, path):
    """The page as a browser shows it: the empty shell's content comes from its data file."""
    data = site.pages.get(f"/app/data{'/index' if path == '/' else path}.json")
    return json.loads(data.body)["html"] if data else site.pages[path].body.decode()


def site_and_path(url):
    parts = urlsplit(url)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return sector().sites[parts.netloc], path


def test_two_builds_are_the_same_bytes():
    other = demo.build()
    assert other.councils == sector().councils
    assert other.truth == sector().truth
    for host, site in sector().sites.items():
        assert other.sites[host] == site, host


def test_seed_and_day_change_it():
    other = demo.build(seed=2, today=dt.date(2027, 3, 1))
    mine, theirs = sector().sites["www.wrenshire.gov.uk"], other.sites["www.wrenshire.gov.uk"]
    assert mine.pages["/libraries"] != theirs.pages["/libraries"]
    assert b"20 February 2027" in theirs.pages["/news/footbridge"].body
    assert mine.html_pages == theirs.html_pages


def test_every_type_and_nation_is_there():
    councils = sector().councils
    assert len(councils) >= 13
    assert len({c.homepage for c in councils}) >= 12
    assert {c.nation for c in councils} == set(register.NATIONS)
    rare = {"City of London Corporation", "sui generis unitary (Isles of Scilly)"}
    assert {c.type for c in councils} == set(register.TYPES) - rare
    assert len({c.slug for c in councils}) == len({c.gss_code for c in councils}) == len(councils)


def test_two_councils_share_a_site():
    sites = register.sites(sector().councils)
    assert len(sites) == len(sector().councils) - 1
    assert [len(s.councils) for s in sites].count(2) == 1


def test_the_register_reads_the_councils_file(tmp_path):
    demo.write_councils_csv(sector(), tmp_path / "councils.csv")
    read = register.read(tmp_path / "councils.csv")
    known = [*sector().councils, *sector().closed]
    assert read.councils == tuple(sorted(known, key=lambda c: c.slug))
    assert {c.successors for c in sector().closed} == {("borchester",)}
    assert read.council("dyfnant").welsh_homepage == "https://www.dyfnant.gov.wales/cy/"


@pytest.mark.parametrize("site", council_sites(), ids=lambda s: s.host)
def test_page_counts(site):
    assert 25 <= len(site.html_pages) <= 60


@pytest.mark.parametrize("site", council_sites(), ids=lambda s: s.host)
def test_pages_are_whole_html(site):
    for path in site.html_pages:
        html = shown(site, path)
        tree = LexborHTMLParser(html)
        assert len(tree.css("main")) == 1, path
        assert len(tree.css("h1")) == 1, path
        assert tree.css_first("h1").text(strip=True), path
        assert not re.search(r"\{\{|\{%|\bNone\b", html), path
        ids = [node.attributes["id"] for node in tree.css("[id]")]
        twice = {i for i in ids if ids.count(i) > 1}
        assert twice <= {"the-hint"}, path


def test_many_pages_have_200_words_or_more():
    for site in council_sites():
        words = [
            len(LexborHTMLParser(shown(site, p)).css_first("main").text(separator=" ").split())
            for p in site.html_pages
        ]
        assert sum(count >= 200 for count in words) >= 8, site.host


@pytest.mark.parametrize("site", looked_at(), ids=lambda s: s.host)
def test_links_and_files_resolve_but_for_planted_ones(site):
    broken = set()
    for path in site.html_pages:
        tree = LexborHTMLParser(shown(site, path))
        ids = {node.attributes["id"] for node in tree.css("[id]")}
        targets = [(n, n.attributes.get("href")) for n in tree.css("a[href], link[href]")]
        targets += [(n, n.attributes.get("src")) for n in tree.css("img, script[src], iframe")]
        for node, target in targets:
            url = urlsplit(urljoin(f"https://{site.host}{path}", target))
            mark = node.attributes.get("data-plant", "")
            if url.scheme in ("mailto", "tel", "data") or target == "#":  # the top of the page
                continue
            assert url.scheme in ("https", "http"), target
            if url.netloc != site.host:
                known = sector().sites.get(url.netloc)
                if known is None or known.answer("GET", url.path or "/", {}).status in (404, 410):
                    broken.add(mark)
            elif target.startswith("#") or (url.fragment and url.path == path):
                broken |= {mark} - ({mark} if url.fragment in ids else set())
            else:
                full = url.path + (f"?{url.query}" if url.query else "")
                if full not in site.pages and url.path not in site.pages:
                    broken.add(mark)
    planted = {
        p.selector.split('"')[1]
        for p in sector().truth.plants
        if p.site == site.host and ("/broken-link" in p.rule or p.rule == "security/dead-hosts")
    }
    assert broken == planted


@pytest.mark.parametrize("site", looked_at(), ids=lambda s: s.host)
def test_every_page_can_be_reached_by_links(site):
    seen, waiting = set(), ["/"]
    while waiting:
        path = waiting.pop()
        if path in seen or path not in site.pages or not site.pages[path].is_page:
            continue
        seen.add(path)
        tree = LexborHTMLParser(shown(site, path))
        for node in tree.css("a[href]"):
            url = urlsplit(urljoin(f"https://{site.host}{path}", node.attributes["href"]))
            if url.netloc == site.host:
                waiting += [url.path, url.path + (f"?{url.query}" if url.query else "")]
    assert set(site.html_pages) - seen == set()


def test_every_truth_entry_points_at_what_is_there():
    truth = sector().truth
    for entry in (*truth.plants, *truth.near_misses):
        assert entry.pages, entry.id
        for url in entry.pages:
            site, path = site_and_path(url)
            assert site.pages[path].is_page, url
            if entry.selector:
                found = LexborHTMLParser(shown(site, path)).css(entry.selector)
                assert len(found) == 1, (entry.id, url)
        if entry.document:
            site, path = site_and_path(entry.document)
            assert site.pages[path].content_type == "application/pdf"


def test_every_mark_on_a_page_is_in_the_truth():
    truth = sector().truth
    told = {(u, e.selector) for e in (*truth.plants, *truth.near_misses) for u in e.pages}
    for site in looked_at():
        allowed = site.robots_txt.startswith("User-agent: *\nAllow: /\n")
        for path in site.html_pages if allowed else ():
            for node in LexborHTMLParser(shown(site, path)).css("[data-plant]"):
                mark = node.attributes["data-plant"]
                url = f"https://{site.host}{path}"
                listed = (url, f'[data-plant="{mark}"]') in told
                assert listed or mark == "the-hint-copy", (url, mark)


def test_ids_are_unique_on_a_site():
    for entries in (sector().truth.plants, sector().truth.near_misses):
        ids = [(entry.site, entry.id) for entry in entries]
        assert len(ids) == len(set(ids))


@pytest.mark.parametrize("rule", rules(CONTENT, ACCESSIBILITY, PERFORMANCE))
def test_every_core_rule_has_a_plant_and_a_near_miss(rule):
    planted = {plant.rule for plant in sector().truth.plants}
    missed = {miss.rule for miss in sector().truth.near_misses}
    assert rule in missed
    assert (rule in planted) is (rule not in NEVER_A_FAULT)


def test_every_rule_of_the_bar_has_a_plant_or_a_reason():
    told = library.read("unplanted.toml")["reason"]
    reasons = [rule for reason in told for rule in reason["rules"]]
    planted = {plant.rule for plant in sector().truth.plants}
    files = Path(__file__).parent.parent.glob("rules/*/*.toml")
    bar = {f"{file.parent.name}/{file.stem}" for file in files}
    assert sorted(reasons) == sorted(bar - planted)
    assert all(len(reason["why"]) > 40 for reason in told)


def test_core_rules_are_counted_as_the_issue_counts_them():
    assert [len(t.split()) for t in (CONTENT, ACCESSIBILITY, PERFORMANCE)] == [36, 21, 14]


def test_many_axe_rules_are_planted():
    planted = {p.rule for p in sector().truth.plants if p.rule.startswith("axe/")}
    assert len(planted) >= 45
    wanted = """color-contrast image-alt label link-name button-name html-has-lang document-title
    frame-title list listitem definition-list duplicate-id-aria heading-order meta-viewport
    target-size nested-interactive scrollable-region-focusable select-name th-has-data-cells
    valid-lang video-caption""".split()
    assert {f"axe/{name}" for name in wanted} <= planted


def test_nothing_is_planted_on_the_excellent_site():
    truth = sector().truth
    best = dict(truth.tiers)["excellent"]
    assert best == ("www.borchester.gov.uk",)
    assert not [p.id for p in truth.plants if p.site in best]


def test_template_defects_are_on_every_page_of_two_sites_or_more():
    for supplier in ("lanternworks", "hollowell", "townhall"):
        ranked = [e for e in sector().truth.expectations if e.supplier == supplier and e.ranked]
        assert len(ranked) >= 2
        for host in (e.site for e in ranked):
            plants = [p for p in sector().truth.plants if p.site == host and p.template]
            everywhere = [p for p in plants if len(p.pages) >= 25 or p.scope == "site"]
            assert len(everywhere) >= 5, host


def test_poorer_tiers_have_more_planted():
    truth = sector().truth
    counts = [
        [sum(len(p.pages) for p in truth.plants if p.site == host) for host in hosts]
        for tier, hosts in truth.tiers
    ]
    assert [tier for tier, _ in truth.tiers] == ["excellent", "good", "middling", "poor"]
    assert max(counts[0]) == 0
    assert max(counts[1]) < min(counts[3])
    assert max(counts[2]) < min(counts[3])


def test_awkward_sites_are_expected_as_they_behave():
    sites, told = sector().sites, {e.site: e for e in sector().truth.expectations}
    blocked = sites["www.pellstow.gov.uk"].answer("GET", "/council-tax", {})
    assert (blocked.status, told["www.pellstow.gov.uk"].verdict) == (403, "blocked")
    captcha = sites["www.saxonhithe.gov.uk"].answer("GET", "/", {})
    assert (captcha.status, told["www.saxonhithe.gov.uk"].verdict) == (200, "captcha")
    assert sites["www.glenmorrow.gov.uk"].silent
    assert told["www.glenmorrow.gov.uk"].verdict == "timeout"
    assert sites["www.strathorran.gov.uk"].answer("GET", "/", {}).delay == pytest.approx(0.15)
    soft = sites["www.lougharden.gov.uk"].answer("GET", "/no-such-page", {})
    assert soft.status == 200
    assert b"Page not found" in soft.body
    assert sites["www.wrenshire.gov.uk"].answer("GET", "/no-such-page", {}).status == 404
    assert "Disallow: /\n" in sites["www.ockbourne.gov.uk"].robots_txt
    shell = LexborHTMLParser(sites["www.netherfold.gov.uk"].pages["/"].body.decode())
    assert shell.css("h1, main, a") == []
    assert told["www.netherfold.gov.uk"].verdict_without_browser == "empty_shell"
    ranked = {e.site for e in told.values() if e.ranked}
    assert {host for _, hosts in sector().truth.tiers for host in hosts} == ranked


def test_robots_hide_the_plants_of_forbidden_pages():
    pages = {u for p in sector().truth.plants if "ockbourne" in p.site for u in p.pages}
    home = "https://www.ockbourne.gov.uk/"
    assert pages == {home, f"{home}contact", f"{home}accessibility-statement"}


def test_pdfs_open_and_have_only_their_planted_faults():
    truth = sector().truth
    faults = {"pdf-untagged": 0, "pdf-title": 0, "pdf-lang": 0, "pdf-scanned": 0}
    for site in looked_at():
        for path, resource in site.pages.items():
            if not path.endswith(".pdf"):
                continue
            url = f"https://{site.host}{path}"
            told = {
                e.rule.split("/")[1]
                for e in (*truth.plants, *truth.near_misses)
                if e.document == url
            }
            with pikepdf.open(io.BytesIO(resource.body)) as pdf:
                wrong = {
                    "pdf-untagged": "/StructTreeRoot" not in pdf.Root,
                    "pdf-title": "/Title" not in pdf.docinfo,
                    "pdf-lang": "/Lang" not in pdf.Root,
                    "pdf-scanned": b"Tj" not in pdf.pages[0].Contents.read_bytes(),
                }
                assert len(pdf.pages) >= 1
            assert {name for name, bad in wrong.items() if bad} == told, url
            for name in told:
                faults[name] += 1
    assert min(faults.values()) >= 2  # a plant and a near miss


def test_csv_files_are_rectangular():
    for site in council_sites():
        for path, resource in site.pages.items():
            if path.endswith(".csv"):
                rows = list(csv.reader(io.StringIO(resource.body.decode("utf-8"))))
                assert (len(rows) > 1) is (path != "/files/grit-bins.csv")  # which is planted
                assert {len(row) for row in rows} == {len(rows[0])}, path


def test_no_real_places_and_only_drama_numbers():
    for site in council_sites():
        for path in site.html_pages:
            text = LexborHTMLParser(shown(site, path)).text(separator=" ")
            assert not re.search(rf"\b({REAL})\b", text), path
            for number in PHONE.findall(text):
                assert DRAMA.fullmatch(number.strip()), (path, number)


def test_server_behaviour_is_as_told():
    sites = sector().sites
    good, poor = sites["www.borchester.gov.uk"], sites["www.kelderby.gov.uk"]
    style = good.answer("GET", "/assets/style.css", {})
    headers = dict(style.headers)
    assert headers["cache-control"] == "max-age=31536000, immutable"
    assert headers["date"] == "Sun, 01 Nov 2026 12:00:00 GMT"
    again = good.answer("GET", "/assets/style.css", {"if-none-match": headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    assert (good.http2, good.compress, poor.http2, poor.compress) == (True, True, False, False)
    assert dict(poor.answer("GET", "/skins/the/main.css", {}).headers)["cache-control"] == (
        "no-store"
    )
    assert "etag" not in dict(poor.answer("GET", "/skins/the/main.css", {}).headers)
    assert good.answer("GET", "/search?q=bins", {}).status == 200


def test_truth_is_written_as_json(tmp_path):
    demo.write_truth(sector(), tmp_path / "truth.json")
    told = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))
    assert set(told) == {"plants", "near_misses", "expectations", "tiers"}
    assert len(told["plants"]) == len(sector().truth.plants)
    first = told["plants"][0]
    assert first["pages"][0].startswith(f"https://{first['site']}/")


def test_edits_name_sites_and_pages_that_exist():
    for table in ("edit", "page", "redirect", "document", "asset"):
        for entry in library.read_all("edits", table):
            assert entry["site"] in sector().sites, entry
    for entry in library.read_all("edits", "edit"):
        site = sector().sites[entry["site"]]
        assert any(path in site.pages for path in entry["pages"]), entry["pages"]


def test_no_edit_undoes_another():
    told = [
        (edit["site"], path, fact)
        for edit in library.read_all("edits", "edit")
        for path in edit["pages"]
        for fact in set(edit.get("set", {})) - ADDED_TO
    ]
    assert len(told) == len(set(told))
    heads = [
        (edit["site"], path, edit["set"][fact])
        for edit in library.read_all("edits", "edit")
        for path in edit["pages"]
        for fact in ADDED_TO & set(edit.get("set", {}))
        if path in sector().sites[edit["site"]].pages
    ]
    assert [h for h in heads if h[2] not in shown(sector().sites[h[0]], h[1])] == []


def test_the_sector_can_be_served():
    hosts = ("www.borchester.gov.uk", "static.tagmatic.example")
    with Replay([sector().sites[host] for host in hosts]) as replay:
        assert set(replay.name_map) == set(hosts)

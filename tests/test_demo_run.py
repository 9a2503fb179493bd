"""The main job on the made-up sector with browsers: held against its truth, and its report."""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import chromium
import pytest
from chromium import look
from demo_runs import AWKWARD, about, compare, report_of, run, table, truth, turned
from selenium.webdriver.common.by import By

from lgaudit import across, earlier, following, turns, visits
from lgaudit.demo import comparison, editions, library
from lgaudit.evaluate import fingerprints, rulebook
from lgaudit.evaluate import movers as moving
from lgaudit.evaluate.lifetimes import NOT_AGAIN
from lgaudit.evaluate.shared import Sector
from lgaudit.lives import SiteLife, State
from lgaudit.models import Status
from lgaudit.store import Store

pytestmark = pytest.mark.demo


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("whole")
    run(out)
    return out


@pytest.mark.browser
def test_every_planted_defect_is_found_and_no_near_miss_fails(whole: Path) -> None:
    told = compare(whole, browser=True)
    assert told.missed == []
    assert told.false_alarms == []
    assert told.verdicts == []
    assert told.order == []
    assert told.found > 2000
    assert told.near_misses > 80
    assert told.unseen < 20


@pytest.mark.browser
def test_sites_that_could_not_be_seen_are_not_ranked_and_say_why(whole: Path) -> None:
    rows = {row["slug"]: row for row in table(report_of(whole), "league.csv")}
    for slug, reason in AWKWARD.items():
        row = rows[slug]
        assert (row["rank"], row["score"], row["status"]) == ("", "", "not ranked"), slug
        assert reason.value in row["reason"].replace(" ", "_"), row["reason"]
    assert "too few pages" in rows["ockbourne"]["reason"]
    assert rows["netherfold"]["rank"], "an empty shell is filled by a browser"


def page_types(report: Path) -> dict[str, Path]:
    """One page of each template; of councils, the worst and one that is not ranked."""
    named = {
        page.relative_to(report).as_posix(): page
        for page in sorted(report.glob("*.html"))
        if "." not in page.stem  # the Welsh edition is in another language
    }
    for folder in ("councils", "rules/content", "suppliers", "tables"):
        pages = sorted((report / folder).glob("*.html"))
        chosen = [p for p in pages if p.stem in ("kelderby", "pellstow")]
        chosen += [p for p in pages if p.stem != "index" and folder != "councils"][:1]
        named |= {page.relative_to(report).as_posix(): page for page in chosen}
    named |= {f"{name}/index.html": report / name / "index.html" for name in ("rules", "suppliers")}
    return named


@pytest.mark.browser
def test_the_report_meets_its_own_bar(whole: Path, tmp_path: Path) -> None:
    pages, told = page_types(report_of(whole)), tmp_path / "told.json"
    assert len(pages) >= 11
    packs = ("axe", "accessibility", "content", "performance", "security")
    done = subprocess.run(
        [sys.executable, "-m", "lgaudit", "check", *map(str, pages.values())]
        + [part for pack in packs for part in ("--only", pack)]
        + ["--format", f"json={told}"],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "LGAUDIT_CLOSE_PAGES": "0"},  # the walk is the test below
    )
    result = json.loads(told.read_text(encoding="utf-8"))
    scored = {rule.id for rule in rulebook.load().rules if rule.status is Status.SCORED}
    places = [(page["url"], found) for page in result["pages"] for found in page["findings"]]
    places += [("the site", found) for found in result["site_findings"]]
    failed = [
        (where, found["rule"], found.get("snippet", ""))
        for where, found in places
        if found["outcome"] == "failed" and found["rule"] in scored
    ]
    assert failed == []
    assert done.returncode == 0, done.stderr
    assert len(result["pages"]) == len(pages)
    assert {page["verdict"] for page in result["pages"]} == {"ok"}


@pytest.mark.browser
def test_the_report_works_with_keys_large_text_narrow_windows_and_no_scripts(whole: Path) -> None:
    with chromium.opened() as browser:
        for name, page in page_types(report_of(whole)).items():
            look(browser, page, width=320)
            assert chromium.fits(browser), f"{name} at 320 pixels"
            chromium.resize(browser, 640)
            browser.execute_script("document.documentElement.style.fontSize = '200%'")
            assert chromium.fits(browser), f"{name} with text of twice the size"
            stops = chromium.tab_stops(browser, 12)
            assert stops[0] == "Skip to main content", name
            assert len(stops) == len(set(stops)) >= 5, f"{name}: the keyboard is caught"
            if "<script" not in page.read_text(encoding="utf-8"):
                continue
            with_scripts = browser.find_element(By.TAG_NAME, "main").text.split("\n")
            look(browser, page, width=640, scripts=False)
            without = browser.find_element(By.TAG_NAME, "main").text.split("\n")
            assert len(without) > 3, name
            assert set(without) <= set(with_scripts), name


@pytest.mark.browser
def test_each_defect_of_a_supplier_is_one_however_many_councils_have_it(whole: Path) -> None:
    """Of those the truth file says a template has: all its sites, and no two of them in one."""
    planted = truth(editions.newest().number)
    shared = Sector(fingerprints.load(Path(str(library.FOLDER)) / "suppliers"))
    with Store.open(str(whole / "demo.db")) as store:
        results = store.results()
        hosts = {site.slug: urlsplit(site.homepage).hostname for site in results.sites}
        for result in results.each_site():
            shared.add(result)
    assert {use.name: len(slugs) for use, slugs in shared.users().values()} == {
        "Hollowell Municipal CMS": 3,
        "Lanternworks Civic": 3,
        "TownHall Express": 2,
    }
    where: dict[tuple[str, str], set[str]] = {}
    for plant in planted.plants:
        if plant.template and plant.selector and plant.outcome == "failed":
            mark = plant.selector.split('"')[1]
            where.setdefault((plant.rule, mark), set()).add(plant.site)
    told: dict[tuple[str, str], list[set[str | None]]] = {}
    for issue in shared.issues():
        marks = re.findall(r'data-plant="([^"]+)"', issue.spot.snippet) if issue.spot else []
        if marks:
            told.setdefault((issue.rule, marks[0]), []).append({hosts[s.site] for s in issue.sites})
    wanted = {key: sites for key, sites in where.items() if len(sites) > 1}
    left_to = {rule.id: rule.yields_to for rule in results.rules}  # these tell of it instead
    missing = {
        (rule, mark): told.get((rule, mark))
        for (rule, mark), sites in wanted.items()
        if not any(told.get((teller, mark)) == [sites] for teller in (rule, *left_to[rule]))
    }
    assert missing == {}, missing


# The quarters: what went and came, a redesign, upgrades, a merger, another bar and axe-core.


@pytest.fixture(scope="module")
def lives(whole: Path) -> dict[str, SiteLife]:
    """Host to what became of its issues, followed from the first quarter to today."""
    with Store.open(str(whole / "demo.db")) as store:
        results = store.results()
        followed = following.lives(store, results)
        return {
            urlsplit(result.site.homepage).hostname or "": followed.follow(result)
            for result in results.each_site()
        }


@pytest.mark.browser
@pytest.mark.parametrize("number", [1, 2, 3])
def test_each_earlier_quarter_was_as_planted(whole: Path, number: int) -> None:
    quarter = editions.numbered(number)
    with Store.open(str(whole / "demo.db")) as store:
        results = store.results(earlier.run_id(quarter))
        told = comparison.compare(truth(number), results)
    assert (told.missed, told.false_alarms, told.verdicts, told.order) == ([], [], [], [])
    assert told.found > 2500
    assert told.near_misses > 80
    engines = results.run.engines
    assert (engines.bar, engines.axe_core) == (quarter.bar, quarter.axe_core)


@pytest.mark.browser
def test_every_planted_change_is_told_as_what_it_is(lives: dict[str, SiteLife]) -> None:
    newest, wrong, kinds = editions.newest(), [], set()
    for one in turned():
        life, plant = lives[one.plant.site], one.plant
        told = {
            change.state
            for change in life.changes
            if about(plant, change.issue)
            and (change.when.date() == one.quarter.date or one.quarter == newest)
            and (one.quarter != newest or change.run == life.changes[0].run)
        }
        if told != ({one.wanted} if one.wanted else set()):
            wrong.append((plant.site, plant.id, one.quarter.number, one.wanted, told))
        kinds.add((one.quarter.number, one.wanted))
    assert wrong == []
    assert {state for _, state in kinds} == {State.FIXED, State.NEW, State.RETURNED, None}
    known = {
        plant for quarter in editions.all_editions() for c in quarter.changes for plant in c.plants
    }
    assert {one.plant.id for one in turned()} == known


@pytest.mark.browser
def test_a_page_that_is_gone_mends_nothing(lives: dict[str, SiteLife]) -> None:
    (issue,) = [
        issue
        for issue in lives["www.dyfnant.gov.wales"].issues
        if any(url.endswith("/news/old-bridge") for url in issue.pages)
        and issue.rule == "content/link-text-generic"
    ]
    assert (issue.state, issue.note) == (State.OPEN, NOT_AGAIN)


@pytest.mark.browser
def test_where_nothing_was_changed_nothing_is_told(lives: dict[str, SiteLife]) -> None:
    for host in ("www.borchester.gov.uk", "www.netherfold.gov.uk"):
        first = min(point.started for point in lives[host].trend)
        assert [c for c in lives[host].changes if c.when > first] == [], host


@pytest.mark.browser
def test_a_redesign_that_mends_nothing_is_no_improvement(
    whole: Path, lives: dict[str, SiteLife]
) -> None:
    (change,) = [c for c in editions.numbered(3).changes if c.kind == "redesign"]
    host = change.told["was"][0]["site"]
    with Store.open(str(whole / "demo.db")) as store:
        after = store.results(earlier.run_id(editions.numbered(3)))
        before = visits.previous(store, after)
        assert before is not None
        told = moving.movers(after, before, store.draws(after.run.id), store.draws(before.run.id))
        assert told.differs == ()
        assert "lough-arden" not in {move.site for move in told.moves}
        old, new = before.scores["lough-arden"].overall, after.scores["lough-arden"].overall
    assert old is not None
    assert new is not None
    assert new.value == pytest.approx(old.value, abs=0.1)
    plants = [p for p in truth(4).plants if p.site == host]
    kept = [p for p in plants if p.selector and p.outcome == "failed" and p.needs != "look"]
    issues = lives[host].issues
    known = [[issue for issue in issues if about(plant, issue)] for plant in kept]
    assert sum(map(bool, known)) > 55
    assert [found[0].rule for found in known if found and not any(i.here for i in found)] == []


@pytest.mark.browser
def test_comparing_quarters_tells_every_planted_change_as_what_it_is(whole: Path) -> None:
    """What `lgaudit compare` says of each quarter and the one before, issue by issue."""
    quarters, wrong, clear = editions.all_editions(), [], {}
    with Store.open(str(whole / "demo.db")) as store:
        ids = [earlier.run_id(one) for one in quarters[:-1]] + [store.run_id("latest")]
        slugs = {
            urlsplit(site.homepage).hostname: site.slug
            for name in ids
            for site in store.results(name).sites
        }
        told = []
        for then, now in itertools.pairwise(ids):
            compared = across.compare(store, then, now)
            told.append(turns.turns(store, compared))
            clear[now] = {one.slug: one.site.value for one in compared.sites if one.clear}
    for one in turned():
        own = told[quarters.index(one.quarter) - 1][slugs[one.plant.site]]
        by = {
            State.NEW: (*own.new, *own.elsewhere),
            State.FIXED: own.fixed,
            State.RETURNED: own.returned,
        }
        found = {state for state, issues in by.items() if any(about(one.plant, i) for i in issues)}
        if found != ({one.wanted} if one.wanted else set()):
            wrong.append((one.plant.site, one.plant.id, one.quarter.number, one.wanted, found))
    assert wrong == []
    redesigned = told[1]["lough-arden"]  # every page is built anew, and nothing is mended
    assert "lough-arden" not in clear[ids[2]]
    assert len(redesigned.fixed) < 0.02 * redesigned.open
    assert clear[ids[3]]["kelderby"] > 5
    untouched = told[1]["netherfold"]
    assert (untouched.new, untouched.fixed, untouched.returned) == ((), (), ())


@pytest.mark.browser
def test_councils_that_merged_are_there_until_they_close(whole: Path) -> None:
    with Store.open(str(whole / "demo.db")) as store:
        first = store.results(earlier.run_id(editions.numbered(1)))
        second = store.results(earlier.run_id(editions.numbered(2)))
        old = [c for site in first.sites for c in site.councils if c.successors]
        assert {c.slug: c.successors for c in old} == {
            "hazel-norden": ("borchester",),
            "loxmoor": ("borchester",),
        }
        slugs = {c.slug for site in second.sites for c in site.councils}
        assert slugs.isdisjoint(c.slug for c in old)
        assert "borchester" in slugs
        assert "borchester" not in first.scores


@pytest.mark.browser
def test_the_report_names_who_moved_and_shows_the_course(whole: Path) -> None:
    report = report_of(whole)
    moved = {row["slug"]: float(row["change"]) for row in table(report, "movers.csv")}
    assert moved.pop("kelderby") > 6
    changed = {one.plant.site.split(".")[1] for one in turned() if one.quarter == editions.newest()}
    assert {slug.replace("-", "") for slug in moved} <= {*changed, "averley"}
    page = (report / "councils" / "kelderby.html").read_text(encoding="utf-8")
    for quarter in editions.all_editions()[:-1]:
        assert quarter.date.strftime("%d.%m.%y") in page

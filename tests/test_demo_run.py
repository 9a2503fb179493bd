"""The main job on the made-up sector: held against its truth, twice the same, resumed."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import chromium
import pytest
from chromium import look
from demo_runs import COMMAND, report_of, run, table
from selenium.webdriver.common.by import By

from lgaudit.demo import comparison, library, sector
from lgaudit.evaluate import fingerprints, rulebook
from lgaudit.evaluate.shared import Sector
from lgaudit.models import Reason, Status
from lgaudit.store import Store

pytestmark = pytest.mark.demo
AWKWARD = {
    "pellstow": Reason.BLOCKED,
    "saxonhithe": Reason.CAPTCHA,
    "glenmorrow": Reason.TIMEOUT,
}


@pytest.fixture(scope="module")
def static(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("static")
    run(out, "--no-browser")
    return out


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("whole")
    run(out)
    return out


def compare(out: Path, *, browser: bool) -> comparison.Comparison:
    with Store.open(str(out / "demo.db")) as store:
        return comparison.compare(sector.build(1).truth, store.results(), browser=browser)


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


def test_without_a_browser_the_same_holds_of_what_can_be_judged(static: Path) -> None:
    told = compare(static, browser=False)
    assert told.missed == []
    assert told.false_alarms == []
    assert told.verdicts == []
    assert told.found > 1000


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


def test_councils_that_share_a_site_share_its_line(static: Path) -> None:
    rows = {row["slug"]: row for row in table(report_of(static), "league.csv")}
    assert rows["averley"]["score"] == rows["brenn-valley"]["score"] != ""
    assert rows["averley"]["rank"] == rows["brenn-valley"]["rank"]


def test_the_same_seed_gives_the_same_bytes(static: Path, tmp_path: Path) -> None:
    again = run(tmp_path, "--no-browser")
    for name in ("league.csv", "findings.csv", "shares.csv"):
        assert (report_of(static) / name).read_bytes() == (again / name).read_bytes(), name


@pytest.mark.parametrize("after", [0.0, 1.5])
def test_a_killed_run_goes_on_and_ends_the_same(static: Path, tmp_path: Path, after: float) -> None:
    """Killed outright once some sites are kept; the tables are those of an unbroken run."""
    program = subprocess.Popen(
        [*COMMAND, "--out", str(tmp_path), "--no-browser"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for_kept(tmp_path / "demo.db", program)
        time.sleep(after)
        if program.poll() is None:
            os.kill(program.pid, signal.SIGKILL)
    finally:
        program.wait(timeout=60)
    if list(tmp_path.glob("*/index.html")):
        pytest.skip("the run was done before it could be killed")
    resumed = run(tmp_path, "--no-browser", "--resume")
    for name in ("league.csv", "findings.csv"):
        assert (report_of(static) / name).read_bytes() == (resumed / name).read_bytes(), name


def wait_for_kept(database: Path, program: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and program.poll() is None:
        if database.exists():
            with Store.open(str(database)) as store:
                runs = store.runs()
                if runs and len(store.finished_sites(runs[0].id)) >= 3:
                    return
        time.sleep(0.05)


def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(tmp_path: Path) -> None:
    program = subprocess.Popen(
        [*COMMAND, "--out", str(tmp_path), "--no-browser"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for_kept(tmp_path / "demo.db", program)  # type: ignore[arg-type]
    program.send_signal(signal.SIGINT)
    _, said = program.communicate(timeout=60)
    assert program.returncode == 2, said
    assert "--resume" in said
    assert "Traceback" not in said
    with Store.open(str(tmp_path / "demo.db")) as store:
        assert store.finished_sites(store.unfinished_run())


def test_the_report_is_whole_and_no_link_in_it_is_broken(static: Path) -> None:
    report = report_of(static)
    pages = list(report.rglob("*.html"))
    assert len(pages) > 100
    broken = []
    for page in pages:
        for target in re.findall(r'(?:href|src)="([^"#?]+)', page.read_text(encoding="utf-8")):
            if not urlsplit(target).scheme and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(report)}: {target}")
    assert broken == []
    told = json.loads((report / "run.json").read_text())
    assert told["ranked"] + len(AWKWARD) + 2 == told["sites"]


@pytest.mark.browser
def test_each_defect_of_a_supplier_is_one_however_many_councils_have_it(whole: Path) -> None:
    """Of those the truth file says a template has: all its sites, and no two of them in one."""
    truth = sector.build(1).truth
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
    for plant in truth.plants:
        if plant.template and plant.selector and plant.outcome == "failed":
            mark = plant.selector.split('"')[1]
            where.setdefault((plant.rule, mark), set()).add(plant.site)
    told: dict[tuple[str, str], list[set[str | None]]] = {}
    for issue in shared.issues():
        marks = re.findall(r'data-plant="([^"]+)"', issue.spot.snippet) if issue.spot else []
        if marks:
            told.setdefault((issue.rule, marks[0]), []).append({hosts[s.site] for s in issue.sites})
    wanted = {key: sites for key, sites in where.items() if len(sites) > 1}
    missing = {key: told.get(key) for key, sites in wanted.items() if told.get(key) != [sites]}
    assert missing == {}, missing

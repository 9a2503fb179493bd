"""The main job on the made-up sector without browsers: its truth, twice the same, resumed.

A file of its own so that it can run beside the one with browsers.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from demo_runs import AWKWARD, COMMAND, compare, report_of, run, table

from lgaudit.store import Store

pytestmark = pytest.mark.demo


@pytest.fixture(scope="module")
def static(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("static")
    run(out, "--no-browser")
    return out


def test_without_a_browser_the_same_holds_of_what_can_be_judged(static: Path) -> None:
    told = compare(static, browser=False)
    assert told.missed == []
    assert told.false_alarms == []
    assert told.verdicts == []
    assert told.found > 1000


def test_councils_that_share_a_site_share_its_line(static: Path) -> None:
    rows = {row["slug"]: row for row in table(report_of(static), "league.csv")}
    assert rows["averley"]["score"] == rows["brenn-valley"]["score"] != ""
    assert rows["averley"]["rank"] == rows["brenn-valley"]["rank"]


def test_a_run_killed_twice_goes_on_and_ends_the_same(static: Path, tmp_path: Path) -> None:
    """Killed outright, once early and once late; the tables are those of an unbroken run.

    So the same seed gives the same bytes, too.
    """
    if not kill(tmp_path, 3):
        pytest.skip("the run was done before it could be killed")
    kill(tmp_path, 6, "--resume", after=1.5)
    if list(tmp_path.glob("*/index.html")):
        resumed = report_of(tmp_path)  # it was faster than the second kill
    else:
        resumed = run(tmp_path, "--no-browser", "--resume")
    for name in ("league.csv", "findings.csv", "shares.csv"):
        assert (report_of(static) / name).read_bytes() == (resumed / name).read_bytes(), name


def kill(out: Path, sites: int, *more: str, after: float = 0.0) -> bool:
    """Run and kill once so many sites are kept; whether it was killed before its report."""
    program = subprocess.Popen(
        [*COMMAND, "--out", str(out), "--no-browser", *more],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for_kept(out / "demo.db", program, sites)
        time.sleep(after)
        if program.poll() is None:
            os.kill(program.pid, signal.SIGKILL)
    finally:
        program.wait(timeout=60)
    return not list(out.glob("*/index.html"))


def wait_for_kept(database: Path, program: subprocess.Popen[bytes], sites: int = 3) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and program.poll() is None:
        if database.exists():
            with Store.open(str(database)) as store:
                runs = store.runs()
                if runs and len(store.finished_sites(runs[0].id)) >= sites:
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

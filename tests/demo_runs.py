"""Runs of the demonstration for the tests that need one."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

from lgaudit.demo import comparison, sector
from lgaudit.models import Reason
from lgaudit.store import Store

AWKWARD = {
    "pellstow": Reason.BLOCKED,
    "saxonhithe": Reason.CAPTCHA,
    "glenmorrow": Reason.TIMEOUT,
}
COMMAND = [sys.executable, "-m", "lgaudit", "demo", "--quiet"]


def run(out: Path, *more: str) -> Path:
    """Run the demonstration and return its report's folder."""
    done = subprocess.run(
        [*COMMAND, "--out", str(out), *more], capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr
    return report_of(out)


def report_of(out: Path) -> Path:
    (index,) = out.glob("*/index.html")
    return index.parent


def table(report: Path, name: str) -> list[dict[str, str]]:
    with (report / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def compare(out: Path, *, browser: bool) -> comparison.Comparison:
    with Store.open(str(out / "demo.db")) as store:
        return comparison.compare(sector.build(1).truth, store.results(), browser=browser)

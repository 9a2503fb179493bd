"""The demonstration twice with browsers; a file of its own so that it can run beside the others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from demo_runs import run_some, table

pytestmark = pytest.mark.demo
# One site of each supplier's template, one of them of two councils.
COUNCILS = ("averley", "borchester", "brenn-valley", "kelderby", "netherfold", "wrenshire")
SCORES = re.compile(r"rank|score|performance|rules_met|timing")


@pytest.mark.browser
def test_with_browsers_only_timings_and_what_follows_from_them_differ(tmp_path: Path) -> None:
    """In two processes, so that nothing kept in memory and no order of a set can hide."""
    first = run_some(tmp_path / "a", COUNCILS, 2, "--browser")
    second = run_some(tmp_path / "b", COUNCILS, 2, "--browser")
    assert (first / "findings.csv").read_bytes() == (second / "findings.csv").read_bytes()
    # Days are all that issues.csv tells of when, and midnight may pass between the two.
    days = re.compile(r"\d{4}-\d\d-\d\d,\d{4}-\d\d-\d\d")
    told = [days.sub("", (report / "issues.csv").read_text()) for report in (first, second)]
    assert told[0] == told[1]
    one, two = table(first, "league.csv"), table(second, "league.csv")
    assert one
    for a, b in zip(sorted_rows(one), sorted_rows(two), strict=True):
        steady = {name for name in a if not SCORES.search(name)}
        assert {n: a[n] for n in steady} == {n: b[n] for n in steady}


def sorted_rows(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return sorted(rows, key=lambda row: row["slug"])

"""What changed since the last edition: told, and told of every bar there was."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from report_sector import Sector

from lgaudit.report import history
from lgaudit.report.write import write

ROOT = Path(__file__).parents[1]


def test_the_history_ends_with_the_bar_and_misses_none():
    with (ROOT / "rules" / "bar.toml").open("rb") as file:
        assert history.bars()[0].version == tomllib.load(file)["version"]
    told = re.findall(r"^- Bar (\d{4}\.\d+):", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert [one.version for one in history.bars()] == told
    assert all(one.changes for one in history.bars())


def test_a_run_by_an_older_bar_is_told_no_later_change(tmp_path):
    assert [one.version for one in history.until("2026.1")] == ["2026.1"]
    assert history.until("of our own") == history.bars()
    text = (write(Sector(3), tmp_path).folder / "method.html").read_text()
    assert "What changed since the last edition" in text
    assert "Bar 2026.1" in text
    assert "Bar 2026.2" not in text

"""What the bar says of rules on pages nobody here wrote, and the measuring of it."""

from __future__ import annotations

from pathlib import Path

from benchmarks import outside
from lgaudit.evaluate import rulebook
from lgaudit.models import Outcome, Status


def test_a_rule_that_was_tried_counts_only_with_enough_findings_and_none_left_wrong() -> None:
    book = rulebook.load(entry_points=False)
    rules = {rule.id: rule for rule in book.rules}
    assert book.bar.shown
    for name, shown in book.bar.shown.items():
        assert shown.mended <= shown.wrong <= shown.judged, name
        if rules[name].status is Status.SCORED:
            assert shown.judged >= 10, name
            assert shown.sites >= 3, name
            assert shown.wrong == shown.mended, name


def test_failures_are_counted_by_page_site_and_place(tmp_path: Path) -> None:
    for site, body in (
        ("one", "<h1>A</h1><center>B</center><center>C</center>"),
        ("two", "<font>A</font>"),
        ("three", "<p>A</p>"),
    ):
        (tmp_path / site).mkdir()
        (tmp_path / site / "index.html").write_text(f"<!doctype html><title>A</title>{body}")
    pages = outside.pages_of(tmp_path)
    assert {site for site, _ in pages} == {"one", "two", "three"}
    seen = outside.measure(pages)["accessibility/deprecated-elements"]
    assert seen.pages == {Outcome.FAILED: 2, Outcome.PASSED: 1}
    assert set(seen.failures) == {"one", "two"}
    assert seen.spots == 3

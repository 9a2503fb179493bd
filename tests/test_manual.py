"""What is left for a person: the data, the table and the checklist."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from lgaudit.evaluate import rulebook
from lgaudit.report import manual
from lgaudit.wcag import CRITERIA

RULES = rulebook.load(entry_points=False).rules


def test_every_criterion_is_for_rules_or_for_a_person() -> None:
    checked = {number for check in manual.checks() for number in check.criteria}
    enough = {c.criterion.number for c in manual.coverage(RULES) if c.tested == manual.AUTOMATIC}
    assert checked | enough == set(CRITERIA)
    assert not checked & enough


def test_what_rules_answer_for_alone_has_a_rule_that_counts() -> None:
    for item in manual.coverage(RULES):
        if item.tested == manual.AUTOMATIC:
            assert any(rule.status.value == "scored" for rule in item.rules), item.criterion


def test_without_rules_everything_is_left() -> None:
    covered = manual.coverage(())
    assert {item.tested for item in covered} == {manual.NOT}
    assert all(item.left for item in covered)


@pytest.mark.parametrize("number", CRITERIA)
def test_the_table_has_each_criterion_once(number: str) -> None:
    rows = [line for line in manual.table(RULES).splitlines() if line.startswith(f"| [{number} ")]
    assert len(rows) == 1


def test_the_checklist_fits_a_narrow_terminal() -> None:
    page = StringIO()
    Console(file=page, width=50).print(manual.Checklist())
    lines = page.getvalue().splitlines()
    assert max(map(len, lines)) <= 50
    assert "Keyboard" in page.getvalue()
    assert "2.4.11" in page.getvalue()

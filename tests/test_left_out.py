"""Rows of the rule catalogue are rules, or left out with a reason; the coverage table holds."""

from __future__ import annotations

import csv
import os
import re
import sys
from pathlib import Path

import pytest

from lgaudit.evaluate import rulebook

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = Path(
    os.environ.get("LGAUDIT_CATALOGUE", ROOT.parent / "shared/standards/rule_catalogue.csv")
)
LEFT_OUT = (ROOT / "docs" / "rules-left-out.md").read_text(encoding="utf-8")
MINE = ("security", "service")


def catalogue() -> list[str]:
    if not CATALOGUE.is_file():
        pytest.skip("the rule catalogue is not here; name it in LGAUDIT_CATALOGUE")
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        return [row["id"] for row in csv.DictReader(file)]


def missing(ids: list[str]) -> list[str]:
    known = {rule.id for rule in rulebook.load(entry_points=False).rules}
    left = set(re.findall(r"`([a-z0-9-]+)`", LEFT_OUT))
    return [i for i in ids if i.replace("-", "/", 1) not in known and i not in left]


def test_security_and_service_rows_are_rules_or_left_out() -> None:
    assert missing([i for i in catalogue() if i.startswith(MINE)]) == []


def test_what_is_left_out_is_no_rule() -> None:
    known = {rule.id for rule in rulebook.load(entry_points=False).rules}
    left = re.findall(r"^\| `((?:security|service)-[a-z0-9-]+)`", LEFT_OUT, re.M)
    assert len(left) == 2
    assert not {i.replace("-", "/", 1) for i in left} & known


def test_each_clause_has_rules_or_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    import coverage_table

    text = coverage_table.text(rulebook.load(entry_points=False).rules)
    rows = [line for line in text.splitlines() if re.match(r"\| (?:\d|[A-Z])", line)]
    criteria = [line for line in rows if re.match(r"\| \d\.\d+\.\d+ \|", line)]
    assert len(criteria) == 55
    assert len([line for line in rows if re.match(r"\| \d+\. ", line)]) == 14 + 15
    for line in rows[1:]:
        assert "](rules/" in line or "because " in line or line.startswith(("| Clause", "| Crit"))
    with pytest.raises(SystemExit, match="neither a rule nor a reason"):
        coverage_table.text(())
    sys.modules.pop("coverage_table")

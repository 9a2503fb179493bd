"""Rows of the rule catalogue are rules, or left out with a reason; the coverage table holds."""

from __future__ import annotations

import csv
import os
import re
import sys
import tomllib
from pathlib import Path

import pytest

from lgaudit.evaluate import rulebook

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = Path(
    os.environ.get("LGAUDIT_CATALOGUE", ROOT.parent / "shared/standards/rule_catalogue.csv")
)
LEFT_OUT = (ROOT / "docs" / "rules-left-out.md").read_text(encoding="utf-8")
TERMS = CATALOGUE.with_name("plain_english.csv")
CHECKS = CATALOGUE.with_name("statement_checks.csv")


def rows_of(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        pytest.skip(f"{path.name} is not here; set LGAUDIT_CATALOGUE to the file beside it")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def left_out() -> list[str]:
    return re.findall(r"^\| `([a-z0-9-]+)`", LEFT_OUT, re.M)


def missing(ids: list[str]) -> list[str]:
    known = {rule.id for rule in rulebook.load(entry_points=False).rules}
    return [i for i in ids if i.replace("-", "/", 1) not in known and i not in left_out()]


def test_every_row_is_a_rule_or_left_out_with_a_reason() -> None:
    rows = rows_of(CATALOGUE)
    assert missing([row["id"] for row in rows]) == []
    core = {row["id"] for row in rows if row["pack"] == "core"}
    assert len(core) == 176
    assert not core & set(left_out())


def test_what_is_left_out_is_no_rule() -> None:
    known = {rule.id for rule in rulebook.load(entry_points=False).rules}
    assert left_out()
    assert not {i.replace("-", "/", 1) for i in left_out()} & known


def test_every_check_of_a_statement_has_a_rule_or_a_reason() -> None:
    told = tomllib.loads((ROOT / "scripts/statement_checks.toml").read_text("utf-8"))["check"]
    asked = [plain(row["check"]) for row in rows_of(CHECKS)]
    assert sorted(asked) == sorted(plain(check["asks"]) for check in told)
    assert all(check["rule"] or check["note"] for check in told)


def test_every_term_is_judged_or_left_out_and_only_sure_ones_fail() -> None:
    files = sorted((ROOT / "rules" / "content").glob("*.toml"))
    everything = " ".join(file.read_text("utf-8") for file in files).lower().replace("\\", "")
    avoid = tomllib.loads((ROOT / "rules/content/words-to-avoid.toml").read_text("utf-8"))
    sure = {phrase.lower() for phrase in avoid["options"]["phrases"]}
    for row in rows_of(TERMS):
        forms = [re.sub(r"\s*\(.*?\)", "", form).strip() for form in row["term"].split(";")]
        judged = any(form.lower() in everything for form in forms)
        assert judged or f"'{row['term']}'" in LEFT_OUT or forms[0] in LEFT_OUT, row["term"]
        if row["flag_confidence"] != "high":
            assert not sure & {form.lower() for form in forms}, row["term"]


def plain(text: str) -> str:
    words = text.replace('"', "'").replace("the the", "the").rstrip(".").split()
    return " ".join(words).lower()


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

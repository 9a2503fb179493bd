"""One test for every example of every rule of the bar."""

from __future__ import annotations

import pytest

from lgaudit import trials
from lgaudit.evaluate import examples, rulebook
from lgaudit.models import Example, Rule

RULES, PROBLEMS = rulebook.read_rules(rulebook.builtin_folder())
CASES = [
    (rule, n, example)
    for rule in RULES
    for n, example in enumerate(rule.examples, 1)
    if not trials.looks_of(rule, example)  # those are in test_rules_in_browser.py
]


def test_every_rule_file_can_be_read():
    assert PROBLEMS == []
    assert len(RULES) > 100


@pytest.mark.parametrize(
    ("rule", "number", "example"), CASES, ids=[f"{rule.id}-{n}" for rule, n, _ in CASES]
)
def test_example(rule: Rule, number: int, example: Example):
    trial = examples.run_example(rule, number, example)
    assert trial.problem == "", f"{rule.source}, example {number}: {trial.problem}"

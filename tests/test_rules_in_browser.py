"""The examples of rules that only a browser can judge, each in a real one."""

from __future__ import annotations

import pytest

from lgaudit import trials
from lgaudit.evaluate import examples, rulebook
from lgaudit.models import Example, Rule

RULES, _ = rulebook.read_rules(rulebook.builtin_folder())
CASES = [
    (rule, n, example)
    for rule in RULES
    for n, example in enumerate(rule.examples, 1)
    if trials.looks_of(rule, example)
]
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def seen():
    return trials.see(RULES)


@pytest.mark.parametrize(
    ("rule", "number", "example"), CASES, ids=[f"{rule.id}-{n}" for rule, n, _ in CASES]
)
def test_example(seen, rule: Rule, number: int, example: Example):
    trial = examples.run_example(rule, number, example, seen[rule.id, number])
    assert trial.problem == "", f"{rule.source}, example {number}: {trial.problem}"

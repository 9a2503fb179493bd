"""Intervals and rank bands against made-up sites whose truth is known; the benchmark, in small."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import intervals
from lgaudit.evaluate.sampling import unsure
from lgaudit.results import Bar

BAR = Bar(
    "test",
    {"accessibility": 50.0, "content": 25.0, "performance": 25.0},
    {"critical": 10.0, "serious": 7.0, "moderate": 3.0, "minor": 1.0},
    draws=400,
)


@pytest.mark.parametrize("alike", [1.0, 10.0])
def test_the_truth_is_inside_about_as_often_as_is_said(alike):
    tally = intervals.simulate(50, 1, 60, 3, BAR, alike)
    # One small sector strays by some 10%; benchmarks/intervals.py measures it closely.
    assert 0.78 <= tally.scores <= 0.99
    assert tally.bands >= 0.72


def test_a_site_seen_whole_scores_its_truth():
    generator = np.random.default_rng(4)
    rules = intervals.made_rules(30, generator)
    truth = intervals.made_site("whole", rules, generator)
    told = intervals.scored(truth, range(len(truth.templates)), rules, BAR).score.overall
    assert told.value == pytest.approx(intervals.true_score(truth, rules, BAR))
    assert told.high - told.low == pytest.approx(0, abs=1e-4)


def test_few_units_leave_more_room():
    factors = [unsure(units) for units in (1, 3, 5, 10, 30, 10_000)]
    assert factors[0] == factors[1]
    assert factors[1:] == sorted(factors[1:], reverse=True)
    # Student's 95th percentiles for 2, 4, 9, 29 degrees of freedom, over the normal's 1.645
    wanted = [2.920, 2.132, 1.833, 1.699]
    assert factors[1:5] == pytest.approx([t / 1.645 for t in wanted], rel=0.02)
    assert factors[-1] == pytest.approx(1, abs=1e-3)

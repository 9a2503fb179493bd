"""Ranks: places, bands, ties and groups of no clear difference."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from lgaudit.evaluate.ranks import rank
from lgaudit.models import Interval, Rank, SiteScore


def scored(values: dict[str, float | None]) -> dict[str, SiteScore]:
    return {
        slug: SiteScore(
            slug, None if v is None else Interval(v, v, v), {}, (), 0, 0, "" if v else "dns"
        )
        for slug, v in values.items()
    }


def spread(values: dict[str, float | None], sd: float, draws: int = 400) -> dict[str, np.ndarray]:
    generator = np.random.default_rng(7)
    return {
        slug: np.clip(generator.normal(v, sd, draws), 0, 100).astype(np.float32)
        for slug, v in values.items()
        if v is not None
    }


def test_best_first_ties_share_a_place_and_the_next_place_is_skipped() -> None:
    values = {"a": 90.0, "b": 80.0, "c": 80.0, "d": 70.0}
    found = rank(scored(values), spread(values, 0.0))
    assert {slug: item.place for slug, item in found.items()} == {"a": 1, "b": 2, "c": 2, "d": 4}
    assert list(found) == ["a", "b", "c", "d"]


def test_scores_shown_as_equal_are_equal() -> None:
    values = {"a": 80.04, "b": 79.96, "c": 79.94}
    found = rank(scored(values), spread(values, 0.0))
    assert [found[slug].place for slug in "abc"] == [1, 1, 3]


def test_sites_that_are_not_ranked_have_no_rank() -> None:
    values = {"a": 90.0, "blocked": None}
    assert set(rank(scored(values), spread(values, 1.0))) == {"a"}
    assert rank(scored({"blocked": None}), {}) == {}


def test_without_noise_the_band_is_the_place_and_every_place_its_own_group() -> None:
    values = {"a": 90.0, "b": 80.0, "c": 70.0}
    found = rank(scored(values), spread(values, 0.0))
    assert list(found.values()) == [
        Rank("a", 1, 1, 1, 1),
        Rank("b", 2, 2, 2, 2),
        Rank("c", 3, 3, 3, 3),
    ]


def test_close_sites_have_wide_bands_and_share_a_group_far_ones_do_not() -> None:
    values = {"a": 80.2, "b": 80.0, "c": 79.8, "far": 40.0}
    found = rank(scored(values), spread(values, 3.0))
    assert found["b"].low == 1
    assert found["b"].high == 3
    assert found["a"].group == found["b"].group == found["c"].group == 1
    assert found["far"] == Rank("far", 4, 4, 4, 2)


def test_a_chain_of_small_steps_is_not_one_group() -> None:
    values: dict[str, float | None] = {f"s{n:02}": 90.0 - 2 * n for n in range(20)}
    found = rank(scored(values), spread(values, 2.0))
    groups = [item.group for item in found.values()]
    assert groups == sorted(groups)
    assert 3 < groups[-1] < 20


def test_order_of_the_input_does_not_matter() -> None:
    values = {"a": 80.2, "b": 80.0, "c": 79.8}
    draws = spread(values, 3.0)
    reversed_ = dict(reversed(list(scored(values).items())))
    assert rank(scored(values), draws) == rank(reversed_, dict(reversed(list(draws.items()))))


def test_a_site_without_draws_keeps_its_score_in_every_draw() -> None:
    values = {"a": 80.0, "b": 60.0}
    found = rank(scored(values), {"a": spread(values, 1.0)["a"]})
    assert found["b"] == Rank("b", 2, 2, 2, 2)


@effort(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.text("abcdef", min_size=1, max_size=4), st.floats(0, 100), max_size=12),
    st.floats(0, 20),
)
def test_bands_hold_the_place_and_groups_follow_the_table(
    values: dict[str, float], sd: float
) -> None:
    found = list(rank(scored(dict(values)), spread(dict(values), sd, 50)).values())
    assert [item.place for item in found] == sorted(item.place for item in found)
    for item in found:
        assert 1 <= item.low <= item.place <= item.high <= len(found)
    for above, below in itertools.pairwise(found):
        assert below.group - above.group in (0, 1)
        if above.place == below.place:
            assert above.group == below.group

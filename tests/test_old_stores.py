"""A store of every earlier version opens, is brought up to date, and answers as it did then."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import old_stores
import pytest
from scipy import stats

from lgaudit.evaluate import chances
from lgaudit.store import Store, tally
from lgaudit.store.migrations import MIGRATIONS

KEPT = sorted(old_stores.FOLDER.glob("years-*.sql"), key=lambda path: int(path.stem[6:]))


def test_there_is_a_store_of_every_version() -> None:
    assert [int(path.stem[6:]) for path in KEPT] == [one.number for one in MIGRATIONS]


@pytest.mark.parametrize("fixture", KEPT, ids=lambda path: path.stem)
def test_an_old_store_answers_as_it_did(fixture: Path, tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    old_stores.restore(fixture, path)
    heard: list[str] = []
    with Store.open(str(path), told=heard.append) as store:
        holds(old_stores.answers(store), json.loads(old_stores.ANSWERS.read_text("utf-8")))
        for number in range(3):
            found = {one.site.slug: one for one in store.results(f"quarter-{number}").each_site()}
            assert found == {one.site.slug: one for one in old_stores.results(number)}
    assert len(heard) == (fixture != KEPT[-1])
    with Store.open(str(path), told=heard.append):
        assert len(heard) == (fixture != KEPT[-1])  # once is enough
    with Store.open(str(tmp_path / "new.db")) as fresh:
        old_stores.write(fresh)
    assert tallies(path) == tallies(tmp_path / "new.db")


def holds(now: Any, then: Any) -> None:
    """All that was told is told still; more may be."""
    if isinstance(then, dict):
        for name, one in then.items():
            holds(now[name], one)
    elif isinstance(then, list):
        assert len(now) == len(then)
        for one, other in zip(now, then, strict=True):
            holds(one, other)
    else:
        assert now == pytest.approx(then) if isinstance(then, float) else now == then


def tallies(path: Path) -> list[Any]:
    raw = sqlite3.connect(path)
    rows = raw.execute(
        "SELECT run, slug, t.* FROM tally t JOIN visit ON visit.id = t.visit ORDER BY run, slug"
    ).fetchall()
    words = dict(raw.execute("SELECT id, value FROM text"))
    raw.close()
    told = []
    for run, slug, _, *plain, failing, said in rows:
        own = tally.unpack(said)
        own.pages = [words[n] for n in own.pages]
        own.rules = [words[n] for n in own.rules]
        told.append((run, slug, *plain, sorted(words[n] for n in tally.numbers_of(failing)), own))
    assert len(told) == 9
    return told


def test_chances_and_trends_are_those_of_scipy() -> None:
    """Each is worked out here only because loading scipy.stats takes too long."""
    generator = np.random.default_rng(1)
    for round_ in range(60):
        many = int(generator.integers(4, 50))
        values, times = generator.normal(size=many), np.arange(many) / 4
        if round_ % 3 == 0:
            values = np.append(np.round(values[:-1]), 5.0)
        if round_ % 5 == 0:
            times = np.round(times)
        if times[0] == times[-1]:
            continue
        assert chances.kendall(list(values), list(times)) == pytest.approx(
            stats.kendalltau(times, values).pvalue, abs=1e-9
        )
        middle, _, low, high = stats.theilslopes(values, times, alpha=0.9)
        assert chances.slopes(list(values), list(times), 0.9) == pytest.approx((middle, low, high))
        some = list(generator.random(many) ** 3)
        assert chances.allowing_for_many(some) == pytest.approx(stats.false_discovery_control(some))
        freedom = float(generator.uniform(1, 50))
        assert chances.t_reach(0.9, freedom) == pytest.approx(stats.t.ppf(0.95, freedom))
        assert chances.t_chance(-2.3, freedom) == pytest.approx(2 * stats.t.sf(2.3, freedom))
    assert chances.normal_reach(0.9) == pytest.approx(stats.norm.ppf(0.95))

"""What researchers are told: the answers of docs/research.md, the views, the notebook."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pyarrow.parquet as parquet
import pytest

from lgaudit.store import Store, views

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "scripts"))
import research  # noqa: E402

NEWEST = "20261126-164227-29c9a1"


@pytest.fixture(scope="module")
def quarters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The runs of examples/quarters in a store."""
    store = tmp_path_factory.mktemp("quarters") / "quarters.db"
    research.gather(store)
    return store


def test_every_answer_is_what_its_query_gives(quarters: Path) -> None:
    page = research.PAGE.read_text("utf-8")
    fresh, counts = research.answered(page, quarters)
    assert fresh == page, "run scripts/research.py and read docs/research.md again"
    assert len(counts) == len(re.findall(r"^## \d+\. ", page, re.M)) == 10
    assert all(counts)


def rows(store: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(store)) as connection:
        return sorted(connection.execute(query).fetchall(), key=repr)


def exported(table: str, *names: str) -> list[tuple[object, ...]]:
    file = research.QUARTERS / NEWEST / f"{table}.parquet"
    held = parquet.read_table(file, columns=list(names)).to_pylist()
    return sorted((tuple(row[name] for name in names) for row in held), key=repr)


@pytest.mark.parametrize(
    ("view", "table", "names"),
    [
        ("sites", "sites", "slug score score_low score_high reason place place_group rules_met"),
        ("pages", "pages", "slug number url kind stratum template status bytes requests lcp"),
        ("losses", "lost", "slug number url reason detail"),
        ("rule_scores", "rule_scores", "slug rule share passed failed cant_tell unseen met"),
        ("findings", "findings", "slug number rule url outcome message metric"),
        ("places", "places", "slug finding selector snippet message fingerprint"),
        ("rules", "rules", "title severity category scope status"),
    ],
)
def test_a_view_says_what_an_export_says(quarters: Path, view: str, table: str, names: str) -> None:
    asked = f"SELECT {names.replace(' ', ', ')} FROM {view} WHERE run = '{NEWEST}'"
    told = exported(table, *names.split())
    assert told
    assert rows(quarters, asked) == told


def test_views_that_count_agree_with_what_they_count(quarters: Path) -> None:
    with Store.open(str(quarters)) as store:
        results = store.results(NEWEST)
        shared = [c.slug for site in results.sites for c in site.councils]
        failing: dict[str, set[str]] = {}
        for site in results.each_site():
            for one in site.score.rules if site.score else ():
                if one.failed:
                    failing.setdefault(one.rule, set()).add(site.site.slug)
    asked = f"SELECT council FROM councils WHERE run = '{NEWEST}'"
    assert [c for (c,) in rows(quarters, asked)] == sorted(shared)
    asked = f"SELECT rule, sites_failing FROM rule_failures WHERE run = '{NEWEST}'"
    counted = {rule: sites for rule, sites in rows(quarters, asked) if sites}
    assert counted == {rule: len(sites) for rule, sites in failing.items()}
    assert {run for (run,) in rows(quarters, "SELECT run FROM sector_scores")} == {
        folder.name for folder in research.QUARTERS.iterdir()
    }
    # What was judged again is the same look, not another.
    (again,) = rows(quarters, "SELECT run FROM runs WHERE judged_from <> ''")
    assert again not in rows(quarters, "SELECT run FROM rule_changes")


def test_postgresql_is_asked_in_its_own_words() -> None:
    lite, post = views.definitions("sqlite"), views.definitions("postgresql")
    assert list(lite) == list(post)
    assert "json_extract" in str(lite)
    assert not re.search(r"json_extract|json_each|LIMIT -1", str(post))


def test_the_notebook_runs_and_names_what_changed(quarters: Path, tmp_path: Path) -> None:
    """Its cells one after the other, in a fresh Python: starting Jupyter would take longer."""
    book = json.loads((ROOT / "examples" / "trends.ipynb").read_text("utf-8"))
    cells = [cell for cell in book["cells"] if cell["cell_type"] == "code"]
    assert (book["nbformat"], book["nbformat_minor"]) == (4, 5)
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells)
    assert len({cell["id"] for cell in book["cells"]}) == len(book["cells"])
    told = "\n\n".join("".join(cell["source"]) for cell in cells)
    told += "\n\nprint(len(plt.get_fignums()), 'charts')\n"
    (tmp_path / "cells.py").write_text(told, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", str(tmp_path / "cells.py")],
        cwd=ROOT / "examples",
        env={**os.environ, "MPLBACKEND": "Agg", "LGAUDIT_STORE": str(quarters)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "changed by more than chance: kelderby\n" in done.stdout
    assert "4 charts" in done.stdout

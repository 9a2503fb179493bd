"""Runs as files and back: equal byte for byte, and nothing from a stranger's file half taken."""

from __future__ import annotations

import csv
import datetime as dt
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import frictionless
import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from test_store import BAR, HOSTILE, RULES, URL, a_result, a_run
from typer.testing import CliRunner

from lgaudit.cli.main import app
from lgaudit.errors import LgauditError
from lgaudit.exchange import tables
from lgaudit.models import Rank, Site
from lgaudit.store import Part, Store

RUN = "2026-11-23-a"


def lgaudit(*words: object) -> str:
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


def refused(*words: object) -> str:
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert isinstance(done.exception, LgauditError), (done.output, done.exception)
    return str(done.exception)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A store with one run: a site for each hostile string, and one that was not finished."""
    parts = []
    for number, text in enumerate(HOSTILE):
        result = a_result(f"site-{number}", text)
        draws = np.linspace(40, 60, 50, dtype=np.float32)
        parts.append(Part(result.site, result, draws if number else None))
    parts.append(Part(a_result("unseen").site, a_result("unseen", score=None)))
    parts.append(Part(Site("waiting", URL)))
    ranks = {"site-1": Rank("site-1", 1, 1, 2, 1), "site-2": Rank("site-2", 2, 1, 2, 1)}
    run = a_run(RUN, finished=dt.datetime(2026, 11, 23, 10, tzinfo=dt.UTC))
    with Store.open(str(tmp_path / "kept.db")) as store:
        store.keep_run(run, RULES, BAR, parts, ranks)
    return tmp_path / "kept.db"


@pytest.mark.parametrize("form", tables.FORMATS)
def test_what_is_imported_exports_again_byte_for_byte(
    kept: Path, tmp_path: Path, form: str
) -> None:
    first, second, other = tmp_path / "first", tmp_path / "second", tmp_path / "other.db"
    lgaudit("runs", "export", RUN, "--store", kept, "--out", first, "--format", form)
    lgaudit("runs", "import", first, "--store", other)
    lgaudit("runs", "export", RUN, "--store", other, "--out", second, "--format", form)
    names = sorted(path.name for path in first.iterdir())
    assert len(names) == len(tables.tables()) + 2
    assert names == sorted(path.name for path in second.iterdir())
    for name in names:
        assert (first / name).stat().st_size
        assert (first / name).read_bytes() == (second / name).read_bytes(), name
    with Store.open(str(kept)) as one, Store.open(str(other)) as two:
        before, after = one.results(RUN), two.results(RUN)
        assert list(after.each_site()) == list(before.each_site())
        assert (after.run, after.bar, after.ranks) == (before.run, before.bar, before.ranks)
        assert (after.rules, after.unfinished) == (before.rules, before.unfinished)
    # Again: the same is left as it is; another run of that name is an error.
    lgaudit("runs", "import", first, "--store", other)
    with Store.open(str(other)) as store:
        store.save_site(RUN, a_result("site-3", "changed since"))
    assert "holds another run named" in refused("runs", "import", first, "--store", other)


def test_the_package_describes_every_table_as_it_is(kept: Path, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    lgaudit("runs", "export", RUN, "--store", kept, "--out", folder)
    told = json.loads((folder / "datapackage.json").read_text("utf-8"))
    assert told["licenses"][0]["name"] == "OGL-UK-3.0"
    assert RUN in told["citation"]
    for table in told["resources"]:
        assert all(field["description"] for field in table["schema"]["fields"])
        with (folder / table["path"]).open(encoding="utf-8", newline="") as file:
            head = next(csv.reader(file))
        assert head == [field["name"] for field in table["schema"]["fields"]]
    report = frictionless.validate(str(folder / "datapackage.json"))
    faults = report.flatten(["title", "note", "message"])
    assert not faults, faults[:5]


def test_parquet_holds_what_jsonl_holds(kept: Path, tmp_path: Path) -> None:
    for form in ("jsonl", "parquet"):
        lgaudit("runs", "export", "--store", kept, "--out", tmp_path / form, "--format", form)
    for name, kind in tables.tables().items():
        held = parquet.read_table(tmp_path / "parquet" / f"{name}.parquet").to_pylist()
        lines = (tmp_path / "jsonl" / f"{name}.jsonl").read_bytes().split(b"\n")[:-1]
        for row in held:
            for column in kind.columns:
                if column.type in ("object", "array") and row[column.name] is not None:
                    row[column.name] = json.loads(row[column.name])
        assert held == [json.loads(line) for line in lines], name


def test_wrong_parquet_is_refused_whole(kept: Path, tmp_path: Path) -> None:
    lgaudit("runs", "export", "--store", kept, "--out", tmp_path / "p", "--format", "parquet")
    pages, places = (tmp_path / "p" / f"{name}.parquet" for name in ("pages", "places"))
    whole = pages.read_bytes()
    mine = tmp_path / "mine.db"
    pages.write_bytes(whole[: len(whole) // 2])
    assert "pages.parquet" in refused("runs", "import", tmp_path / "p", "--store", mine)
    pages.write_bytes(places.read_bytes())
    said = refused("runs", "import", tmp_path / "p", "--store", mine)
    assert "pages.parquet: its columns" in said
    table = parquet.read_table(pa.BufferReader(whole))
    parquet.write_table(table.slice(1), pages)  # rows that do not belong together
    said = refused("runs", "import", tmp_path / "p", "--store", mine)
    assert "pages.parquet, row" in said
    assert "number must be 0" in said
    assert not mine.exists() or not Store.open(str(mine)).runs()


def test_without_pyarrow_it_says_how_to_get_it(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lgaudit("runs", "export", "--store", kept, "--out", tmp_path / "p", "--format", "parquet")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    words = ("runs", "export", "--store", kept, "--out", tmp_path / "q", "--format", "parquet")
    assert "pip install 'lgaudit[parquet]'" in refused(*words)
    assert not (tmp_path / "q").exists()
    assert "lgaudit[parquet]" in refused("runs", "import", tmp_path / "p")


def test_a_report_loads_pandas_without_pyarrow() -> None:
    told = "import lgaudit.report.frames as f, sys; print('pyarrow' in sys.modules, f.pd.__name__)"
    told += "; import pyarrow; print(pyarrow.__name__)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "pandas", "pyarrow"]


def test_no_cell_is_a_formula(kept: Path, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    lgaudit("runs", "export", RUN, "--store", kept, "--out", folder)
    for file in folder.glob("*.csv"):
        kinds = [column.type for column in tables.tables()[file.stem].columns]
        for row in csv.reader(file.open(encoding="utf-8", newline="")):
            for kind, cell in zip(kinds, row, strict=True):
                assert kind == "number" or cell[:1] not in tuple("=+-@\t\r"), cell[:40]


def edit(name: str, before: str, after: str) -> Callable[[Path], None]:
    def do(folder: Path) -> None:
        text = (folder / name).read_bytes().decode()
        assert before in text
        (folder / name).write_bytes(text.replace(before, after, 1).encode())

    return do


def cut(folder: Path) -> None:
    raw = (folder / "rule_scores.csv").read_bytes()
    (folder / "rule_scores.csv").write_bytes(raw[:-20])


def lose(folder: Path) -> None:
    lines = (folder / "findings.csv").read_bytes().split(b"\n")
    (folder / "findings.csv").write_bytes(b"\n".join(lines[:1] + lines[2:]))


def grow(folder: Path) -> None:
    with (folder / "places.csv").open("a", encoding="utf-8") as file:
        file.write("x" * 5_000_000)


def twice(folder: Path) -> None:
    raw = (folder / "runs.csv").read_bytes()
    (folder / "runs.csv").write_bytes(raw + raw.split(b"\n", 1)[1])


def outside(folder: Path) -> None:
    """datapackage.json names a file elsewhere: it is never opened."""
    edit("datapackage.json", '"path": "runs.csv"', '"path": "../../../etc/passwd"')(folder)
    (folder / "runs.csv").unlink()


WRONG = {
    "another version": (
        edit("datapackage.json", '"version": "1"', '"version": "9"'),
        "version '9'",
    ),
    "another format": (edit("datapackage.json", '"csv"', '"exe"'), "must be csv, jsonl or parquet"),
    "not JSON": (edit("datapackage.json", "{", "["), "not that of a run"),
    "no package": (lambda folder: (folder / "datapackage.json").unlink(), "datapackage.json"),
    "other columns": (edit("pages.csv", "final_url", "last_url"), "its columns must be"),
    "a file missing": (lambda folder: (folder / "lost.csv").unlink(), "not whole"),
    "a file outside": (outside, "runs.csv"),
    "cut off": (cut, "row"),
    "a row lost": (lose, "number must be 0"),
    "a huge cell": (grow, "places.csv, row"),
    "two runs": (twice, "out of order"),
    "rows of another run": (edit("places.csv", f"\n{RUN}", "\nanother"), "belongs to another run"),
    "a wrong word": (edit("sites.csv", ",ok,", ",splendid,"), "sites.csv, row"),
    "a wrong number": (edit("sites.csv", ",61.5,", ",nan,"), "number"),
    "a wrong letter": (edit("outcomes.csv", "f-p", "fzp"), "letters"),
}


@pytest.fixture
def exported(kept: Path, tmp_path: Path) -> Path:
    lgaudit("runs", "export", RUN, "--store", kept, "--out", tmp_path / "given")
    return tmp_path / "given"


def test_of_what_is_wrong_nothing_is_imported(exported: Path, tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "mine.db")):
        pass
    for name, (spoil, said) in WRONG.items():
        folder = tmp_path / "spoilt"
        shutil.copytree(exported, folder)
        spoil(folder)
        assert said in refused("runs", "import", folder, "--store", tmp_path / "mine.db"), name
        shutil.rmtree(folder)
    with Store.open(str(tmp_path / "mine.db")) as store:
        assert store.runs() == []


def test_an_export_never_writes_over_what_is_there(kept: Path, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine")
    assert "not empty" in refused("runs", "export", "--store", kept, "--out", tmp_path / "full")

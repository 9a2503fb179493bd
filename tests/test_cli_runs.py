"""`lgaudit runs` on a store with two runs."""

from __future__ import annotations

import datetime as dt
import io
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from lgaudit.cli import console, runs
from lgaudit.errors import StoreError
from lgaudit.evidence import Coverage
from lgaudit.models import (
    Council,
    Engines,
    Interval,
    Rank,
    Reason,
    Rule,
    Run,
    Scope,
    Severity,
    Site,
    SiteScore,
    Status,
    Verdict,
)
from lgaudit.results import Bar, SiteResult
from lgaudit.store import Store
from lgaudit.store.store import RunSummary

BEGAN = dt.datetime(2026, 11, 23, 9, 30, tzinfo=dt.UTC)
RULE = Rule(
    "content/a", "A", Severity.MINOR, Scope.PAGE, Status.SCORED, category="content", check="a"
)


def a_site(slug: str) -> Site:
    url = f"https://www.{slug}.gov.uk/"
    return Site(slug, url, (Council(slug, slug, "England", "East", "district", url),))


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "lgaudit.db"
    with Store.open(str(path)) as store:
        for day in (0, 1):
            began = BEGAN + dt.timedelta(days=day)
            name = f"{began:%Y%m%d}-abc"
            run = Run(
                id=name,
                started=began,
                finished=None,
                engines=Engines("0.1.0", "2026.1"),
                packs={"content": "sha256:1"},
                settings={"pages": 30, "browser": False, "contact": "[bold]x[/bold]"},
                seed=7,
            )
            store.start_run(run, [RULE], Bar("2026.1", {}, {}), list(map(a_site, ("a", "b"))))
            score = SiteScore("a", Interval(50.0, 40.0, 60.0), {}, (), 0, 0)
            store.save_site(
                name, SiteResult(a_site("a"), Verdict(Reason.OK), Coverage(), score=score)
            )
            if day == 0:
                gone = SiteResult(a_site("b"), Verdict(Reason.DNS), Coverage())
                store.save_site(name, gone)
                store.finish_run(
                    name, {"a": Rank("a", 1, 1, 1, 1)}, began + dt.timedelta(minutes=4)
                )
    return path


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LGAUDIT_STORE", raising=False)
    monkeypatch.setattr(
        console, "out", lambda: Console(file=sys.stdout, highlight=False, width=200)
    )


def lgaudit(*arguments: str, answer: str = "") -> Result:
    return CliRunner().invoke(runs.app, list(arguments), input=answer)


def test_list_is_newest_first_one_line_each_when_not_on_a_terminal(db: Path) -> None:
    result = lgaudit("list", "--store", str(db))
    assert result.exit_code == 0
    assert [line.split("\t") for line in result.stdout.splitlines()] == [
        ["run", "started (UTC)", "took", "sites", "ranked", "bar"],
        ["20261124-abc", "2026-11-24 09:30", "not finished", "1 of 2", "1", "2026.1"],
        ["20261123-abc", "2026-11-23 09:30", "0:04:00", "2", "1", "2026.1"],
    ]


def test_what_was_judged_of_evidence_did_not_take_months() -> None:
    begun, ended = (dt.datetime(2026, month, 3, 9, tzinfo=dt.UTC) for month in (8, 11))
    seen = RunSummary("a", begun, ended, 2, 2, 2, "2026.2", "0.1.0", 1)
    assert runs._took(seen) == "92 days, 0:00:00"
    assert runs._took(replace(seen, judged_from="b")) == "judged again"
    assert runs._took(replace(seen, demonstration=True)) == "from evidence"
    assert runs._took(replace(seen, finished=begun, demonstration=True)) == "0:00:00"


def test_list_as_json(db: Path) -> None:
    told = json.loads(lgaudit("list", "--store", str(db), "--format", "json").stdout)
    assert [(run["id"], run["done"], run["finished"]) for run in told] == [
        ("20261124-abc", 1, None),
        ("20261123-abc", 2, "2026-11-23T09:34:00Z"),
    ]


def test_on_a_terminal_it_is_a_table_and_markup_stays_text(
    db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = io.StringIO()
    terminal = Console(file=screen, force_terminal=True, width=100, color_system=None)
    monkeypatch.setattr(console, "out", lambda: terminal)
    assert lgaudit("show", "20261123", "--store", str(db)).exit_code == 0
    assert "[bold]x[/bold]" in screen.getvalue()
    assert "\t" not in screen.getvalue()


def test_show_names_engines_settings_and_what_became_of_the_sites(db: Path) -> None:
    result = lgaudit("show", "20261123", "--store", str(db))
    told = dict(line.split("\t", 1) for line in result.stdout.splitlines())
    assert told["id"] == "20261123-abc"
    assert told["engines.lgaudit"] == "0.1.0"
    assert told["settings.browser"] == "no"
    assert told["packs.content"] == "sha256:1"
    assert (told["verdicts.dns"], told["verdicts.ok"]) == ("1", "1")
    assert (told["sites"], told["ranked"], told["rules_scored"]) == ("2", "1", "1")
    assert told["looked_at"] == "a, b", "messages send people here for the names"
    assert "unfinished" not in told


def test_show_without_a_name_is_the_latest_and_json_is_whole(db: Path) -> None:
    told = json.loads(lgaudit("show", "--store", str(db), "--format", "json").stdout)
    assert told["id"] == "20261124-abc"
    assert told["unfinished"] == ["b"]
    assert told["settings"] == {"pages": 30, "browser": False, "contact": "[bold]x[/bold]"}


def ids(db: Path) -> list[str]:
    with Store.open(str(db)) as store:
        return [run.id for run in store.runs()]


def test_delete_asks_first(db: Path) -> None:
    refused = lgaudit("delete", "20261123", "--store", str(db), answer="n\n")
    assert refused.exit_code == 0
    assert "Delete run 20261123-abc (2 sites)" in refused.stderr
    assert len(ids(db)) == 2
    agreed = lgaudit("delete", "20261123", "--store", str(db), answer="y\n")
    assert "Run 20261123-abc is deleted" in agreed.stdout
    assert ids(db) == ["20261124-abc"]


def test_delete_where_nobody_can_answer_deletes_nothing(db: Path) -> None:
    result = lgaudit("delete", "20261123", "--store", str(db))
    assert isinstance(result.exception, StoreError)
    assert "Give --yes" in str(result.exception)
    assert len(ids(db)) == 2
    assert lgaudit("delete", "20261123", "--yes", "--store", str(db)).exit_code == 0
    assert ids(db) == ["20261124-abc"]


@pytest.mark.parametrize("command", ["list", "show"])
def test_no_store_yet_is_a_sentence_and_makes_no_file(tmp_path: Path, command: str) -> None:
    result = lgaudit(command, "--store", str(tmp_path / "none.db"))
    assert isinstance(result.exception, StoreError)
    assert "There are no runs yet" in str(result.exception)
    assert not (tmp_path / "none.db").exists()


def test_an_empty_store_and_an_unknown_run(tmp_path: Path, db: Path) -> None:
    Store.open(str(tmp_path / "empty.db")).close()
    console.err.cache_clear()
    empty = lgaudit("list", "--store", str(tmp_path / "empty.db"))
    console.err.cache_clear()
    assert (empty.exit_code, empty.stdout) == (0, "")
    assert "there are no runs" in empty.stderr
    unknown = lgaudit("show", "1999", "--store", str(db))
    assert "It holds 20261124-abc, 20261123-abc" in str(unknown.exception)


def test_the_environment_names_the_store(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LGAUDIT_STORE", str(db))
    assert len(lgaudit("list").stdout.splitlines()) == 3


def test_an_unknown_format_is_a_mistake_of_usage(db: Path) -> None:
    assert lgaudit("list", "--store", str(db), "--format", "yaml").exit_code == 2


def test_starting_loads_only_what_every_command_needs() -> None:
    slow = "rich httpx selenium numpy PIL cryptography sqlalchemy pandas scipy jinja2 lxml".split()
    for code, loaded in (
        ("import lgaudit.cli.main", set()),
        ("import lgaudit.cli.check, lgaudit.cli.oncecheck, lgaudit.cli.signin", set()),
        ("import lgaudit.gather.browser", {"selenium"}),
    ):
        code = f"import sys; {code}; print(*set({slow}) & set(sys.modules))"
        told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert set(told.stdout.split()) == loaded, told.stderr


def test_help_loads_no_database() -> None:
    code = "import sys, lgaudit.cli.runs; print(sorted({'sqlalchemy', 'numpy'} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert told.stdout.strip() == "[]"

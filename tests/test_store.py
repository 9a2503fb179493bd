"""The store: what goes in comes out, whole or not at all."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st
from sqlalchemy import inspect

from lgaudit.errors import StoreError
from lgaudit.evidence import Coverage
from lgaudit.models import (
    OK,
    AppliesTo,
    Council,
    Engines,
    Example,
    ExamplePage,
    Finding,
    Interval,
    Kind,
    Outcome,
    Rank,
    Reason,
    Rule,
    RuleScore,
    Run,
    Scope,
    Severity,
    Site,
    SiteScore,
    Spot,
    Standard,
    Status,
    Verdict,
)
from lgaudit.results import Bar, Outcomes, PageResult, Results, SiteResult
from lgaudit.store import Part, Store, migrations, schema
from lgaudit.store.migrations import MIGRATIONS, Migration

HOSTILE = [
    "'; DROP TABLE run; --",
    "=HYPERLINK(1)",
    "<script>alert(1)</script>",
    "line\nbreak\ttab\r\n",
    "emoji 🏛️ עברית الع",
    "\u202e\u200b\ufeff",
    "%s %d {0} :name ?",
    "x" * 20_000,
    "",
]
URL = "https://www.borchester.gov.uk/"


def a_run(name: str = "2026-11-23-a", **changes: Any) -> Run:
    made = Run(
        id=name,
        started=dt.datetime(2026, 11, 23, 9, 30, tzinfo=dt.UTC),
        finished=None,
        engines=Engines("0.1.0", "2026.1"),
        packs={"content": "sha256:abc", "accessibility": "sha256:def"},
        settings={"pages": 30, "browser": False, "name_map": {"a": "127.0.0.1:1"}, "pace": 0.5},
        seed=7,
    )
    return replace(made, **changes)


RULES = (
    Rule(
        id="content/link-text-generic",
        title="Link text says where the link goes",
        severity=Severity.SERIOUS,
        scope=Scope.PAGE,
        status=Status.SCORED,
        category="content",
        check="no_link_text",
        why="People scan links.",
        fix="Name the destination.",
        standard=Standard("GOV.UK", "links", "https://example.gov.uk/"),
        wcag=("2.4.4",),
        applies_to=AppliesTo(language=("en",)),
        options={"phrases": ["click here"], "limit": 3},
        examples=(Example(Outcome.PASSED, (ExamplePage("<p>x</p>"),)),),
        meets_at=0.9,
    ),
    Rule(
        id="accessibility/lang",
        title="Pages say their language",
        severity=Severity.CRITICAL,
        scope=Scope.SITE,
        status=Status.PROBATION,
        category="accessibility",
        check="lang",
        timing=True,
    ),
)
BAR = Bar("2026.1", {"content": 1.0}, {"serious": 7.0}, minimum_pages=3)


def a_site(slug: str = "borchester") -> Site:
    council = Council(
        slug=slug,
        name="Borchester",
        nation="England",
        region="Midlands",
        type="district",
        homepage=URL,
        population=12_345,
        opened=dt.date(1974, 4, 1),
        successors=("felpersham",),
        extra={"family": "rural", "=odd": "'quoted'"},
    )
    return Site(slug, URL, (council, replace(council, slug=f"{slug}-two")))


def a_page(url: str, **changes: Any) -> PageResult:
    made = PageResult(
        url=url,
        final_url=url + "?x=1",
        title="Home",
        kind=Kind.HOME,
        verdict=OK,
        sampled=True,
        stratum="structured",
        template="t1",
        status=200,
        bytes=12_000,
        requests=3,
        cls=0.01,
        lcp=812.5,
    )
    return replace(made, **changes)


def a_result(slug: str = "borchester", note: str = "click here", **changes: Any) -> SiteResult:
    missing = URL + "missing"
    made = SiteResult(
        site=a_site(slug),
        verdict=OK,
        coverage=Coverage(12, 10, 2, 1, {"timeout": 1}, "exhausted"),
        pages=(a_page(URL), a_page(URL + "bins", verdict=Verdict(Reason.TIMEOUT, note))),
        lost=((URL + "bins", Verdict(Reason.TIMEOUT, note)),),
        findings=(
            Finding(
                rule=RULES[0].id,
                url=URL,
                outcome=Outcome.FAILED,
                message=note,
                spots=(Spot("main > a", f"<a>{note}</a>", note, "00ff"), Spot("main > b", "<b>")),
                metric=2.5,
            ),
            Finding(RULES[1].id, "", Outcome.CANT_TELL, "look", fingerprint="ff00"),
        ),
        outcomes=(
            Outcomes(RULES[1].id, {"": Outcome.CANT_TELL}),
            Outcomes(RULES[0].id, {URL: Outcome.FAILED, missing: Outcome.PASSED}),
        ),
        score=SiteScore(
            site=slug,
            overall=Interval(61.5, 50.25, 70.0),
            categories={"content": Interval(61.5, 50.25, 70.0), "accessibility": None},
            rules=(
                RuleScore(RULES[1].id, None, 0, 0, 1, 0, None),
                RuleScore(RULES[0].id, 0.5, 1, 1, 0, 1, False),
            ),
            rules_met=0,
            rules_applicable=1,
        ),
        seconds=12.5,
        browser="Chromium 156",
        axe_core="4.14.1",
        documents=4,
        extra={"note": note},
    )
    return replace(made, **changes)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs" / "lgaudit.db"


@pytest.fixture
def store(path: Path) -> Any:
    with Store.open(str(path)) as opened:
        yield opened


def started(store: Store, *slugs: str, name: str = "2026-11-23-a") -> str:
    store.start_run(a_run(name), RULES, BAR, [a_site(s) for s in slugs or ("borchester",)])
    return name


# --- round trip -----------------------------------------------------------------------------


def test_everything_comes_back_as_it_was(store: Store) -> None:
    name = started(store)
    draws = np.linspace(50, 70, 200, dtype=np.float32)
    store.save_site(name, a_result(), draws)
    rank = {"borchester": Rank("borchester", 1, 1, 3, 1)}
    done = dt.datetime(2026, 11, 23, 10, 0, tzinfo=dt.UTC)
    engines = Engines("0.1.0", "2026.1", "4.14.1", "Chromium 156")
    store.finish_run(name, rank, done, engines)

    kept: Results = store.results(name)
    assert kept.run == a_run(finished=done, engines=engines)
    assert list(kept.rules) == sorted(
        (replace(rule, examples=()) for rule in RULES), key=lambda rule: rule.id
    )
    assert kept.bar == BAR
    assert list(kept.sites) == [a_site()]
    assert kept.site("borchester") == a_result()
    assert list(kept.each_site()) == [a_result()]
    assert kept.scores == {"borchester": a_result().score}
    assert kept.ranks == rank
    assert np.array_equal(store.draws(name)["borchester"], draws)


def test_a_site_that_could_not_be_seen(store: Store) -> None:
    name = started(store)
    score = SiteScore("borchester", None, {"content": None}, (), 0, 0, "dns")
    gone = SiteResult(a_site(), Verdict(Reason.DNS, "no such host"), Coverage(), score=score)
    store.save_site(name, gone, np.empty(0, dtype=np.float32))
    assert store.results(name).site("borchester") == gone
    assert store.results(name).scores == {"borchester": score}
    assert store.draws(name) == {}
    assert store.runs()[0].ranked == 0


ONLY_IN_A_CHECK = {"line", "template", "template_line"}  # of files before release: kept nowhere


def test_what_a_table_keeps_is_all_there_is() -> None:
    """A new field of these needs a column: see rows.py."""
    fields = {
        kind: {field.name for field in dataclasses.fields(kind)}
        for kind in (Finding, Spot, Outcomes, RuleScore, Verdict, Rank)
    }
    assert fields == {
        Finding: {"rule", "url", "outcome", "message", "spots", "metric", "fingerprint"},
        Spot: {"selector", "snippet", "message", "fingerprint"} | ONLY_IN_A_CHECK,
        Outcomes: {"rule", "by_page"},
        RuleScore: {"rule", "share", "passed", "failed", "cant_tell", "unseen", "met"},
        Verdict: {"reason", "detail"},
        Rank: {"site", "place", "low", "high", "group"},
    }


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_strings_come_back_whole(store: Store, text: str) -> None:
    name = started(store)
    result = a_result(note=text, extra={text: text})
    page = a_page(URL, title=text, template=text, source=text)
    result = replace(result, pages=(page, *result.pages[1:]))
    store.save_site(name, result)
    assert store.results(name).site("borchester") == result


@effort(max_examples=40, deadline=None)
@given(st.text(st.characters(), max_size=40), st.text(st.characters(), max_size=40))
def test_any_text_is_kept_without_error(one: str, two: str) -> None:
    with Store.open("sqlite://") as store:
        name = started(store)
        url = URL + one
        result = a_result(note=two)
        result = replace(
            result,
            pages=(a_page(url, title=two),),
            outcomes=(Outcomes(one, {url: Outcome.PASSED, two: Outcome.FAILED}),),
        )
        store.save_site(name, result)
        kept = store.results(name).site("borchester")
        if not any(c == "\0" or 0xD800 <= ord(c) <= 0xDFFF for c in one + two):
            assert kept == result
        else:
            assert len(kept.findings) == len(result.findings)


def test_what_no_database_can_hold_becomes_the_replacement_character(store: Store) -> None:
    name = started(store)
    store.save_site(name, a_result(note="a\ud800b\0c"))
    kept = store.results(name).site("borchester")
    assert kept.findings[0].message == "a\ufffdb\ufffdc"


def test_two_runs_do_not_mix(store: Store) -> None:
    first = started(store, "borchester", name="2026-11-23-a")
    store.start_run(
        a_run("2026-11-24-b", started=dt.datetime(2026, 11, 24, tzinfo=dt.UTC)),
        RULES[:1],
        replace(BAR, version="2026.2"),
        [a_site("borchester"), a_site("felpersham")],
    )
    store.save_site(first, a_result(note="then"))
    store.save_site("2026-11-24-b", a_result(note="now"))
    assert store.results(first).site("borchester").findings[0].message == "then"
    assert store.results().site("borchester").findings[0].message == "now"
    assert store.results().bar.version == "2026.2"
    assert len(store.results().rules) == 1
    summaries = store.runs()
    assert [(r.id, r.sites, r.done, r.ranked) for r in summaries] == [
        ("2026-11-24-b", 2, 1, 1),
        ("2026-11-23-a", 1, 1, 1),
    ]


def test_saving_a_site_again_replaces_it(store: Store) -> None:
    name = started(store)
    store.save_site(name, a_result(note="first"))
    store.save_site(name, a_result(note="second", lost=()))
    assert store.results(name).site("borchester") == a_result(note="second", lost=())
    assert store.runs()[0].done == 1


def test_a_new_score_leaves_the_rest_of_a_site_as_it_was(store: Store) -> None:
    name = started(store)
    store.save_site(name, a_result(), np.zeros(5, dtype=np.float32))
    score = SiteScore(
        "borchester",
        Interval(70.0, 60.0, 80.0),
        {"content": None},
        (RuleScore("content/new", 1.0, 2, 0, 0, 0, True),),
        1,
        1,
    )
    store.save_score(name, score, np.ones(5, dtype=np.float32))
    assert store.results(name).site("borchester") == a_result(score=score)
    assert store.draws(name)["borchester"].tolist() == [1.0] * 5
    with pytest.raises(StoreError, match="no finished site named felpersham"):
        store.save_score(name, replace(score, site="felpersham"))


# --- finding runs ---------------------------------------------------------------------------


def test_a_run_may_be_named_by_its_start_or_as_the_latest(store: Store) -> None:
    for day in ("2026-11-23-a", "2026-11-23-b", "2026-12-01-a"):
        when = dt.datetime.fromisoformat(day[:10]).replace(tzinfo=dt.UTC)
        store.start_run(a_run(day, started=when), RULES, BAR, [])
    assert store.run_id("latest") == "2026-12-01-a"
    assert store.run_id("2026-12") == "2026-12-01-a"
    assert store.run_id("2026-11-23-b") == "2026-11-23-b"
    with pytest.raises(StoreError, match=r"could be 2026-11-23-b, 2026-11-23-a\. Give more"):
        store.run_id("2026-11")
    with pytest.raises(StoreError, match=r"holds no run named %.*It holds 2026-12-01-a"):
        store.run_id("%")


def test_an_empty_store_says_so(store: Store) -> None:
    assert store.runs() == []
    with pytest.raises(StoreError, match="There are no runs"):
        store.results()


def test_the_same_run_cannot_start_twice_nor_an_unknown_one_be_written(store: Store) -> None:
    started(store)
    with pytest.raises(StoreError, match="already holds a run"):
        started(store)
    with pytest.raises(StoreError, match="Run other is not"):
        store.save_site("other", a_result())
    with pytest.raises(StoreError, match="Run other is not"):
        store.finish_run("other", {}, dt.datetime.now(dt.UTC))
    with pytest.raises(StoreError, match="no finished site named felpersham"):
        store.results().site("felpersham")


# --- interruption ---------------------------------------------------------------------------


def test_resume_with_no_run_at_all_says_so(store: Store) -> None:
    with pytest.raises(StoreError, match="holds no run to go on with"):
        store.unfinished_run()


def test_resume_knows_what_is_done_and_what_was_planned(store: Store) -> None:
    name = started(store, "borchester", "felpersham", "ambridge")
    store.save_site(name, a_result("felpersham"))
    assert store.finished_sites(name) == {"felpersham"}
    assert [s.slug for s in store.planned_sites(name)] == ["ambridge", "borchester", "felpersham"]
    kept = store.results(name)
    assert [site.slug for site in kept.sites] == ["felpersham"]
    assert [site.slug for site in kept.unfinished] == ["ambridge", "borchester"]
    assert kept.run.finished is None
    assert store.unfinished_run() == name
    store.finish_run(name, {}, dt.datetime(2026, 11, 24, tzinfo=dt.UTC))
    with pytest.raises(StoreError, match=r"Every run in .* has finished"):
        store.unfinished_run()


def test_a_save_that_fails_half_way_leaves_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = started(store, "borchester", "felpersham")
    store.save_site(name, a_result("borchester"))
    from lgaudit.store import rows

    real = rows._outcome_rows

    def broken(*given: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(rows, "_outcome_rows", broken)
    for slug in ("felpersham", "borchester"):
        with pytest.raises(KeyboardInterrupt):
            store.save_site(name, a_result(slug, note="half"))
    monkeypatch.setattr(rows, "_outcome_rows", real)
    assert store.finished_sites(name) == {"borchester"}
    assert store.results(name).site("borchester") == a_result("borchester")


KILLED = """
    import os, sys
    sys.path.insert(0, {tests!r})
    import test_store as t
    from lgaudit.store import Store, rows
    store = Store.open({path!r})
    name = t.started(store, "borchester", "felpersham")
    store.save_site(name, t.a_result("borchester"))
    real = rows._rows_of
    def dying(*given):
        for count, pair in enumerate(real(*given)):
            if count == 4:
                os.kill(os.getpid(), 9)
            yield pair
    rows._rows_of = dying
    store.save_site(name, t.a_result("felpersham"))
"""


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_a_kill_in_the_middle_of_a_save_loses_that_site_only(path: Path) -> None:
    script = textwrap.dedent(KILLED).format(tests=str(Path(__file__).parent), path=str(path))
    ended = subprocess.run([sys.executable, "-c", script], timeout=60, capture_output=True)
    assert ended.returncode == -9, ended.stderr.decode()
    with Store.open(str(path)) as store:
        assert store.finished_sites("2026-11-23-a") == {"borchester"}
        assert store.results().site("borchester") == a_result("borchester")
        store.save_site("2026-11-23-a", a_result("felpersham"))
        assert store.results().site("felpersham") == a_result("felpersham")


def test_several_threads_may_save_at_once(store: Store) -> None:
    slugs = [f"council-{n}" for n in range(12)]
    name = started(store, *slugs)
    failures: list[BaseException] = []

    def save(mine: list[str]) -> None:
        try:
            for slug in mine:
                store.save_site(name, a_result(slug, note=f"shared {len(slug)}"))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=save, args=(slugs[n::4],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not failures
    assert store.finished_sites(name) == set(slugs)


# --- deleting -------------------------------------------------------------------------------


def test_deleting_a_run_leaves_the_others_and_nothing_of_its_own(store: Store, path: Path) -> None:
    started(store, name="keep")
    started(store, name="drop")
    store.save_site("keep", a_result(note="kept"))
    store.save_site("drop", a_result(note="z" * 400_000))
    store.delete_run("drop")
    assert [run.id for run in store.runs()] == ["keep"]
    assert store.results("keep").site("borchester") == a_result(note="kept")
    store.close()
    assert path.stat().st_size < 300_000
    with sqlite3.connect(path) as raw:
        left = {
            table.name: raw.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0]
            for table in (schema.visit, *schema.OF_A_VISIT)
        }
        assert not raw.execute("SELECT 1 FROM text WHERE value LIKE 'zzz%'").fetchall()
    assert left == {
        "visit": 1,
        "page": 2,
        "lost": 1,
        "outcome": 2,
        "finding": 2,
        "spot": 2,
        "rule_score": 2,
    }
    with Store.open(str(path)) as again, pytest.raises(StoreError, match="no run named drop"):
        again.delete_run("drop")


def test_deleting_while_someone_reads_is_no_error(store: Store, path: Path) -> None:
    store.save_site(started(store), a_result(note="z" * 400_000))
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM text").fetchone()
    store.delete_run("2026-11-23-a")
    assert store.runs() == []
    reader.close()


# --- whole runs -----------------------------------------------------------------------------


def test_a_whole_run_is_kept_as_if_it_had_been_made_here(store: Store) -> None:
    kept, waiting = a_result(), Site("felpersham", "https://felpersham.gov.uk/")
    ranks = {"borchester": Rank("borchester", 1, 1, 1, 1)}
    run = a_run(finished=dt.datetime(2026, 11, 23, 10, tzinfo=dt.UTC))
    draws = np.array([1.5, 2.5], np.float32)
    parts = [Part(kept.site, kept, draws), Part(waiting)]
    store.keep_run(run, RULES, BAR, parts, ranks)
    results = store.results(run.id)
    assert results.run == run
    assert list(results.each_site()) == [kept]
    assert list(results.unfinished) == [waiting]
    assert results.ranks == ranks
    assert store.draws(run.id)["borchester"].tolist() == [1.5, 2.5]
    with pytest.raises(StoreError, match="already holds a run named"):
        store.keep_run(run, RULES, BAR, [], {})


def test_of_a_whole_run_that_breaks_off_nothing_is_kept(store: Store, path: Path) -> None:
    def parts() -> Iterator[Part]:
        kept = a_result()
        yield Part(kept.site, kept)
        raise StoreError("the rest is missing")

    with pytest.raises(StoreError, match="the rest is missing"):
        store.keep_run(a_run(), RULES, BAR, parts(), {})
    assert store.runs() == []
    with sqlite3.connect(path) as raw:
        assert raw.execute("SELECT count(*) FROM text").fetchone() == (0,)


# --- migrations -----------------------------------------------------------------------------

OLD = Path(__file__).parent / "fixtures" / "store-1.sql"


def old_store(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    raw = sqlite3.connect(path)
    raw.executescript(OLD.read_text(encoding="utf-8"))
    raw.close()


def test_a_store_written_by_the_first_version_still_opens(path: Path) -> None:
    old_store(path)
    with Store.open(str(path)) as store:
        assert [run.id for run in store.runs()] == ["2026-11-23-old"]
        kept = store.results("2026-11-23-old")
        assert kept.run.seed == 7
        assert [rule.id for rule in kept.rules] == sorted(rule.id for rule in RULES)
        result = kept.site("borchester")
        assert result.findings == a_result().findings
        assert result.outcomes == a_result().outcomes
        assert result.score == a_result().score
        assert [page.url for page in result.pages] == [page.url for page in a_result().pages]
        store.save_site("2026-11-23-old", a_result(note="saved by the new one"))


def know(monkeypatch: pytest.MonkeyPatch, those: tuple[Migration, ...]) -> None:
    for function in (migrations.current, migrations.migrate):
        monkeypatch.setattr(function, "__defaults__", (those,))


LATER = (
    *MIGRATIONS,
    Migration(98, "remarks", ("ALTER TABLE run ADD COLUMN remark TEXT DEFAULT 'none'",)),
    Migration(99, "more", ("CREATE TABLE extra (id {id})",)),
)


def test_an_old_store_is_brought_up_to_date_with_its_runs(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_store(path)
    know(monkeypatch, LATER)
    for _ in range(2):
        with Store.open(str(path)) as store:
            assert store.results().site("borchester").findings == a_result().findings
    with sqlite3.connect(path) as raw:
        assert raw.execute("SELECT remark FROM run").fetchall() == [("none",)]
        numbers = [n for (n,) in raw.execute("SELECT number FROM migration ORDER BY number")]
    assert numbers == [migration.number for migration in LATER]


def test_a_migration_that_fails_leaves_the_store_as_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_store(path)
    broken = (*LATER[:-1], Migration(99, "broken", ("CREATE TABLE run (id TEXT)",)))
    know(monkeypatch, broken)
    with pytest.raises(StoreError, match="already exists"):
        Store.open(str(path))
    with sqlite3.connect(path) as raw:
        assert "remark" not in {row[1] for row in raw.execute("PRAGMA table_info(run)")}
        assert raw.execute("SELECT max(number) FROM migration").fetchone()[0] < 98


def test_a_store_newer_than_the_program_is_refused(store: Store, path: Path) -> None:
    store.close()
    with sqlite3.connect(path) as raw:
        raw.execute("INSERT INTO migration VALUES (1000, 'from the future', '9.9')")
    with pytest.raises(StoreError, match=r"newer lgaudit \(schema 1000.*Upgrade lgaudit"):
        Store.open(str(path))


def test_the_queries_and_the_tables_agree(store: Store) -> None:
    inspector = inspect(store._engine)
    tables = {
        name: {c["name"] for c in inspector.get_columns(name)}
        for name in inspector.get_table_names()
    }
    tables.pop("migration")
    assert tables == {name: set(t.c.keys()) for name, t in schema.metadata.tables.items()}


def test_the_statements_use_postgresql_s_own_types_there() -> None:
    words = migrations._DIALECT["postgresql"]
    said = " ".join(s.format(**words) for m in MIGRATIONS for s in m.statements)
    assert "GENERATED BY DEFAULT AS IDENTITY" in said
    for other in ("{", "BLOB", " REAL", "INTEGER PRIMARY KEY"):
        assert other not in said


# --- what goes wrong ------------------------------------------------------------------------


def test_a_file_that_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("these are my notes, not a database " * 100)
    with pytest.raises(StoreError, match="damaged or is not a store"):
        Store.open(str(tmp_path / "notes.db"))
    with sqlite3.connect(tmp_path / "else.db") as raw:
        raw.execute("CREATE TABLE page (id INTEGER)")
    with pytest.raises(StoreError, match="something else than lgaudit's runs"):
        Store.open(str(tmp_path / "else.db"))


def test_a_store_damaged_in_the_middle(store: Store, path: Path) -> None:
    name = started(store)
    store.save_site(name, a_result(note="y" * 100_000))
    store.close()
    size = path.stat().st_size
    with path.open("r+b") as file:
        for offset in range(4096, size, 4096):
            file.seek(offset)
            file.write(b"\xff" * 64)
    with pytest.raises(StoreError, match="damaged"):  # noqa: SIM117
        with Store.open(str(path)) as again:
            again.results(name).site("borchester")


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file" / "lgaudit.db", Path("/proc/none/lgaudit.db"), tmp_path):
        with pytest.raises(StoreError, match=r"Check that|the database says"):
            Store.open(str(place))


def test_a_store_another_process_is_writing(store: Store, path: Path) -> None:
    name = started(store)
    store.close()
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("BEGIN IMMEDIATE")
    with Store.open(str(path), wait=0.05) as impatient:
        with pytest.raises(StoreError, match="being written by another lgaudit"):
            impatient.save_site(name, a_result())
        assert impatient.finished_sites(name) == set()  # readers do not wait
        raw.execute("ROLLBACK")
        raw.close()
        impatient.save_site(name, a_result())
        assert impatient.finished_sites(name) == {"borchester"}


def test_a_full_disk_loses_nothing_kept_before(store: Store) -> None:
    name = started(store, "borchester", "felpersham")
    store.save_site(name, a_result("borchester"))
    with store._engine.connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        pages = raw.execute("PRAGMA page_count").fetchone()[0]
        raw.execute(f"PRAGMA max_page_count = {pages + 1}")
    with pytest.raises(StoreError, match=r"disk is full.*--resume"):
        store.save_site(name, a_result("felpersham", note="w" * 500_000))
    assert store.finished_sites(name) == {"borchester"}
    assert store.results(name).site("borchester") == a_result("borchester")


@pytest.mark.parametrize("url", ["nonsense://x", "sqlite+nothing:///x", "://", "postgresql://[bad"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(StoreError):
        Store.open(url)


def test_passwords_stay_out_of_messages() -> None:
    with pytest.raises(StoreError) as caught:
        Store.open("nonsense://me:secret@host/name")
    assert "secret" not in str(caught.value)


def test_looking_does_not_make_a_store(path: Path) -> None:
    with pytest.raises(StoreError, match="There are no runs yet"):
        Store.open(str(path), create=False)
    assert not path.parent.exists()


def test_the_default_is_beside_the_reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Store.open("") as store:
        assert store.where == "lgaudit.db"
    assert (tmp_path / "lgaudit.db").is_file()


# --- speed ----------------------------------------------------------------------------------


def big_result(slug: str = "borchester") -> SiteResult:
    pages = tuple(a_page(f"{URL}{n}") for n in range(30))
    names = [f"pack/rule-{n:03}" for n in range(200)]
    letters = [Outcome.PASSED, Outcome.FAILED, Outcome.PASSED, Outcome.INAPPLICABLE]
    outcomes = tuple(
        Outcomes(name, {p.url: letters[(n + m) % 4] for m, p in enumerate(pages)})
        for n, name in enumerate(names)
    )
    findings = tuple(
        Finding(name, p.url, Outcome.FAILED, "wrong", (Spot(f"a:nth-of-type({n})", "<a>"),))
        for n, name in enumerate(names[:40])
        for p in pages[:15]
    )
    score = a_result(slug).score
    assert score is not None
    rules = tuple(RuleScore(name, 0.5, 15, 15, 0, 0, False) for name in names)
    return a_result(
        slug, pages=pages, outcomes=outcomes, findings=findings, score=replace(score, rules=rules)
    )


def test_a_site_of_30_pages_and_200_rules_is_saved_quickly(store: Store) -> None:
    name = started(store)
    result, draws = big_result(), np.zeros(2000, dtype=np.float32)
    best = 9.0
    for _ in range(3):
        begun = time.process_time()
        store.save_site(name, result, draws)
        best = min(best, time.process_time() - begun)
    assert best < 0.5  # measured 0.03; room for a busy machine
    assert store.results(name).site("borchester") == replace(
        result,
        outcomes=tuple(
            replace(o, by_page={u: v for u, v in o.by_page.items() if v != Outcome.INAPPLICABLE})
            for o in result.outcomes
        ),
    )

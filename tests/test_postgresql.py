"""A store in PostgreSQL: the same tables to the byte, and clear words where it cannot be had."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import postgres
import pytest
from postgres import GUARDED, PASSWORD, Server
from scale_sites import Councils, audited
from sqlalchemy import create_engine, text
from typer.testing import CliRunner

from lgaudit.cli.main import app
from lgaudit.errors import StoreError
from lgaudit.settings import Settings
from lgaudit.store import Store, private
from lgaudit.store.database import name_of, read_url
from lgaudit.store.views import definitions

PROGRAMS = postgres.programs()
needs_server = pytest.mark.skipif(
    PROGRAMS is None, reason="PostgreSQL is not installed (Debian: apt-get install postgresql)"
)
COUNCILS = Councils("birch-wood", "birchhill")  # the other way round in most languages


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    pytest.importorskip("psycopg", reason="psycopg is not installed (lgaudit[postgresql])")
    assert PROGRAMS is not None
    with postgres.serving(PROGRAMS) as found:
        yield found


def said(*arguments: str, store: str) -> str:
    """What a command prints, with the store's name taken out."""
    done = CliRunner().invoke(app, [*arguments, "--store", store], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert PASSWORD not in done.output
    return done.output.replace(store, "STORE")


@needs_server
def test_it_holds_what_a_file_holds(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, base = str(tmp_path / "file.db"), server.make("same")
    monkeypatch.chdir(tmp_path)
    with COUNCILS.served() as served:
        settings = msgspec.structs.replace(served, browser=False, pages=10, crawl_pages=10)
        here = audited(COUNCILS, put(settings, file), tmp_path / "a", monkeypatch)
        stop_after_one(monkeypatch, COUNCILS, put(settings, base), tmp_path / "b")
        there = audited(COUNCILS, put(settings, base), tmp_path / "b", monkeypatch, resume="latest")
    assert there == here, "gone on with after a stop, and kept in PostgreSQL"

    said("judge", "--out", str(tmp_path / "judged"), store=base)
    with Store.open(base) as store:
        judged, run = (summary.id for summary in store.runs())
    folders = {name: tmp_path / name for name in (run, judged)}
    for name, folder in folders.items():
        said("runs", "export", name, "--out", str(folder), store=base)
    said("runs", "import", str(folders[judged]), store=file)
    for name, folder in folders.items():
        said("runs", "export", name, "--out", f"{folder}-too", store=file)
        same(folder, Path(f"{folder}-too"))
    for command in (["history"], ["compare", run, judged], ["runs", "list"]):
        assert said(*command, store=base).split() == said(*command, store=file).split(), command
    assert rows_of(base) == rows_of(file), "views say the same"

    said("runs", "delete", run, "--yes", store=base)
    said("runs", "import", str(folders[run]), store=base)
    with Store.open(base) as store:
        assert [summary.id for summary in store.runs()] == [judged, run]


def same(one: Path, other: Path) -> None:
    """Two exports, file by file; at least those of findings and scores."""
    files = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert files == sorted(p.relative_to(other) for p in other.rglob("*") if p.is_file())
    assert len(files) > 5
    for file in files:
        assert (one / file).read_bytes() == (other / file).read_bytes(), file


def put(settings: Settings, store: str) -> Settings:
    return msgspec.structs.replace(settings, store=store)


def stop_after_one(
    monkeypatch: pytest.MonkeyPatch, councils: Councils, settings: Settings, out: Path
) -> None:
    whole, kept = Store.save_site, list[str]()

    def once(self: Store, run_id: str, result: object, *more: object) -> None:
        if kept:
            raise StoreError("stopped")
        kept.append(run_id)
        whole(self, run_id, result, *more)  # type: ignore[arg-type]

    with monkeypatch.context() as stopping:
        stopping.setattr(Store, "save_site", once)
        with pytest.raises(StoreError, match="stopped"):
            audited(councils, settings, out, stopping)


def rows_of(store: str) -> dict[str, int]:
    """How many rows each view has."""
    with create_engine(read_url(store)).connect() as connection:
        return {
            name: int(connection.scalar(text(f"SELECT COUNT(*) FROM {name}")) or 0)
            for name in definitions(connection.dialect.name)
        }


@needs_server
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("same?host=", "same?host=/nowhere"), "does not answer"),
        (("/same", "/other"), "createdb"),
        (("lg@", "stranger@"), "no user of that name"),
        (("lg@", f"{GUARDED}@"), "refuses the user or the password"),
        (("lg@", f"{GUARDED}:wr0ng-word@"), "refuses the user or the password"),
    ],
)
def test_what_is_wrong_is_said_without_the_password(
    server: Server, change: tuple[str, str], words: str
) -> None:
    url = server.url("same").replace(*change)
    with pytest.raises(StoreError, match=words) as told:
        Store.open(url)
    assert "wr0ng-word" not in str(told.value)


@needs_server
def test_a_password_opens_it_and_is_never_named(server: Server) -> None:
    url = server.make("guarded", "-O", GUARDED).replace("lg@", f"{GUARDED}:{PASSWORD}@")
    with pytest.raises(StoreError, match="no runs yet") as told:
        Store.open(url, create=False)
    with Store.open(url) as store:
        assert store.runs() == []
        assert PASSWORD not in store.where + str(told.value)
        assert "***" in store.where


@needs_server
def test_a_database_that_lacks_letters_or_is_newer_is_refused(server: Server) -> None:
    latin = server.make(
        "latin", "-E", "LATIN1", "-T", "template0", "-l", "C", "--locale-provider=libc"
    )
    with pytest.raises(StoreError, match="LATIN1"):
        Store.open(latin)
    newer = server.make("newer")
    Store.open(newer).close()
    with create_engine(read_url(newer)).begin() as connection:
        connection.execute(text("INSERT INTO migration VALUES (999, 'x', '9.9')"))
    with pytest.raises(StoreError, match="newer lgaudit"):
        Store.open(newer)


@needs_server
def test_strings_no_database_can_hold_are_kept_as_files_keep_them(server: Server) -> None:
    from test_store import HOSTILE

    from lgaudit.store.strings import numbers, strings

    with Store.open(server.make("hostile")) as store, store._engine.begin() as connection:
        kept = numbers(connection, HOSTILE)
        found = strings(connection, kept.values())
    with Store.open(":memory:") as store, store._engine.begin() as connection:
        here = numbers(connection, HOSTILE)
        assert {v: strings(connection, here.values())[n] for v, n in here.items()} == {
            value: found[number] for value, number in kept.items()
        }


def test_names_hide_every_password() -> None:
    url = (
        "postgres://user:s3cret@db.example/runs?sslpassword=s3cret&password=s3cret&sslmode=require"
    )
    name = name_of(read_url(url))
    assert "s3cret" not in name
    assert "user:***@db.example/runs" in name
    assert "sslmode=require" in name
    assert private.path_of(url, "reports").name == "runs.private.jsonl"

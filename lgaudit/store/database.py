"""Opening a database, and turning its errors into sentences."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from lgaudit.errors import StoreError

DEFAULT = "lgaudit.db"


def read_url(setting: str) -> URL:
    """The address of a store: a database URL, a file name, or '' for ./lgaudit.db.

    Raises:
        StoreError: not an address of a database.
    """
    setting = setting.strip() or DEFAULT
    if "://" not in setting:
        return URL.create("sqlite", database=setting)
    try:
        url = make_url(setting)
        url.get_dialect()
    except (ArgumentError, SQLAlchemyError, ValueError) as error:
        raise StoreError(
            f"{setting.split('://')[0]}://…: not the address of a store. Give a file name,"
            " or an address such as sqlite:///runs.db or postgresql://host/name."
        ) from error
    except ImportError as error:
        raise StoreError(f"{setting.split('://')[0]}: {error}. Install its driver.") from error
    return url


def name_of(url: URL) -> str:
    """What to call a store in a message: the file, or the address without its password."""
    if url.get_backend_name() == "sqlite":
        return url.database or "the store in memory"
    return url.render_as_string(hide_password=True)


def file_of(url: URL) -> Path | None:
    """The file of an SQLite store, or None."""
    memory = url.database in (None, "", ":memory:") or "mode=memory" in str(url.database)
    if url.get_backend_name() != "sqlite" or memory:
        return None
    return Path(str(url.database).removeprefix("file:"))


def connect(url: URL, wait: float) -> Engine:
    """An engine; ``wait`` is how many seconds to wait for another writer (SQLite)."""
    try:
        if url.get_backend_name() != "sqlite":
            return create_engine(url, pool_pre_ping=True)
        engine = create_engine(url, connect_args={"timeout": wait})
    except ImportError as error:
        raise StoreError(
            f"{url.drivername}: the driver {error.name or 'it needs'} is not installed."
            " Install it, or give another --store."
        ) from error
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, record: Any) -> None:
    """Write-ahead log: readers never wait, and a kill at any moment leaves a whole store."""
    del record
    connection.isolation_level = (
        None  # transactions begin where _begin says, not where pysqlite does
    )
    if not connection.execute("PRAGMA page_count").fetchone()[0]:  # later it would need the lock
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    """A writer takes its lock at once, so that it waits at the start and never fails half-way."""
    writes = connection.get_execution_options().get("lgaudit_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading(engine: Engine, where: str) -> Iterator[Connection]:
    """A connection that sees one moment of the store."""
    with sentences(where), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine, where: str) -> Iterator[Connection]:
    """One transaction: all of it is kept, or nothing."""
    with (
        sentences(where),
        engine.connect().execution_options(lgaudit_writes=True) as connection,
        connection.begin(),
    ):
        yield connection


_SENTENCES = (
    (
        ("database is locked", "database table is locked"),
        "{where} is being written by another lgaudit. Wait until it is done, or give another"
        " --store.",
    ),
    (
        ("not a database", "malformed", "disk i/o error"),
        "{where} is damaged or is not a store. Put back a copy, or move the file away and start"
        " a new one.",
    ),
    (
        ("disk is full", "no space left"),
        "The disk is full, so {where} could not be written. What was kept before is safe: free"
        " some space and go on with `lgaudit audit --resume`.",
    ),
    (
        ("readonly", "read-only", "unable to open", "permission denied", "access denied"),
        "{where} cannot be opened for writing. Check that the folder exists and that you may"
        " write there, or give another --store.",
    ),
    (
        ("could not connect", "connection refused", "could not translate host"),
        "{where} does not answer. Check the address, and that the database is running.",
    ),
)


@contextmanager
def sentences(where: str) -> Iterator[None]:
    """Raise a database's own errors as StoreError that says what to do."""
    try:
        yield
    except SQLAlchemyError as error:
        raise StoreError(_sentence(where, str(getattr(error, "orig", None) or error))) from error
    except OSError as error:
        raise StoreError(_sentence(where, str(error))) from error


def _sentence(where: str, said: str) -> str:
    low = said.lower()
    for signs, sentence in _SENTENCES:
        if any(sign in low for sign in signs):
            return sentence.format(where=where)
    return f"{where}: the database says: {' '.join(said.split())[:300]}"

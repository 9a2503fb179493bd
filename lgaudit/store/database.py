"""Opening a database, and turning its errors into sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from lgaudit.errors import StoreError

DEFAULT = "lgaudit.db"
DRIVER = "postgresql+psycopg"
PATIENCE = 10  # seconds for a server to answer
_POSTGRES = ("postgresql", DRIVER)
_SECRETS = frozenset({"password", "sslpassword", "passfile", "sslkey"})  # as libpq names them


def read_url(setting: str) -> URL:
    """The address of a store: a database URL, a file name, or '' for ./lgaudit.db.

    Raises:
        StoreError: not an address of a database.
    """
    setting = setting.strip() or DEFAULT
    if "://" not in setting:
        return URL.create("sqlite", database=setting)
    try:
        url = make_url(setting.replace("postgres://", "postgresql://", 1))
        if url.drivername not in _POSTGRES:
            url.get_dialect()
    except (ArgumentError, SQLAlchemyError, ValueError) as error:
        raise StoreError(
            f"{setting.split('://')[0]}://…: not the address of a store. Give a file name,"
            " or an address such as sqlite:///runs.db or postgresql://host/name."
        ) from error
    except ImportError as error:
        raise StoreError(f"{setting.split('://')[0]}: {error}. Install its driver.") from error
    return url.set(drivername=DRIVER) if url.drivername in _POSTGRES else url


def name_of(url: URL) -> str:
    """What to call a store in a message: the file, or the address without its password."""
    if url.get_backend_name() == "sqlite":
        return url.database or "the store in memory"
    shown = {name: "***" if name in _SECRETS else value for name, value in url.query.items()}
    plain = url.set(drivername="postgresql") if url.drivername == DRIVER else url
    return plain.set(query=shown).render_as_string(hide_password=True)


def file_of(url: URL) -> Path | None:
    """The file of an SQLite store, or None."""
    memory = url.database in (None, "", ":memory:") or "mode=memory" in str(url.database)
    if url.get_backend_name() != "sqlite" or memory:
        return None
    return Path(str(url.database).removeprefix("file:"))


def connect(url: URL, wait: float) -> Engine:
    """An engine; ``wait`` is how many seconds to wait for another writer.

    Raises:
        StoreError: the driver is not installed.
    """
    try:
        if url.get_backend_name() != "sqlite":
            engine = create_engine(
                url, pool_pre_ping=True, connect_args={"connect_timeout": PATIENCE}
            )
            event.listen(engine, "connect", _patient(wait))
            return engine
        engine = create_engine(url, connect_args={"timeout": wait})
    except ImportError as error:
        extra = "pip install 'lgaudit[postgresql]'" if url.drivername == DRIVER else "Install it"
        raise StoreError(
            f"{url.drivername}: the driver {error.name or 'it needs'} is not installed."
            f" {extra}, or give another --store."
        ) from error
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _patient(wait: float) -> Callable[[Any, Any], None]:
    """What each connection to a server begins with."""

    def prepare(connection: Any, record: Any) -> None:
        del record
        connection.execute(f"SET lock_timeout = {int(wait * 1000)}")
        connection.commit()

    return prepare


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
    level: Any = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with (
        sentences(where),
        engine.connect().execution_options(**level) as connection,
        connection.begin(),
    ):
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
        ("database is locked", "database table is locked", "lock timeout"),
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
        ("readonly", "read-only", "unable to open", "access denied"),
        "{where} cannot be opened for writing. Check that the folder exists and that you may"
        " write there, or give another --store.",
    ),
    (
        ("password authentication failed", "no password supplied", "authentication failed"),
        "{where} refuses the user or the password. Give both in the address, or better in"
        " PGPASSWORD or ~/.pgpass, which nobody else sees.",
    ),
    (
        ('database "',),
        "{where}: the server has no database of that name, or lets this user not into it. Make one"
        " with `createdb --encoding=UTF8 NAME`.",
    ),
    (
        ('role "',),
        "{where}: the server knows no user of that name. Name one in the address, as in"
        " postgresql://USER@HOST/NAME.",
    ),
    (
        ("permission denied for",),
        "{where}: this user may not make or change tables there. Let the database's owner grant"
        " it, or give another --store.",
    ),
    (
        (
            "could not connect",
            "connection failed",
            "connection refused",
            "connection timeout",
            "connection timed out",
            "connection is closed",
            "closed the connection",
            "connection is lost",
            "could not translate host",
            "failed to resolve host",
            "terminating connection",
            "starting up",
            "shutting down",
            "too many clients",
            "connection to server",
        ),
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
    if "permission denied" in low:
        return next(s for signs, s in _SENTENCES if "unable to open" in signs).format(where=where)
    return f"{where}: the database says: {' '.join(said.split())[:300]}"

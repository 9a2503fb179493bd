"""Whatever a strange server does, a request or a visit ends in time with the right verdict."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from behaviour import HIDDEN, LIMIT, PATIENCE, Behaviour
from misbehaviour import ROWS
from rude import Handler, Rude

from lgaudit.gather import crawl
from lgaudit.gather.fetch import Fetcher
from lgaudit.gather.politeness import Gate
from lgaudit.gather.resolve import Resolver
from lgaudit.models import Site, Verdict
from lgaudit.settings import Settings

NOW = lambda: dt.datetime(2026, 11, 26, tzinfo=dt.UTC)  # noqa: E731
HERE = [row for row in ROWS if not row.test and row.seen != "browser"]


@dataclass
class Seen:
    """What came of every row."""

    found: dict[str, Any] = field(default_factory=dict)
    asked: dict[str, list[str]] = field(default_factory=dict)
    hidden: list[str] = field(default_factory=list)  # who came to the private server


class Hosts(Rude):
    """A rude server that remembers what each host was asked for."""

    def __init__(self, hosts: dict[str, dict[str, bytes | Handler]]) -> None:
        super().__init__({}, hosts=hosts)
        self.by_host: dict[str, list[str]] = {host: [] for host in hosts}

    def _answer(self, path: str, head: str) -> bytes | Handler:
        host = re.search(r"^host: *([^:\r]+)", head, re.I | re.M)
        if host and path != "/robots.txt" and not head.startswith("HEAD"):
            self.by_host.setdefault(host[1].lower(), []).append(path)
        return super()._answer(path, head)


async def no_wait(seconds: float) -> None:
    del seconds
    await asyncio.sleep(0)


def lookup(name: str) -> Iterable[str]:
    """One name is there, and leads inside."""
    if name == "inside.example":
        return ["127.0.0.1"]
    raise socket.gaierror(socket.EAI_NONAME, "no such name")


async def alias(name: str) -> str:
    del name
    return ""


@asynccontextmanager
async def hidden(seen: Seen) -> AsyncIterator[int]:
    """A private server; gives its port, and notes whoever comes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.hidden.append((await reader.read(200)).decode("latin-1"))
        writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield listener.sockets[0].getsockname()[1]
    finally:
        listener.close()


async def look(rows: Iterable[Behaviour], told: Settings, server: Hosts, seen: Seen) -> None:
    """See each of these rows: slow ones side by side, the others one after another."""
    gate, names = Gate(told, sleep=no_wait), Resolver(told, lookup, alias)
    async with Fetcher(told, gate=gate, resolver=names) as fetcher:

        async def one(row: Behaviour) -> None:
            site = Site(row.name, row.home)
            if row.seen == "visit":
                seen.found[row.name] = await crawl.visit(site, told, fetcher, now=NOW)
            else:
                seen.found[row.name] = await fetcher.get(row.home, site=site, stay=False)
            seen.asked[row.name] = server.by_host[row.host]

        waiting = asyncio.gather(*(one(row) for row in rows if row.slow))
        for row in rows:
            if not row.slow:
                await one(row)
        await waiting


async def see_all(seen: Seen) -> None:
    """Serve the table and look at every row."""
    async with hidden(seen) as port:
        served = {row.host: _with(port, row) for row in HERE}
        server = Hosts(served)
        listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
        where = f"127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        told: dict[str, Any] = {
            "pace": 0.0,
            "retries": 1,
            "redirects": 5,
            "pages": 4,
            "crawl_pages": 25,
            "links": 8,
            "site_minutes": 0.5,
            "page_bytes": LIMIT,
            "name_map": {row.host: where for row in HERE},
        }
        slow = [row for row in HERE if row.slow]
        await look(slow, Settings(timeout=PATIENCE, **told), server, seen)
        rest = [row for row in HERE if not row.slow]
        await look(rest, Settings(timeout=20.0, **told), server, seen)
        listener.close()


def _with(port: int, row: Behaviour) -> dict[str, bytes | Handler]:
    assert row.answers is not None
    mark, number = HIDDEN.encode(), str(port).encode()
    return {
        path: a.replace(mark, number) if isinstance(a, bytes) else a
        for path, a in row.answers().items()
    }


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    found = Seen()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("empty"))
        asyncio.run(see_all(found))
        assert list(Path.cwd().iterdir()) == []
    return found


@pytest.mark.parametrize("row", HERE, ids=lambda row: row.name)
def test_it_gets_its_verdict(row: Behaviour, seen: Seen) -> None:
    found = seen.found[row.name]
    verdict: Verdict = found.verdict
    assert verdict.reason is row.verdict, verdict
    if row.check is not None:
        row.check(found, seen.asked[row.name])


def test_nobody_reaches_a_private_address_that_was_not_given(seen: Seen) -> None:
    assert seen.hidden == []


def test_the_table_is_whole() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS) >= 40
    for row in ROWS:
        assert bool(row.answers) != bool(row.test), row.name
        if row.test:
            file, _, function = row.test.partition("::")
            assert f"def {function}(" in (Path(__file__).parent / file).read_text(), row.test

"""A small web server that misbehaves on request; plain HTTP on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from lgaudit.settings import Settings

Handler = Callable[[str, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Rude:
    """``answers`` maps a path to bytes to send, or to a function that talks on the wire itself.

    ``hosts`` has answers by host name, with "*" for every other path; they come first.
    """

    answers: dict[str, bytes | Handler]
    hosts: Mapping[str, Mapping[str, bytes | Handler]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                first = await reader.readexactly(1)
                if first == b"\x16":  # TLS, which is not spoken here
                    break
                head = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                method, path = head.split(" ", 2)[:2]
                self.asked.append(path if method == "GET" else f"{method} {path}")
                self.heads.append(head)
                answer = self._answer(path, head)
                if isinstance(answer, bytes):
                    writer.write(
                        answer.split(b"\r\n\r\n")[0] + b"\r\n\r\n" if method == "HEAD" else answer
                    )
                    await writer.drain()
                else:
                    await answer(path, writer)
        except (asyncio.IncompleteReadError, asyncio.CancelledError, OSError):
            pass
        finally:
            writer.close()

    def _answer(self, path: str, head: str) -> bytes | Handler:
        missing = plain(404, b"<title>Not found</title>")
        host = re.search(r"^host: *([^:\r]+)", head, re.I | re.M)
        if host and (own := self.hosts.get(host[1].lower())) is not None:
            return own.get(path) or own.get("*", missing)
        return self.answers.get(path, missing)


@contextlib.asynccontextmanager
async def rude(answers: dict[str, bytes | Handler]) -> AsyncIterator[Rude]:
    """The server, while the block runs."""
    server = Rude(answers)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()


def plain(status: int, body: bytes = b"", *headers: str, kind: str = "text/html") -> bytes:
    """A well-formed response; more headers may follow."""
    lines = [f"HTTP/1.1 {status} X", f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, *headers]).encode("latin-1") + b"\r\n\r\n" + body


def to(location: str, status: int = 302, *headers: str) -> bytes:
    """A redirect."""
    return plain(status, b"", f"Location: {location}", *headers)


def settings_for(server: Rude, **more: object) -> Settings:
    """Settings under which www.a.gov.uk is this server and no other name exists."""
    values: dict[str, object] = {
        "pace": 0.0,
        "timeout": 2.0,
        "retries": 1,
        "name_map": {"www.a.gov.uk": f"127.0.0.1:{server.port}"},
        "only_mapped": True,
    }
    return Settings(**(values | more))  # type: ignore[arg-type]

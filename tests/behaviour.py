"""How a strange server is described, and what it can be made of.

A row is served under a name of its own, ``www.NAME.gov.uk``. ``test_misbehaviour.py`` looks at
those seen by plain requests, ``test_misbehaviour_browser.py`` at those seen by a browser. A row
that another test proves names it instead of bringing its own server.
"""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import brotli
from rude import Handler, plain

from lgaudit.models import Reason

Answers = Mapping[str, bytes | Handler]
WORDS = " ".join(f"word{n}" for n in range(60))
GOOD = (
    "<!doctype html><html lang=en><head><title>Bins and recycling</title></head><body><main>"
    f"<h1>Bins and recycling</h1><p>{WORDS}</p></main></body></html>"
)
LIMIT = 1_000_000  # bytes of a page, in these tests
PATIENCE = 0.7  # seconds for one request to a slow server
HIDDEN = "98765"  # stands for the port of a private server that nobody may reach


@dataclass(frozen=True)
class Behaviour:
    """One row. ``check`` gets what was seen, and the paths that the server was asked for."""

    name: str
    does: str
    verdict: Reason
    answers: Callable[[], Answers] | None = None  # path -> answer; "*" is every other path
    then: str = ""  # what else holds, in words
    check: Callable[[Any, Sequence[str]], None] | None = None
    seen: str = "request"  # or "visit", or "browser"
    slow: bool = False  # the verdict comes when the patience ends
    start: str = ""  # where to begin; '' is the home page
    settings: Mapping[str, object] = field(default_factory=dict)
    test: str = ""  # "file::function" that proves it elsewhere

    @property
    def host(self) -> str:
        """The name it is served under."""
        return f"www.{self.name}.gov.uk"

    @property
    def home(self) -> str:
        """Where looking begins."""
        return self.start or f"http://{self.host}/"


def page(body: str, *, title: str = "Town", words: str = "") -> bytes:
    """A page with words enough to be one, as it goes over the wire."""
    text = f"<p>{title} {words or WORDS}</p>"
    return plain(200, f"<!doctype html><html lang=en><title>{title}</title>{text}{body}".encode())


def talks(*parts: bytes, then: str = "close", each: bytes = b"", pause: float = 0.0) -> Handler:
    """Say the parts; then hang up, say nothing more, or repeat ``each`` for ever."""

    async def talk(path: str, writer: asyncio.StreamWriter) -> None:
        del path
        for part in parts:
            writer.write(part)
        await writer.drain()
        while then == "hang" or (then == "repeat" and not writer.is_closing()):
            if then == "repeat":
                writer.write(each)
                await writer.drain()
            await asyncio.sleep(pause if then == "repeat" else 0.1)
            if then == "hang" and writer.transport.is_closing():
                break
        writer.close()

    return talk


def answers(make: Callable[[str], bytes]) -> Handler:
    """An answer made from the path that is asked for."""

    async def answer(path: str, writer: asyncio.StreamWriter) -> None:
        writer.write(make(path))
        await writer.drain()

    return answer


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


def bomb(packing: str) -> bytes:
    """A page of 20 MB that is small on the wire."""
    big = b"\0" * 20_000_000
    body = {
        "gzip": lambda: gzip.compress(big, 1),
        "deflate": lambda: zlib.compress(big, 1),
        "br": lambda: brotli.compress(big, quality=1),
        "gzip, br": lambda: brotli.compress(gzip.compress(big, 1), quality=1),
    }[packing]()
    return plain(200, body, f"Content-Encoding: {packing}")


def short(found: Any, asked: Sequence[str]) -> None:
    """Not more than the limit is kept."""
    del asked
    assert len(found.body) <= LIMIT


def few(most: int) -> Callable[[Any, Sequence[str]], None]:
    """Not asked for more than this."""

    def check(found: Any, asked: Sequence[str]) -> None:
        del found
        assert len(asked) <= most, asked[:50]

    return check


def named(path: str) -> Callable[[Any, Sequence[str]], None]:
    """The visit saw a page at this path."""

    def check(found: Any, asked: Sequence[str]) -> None:
        assert path in asked
        assert any(p.url.endswith(path) for p in found.pages)

    return check


def no_script(found: Any, asked: Sequence[str]) -> None:
    del asked
    assert not found.dom.css("script")


def no_secret(found: Any, asked: Sequence[str]) -> None:
    del found
    assert not any("root:" in path or "passwd" in path for path in asked)


def private(found: Any, asked: Sequence[str]) -> None:
    del asked
    reasons = {check.verdict.reason for check in found.links if not check.internal}
    assert reasons == {Reason.PRIVATE_ADDRESS}


def row(name: str, does: str, verdict: Reason, served: Any = None, **more: Any) -> Behaviour:
    """A row; ``served`` is the answer of every path, the answers by path, or what makes them."""
    if more.get("test"):
        return Behaviour(name, does, verdict, None, **more)
    if served is None or (callable(served) and more.pop("made", False)):
        return Behaviour(name, does, verdict, served, **more)
    by_path = served if isinstance(served, Mapping) else {"/": served}
    return Behaviour(name, does, verdict, lambda: by_path, **more)


SLOW: Mapping[str, Any] = {"slow": True}

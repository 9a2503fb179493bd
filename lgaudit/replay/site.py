"""What a replayed site is: a host that answers requests from memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Answer:
    """One response. ``delay`` is how long, in seconds, the site waits before it answers."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    delay: float = 0.0


class WebSite(Protocol):
    """A site that can be served. ``silent`` sites accept connections and never say a word."""

    @property
    def host(self) -> str:
        """Its name, as in ``www.borchester.gov.uk``."""
        ...

    @property
    def http2(self) -> bool:
        """Whether it offers HTTP/2."""
        ...

    @property
    def compress(self) -> bool:
        """Whether it compresses text when the visitor accepts that."""
        ...

    @property
    def silent(self) -> bool:
        """Whether it accepts connections and never answers."""
        ...

    def answer(self, method: str, path: str, headers: Mapping[str, str]) -> Answer:
        """Answer one request; ``path`` starts with a slash and keeps its query string."""
        ...


NOT_FOUND = Answer(
    404,
    (("content-type", "text/html; charset=utf-8"),),
    b"<!doctype html><html lang=en><title>Page not found</title><main><h1>Page not found</h1>"
    b"<p>There is no page at this address.</p></main></html>",
)


@dataclass(frozen=True)
class StaticSite:
    """A site held in memory: path (with query, if it matters) to answer."""

    host: str
    answers: Mapping[str, Answer] = field(default_factory=dict)
    not_found: Answer = NOT_FOUND
    http2: bool = True
    compress: bool = True
    silent: bool = False

    def answer(self, method: str, path: str, headers: Mapping[str, str]) -> Answer:
        """The answer kept for the path, then for the path without its query, then not found."""
        del method, headers
        found = self.answers.get(path) or self.answers.get(path.split("?", 1)[0])
        return found or self.not_found

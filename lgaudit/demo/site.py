"""One made-up website held in memory, with the behaviour of the server behind it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from lgaudit.replay import Answer

HTML = "text/html; charset=utf-8"
STATIC = (".css", ".js", ".png", ".svg", ".ico", ".woff2", ".mp4", ".vtt")


@dataclass(frozen=True, slots=True)
class Resource:
    """One answer of a site: status, extra headers, body bytes, content type, seconds of delay."""

    body: bytes = b""
    content_type: str = HTML
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    delay: float = 0.0

    @property
    def is_page(self) -> bool:
        """True for an HTML page that answers 200."""
        return self.status == 200 and self.content_type.startswith("text/html")


@dataclass(frozen=True)
class DemoSite:
    """A made-up site: path (with query, if it matters) to resource, and server behaviour."""

    host: str
    pages: Mapping[str, Resource]
    not_found: Resource
    council: str = ""  # slug of its first council; '' for a third party
    supplier: str = ""
    robots_txt: str = ""
    wall: Resource | None = None  # what a bot wall answers instead of everything but robots.txt
    delay: float = 0.0  # seconds before every answer
    silent: bool = False
    http2: bool = True
    compress: bool = True
    page_headers: tuple[tuple[str, str], ...] = ()
    cache_control: Mapping[str, str] = field(default_factory=dict)  # path suffix -> header
    date: str = ""  # what every answer says the day and time is
    https: bool = True  # False answers over plain http instead of sending visitors to https
    certificate: tuple[float, tuple[str, ...]] | None = None  # days left and names, when odd
    old_tls: bool = False  # accepts TLS 1.0 as well
    search: Callable[[str, str], Resource | None] | None = field(default=None, compare=False)
    validators: bool = True  # send ETag, and 304 when the visitor has that version

    @property
    def html_pages(self) -> tuple[str, ...]:
        """Paths of the pages of this site that answer 200 with HTML, sorted."""
        return tuple(sorted(p for p, resource in self.pages.items() if resource.is_page))

    def answer(self, method: str, path: str, headers: Mapping[str, str]) -> Answer:
        """Answer one request; ``path`` starts with a slash and keeps its query string."""
        del method
        found = self._answer(path, headers)
        if not self.date:
            return found
        return replace(found, headers=(*found.headers, ("date", self.date)))

    def _answer(self, path: str, headers: Mapping[str, str]) -> Answer:
        plain, _, query = path.partition("?")
        if plain == "/robots.txt":
            text = (("content-type", "text/plain; charset=utf-8"),)
            return Answer(200, text, self.robots_txt.encode(), self.delay)
        found = self.search(plain, query) if self.search and query and not self.wall else None
        resource = found or self.wall or self.pages.get(path) or self.pages.get(plain)
        resource = resource or self.not_found
        head: tuple[tuple[str, str], ...] = (
            ("content-type", resource.content_type),
            *resource.headers,
        )
        if resource.is_page:
            head += self.page_headers
        delay = self.delay + resource.delay
        suffix = next((s for s in STATIC if plain.endswith(s)), "")
        if not suffix or resource.status != 200:
            return Answer(resource.status, head, resource.body, delay)
        if cache := self.cache_control.get(suffix, ""):
            head += (("cache-control", cache),)
        if self.validators:
            tag = f'"{hashlib.sha256(resource.body).hexdigest()[:16]}"'
            head += (("etag", tag),)
            if headers.get("if-none-match") == tag:
                return Answer(304, head, b"", delay)
        return Answer(resource.status, head, resource.body, delay)

"""What opens a page that is not public yet: headers, cookies, a password, a saved session.

Everything here is for the servers the user named, and is secret: nothing but a request to one of
them may carry it.
"""

from __future__ import annotations

import base64
import dataclasses
import html
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import TypeVar
from urllib.parse import quote

from lgaudit import urls

T = TypeVar("T")
SHORTEST = 6  # characters; a shorter secret is too common a word to be blanked out
BLANK = "[hidden]"
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie for one host; never for the hosts below it."""

    host: str
    name: str
    value: str = field(repr=False)
    path: str = "/"
    secure: bool = False
    http_only: bool = False


@dataclass(frozen=True)
class Access:
    """Credentials and the servers they are for; ``NOBODY`` has none."""

    origins: tuple[str, ...] = ()  # any address of each server that may be told
    headers: Pairs = field(default=(), repr=False)
    cookies: tuple[Cookie, ...] = field(default=(), repr=False)
    passwords: Mapping[str, tuple[str, str]] = field(default_factory=dict, repr=False)  # by netloc
    storage: Mapping[str, Pairs] = field(default_factory=dict, repr=False)  # local, by origin

    def __bool__(self) -> bool:
        return bool(self.headers or self.cookies or self.passwords or self.storage)

    @cached_property
    def _servers(self) -> dict[str, bool]:
        """Host and port -> whether the user named it without TLS."""
        found: dict[str, bool] = {}
        for origin in self.origins:
            server = urls.netloc_of(origin)
            found[server] = found.get(server, False) or origin.startswith("http:")
        return found

    def covers(self, url: str) -> bool:
        """True for the servers the user named; what was given for https never goes without TLS."""
        plain = self._servers.get(urls.netloc_of(url))
        return plain is not None and (plain or url.startswith("https:"))

    def headers_for(self, url: str) -> Pairs:
        """Headers that a request to this address carries, cookies left out."""
        if not self.covers(url):
            return ()
        known = self.passwords.get(urls.netloc_of(url))
        if known is None or any(name.lower() == "authorization" for name, _ in self.headers):
            return self.headers
        return (*self.headers, ("Authorization", f"Basic {_basic(*known)}"))

    def cookies_for(self, url: str) -> list[Cookie]:
        """Cookies that a request to this address carries."""
        if not self.covers(url):
            return []
        host, path, tls = urls.host_of(url), urls.path_of(url), url.startswith("https:")
        return [
            cookie
            for cookie in self.cookies
            if cookie.host == host and (tls or not cookie.secure) and _below(path, cookie.path)
        ]

    @cached_property
    def _secrets(self) -> tuple[str, ...]:
        """What may not be shown, as written and as pages would write it; the longest first."""
        said = [value for _, value in self.headers]
        said += [part for value in said for part in value.split()[1:]]
        said += [cookie.value for cookie in self.cookies]
        for user, password in self.passwords.values():
            said += [password, _basic(user, password)]
        for pairs in self.storage.values():
            for _, value in pairs:
                said += [value, *_inside(value)]
        written: set[str] = set()
        for secret in said:
            if len(secret) >= SHORTEST:
                written |= {secret, html.escape(secret), quote(secret), quote(secret, safe="")}
                written.add(json.dumps(secret)[1:-1])
        return tuple(sorted(written, key=lambda text: (-len(text), text)))

    def hide(self, text: str) -> str:
        """The text with every secret in it blanked out."""
        for secret in self._secrets:
            if secret in text:
                text = text.replace(secret, BLANK)
        return self._uncut(text) if "…" in text and self._secrets else text

    def _uncut(self, text: str) -> str:
        """A text without the beginning of a secret that was cut with an ellipsis."""
        before, *after = text.split("…")
        for piece in after:
            for secret in self._secrets:
                for length in range(len(secret) - 1, SHORTEST - 1, -1):
                    if before.endswith(secret[:length]):
                        before = before[:-length] + BLANK
                        break
            before = f"{before}…{piece}"
        return before

    def hidden(self, value: T) -> T:
        """Plain data with every secret blanked out, however deep: strings, tuples, dataclasses."""
        return self._hidden(value) if self._secrets else value  # type: ignore[return-value]

    def _hidden(self, value: object) -> object:
        if isinstance(value, Enum):
            return value
        if isinstance(value, str):
            return self.hide(value)
        if isinstance(value, tuple | list):
            return type(value)(self._hidden(item) for item in value)
        if isinstance(value, Mapping):
            return {self._hidden(key): self._hidden(item) for key, item in value.items()}
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            changed = {
                known.name: self._hidden(getattr(value, known.name))
                for known in dataclasses.fields(value)
            }
            return dataclasses.replace(value, **changed)
        return value


NOBODY = Access()


def cookies_everywhere(pairs: Iterable[tuple[str, str]], origins: Iterable[str]) -> list[Cookie]:
    """The same cookies for each server named; they go over TLS only where it was named so."""
    hosts: dict[str, bool] = {}
    for origin in origins:
        host = urls.host_of(origin)
        hosts[host] = hosts.get(host, True) and origin.startswith("https:")
    return [
        Cookie(host, name, value, secure=secure)
        for host, secure in hosts.items()
        for name, value in pairs
    ]


def _basic(user: str, password: str) -> str:
    return base64.b64encode(f"{user}:{password}".encode()).decode()


def _below(path: str, top: str) -> bool:
    """Whether a cookie's path covers a request's, as RFC 6265, 5.1.4 has it."""
    return path == top or path.startswith(top if top.endswith("/") else f"{top}/")


def _inside(value: str) -> Iterator[str]:
    """Strings inside a value that is JSON, as sites keep their tokens."""
    try:
        waiting = [json.loads(value)]
    except (ValueError, RecursionError):
        return
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item

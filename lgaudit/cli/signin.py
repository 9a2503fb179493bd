"""What opens pages that are not public: headers, cookies, a password and saved sessions, as given.

Nothing said here ever repeats a value. ``env:NAME`` in place of a value reads it from the
environment, so that it is in no list of processes and in no log of the commands that were run.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import typer

from lgaudit import urls
from lgaudit.access import NOBODY, Access, Cookie, Pairs, cookies_everywhere
from lgaudit.cli.console import keep_secret, note
from lgaudit.errors import LgauditError
from lgaudit.plurals import count

PASSWORD = "LGAUDIT_PASSWORD"
LARGEST = 5_000_000  # bytes of a session file
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_USERINFO = re.compile(r"^\s*https?:[/\\]*([^/\\?#]*)@", re.I)
_NOT_OURS = ("host", "content-length", "transfer-encoding", "connection", "accept-encoding")


class SessionError(LgauditError):
    """A session file that cannot be used."""


def access(
    addresses: Sequence[str],
    *,
    headers: Sequence[str] = (),
    cookies: Sequence[str] = (),
    user: str = "",
    session: Path | None = None,
) -> Access:
    """What opens the pages at these addresses, and is told to their servers only.

    Args:
        addresses: as the user wrote them; a user name and password in one are taken from it.
        headers: ``Name: value``.
        cookies: ``name=value``.
        user: of basic authentication; the password is asked for or in ``LGAUDIT_PASSWORD``.
        session: a saved browser session, see docs/ci-access.md.

    Raises:
        typer.BadParameter: something is not written as it should be.
        SessionError: the session file cannot be used.
    """
    origins = {url: item for item in addresses if (url := urls.normalise(item))}
    passwords = {
        urls.netloc_of(url): known for url, item in origins.items() if (known := _userinfo(item))
    }
    wanted = headers or cookies or user or session
    if not origins:
        if wanted:
            raise typer.BadParameter(
                "headers, cookies, a user or a session are for addresses. Files need none."
            )
        return NOBODY
    given, jar = _headers(headers)
    jar += [_cookie(item) for item in cookies]
    if user:
        passwords |= dict.fromkeys(map(urls.netloc_of, origins), (user, _password(user)))
    kept, storage = _session(session, origins) if session is not None else ([], {})
    asked = cookies_everywhere(jar, origins)
    named = {(cookie.host, cookie.name) for cookie in asked}
    kept = [cookie for cookie in kept if (cookie.host, cookie.name) not in named]
    found = Access(tuple(origins), given, (*asked, *kept), passwords, storage)
    keep_secret(found.hide)
    return found


def _userinfo(address: str) -> tuple[str, str] | None:
    found = _USERINFO.match(address)
    if found is None:
        return None
    user, _, password = found[1].partition(":")
    return unquote(user), unquote(password)


def _headers(given: Iterable[str]) -> tuple[Pairs, list[tuple[str, str]]]:
    """Headers, and the cookies of those that are named Cookie."""
    headers: list[tuple[str, str]] = []
    cookies: list[tuple[str, str]] = []
    for item in given:
        name, colon, value = item.partition(":")
        name = name.strip()
        if not colon or not _NAME.fullmatch(name):
            raise typer.BadParameter(
                "write it as 'Name: value', or as 'Name: env:VARIABLE' to keep the value out of"
                " the list of processes",
                param_hint="--header",
            )
        value = _value(value.strip(), "--header")
        if name.lower() in _NOT_OURS:
            raise typer.BadParameter(f"{name} belongs to the connection", param_hint="--header")
        if name.lower() == "cookie":
            cookies += [_cookie(pair) for pair in value.split(";") if pair.strip()]
        else:
            headers.append((name, value))
    return tuple(headers), cookies


def _cookie(item: str) -> tuple[str, str]:
    name, equals, value = item.strip().partition("=")
    if not equals or not _NAME.fullmatch(name):
        raise typer.BadParameter(
            "write it as name=value, or as name=env:VARIABLE to keep the value out of the list of"
            " processes",
            param_hint="--cookie",
        )
    value = _value(value, "--cookie")
    if ";" in value:
        raise typer.BadParameter(f"the value of {name} holds a ;", param_hint="--cookie")
    return name, value


def _value(written: str, option: str) -> str:
    """The value, from the environment where it says so."""
    value = written
    if written.startswith("env:"):
        name = written.removeprefix("env:")
        found = os.environ.get(name)
        if not found:
            raise typer.BadParameter(
                f"the environment variable {name} is not set or empty", param_hint=option
            )
        value = found.strip()
    if _CONTROL.search(value) or not value.isascii():
        raise typer.BadParameter(
            "the value holds a line break or another character that a header cannot carry",
            param_hint=option,
        )
    return value


def _password(user: str) -> str:
    if ":" in user:
        raise typer.BadParameter(
            f"give the name alone, and the password in {PASSWORD} or when asked: everybody on this"
            " machine can read the commands that run",
            param_hint="--user",
        )
    known = os.environ.get(PASSWORD)
    if known is not None:
        return known
    if not sys.stdin.isatty():
        raise typer.BadParameter(
            f"set {PASSWORD} to the password: there is nobody to ask", param_hint="--user"
        )
    return str(typer.prompt(f"Password of {user}", hide_input=True, err=True))


def _session(file: Path, origins: Iterable[str]) -> tuple[list[Cookie], Mapping[str, Pairs]]:
    """Cookies and local storage of the servers named, from a browser session that was saved."""
    saved = _read(file)
    entries = saved.get("cookies", []) if isinstance(saved, dict) else saved
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise SessionError(
            f"{file}: is no saved session. It should be Playwright's storage state, or a list of"
            " cookies as Selenium's get_cookies() gives it."
        )
    hosts = {urls.host_of(origin) for origin in origins}
    now, over, cookies = time.time(), 0, []
    for entry in entries:
        ends = entry.get("expires", entry.get("expiry", -1))
        if isinstance(ends, int | float) and 0 < ends < now:
            over += 1
            continue
        cookies += [_saved(entry, host, file) for host in hosts if _is_for(entry, host)]
    if over:
        held = count(len(entries), "cookie is", "cookies are")
        note(
            f"{file}: {over} of its {held} out of date. Save it again if the pages ask you to sign"
            " in."
        )
    storage = {}
    for kept in saved.get("origins", []) if isinstance(saved, dict) else []:
        if isinstance(kept, dict) and urls.host_of(str(kept.get("origin"))) in hosts:
            pairs = [
                (str(item["name"]), str(item["value"]))
                for item in kept.get("localStorage") or []
                if isinstance(item, dict) and {"name", "value"} <= item.keys()
            ]
            storage[str(kept["origin"]).rstrip("/")] = tuple(pairs)
    if not cookies and not storage:
        note(f"{file}: holds nothing for {', '.join(sorted(hosts))}.")
    return cookies, storage


def _read(file: Path) -> Any:
    try:
        if file.stat().st_size > LARGEST:
            raise SessionError(f"{file}: is over {LARGEST:,} bytes; that is no saved session.")
        return json.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SessionError(f"{file}: cannot be read ({error.strerror or error}).") from None
    except (ValueError, RecursionError):
        raise SessionError(f"{file}: is not JSON. Save the session again.") from None


def _is_for(entry: Mapping[str, Any], host: str) -> bool:
    domain = str(entry.get("domain", "")).lower()
    bare = domain.removeprefix(".")
    return host == bare or (domain.startswith(".") and host.endswith(domain))


def _saved(entry: Mapping[str, Any], host: str, file: Path) -> Cookie:
    name, value = str(entry.get("name", "")), str(entry.get("value", ""))
    path = str(entry.get("path") or "/")
    if not _NAME.fullmatch(name) or _CONTROL.search(value + path) or not value.isascii():
        raise SessionError(f"{file}: a cookie for {host} has a name or value that none may have.")
    secure, http_only = bool(entry.get("secure")), bool(entry.get("httpOnly"))
    return Cookie(host, name, value, path, secure, http_only)

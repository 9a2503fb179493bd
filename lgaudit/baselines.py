"""The baseline file: issues that are known and let pass, as people keep them beside their pages."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lgaudit.errors import LgauditError

FORMAT = 1
MOST_BYTES = 50_000_000
MOST_PLACES = 10_000  # of one issue on one page
_RULE = re.compile(r"[a-z0-9-]+/[a-z0-9-]+")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]', re.S)
_TEXTS = ("element", "place", "message", "reason")
_KEYS = ("rule", *_TEXTS, "expires", "pages")


class BaselineError(LgauditError):
    """A baseline file that cannot be used or written."""


@dataclass(frozen=True)
class Known:
    """One known issue. Without element and place it is about a whole page or site."""

    rule: str
    element: str = ""  # its source, as the findings show it
    place: str = ""  # landmarks around it
    message: str = ""  # what the rule quotes as wrong, where it does
    pages: Mapping[str, int] = field(default_factory=dict, hash=False)  # page -> places on it
    reason: str = ""
    expires: dt.date | None = None  # the last day on which it is let pass

    def on(self) -> Iterator[tuple[str, int]]:
        """Pages and how many places on each."""
        yield from self.pages.items()

    def order(self) -> tuple[Any, ...]:
        """What the file is sorted by."""
        expires = self.expires.isoformat() if self.expires else ""
        pages = tuple(sorted(self.pages.items()))
        words = (self.rule, self.element, self.place, self.message, self.reason, expires)
        return (*words, pages)


@dataclass(frozen=True)
class Baseline:
    """A whole file. ``folder`` is where the built pages lie, seen from the file; may be ''."""

    issues: tuple[Known, ...] = ()
    folder: str = ""

    @property
    def places(self) -> int:
        """How many places are let pass in all."""
        return sum(count for issue in self.issues for _, count in issue.on())


def read(path: Path) -> Baseline:
    """Read a baseline.

    Raises:
        BaselineError: it is not there or not a baseline; says the line and what to do.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BaselineError(f"{path}: is larger than {MOST_BYTES:,} bytes. Make it again.")
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BaselineError(f"{path}: is not UTF-8 text. Save it as UTF-8.") from error
    except FileNotFoundError as error:
        raise BaselineError(
            f"{path}: there is no such baseline. Add --grow-baseline to make a first one."
        ) from error
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise BaselineError(f"{path}: cannot be read ({why}).") from error
    return _Reader(str(path), text).baseline()


def write(path: Path, baseline: Baseline) -> None:
    """Write a baseline, whole or not at all.

    Raises:
        BaselineError: it cannot be written there.
    """
    temporary = ""
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as file:
            temporary = file.name
            file.write(as_text(baseline))
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
        os.chmod(temporary, mode)  # noqa: PTH101 - a plain path string
        os.replace(temporary, path)  # noqa: PTH105
    except (OSError, ValueError) as error:
        if temporary:
            with contextlib.suppress(OSError):
                os.unlink(temporary)  # noqa: PTH108
        why = getattr(error, "strerror", None) or error
        raise BaselineError(f"{path}: cannot be written ({why}).") from error


def storable(text: str) -> str:
    """Text as a file can hold it: what is not Unicode becomes '?', as in fingerprints."""
    return text.encode("utf-8", "replace").decode()


def as_text(baseline: Baseline) -> str:
    """The file's text: sorted, one fact a line, so that a change shows as what it is."""
    document: dict[str, Any] = {"lgaudit-baseline": FORMAT}
    if baseline.folder:
        document["folder"] = baseline.folder
    document["issues"] = [_entry(issue) for issue in sorted(baseline.issues, key=Known.order)]
    return storable(json.dumps(document, indent=1, ensure_ascii=False) + "\n")


def _entry(issue: Known) -> dict[str, Any]:
    entry: dict[str, Any] = {"rule": issue.rule}
    entry |= {key: getattr(issue, key) for key in _TEXTS if getattr(issue, key)}
    if issue.expires:
        entry["expires"] = issue.expires.isoformat()
    entry["pages"] = dict(sorted(issue.pages.items()))
    return entry


@dataclass
class _Reader:
    file: str
    text: str

    def baseline(self) -> Baseline:
        document = self._parsed()
        if not isinstance(document, dict) or "lgaudit-baseline" not in document:
            raise self._wrong((), 'is not a baseline: "lgaudit-baseline" is missing')
        if document["lgaudit-baseline"] != FORMAT or document["lgaudit-baseline"] is True:
            raise self._wrong(
                ("lgaudit-baseline",),
                f"is of a format this version does not know (it knows {FORMAT})."
                " Use the version of lgaudit that wrote it",
            )
        self._only(document, ("lgaudit-baseline", "folder", "issues"), ())
        folder = document.get("folder", "")
        if not isinstance(folder, str) or "\0" in folder:
            raise self._wrong(("folder",), "folder must be a path in quotation marks")
        issues = document.get("issues")
        if not isinstance(issues, list):
            raise self._wrong(("issues",), "issues must be a list")
        return Baseline(tuple(self._issue(e, n) for n, e in enumerate(issues)), folder)

    def _parsed(self) -> Any:
        try:
            return json.loads(self.text, object_pairs_hook=_once)
        except json.JSONDecodeError as error:
            merging = re.search(r"^(<{7}|={7}|>{7})", self.text, re.M)
            if merging:
                line = self.text.count("\n", 0, merging.start()) + 1
                why = "an unfinished merge. Keep the entries of both sides and remove the marks."
                raise BaselineError(f"{self.file}:{line}: is in {why}") from error
            raise BaselineError(
                f"{self.file}:{error.lineno}: is not valid JSON: {error.msg}."
            ) from error
        except _Twice as error:
            raise BaselineError(f"{self.file}: {str(error)[:200]!r} is given twice.") from error
        except (ValueError, RecursionError) as error:
            raise BaselineError(f"{self.file}: cannot be read as JSON. Make it again.") from error

    def _issue(self, entry: Any, number: int) -> Known:
        place: tuple[str | int, ...] = ("issues", number)
        if not isinstance(entry, dict):
            raise self._wrong(place, "an issue must be written in braces {}")
        self._only(entry, _KEYS, place)
        rule = entry.get("rule")
        if not isinstance(rule, str) or not _RULE.fullmatch(rule):
            raise self._wrong((*place, "rule"), "rule must be a rule's id, such as axe/image-alt")
        for key in _TEXTS:
            if not isinstance(entry.get(key, ""), str):
                raise self._wrong((*place, key), f"{key} must be text in quotation marks")
        texts = {key: entry.get(key, "") for key in _TEXTS}
        pages = self._pages(entry.get("pages"), (*place, "pages"))
        return Known(rule, pages=pages, expires=self._date(entry, place), **texts)

    def _pages(self, pages: Any, place: tuple[str | int, ...]) -> dict[str, int]:
        if not isinstance(pages, dict) or not pages:
            raise self._wrong(place, 'pages must name pages, as in {"/parking": 1}')
        for page, count in pages.items():
            if type(count) is not int or not 1 <= count <= MOST_PLACES:
                why = f"must be a whole number from 1 to {MOST_PLACES:,}"
                raise self._wrong((*place, page), f"the places on a page {why}")
        return pages

    def _date(self, entry: dict[str, Any], place: tuple[str | int, ...]) -> dt.date | None:
        given = entry.get("expires")
        if given is None:
            return None
        try:
            if re.fullmatch(r"\d{4}-\d\d-\d\d", given, re.A):
                return dt.date.fromisoformat(given)
        except (TypeError, ValueError):
            pass
        raise self._wrong((*place, "expires"), "expires must be a date such as 2027-03-31")

    def _only(self, held: dict[str, Any], known: Iterable[str], at: tuple[str | int, ...]) -> None:
        for key in held:
            if key not in known:
                allowed = ", ".join(known)
                raise self._wrong((*at, key), f"{key[:60]!r} is not known here ({allowed})")

    def _wrong(self, place: tuple[str | int, ...], why: str) -> BaselineError:
        return BaselineError(f"{self.file}:{line_of(self.text, place)}: {why}.")


class _Twice(ValueError):
    """A key that is given twice: which of the two is meant, nobody can tell."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    held = dict(pairs)
    if len(held) < len(pairs):
        names = [key for key, _ in pairs]
        raise _Twice(next(key for key in names if names.count(key) > 1))
    return held


def line_of(text: str, place: tuple[str | int, ...]) -> int:
    """The line (from 1) of a place in valid JSON, or of the nearest place around it."""
    best, best_at = 0, 0
    path: list[str | int] = []
    kinds: list[str] = []
    previous = ""
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark == ":" and kinds and kinds[-1] == "{":
            path[-1] = json.loads(previous, strict=False)
        elif mark in "{[":
            kinds.append(mark)
            path.append(0 if mark == "[" else "")
        elif mark in "}]" and kinds:
            kinds.pop()
            path.pop()
        elif mark == "," and kinds and kinds[-1] == "[":
            path[-1] = int(path[-1]) + 1
        if mark in ":{,[" and path and tuple(path) == place[: len(path)] and len(path) > best:
            best, best_at = len(path), token.end()
        previous = mark
    while best_at < len(text) and text[best_at] in " \t\r\n":
        best_at += 1
    return text.count("\n", 0, best_at) + 1

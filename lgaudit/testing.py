"""lgaudit in the tests of a website: what the pytest fixture ``lgaudit`` is and gives.

Light to import: everything heavy is loaded with the first check.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lgaudit.checking import Pages
    from lgaudit.evaluate.rulebook import Rulebook
    from lgaudit.models import Engines, Finding, Rule
    from lgaudit.replay import Answer, FolderSite
    from lgaudit.results import SiteResult
    from lgaudit.settings import CheckSettings, Gate
    from lgaudit.standby import Standby

HOST = "page.localhost"  # where HTML that was handed over is served
_WHOLE = re.compile(r"<(?:!doctype|html|head|body)\b", re.I)
_LANDMARK = re.compile(r"<(?:main|header|footer|nav|aside)\b|\brole\s*=", re.I)
_MAIN = "lgaudit-part"
_ADDRESS = re.compile(r"\s*https?://", re.I)
_FRAME = re.compile(rf"<(?:html|head|title|meta|body)\b|<main id=.{_MAIN}", re.I)


@dataclass(frozen=True)
class Failure:
    """One place where a rule fails; ``selector`` is '' when it is about a whole page."""

    rule: str
    severity: str
    title: str
    message: str
    fix: str
    page: str
    selector: str = ""
    snippet: str = ""
    wcag: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """What a check found. Bare facts; :meth:`assert_meets_bar` turns them into a verdict."""

    results: Sequence[SiteResult]
    rules: Sequence[Rule]
    engines: Engines
    fail_on: str = "minor"
    known: Callable[[], Collection[str]] | None = None  # all rules and packs, run or not
    gates: Sequence[Gate] = ()  # other levels for some pages or packs, from lgaudit.toml

    @property
    def failures(self) -> list[Failure]:
        """Every place where a scored rule fails, gravest first."""
        from lgaudit.report.formats import found

        return [
            Failure(
                place.rule.id,
                place.rule.severity.value,
                place.rule.title,
                place.message,
                place.rule.fix,
                place.where.name,
                place.selector,
                place.snippet,
                tuple(place.rule.wcag),
            )
            for place in found.places(self.results, self.rules)
            if place.part == 0
        ]

    @property
    def not_checked(self) -> dict[str, str]:
        """Pages that could not be checked, and why: an error, a login, a block page."""
        from lgaudit.report.formats import found

        return {page.where.name: page.why for page in found.unseen(self.results)}

    def as_json(self) -> dict[str, Any]:
        """The same as `lgaudit check --format json`; see docs/output.schema.json."""
        from lgaudit.report import contract

        return contract.document(self.results, self.rules, self.engines)

    def assert_meets_bar(self, *, fail_on: str | None = None, ignore: Collection[str] = ()) -> None:
        """Pass when nothing fails; else raise with the issues, their places and their fixes.

        Args:
            fail_on: only failures this severe or worse count: minor, moderate, serious, critical.
                It replaces the gates of lgaudit.toml.
            ignore: rules (``axe/region``) or whole packs (``performance``) that may fail.

        Raises:
            AssertionError: something fails, or a page could not be checked.
        """
        __tracebackhide__ = True
        said = self.explain(fail_on=fail_on, ignore=ignore)
        if said:
            raise AssertionError(said)

    def explain(self, *, fail_on: str | None = None, ignore: Collection[str] = ()) -> str:
        """What :meth:`assert_meets_bar` would say; '' when the bar is met."""
        from lgaudit.evaluate.gates import Gates

        if fail_on:
            _check_severity(fail_on)
        gates = Gates(fail_on) if fail_on else Gates(self.fail_on, self.gates)
        rules = {rule.id: rule for rule in self.rules}
        if ignore:
            _check_ignored(ignore, self.known() if self.known else rules)

        def counts(finding: Finding) -> bool:
            rule = rules[finding.rule]
            return gates.stops(finding, rule) and not {rule.id, rule.pack} & set(ignore)

        failing = [
            replace(result, findings=tuple(filter(counts, result.findings)))
            for result in self.results
        ]
        if not self.not_checked and not any(result.findings for result in failing):
            return ""
        return _drawn(failing, self.rules)


class Lgaudit:
    """The fixture ``lgaudit``: one browser for a whole test session, started when first needed."""

    def __init__(
        self,
        *,
        fail_on: str | None = None,
        only: Sequence[str] = (),
        rules: Sequence[str | Path] = (),
        browser: bool = True,
        shared: Lgaudit | None = None,
    ) -> None:
        """``shared`` lends its browser: a fixture with other options for one test.

        Without ``fail_on`` the level and the gates of lgaudit.toml hold, as in `lgaudit check`.
        """
        if fail_on is not None:
            _check_severity(fail_on)
        self._fail_on, self._browser = fail_on, browser
        self._only, self._rules = tuple(only), tuple(Path(folder) for folder in rules)
        self._session: _Session = shared._session if shared else _Session()

    def but(self, **options: Any) -> Lgaudit:
        """The same with other options, and the same browser."""
        own = {
            "fail_on": self._fail_on,
            "only": self._only,
            "rules": self._rules,
            "browser": self._browser,
        }
        return Lgaudit(**{**own, **options}, shared=self)

    def check(self, page: str | bytes | Path, *, name: str = "") -> Result:
        """Check a web address, HTML, or a built file or folder (as a ``Path``).

        HTML without ``<html>`` or ``<body>`` is a part of a page, such as a component: it is
        shown in an otherwise empty page, and only what it holds is reported.

        Args:
            name: what to call HTML in messages.

        Raises:
            LgauditError: the address or path cannot be used, or there is no browser.
        """
        book = self._session.book(self._rules, self._only)
        results, engines = self._session.check(page, name or "the HTML", book, self._browser)
        known = partial(self._session.names, self._rules)
        if self._fail_on is not None:
            return Result(results, book.rules, engines, self._fail_on, known)
        config = self._session.config()
        placed = isinstance(page, Path) or (isinstance(page, str) and _ADDRESS.match(page))
        gates = [gate for gate in config.gates if placed or not gate.paths]  # HTML has no path
        return Result(results, book.rules, engines, config.fail_on, known, gates)

    def assert_meets_bar(
        self,
        page: str | bytes | Path,
        *,
        fail_on: str | None = None,
        ignore: Collection[str] = (),
        name: str = "",
    ) -> None:
        """Check and assert in one step; see :meth:`Result.assert_meets_bar`."""
        __tracebackhide__ = True
        self.check(page, name=name).assert_meets_bar(fail_on=fail_on, ignore=ignore)

    def close(self) -> None:
        """End the browser."""
        self._session.close()


class _Session:
    """What all tests share: the rules once read, the browser, and the place HTML is served from."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._standby: dict[bool, Standby] = {}
        self._books: dict[tuple[Any, ...], Rulebook] = {}
        self._served = _Served()
        self._turn = threading.Lock()
        self._config: CheckSettings | None = None

    def config(self) -> CheckSettings:
        """The table [check] of lgaudit.toml in the current folder, read once."""
        if self._config is None:
            from lgaudit import settings

            self._config = settings.load_check()
        return self._config

    def book(self, rules: tuple[Path, ...], only: tuple[str, ...]) -> Rulebook:
        """The rules wanted, read once."""
        from lgaudit.evaluate import rulebook

        if (rules, only) not in self._books:
            self._books[rules, only] = rulebook.load(rules, only=only)
        return self._books[rules, only]

    def names(self, rules: tuple[Path, ...]) -> set[str]:
        """Every rule there is, and every pack."""
        everything = self.book(rules, ()).rules
        return {name for rule in everything for name in (rule.id, rule.pack)}

    def check(
        self, page: str | bytes | Path, name: str, book: Rulebook, browser: bool
    ) -> tuple[list[SiteResult], Engines]:
        """Look at one page, or at one folder of pages; one at a time."""
        with self._turn:
            if isinstance(page, Path):
                return self._ready().check(self._built(page), book, browser=browser)
            text = page.decode("utf-8", "replace") if isinstance(page, bytes) else page
            if not isinstance(text, str):
                raise TypeError(
                    f"lgaudit takes a web address, HTML or a Path, not {type(page).__name__}."
                    " Give str(live_server) or response.content."
                )
            if _ADDRESS.match(text):
                from lgaudit.urls import host_of

                jobs = _address(text.strip())
                mapped = host_of(jobs[0].site.homepage) in ("127.0.0.1", "localhost")
                return self._ready(mapped).check(jobs, book, browser=browser)
            if "<" not in text:
                raise ValueError(
                    f"{text[:80]!r} is neither a web address (https://…) nor HTML."
                    " Give a file as a pathlib.Path."
                )
            part = not _WHOLE.search(text)
            self._served.now = _framed(text) if part else text
            results, engines = self._ready().check(
                [_pages(HOST, [(f"http://{HOST}/", name)])], book, browser=browser
            )
            return [_of_part(r) for r in results] if part else results, engines

    def _built(self, path: Path) -> list[Pages]:
        from lgaudit.cli import targets

        (group,) = targets.read([str(path)])
        if group.folder is None:  # never: a path is a file or a folder
            raise ValueError(f"{path} is not a file or folder")
        self._served.now = group.folder
        own = [(t.url.replace(group.site.slug, HOST, 1), t.source) for t in group.targets]
        return [_pages(HOST, own, whole=group.whole)]

    def _ready(self, mapped: bool = True) -> Standby:
        """Browsers that know HTML handed over by its host, and no other names; or all but it."""
        if mapped not in self._standby:
            from lgaudit import settings
            from lgaudit.replay import Replay
            from lgaudit.standby import Standby

            replay = self._open.enter_context(Replay([self._served])) if mapped else None
            chosen = settings.load(
                {
                    "browsers": 1,
                    "grid": "",  # its nodes could not see what a host hands over
                    "allow_private": True,
                    "name_map": replay.name_map if replay else None,
                }
            )
            self._standby[mapped] = self._open.enter_context(Standby(chosen))
        return self._standby[mapped]

    def close(self) -> None:
        """End everything; the next check would start it again."""
        with self._turn:
            self._open.close()
            self._standby.clear()


class _Served:
    """A site with one page at a time, or a folder of them."""

    host = HOST
    http2 = compress = silent = https = False

    def __init__(self) -> None:
        self.now: str | FolderSite = ""

    def answer(self, method: str, path: str, headers: Mapping[str, str]) -> Answer:
        """The page at /, or whatever the folder holds."""
        from lgaudit.replay import Answer
        from lgaudit.replay.site import NOT_FOUND

        if not isinstance(self.now, str):
            return self.now.answer(method, path, headers)
        if path.partition("?")[0] != "/":
            return NOT_FOUND
        kind = ("content-type", "text/html; charset=utf-8")
        return Answer(200, (kind,), self.now.encode("utf-8", "replace"))


def _pages(slug: str, targets: Sequence[tuple[str, str]], *, whole: bool = False) -> Pages:
    from lgaudit.checking import Pages
    from lgaudit.models import Site

    return Pages(Site(slug, targets[0][0]), tuple(targets), whole)


def _address(url: str) -> list[Pages]:
    from lgaudit.cli import targets

    (group,) = targets.read([url])
    return [_pages(group.site.slug, [(t.url, t.source) for t in group.targets])]


def _framed(part: str) -> str:
    """An otherwise empty page around part of one."""
    inside = part if _LANDMARK.search(part) else f'<main id="{_MAIN}">{part}</main>'
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Part of a page</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"></head>'
        f"<body>{inside}</body></html>"
    )


def _of_part(result: SiteResult) -> SiteResult:
    """Only what the part itself holds: nothing about the page around it."""
    kept, dropped = [], set()
    for finding in result.findings:
        spots = tuple(spot for spot in finding.spots if not _FRAME.match(spot.snippet.strip()))
        if finding.url and spots:
            kept.append(replace(finding, spots=spots))
        else:
            dropped.add((finding.rule, finding.url))
    outcomes = []
    for item in result.outcomes:
        by_page = {u: o for u, o in item.by_page.items() if (item.rule, u) not in dropped}
        outcomes.append(replace(item, by_page=by_page))
    return replace(result, findings=tuple(kept), outcomes=tuple(outcomes))


def _check_severity(given: str) -> None:
    from lgaudit.models import Severity

    levels = [severity.value for severity in Severity]
    if given not in levels:
        raise ValueError(f"fail_on must be one of {', '.join(levels)}, not {given!r}")


def _check_ignored(ignore: Collection[str], known: Collection[str]) -> None:
    """A misspelt rule must not look like one that is let pass."""
    from lgaudit.strict import did_you_mean

    if isinstance(ignore, str):
        raise TypeError(f"ignore takes several rules: ignore=[{ignore!r}]")
    for name in ignore:
        if name not in known:
            raise ValueError(
                f"ignore: no rule or pack {name!r}.{did_you_mean(name, sorted(known))}"
            )


def _drawn(results: Sequence[SiteResult], rules: Sequence[Rule]) -> str:
    from rich.console import Console

    from lgaudit.report import summary

    console = Console(width=100, no_color=True, soft_wrap=True)
    with console.capture() as capture:
        console.print(summary.issues(results, rules))
    return "the bar is not met\n" + capture.get().rstrip()

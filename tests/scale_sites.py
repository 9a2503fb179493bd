"""Two small councils looked at by one machine or several, and what their tables then say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import made_site
import msgspec
import pytest

from lgaudit.cli import auditing
from lgaudit.models import Site
from lgaudit.replay import Answer, Replay, StaticSite
from lgaudit.settings import Settings

TABLES = ("league.csv", "findings.csv")
NOW = dt.datetime(2026, 11, 26, 12, 0, tzinfo=dt.UTC)
Asked = Callable[[str, str, Mapping[str, str]], None]


def answers(name: str) -> dict[str, Answer]:
    """Twelve pages of a council, some with defects that only a browser sees."""
    paths = [f"/{name}-{n}" for n in range(11)]
    bad = "<p style='color:#bbb;background:#fff'>Pale words.</p><p><a href=/>click here</a></p>"
    pages = {
        path: made_site.page(f"{name} service {n}", "/", text=words_of(name, n) + bad * (n % 2))
        for n, path in enumerate(paths)
    }
    return {"/": made_site.page(f"{name} council", *paths), **pages}


def words_of(name: str, number: int) -> str:
    return " ".join(f"{name} words of page {number} about {word}" for word in range(12))


class Councils:
    """Sites under their own names; ``asked`` is told of each request."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self.asked: Asked = lambda host, path, headers: None

    def sites(self) -> list[Site]:
        return [Site(name, f"https://www.{name}.example/") for name in self.names]

    @contextmanager
    def served(self) -> Iterator[Settings]:
        own = [_Told(f"www.{name}.example", answers(name), self) for name in self.names]
        with Replay(own) as replay:
            yield Settings(
                pages=4,
                crawl_pages=14,
                pace=0.0,
                timeout=10.0,
                quiet_pages=0,
                close_pages=1,
                contact="tests",
                name_map=replay.name_map,
                only_mapped=True,
                ca_file=replay.ca_file,
                allow_private=True,
                network_minutes=0.0,
            )


class _Told(StaticSite):
    def __init__(self, host: str, answers: Mapping[str, Answer], councils: Councils) -> None:
        super().__init__(host, answers)
        object.__setattr__(self, "councils", councils)

    def answer(self, method: str, path: str, headers: Mapping[str, str]) -> Answer:
        self.councils.asked(self.host, path, headers)  # type: ignore[attr-defined]
        return super().answer(method, path, headers)


def by_a_browser(headers: Mapping[str, str]) -> bool:
    """True for a page that a browser opens."""
    return headers.get("sec-fetch-dest") == "document"


def audited(
    councils: Councils,
    settings: Settings,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    **more: str,
) -> dict[str, bytes]:
    """Audit the councils; the tables by name. Every run has the same moment, so the same id."""
    monkeypatch.setattr(auditing, "now", lambda: NOW)
    chosen = msgspec.structs.replace(
        settings, out=str(folder), store=settings.store or f"sqlite:///{folder / 'runs.db'}"
    )
    assert auditing.run_and_show(councils.sites(), chosen, quiet=True, **more) == 0
    (report,) = folder.glob("*/index.html")
    return {table: (report.parent / table).read_bytes() for table in TABLES}

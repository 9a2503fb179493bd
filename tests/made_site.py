"""Small sites for crawl tests, and one visit to them over loopback."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from lgaudit.evidence import Question, Snapshot
from lgaudit.gather import crawl
from lgaudit.gather.fetch import Fetcher
from lgaudit.models import Site
from lgaudit.replay import Answer, Replay, StaticSite
from lgaudit.settings import Settings

HOST = "www.a.gov.uk"
HOME = f"https://{HOST}/"
SITE = Site("a", HOME)
NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
HTML = (("content-type", "text/html; charset=utf-8"),)


def page(title: str, *links: str, head: str = "", text: str = "", delay: float = 0.0) -> Answer:
    """A page of some 80 words of its own, unless ``text`` is given."""
    words = text or " ".join(f"{title} word{n}" for n in range(40))
    body = "".join(f'<p><a href="{link}">About {link}</a></p>' for link in links)
    return Answer(
        200,
        HTML,
        f"<!doctype html><html lang=en><head><title>{title}</title>{head}</head><body>"
        f"<nav><a href=/>Home</a></nav><main><h1>{title}</h1><p>{words}</p>{body}</main>"
        "</body></html>".encode(),
        delay,
    )


def file(body: bytes, kind: str, status: int = 200) -> Answer:
    """A file that is no page."""
    return Answer(status, (("content-type", kind),), body)


def moved(location: str) -> Answer:
    """A redirect."""
    return Answer(302, (("location", location),))


async def visit(
    answers: Mapping[str, Answer],
    *others: StaticSite,
    site: Site = SITE,
    panel: Sequence[str] = (),
    questions: Sequence[Question] = (),
    clock: Callable[[], float] | None = None,
    asked: list[str] | None = None,
    **settings: object,
) -> Snapshot:
    """One visit to www.a.gov.uk; ``asked`` collects what reached it."""
    recorded = _Recorded(HOST, answers, asked if asked is not None else [])
    with Replay([recorded, *others]) as replay:
        values: dict[str, object] = {
            "pace": 0.0,
            "timeout": 5.0,
            "retries": 0,
            "pages": 10,
            "name_map": replay.name_map,
            "only_mapped": True,
            "ca_file": replay.ca_file,
        }
        told = Settings(**(values | settings))  # type: ignore[arg-type]
        extra = {"clock": clock} if clock else {}
        async with Fetcher(told) as fetcher:
            return await crawl.visit(
                site,
                told,
                fetcher,
                now=lambda: NOW,
                panel=panel,
                questions=questions,
                **extra,  # type: ignore[arg-type]
            )


class _Recorded(StaticSite):
    def __init__(self, host: str, answers: Mapping[str, Answer], asked: list[str]) -> None:
        super().__init__(host, answers)
        object.__setattr__(self, "asked", asked)

    def answer(self, method: str, path: str, headers: Mapping[str, str]) -> Answer:
        self.asked.append(f"{method} {path}")  # type: ignore[attr-defined]
        return super().answer(method, path, headers)


def paths(urls: Sequence[str]) -> list[str]:
    """URLs on the site as paths."""
    return [url.removeprefix(HOME.rstrip("/")) for url in urls]

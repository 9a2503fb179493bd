"""Build the made-up sector: councils, their sites and the truth about what was planted."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lgaudit.demo import editions, library, planting, server
from lgaudit.demo.library import Data
from lgaudit.demo.pages import Council as Words
from lgaudit.demo.pages import Maker
from lgaudit.demo.papers import papers
from lgaudit.demo.site import DemoSite
from lgaudit.demo.truth import Truth
from lgaudit.models import Council

TODAY = editions.newest().date
COLUMNS = (
    "slug,gss_code,name,nation,region,type,population,population_year,homepage,welsh_homepage,"
    "opened,closed,successors,latitude,longitude"
).split(",")


@dataclass(frozen=True)
class Sector:
    """Made-up councils, the sites that serve them (and third parties), and what was planted."""

    councils: tuple[Council, ...]  # those there are, by slug
    closed: tuple[Council, ...]  # those that have been merged into others, by slug
    sites: Mapping[str, DemoSite]  # by host
    truth: Truth
    today: dt.date


def build(seed: int = 1, today: dt.date | None = None, *, edition: int = 0) -> Sector:
    """The whole sector; the same seed and day give the same bytes.

    ``edition`` is the number of a quarter, 0 for the newest; ``today`` is its day unless given.
    """
    quarter = editions.numbered(edition) if edition else editions.newest()
    data = editions.data(quarter.number)
    today = today or quarter.date
    councils: list[Council] = []
    sites: dict[str, DemoSite] = {}
    for fact in data.facts:
        councils += _councils(fact)
        sites[fact["host"]] = _site(data, fact, seed, today, past=quarter != editions.newest())
        if (apex := server.apex(fact)) is not None:
            sites[apex.host] = apex
    sites |= server.third_parties()
    gone = [c for fact in editions.closed(quarter.number) for c in _councils(fact)]
    return Sector(
        tuple(sorted(councils, key=_slug)),
        tuple(sorted(gone, key=_slug)),
        sites,
        planting.truth(data, sites),
        today,
    )


def _slug(council: Council) -> str:
    return council.slug


def write_councils_csv(sector: Sector, path: Path) -> None:
    """Write the made-up register in the form of councils.csv, closed councils too."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for council in sorted([*sector.councils, *sector.closed], key=_slug):
            values = [getattr(council, column) for column in COLUMNS]
            table.writerow(_cell(value) for value in values)


def _cell(value: object) -> object:
    if isinstance(value, tuple):
        return ";".join(value)
    return "" if value is None else value


def write_truth(sector: Sector, path: Path) -> None:
    """Write what was planted as JSON."""
    text = json.dumps(sector.truth.as_json(), indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def _councils(fact: Mapping[str, Any]) -> list[Council]:
    homepage = f"https://{fact['host']}/"
    return [
        Council(
            slug=council["slug"],
            name=council["name"],
            nation=council["nation"],
            region=council["region"],
            type=council["type"],
            homepage=homepage,
            gss_code=council["gss"],
            population=council["population"],
            population_year=2024,
            welsh_homepage=f"{homepage}cy/" if fact.get("welsh") else "",
            latitude=council["at"][0],
            longitude=council["at"][1],
            opened=council.get("opened"),
            closed=council.get("closed"),
            successors=tuple(council.get("successors", ())),
        )
        for council in fact["council"]
    ]


def _site(
    data: Data, fact: Mapping[str, Any], seed: int, today: dt.date, *, past: bool
) -> DemoSite:
    host, first = fact["host"], fact["council"][0]
    words = Words(
        name=fact.get("name", first["name"]),
        welsh_name=first.get("welsh_name", ""),
        host=host,
        nation=first["nation"],
        town=fact["town"],
        villages=tuple(fact["villages"]),
        phone=fact["phone"],
        street=fact["street"],
        postcode=fact["postcode"],
        days=tuple(fact["days"]),
    )
    wanted = set(fact["groups"])
    articles = [
        article
        for article in library.articles()
        if wanted & set(article.groups) and article.path not in fact.get("without", ())
    ]
    articles += [library.extra(entry, articles) for entry in planting.extra_pages(data, host)]
    maker = Maker(
        supplier=fact["supplier"],
        tier=fact.get("tier", ""),
        council=words,
        articles=tuple(articles),
        papers=papers(words.name, today, f"{seed} {host}", planting.document_faults(data, host)),
        edits=planting.edits(data, host),
        today=today,
        seed=seed,
        missing_title=fact.get("missing_title", "Page not found"),
        dress=fact.get("dress", ""),
        strip=fact.get("strip", ()),
        furniture=tuple(e for e in data.of("furniture") if e["supplier"] == fact["supplier"]),
    )
    return server.site(data, fact, maker, past=past)

"""Like with like: a page for each table of councils that are ranked among themselves alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lgaudit.comparisons import KINDS, Alike
from lgaudit.report import cells, words
from lgaudit.report.league import MINIMUM_PEERS, Line, Place, ranked, unranked

HEADINGS = {
    "nation": "By nation",
    "type": "By type of council",
    "region": "By region",
    "population": "By number of residents",
    "cohort": "Chosen councils",
}
_PEERS = {
    "nation": "councils in {}",
    "type": "councils of the type {}",
    "region": "councils of the region {}",
    "population": "councils of their size, {}",
    "cohort": "councils of the list “{}”",
}
COLUMNS = "kind table rank rank_low rank_high slug name status reason score".split()


@dataclass(frozen=True, slots=True)
class Table:
    """One table as a page shows it: its lines carry the ranks of this table alone."""

    alike: Alike
    page: str  # file below the report's folder, without its ending
    lines: tuple[Line, ...]

    @property
    def name(self) -> str:
        """'Wales', 'Unitary authority'."""
        return words.sentence_case(cells.one_line(self.alike.name, 80))

    @property
    def shown(self) -> bool:
        """Whether it has a page: enough are ranked for a place to say something, or asked for."""
        return self.alike.kind == "cohort" or len(self.alike.ranks) >= MINIMUM_PEERS

    @property
    def ranked(self) -> list[Line]:
        """Its ranked lines, best first."""
        return ranked(self.lines)

    @property
    def unranked(self) -> list[Line]:
        """The others, by name."""
        return unranked(self.lines)


def page_of(table: Alike) -> str:
    """'tables/nation-wales': where the table's page is, without its ending."""
    name = table.name if table.kind == "cohort" else table.name.lower().replace(",", "")
    return "tables/" + cells.file_name(f"{table.kind}-{name}".replace(" ", "-"))


def views(tables: Iterable[Alike], lines: Mapping[str, Line]) -> list[Table]:
    """The tables with their lines."""
    return [
        Table(
            table,
            page_of(table),
            tuple(replace(lines[s], rank=table.ranks.get(s)) for s in table.sites if s in lines),
        )
        for table in tables
    ]


def by_kind(found: Sequence[Table]) -> dict[str, list[Table]]:
    """The same under the heading of each kind, in the order of the kinds."""
    return {
        HEADINGS[kind]: own
        for kind in KINDS
        if (own := [table for table in found if table.alike.kind == kind])
    }


def places(tables: Iterable[Alike], slug: str) -> list[Place]:
    """A ranked site's places among its like, where enough of them are ranked."""
    found = []
    for table in tables:
        rank = table.ranks.get(slug)
        if rank is None or len(table.ranks) < MINIMUM_PEERS:
            continue
        name = table.name if table.kind != "population" else _small(table.name)
        peers = _PEERS[table.kind].format(cells.one_line(name, 80))
        of = len(table.ranks)
        found.append(Place(peers, rank.place, rank.low, rank.high, of, page_of(table)))
    return found


def _small(name: str) -> str:
    return name[:1].lower() + name[1:]


def rows(found: Iterable[Table]) -> list[dict[str, Any]]:
    """A row for each council of each table, ranked first: the columns of :data:`COLUMNS`."""
    return [
        {
            "kind": table.alike.kind,
            "table": table.alike.name,
            "rank": line.rank.place if line.rank else None,
            "rank_low": line.rank.low if line.rank else None,
            "rank_high": line.rank.high if line.rank else None,
            "slug": line.site.slug,
            "name": line.name,
            "status": "ranked" if line.rank else "not ranked",
            "reason": line.reason,
            "score": round(line.overall.value, 2) if line.rank and line.overall else None,
        }
        for table in found
        for line in (*table.ranked, *table.unranked)
    ]

"""Which patterns were seen on which sites; those of one site alone are kept out of memory.

Nine patterns in ten are some council's own and never on a second site. Each site's are put aside
as bytes, and in the end only those are taken back that something can be said of: because another
site has the same, or because what differs from them in place and target alone is on nearly every
page of some site, by which :mod:`lgaudit.evaluate.kinship` may join them.
"""

from __future__ import annotations

import operator
import pickle
from array import array
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Protocol

import numpy as np

from lgaudit.evaluate.marks import Build, Mark
from lgaudit.models import Spot

HALF = 0.5
WIDESPREAD = 0.8  # share of a site's judged pages: beyond it a whole-page defect is the template's
PARTS = 8  # of the patterns, in memory one after the other
Known = tuple[str, Build]  # product and key of a mark


class Aside(Protocol):
    """Takes blocks of bytes and gives them back in the same order; a list will do."""

    def append(self, block: bytes, /) -> None:
        """Put one aside."""

    def __iter__(self) -> Iterator[bytes]:
        """All of them."""
        ...


@dataclass(slots=True)
class Where:
    """A pattern on one site."""

    urls: set[str] = field(default_factory=set)
    alone: int = 0  # pages where nothing else fails the rule
    marks: set[str] = field(default_factory=set)  # fingerprints of its places
    places: int = 0
    judged: int = 0  # pages of the site that the rule could be judged on

    @property
    def widespread(self) -> bool:
        """Whether it is on nearly every page that was judged."""
        return len(self.urls) >= WIDESPREAD * self.judged


@dataclass(slots=True)
class Pattern:
    """What equal places are, and the sites they are on."""

    mark: Mark
    message: str
    spot: Spot | None  # the first one, to show
    sites: dict[str, Where] = field(default_factory=dict)  # by slug

    def everywhere_on(self, slug: str) -> bool:
        """Whether the site's template has it: on most pages, or on half (of two languages)."""
        here = self.sites[slug]
        half = len(here.urls) >= HALF * here.judged
        return here.widespread or (half and any(w.widespread for w in self.sites.values()))


_MARK = operator.attrgetter(*(one.name for one in fields(Mark)))
_SPOT = operator.attrgetter(*(one.name for one in fields(Spot)))
_WHERE = operator.attrgetter(*(one.name for one in fields(Where)))


def _kind(product: str, mark: Mark) -> int:
    """The same for all that differ in place and target alone."""
    return hash((product, mark.build, mark.words, mark.says))


class Sightings:
    """The patterns of all sites; memory grows with sixteen bytes for each of a site's."""

    def __init__(self, aside: Aside) -> None:
        self._aside = aside
        self._keys = array("q")  # hashes: two that are equal by chance are merely kept both
        self._wide: set[int] = set()  # kinds that are on nearly every page of some site

    def put(self, slug: str, patterns: Mapping[Known, Pattern]) -> None:
        """Take in all that was seen on a site."""
        parts: list[list[object]] = [[] for _ in range(PARTS)]
        kinds: dict[int, Where] = {}
        for (product, key), pattern in patterns.items():
            mark, where = pattern.mark, pattern.sites[slug]
            kind = _kind(product, mark)
            self._keys.append(hash((product, key)))
            kinds.setdefault(kind, Where(judged=where.judged)).urls.update(where.urls)
            spot = None if pattern.spot is None else _SPOT(pattern.spot)
            row = product, _MARK(mark), pattern.message, spot, _WHERE(where)
            parts[hash((product, mark.build)) % PARTS].append(row)
        self._wide.update(kind for kind, whole in kinds.items() if whole.widespread)
        if patterns:
            packed = [pickle.dumps(rows, pickle.HIGHEST_PROTOCOL) for rows in parts]
            self._aside.append(pickle.dumps((slug, packed), pickle.HIGHEST_PROTOCOL))

    def parts(self) -> Iterator[dict[Known, Pattern]]:
        """Every pattern that may be on several sites, in the order of the sites, in a few parts.

        Patterns of one product that are built alike are in one part.
        """
        keys, sites = np.unique(np.frombuffer(self._keys, np.int64), return_counts=True)
        several = set(keys[sites > 1].tolist())
        for part in range(PARTS):
            yield self._part(part, several)

    def _part(self, part: int, several: Collection[int]) -> dict[Known, Pattern]:
        found: dict[Known, Pattern] = {}
        for block in self._aside:
            slug, packed = pickle.loads(block)
            for product, marked, message, spot, seen in pickle.loads(packed[part]):
                mark = Mark(*marked)
                known = product, mark.key
                if hash(known) not in several and _kind(product, mark) not in self._wide:
                    continue
                pattern = found.get(known)
                if pattern is None:
                    shown = None if spot is None else Spot(*spot)
                    pattern = found[known] = Pattern(mark, message, shown)
                pattern.sites[slug] = Where(*seen)
        return found

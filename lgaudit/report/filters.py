"""Filtering the league by nation and type without a script: radio buttons and CSS ':has()'."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lgaudit.report.league import Line


@dataclass(frozen=True, slots=True)
class Filters:
    """The values to choose from, in order; a row names them by their number here."""

    nations: tuple[str, ...]
    types: tuple[str, ...]
    pairs: frozenset[tuple[int, int]]  # nation and type numbers that occur together
    counts: dict[tuple[str, int], int]  # ("nation" or "type", number) -> councils shown

    def nation(self, line: Line) -> int:
        """The number of a line's nation."""
        return self.nations.index(line.of_first("nation"))

    def type(self, line: Line) -> int:
        """The number of a line's type."""
        return self.types.index(line.of_first("type"))

    def held(self, lines: Iterable[Line]) -> tuple[str, str, str]:
        """Which nations, types and pairs of both are among the lines, as attributes name them.

        A group says so itself: asked of its rows by ':has()', every key pressed in the box that
        finds a council cost four times as much.
        """
        own = sorted({(self.nation(line), self.type(line)) for line in lines})
        nations, types = (sorted({pair[side] for pair in own}) for side in (0, 1))
        pairs = (f"{nation}-{kind}" for nation, kind in own)
        return " ".join(map(str, nations)), " ".join(map(str, types)), " ".join(pairs)


def filters_for(lines: Iterable[Line]) -> Filters:
    """The filters these lines can use."""
    everyone = list(lines)
    nations = tuple(sorted({line.of_first("nation") for line in everyone}))
    types = tuple(sorted({line.of_first("type") for line in everyone}, key=str.casefold))
    pairs, counts = set(), dict[tuple[str, int], int]()
    for line in everyone:
        nation = nations.index(line.of_first("nation"))
        kind = types.index(line.of_first("type"))
        pairs.add((nation, kind))
        for key in (("nation", nation), ("type", kind)):
            counts[key] = counts.get(key, 0) + 1
    return Filters(nations, types, frozenset(pairs), counts)


def stylesheet(filters: Filters) -> str:
    """CSS that hides rows (and groups left without rows) that were not chosen.

    Only numbers are written into it, so nothing from outside can reach the style sheet.
    """
    lines = []
    for prefix, values in (("n", filters.nations), ("t", filters.types)):
        for number in range(len(values)):
            chosen = f"body:has(#{prefix}{number}:checked)"
            lines.append(f"{chosen} tr[data-n]:not([data-{prefix}='{number}']){{display:none}}")
            lines.append(f"{chosen} .group:not([data-{prefix}s~='{number}']){{display:none}}")
    for nation in range(len(filters.nations)):
        for kind in range(len(filters.types)):
            both = f"body:has(#n{nation}:checked):has(#t{kind}:checked)"
            lines.append(f"{both} .group:not([data-pairs~='{nation}-{kind}']){{display:none}}")
            if (nation, kind) not in filters.pairs:
                lines.append(f"{both} .no-match{{display:block}}")
    return "\n".join(lines) + "\n"

"""What only a rendered page tells of its parts: recordings, drawn words, looks without markup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lgaudit.evidence import Sighting
from lgaudit.gather.axe import Driver, script

MOST = 50  # things of one kind kept of one page
KINDS = ("media", "canvas", "lookalike", "background", "picture", "font")


def look(driver: Driver) -> tuple[str, tuple[Sighting, ...]]:
    """The mark of the document in the window, and what was seen of it."""
    answer = driver.execute_script(script("rendered.js"), MOST)
    return read(answer if isinstance(answer, Mapping) else {})


def read(answer: Mapping[str, Any]) -> tuple[str, tuple[Sighting, ...]]:
    """The script's answer as evidence; what a page made of it that makes no sense is left out."""
    seen = answer.get("seen")
    rows = seen if isinstance(seen, Sequence) and not isinstance(seen, str) else ()
    found = tuple(s for row in rows[: MOST * len(KINDS)] if (s := _sighting(row)) is not None)
    return str(answer.get("document", "")), found


def _sighting(row: Any) -> Sighting | None:
    if not isinstance(row, Sequence) or len(row) != 4 or row[0] not in KINDS:
        return None
    kind, selector, html, facts = row
    if not isinstance(facts, Mapping):
        return None
    return Sighting(str(kind), str(selector), str(html), {str(k): v for k, v in facts.items()})

"""Pictures of issues in place: what a browser painted of a page, and what is cut out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Sheet:
    """The upper part of one page as it was painted; never kept, only cut from."""

    url: str
    image: bytes  # JPEG
    width: int  # CSS pixels, which are the picture's own
    height: int
    boxes: Mapping[str, Sequence[int]]  # tag -> x, y, width, height of each, in document order


@dataclass(frozen=True, slots=True)
class Picture:
    """One place of an issue with what is around it, the element outlined."""

    rule: str
    url: str
    selector: str
    image: bytes  # WebP
    width: int  # pixels
    height: int


class Pictures(Protocol):
    """Knows the pictures of a run."""

    def of(self, site: str) -> Sequence[Picture]:
        """Those of one site, by its slug; none where none are kept."""
        ...

"""Parts of documents that are made of `benchmarks/results.toml`, between two marks of their own."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Part:
    """One such part. ``table`` makes what stands between the marks, without them."""

    document: str  # below the project's folder
    begin: str
    end: str
    table: Callable[[dict[str, Any]], str]

    def filled(self, text: str, results: Path) -> str:
        """The document with the part made of these results.

        Raises:
            ValueError: the marks are missing.
        """
        head, begin, rest = text.partition(self.begin)
        _, end, tail = rest.partition(self.end)
        if not begin or not end:
            raise ValueError(f"{self.document} has no {self.begin} … {self.end}")
        made = self.table(tomllib.loads(results.read_text(encoding="utf-8")))
        return f"{head}{begin}\n{made}\n{end}{tail}"

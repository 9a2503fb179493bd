"""Parts of tables, one of each site, kept beside a report until they can be joined."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from lgaudit.report import files

_FOLDER = ".drafts"  # no file of the report: its name is hidden and it is gone at the end


@dataclass(frozen=True, slots=True)
class Drafts:
    """The parts of one report, by site and table; any process may write them."""

    folder: Path  # the report's

    def put(self, site: str, table: str, text: str) -> int:
        """Keep a site's part of a table; how many bytes it took."""
        return files.put(self.path(site, table), text)

    def path(self, site: str, table: str) -> Path:
        """Where a part is; ``site`` is the name of one of its pages."""
        return self.folder / _FOLDER / table / site

    def lines(self, site: str, table: str) -> list[str]:
        """A part's lines, for tables whose cells have no line ends."""
        return self.path(site, table).read_bytes().decode().split("\n")[:-1]

    def add_to(self, file: IO[bytes], site: str, table: str) -> None:
        """Copy a part into a file."""
        with self.path(site, table).open("rb") as part:
            shutil.copyfileobj(part, file)

    def remove(self) -> None:
        """Throw all parts away."""
        shutil.rmtree(self.folder / _FOLDER, ignore_errors=True)

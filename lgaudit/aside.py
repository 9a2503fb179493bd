"""Puts blocks of bytes aside on disk, for what is needed once more at the end of long work."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import IO

_LENGTH = 8  # bytes before each block


class Aside:
    """Blocks in a file without a name in ``folder``, which is gone with this object.

    Raises:
        OSError: on appending, when the folder cannot be made or is full.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: IO[bytes] | None = None

    def append(self, block: bytes, /) -> None:
        """Put one aside."""
        if self._file is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115
            weakref.finalize(self, self._file.close)
        self._file.write(len(block).to_bytes(_LENGTH, "big"))
        self._file.write(block)

    def __iter__(self) -> Iterator[bytes]:
        """All of them, in order; none may be appended meanwhile."""
        if self._file is None:
            return
        self._file.seek(0)
        while length := self._file.read(_LENGTH):
            yield self._file.read(int.from_bytes(length, "big"))

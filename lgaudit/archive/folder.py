"""Where evidence is: a folder for each run, a WARC in it for each site; and how long it stays."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from lgaudit.errors import EvidenceError

ENDING = ".warc.gz"
PICTURES = ".pictures.zip"
UNFINISHED = ".part"
LONGEST_NAME = 150  # characters of a file's name, its ending left out
_RUN = re.compile(r"\d{8}-\d{6}-[0-9a-f]{6}")  # folders of another name are not ours to remove


@dataclass(frozen=True, slots=True)
class Retention:
    """How much evidence is kept. 0 means no limit; the newest run always stays."""

    runs: int = 0
    days: int = 0
    size: int = 0  # bytes


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence of one run."""

    folder: Path
    run: str

    @property
    def path(self) -> Path:
        """The run's own folder."""
        return self.folder / quote(self.run, safe="")

    def file(self, slug: str) -> Path:
        """The WARC of a site, whether it is there or not."""
        return self._file(slug, ENDING)

    def pictures(self, slug: str) -> Path:
        """The pictures of a site's issues, whether they are there or not."""
        return self._file(slug, PICTURES)

    def _file(self, slug: str, ending: str) -> Path:
        name = quote(slug, safe="-_.").lstrip(".") or "site"
        if len(name) > LONGEST_NAME or name != slug:  # two names must not become one file
            name = f"{name[:LONGEST_NAME]}-{hashlib.sha256(slug.encode()).hexdigest()[:12]}"
        return self.path / (name + ending)

    def files(self) -> tuple[Path, ...]:
        """Every WARC of the run, by name."""
        return tuple(sorted(self.path.glob("*" + ENDING))) if self.path.is_dir() else ()

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return _size(self.path)

    def remove(self) -> int:
        """Remove the run's evidence and nothing else; returns the bytes that were freed.

        Raises:
            EvidenceError: the disk does not let go of it.
        """
        return _remove(self.path)

    def prune(self, limits: Retention, today: dt.date) -> tuple[str, ...]:
        """Remove evidence of older runs that is beyond the limits; returns the runs' names.

        Raises:
            EvidenceError: the disk does not let go of it.
        """
        newest_first = sorted(
            (p for p in self._runs() if p.name != self.run), key=lambda p: p.name, reverse=True
        )
        gone: list[str] = []
        kept, total = 1, self.size
        for path in newest_first:
            size = _size(path)
            old = limits.days and (today - _day(path.name)).days > limits.days
            many = limits.runs and kept >= limits.runs
            large = limits.size and total + size > limits.size
            if old or many or large:
                _remove(path)
                gone.append(path.name)
            else:
                kept, total = kept + 1, total + size
        return tuple(gone)

    def _runs(self) -> Iterator[Path]:
        if self.folder.is_dir():
            for path in self.folder.iterdir():
                if _RUN.fullmatch(path.name) and path.is_dir() and not path.is_symlink():
                    yield path


def _day(name: str) -> dt.date:
    try:
        return dt.datetime.strptime(name[:8], "%Y%m%d").date()
    except ValueError:
        return dt.date.min


def _own(path: Path) -> Iterator[Path]:
    """Files of ours in a run's folder; links and anything else are left alone."""
    endings = tuple(end + more for end in (ENDING, PICTURES) for more in ("", UNFINISHED))
    if path.is_dir() and not path.is_symlink():
        for file in path.iterdir():
            if file.name.endswith(endings) and not file.is_symlink():
                yield file


def _size(path: Path) -> int:
    total = 0
    for file in _own(path):
        with contextlib.suppress(OSError):
            total += file.stat().st_size
    return total


def _remove(path: Path) -> int:
    size = _size(path)
    try:
        for file in list(_own(path)):
            file.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # something else is in it, or it was never there
            path.rmdir()
    except OSError as error:
        raise EvidenceError(
            f"{path}: evidence cannot be removed: {error.strerror or error}. Remove it by hand."
        ) from error
    return size


def make_folder(folder: Path) -> None:
    """Make a run's folder; what is in it speaks of visits and is its owner's to show."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def sync_folder(folder: Path) -> None:
    """See to it that a name given in a folder outlives a power cut, where the system can."""
    with contextlib.suppress(OSError, AttributeError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def put(path: Path, content: bytes) -> None:
    """Put a file down whole or not at all, in place of what was there.

    Raises:
        OSError: the disk cannot take it.
    """
    part = path.with_name(path.name + UNFINISHED)
    try:
        make_folder(path.parent)
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        sync_folder(path.parent)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def cannot(path: Path, error: OSError) -> EvidenceError:
    """What to say of evidence that the disk did not take."""
    return EvidenceError(
        f"{path}: evidence cannot be written: {error.strerror or error}. Make room there, choose"
        " another place with evidence_folder in lgaudit.toml, or do without: --no-evidence."
    )

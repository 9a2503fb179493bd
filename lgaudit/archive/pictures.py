"""A site's pictures in one file: a ZIP of WebP files and an index of what each shows."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from lgaudit.archive.folder import Evidence, put
from lgaudit.errors import EvidenceError
from lgaudit.pictures import Picture

INDEX = "index.json"
MOST = 200  # pictures that are read of one file
MOST_BYTES = 2_000_000  # of one picture, or of the index
_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest a ZIP can say: equal pictures make equal files


class _Entry(msgspec.Struct):
    file: str
    rule: str
    url: str
    selector: str
    width: int
    height: int


def write(path: Path, pictures: Sequence[Picture]) -> None:
    """Keep a site's pictures, whole or not at all; what was there before goes.

    Raises:
        EvidenceError: the disk cannot take them.
    """
    try:
        if not pictures:
            path.unlink(missing_ok=True)
            return
        put(path, _packed(pictures))
    except OSError as error:
        raise EvidenceError(
            f"{path}: pictures cannot be written: {error.strerror or error}. Make room there, or"
            " do without them: picture_pages = 0 in lgaudit.toml."
        ) from error


def _packed(pictures: Sequence[Picture]) -> bytes:
    entries = [
        _Entry(f"{number}.webp", p.rule, p.url, p.selector, p.width, p.height)
        for number, p in enumerate(pictures, start=1)
    ]
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as packed:
        index = msgspec.json.encode(entries)
        packed.writestr(zipfile.ZipInfo(INDEX, _DATE), index, zipfile.ZIP_DEFLATED)
        for entry, picture in zip(entries, pictures, strict=True):
            packed.writestr(zipfile.ZipInfo(entry.file, _DATE), picture.image)
    return whole.getvalue()


def read(path: Path) -> tuple[Picture, ...]:
    """The pictures in a file; none where there is no such file or it cannot be read."""
    try:
        with zipfile.ZipFile(path) as packed:
            entries = msgspec.json.decode(_read(packed, INDEX), type=list[_Entry])
            return tuple(
                Picture(e.rule, e.url, e.selector, _read(packed, e.file), e.width, e.height)
                for e in entries[:MOST]
            )
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, zlib.error, msgspec.MsgspecError):
        return ()


def _read(packed: zipfile.ZipFile, name: str) -> bytes:
    with packed.open(name) as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ValueError(f"{name} is too long")
    return data


@dataclass(frozen=True, slots=True)
class KeptPictures:
    """The pictures that are kept with a run's evidence."""

    evidence: Evidence

    def of(self, site: str) -> Sequence[Picture]:
        """Those of one site, none where none are kept."""
        return read(self.evidence.pictures(site))

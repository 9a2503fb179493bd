"""What only a site's owner should know: a file beside the store that nobody else may read.

Nothing here goes through the store, so no report, feed or export can show it by mistake.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Iterable
from pathlib import Path

from lgaudit.errors import StoreError
from lgaudit.evidence import PrivateNote
from lgaudit.models import Site
from lgaudit.store.database import file_of, read_url

ENDING = ".private.jsonl"
MODE = 0o600


def path_of(store: str, out: str) -> Path:
    """Where the private notes of a store go: beside it, and never inside the reports folder.

    A store that is no file (PostgreSQL) has its notes in the current folder, by its name.
    """
    return beside(store, out, ENDING)


def beside(store: str, out: str, ending: str) -> Path:
    """A name beside the store, with another ending, for what must not be published.

    A folder of that name that is there already is taken, wherever the reports go.
    """
    address = read_url(store)
    name = re.sub(r"[^\w-]", "-", address.database or "") or "lgaudit"
    kept = file_of(address) or Path(f"{name}.db" if address.host or address.query else "lgaudit.db")
    here = kept.resolve().with_name(kept.stem + ending)
    if here.is_dir():
        return here
    folder, reports = kept.resolve().parent, Path(out).resolve()
    if folder.is_relative_to(reports):
        folder = reports.parent
    return folder / (kept.stem + ending)


def keep(path: Path, run: str, site: Site, notes: Iterable[PrivateNote]) -> None:
    """Add notes to the file, one JSON object a line; the file is its owner's alone.

    Raises:
        StoreError: the file cannot be written.
    """
    lines = [
        json.dumps(
            {
                "run": run,
                "site": site.slug,
                "councils": [council.slug for council in site.councils],
                "host": note.host,
                "what": note.what,
                "found_on": list(note.found_on[:20]),
            },
            ensure_ascii=False,
        )
        for note in notes
    ]
    if not lines:
        return
    text = "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")
    try:
        # Appending, so that two runs on one store keep each other's notes; no links are followed.
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
        number = os.open(path, flags, MODE)
        try:
            with contextlib.suppress(AttributeError):
                os.fchmod(number, MODE)  # an older file may be open to all
            os.write(number, text)
        finally:
            os.close(number)
    except OSError as error:
        raise StoreError(
            f"{path}: private notes cannot be written: {error.strerror or error}."
            " Make room there, or keep the store in another folder."
        ) from error

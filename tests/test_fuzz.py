"""Whatever is wrong with a file, it is read or refused in a sentence; see benchmarks/fuzz.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import fuzz
from lgaudit.errors import LgauditError

SORTS = fuzz.sorts()


@pytest.mark.parametrize("name", SORTS)
def test_a_broken_file_is_read_or_refused(name: str, tmp_path: Path) -> None:
    fuzz.campaign(SORTS[name], tmp_path, 12)


@pytest.mark.parametrize("name", SORTS)
def test_the_sound_file_is_read(name: str, tmp_path: Path) -> None:
    path = tmp_path / SORTS[name].name
    path.write_bytes(SORTS[name].sound)
    if name == "baseline":  # its fields are there, of the wrong kinds
        with pytest.raises(LgauditError):
            SORTS[name].read(path)
    else:
        SORTS[name].read(path)

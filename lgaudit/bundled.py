"""Where the files are that come with the program."""

from __future__ import annotations

from pathlib import Path

import lgaudit


def builtin_folder() -> Path:
    """The folder of the bar itself: beside the package in a checkout, inside it when installed."""
    package = Path(lgaudit.__file__).resolve().parent
    checkout = package.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / "rules").is_dir():
        return checkout / "rules"
    return package / "_vendor" / "rules"

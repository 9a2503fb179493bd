"""Puts a report's text files down."""

from __future__ import annotations

from pathlib import Path


def put(path: Path, text: str) -> int:
    """Write a file, with its folder where there is none; how many bytes it takes."""
    written = text.encode("utf-8", "replace")
    try:
        return path.write_bytes(written)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.write_bytes(written)

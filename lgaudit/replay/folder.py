"""A folder of built pages as a site with clean addresses."""

from __future__ import annotations

import mimetypes
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes, urlsplit

from lgaudit.replay.site import NOT_FOUND, Answer

_TYPES = {".html": "text/html; charset=utf-8", ".htm": "text/html; charset=utf-8"}
_HTML = (".html", ".htm")
LARGEST = 200_000_000  # bytes; the rest of a longer file is not served, and no page is so long


@dataclass(frozen=True)
class FolderSite:
    """Serve ``root``: ``/about`` finds about.html or about/index.html; nothing outside it."""

    root: Path
    host: str = "127.0.0.1"
    http2: bool = False
    compress: bool = False
    silent: bool = False
    https: bool = False

    def answer(self, method: str, path: str, headers: Mapping[str, str]) -> Answer:
        """The file for a path, its own 404.html, or a plain not-found page."""
        del method, headers
        file = self.find(path)
        if file is None:
            own = self.root / "404.html"
            if not own.is_file():
                return NOT_FOUND
            return Answer(404, (("content-type", _TYPES[".html"]),), own.read_bytes())
        try:
            with file.open("rb") as opened:
                body = opened.read(LARGEST)
        except OSError:
            return Answer(403, (("content-type", "text/plain"),), b"This file cannot be read.")
        kind = _TYPES.get(file.suffix.lower()) or mimetypes.guess_type(file.name)[0]
        return Answer(200, (("content-type", kind or "application/octet-stream"),), body)

    def find(self, path: str) -> Path | None:
        """The file behind a URL path, or None; links that lead outside the root are refused."""
        # As the system names files, which need not be Unicode.
        relative = os.fsdecode(unquote_to_bytes(urlsplit(path).path)).lstrip("/")
        if "\x00" in relative:
            return None
        root = self.root.resolve()
        for candidate in (relative, f"{relative}.html", f"{relative.rstrip('/')}/index.html"):
            try:
                file = (root / candidate.lstrip("/")).resolve()
                if file.is_file() and file.is_relative_to(root):
                    return file
            except (OSError, ValueError):
                continue
        return None

    def pages(self) -> tuple[str, ...]:
        """URL paths of every HTML file, index files by their folder, in order."""
        found = []
        for file in sorted(self.root.rglob("*")):
            if file.suffix.lower() in _HTML and file.is_file():
                if not file.resolve().is_relative_to(self.root.resolve()):
                    continue
                path = file.relative_to(self.root).as_posix()
                if file.name == "index.html":
                    path = path.removesuffix("index.html")
                found.append("/" + quote(os.fsencode(path)))
        return tuple(found)

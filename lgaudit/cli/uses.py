"""What a built page is made of: its own file, what it shows or loads, and its templates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from lgaudit import dom
from lgaudit.evaluate import paths
from lgaudit.evaluate.sourcelines import matched
from lgaudit.evaluate.startags import StartTags
from lgaudit.replay import FolderSite
from lgaudit.settings import CheckSettings

LARGEST = 5_000_000  # bytes of a file that is looked into
_ATTRIBUTES = ("href", "src", "data", "poster", "srcset", "imagesrcset")
_NAMING = ", ".join(f"[{name}]" for name in _ATTRIBUTES)
_IN_CSS = re.compile(r"""url\(\s*["']?([^"')\s]+)|@import\s+["']([^"']+)["']""")
_IN_JS = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*["'](\.{0,2}/[^"']+)["']""")


class Uses:
    """What the pages of a folder use. Files need not exist: a page may link to what is gone."""

    def __init__(self, folder: FolderSite, check: CheckSettings, here: Path) -> None:
        self._root, self._host = folder.root.resolve(), f"http://{folder.host}"
        self._check, self._here = check, here
        self._of = cache(self._named_in)

    def page(self, file: Path, url: str) -> set[Path]:
        """Every file that a change of may change the page."""
        text = _text(file)
        found = {file, *self.templates(url, text)}
        waiting = list(self._of(file, urlsplit(url).path))
        while waiting:
            used = waiting.pop()
            if used not in found:
                found.add(used)
                if used.suffix.lower() in (".css", ".js", ".mjs"):
                    waiting += self._of(used, "")
        return found

    def templates(self, url: str, text: str = "") -> Iterator[Path]:
        """Files that comments of the page and the configuration name."""
        root = self._here / self._check.template_root
        for name in StartTags(text).templates if text else ():
            yield (root / name).resolve()
        yield from self.mapped(self._check, self._here, url)

    @staticmethod
    def mapped(check: CheckSettings, here: Path, url: str) -> set[Path]:
        """Files that the configuration names for a page."""
        path = paths.path_of(url)
        names = (matched(mapping, path) for mapping in check.templates)
        return {(here / name).resolve() for name in names if name}

    def _named_in(self, file: Path, path: str) -> frozenset[Path]:
        if not path:
            path = "/" + file.relative_to(self._root).as_posix()
        found: set[Path] = set()
        for name in _names(file, _text(file)):
            found.update(self._files(path, name))
        return frozenset(found)

    def _files(self, path: str, name: str) -> Iterator[Path]:
        try:
            whole = urlsplit(urljoin(f"{self._host}{path}", name))
        except ValueError:
            return
        if f"http://{whole.netloc}" != self._host:
            return
        relative = unquote(whole.path).lstrip("/")
        if "\x00" in relative:
            return
        for candidate in (relative, f"{relative}.html", f"{relative.rstrip('/')}/index.html"):
            file = (self._root / candidate.lstrip("/")).resolve()
            if file.is_relative_to(self._root):
                yield file


def _names(file: Path, text: str) -> Iterator[str]:
    """Addresses in a page, style sheet or script."""
    kind = file.suffix.lower()
    if kind in (".js", ".mjs"):
        yield from (found[1] for found in _IN_JS.finditer(text))
        return
    yield from (found[1] or found[2] for found in _IN_CSS.finditer(text))
    if kind == ".css":
        return
    for node in dom.parse(text).css(_NAMING):
        for name in _ATTRIBUTES:
            value = dom.attribute(node, name)
            if name.endswith("srcset"):
                yield from (part.split()[0] for part in value.split(",") if part.strip())
            elif value:
                yield value


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > LARGEST:
            return ""
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def relative(files: Iterable[Path], here: Path) -> Sequence[str]:
    """Names for people, in order."""
    return sorted(
        str(file.relative_to(here)) if file.is_relative_to(here) else str(file) for file in files
    )

"""What to check besides what the command names: lists on standard input, sitemaps, previews."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import ada_url
import typer

from lgaudit import urls
from lgaudit.access import NOBODY, Access
from lgaudit.cli.console import note
from lgaudit.cli.targets import TargetError
from lgaudit.plurals import count

if TYPE_CHECKING:
    from lgaudit.settings import Settings

MOST_LINES = 20_000
MOST_PAGES = 1_000  # of a sitemap, unless told otherwise


def named(targets: Sequence[str]) -> list[str]:
    """The targets, with ``-`` replaced by the lines of standard input.

    Raises:
        TargetError: there is nothing on standard input, or far too much.
    """
    found: list[str] = []
    for item in targets:
        found += _lines() if item == "-" else [item]
    return found


def _lines() -> list[str]:
    if sys.stdin.isatty():
        note("reading addresses or files, one a line, up to Ctrl-D")
    lines = []
    for line in sys.stdin:
        text = line.strip()
        if text and not text.startswith("#"):
            lines.append(text)
        if len(lines) > MOST_LINES:
            raise TargetError(f"Over {MOST_LINES:,} lines on standard input. Check them in parts.")
    if not lines:
        raise TargetError("Nothing to check on standard input. Give an address or file a line.")
    return lines


def mover(given: str) -> Callable[[str], str]:
    """A function that puts the host of a preview in the place of an address's own.

    ``given`` is ``TO`` or ``FROM=TO``; TO is a host, with its port, or with https:// before it.
    """
    if not given:
        return lambda url: url
    old, _, new = given.rpartition("=")
    scheme, mark, host = new.rpartition("://")
    where = urls.normalise(f"{scheme or 'https'}://{host}")
    if where is None or urls.path_of(where) != "/" or (mark and scheme not in ("http", "https")):
        raise typer.BadParameter(
            "write it as HOST, HOST:PORT, https://HOST or OLD-HOST=NEW-HOST",
            param_hint="--replace-host",
        )
    target = ada_url.URL(where)

    def moved(url: str) -> str:
        if "://" not in url or (old and urls.netloc_of(url) != old.lower()):
            return url
        try:
            found = ada_url.URL(url)
        except ValueError:
            return url
        if scheme:
            found.protocol = scheme
        found.port = ""
        found.host = str(target.host)
        return str(found.href)

    return moved


def listed(
    sitemap: str,
    moved: Callable[[str], str],
    most: int,
    settings: Settings,
    access: Access = NOBODY,
) -> list[str]:
    """The first ``most`` pages of a sitemap; says plainly what was left out.

    Raises:
        SitemapError: it cannot be read, or lists no page.
    """
    from lgaudit import checking

    found = checking.listed(sitemap, moved, settings, access)
    if found.elsewhere:
        left = count(found.elsewhere, "address is", "addresses are")
        where = "it on another site" if found.elsewhere == 1 else "them on other sites"
        note(f"{left} left out: the sitemap names {where}.")
    if len(found.pages) > most:
        note(
            f"the sitemap lists {len(found.pages):,} pages; the first {most:,} are checked."
            " --max-pages changes that."
        )
    return list(found.pages[:most])

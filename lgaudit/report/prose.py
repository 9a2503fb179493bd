"""Sentences from rules and findings as HTML: words under discussion marked, addresses linked."""

from __future__ import annotations

import functools
import re
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from lgaudit.report import cells

_URL = r"https?://[^\s<>\"'“”‘’]+[^\s<>\"'“”‘’.,;:!?)\]]"
# 'words', "words" or ‘words’ that stand apart; an apostrophe inside a word does not close them.
_QUOTE = (
    r"(?<![\w'])(?:'(?P<single>[^'\n]{1,120}?(?:'\w[^'\n]{0,80}?){0,3})'(?!\w)"
    r"|‘(?P<curly>[^’\n]{1,200}?)’(?!\w))"
)
_PARTS = re.compile(f"(?P<url>{_URL})|{_QUOTE}")


@functools.lru_cache(maxsize=4096)  # every council's page says the same of a rule
def prose(text: str) -> Markup:
    """The text, escaped, with quoted words in ``q`` elements and web addresses as links.

    Words a rule speaks about ('click here') are quoted, not used: marking them up says so to
    screen readers and to any audit of the page. A link shows the address's host and
    the last part of its path, so that links to two pages do not read the same.
    """
    text = cells.clean(cells.cut(text))
    parts, end = [], 0
    for match in _PARTS.finditer(text):
        parts.append(escape(text[end : match.start()]))
        parts.append(_marked(match))
        end = match.end()
    parts.append(escape(text[end:]))
    return Markup("").join(parts)


def _marked(match: re.Match[str]) -> Markup:
    url = match["url"]
    if url is None:
        return Markup("<q>{}</q>").format(match["single"] or match["curly"])
    safe = cells.web_url(url)
    if not safe:
        return escape(url)
    parts = urlsplit(safe)
    host = (parts.hostname or safe).removeprefix("www.")
    last = parts.path.rstrip("/").rpartition("/")[2]
    text = f"{host} ({last})" if last else host
    return Markup('<a href="{}" rel="noreferrer">{}</a>').format(safe, text)

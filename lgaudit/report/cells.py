"""Making strings from outside harmless before they reach a page, a table or a file name."""

from __future__ import annotations

import functools
import hashlib
import re
from urllib.parse import urlsplit

SNIPPET = 300  # characters of page source shown or exported for one place
ADDRESS = 90  # characters of a URL shown as text
TEXT = 2_000  # characters of any other string from outside

_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufffe\uffff]"
)
_FORMULA = "=+-@\uff1d\uff0b\uff0d\uff20"
_QUICK = ("=", "+", "-", "@", " ")  # first characters that need a closer look
_SPACES = re.compile(r"\s+")


def clean(text: str) -> str:
    """The text with control, direction and broken characters made visible, line ends kept."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSAFE.sub(_visible, text.replace("\r\n", "\n").replace("\r", "\n"))


def _visible(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"[U+{code:04X}]" if code >= 0x200B and not 0xD800 <= code <= 0xDFFF else "\ufffd"


def cut(text: str, limit: int = TEXT) -> str:
    """At most ``limit`` characters of the text; an ellipsis shows that more followed."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def one_line(text: str, limit: int = TEXT) -> str:
    """The text on one line, cut and cleaned."""
    if text.isascii() and text.isprintable() and len(text) <= limit and "  " not in text:
        return text.strip()
    return clean(cut(_SPACES.sub(" ", cut(text, limit * 2)).strip(), limit))


def cell(value: object, limit: int = TEXT) -> object:
    """A table cell a spreadsheet will not run: formulas from outside are quoted.

    Numbers and None pass as they are; strings lose line ends, tabs and control characters, and
    get a leading apostrophe when a spreadsheet could take them for a formula.
    """
    if value is None or isinstance(value, int | float):
        return value
    return _harmless(str(value), limit)


@functools.lru_cache(maxsize=8192)  # names, addresses and messages stand in many rows
def _harmless(raw: str, limit: int) -> str:
    if raw.isascii() and raw.isprintable() and len(raw) <= limit and "  " not in raw:
        return raw if raw[:1] not in _QUICK and raw[-1:] != " " else _quoted(raw, limit)
    return _quoted(raw, limit)


def _quoted(raw: str, limit: int) -> str:
    text = one_line(raw, limit)
    risky = bool(text) and text[0] in _FORMULA
    return "'" + text if risky or raw[:1] in ("\t", "\r", "\n") else text


def web_url(url: str) -> str:
    """The URL when it is plain http or https and fit for a link, else ''."""
    if len(url) > TEXT or _UNSAFE.search(url):
        return ""
    try:
        parts = urlsplit(url)
        return url if parts.scheme in ("http", "https") and parts.hostname else ""
    except ValueError:
        return ""


def address(url: str, home: str = "") -> str:
    """A short way to write a URL: its path and query, or 'Homepage' for the root.

    The host is named only when it is not that of ``home``.
    """
    try:
        parts, own = urlsplit(url), urlsplit(home).netloc
    except ValueError:
        return one_line(url, ADDRESS)
    elsewhere = bool(own) and parts.netloc != own
    if parts.path in ("", "/") and not parts.query:
        return f"Homepage of {one_line(parts.netloc, ADDRESS)}" if elsewhere else "Homepage"
    text = parts.path + (f"?{parts.query}" if parts.query else "")
    return one_line(f"{parts.netloc}{text}" if elsewhere else text, ADDRESS)


def file_name(name: str) -> str:
    """A safe, stable file name (no extension) for a slug, a host, a run or a rule's name."""
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip(".-_")[:80]
    if safe == name:
        return safe
    digest = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:8]
    return f"{safe}-{digest}" if safe else digest

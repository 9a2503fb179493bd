"""axe-core's words as our readers write them."""

from __future__ import annotations

import re

# Not in the names of rules (color-contrast) and properties (background-color, color: red).
_COLOUR = re.compile(r"(?<![\w.-])([Cc])olor(s?)(?![\w:-])")


def plain(text: str) -> str:
    """Without the abbreviations and the spelling that our own content rules fail."""
    text = text.replace("i.e. ", "that is, ").replace("e.g. ", "for example ")
    return _COLOUR.sub(r"\1olour\2", text)

"""axe-core's words as our readers write them."""

from __future__ import annotations

import re

# Not in the names of rules (color-contrast) and properties (background-color, color: red).
_COLOUR = re.compile(r"(?<![\w.-])([Cc])olor(s?)(?![\w:-])|(?<=ground )([Cc])olor(s?)(?=:)")
_NEIGHBOUR = re.compile(r"(?<![\w.-])([Nn])eighbor(s?|ing)(?![\w:-])")


def plain(text: str) -> str:
    """Without the abbreviations and the spelling that our own content rules fail."""
    text = text.replace("i.e. ", "that is, ").replace("e.g. ", "for example ")
    text = _COLOUR.sub(lambda m: f"{m[1] or m[3]}olour{m[2] or m[4] or ''}", text)
    return _NEIGHBOUR.sub(r"\1eighbour\2", text)

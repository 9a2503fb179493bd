"""CSS selectors read once, so that a page's elements are looked up and not walked for each.

:func:`read` understands what rules write: names, classes, ids, attributes, ``:not()`` of these,
and the ways to join them. Anything else is left to the parser's own selectors.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_STEP = re.compile(
    r"(?P<join>\s*[>+~]\s*|\s+)|(?P<any>\*)|(?P<tag>[a-zA-Z][\w-]*)|[.](?P<class>-?[a-zA-Z_][\w-]*)"
    r"|#(?P<id>-?[a-zA-Z_][\w-]*)"
    r"|\[(?P<attribute>[a-zA-Z][\w-]*)"
    r"(?:(?P<how>[~|^$*]?=)(?P<value>\"[^\"\\]*\"|'[^'\\]*'|[a-zA-Z_][\w-]*)(?P<case> [is])?)?\]"
    r"|(?P<not>:not\()|(?P<end>\))",
    re.ASCII,
)


_SPACE = re.compile(r"[ \t\n\r\f]+")


class Doubt(Exception):
    """Whether an element fits depends on small and capital letters; the parser decides."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One condition on an attribute. ``how`` is '' where it only has to be there."""

    name: str  # in small letters
    how: str = ""  # = ~= |= ^= $= *=
    value: str = ""
    any_case: bool = False

    def fits(self, value: str | None) -> bool:
        """Whether an attribute of this value, None for one without, meets it. Raises Doubt."""
        if value is None:
            if self.how == "=" and not self.value:
                raise Doubt
            return False
        wanted = self.value
        if self.any_case:
            fits = _compared(self.how, value.lower(), wanted.lower())
            if fits and not value.isascii():
                raise Doubt  # the Kelvin sign is no k here
            return fits
        if _compared(self.how, value, wanted):
            return True
        if _compared(self.how, value.lower(), wanted.lower()):
            raise Doubt
        return False


def words(value: str) -> list[str]:
    """What stands between the white space of HTML."""
    return _SPACE.split(value)


def _compared(how: str, value: str, wanted: str) -> bool:
    if how == "=":
        return value == wanted
    if how == "*=":
        return wanted in value
    if how == "^=":
        return value.startswith(wanted)
    if how == "$=":
        return value.endswith(wanted)
    if how == "~=":
        return wanted in value and wanted in words(value)
    return value == wanted or value.startswith(f"{wanted}-")


@dataclass(frozen=True, slots=True, eq=False)
class Compound:
    """What one element must be. A tag of '' is any. Equal ones are one object."""

    tag: str = ""
    attributes: tuple[Attribute, ...] = ()
    banned: tuple[Compound, ...] = ()


_compound = lru_cache(maxsize=4096)(Compound)


@dataclass(frozen=True, slots=True)
class Path:
    """One alternative of a selector: its last element, and what must stand around or before it."""

    last: Compound
    before: tuple[tuple[str, Compound], ...] = ()  # join and element, from the right
    names: frozenset[str] = frozenset()  # of all tags and attributes it asks for
    keys: frozenset[str] = frozenset()  # what a page must have: "<" and a tag, or an attribute


@lru_cache(maxsize=4096)
def read(selector: str) -> tuple[Path, ...]:
    """The alternatives of a selector; empty where it says something this module does not know."""
    found: list[Path] = []
    for steps in _alternatives(selector):
        if not steps:
            return ()
        last = steps[-1][1]
        before = tuple((steps[n + 1][0], steps[n][1]) for n in range(len(steps) - 2, -1, -1))
        # Of a child or neighbour of what stands anywhere inside, more than the nearest may fit.
        joins = [join for join, _ in before]
        if "~" in joins or (" " in joins and set(joins[joins.index(" ") :]) != {" "}):
            return ()
        parts = [each for _, part in steps for each in (part, *part.banned)]
        names = {a.name for part in parts for a in part.attributes} | {part.tag for part in parts}
        asked = [part for _, part in steps]
        keys = {a.name for part in asked for a in part.attributes}
        keys |= {f"<{part.tag}" for part in asked if part.tag}
        found.append(Path(last, before, frozenset(names), frozenset(keys)))
    return tuple(found)


def _alternatives(selector: str) -> list[list[tuple[str, Compound]]]:
    """Of each alternative the steps, with what joins each to the one before; [[]] for unknown."""
    unknown: list[list[tuple[str, Compound]]] = [[]]
    text = selector.strip()
    alternatives: list[list[tuple[str, Compound]]] = [[]]
    join = ""
    part = _Part()
    outer: _Part | None = None
    at = 0
    while at < len(text):
        if text[at] == "," and outer is None:
            if not part.begun:
                return unknown
            alternatives[-1].append((join, part.made()))
            alternatives.append([])
            join, part = "", _Part()
            at = len(text) - len(text[at + 1 :].lstrip())
            continue
        step = _STEP.match(text, at)
        if step is None:
            return unknown
        at = step.end()
        kind = "attribute" if step["attribute"] else step.lastgroup or ""
        if kind == "join":
            after = text[at : at + 1]
            if outer is not None or not part.begun or after in ("", ","):
                if outer is None and part.begun and after == "," and not step["join"].strip():
                    continue  # only a space before a comma
                return unknown
            alternatives[-1].append((join, part.made()))
            join, part = step["join"].strip() or " ", _Part()
        elif kind == "not":
            if outer is not None or not part.begun:
                return unknown
            outer, part = part, _Part()
        elif kind == "end":
            if outer is None or not part.begun:
                return unknown
            outer.banned.append(part.made())
            part, outer = outer, None
        elif not part.add(kind, step):
            return unknown
    if outer is not None or not part.begun:
        return unknown
    alternatives[-1].append((join, part.made()))
    return alternatives


class _Part:
    """A compound in the making."""

    def __init__(self) -> None:
        self.begun = False
        self.tag = ""
        self.attributes: list[Attribute] = []
        self.banned: list[Compound] = []

    def add(self, kind: str, step: re.Match[str]) -> bool:
        """Take one more condition; False where it may not stand here."""
        if kind in ("tag", "any"):
            if self.begun:
                return False
            self.tag = step["tag"].lower() if kind == "tag" else ""
        elif kind == "class":
            self.attributes.append(Attribute("class", "~=", step["class"]))
        elif kind == "id":
            self.attributes.append(Attribute("id", "=", step["id"]))
        else:
            how, value = step["how"] or "", (step["value"] or "").strip("\"'")
            if how not in ("", "=") and (not value or (how == "~=" and " " in value)):
                return False
            case = (step["case"] or "").strip()
            if case == "s" or not value.isascii():
                return False
            self.attributes.append(Attribute(step["attribute"].lower(), how, value, case == "i"))
        self.begun = True
        return True

    def made(self) -> Compound:
        """The compound as it stands."""
        return _compound(self.tag, tuple(self.attributes), tuple(self.banned))

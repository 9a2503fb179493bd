"""What a place is known by on every site that one product makes.

Everything that could tell two defects apart, without what belongs to one council: its name, its
host, numbers and dates.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from lgaudit.evaluate.identity import anchors_of, build_of
from lgaudit.models import Site, Spot
from lgaudit.urls import host_of, registrable

ENOUGH_WORDS = 3  # that an element with nothing else to know it by is known by
KEPT_OF_CUT = 2  # words of a text that was cut
_DIGITS = re.compile(r"\d+")
_DATES = re.compile(
    r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b"
)
_GENERIC = frozenset(
    "the of and a city county borough district council london royal metropolitan cyngor sir".split()
)
_POSITION = re.compile(r":nth-(?:of-type|child)\(\d+\)|\[[^\]]*\]")
_HOST = re.compile(r"^(?:https?:)?//([^/?#]*)", re.I)

Build = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """What a place is known by on every site of one product."""

    build: Build  # rule first
    place: str = ""  # selector without positions and attributes
    target: str = ""
    words: tuple[str, ...] = ()
    says: tuple[str, ...] = ()  # what the rule quotes as wrong
    bare: bool = False  # nothing to know it by: counts only where the template puts it everywhere

    @property
    def key(self) -> Build:
        """Equal keys are one pattern; the place counts only where nothing else does."""
        return (*self.build, self.target, self.words, self.says, self.place if self.bare else "")


def mark_of(rule: str, spot: Spot, own_words: frozenset[str]) -> Mark:
    """The mark of a place; ``own_words`` are those of the site's councils."""
    build, target, words, bare = _element(spot.snippet, own_words)
    says = anchors_of(spot.snippet).says(spot.message)
    if says:
        says = tuple(_plain(quote, own_words) for quote in says)
    return Mark((rule, *build), _place(spot.selector), target, words, says, bare)


@functools.lru_cache(maxsize=4096)
def _place(selector: str) -> str:
    return _POSITION.sub("", selector)


@functools.lru_cache(maxsize=4096)  # a template's element stands on most pages of a site
def _element(snippet: str, own_words: frozenset[str]) -> tuple[Build, str, tuple[str, ...], bool]:
    """Build, target and words of an element, wherever it stands; and whether that is little."""
    it, built = anchors_of(snippet), build_of(snippet)
    words = _plain(it.text, own_words).split()
    if it.cut:  # how much of the text was kept depends on what stands before it
        words = words[:-1][:KEPT_OF_CUT]
    known_by_id = _plain(it.id, own_words)
    build = (it.tag, built.classes, it.name, built.attributes, it.aria, known_by_id)
    target = _target(it.target, own_words)
    bare = not (built.classes or it.id or it.name or target or len(words) >= ENOUGH_WORDS)
    return build, target, tuple(words), bare


def own_words_of(site: Site) -> frozenset[str]:
    """Words that belong to this site's councils alone: their names and their hosts."""
    named: set[str] = set()
    for council in site.councils:
        named.update(re.findall(r"\w+", council.name.casefold()))
    host = registrable(host_of(site.homepage)).split(".", 1)[0]
    return frozenset({*named, *re.findall(r"\w+", host)} - _GENERIC - {""})


def _plain(text: str, own_words: frozenset[str]) -> str:
    words = (word for word in re.findall(r"\w+", text.casefold()) if word not in own_words)
    return _DIGITS.sub("0", _DATES.sub("0", " ".join(words)))


def _target(address: str, own_words: frozenset[str]) -> str:
    """Where it points: the path on the site itself, elsewhere the organisation."""
    match = _HOST.match(address)
    if match is None:
        return _plain(address, own_words)
    host = host_of(f"https://{match[1]}/")
    name = registrable(host) or host
    if set(re.findall(r"\w+", name)) & own_words:
        return _plain(address[match.end() :], own_words)
    return name

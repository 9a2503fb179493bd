"""Whether two places on a page are the same defect, when the element was written anew.

The exact identity is a fingerprint (:mod:`lgaudit.evaluate.issues`). Where it differs, an element
is known again by its **anchors**: where it points (``href``, ``src``), its name, its text, its
id. Anchors that contradict each other make two defects, however alike the rest; so a new image
beside a mended one is new. What a rule quotes as wrong (“utilise”) must not have grown.
"""

from __future__ import annotations

import functools
import html
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from lgaudit.evaluate.issues import fingerprint, start_of, steady
from lgaudit.models import Spot

LANDMARKS = frozenset("header nav main footer aside form table dialog fieldset".split())
# A page has one of each, so they are known by their page and never move to another.
SINGLE = frozenset("html head body title base".split())
_ALIKE = ({"h1", "h2", "h3", "h4", "h5", "h6"}, {"b", "strong"}, {"i", "em"}, {"p", "div", "span"})
_FILES = frozenset("img source video audio iframe embed object script link".split())
_TARGETS = ("href", "src", "action", "data", "srcset", "data-src")
_LABELS = ("alt", "aria-label", "title", "placeholder", "value", "content")
_VOLATILE = frozenset("id class style tabindex width height loading decoding fetchpriority".split())
_QUOTED = re.compile("“([^”]*)”")
_STEP = re.compile(r"[a-z][a-z0-9-]*", re.I)
_INDEX = re.compile(r"(?:/(?:index|default)\.\w{3,5}|\.(?:html?|php|aspx?)|/)$", re.I)
# A hash has letters and digits: 20240501 is a date, and says which file it is.
_HASHES = re.compile(
    r"[-_.](?:(?=[a-z]*\d)(?=\d*[a-z])[0-9a-z]{6,}|0)(?=[.-]|$)|-\d+x\d+(?=\.|$)", re.I
)
_TELLING = 8  # letters of a file name that is not image, photo, agenda or banner
_HOST = re.compile(r"(?:https?:)?//([^/?#]*)", re.I)
_WORDS = re.compile(r"\w+")
_POSITION = re.compile(r":nth-(?:of-type|child)\(\d+\)")
_BETWEEN = re.compile(r">+")
_BARE_ADDRESS = re.compile(r"https?://\S+$")
_NOWHERE = re.compile(r"(?:#|javascript:.*)?$", re.I | re.S)  # targets that tell links not apart
_CHOICES = frozenset("radio checkbox submit button image".split())
_CALLED = frozenset("a button summary label".split())  # what they say is what they are
_SHORT = 8  # words; in longer texts a number is often a year that has moved on
MUCH = 0.7  # share of words two versions of one text have in common


class Level(StrEnum):
    """How a known issue was known again, surest first."""

    EXACT = "exact"
    STRUCTURE = "structure"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Build:
    """The part of an identity that a template gives an element."""

    tag: str
    classes: frozenset[str]
    attributes: frozenset[str]  # names, without those that change by themselves


@dataclass(frozen=True, slots=True)
class Identity:
    """What one defect is known by, wherever on whichever page it is."""

    rule: str
    exact: str
    whole: bool  # about a page or site, not an element
    tag: str
    classes: frozenset[str]
    attributes: frozenset[str]
    aria: frozenset[str]  # names of aria- attributes, and the role
    place: tuple[str, ...]  # landmarks around it, outermost first
    target: str
    name: str
    text: str
    cut: bool  # the text goes on
    id: str
    says: tuple[str, ...]  # what the rule quotes as wrong

    @property
    def moves(self) -> bool:
        """Whether the element could be met again on another page."""
        return not self.whole and self.tag not in SINGLE and self.tag != "meta"


def identity(
    rule: str, snippet: str, place: str, message: str, exact: str | None = None
) -> Identity:
    """The identity of a spot as a baseline keeps it; '' for both snippet and place: a whole page.

    Args:
        place: :func:`place_of` the spot's selector.
        message: the spot's own message; of a whole page, the finding's.
        exact: its fingerprint, where that is known or nobody will ask for it.
    """
    whole = not snippet.strip() and not place
    build, own = build_of(snippet), anchors_of(snippet)
    return Identity(
        rule=rule,
        exact=fingerprint(rule, None if whole else Spot(place, snippet), message)
        if exact is None
        else exact,
        whole=whole,
        tag=own.tag,
        classes=build.classes,
        attributes=build.attributes,
        aria=own.aria,
        place=tuple(step for step in place.split(" > ") if step in LANDMARKS),
        target=own.target,
        name=own.name,
        text=own.text,
        cut=own.cut,
        id=own.id,
        says=own.says(message),
    )


@dataclass(frozen=True, slots=True)
class Anchors:
    """What an element is known by when it was written anew, whatever is wrong with it."""

    tag: str
    aria: frozenset[str]  # names of aria- attributes, and the role
    target: str
    name: str
    text: str  # without what shows that it goes on
    cut: bool
    id: str
    whole_text: str

    def says(self, message: str) -> tuple[str, ...]:
        """What a rule quotes as wrong; quoting the element's own words only names it."""
        if "“" not in message:
            return ()
        quotes = map(_plain, _QUOTED.findall(message))
        return tuple(quote for quote in quotes if not _is_its_name(quote, self.whole_text))


@functools.lru_cache(maxsize=4096)  # several rules fail on one element, which stands on many pages
def anchors_of(snippet: str) -> Anchors:
    """The anchors of a snippet's first element."""
    tag, attributes, text = start_of(snippet)
    text = _plain(text)
    if not tag and _BARE_ADDRESS.match(text):
        attributes, text = {"href": text}, ""
    target = next((_address(k, attributes[k]) for k in _TARGETS if attributes.get(k)), "")
    if not text:
        text = next((_plain(attributes[key]) for key in _LABELS if attributes.get(key)), "")
    aria = (key for key in build_of(snippet).attributes if key.startswith("aria-"))
    return Anchors(
        tag=tag,
        aria=frozenset((*aria, "role=" + attributes.get("role", ""))),
        target="" if _NOWHERE.match(target) else target,
        name=_name(tag, attributes),
        text=text.rstrip("…").rstrip(),
        cut=snippet.rstrip().endswith("…"),
        id=attributes.get("id", ""),
        whole_text=text,
    )


@functools.lru_cache(maxsize=4096)
def build_of(snippet: str) -> Build:
    """How the element is built, which two looks at a page ask of the same snippets."""
    tag, attributes, text = start_of(snippet)
    if not tag and _BARE_ADDRESS.match(_plain(text)):
        return Build("", frozenset(), frozenset({"href"}))
    return Build(
        tag,
        frozenset(steady("class", attributes.get("class", "")).split()),
        frozenset(key for key in attributes if not key.startswith("data-")) - _VOLATILE,
    )


def _name(tag: str, attributes: Mapping[str, str]) -> str:
    """What a form calls it. Radio buttons share a name, so their value belongs to it."""
    name = attributes.get("name", "") or attributes.get("for", "")
    if tag == "button" or attributes.get("type", "").lower() in _CHOICES:
        name = f"{name}={attributes.get('value', '')}" if name else ""
    return _plain(name)


def place_of(snippet: str, selector: str) -> str:
    """Landmarks around an element, as 'main > form'; without a snippet, the selector's steps."""
    return _landmarks(selector) if snippet.strip() else _POSITION.sub("", selector).strip()


@functools.lru_cache(maxsize=4096)
def _landmarks(selector: str) -> str:
    steps = (_STEP.match(step.strip()) for step in _BETWEEN.split(selector))
    return " > ".join(m[0].lower() for m in steps if m and m[0].lower() in LANDMARKS)


def same_words(before: Identity, now: Identity) -> bool:
    """True unless the rule quotes something as wrong now that it did not quote before."""
    if not before.says:
        return True
    return all(any(_similar(quote, old) for old in before.says) for quote in now.says)


def structural(before: Identity, now: Identity) -> int:
    """How surely ``now`` is ``before`` by its build and place, 0 for not."""
    if before.whole and now.whole:
        return 9
    if before.tag in SINGLE and before.tag == now.tag:
        return 9
    if before.tag != now.tag or before.classes != now.classes or not _near(before, now):
        return 0
    return _kinship(before, now)


def textual(before: Identity, now: Identity) -> int:
    """How surely ``now`` is ``before`` by where it points and what it says, 0 for not."""
    alike = any(before.tag in group and now.tag in group for group in _ALIKE)
    if before.tag != now.tag and not alike:
        return 0
    kinship = _kinship(before, now)
    return kinship if kinship >= 4 else 0


def _kinship(before: Identity, now: Identity) -> int:
    """Agreement of anchors, 0 when they contradict each other or the defect is another one."""
    if before.whole or now.whole or not same_words(before, now):
        return 0
    about_aria = before.rule.startswith("axe/aria-") or "role" in before.rule
    if about_aria and before.aria != now.aria:
        return 0
    target, name, text = _targets(before, now), _equal(before.name, now.name), _texts(before, now)
    if target < 0 or (name < 0 and target <= 0):
        return 0
    if text < 0 and target <= 0 and name <= 0 and not (before.id and before.id == now.id):
        return 0
    if (
        text == 2
        and before.tag in _CALLED
        and target <= 0
        and name <= 0
        and not (before.id and before.id == now.id)
    ):
        return 0  # Edit and Delete of the same thing differ by a word
    sure = 8 * (target > 0) + 6 * (name > 0) + max(0, text) + 4 * bool(before.id == now.id != "")
    if sure:
        return sure
    bare = not (before.target or before.name or before.text or now.target or now.name or now.text)
    same_id = steady("id", before.id) == steady("id", now.id)
    return int(bare and same_id and before.attributes == now.attributes)


def _near(before: Identity, now: Identity) -> bool:
    """Whether the landmarks agree as far as both selectors tell (an id cuts a selector short)."""
    shared = min(len(before.place), len(now.place))
    return shared == 0 or before.place[-shared:] == now.place[-shared:]


def _is_its_name(quote: str, text: str) -> bool:
    """A quote of all of an element's own words says which element it is, not what is wrong."""
    return quote == text or (len(quote) >= 79 and text.startswith(quote))


def _equal(before: str, now: str) -> int:
    if not before and not now:
        return 0
    return 1 if before == now else -1


def _targets(before: Identity, now: Identity) -> int:
    if not before.target or not now.target:
        # A cut snippet may have lost its target; else an element that has lost it is another.
        return 0 if before.target == now.target or before.cut or now.cut else -1
    old, new = before.target, now.target
    if old.startswith("#") and new.startswith("#"):
        return int(old == new)  # often made up: where they differ, the words decide
    if old == new or (_path(old) == _path(new) != "" and _one_host(old, new)):
        return 1
    if before.tag in _FILES or old.lower().endswith((".pdf", ".docx", ".xlsx")):
        return 1 if _file(old) == _file(new) and len(_file(old)) >= _TELLING else -1
    return -1


def _texts(before: Identity, now: Identity) -> int:
    old, new = before.text, now.text
    if not old and not new:
        return 0
    if old == new:
        return 4
    shorter, longer = sorted((old, new), key=len)
    if (before.cut or now.cut) and len(shorter) >= 20 and longer.startswith(shorter):
        return 4
    return 2 if _similar(old, new) else -1


def _similar(old: str, new: str) -> bool:
    """Equal, or two longer texts that share most of their words in any order."""
    if old == new:
        return True
    first, second = Counter(_WORDS.findall(old)), Counter(_WORDS.findall(new))
    if min(first.total(), second.total()) < 4:
        return False
    if max(first.total(), second.total()) < _SHORT and _numbers(first) != _numbers(second):
        return False  # list 1 and list 2 are two things
    return 2 * (first & second).total() >= MUCH * (first.total() + second.total())


def _numbers(words: Counter[str]) -> set[str]:
    return {word for word in words if word.isdigit()}


def _plain(text: str) -> str:
    """Text as it reads: entities resolved, white space folded, capitals and curly quotes even."""
    text = html.unescape(text).replace("’", "'").replace("‘", "'")
    return " ".join(text.split()).casefold()


def _address(name: str, value: str) -> str:
    value = value.strip()
    if value.startswith("#"):
        return html.unescape(value)
    return steady("src" if name == "data-src" else name, html.unescape(value))


def _one_host(old: str, new: str) -> bool:
    """Whether both name one host as far as they name any: /pay may be https://host/pay."""
    hosts = {match[1].lower() for a in (old, new) if (match := _HOST.match(a))}
    return len(hosts) < 2


def _path(address: str) -> str:
    """Path and query without what a clean address leaves out: /a/, /a.html, /a/index.html."""
    path, mark, query = _HOST.sub("", address).partition("#")[0].partition("?")
    return _INDEX.sub("", path) + mark + query


def _file(address: str) -> str:
    """The name of a file without folder, hash, size and ending; '' when it has no ending."""
    name = re.split(r"[?#]", address, maxsplit=1)[0].rstrip("/").rsplit("/", 1)[-1]
    stem = name.rsplit(".", 1)[0] if "." in name else ""
    return _HASHES.sub("", stem).casefold()

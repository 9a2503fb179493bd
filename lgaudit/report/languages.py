"""Reports in another language: the templates stay plain English, a catalogue says the rest.

A message is a run of text between two tags or statements of a template. What is printed inside it
is a numbered placeholder, so that a language may put it elsewhere: ``{{ n }} of {{ m }} rules`` is
the message ``{1} of {2} rules``. Texts that Python hands to templates are messages of the context
"value". Catalogues are gettext's ``.po`` files in ``locale/``, read by Babel; what they lack is
shown in English. ``scripts/messages.py`` brings them up to date with the templates.
"""

from __future__ import annotations

import datetime as dt
import gettext
import io
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib import resources
from typing import Any

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from markupsafe import Markup

from lgaudit.models import Reason
from lgaudit.report import words
from lgaudit.report.digest import NOT_LIVE

VALUE = "value"  # the gettext context of what is not text of a template
ENGLISH, WELSH = "en", "cy"
NAMES = {ENGLISH: "English", WELSH: "Cymraeg"}
SIZES = (  # the bands of evaluate.alike, inside a sentence
    "under 100,000 residents",
    "100,000 to 150,000 residents",
    "150,000 to 250,000 residents",
    "250,000 to 500,000 residents",
    "500,000 residents or more",
)
CATEGORIES = "accessibility content performance statutory service security openness".split()
VALUES = (  # texts made elsewhere than in a template
    "{name}: website audit",
    "How much of the shared bar for council websites {name} meets, what to fix next, and which "
    "pages were looked at.",
    "How the audit works and what it cannot see",
    "What a score means, how pages are sampled, how sure we are, how rules are weighed, and the "
    "limits of it all.",
    "councils in Wales",
    "councils of the type Welsh principal area",
    *(f"councils of their size, {size}" for size in SIZES),
    "Welsh principal area",
    "hours",
    "Wales",
    "Homepage",
    "Accepted",
    "Not accepted",
    "Not decided yet",
    "Expired (was: accepted)",
    "Expired (was: not accepted)",
    "Expired (was: not decided yet)",
    *"point points fail fails".split(),
    "structured",
    "random",
    "All findings",
    "Every issue once",
    NOT_LIVE,
    *CATEGORIES,
    "axe",
)
_TAG = re.compile(r"<[^<>]*>?")
_INLINE = re.compile(r"</?(?:strong|em|b|i|code|q|cite)>")  # stays inside its message
_LABEL = re.compile(r'(?:(?<= aria-label=")|(?<= alt="))[^"<>]+(?=")')
_PLACEHOLDER = re.compile(r"\{(\d+)\}")
_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"[^\W\d_]{2}")
_VOWELS = "aeiouwyâêîôûŵŷh"


class Language:
    """One language a report can be written in, other than the English of the templates."""

    def __init__(self, code: str) -> None:
        self.code = code
        file = resources.files("lgaudit.report").joinpath("locale", f"{code}.po")
        compiled = io.BytesIO()
        # Babel takes a while to load, and most reports that are printed at once are English.
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po

        write_mo(compiled, read_po(io.BytesIO(file.read_bytes()), locale=code))
        compiled.seek(0)
        self._said = gettext.GNUTranslations(compiled)
        self.words = Words(self)

    def text(self, message: str) -> str:
        """A message of a template."""
        return self._said.gettext(message)

    def value(self, message: str) -> str:
        """A text that templates are given; itself when the catalogue does not know it."""
        return self._said.pgettext(VALUE, message) if message else ""

    def counted(self, one: str, many: str, number: int) -> str:
        """The noun that goes with a number."""
        return self._said.npgettext(VALUE, one, many, number)

    def said(self, message: str, **given: str) -> str:
        """A value with names in braces, filled in after it was translated."""
        return filled(self.value(message), **given)


def filled(message: str, **given: str) -> str:
    """The message with what stands for its names in braces."""
    for name, value in given.items():
        message = message.replace("{" + name + "}", value)
    return message


@cache
def language(code: str) -> Language:
    """The language with this code, its catalogue read once.

    Raises:
        FileNotFoundError: there is no catalogue for it.
    """
    return Language(code)


class Words:
    """``lgaudit.report.words`` in Welsh: whatever is not here is said as it is there."""

    def __init__(self, language: Language) -> None:
        self._language = language
        for name in ("REASONS", "STATUSES", "SEVERITIES"):
            table = getattr(words, name)
            setattr(self, name, {key: language.value(text) for key, text in table.items()})

    def __getattr__(self, name: str) -> Any:
        return getattr(words, name)

    def reason(self, code: str) -> str:
        """As ``words.reason``."""
        head, _, rest = code.partition(":")
        known = head.strip() in set(Reason)
        sentence = self._language.value(words.reason(head if known else code))
        return f"{sentence} ({rest.strip()})" if known and rest.strip() else sentence

    def stopped(self, code: str) -> str:
        """As ``words.stopped``."""
        return self._language.value(words.stopped(code))

    def ordinal(self, number: int) -> str:
        """1af, 2il, 3ydd, 11eg, 21ain ..."""
        first = ("af", "il", "ydd", "ydd", "ed", "ed", "fed", "fed", "fed", "fed")
        teens = ("eg", "fed", "eg", "eg", "fed", "eg", "eg", "fed", "eg", "fed")
        if number <= 10:
            return f"{number}{first[number - 1]}"
        return f"{number}{teens[number - 11] if number <= 20 else 'ain'}"

    def count(self, number: int, one: str, many: str = "") -> str:
        """'3 tudalen'."""
        return f"{number:,} {self._language.counted(one, many or one + 's', number)}"

    def joined(self, names: Iterable[str]) -> str:
        """'A', 'A a B', 'A, B ac O'."""
        all_ = list(names)
        if len(all_) < 2:
            return "".join(all_)
        link = "ac" if all_[-1][:1].lower() in _VOWELS else "a"
        return f"{', '.join(all_[:-1])} {link} {all_[-1]}"

    def sentence_case(self, text: str) -> str:
        """The text, translated where it is known, with a capital first letter."""
        return words.sentence_case(self._language.value(text))

    def band(self, low: int, high: int) -> str:
        """'3 i 7'."""
        return f"{low}" if low == high else f"{low} i {high}"

    def date(self, moment: dt.datetime | None) -> str:
        """'23 Tachwedd 2026'."""
        from babel.dates import format_date

        return format_date(moment, "d MMMM y", locale=WELSH) if moment else ""

    def clock(self, moment: dt.datetime | None) -> str:
        """'23 Tachwedd 2026 am 20:47'."""
        return f"{self.date(moment)} am {moment:%H:%M}" if moment else ""

    def duration(self, seconds: float | None) -> str:
        """'48 eiliad', '12 munud', '3.5 awr'."""
        if seconds is None:
            return ""
        if seconds < 90:
            return self.count(round(seconds), "second")
        if seconds < 5400:
            return self.count(round(seconds / 60), "minute")
        return f"{seconds / 3600:.1f} {self._language.value('hours')}"


def in_english(text: object) -> Markup:
    """Words of the bar or of a finding, which are English in every edition."""
    return Markup('<span lang="en">{}</span>').format(text) if text else Markup("")


class Translating(Extension):
    """Puts the messages of a template through ``environment.translate`` as it is compiled."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """The template's tokens with every message in the other language."""
        translate = getattr(self.environment, "translate", str)
        segment = _Segment(translate)
        for token in stream:
            if token.type == "data":
                yield from segment.data(token)
            elif token.type == "variable_begin":
                printed = [token]
                while printed[-1].type != "variable_end":
                    printed.append(next(stream))
                yield from segment.printed(printed)
            else:
                yield from segment.end()
                yield token
        yield from segment.end()


class _Segment:
    """Gathers one message: pieces of text, and what is printed between them."""

    def __init__(self, translate: Callable[[str], str]) -> None:
        self._translate = translate
        self._parts: list[str | list[Token]] = []
        self._line = 1
        self._tag = ""  # a tag that has begun and not ended, up to something printed in it

    def data(self, token: Token) -> Iterator[Token]:
        """Take in text and tags."""
        text, self._line = token.value, token.lineno
        if self._tag:
            inside, closed, text = text.partition(">")
            yield Token(token.lineno, "data", inside + closed)
            if not closed:
                return
            self._tag = ""
        at = 0
        for match in _TAG.finditer(text):
            tag = match.group()
            self._text(text[at : match.start()])
            at = match.end()
            if _INLINE.fullmatch(tag):
                self._text(tag)
                continue
            yield from self.end()
            yield Token(token.lineno, "data", _LABEL.sub(self._label, tag))
            self._tag = "" if tag.endswith(">") else tag
        self._text(text[at:])

    def printed(self, tokens: list[Token]) -> Iterator[Token]:
        """Take in one thing that the template prints."""
        if self._tag:
            yield from tokens
        else:
            self._parts.append(tokens)

    def end(self) -> Iterator[Token]:
        """The message so far, in the other language."""
        parts, self._parts = self._parts, []
        printed = [part for part in parts if not isinstance(part, str)]
        numbers = iter(range(1, len(printed) + 1))
        whole = "".join(p if isinstance(p, str) else f"{{{next(numbers)}}}" for p in parts)
        message = _SPACE.sub(" ", whole).strip()
        if _WORD.search(_INLINE.sub("", message)):
            before = whole[: len(whole) - len(whole.lstrip())]
            after = whole[len(whole.rstrip()) :]
            whole = before + self._translate(message) + after
        pieces = _PLACEHOLDER.split(whole) if printed else [whole]
        for position, piece in enumerate(pieces):
            if position % 2:
                yield from printed[int(piece) - 1]
            elif piece:
                yield Token(self._line, "data", piece)

    def _text(self, text: str) -> None:
        if text:
            self._parts.append(text)

    def _label(self, match: re.Match[str]) -> str:
        return self._translate(match.group())

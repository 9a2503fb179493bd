"""Literal texts without which a pattern cannot match: a plain search rules most texts out.

Most patterns of most rules match nothing on most pages, and to find a word in a text takes a
hundredth of the time that a pattern takes. So :func:`needles` reads from a pattern some texts of
which every match must hold one. It knows the common part of the syntax and gives up on the rest:
a needle too many costs a moment, a needle too few would lose a finding.
"""

from __future__ import annotations

import re
from functools import lru_cache

MOST = 60  # needles: looking for more takes as long as the pattern does
ODD = ("İ", "ı")  # may match an i that casefold does not turn them into

_EDGES = "bBAZzGmM"  # escapes that take up no room
_CLASSES = "dDsSwWvVhHRX"  # escapes that stand for one of many characters
_COUNT = re.compile(r"\{(\d*)(,?)(\d*)\}")
_FLAGS = re.compile(r"\(\?[im]+\)")  # for the whole pattern
_PLAIN_GROUP = re.compile(r"\?(?:[aims]*(?:-[ims]+)?:|>|P?<[A-Za-z_]\w*>)")
_LOOK = re.compile(r"\?<?[=!]")

_SPELLINGS = 32  # ways of writing a part of a pattern that are spelled out
_SET = 4  # characters of a set that are spelled out

Needles = frozenset[str]
NONE: Needles = frozenset()
Spellings = frozenset[str] | None  # all ways to write what was read; None where they are too many
_NOTHING = frozenset({""})


class _TooHardError(Exception):
    """Syntax this module does not read."""


@lru_cache(maxsize=4096)
def needles(pattern: str) -> tuple[str, ...]:
    """Casefolded texts of which every match of the pattern holds at least one.

    Empty when there are none or too many, or when the pattern is not understood. They hold for
    matching with and without regard to capitals, in texts without :data:`ODD` letters.
    """
    try:
        found = _Reader(pattern).whole()
    except (_TooHardError, RecursionError):
        return ()
    if len(found) > 1 and min(map(len, found)) == 1:
        return ()  # single letters stand in every text
    return tuple(sorted(found))


def _fewest(found: Needles) -> Needles:
    """Without those that hold another."""
    return frozenset([n for n in found if not any(o in n for o in found if o != n)])


def _better(one: Needles, other: Needles) -> Needles:
    """Which of two sets rules out more texts: the one whose shortest member is longer."""
    if not one or not other:
        return one or other
    rank = [(min(map(len, each)), -len(each)) for each in (one, other)]
    return one if rank[0] >= rank[1] else other


def _of_run(spelled: Needles) -> Needles:
    """One of the spellings must be there, unless one of them is nothing at all."""
    return NONE if "" in spelled else _fewest(spelled)


class _Reader:
    """Reads a pattern once, from the left."""

    def __init__(self, pattern: str) -> None:
        self._text = pattern
        self._at = 0

    def whole(self) -> Needles:
        if flags := _FLAGS.match(self._text):
            self._at = flags.end()
        _, found = self._branches()
        if self._at < len(self._text):  # a bracket that nothing opened
            raise _TooHardError
        return found

    def _branches(self) -> tuple[Spellings, Needles]:
        """Alternatives up to the bracket that ends them: each must have needles of its own."""
        read = [self._sequence()]
        while self._peek() == "|":
            self._at += 1
            read.append(self._sequence())
        spelled: Spellings = NONE
        for spellings, _ in read:
            spelled = None if spelled is None or spellings is None else spelled | spellings
        if spelled is not None and len(spelled) > _SPELLINGS:
            spelled = None
        found = [needles for _, needles in read]
        together = NONE.union(*found) if all(found) else NONE
        if len(together) <= 4 * MOST:
            together = _fewest(together)
        return spelled, together if len(together) <= MOST else NONE

    def _sequence(self) -> tuple[Spellings, Needles]:
        """What stands one after the other: its spellings, and the best needles."""
        best, run, whole = NONE, _NOTHING, True
        while self._peek() not in ("", "|", ")"):
            spelled, inner, edge = self._atom()
            least, most = self._times()
            if edge:
                continue
            if spelled is not None and (least or most == 1):
                more = spelled if least else spelled | _NOTHING
                if len(run) * len(more) <= _SPELLINGS:
                    run = frozenset([a + b for a in run for b in more])
                else:
                    best, run, whole = _better(best, _of_run(run)), more, False
                if most == 1:
                    continue
            best, run, whole = _better(best, _of_run(run)), _NOTHING, False
            if least:
                best = _better(best, inner)
        best = _better(best, _of_run(run))
        return run if whole else None, best

    def _atom(self) -> tuple[Spellings, Needles, bool]:
        """The next thing: as (its spellings, needles within, True when it takes no room)."""
        c = self._peek()
        self._at += 1
        if c == "\\":
            return self._escape()
        if c == "[":
            return self._set(), NONE, False
        if c == "(":
            return self._group()
        if c in "^$":
            return None, NONE, True
        if c == ".":
            return None, NONE, False
        if c in "*+?{":
            raise _TooHardError
        return frozenset({c.casefold()}), NONE, False

    def _escape(self) -> tuple[Spellings, Needles, bool]:
        c = self._peek()
        self._at += 1
        if c in _EDGES and c:
            return None, NONE, True
        if c in ("p", "P"):
            end = self._text.find("}", self._at)
            if self._peek() != "{" or end < 0:
                raise _TooHardError
            self._at = end + 1
            return None, NONE, False
        if c in _CLASSES and c:
            return None, NONE, False
        if not c or c.isalnum():  # a back reference, a code point, something new
            raise _TooHardError
        return frozenset({c.casefold()}), NONE, False

    def _set(self) -> Spellings:
        """The characters of a set, where it names a few and nothing else."""
        start, plain = self._at, self._peek() != "^"
        if self._peek() == "^":
            self._at += 1
        if self._peek() == "]":
            self._at, plain = self._at + 1, False
        while (c := self._peek()) != "]":
            if c in ("", "["):  # "[[:alpha:]]" and sets within sets
                raise _TooHardError
            plain = plain and c not in "\\-&|~"
            self._at += 2 if c == "\\" else 1
        self._at += 1
        named = frozenset(self._text[start : self._at - 1].casefold())
        return named if plain and 0 < len(named) <= _SET else None

    def _group(self) -> tuple[Spellings, Needles, bool]:
        edge = False
        if self._peek() == "?":
            look = _LOOK.match(self._text, self._at)
            opened = look or _PLAIN_GROUP.match(self._text, self._at)
            if opened is None:
                raise _TooHardError
            edge, self._at = look is not None, opened.end()
        elif self._peek() == "*":  # a verb
            raise _TooHardError
        spelled, inner = self._branches()
        if self._peek() != ")":
            raise _TooHardError
        self._at += 1
        return (None, NONE, True) if edge else (spelled, inner, False)

    def _times(self) -> tuple[int, int]:
        """How often what was just read must and may stand there; 2 is many."""
        c = self._peek()
        least, most = {"?": (0, 1), "*": (0, 2), "+": (1, 2)}.get(c, (1, 1))
        if c == "{":
            count = _COUNT.match(self._text, self._at)
            if count is None or not (count[1] or count[3]):
                raise _TooHardError
            least = int(count[1] or 0)
            most = 1 if least == 1 and (not count[2] or count[3] == "1") else 2
            self._at = count.end()
        elif c in ("?", "*", "+") and c:
            self._at += 1
        else:
            return 1, 1
        if self._peek() in ("?", "+") and self._peek():  # lazy, possessive
            self._at += 1
        return least, most

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

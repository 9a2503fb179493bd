"""Plain facts about strings of English: words, sentences, quotes and addresses of the web."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

MASK = "\ufffc"  # stands for characters no rule should read; neither a letter nor a space

# A speech may go on for a long paragraph, and one that goes on in the next is not closed in this.
# Single signs with a letter behind them are apostrophes.
_QUOTED = re.compile(
    r"“[^”“]{1,2000}+(?:”|(?=“)|\Z)|(?<!\w)\"[^\"\n]{1,2000}+\"|\A\"[^\"\n]{1,2000}+\Z"
    r"|(?<!\w)‘(?:[^‘’\n]|(?<=\w)’(?=\w)){2,500}+’(?!\w)|(?<![\w'])'(?=\S)(?:[^'\n]|(?<=\w)'(?=\w)){2,500}+'(?!\w)"
)
_DOTTED = re.compile(r"\.(?<=\w\.)\w|@(?<=\w@)\w|://")  # begins with what is rare
_QUOTES = ("“", '"', "‘", "'")
_SIGNS = (*_QUOTES, "@", "://")
_STOP = re.compile(r"\.(?<=\w\.)\w")
_WEB = re.compile(
    r"(?:https?://|www\.)\S+|\S+@\S+\.\w+|(?<![\w.])[\w-]+(?:\.[\w-]+)*"
    r"\.(?:uk|com|org|net|ie|wales|cymru|info|gov|pdf|docx?|xlsx?|csv|odt|ods|zip)\b(?:/\S*)?",
    re.I,
)
_LONG_TOKEN = 300  # characters without a space: no word, and too slow to look into
# Each run of stops is tried once, from its first character.
_END = re.compile(r"[.!?](?<![.!?][.!?])[.!?]*+[\"'”’)\]]*+(?=\s++[\"'“‘(\[]*+[A-Z0-9£])")
_SHORTENED = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|St|Cllr|Prof|Rev|Hon|Sir|No|Nos|Ltd|Rd|Ave|Co|Inc|vs|eg|ie|e\.g|i\.e"
    r"|etc|approx|para|paras|Reg|Sch|Tel|Ext|ext|tel|Fig|Vol|Ch|pp?|ss?|Art|cf|min|max|[A-Z])|\d)"
    r"\.$"
)
_CY = frozenset(
    "yn ar yr ac mae gan ein eich wedi neu gyda o'r i'r a'r sydd ni chi hwn cael".split()
)
_EN = frozenset("the of to and for is you your with are this that we our from will be have".split())


def word_count(text: str) -> int:
    """How many words there are: runs of anything but white space."""
    return len(text.split())


def may_be_welsh(words: Iterable[str]) -> bool:
    """False when no text of these words can be Welsh."""
    return len(_CY.intersection([word.lower().replace("’", "'") for word in words])) >= 3


def is_welsh(text: str) -> bool:
    """Whether a text is Welsh: :func:`welsh`, and not :func:`english`."""
    return welsh(text) and not english(text)


def masks_begin(text: str, starts: Sequence[int]) -> set[int]:
    """In which parts of a text, which start there, :func:`masked_names` may find something."""
    found: set[int] = set()
    for sign in _SIGNS:
        at = text.find(sign)
        while at >= 0:
            part = bisect_right(starts, at)
            found.add(part - 1)
            at = text.find(sign, starts[part]) if part < len(starts) else -1
    stop = _STOP.search(text)
    while stop is not None:
        part = bisect_right(starts, stop.start())
        found.add(part - 1)
        stop = _STOP.search(text, starts[part]) if part < len(starts) else None
    return found


def masked_names(text: str) -> str:
    """The text, same length, with quotations, web and e-mail addresses and file names masked."""
    if any(map(text.__contains__, _QUOTES)):
        text = _QUOTED.sub(_blot, text)
    if _DOTTED.search(text):
        text = blotted(text, _web_spans(text))
    return text


def blotted(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with these spans masked; they are in order and do not overlap."""
    parts: list[str] = []
    at = 0
    for start, end in spans:
        parts += (text[at:start], MASK * (end - start))
        at = end
    return "".join((*parts, text[at:])) if parts else text


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Start and end of each sentence. A line break ends one; initials and numbers do not."""
    spans: list[tuple[int, int]] = []
    start = 0
    for line in text.split("\n"):
        end_of_line = start + len(line)
        for match in _END.finditer(text, start, end_of_line):
            end = match.end()
            if match.group() == "." and _SHORTENED.search(text, max(start, end - 8), end):
                continue
            _add(spans, text, start, end)
            start = end
        _add(spans, text, start, end_of_line)
        start = end_of_line + 1
    return spans


def welsh(text: str) -> bool:
    """True when three different Welsh function words stand in the text."""
    return _share(text, _CY, 3)


def english(text: str) -> bool:
    """True when an English function word stands in the text."""
    return _share(text, _EN, 1)


def _share(text: str, words: frozenset[str], least: int) -> bool:
    said = text.lower().replace("’", "'").split()
    return not words.isdisjoint(said) if least == 1 else len(words.intersection(said)) >= least


def _add(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        at = start + piece.index(stripped)
        spans.append((at, at + len(stripped)))


def _blot(match: re.Match[str]) -> str:
    return MASK * len(match.group())


def _web_spans(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    for match in _DOTTED.finditer(text):
        if match.start() < at:
            continue
        start = (
            max(text.rfind(" ", at, match.start()), text.rfind("\n", at, match.start()), at - 1) + 1
        )
        ends = (text.find(" ", match.end()), text.find("\n", match.end()))
        at = min((end for end in ends if end >= 0), default=len(text))
        if at - start > _LONG_TOKEN:
            yield start, at
        else:
            yield from (m.span() for m in _WEB.finditer(text, start, at))

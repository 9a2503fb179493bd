"""Checks of wording: what the main content's own text says, quotes and code left out."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from lgaudit import dom, urls
from lgaudit.evaluate import patterns as timed
from lgaudit.evaluate import sieve
from lgaudit.evaluate.checks.vocabulary import Result, failed, inapplicable, page_check, passed
from lgaudit.evaluate.excerpts import MOST, hit_spots, quoted
from lgaudit.evaluate.kept import kept
from lgaudit.evaluate.reading import Hit, Stream, read
from lgaudit.evaluate.titles import main_heading
from lgaudit.evidence import Page

SHORT = 20  # words: below this a text says too little to be judged
MOST_HITS = 1000  # uses counted on one page
_MOST_PREPARED = 512  # options of rules whose phrases are kept ready
_INITIAL = re.compile(r"(?<![\w.])(?:[A-Z]|Mr|Mrs|Ms|Dr|Cllr)\.$")
_NEXT = re.compile(r"[ \u00a0-]([^\W\d_][\w'’]*)")
_WORDS = re.compile(r"[\w'-]+")


@page_check
def phrases_absent(
    page: Page,
    *,
    phrases: Mapping[str, str],
    unless: Sequence[str] = (),
    never: Sequence[str] = (),
    allowed: int = 0,
    within: Sequence[str] = ("prose",),
    links: bool = True,
    names: bool = True,
    minimum_words: int = SHORT,
) -> Result:
    """None of these phrases (phrase = what to say instead, or '') stands in the text.

    ``unless`` names longer phrases that may hold one; ``allowed`` uses are let pass, except of
    the phrases in ``never``. Without ``names``, words that begin a name are no use
    ("the Don't Walk By campaign").
    """
    stream = read(page).stream(within, links)
    if stream.words < minimum_words:
        return inapplicable("There is too little text to judge.")
    hits = phrase_hits(stream, phrases, unless)
    if not names:
        hits = [hit for hit in hits if not (_is_name(hit) and _goes_on(hit))]
    strict = phrase_hits(stream, never, ()) if never else []
    if not strict and len(hits) <= allowed:
        return passed(f"{len(hits)} uses" if hits else "")
    return failed(_message(strict or hits, phrases), hit_spots(hits or strict))


@page_check
def phrases_rare(
    page: Page,
    *,
    phrases: Mapping[str, str],
    unless: Sequence[str] = (),
    unless_near: Mapping[str, Sequence[str]] = MappingProxyType({}),
    skip_pages_pattern: str = "",
    distinct: int = 3,
    words_per_use: int = 150,
    within: Sequence[str] = ("prose",),
    links: bool = False,
    minimum_words: int = 50,
) -> Result:
    """Fewer than ``distinct`` of the phrases, and at most one use in ``words_per_use`` words.

    Words that start with a capital inside a sentence are taken to be names. ``unless_near``
    maps a phrase to words that excuse it in the same block; ``skip_pages_pattern`` is tried on
    the page's path, title and main heading.
    """
    if skip_pages_pattern and timed.search(skip_pages_pattern, about(page)):
        return inapplicable("A legal, strategic or committee page.")
    stream = read(page).stream(within, links)
    if stream.words < minimum_words:
        return inapplicable("There is too little text to judge.")
    hits = [
        hit
        for hit in phrase_hits(stream, phrases, unless)
        if not _is_name(hit) and not _near(hit, unless_near.get(hit.text.lower(), ()))
    ]
    kinds = {hit.text.lower() for hit in hits}
    # One stray word on a short page is not a habit, whatever its share.
    often = len(hits) * words_per_use > max(stream.words, words_per_use)
    if len(kinds) < distinct and not often:
        return passed(f"{len(hits)} uses in {stream.words} words" if hits else "")
    return failed(_message(hits, phrases), hit_spots(hits))


@page_check
def patterns_absent(
    page: Page,
    *,
    patterns: Sequence[str],
    unless_patterns: Sequence[str] = (),
    right_patterns: Sequence[str] = (),
    within: Sequence[str] = ("prose",),
    links: bool = True,
    case: bool = False,
    limit: int = MOST,
    minimum_words: int = 0,
    heading_patterns: Sequence[str] = (),
    rendered_patterns: Sequence[str] = (),
    skip_pages_pattern: str = "",
    allowed: int = 0,
) -> Result:
    """None of these patterns matches the text, save inside a match of ``unless_patterns``.

    With ``right_patterns`` the rule applies only to pages where the thing is written at all,
    rightly or wrongly. ``limit`` caps the places reported; ``case`` minds capitals; so many
    matches as ``allowed`` are let pass;
    ``heading_patterns`` are tried on headings only, ``rendered_patterns`` only where a browser
    has run the page's scripts.
    """
    if skip_pages_pattern and timed.search(skip_pages_pattern, about(page)):
        return inapplicable("Pages of this sort are not judged.")
    stream = read(page).stream(within, links)
    if stream.words < max(1, minimum_words):
        return inapplicable("There is too little text to judge.")
    wanted = (*patterns, *rendered_patterns) if page.browser else patterns
    hits = pattern_hits(stream, wanted, unless_patterns, case)
    if len(hits) <= allowed:
        hits = []
    if heading_patterns:
        headings = read(page).stream(("heading",))
        hits += pattern_hits(headings, heading_patterns, unless_patterns, case)
    if hits:
        return failed(_message(hits, {}), hit_spots(hits, limit))
    if right_patterns and not _stands(stream, right_patterns, case):
        return inapplicable("Nothing of the kind is written here.")
    return passed()


def phrase_hits(stream: Stream, phrases: Iterable[str], unless: Iterable[str]) -> list[Hit]:
    """Whole-word uses of the phrases, capitals and kind of apostrophe ignored, in order."""
    found = sorted(_found(stream, phrases))
    kept = [
        s
        for n, s in enumerate(found)
        if not any(_covers(o, s) for o in found[max(0, n - 3) : n + 5])
    ]
    if kept:
        kept = _unexcused(kept, sorted(_found(stream, unless)))
    return [stream.hit(a, b) for a, b in kept[:MOST_HITS]]


def pattern_hits(
    stream: Stream, patterns: Iterable[str], unless: Iterable[str], case: bool
) -> list[Hit]:
    """Matches of the patterns that no match of ``unless`` holds, in order, overlaps left out."""
    hopeful = _hopeful(stream, patterns)
    if not hopeful:
        return []
    flags = 0 if case else timed.IGNORECASE
    found = sorted(
        m.span() for p in hopeful for m in timed.finditer(p, stream.text, flags) if m.group()
    )
    if not found:
        return []
    excused = sorted(m.span() for p in unless for m in timed.finditer(p, stream.text, flags))
    hits: list[Hit] = []
    reached = -1
    for a, b in _unexcused(found, excused)[:MOST_HITS]:
        if a >= reached:
            hits.append(stream.hit(a, b))
            reached = b
    return hits


def _hopeful(stream: Stream, patterns: Iterable[str]) -> Sequence[str]:
    """Those of the patterns whose words stand on the page."""
    every = tuple(patterns)
    sifted = stream.sifted
    if sifted.lacks(sieve.sought(every)):
        return ()
    return [pattern for pattern in every if not sifted.lacks(sieve.sought((pattern,)))]


def _stands(stream: Stream, patterns: Iterable[str], case: bool) -> bool:
    """True when one of the patterns matches."""
    flags = 0 if case else timed.IGNORECASE
    return any(timed.search(p, stream.text, flags) for p in _hopeful(stream, patterns))


def _message(hits: Sequence[Hit], phrases: Mapping[str, str]) -> str:
    texts = list(dict.fromkeys(dom.fold(hit.text).lower().replace("’", "'") for hit in hits))
    if not any(phrases.values()):
        return f"Found {quoted(hit.text for hit in hits)}."
    lowered = {phrase.lower(): better for phrase, better in phrases.items()}
    pairs = [f"“{t}”" + (f" (say {lowered[t]})" if lowered.get(t) else "") for t in texts[:5]]
    more = f" and {len(texts) - 5} more" if len(texts) > 5 else ""
    return f"Found {', '.join(pairs)}{more}."


def _found(stream: Stream, phrases: Iterable[str]) -> list[tuple[int, int]]:
    every = _prepared(phrases)
    likely = every.likely(stream.sifted)
    if not likely:
        return []
    text, spans = stream.lowered, []
    for wanted in likely:
        at = text.find(wanted)
        while at >= 0:
            end = at + len(wanted)
            if _edge(text, at - 1, wanted[0]) and _edge(text, end, wanted[-1]):
                spans.append((at, end))
            at = text.find(wanted, end)
    return spans


_PREPARED: dict[int, tuple[object, sieve.Phrases]] = {}  # by the identity of a rule's option


def _prepared(phrases: Iterable[str]) -> sieve.Phrases:
    """The phrases as they are looked for."""
    known = _PREPARED.get(id(phrases))
    if known is not None and known[0] is phrases:
        return known[1]
    if len(_PREPARED) >= _MOST_PREPARED:
        _PREPARED.clear()
    ready = sieve.Phrases([phrase.lower().replace("’", "'") for phrase in phrases if phrase])
    _PREPARED[id(phrases)] = phrases, ready
    return ready


def _unexcused(
    found: Sequence[tuple[int, int]], excused: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """The spans that no excused span holds; both in order."""
    kept = []
    for a, b in found:
        at = bisect_right(excused, (a, math.inf))
        if not any(d >= b for _, d in excused[max(0, at - 8) : at]):
            kept.append((a, b))
    return kept


def _edge(text: str, at: int, inner: str) -> bool:
    """True when the character at ``at`` does not carry on the word that ends with ``inner``."""
    if not 0 <= at < len(text) or not inner.isalnum():
        return True
    return not (text[at].isalnum() or text[at] in "-_")


def _covers(other: tuple[int, int], span: tuple[int, int]) -> bool:
    return other != span and other[0] <= span[0] and span[1] <= other[1]


def _near(hit: Hit, words: Iterable[str]) -> bool:
    seen = set(_WORDS.findall(hit.block.text[:20_000].lower())) if words else set()
    return any(seen.issuperset(word.lower().split()) for word in words)


def about(page: Page) -> str:
    """What the page says it is about: path, title and main heading, each on its line."""
    return kept(page, "about", _about)


def _about(page: Page) -> str:
    path = urls.path_of(page.final_url or page.url)
    return f"{re.sub('[-_/]', ' ', path)}\n{page.title}\n{main_heading(page)}"


def _is_name(hit: Hit) -> bool:
    before = hit.block.text[: hit.start].rstrip(" ")
    starts_sentence = not before or before[-1] in ".!?:\n•"
    if starts_sentence and _INITIAL.search(before[-8:]):  # 'C. Gray', 'Mr. Gray'
        starts_sentence = False
    return hit.text[:1].isupper() and (not starts_sentence or _goes_on(hit))


def _goes_on(hit: Hit) -> bool:
    """True when the next word has a capital too, as in 'Center Parcs', and not all are capitals."""
    written = hit.block.text[hit.start : hit.end + 40]
    second = _NEXT.match(hit.block.text, hit.end) if " " not in hit.text else None
    words = hit.text.split() if second is None else [hit.text, second[1]]
    return len(words) > 1 and words[1][:1].isupper() and not written[:2].isupper()

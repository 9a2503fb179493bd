"""Checks of how long sentences and paragraphs are, and of promises whose day has passed."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from email.utils import parsedate_to_datetime

from lgaudit import dom
from lgaudit.evaluate import patterns as timed
from lgaudit.evaluate.blocks import Block
from lgaudit.evaluate.checks.prose import about
from lgaudit.evaluate.checks.vocabulary import (
    Result,
    failed,
    inapplicable,
    judged,
    page_check,
    passed,
    spot,
    untested,
)
from lgaudit.evaluate.dates import dates_in
from lgaudit.evaluate.excerpts import MOST, hit_spots, quoted
from lgaudit.evaluate.reading import STOPS, Hit, Sentence, read
from lgaudit.evaluate.words import MASK, sentence_spans, word_count
from lgaudit.evidence import Page

_NEAR = 300  # characters before and after a phrase in which its sentence is looked for


@page_check
def sentences_short(
    page: Page,
    *,
    words: int = 25,
    share: float = 0.2,
    least_long: int = 3,
    minimum_sentences: int = 8,
) -> Result:
    """At most ``share`` of the sentences, or fewer than ``least_long``, exceed ``words`` words.

    A run without a full stop is a fragment: it counts as a short sentence, never as a long one.
    """
    reading = read(page)
    sentences = reading.sentences
    if len(sentences) < minimum_sentences:
        return inapplicable("There are too few sentences to judge.")
    found = [s for s in reading.finished if s.block.words > words and _is_long(s, words)]
    part = len(found) / len(sentences)
    percent = f"{len(found)} of {len(sentences)} sentences have more than {words} words."
    if len(found) < least_long or part <= share:
        return passed(percent if found else "", metric=part)
    hits = [Hit(b.element(s, e), text, b, s, e) for b, s, e, text in found]
    return failed(percent, hit_spots(hits), metric=part)


@page_check
def paragraphs_short(page: Page, *, sentences: int = 5) -> Result:
    """No paragraph, and no line of one, has more than so many sentences."""
    blocks = [b for b in read(page).within(("prose",)) if b.node.tag == "p"]
    found = [b for b in blocks if len(b.sentences) > sentences < _sentence_count(b)]
    most = max(map(_sentence_count, found), default=0)
    return judged(
        [spot(b.node, f"{_sentence_count(b)} sentences") for b in found[:MOST]],
        f"The longest paragraph has {most} sentences.",
        applicable=bool(blocks),
    )


@page_check
def no_past_dates_ahead(
    page: Page,
    *,
    patterns: Sequence[str],
    characters: int = 60,
    days: int = 30,
    years: int = 10,
    unless_patterns: Sequence[str] = (),
    skip_pages_pattern: str = "",
) -> Result:
    """No phrase about what is to come is followed by a full date more than ``days`` days ago.

    More than ``years`` years ago it is history: 'the register starts on 1 July 1837'.
    ``unless_patterns`` are tried on the sentence. The day is the one in the server's own Date
    header: without one nothing can be said.
    """
    if skip_pages_pattern and timed.search(skip_pages_pattern, about(page)):
        return inapplicable("News, minutes and archives keep their old dates.")
    stream = read(page).stream(("prose",))
    leads = sorted({m.span() for p in patterns for m in timed.finditer(p, stream.text)})[:MOST]
    if not leads:
        return inapplicable("No date is announced here.")
    seen = _day_seen(page)
    if seen is None:
        return untested("The server did not say what day it was.")
    hits = []
    dated = False
    for start, end in leads:
        hit = stream.hit(start, end)
        after = hit.block.text[hit.end : hit.end + characters]
        dates = dates_in(after)
        dated = dated or bool(dates)
        if not dates:
            continue
        sentence = _sentence_around(hit)
        # A sentence may name several rounds: one still to come makes it right.
        ago = (seen - max(dates + dates_in(sentence))).days
        if days < ago < 365 * years and not any(timed.search(p, sentence) for p in unless_patterns):
            hits.append(stream.hit(start, end + len(after)))
    if not hits:
        return passed() if dated else inapplicable("No date is announced here.")
    return failed(f"The day has passed: {quoted(hit.text for hit in hits)}.", hit_spots(hits))


def _is_long(sentence: Sentence, words: int) -> bool:
    block, start, end, text = sentence
    if word_count(text) <= words or not text.endswith(STOPS):
        return False
    if any(kind == "quote" for _, _, _, kind in block.between(start, end)):
        return False
    masked = block.masked(True)[start:end].count(MASK)  # most of it is somebody's own words
    return "“" not in text and '"' not in text and 2 * masked < end - start


def _sentence_count(block: Block) -> int:
    """Of the line that has most: each is set apart as a paragraph is."""
    counts = Counter(
        block.text.count("\n", 0, a)
        for a, b in block.sentences
        if (text := block.text[a:b]).endswith(STOPS) and word_count(text) > 1
    )
    return max(counts.values(), default=0)


def _sentence_around(hit: Hit) -> str:
    before = max(0, hit.start - _NEAR)
    text = hit.block.text[before : hit.end + _NEAR]
    start, end = hit.start - before, hit.end - before
    return " ".join(text[a:b] for a, b in sentence_spans(text) if a <= end and b > start)


def _day_seen(page: Page) -> dt.date | None:
    try:
        return parsedate_to_datetime(dom.fold(page.header("date"))).date()
    except (TypeError, ValueError, IndexError, OverflowError):
        return None

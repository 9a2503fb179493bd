"""A page that is sifted once for all rules never lacks what a rule would find on it."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from lgaudit.evaluate import patterns, rulebook, sieve
from lgaudit.evaluate.checks.prose import pattern_hits, phrase_hits
from lgaudit.evaluate.reading import read
from lgaudit.evaluate.sieve import MOST_TEXT, Phrases, sift, sought
from lgaudit.evidence import Page
from lgaudit.models import Rule

WORDING = [
    rule
    for rule in rulebook.load(()).rules
    if rule.check in ("patterns_absent", "phrases_absent", "phrases_rare")
]
ALONE = int(regex.IGNORECASE)


def _patterns(rule: Rule) -> list[str]:
    return [
        pattern
        for name, value in rule.options.items()
        if name.endswith(("pattern", "patterns"))
        for pattern in patterns.each_pattern(value)
    ]


PATTERNS = sorted({pattern for rule in WORDING for pattern in _patterns(rule)})
PHRASES = sorted({phrase for rule in WORDING for phrase in rule.options.get("phrases", ())})


def page(text: str) -> Page:
    body = f"<html lang=en><main><p>{text}</p><p>Other words</p></main>"
    return Page(url="https://a.example/", final_url="https://a.example/", body=body.encode())


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_page_on_which_a_pattern_matches_does_not_lack_it(data: st.DataObject) -> None:
    pattern = data.draw(st.sampled_from(PATTERNS))
    try:
        text = data.draw(st.from_regex(pattern.replace("*+", "*").replace("++", "+")))
    except Exception:  # syntax the generator of texts does not know
        text = data.draw(st.text(max_size=80))
    text = data.draw(st.sampled_from([text, text.upper(), text.title(), f"é{text}’"]))
    wanted = sought((pattern,))
    for flags in (0, ALONE):
        if regex.search(pattern, text, flags, timeout=1):
            assert not sift(["Some other words", text]).lacks(wanted)


@pytest.mark.parametrize("rule", WORDING, ids=lambda rule: rule.id)
def test_the_same_is_found_with_and_without_the_sieve(
    rule: Rule, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [page.html for example in rule.examples for page in example.pages]
    wanted = list(rule.options.get("phrases", ())), list(rule.options.get("patterns", ()))
    sifted = [_found(text, *wanted) for text in [*texts, *texts]]  # the second time all is known
    monkeypatch.setattr(sieve.Sifted, "lacks", lambda self, some: False)
    monkeypatch.setattr(sieve.Phrases, "likely", lambda self, sifted: self._all)
    assert sifted == [_found(text, *wanted) for text in [*texts, *texts]]


def _found(text: str, phrases: list[str], patterns: list[str]) -> list[tuple[str, int]]:
    stream = read(page(text)).stream(("prose", "heading", "table", "form"))
    hits = phrase_hits(stream, phrases, ()) + pattern_hits(stream, patterns, (), False)
    return [(hit.text, hit.start) for hit in hits]


@settings(max_examples=100, deadline=None)
@given(phrase=st.sampled_from(PHRASES), before=st.text(max_size=5), after=st.text(max_size=5))
def test_a_page_that_says_a_phrase_does_not_lack_it(phrase: str, before: str, after: str) -> None:
    lower = phrase.lower().replace("’", "'")
    wanted = Phrases([lower, "quagga"])
    for text in (phrase, phrase.upper(), phrase.replace("'", "’"), f"{before} {phrase} {after}"):
        assert lower in wanted.likely(sift([text]))


def test_what_stands_nowhere_is_lacking() -> None:
    wanted = sought((r"\bquagga(?:s|-like)\b", "okapi"))
    assert sift(["A zebra and a giraffe."]).lacks(wanted)
    assert not sift(["A zebra", "OKAPI."]).lacks(wanted)
    assert not sift(["quagga-like"]).lacks(wanted)


def test_nothing_is_said_of_words_asked_for_later() -> None:
    sifted = sift(["A zebra"])
    assert not sifted.lacks(sought(("bandersnatch",)))
    assert sift(["A zebra"]).lacks(sought(("bandersnatch",)))


def test_nothing_is_said_where_folding_may_mislead_or_takes_long() -> None:
    wanted = sought(("jubjub bird",))
    assert sift(["A zebra"]).lacks(wanted)
    assert not sift(["A zebra in İzmir"]).lacks(wanted)
    assert not sift(["zebra " * (MOST_TEXT // 6 + 1)]).lacks(wanted)
    assert not sift([]).lacks(sought((r"\d+",)))
    assert not sift([]).lacks(sought(("\ufffc",)))


def test_letters_that_are_made_small_one_by_one_fold_to_the_same() -> None:
    for letter in map(chr, range(0x110000)):
        small = letter.lower() if len(letter.lower()) == 1 else letter
        assert small.casefold() == letter.casefold()


@settings(max_examples=150, deadline=None)
@given(
    parts=st.lists(
        st.sampled_from(
            "in,di,<b>vis</b>,ible,<br>,&nbsp;,  ,.,<a href=/a>li</a>,nk,<p>,</p>,<li>,<td>x,"
            "<i></i>,<!-- -->,<code>co</code>,de,é,<span lang=cy>ga</span>,ir,<img alt=z>,"
            "<q>quo</q>,#,<a href=/b>#</a>,<div hidden>no</div>,<h2>Head,</h2>,<p>".split(",")
        ),
        max_size=12,
    )
)
def test_the_words_of_a_page_are_those_of_its_blocks(parts: list[str]) -> None:
    reading = read(page("".join(parts)))
    for block in reading.blocks:
        assert set(block.text.split()) <= set(reading.said)

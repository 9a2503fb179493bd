"""What rules a text out before a pattern is tried never rules out one that matches."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from lgaudit.evaluate import patterns, rulebook
from lgaudit.evaluate.needles import ODD, needles

IGNORECASE = int(regex.IGNORECASE)
PATTERNS = sorted(
    {
        pattern
        for rule in rulebook.load(()).rules
        for name, value in rule.options.items()
        if name.endswith(("pattern", "patterns"))
        for pattern in patterns.each_pattern(value)
    }
)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"\bclick here\b", ("click here",)),
        (r"(your )?post ?code", ("post code", "postcode")),
        (r"colou?r", ("color", "colour")),
        (r"[Ee]\.?g|i\.?e|etc", ("eg", "e.g", "ie", "i.e", "etc")),
        (r"\bB(?:A)?ME\b", ("bame", "bme")),
        (r"\d\s?(?:a|p)m\b", ("am", "pm")),
        (r"(ab|c)+de", ("de",)),
        (r"(?:Jan|Feb)\s?\d", ("feb", "jan")),
        (r"a(?=lookahead)\d+xyz{2,}", ("xyz",)),
        (r"(?m)^\W*test page$", ("test page",)),
        (r"(?<!\w)&(?!\w)", ("&",)),
        (r"ab+c", ("ab",)),
        (r"x{0,3}yes", ("yes",)),
        (r"\(s\)", ("(s)",)),
    ],
)
def test_what_every_match_must_hold(pattern: str, expected: tuple[str, ...]) -> None:
    found = needles(pattern)
    assert found
    assert all(any(need in other for other in expected) for need in found), found


@pytest.mark.parametrize(
    "pattern",
    [
        r"\d+",
        r"a|\d",
        r"[ab]c?",
        r"[a-c]x?",
        r"[^ab]",
        r"(?i)\1",
        r"(\w)\1",
        r"a(?R)?",
        r"(?(1)a|b)",
        "",
        "a|",
    ],
)
def test_unsure_means_none(pattern: str) -> None:
    assert needles(pattern) == ()


@pytest.mark.parametrize("pattern", PATTERNS)
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_a_text_that_matches_holds_a_needle(pattern: str, data: st.DataObject) -> None:
    """Texts made from the patterns of our own rules, in capitals too."""
    try:
        text = data.draw(st.from_regex(pattern.replace("*+", "*").replace("++", "+")))
    except Exception:  # syntax the generator of texts does not know
        text = data.draw(st.text(max_size=80))
    text = data.draw(st.sampled_from([text, text.upper(), text.title()]))
    for flags in (0, IGNORECASE):
        if regex.search(pattern, text, flags, timeout=1) and not any(o in text for o in ODD):
            wanted = needles(pattern)
            assert not wanted or any(needle in text.casefold() for needle in wanted)
            assert patterns.search(pattern, text, flags) is not None


def test_no_letter_matches_another_that_folding_would_lose() -> None:
    for letter in "abcdefghijklmnopqrstuvwxyz":
        found = regex.findall(letter, "".join(map(chr, range(0xD800))), regex.IGNORECASE)
        assert {c.casefold() for c in found if c not in ODD} == {letter}

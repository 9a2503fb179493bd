"""Looking words up finds the same as trying every text."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from lgaudit.evaluate import patterns, rulebook
from lgaudit.evaluate.phrasing import Lines, _pattern, folded, mentions, which

SUBJECTS = sorted(
    {tuple(r.options["subject"]) for r in rulebook.load(()).rules if "subject" in r.options}
)
WORDS = st.sampled_from(
    "pay paid payment tax taxes council councillor e-mail e mail £500 ½ é²".split()
)
TEXTS = st.lists(st.lists(WORDS, min_size=1, max_size=7).map(" ".join), min_size=1, max_size=8)
ASKED = st.sampled_from("pay pay* tax* tax council* e-mail 500 é".split())
PHRASES = st.lists(st.lists(ASKED, min_size=1, max_size=3).map(" ".join), min_size=1, max_size=3)


def _tried(subject: tuple[str, ...], texts: list[str]) -> list[tuple[int, str]]:
    pattern = _pattern(subject)
    return [(n, m.group()) for n, t in enumerate(texts) for m in patterns.finditer(pattern, t)]


@settings(max_examples=300, deadline=None)
@given(st.text("abXY019,,''`&_ -.\n\x00\x7f", max_size=20), st.sampled_from((0, 7, 200)))
def test_plain_text_is_folded_as_any_other(text: str, longest: int) -> None:
    """A letter from elsewhere, which leads the long way, changes nothing of the rest."""
    assert folded(f"{text} é", 0).removesuffix("e").rstrip() == folded(text, 0)
    assert (
        folded(text, longest) == folded(text[: 2 * longest or None], 0)[: longest or None].rstrip()
    )


@settings(max_examples=200, deadline=None)
@given(texts=TEXTS, subject=PHRASES)
def test_made_up_phrases(texts: list[str], subject: list[str]) -> None:
    lines = sorted({line for text in texts if (line := folded(text))})
    found = [(number, match.group()) for number, match in Lines(lines).matches(tuple(subject))]
    assert found == _tried(tuple(subject), lines)
    assert which(subject, lines) == {line for line in lines if mentions(subject, line)}


def test_subjects_of_our_own_rules() -> None:
    """Each in texts made of all of them, with words between and endings."""
    assert SUBJECTS
    lines = sorted(
        {
            folded(text)
            for subject in SUBJECTS
            for phrase in subject
            for text in (phrase, phrase.replace("*", "s"), phrase.replace(" ", " and the "))
        }
    )
    lines = [line for line in lines if line]
    looked_up = Lines(lines)
    found = 0
    for subject in SUBJECTS:
        some = [(number, match.group()) for number, match in looked_up.matches(subject)]
        assert some == _tried(subject, lines)
        found += len(some)
    assert found > len(SUBJECTS)

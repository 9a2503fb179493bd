"""What the script for rendered pages may answer, whatever a page made of it."""

from __future__ import annotations

import pytest

from lgaudit.evaluate.checks import rendered as checks
from lgaudit.evidence import BrowserEvidence, Page, Sighting
from lgaudit.gather import rendered
from lgaudit.models import Outcome

STOPS = r"\b(?:pause|stop)\b"


def test_an_answer_becomes_evidence() -> None:
    row = ["media", "#a", "<audio>", {"tag": "audio", "seconds": 4}]
    assert rendered.read({"document": "d1", "seen": [row]}) == (
        "d1",
        (Sighting("media", "#a", "<audio>", {"tag": "audio", "seconds": 4}),),
    )


@pytest.mark.parametrize(
    "seen",
    [
        None,
        "media",
        7,
        [None, 3, "x", []],
        [["media", "#a", "<a>"]],
        [["media", "#a", "<a>", "facts"]],
        [["secret", "#a", "<a>", {}]],
    ],
)
def test_nonsense_is_left_out(seen: object) -> None:
    assert rendered.read({"document": None, "seen": seen})[1] == ()
    assert rendered.read({})[1] == ()


def test_no_more_is_kept_than_there_may_be() -> None:
    rows = [["canvas", "", "", {}]] * 100_000
    assert len(rendered.read({"seen": rows})[1]) == rendered.MOST * len(rendered.KINDS)


def page(*sightings: Sighting, body: str = "") -> Page:
    html = f'<html lang="en"><body><main>{body}</main></body></html>'
    seen = BrowserEvidence(html, "", "https://x.gov.uk/", 200, rendered=sightings)
    return Page("https://x.gov.uk/", "https://x.gov.uk/", status=200, browser=seen)


def media(**facts: object) -> Sighting:
    known = {"tag": "audio", "autoplay": True, "visible": True, "seconds": 30.0}
    return Sighting("media", "main > audio", "<audio>", known | facts)


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ({}, Outcome.FAILED),
        ({"seconds": 3.0}, Outcome.PASSED),
        ({"source": "/a.mp3#t=28"}, Outcome.PASSED),
        ({"source": "/a.mp3#t=,2"}, Outcome.PASSED),
        ({"source": "/a.mp3#t=20,10"}, Outcome.PASSED),
        ({"source": "/a.mp3#t=1e9"}, Outcome.FAILED),
        ({"seconds": None}, Outcome.CANT_TELL),
        ({"seconds": None, "endless": True}, Outcome.FAILED),
        ({"seconds": "long"}, Outcome.CANT_TELL),
        ({"controls": True}, Outcome.PASSED),
        ({"controls": True, "visible": False}, Outcome.FAILED),
        ({"muted": True}, Outcome.INAPPLICABLE),
        ({"autoplay": False}, Outcome.INAPPLICABLE),
    ],
)
def test_sound_that_starts_by_itself(facts: dict[str, object], outcome: Outcome) -> None:
    seen = page(media(**facts), body="<audio></audio>")
    assert checks.sound_can_be_stopped(seen, pattern=STOPS).outcome is outcome


def test_a_button_counts_only_where_people_get_it() -> None:
    shown = page(media(), body="<audio></audio><button>Stop</button>")
    hidden = page(
        media(), body='<audio></audio><p aria-hidden="true"></p><button hidden>Stop</button>'
    )
    assert checks.sound_can_be_stopped(shown, pattern=STOPS).outcome is Outcome.PASSED
    assert checks.sound_can_be_stopped(hidden, pattern=STOPS).outcome is Outcome.FAILED


def test_a_selector_that_is_none_names_nothing() -> None:
    seen = page(Sighting("canvas", ":::", "<canvas>", {"drawn": ["North ward"]}))
    assert checks.drawn_words_said(seen).outcome is Outcome.PASSED

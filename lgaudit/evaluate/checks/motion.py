"""Checks of what moves, blinks, flashes, plays or goes away by itself."""

from __future__ import annotations

from lgaudit.evaluate.checks.keyboard import seen, spot_of, spots_of, verdict
from lgaudit.evaluate.checks.vocabulary import Result, page_check
from lgaudit.evidence import Page

LONG = 5  # seconds; WCAG 2.2.2 lets shorter movement be
LARGE = 10_000  # CSS pixels of area that nobody overlooks
FLASHES = 3
GENTLE = 0.4  # share of its opacity that a pulse may lose


@page_check(needs={"motion"})
def animations_stop(page: Page, *, kind: str) -> Result:
    """Text that moves or blinks by style sheet for over five seconds can be stopped.

    ``kind`` is moving or blinking. Signs that something is being fetched are left alone; what is
    no text, and gentle pulses, are for a person to look at.
    """
    blinking = kind == "blinking"
    mine = [
        s
        for s in seen(page, "motion", "animation")
        if (s.facts["blinks"] and not s.facts["moves"] if blinking else s.facts["moves"])
    ]
    wrong, unsure = [], []
    for sighting in mine:
        facts = sighting.facts
        if facts["stoppable"] or facts["waiting"] or (blinking and facts["depth"] < GENTLE):
            continue
        sure = facts["text"] and facts["endless"] and facts["seconds"] <= 60
        if blinking:
            sure = sure and facts["depth"] >= 0.6 and facts["seconds"] <= LONG
        message = f"It {'blinks' if blinking else 'moves'} by itself and cannot be stopped"
        if sure:
            wrong.append(spot_of(sighting, message))
        elif facts["area"] >= LARGE:
            unsure.append(spot_of(sighting, message))
    said = f"Text keeps {kind}, and nothing on the page stops it."
    return verdict(wrong, unsure, said, f"See whether this {kind} can be stopped.", bool(mine))


@page_check(needs={"motion"})
def carousels_stop(page: Page) -> Result:
    """A carousel that changes by itself has a control to pause or stop it."""
    mine = [s for s in seen(page, "motion", "carousel") if s.facts["moved"]]
    wrong = [s for s in mine if not s.facts["stoppable"]]
    said = "A carousel changes by itself and has no button to pause it."
    return verdict(spots_of(wrong, "It changed while nobody touched it"), [], said, "", bool(mine))


@page_check(needs={"motion"})
def videos_stop(page: Page) -> Result:
    """A video that starts by itself and goes on for over five seconds can be stopped."""
    mine = [s for s in seen(page, "motion", "video") if s.facts["autoplay"] or s.facts["playing"]]
    wrong, unsure = [], []
    for video in mine:
        facts = video.facts
        if facts["controls"] or facts["stoppable"]:
            continue
        if not facts["loaded"]:
            unsure.append(spot_of(video, "It is set to start by itself; it could not be played"))
        elif facts["playing"] and (
            facts["loop"] or facts["seconds"] < 0 or facts["seconds"] > LONG
        ):
            wrong.append(spot_of(video, "It plays by itself and has no controls"))
    said = "A video plays by itself and nothing stops it."
    return verdict(wrong, unsure, said, "See whether this video can be stopped.", bool(mine))


@page_check(needs={"motion"})
def gifs_stop(page: Page) -> Result:
    """An animated GIF stands still after five seconds, or can be stopped."""
    mine = seen(page, "motion", "gif")
    wrong = [
        spot_of(s, f"{s.facts['frames']} frames, and it never stops")
        for s in mine
        if not s.facts["stoppable"] and (s.facts["seconds"] < 0 or s.facts["seconds"] > LONG)
    ]
    said = "A picture keeps moving and nothing stops it."
    return verdict(wrong, [], said, "", bool(mine))


@page_check(needs={"motion"})
def no_flashing(page: Page) -> Result:
    """Nothing large flashes more than three times in a second.

    Held to WCAG's general flash threshold, frame by frame: animated GIFs, what style sheets make
    blink fast, and the first seconds of videos of the same site. Videos that could not be read are
    for a person to watch. Red flashes are not looked at.
    """
    gifs = seen(page, "motion", "gif")
    flashes = seen(page, "motion", "flash")
    wrong = [
        spot_of(s, "Its frames flash more than 3 times a second")
        for s in gifs
        if s.facts["flashing"]
    ]
    wrong += [
        spot_of(s, f"It flashes {s.facts['flashes']:g} times a second")
        for s in flashes
        if s.facts.get("flashes", 0) > FLASHES
    ]
    films = seen(page, "motion", "film")
    wrong += [
        spot_of(s, f"It flashes {s.facts['flashes']:g} times a second near its start")
        for s in films
        if s.facts.get("flashes", 0) > FLASHES
    ]
    unread = [s for s in films if not s.facts["readable"]]
    return verdict(
        wrong,
        spots_of(unread, "Its frames could not be read"),
        "Something large flashes more than three times a second.",
        "Watch this video and see whether it flashes.",
        bool(gifs or flashes or films),
    )


@page_check(needs={"motion"})
def reduced_motion_respected(page: Page, *, least: int = 5_000) -> Result:
    """What moves stands still for a visitor whose system asks for reduced motion.

    Only movement over ``least`` CSS pixels of area; waiting signs are left alone.
    """
    moving = [
        s
        for s in seen(page, "motion", "animation")
        if s.facts["moves"] and s.facts["area"] >= least and not s.facts["waiting"]
    ]
    still = [s for s in seen(page, "motion", "reduced-motion") if s.facts["area"] >= least]
    said = "Movement goes on although the visitor's system asks for less."
    return verdict(spots_of(still, "It moves all the same"), [], said, "", bool(moving))


@page_check(needs={"motion"})
def messages_stay(page: Page) -> Result:
    """A message does not go away by itself before a slow reader has read it."""
    mine = seen(page, "motion", "message")
    wrong = [
        spot_of(s, f"Gone within ten seconds: {s.facts['text']}") for s in mine if s.facts["gone"]
    ]
    said = "A message goes away by itself."
    return verdict(wrong, [], said, "", bool(mine))

"""Checks of a page at other sizes, with larger text, and of its text as it comes out."""

from __future__ import annotations

from lgaudit.evaluate.checks.keyboard import look_of, seen, spot_of, spots_of, verdict
from lgaudit.evaluate.checks.vocabulary import (
    Result,
    cant_tell,
    failed,
    inapplicable,
    page_check,
    passed,
)
from lgaudit.evidence import Page, Sighting

HOW = {
    "spacing": "with WCAG's text spacing",
    "text": "with text at 200%",
    "zoom": "at 200% zoom",
    "narrow": "in a window 320 pixels wide",
}


@page_check(needs={"layout"})
def reflows(page: Page) -> Result:
    """At 320 CSS pixels nothing but tables, maps, media and code needs scrolling sideways."""
    found = seen(page, "layout", "reflow")
    wrong = [s for s in found if s.selector and s.facts.get("text")]
    unsure = [s for s in found if s.selector and not s.facts.get("text")]
    whole = next((s for s in found if not s.selector), None)
    if wrong:
        wide = wrong[0].facts["width"]
        said = f"The page is {wide} pixels wide in a window of {wrong[0].facts['limit']}."
        spots = [spot_of(s, f"It reaches to {s.facts['right']} pixels") for s in wrong]
        return failed(said, spots, wide)
    if unsure:
        asked = "See whether these may be wider than a window of 320 pixels."
        return cant_tell(asked, spots_of(unsure))
    if whole is None:
        return inapplicable()
    if whole.facts["width"] > whole.facts["limit"] + 5 and not whole.facts.get("exempt"):
        return cant_tell(
            "The page scrolls sideways at 320 pixels; nothing that causes it was seen."
        )
    return passed(metric=whole.facts["width"])


@page_check(needs={"layout"})
def text_fits(page: Page, *, how: str) -> Result:
    """No text is cut off or overlaps that was whole before.

    ``how`` is one of: spacing, text, zoom, narrow. Text that ends in an ellipsis, and texts that
    overlap, are for a person to look at.
    """
    mine = [s for s in look_of(page, "layout").sightings if s.facts.get("how") == how]
    wrong, unsure = [], []
    for sighting in mine:
        if sighting.kind == "overlap":
            other = str(sighting.facts.get("text", ""))[:60]
            unsure.append(spot_of(sighting, f"It runs into “{other}” {HOW[how]}"))
        elif sighting.facts.get("ellipsis") or (how == "zoom" and not sighting.facts.get("main")):
            unsure.append(spot_of(sighting, f"It is cut short {HOW[how]}"))
        else:
            wrong.append(spot_of(sighting, f"It is cut off {HOW[how]} by {_box(sighting)}"))
    return verdict(
        wrong,
        unsure,
        f"Text is cut off {HOW[how]}.",
        f"Look at this text {HOW[how]}.",
        bool(seen(page, "layout", "typography")),
    )


def _box(sighting: Sighting) -> str:
    return str(sighting.facts.get("box", ""))[:100]


@page_check(needs={"layout"})
def cookie_banner_leaves_room(page: Page, *, share: float = 0.25) -> Result:
    """A cookie banner that stays in place covers at most ``share`` of a screen of 320 x 640."""
    banners = seen(page, "layout", "cookie-banner")
    wrong = [b for b in banners if b.facts["sticky"] and b.facts["share"] > share]
    spots = [spot_of(b, f"It covers {b.facts['share']:.0%} of a small screen") for b in wrong]
    return verdict(
        spots, [], "The cookie banner stays in place and covers the page.", "", bool(banners)
    )


@page_check(needs={"layout"})
def text_large_enough(page: Page, *, least: float = 16, words: int = 50) -> Result:
    """The middle size of text in paragraphs and lists is at least ``least`` CSS pixels."""
    facts = next((s.facts for s in seen(page, "layout", "typography")), {})
    size = facts.get("size")
    if size is None or facts.get("sized", 0) < words:
        return inapplicable("There are too few words in paragraphs and lists.")
    said = f"Text is {size:g} pixels high; at least {least:g} is easy to read."
    return failed(said, metric=size) if size < least else passed(said, metric=size)


@page_check(needs={"layout"})
def text_looks(page: Page, *, kind: str, least: int = 1) -> Result:
    """Text does not come out in a way that is hard to read, whatever makes it so.

    ``kind`` is one of: justified (over 20 words), small (under 9.5 pixels), uppercase (10 words or
    more), tight (lines closer than 1.2 of the text's size), long-line (over 100 characters).
    Failed from ``least`` places on.
    """
    what = {
        "justified": "{0} words with both edges straight",
        "small": "{0:g} pixels",
        "uppercase": "{0} words in capitals",
        "tight": "Lines are {0:g} of the text's size apart",
        "long-line": "Lines of {0} characters",
    }[kind]
    found = seen(page, "layout", kind)
    facts = next((s.facts for s in seen(page, "layout", "typography")), {})
    spots = (
        [spot_of(s, what.format(s.facts["value"])) for s in found] if len(found) >= least else []
    )
    says = f"{len(found)} piece{'s' if len(found) != 1 else ''} of text"
    return verdict(
        spots, [], f"{says} set in a way that is hard to read.", "", bool(facts.get("looked"))
    )

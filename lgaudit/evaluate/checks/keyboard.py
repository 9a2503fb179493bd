"""Checks of what a visitor meets who has a keyboard and no mouse."""

from __future__ import annotations

from collections.abc import Iterable

from lgaudit import dom
from lgaudit.evaluate.checks.vocabulary import (
    Result,
    cant_tell,
    failed,
    inapplicable,
    page_check,
    passed,
    places,
    untested,
)
from lgaudit.evidence import Look, Page, Sighting
from lgaudit.models import Spot

KEYS = {"enter": "Enter", "space": "Space", "arrow": "an arrow key"}


def look_of(page: Page, name: str) -> Look:
    """The close look of that name; an empty one when it was not taken."""
    return page.browser.looks.get(name, Look()) if page.browser else Look()


def seen(page: Page, look: str, kind: str) -> list[Sighting]:
    """Everything of one kind that a look saw, each element once."""
    found: dict[str, Sighting] = {}
    for sighting in look_of(page, look).sightings:
        if sighting.kind == kind:
            found.setdefault(sighting.selector, sighting)
    return list(found.values())


def spot_of(sighting: Sighting, message: str = "") -> Spot:
    """The place of what was seen."""
    return Spot(sighting.selector, sighting.html, message)


def spots_of(sightings: Iterable[Sighting], message: str = "") -> list[Spot]:
    """The places of several."""
    return [spot_of(sighting, message) for sighting in sightings]


def verdict(wrong: list[Spot], unsure: list[Spot], said: str, asked: str, applies: bool) -> Result:
    """Failed for what is surely wrong, else what a person should look at, else passed."""
    if wrong:
        return failed(said, wrong)
    if unsure:
        return cant_tell(asked, unsure)
    return passed() if applies else inapplicable()


@page_check(needs={"keyboard"})
def focus_shows(page: Page) -> Result:
    """Each thing that Tab comes to looks different while it has focus.

    Failed only where no computed style and no pixel of it or around it changes. A text field's
    cursor counts as a sign.
    """
    stops = [s for s in seen(page, "keyboard", "stop") if "changed" in s.facts]
    wrong, unsure = [], []
    for stop in stops:
        if stop.facts["changed"] or stop.facts.get("typed"):
            continue
        if stop.facts.get("hidden"):
            unsure.append(spot_of(stop, "It has focus but cannot be seen"))
        elif stop.facts.get("pixels") is False:
            wrong.append(spot_of(stop, "It looks the same with and without focus"))
        elif "pixels" not in stop.facts:
            unsure.append(spot_of(stop, "No style changes with focus"))
    return verdict(
        wrong,
        unsure,
        f"{len(wrong)} of {len(stops)} things that Tab comes to do not show that they have focus.",
        "Press Tab and see whether these show that they have focus.",
        bool(stops),
    )


@page_check(needs={"keyboard"})
def focus_not_covered(page: Page) -> Result:
    """Nothing that stays in place, such as a sticky header, wholly covers what has focus."""
    stops = [*seen(page, "keyboard", "stop"), *seen(page, "keyboard", "covered")]
    found: dict[str, Spot] = {}
    for stop in stops:
        if stop.facts.get("cover"):
            width = stop.facts.get("width")
            where = f" in a window {width} wide" if width else ""
            message = f"Behind {stop.facts['cover'][:120]}{where}"
            found.setdefault(stop.selector, spot_of(stop, message))
    said = "What has focus is wholly behind something that stays in place."
    return verdict(list(found.values()), [], said, "", bool(stops))


@page_check(needs={"keyboard"})
def no_focus_trap(page: Page) -> Result:
    """Tab, Shift+Tab or Escape lead out of everything that Tab leads into."""
    look = look_of(page, "keyboard")
    traps = spots_of(seen(page, "keyboard", "trap"), "Focus goes in and does not come out")
    said = "Neither Tab, Shift+Tab nor Escape moves focus away from here."
    if look.error and not traps and not look.facts.get("wrapped"):
        return untested(f"The walk with the keyboard ended early: {look.error}.")
    return verdict(traps, [], said, "", bool(look.facts.get("stops")))


@page_check(needs={"keyboard"})
def mouse_only(page: Page) -> Result:
    """Whatever listens for clicks and looks clickable can be reached with the keyboard.

    Listeners on large parts of the page, which sort clicks out later, are not looked at.
    """
    wrong, unsure = [], []
    for sighting in seen(page, "keyboard", "mouse-only"):
        if sighting.facts.get("twin") or sighting.facts.get("beside"):
            unsure.append(spot_of(sighting, "Does a control beside it do the same?"))
        else:
            wrong.append(spot_of(sighting, "It takes clicks, and Tab never comes to it"))
    return verdict(
        wrong,
        unsure,
        "These take clicks but cannot be reached with a keyboard.",
        "See whether everything these do can be done with a keyboard too.",
        bool(look_of(page, "keyboard").facts.get("listeners")),
    )


@page_check(needs={"keyboard"})
def skip_link_works(page: Page) -> Result:
    """After Enter on the skip link, Tab goes on from the place it names."""
    links = seen(page, "keyboard", "skip-link")
    wrong = [
        spot_of(s, f"Tab then went to {s.facts.get('to') or 'the start of the page'}")
        for s in links
        if not s.facts["moved"]
    ]
    said = "The skip link does not move focus past what it skips."
    return verdict(wrong, [], said, "", bool(links))


@page_check(needs={"keyboard"}, review=True)
def focus_goes_on(page: Page) -> Result:
    """Within one part of the page, Tab goes on down it and along its lines.

    Where it goes back up, or against the line because a style sheet put things in another order, a
    person should see whether that makes sense.
    """
    stops = seen(page, "keyboard", "stop")
    back = [s for s in stops if s.facts.get("back")]
    asked = "Tab goes back here: does the order make sense?"
    return verdict([], spots_of(back, "Tab goes back to this"), "", asked, len(stops) > 1)


@page_check(needs={"keyboard"})
def focus_on_static(page: Page) -> Result:
    """Tab stops only at things that do something: links, buttons, fields, what scrolls."""
    stops = seen(page, "keyboard", "stop")
    odd = [s for s in stops if s.facts.get("static")]
    wrong = [s for s in odd if not s.facts.get("named")]
    unsure = [s for s in odd if s.facts.get("named")]
    return verdict(
        spots_of(wrong, "Tab stops here, and nothing can be done here"),
        spots_of(unsure, "Tab stops here: is there a reason?"),
        "Tab stops at plain text or boxes.",
        "See whether Tab has a reason to stop here, such as a hint that shows.",
        bool(stops),
    )


@page_check(needs={"keyboard"})
def panels_open(page: Page) -> Result:
    """Buttons that open and close something do so with a key when they do with a click."""
    panels = seen(page, "keyboard", "disclosure")
    wrong, unsure = [], []
    for panel in panels:
        facts = panel.facts
        if not facts.get("by") and facts.get("by_click"):
            wrong.append(spot_of(panel, "A click opens it; Enter and Space do not"))
        elif facts.get("by") == "arrow":
            unsure.append(spot_of(panel, "It opens with an arrow key, not with Enter or Space"))
        elif facts.get("inside") and facts.get("reached") is False:
            unsure.append(spot_of(panel, "It opens, but the next Tab does not go into it"))
    return verdict(
        wrong,
        unsure,
        "These open with a mouse and not with a keyboard.",
        "Open these with the keyboard and see whether you can get at what they show.",
        any(p.facts.get("by") or p.facts.get("by_click") for p in panels),
    )


@page_check(needs={"keyboard"})
def sets_work(page: Page) -> Result:
    """Each tab, menu item or option of a set can be reached, with Tab or with arrow keys."""
    sets = seen(page, "keyboard", "set")
    wrong = []
    for one in sets:
        facts = one.facts
        if facts["reached"] >= facts["members"] or facts["arrows"]:
            continue
        which = "none of them" if not facts["focus"] else f"{facts['reached']} of them"
        said = (
            f"{facts['members']} in a {facts['role']}: Tab comes to {which}, and arrows do not move"
        )
        wrong.append(spot_of(one, said))
    return verdict(wrong, [], "Parts of these sets cannot be reached.", "", bool(sets))


@page_check(needs={"keyboard"})
def menus_open(page: Page) -> Result:
    """A menu that opens under the mouse also opens by keyboard."""
    menus = seen(page, "keyboard", "menu")
    shut = [m for m in menus if not m.facts.get("by")]
    wrong = [m for m in shut if not m.facts.get("own_page")]
    unsure = [m for m in shut if m.facts.get("own_page")]
    return verdict(
        spots_of(wrong, "It opens under the mouse; focus, Enter, Space and arrows do nothing"),
        spots_of(unsure, "It opens only under the mouse: does the page it leads to list the same?"),
        "Links in these menus can only be reached with a mouse.",
        "See whether the links in these menus can be reached without a mouse.",
        bool(menus),
    )


@page_check(needs={"keyboard"})
def dialogs_work(page: Page, *, asked: str) -> Result:
    """One thing that is asked of a dialog or lightbox opened by keyboard.

    ``asked`` is one of: focus in, stays in, escape, focus back, close.
    """
    dialogs = [d for d in seen(page, "keyboard", "dialog") if d.facts.get("modal")]
    wrong, unsure, applies = [], [], False
    for dialog in dialogs:
        facts = dialog.facts
        if asked == "focus in":
            applies = True
            if not facts["focus_in"]:
                wrong.append(spot_of(dialog, "It opens, and focus stays on the page behind it"))
        elif asked == "stays in" and facts["focus_in"]:
            applies = True
            if not facts["stays"]:
                wrong.append(spot_of(dialog, "Tab leaves it for the page behind it"))
        elif asked == "escape":
            applies = True
            if not facts["escape"]:
                wrong.append(spot_of(dialog, "Escape does not close it"))
        elif asked == "focus back" and "returned" in facts:
            applies = True
            if not facts["returned"]:
                wrong.append(spot_of(dialog, "Once closed, focus is not back where it was"))
        elif asked == "close" and (facts["close"] or not facts["escape"]):
            applies = True
            if facts["close"] and not facts["closeReachable"]:
                wrong.append(spot_of(dialog, "Tab never comes to its close button"))
            elif not facts["close"]:
                unsure.append(spot_of(dialog, "It has no close button that could be recognised"))
    said = "What opens over the page does not work by keyboard."
    return verdict(wrong, unsure, said, "Open this by keyboard and close it again.", applies)


@page_check(needs={"keyboard"})
def role_buttons_work(page: Page) -> Result:
    """What says it is a button (role=button) answers to Space, as buttons do, and to Enter."""
    buttons = seen(page, "keyboard", "role-button")
    wrong, unsure = [], []
    for button in buttons:
        if button.facts["space"]:
            continue
        if button.facts["enter"]:
            wrong.append(spot_of(button, "Enter works and Space does nothing"))
        elif button.facts["works"]:
            wrong.append(spot_of(button, "A click works; Enter and Space do nothing"))
        else:
            unsure.append(spot_of(button, "Neither Enter nor Space did anything"))
    return verdict(
        wrong,
        unsure,
        "These are announced as buttons and do not answer to the keys of one.",
        "Press Enter and Space on these and see whether they do anything.",
        bool(buttons),
    )


@page_check(needs={"keyboard"})
def focus_changes_nothing(page: Page) -> Result:
    """Nothing opens, is sent or leads away merely because something gets focus."""
    what = {"leave": "leads to", "open": "opens", "submit": "sends the form to"}
    wrong = [
        spot_of(s, f"Getting focus {what.get(s.facts['what'], 'leads to')} {s.facts['where']}")
        for s in seen(page, "keyboard", "context")
    ]
    applies = bool(look_of(page, "keyboard").facts.get("stops"))
    return verdict(wrong, [], "Moving focus here changes the page.", "", applies)


@page_check(needs={"keyboard"})
def hover_content(page: Page, *, asked: str) -> Result:
    """A hint that shows under the mouse shows on focus too, or can be put away with Escape.

    ``asked`` is one of: focus, escape. Text that only a style sheet calls up may be said elsewhere
    too, so it is for a person to look at.
    """
    tips = [t for t in seen(page, "keyboard", "tooltip") if t.facts["hover"]]
    if asked == "focus":
        shut = [t for t in tips if not t.facts["focus"]]
        return verdict(
            spots_of(
                [t for t in shut if not t.facts["plain"]], "The hint shows only under a mouse"
            ),
            spots_of([t for t in shut if t.facts["plain"]], "Text shows only under a mouse"),
            "These hints show under the mouse and not when focus comes here.",
            "See whether what shows under the mouse here is said elsewhere too.",
            bool(tips),
        )
    left = [t for t in tips if not t.facts.get("dismissed")]
    wrong = [t for t in left if t.facts.get("covers") and not t.facts["plain"]]
    unsure = [t for t in left if t.facts.get("covers", False) == t.facts["plain"]]
    return verdict(
        spots_of(wrong, "It lies over other text, and Escape does not put it away"),
        spots_of(unsure, "Escape does not put it away"),
        "These hints lie over other text and Escape does not put them away.",
        "See whether the hint hides other content: Escape does not put it away.",
        bool(tips),
    )


@page_check
def no_access_keys(page: Page) -> Result:
    """No element has an accesskey, which may take a key the visitor's own tools need."""
    found = [n for n in page.dom.css("[accesskey]") if dom.attribute(n, "accesskey").strip()]
    if not found:
        return passed()
    keys = ", ".join(sorted({dom.attribute(n, "accesskey")[:5] for n in found})[:20])
    return failed(f"Access keys are set: {keys}.", places(found))

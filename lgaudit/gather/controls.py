"""Press what opens something or is called a button, and note what Enter, Space and Escape do."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from lgaudit.evidence import Sighting
from lgaudit.gather.wire import Command, Wire, press

SETTLE = 0.06  # seconds for a page to answer a key
OPENING = 0.35  # seconds for a dialog or menu to open

Sights = list[dict[str, Any]]


def sightings(found: Sights) -> tuple[Sighting, ...]:
    """What scripts of ours told, as evidence."""
    return tuple(
        Sighting(s["kind"], s["selector"], s["html"], s["facts"], s["block"]) for s in found
    )


def _role_buttons(wire: Wire, _: dict[str, Any]) -> Sights:
    wire.ask("L.attend")
    found: Sights = []
    for number in range(wire.ask("L.roleButtons")):
        answered = []
        for key in (" ", "Enter"):
            if not wire.ask("L.take", number):
                break
            press(wire, key)
            time.sleep(SETTLE)
            answered.append(bool(wire.ask("L.happened")))
        if len(answered) == 2:
            found.append(wire.ask("L.roleButton", number, *answered))
        press(wire, "Escape")
    return found


def _disclosures(wire: Wire, _: dict[str, Any]) -> Sights:
    found: Sights = []
    for number in range(wire.ask("L.disclosures")):
        if not wire.ask("L.canFocus", number):
            continue  # what only the mouse reaches is told of elsewhere
        if not wire.ask("L.take", number):
            continue
        told: dict[str, Any] = {"by": ""}
        for key, name in (("Enter", "enter"), (" ", "space"), ("ArrowDown", "arrow")):
            press(wire, key)
            time.sleep(SETTLE)
            if wire.ask("L.expanded", number) != "false":
                told["by"] = name
                break
        if told["by"]:
            told |= wire.ask("L.opened", number)
            if told["inside"]:
                press(wire, "Tab")
                told["reached"] = bool(wire.ask("L.isInside", number))
            wire.ask("L.take", number)
            press(wire, " " if told["by"] == "space" else "Enter")
            time.sleep(SETTLE)
            told["closes"] = wire.ask("L.expanded", number) == "false"
            press(wire, "Escape")
        else:
            told["by_click"] = wire.ask("L.clickIt", number) != "false"
            if told["by_click"]:
                wire.ask("L.clickIt", number)
        found.append(wire.ask("L.disclosure", number, told))
    return found


def _sets(wire: Wire, _: dict[str, Any]) -> Sights:
    """Do arrow keys move in sets of tabs, menu items, options?"""
    found: Sights = []
    for number in range(wire.ask("L.sets")):
        # How many of them Tab comes to is told before keys move anything.
        plain = wire.ask("L.set", number, {"focus": False, "arrows": False})
        if wire.ask("L.intoSet", number):
            plain["facts"]["focus"] = True
            start = wire.ask("L.setFocus")
            for key in ("ArrowRight", "ArrowDown"):
                press(wire, key)
                time.sleep(SETTLE)
                if wire.ask("L.setMoved", number, start):
                    plain["facts"]["arrows"] = True
                    break
        found.append(plain)
    return found


def _dialogs(wire: Wire, _: dict[str, Any]) -> Sights:
    found: Sights = []
    for number in range(wire.ask("L.dialogOpeners")):
        wire.ask("L.beforeDialog")
        if not wire.ask("L.take", number):
            continue
        press(wire, "Enter")
        if not _waited(wire, "L.dialogOpen"):
            continue
        told: dict[str, Any] = wire.ask("L.dialogFacts")
        told["focus_in"] = _waited(wire, "L.inDialog")
        told["stays"] = _stays(wire, told)
        wire.ask("L.intoDialog")
        press(wire, "Escape")
        told["escape"] = _gone(wire)
        if not told["escape"] and not wire.ask("L.forceClosed"):
            told["stuck"] = True
        else:
            time.sleep(SETTLE)
            told["returned"] = _waited(wire, f"L.onOpener.bind(null, {number})")
        found += wire.ask("L.dialogSights", number, told)
        if told.get("stuck"):
            break  # the page behind it can no longer be looked at
    return found


def _stays(wire: Wire, told: dict[str, Any]) -> bool:
    """True when Tab, pressed once for everything in it and twice more, stays in the dialog."""
    if not told["focus_in"]:
        wire.ask("L.intoDialog")
    for _ in range(min(int(told["inside"]) + 2, 25)):
        press(wire, "Tab")
        # The browser's own controls take a turn where the dialog is a native one.
        if wire.ask("L.behindDialog"):
            return False
    return True


def _waited(wire: Wire, question: str) -> bool:
    for _ in range(6):
        if wire.ask(question):
            return True
        time.sleep(OPENING / 5)
    return False


def _gone(wire: Wire) -> bool:
    for _ in range(6):
        if not wire.ask("L.dialogShown"):
            return True
        time.sleep(OPENING / 5)
    return False


def _point(x: float, y: float) -> Command:
    return ("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": x, "y": y})


def _menus(wire: Wire, _: dict[str, Any]) -> Sights:
    found: Sights = []
    for number in range(wire.ask("L.menus")):
        if wire.ask("L.menuShown", number):
            continue
        x, y = wire.ask("L.menuPoint", number)
        wire.calls([_point(x, y)])
        hover = _waited(wire, f"L.menuShown.bind(null, {number})")
        wire.calls([_point(1, 799)])
        time.sleep(SETTLE)
        if not hover:
            continue
        told = {"hover": True, "by": "", "own_page": wire.ask("L.menuPage", number)}
        if wire.ask("L.menuFocus", number):
            for key in ("", "ArrowDown", " "):
                if key:
                    press(wire, key)
                    time.sleep(SETTLE)
                if wire.ask("L.menuShown", number):
                    told["by"] = key or "focus"
                    break
        if not told["by"] and wire.ask("L.menuButton", number):
            press(wire, "Enter")
            if _waited(wire, f"L.menuShown.bind(null, {number})"):
                told["by"] = "button"
        press(wire, "Escape")
        found.append(wire.ask("L.menu", number, told))
    return found


def _tooltips(wire: Wire, _: dict[str, Any]) -> Sights:
    found: Sights = []
    for number in range(wire.ask("L.tips")):
        shown = f"L.tipShown.bind(null, {number})"
        x, y = wire.ask("L.tipPoint", number)
        wire.calls([_point(x, y)])
        told: dict[str, Any] = {"hover": _waited(wire, shown)}
        if told["hover"]:
            press(wire, "Escape")
            time.sleep(SETTLE)
            told["dismissed"] = not wire.ask("L.tipShown", number)
            told["covers"] = not told["dismissed"] and bool(wire.ask("L.tipCovers", number))
        wire.calls([_point(1, 799)])
        time.sleep(SETTLE)
        told["reachable"] = bool(wire.ask("L.tipFocus", number))
        told["focus"] = _waited(wire, shown) if told["hover"] else False
        found.append(wire.ask("L.tip", number, told))
    return found


PARTS: tuple[Callable[[Wire, dict[str, Any]], Sights], ...] = (
    _role_buttons,
    _disclosures,
    _sets,
    _dialogs,
    _menus,
    _tooltips,
)

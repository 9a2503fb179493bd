"""The page by keyboard: Tab through it, press what opens something, and note what came of it."""

from __future__ import annotations

import base64
import time
from typing import Any

from lgaudit.evidence import Look
from lgaudit.gather import controls
from lgaudit.gather.controls import SETTLE, Sights, sightings
from lgaudit.gather.pixels import same_picture
from lgaudit.gather.wire import Wire, WireFault, press

BATCH = 20  # Tabs sent together
MOST_TABS = 160
SLOW_TABS = 15
WALK = 2.5  # seconds of tabbing
MOST_PICTURES = 6  # stops whose looks are compared by pixels
NARROW = (320, 640)  # CSS pixels


def look(wire: Wire, start: dict[str, Any]) -> Look:
    """Walk, look, press. Each part that breaks is left out and named; the rest counts."""
    found: Sights = []
    facts: dict[str, Any] = {"blocks": start["blocks"], "focusables": start["focusables"]}
    broken: list[str] = []
    parts = (
        _listeners, _walk, _trap, _contexts, _differences, _mouse_only, _covered, _skip_link,
        *controls.PARTS,
    )  # fmt: skip
    for part in parts:
        try:
            found += part(wire, facts)
        except WireFault as fault:
            broken.append(f"{part.__name__.strip('_')}: {fault}")
    return Look(sightings(found), facts, "; ".join(broken)[:300])


def _listeners(wire: Wire, facts: dict[str, Any]) -> Sights:
    """Tell our scripts which elements listen for clicks; the browser knows, the page cannot say."""
    handle = wire.element("document")
    answer = wire.call("DOMDebugger.getEventListeners", objectId=handle, depth=-1, pierce=True)
    wanted = ("click", "mousedown", "mouseup", "pointerdown", "pointerup", "keydown", "focus")
    heard = [
        (str(one["type"]), int(one["backendNodeId"]))
        for one in answer.get("listeners", ())
        if one.get("type") in wanted and one.get("backendNodeId")
    ][:400]
    world = wire.element("L")
    resolved = wire.calls(
        [
            ("DOM.resolveNode", {"backendNodeId": node, "executionContextId": wire.world})
            for _, node in heard
        ],
        lenient=True,  # a node may have gone meanwhile
    )
    known = [(k[0], r["object"]["objectId"]) for k, r in zip(heard, resolved, strict=True) if r]
    wire.call(
        "Runtime.callFunctionOn",
        objectId=world,
        functionDeclaration="function(types, ...nodes) { return this.heard(types, ...nodes) }",
        arguments=[{"value": [kind for kind, _ in known]}, *({"objectId": h} for _, h in known)],
    )
    facts["listeners"] = len(heard)
    return []


def _walk(wire: Wire, facts: dict[str, Any]) -> Sights:
    wire.ask("L.watch")
    wire.ask("L.top")
    most = min(facts["focusables"] + 20, MOST_TABS)
    end = time.monotonic() + WALK
    pressed, batch = 0, BATCH
    said: dict[str, Any] = {}
    while pressed < most and time.monotonic() < end:
        press(wire, "Tab", min(batch, most - pressed))
        pressed += batch
        said = wire.ask("L.walked")
        if said["moved"] and batch > 1:  # a script moves focus on: go as slowly as a person
            batch, most = 1, pressed + SLOW_TABS
        if said["outside"] or wire.ask("L.isRing"):  # past the end, or going round
            break
    facts["stops"] = int(said.get("stops", 0))
    facts["wrapped"] = bool(said.get("outside"))
    return []


def _trap(wire: Wire, facts: dict[str, Any]) -> Sights:
    """A ring counts when neither Shift+Tab nor Escape nor starting afresh leads out of it."""
    if facts.get("wrapped") or not wire.ask("L.isRing"):
        return []
    for _ in range(2):
        if _leads_out(wire) or _leads_out(wire, shift=True):
            return []
        press(wire, "Escape")
        if _leads_out(wire):
            return []
        wire.ask("L.top")
        if not wire.ask("L.intoRing"):
            return []
    if _advised(wire):
        return []
    found: Sights = wire.ask("L.trap")
    facts["trapped"] = True
    return found


def _advised(wire: Wire) -> bool:
    """Whether a key that the page itself names, perhaps after its help is opened, leads out."""
    for asked in (False, True):
        if asked:
            if not wire.ask("L.helpInRing"):
                return False
            press(wire, "Enter")
            time.sleep(SETTLE)
        for *held, key in wire.ask("L.advice"):
            wire.ask("L.intoRing")
            press(wire, key, held=held)
            if wire.ask("L.left") or _leads_out(wire):
                return True
    return False


def _leads_out(wire: Wire, shift: bool = False) -> bool:
    for _ in range(3):
        press(wire, "Tab", shift=shift)
        if wire.ask("L.left"):
            return True
    return False


def _contexts(wire: Wire, _: dict[str, Any]) -> Sights:
    found: Sights = wire.ask("L.contextTries")
    return found


def _differences(wire: Wire, _: dict[str, Any]) -> Sights:
    doubtful = wire.ask("L.compare")
    for number in doubtful[:MOST_PICTURES]:
        pictures = []
        for focused in (True, False):
            shape = wire.ask("L.forPicture", number, focused)
            if shape is None:
                break
            answer = wire.call(
                "Page.captureScreenshot",
                format="png",
                clip={**shape, "scale": 1},
                captureBeyondViewport=False,
            )
            pictures.append(base64.b64decode(answer["data"]))
        if len(pictures) == 2:
            wire.ask("L.pictured", number, not same_picture(*pictures))
    found: Sights = wire.ask("L.stopSights")
    return found


def _mouse_only(wire: Wire, _: dict[str, Any]) -> Sights:
    found: Sights = wire.ask("L.mouseOnly")
    return found


def _covered(wire: Wire, _: dict[str, Any]) -> Sights:
    found: Sights = []
    if wire.ask("L.hasSticky"):
        found += wire.ask("L.coveredStops", True)
    width, height = NARROW
    wire.call(
        "Emulation.setDeviceMetricsOverride",
        width=width, height=height, deviceScaleFactor=1, mobile=False,
    )  # fmt: skip
    try:
        wire.ask("L.frame")
        if wire.ask("L.hasSticky"):
            for backwards in (False, True):
                found += wire.ask("L.coveredStops", backwards)
    finally:
        wire.call("Emulation.clearDeviceMetricsOverride")
        wire.ask("L.frame")
    return found


def _skip_link(wire: Wire, _: dict[str, Any]) -> Sights:
    link = wire.ask("L.skipLink")
    if not link or not link["focused"] or not link["after"]:
        return []
    press(wire, "Enter")
    time.sleep(SETTLE)
    press(wire, "Tab")
    found: Sights = wire.ask("L.skipped")
    return found

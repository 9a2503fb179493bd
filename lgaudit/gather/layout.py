"""The page at other sizes: narrow, zoomed, with larger text and with more room between letters."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from lgaudit.evidence import Look
from lgaudit.gather.controls import Sights, sightings
from lgaudit.gather.wire import Wire, WireFault

NARROW = (320, 640)  # CSS pixels: 1280 wide at 400%
ZOOMED = (640, 400)  # the usual window at 200%
# WCAG 1.4.12, word for word.
SPACED = (
    "* { line-height: 1.5 !important; letter-spacing: 0.12em !important;"
    " word-spacing: 0.16em !important } p { margin-bottom: 2em !important }"
)
# What a browser does that is asked for text twice the size: the size everything else refers to.
LARGE = "html { font-size: 200% !important }"


def look(wire: Wire, start: dict[str, Any]) -> Look:
    """Measure at each size; the page is left as it was found."""
    found: Sights = []
    broken: list[str] = []
    for part in (_plain, _spaced, _large, _zoomed, _narrow):
        try:
            found += part(wire)
        except WireFault as fault:
            broken.append(f"{part.__name__.strip('_')}: {fault}")
    facts = {"blocks": start["blocks"]}
    return Look(sightings(found), facts, "; ".join(broken)[:300])


@contextlib.contextmanager
def sized(wire: Wire, size: tuple[int, int]) -> Iterator[None]:
    """A window of this size in CSS pixels."""
    wire.call(
        "Emulation.setDeviceMetricsOverride",
        width=size[0], height=size[1], deviceScaleFactor=1, mobile=False,
    )  # fmt: skip
    try:
        wire.ask("L.frame")
        wire.ask("L.ended")
        yield
    finally:
        wire.call("Emulation.clearDeviceMetricsOverride")
        wire.ask("L.frame")


@contextlib.contextmanager
def dressed(wire: Wire, name: str, source: str) -> Iterator[None]:
    """The page with another style sheet on top."""
    wire.ask("L.dress", name, source)
    try:
        wire.ask("L.ended")
        yield
    finally:
        wire.ask("L.undress", name)


def _plain(wire: Wire) -> Sights:
    found: Sights = wire.ask("L.typography")
    wire.ask("L.before")
    return found


def _spaced(wire: Wire) -> Sights:
    with dressed(wire, "spaced", SPACED):
        found: Sights = wire.ask("L.after", "spacing")
    return found


def _large(wire: Wire) -> Sights:
    with dressed(wire, "large", LARGE):
        found: Sights = wire.ask("L.after", "text")
    return found


def _zoomed(wire: Wire) -> Sights:
    with sized(wire, ZOOMED):
        found: Sights = wire.ask("L.after", "zoom")
    return found


def _narrow(wire: Wire) -> Sights:
    with sized(wire, NARROW):
        found: Sights = wire.ask("L.reflow") + wire.ask("L.after", "narrow") + wire.ask("L.banners")
    return found

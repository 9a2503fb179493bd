"""What moves or goes away by itself: animations, videos, GIFs, carousels, messages, flashes."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Iterable
from typing import Any

from PIL import Image

from lgaudit.evidence import Look
from lgaudit.gather import pixels
from lgaudit.gather.controls import Sights, sightings
from lgaudit.gather.wire import Wire, WireFault

WATCH = 7_000  # ms that carousels and messages are watched, where there are any
SLICE = 1_400  # ms of one question, so that a page that hangs is noticed
MOST_GIFS = 6
MOST_FRAMES, PART = 60, 20  # of a film, and of one question
STEP = 40  # ms between the frames of a second that is looked at for flashes


def look(wire: Wire, start: dict[str, Any]) -> Look:
    """Watch the page without touching it."""
    found: Sights = []
    broken: list[str] = []
    for part in (_plain, _gifs, _reduced, _flashes, _changes, _films):
        try:
            found += part(wire)
        except WireFault as fault:
            broken.append(f"{part.__name__.strip('_')}: {fault}")
    facts = {"blocks": start["blocks"]}
    return Look(sightings(found), facts, "; ".join(broken)[:300])


def _plain(wire: Wire) -> Sights:
    wire.ask("L.watched")  # as early as may be: messages go
    found: Sights = wire.ask("L.animations") + wire.ask("L.videos")
    return found


def _gifs(wire: Wire) -> Sights:
    """Animated GIFs, from the bytes the browser already has."""
    pictures = wire.ask("L.pictures")
    if not pictures:
        return []
    kinds = _mime_types(wire)
    found: Sights = []
    looked: dict[str, pixels.Film | None] = {}
    for picture in pictures:
        source = str(picture["src"])
        if source.startswith("data:"):
            if not source.startswith("data:image/gif"):
                continue
        elif kinds.get(source) != "image/gif":
            continue
        if source not in looked:
            if len(looked) >= MOST_GIFS:
                break
            looked[source] = pixels.gif(_bytes(wire, source))
        film = looked[source]
        if film is None:
            continue
        width, height = float(picture["width"]), float(picture["height"])
        facts = {
            "seconds": -1 if math.isinf(film.plays) else round(film.plays, 1),
            "frames": len(film.frames),
            "flashing": pixels.flashing(film, width, height),
            "area": round(width * height),
        }
        found.append(wire.ask("L.gif", picture["n"], facts))
    return found


def _mime_types(wire: Wire) -> dict[str, str]:
    tree = wire.call("Page.getResourceTree")["frameTree"]
    return {r["url"]: r["mimeType"] for r in _resources(tree)}


def _resources(tree: dict[str, Any]) -> Iterable[dict[str, Any]]:
    yield from tree.get("resources", ())


def _bytes(wire: Wire, source: str) -> bytes:
    if source.startswith("data:"):
        try:
            return base64.b64decode(source.partition(",")[2], validate=False)
        except ValueError:
            return b""
    answer = wire.call("Page.getResourceContent", frameId=wire.window, url=source)
    content = str(answer.get("content", ""))
    return base64.b64decode(content) if answer.get("base64Encoded") else b""


def _reduced(wire: Wire) -> Sights:
    wire.call(
        "Emulation.setEmulatedMedia",
        features=[{"name": "prefers-reduced-motion", "value": "reduce"}],
    )
    try:
        wire.ask("L.frame")
        found: Sights = wire.ask("L.stillMoving")
    finally:
        wire.call("Emulation.setEmulatedMedia", features=[])
    return found


def _flashes(wire: Wire) -> Sights:
    """A second of what may flash, frame by frame, held to WCAG's threshold."""
    found: Sights = []
    for suspect in wire.ask("L.flashers"):
        shape = suspect["shape"]
        if shape["width"] < 20 or shape["height"] < 20:
            continue
        wire.ask("L.hold")
        scale = min(1.0, 2 * pixels.GRID / max(shape["width"], shape["height"]))
        frames = []
        for at in range(0, 1000, STEP):
            wire.ask("L.at", at)
            answer = wire.call(
                "Page.captureScreenshot", format="png", clip={**shape, "scale": scale}
            )
            with Image.open(io.BytesIO(base64.b64decode(answer["data"]))) as picture:
                frames.append(pixels.luminance(picture))
        wire.ask("L.letGo")
        starts = tuple(at / 1000 for at in range(0, 1000, STEP))
        film = pixels.Film(tuple(frames), starts, 1.0, 1)
        area = shape["width"] * shape["height"]
        flashes = pixels.most_flashes(film, area / pixels.GRID**2)
        suspect["sight"]["facts"] = {"flashes": flashes, "area": round(area)}
        found.append(suspect["sight"])
    return found


def _films(wire: Wire) -> Sights:
    """The first seconds of large videos, as far as they are there and may be read."""
    found: Sights = []
    for number in range(wire.ask("L.films")):
        frames: list[str] = []
        starts: tuple[float, ...] = ()
        for first in range(0, MOST_FRAMES, PART):
            seen = wire.ask("L.film", number, first, PART)
            frames += seen["frames"]
            starts += tuple(map(float, seen["starts"]))
            if len(seen["frames"]) < PART:
                break
        facts: dict[str, Any] = {"readable": len(frames) > 1, "area": round(seen["area"])}
        if facts["readable"]:
            grids = [pixels.from_bytes(base64.b64decode(frame)) for frame in frames]
            film = pixels.Film(tuple(grids), starts, starts[-1] + STEP / 1000, 1)
            facts["seconds"] = round(film.seconds, 1)
            facts["flashes"] = pixels.most_flashes(film, float(seen["area"]) / pixels.GRID**2)
        seen["sight"]["facts"] = facts
        found.append(seen["sight"])
    return found


def _changes(wire: Wire) -> Sights:
    if not wire.ask("L.watching"):
        return []
    for _ in range(WATCH // SLICE):
        if not wire.ask("L.attendTo", SLICE):
            break
    found: Sights = wire.ask("L.changes")
    return found

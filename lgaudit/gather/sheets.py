"""Takes a picture of the page in the window, with where its elements stand."""

from __future__ import annotations

import base64
from typing import Any

from lgaudit.gather.wire import Wire, WireFault
from lgaudit.pictures import Sheet

SCRIPTS = ("boxes.js",)  # that are in the page's world of ours beforehand
HEIGHT = 4_000  # CSS pixels from the top; what is further down is not pictured
LEAST, WIDEST = 100, 3_000  # width of a page that is pictured
QUALITY = 70  # of the JPEG


def take(wire: Wire, url: str) -> Sheet | None:
    """The picture, or None when the page cannot be pictured.

    Raises:
        WireLost: no answer in time. WireMoved: the page has gone.
    """
    try:
        seen: dict[str, Any] | None = wire.ask("B.boxes")
        if seen is None or not LEAST <= seen["width"] <= WIDEST:
            return None
        width, height = int(seen["width"]), min(HEIGHT, int(seen["height"]))
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        answer = wire.call(
            "Page.captureScreenshot",
            format="jpeg",
            quality=QUALITY,
            clip=clip,
            captureBeyondViewport=True,
            optimizeForSpeed=True,
        )
        image = base64.b64decode(str(answer.get("data", "")))
        boxes = {str(tag): tuple(map(int, own)) for tag, own in seen["boxes"].items()}
        return Sheet(url, image, width, height, boxes)
    except (WireFault, ValueError, KeyError, TypeError):
        return None

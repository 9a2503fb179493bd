"""Takes a picture of the page in the window, with where its elements stand."""

from __future__ import annotations

import base64
import time
from typing import Any

from websocket import WebSocketTimeoutException

from lgaudit.gather.wire import ANSWER, Wire, WireFault, WireLost
from lgaudit.pictures import Sheet

SCRIPTS = ("boxes.js",)  # that are in the page's world of ours beforehand
HEIGHT = 2_000  # CSS pixels from the top; what is further down is not pictured
LEAST, WIDEST = 100, 3_000  # width of a page that is pictured
QUALITY = 70  # of the JPEG
PATIENCE = 2 * ANSWER  # seconds: one answer for the boxes, one for the picture


def take(wire: Wire, url: str) -> Sheet | None:
    """The picture, or None when the page cannot be pictured.

    A busy machine may paint too slowly; looks lose neither time nor their turn by that.

    Raises:
        WireLost: the line broke. WireMoved: the page has gone.
    """
    began = time.monotonic()
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
    except WireLost as error:
        if not isinstance(error.__cause__, TimeoutError | WebSocketTimeoutException):
            raise
        return None
    finally:
        wire.ends += time.monotonic() - began

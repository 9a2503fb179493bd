"""Look closely at the page in the window: for what moves, at other sizes, by keyboard.

Everything here comes after axe-core and the rest, because keys change a page. While it lasts no
request leaves the browser, no window opens, no form is sent and the page cannot move on.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Sequence
from functools import cache
from typing import Any

from lgaudit.evidence import Look
from lgaudit.gather import axe, sheets
from lgaudit.gather.wire import Wire, WireFault, WireLost, WireMoved
from lgaudit.pictures import Sheet

LIMIT = 20.0  # seconds for all looks at one page; most take two
Looker = Callable[[Wire, dict[str, Any]], Look]
# Watching comes first, because it needs the page untouched; keys come last.
SCRIPTS: dict[str, tuple[str, ...]] = {
    "motion": ("motion.js",),
    "layout": ("layout.js",),
    "keyboard": ("keyboard.js", "controls.js"),
}
BLOCKED = ["*"]  # addresses, all of them


@cache
def lookers() -> dict[str, Looker]:
    """What takes each look."""
    from lgaudit.gather import keyboard, layout, motion  # these bring libraries for pictures

    return {"motion": motion.look, "layout": layout.look, "keyboard": keyboard.look}


def look(
    wire: Wire,
    names: Collection[str],
    known: Sequence[str],
    limit: float = LIMIT,
    pictured: str = "",
    keep: Callable[[Sheet], None] = lambda _: None,
) -> dict[str, Look]:
    """The looks asked for; one that the page cut short says so, and the rest are not taken.

    A picture of the page goes to ``keep`` where ``pictured`` names its URL: after what needs the
    page untouched by us, and before it is made smaller or a key is pressed.

    Raises:
        Hung: the page stopped answering, so the browser must be replaced.
    """
    found: dict[str, Look] = {}
    wire.ends = time.monotonic() + limit
    wanted = [name for name in SCRIPTS if name in names]
    try:
        start = _begin(wire, wanted, known, sheets.SCRIPTS if pictured else ())
        for name in wanted:
            if pictured and name != "motion":
                if (sheet := sheets.take(wire, pictured)) is not None:
                    keep(sheet)
                pictured = ""
            found[name] = lookers()[name](wire, start)
        _end(wire)
    except (WireMoved, WireFault) as error:
        for left in wanted:
            found.setdefault(left, Look(error=f"{type(error).__name__}: {error}"[:300]))
        with contextlib.suppress(WireMoved, WireFault):
            _end(wire)
    except WireLost as error:
        for left in wanted:
            found.setdefault(left, Look(error=str(error)[:300]))
        raise Hung(found) from error
    return found


class Hung(Exception):
    """The page stopped answering while it was looked at; ``looks`` is what was seen by then."""

    def __init__(self, looks: dict[str, Look]) -> None:
        super().__init__("The page stopped answering")
        self.looks = looks


def _begin(
    wire: Wire, names: Sequence[str], known: Sequence[str], more: Sequence[str]
) -> dict[str, Any]:
    wire.calls(
        [
            ("Page.enable", {}),
            ("Network.enable", {}),
            ("Network.setBlockedURLs", {"urls": BLOCKED}),
            ("Emulation.setFocusEmulationEnabled", {"enabled": True}),
        ]
    )
    wire.run_in_page(axe.script("guard.js"))
    sources = ["closely.js", *(script for name in names for script in SCRIPTS[name]), *more]
    wire.enter("\n".join(axe.script(source) for source in sources))
    start: dict[str, Any] = wire.ask("L.start", list(known))
    return start


def _end(wire: Wire) -> None:
    wire.calls(
        [
            ("Network.setBlockedURLs", {"urls": []}),
            ("Network.disable", {}),
            ("Page.disable", {}),
        ]
    )

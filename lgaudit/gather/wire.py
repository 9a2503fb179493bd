"""A second line to the browser's window, for what the driver is too slow at.

The driver answers each command before it takes the next, and waits for a frame after every key:
70 key presses take 2.5 seconds through it and a quarter of a second here, where commands are sent
together. Scripts run in a world of their own, so nothing a page does to its own objects reaches
them.
"""

from __future__ import annotations

import contextlib
import json
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import websocket

Command = tuple[str, Mapping[str, Any]]
ANSWER = 4.0  # seconds to wait at most for one answer
MOVED = ("context", "navigated", "detached", "destroyed", "no frame")


class WireLost(Exception):
    """The window did not answer in time, or the line broke."""


class WireMoved(Exception):
    """The page was replaced by another while it was looked at."""


class WireFault(Exception):
    """The browser refused a command, or a script of ours broke."""


class Line(NamedTuple):
    """A DevTools connection; ``session`` names the window on one that could reach others too."""

    socket: websocket.WebSocket
    session: str = ""

    def send(self, number: int, method: str, parameters: Mapping[str, Any]) -> None:
        """Send one command."""
        self.send_all(number, [(method, parameters)])

    def send_all(self, first: int, commands: Sequence[Command]) -> None:
        """Send commands numbered from ``first`` on at once: each on its own wakes the browser."""
        sent = b""
        for number, (method, parameters) in enumerate(commands, first):
            message = {"id": number, "method": method, "params": parameters}
            if self.session:
                message["sessionId"] = self.session
            text = websocket.ABNF.create_frame(json.dumps(message), websocket.ABNF.OPCODE_TEXT)
            sent += text.format()
        if self.socket.sock is None:
            raise OSError("the line was hung up")
        self.socket.sock.sendall(sent)


def line_here(address: str, window: str) -> Line:
    """A connection to a window of a browser on this machine."""
    with urllib.request.urlopen(f"http://{address}/json", timeout=ANSWER) as answer:
        targets = json.load(answer)
    url = next((t["webSocketDebuggerUrl"] for t in targets if t.get("id") == window), None)
    if url is None:
        raise OSError("no such window")
    # The library would look at every letter of an answer in Python, 60 ms a page; they are decoded
    # strictly all the same.
    return Line(
        websocket.create_connection(
            url,
            timeout=ANSWER,
            suppress_origin=True,
            enable_multithread=False,
            skip_utf8_validation=True,
        )
    )


class Wire:
    """One connection to one window; every method belongs to the thread that drives it."""

    def __init__(self, dial: Callable[[str], Line], window: str) -> None:
        try:
            self._line = dial(window)
        except (OSError, KeyError, ValueError, websocket.WebSocketException) as error:
            raise WireLost(f"No line to the window ({type(error).__name__})") from error
        self._socket = self._line.socket
        self.window = window
        self._number = 0
        self.world = 0
        self.ends = float("inf")  # when the look in hand must be over, by time.monotonic()

    def close(self) -> None:
        """Hang up; what was emulated over this line ends with it."""
        with contextlib.suppress(OSError, websocket.WebSocketException):
            self._socket.close()

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One command and its answer.

        Raises:
            WireLost: no answer in time. WireMoved: the page has gone. WireFault: refused.
        """
        return self.calls([(method, parameters)])[0]

    def calls(self, commands: Sequence[Command], lenient: bool = False) -> list[dict[str, Any]]:
        """Several commands sent together, and their answers in order; lenient: {} if refused."""
        first = self._number + 1
        self._number += len(commands)
        waiting = {first + place: place for place in range(len(commands))}
        try:
            self._line.send_all(first, commands)
            return self._answers(waiting, lenient)
        except (OSError, websocket.WebSocketException, ValueError) as error:
            what = f"The page did not answer ({type(error).__name__}, command {first})"
            raise WireLost(what) from error

    def _answers(self, waiting: dict[int, int], lenient: bool) -> list[dict[str, Any]]:
        found: dict[int, dict[str, Any]] = {}
        end = min(time.monotonic() + ANSWER, self.ends)
        while len(found) < len(waiting):
            left = end - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._socket.settimeout(left)
            message = json.loads(self._socket.recv())
            place = waiting.get(message.get("id"))
            if place is None:
                continue
            if "error" in message:
                said = str(message["error"].get("message", ""))
                if any(word in said.lower() for word in MOVED):
                    raise WireMoved(said)
                if not lenient:
                    raise WireFault(said)
            found[place] = message.get("result") or {}
        return [found[place] for place in range(len(waiting))]

    def enter(self, source: str) -> None:
        """Make a world of our own in the page and run a script there."""
        made = self.call("Page.createIsolatedWorld", frameId=self.window, worldName="lgaudit")
        self.world = int(made["executionContextId"])
        self._evaluate(source, {"contextId": self.world})

    def run_in_page(self, source: str) -> Any:
        """Run a script in the page's own world."""
        return self._evaluate(source, {})

    def ask(self, function: str, *arguments: Any) -> Any:
        """The answer of a function of our world; promises are waited for."""
        given = ", ".join(json.dumps(argument) for argument in arguments)
        return self._evaluate(f"({function})({given})", {"contextId": self.world})

    def element(self, expression: str) -> str:
        """A handle on an object of our world."""
        answer = self.call("Runtime.evaluate", expression=expression, contextId=self.world)
        return str(answer["result"].get("objectId", ""))

    def _evaluate(self, expression: str, where: Mapping[str, Any]) -> Any:
        answer = self.call(
            "Runtime.evaluate",
            expression=expression,
            awaitPromise=True,
            returnByValue=True,
            timeout=int(ANSWER * 900),
            **where,
        )
        wrong = answer.get("exceptionDetails")
        if wrong:
            said = wrong.get("exception", {}).get("description") or wrong.get("text", "")
            raise WireFault(" ".join(str(said).split())[:200])
        return answer.get("result", {}).get("value")


KEYS: Mapping[str, tuple[int, str]] = {  # name -> key code, and the text it types
    "Tab": (9, ""),
    "Enter": (13, "\r"),
    "Escape": (27, ""),
    " ": (32, " "),
    "ArrowDown": (40, ""),
    "ArrowRight": (39, ""),
}
SHIFT = 8
MODIFIERS: Mapping[str, int] = {"alt": 1, "ctrl": 2, "shift": SHIFT}


def press(
    wire: Wire, key: str, times: int = 1, shift: bool = False, held: Sequence[str] = ()
) -> None:
    """Press and let go of a key so many times, as a person would; ``held`` names modifiers.

    A letter or a digit types nothing here, because none is pressed without a modifier.
    """
    letter = key not in KEYS
    code, text = (ord(key.upper()), "") if letter else KEYS[key]
    named = "Space" if key == " " else key
    if letter:
        named = f"Digit{key}" if key.isdigit() else f"Key{key.upper()}"
    modifiers = sum(MODIFIERS[name] for name in {*held, *(("shift",) if shift else ())})
    about = {
        "key": key,
        "code": named,
        "windowsVirtualKeyCode": code,
        "nativeVirtualKeyCode": code,
        "modifiers": modifiers,
    }
    down = {
        "type": "keyDown" if text else "rawKeyDown",
        **about,
        **({"text": text} if text else {}),
    }
    commands: list[Command] = []
    for _ in range(times):
        commands.append(("Input.dispatchKeyEvent", down))
        commands.append(("Input.dispatchKeyEvent", {"type": "keyUp", **about}))
    wire.calls(commands)

"""Browsers of a Selenium Grid: other machines' Chromium, asked for and driven over one address.

The nodes choose their own binary and flags (a node that runs as root needs ``--no-sandbox`` among
its own ``goog:chromeOptions``); everything that bears on what is seen is asked for from here, so a
page gives the same evidence wherever it is opened.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import websocket
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Remote
from urllib3.exceptions import HTTPError

from lgaudit.errors import BrowserMissing, GridDown, SettingsError
from lgaudit.gather.chromium import Chromium, Programs, browser_options
from lgaudit.gather.wire import ANSWER, Line
from lgaudit.settings import Settings

ASK = 10.0  # seconds to wait for an answer of the Grid itself
END = 5.0  # seconds to wait for the end of a session
PORTS = {"http": 80, "https": 443}
NAMES = ("chrome", "chromium")
_ENDING: set[threading.Thread] = set()  # sessions that are being handed back


class Address:
    """Where a Grid is: ``http://host:4444``, a user and password before the host if it asks."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url.strip().rstrip("/"))
        try:
            port = parts.port or PORTS.get(parts.scheme)
        except ValueError:
            port = None
        if not parts.hostname or not port:
            raise SettingsError(
                f"--grid: {_shown(parts)!r} is not the address of a Selenium Grid. Give it as"
                " http://grid.example:4444"
            )
        self.url = url.strip().rstrip("/")
        self.name = _shown(parts)  # without its password
        self._parts, self._host, self._port = parts, parts.hostname, port

    def ask(self, method: str, path: str, wait: float = ASK) -> tuple[int, Any]:
        """The status and the JSON of an answer; None for what is no JSON.

        Raises:
            OSError: no answer.
        """
        kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
        connection = kind(self._host, self._port, timeout=wait)
        try:
            connection.request(method, self._parts.path + path, headers=self._headers())
            answer = connection.getresponse()
            said = answer.read(4_000_000)
        except http.client.HTTPException as error:
            raise OSError(type(error).__name__) from error
        finally:
            connection.close()
        with contextlib.suppress(ValueError):
            return answer.status, json.loads(said)
        return answer.status, None

    def socket(self, path: str, wait: float) -> websocket.WebSocket:
        """A websocket to a path of the Grid."""
        scheme = "wss" if self._secure else "ws"
        host = f"[{self._host}]" if ":" in self._host else self._host
        return websocket.create_connection(
            f"{scheme}://{host}:{self._port}{self._parts.path}{path}",
            timeout=wait,
            suppress_origin=True,
            header=self._headers(),
        )

    @property
    def _secure(self) -> bool:
        return self._parts.scheme == "https"

    def _headers(self) -> dict[str, str]:
        if self._parts.username is None:
            return {}
        pair = f"{unquote(self._parts.username)}:{unquote(self._parts.password or '')}"
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def _shown(parts: SplitResult) -> str:
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def browsers(settings: Settings) -> int:
    """How many browsers a Grid has for us at once.

    Raises:
        GridDown: it does not answer, or is no Grid.
        BrowserMissing: it has no Chromium.
    """
    address = Address(settings.grid)
    hint = "Start it, correct --grid, or leave --grid out to use this machine's browsers."
    try:
        status, answer = address.ask("GET", "/status")
    except OSError as error:
        why = error.strerror or str(error) or type(error).__name__
        raise GridDown(
            f"The Selenium Grid at {address.name} does not answer ({why}). {hint}"
        ) from error
    try:
        nodes = [node for node in answer["value"]["nodes"] if node["availability"] == "UP"]
        usable = [_usable(node) for node in nodes]
    except (KeyError, TypeError, ValueError):
        raise GridDown(
            f"{address.name} answers (status {status}), but not as a Selenium Grid 4. {hint}"
        ) from None
    if not sum(usable):
        has = {str(s["stereotype"].get("browserName")) for n in nodes for s in n["slots"]}
        offer = f"it has {', '.join(sorted(has))}" if has else "no node is ready"
        raise BrowserMissing(
            f"The Selenium Grid at {address.name} has no Chrome or Chromium: {offer}. Add a node"
            " with one."
        )
    return sum(usable)


def _usable(node: Mapping[str, Any]) -> int:
    slots = sum(str(s["stereotype"].get("browserName")).lower() in NAMES for s in node["slots"])
    return min(slots, int(node["maxSessions"]))


class GridChromium:
    """One browser on some node of a Grid; the same to its user as one of this machine."""

    gateway = None  # it is on another machine, and goes out from there

    def __init__(self, settings: Settings, command_timeout: float) -> None:
        self._address = Address(settings.grid)
        self._ended = False
        self._ending = threading.Lock()
        try:
            self.driver = self._open(settings)
        except (WebDriverException, HTTPError, OSError) as error:
            said = " ".join(str(getattr(error, "msg", None) or error).split())[:300]
            raise BrowserMissing(
                f"The Selenium Grid at {self._address.name} started no browser: {said}. Its"
                " console shows its nodes and what they have."
            ) from error
        self._session = str(self.driver.session_id)
        try:
            self.driver.command_executor.client_config.timeout = command_timeout
            self.version = f"Chromium {self.driver.capabilities['browserVersion']}"
            self.user_agent = str(self.cdp("Browser.getVersion")["userAgent"])
        except BaseException:
            self.kill()
            raise

    def _open(self, settings: Settings) -> Any:
        return _Remote(self._address.url, options=browser_options(settings))

    def cdp(self, command: str, **parameters: object) -> dict[str, object]:
        """Send one DevTools command to the window."""
        answer = self.driver.execute("executeCdpCommand", {"cmd": command, "params": parameters})
        return dict(answer["value"] or {})

    def line(self, window: str) -> Line:
        """A DevTools connection to the window, through the Grid.

        The address the Grid gives for it may name a host that only its own network knows, so the
        one we were given is used.
        """
        socket = self._address.socket(f"/session/{self._session}/se/cdp", ANSWER)
        about = {"targetId": window, "flatten": True}
        socket.send(json.dumps({"id": 0, "method": "Target.attachToTarget", "params": about}))
        while (answer := json.loads(socket.recv())).get("id") != 0:
            pass
        return Line(socket, str(answer["result"]["sessionId"]))

    def held(self) -> int:
        """Nobody tells how much memory it holds."""
        return 0

    def gone(self) -> bool:
        """True when the node has lost the session; one that is only busy is still there."""
        try:
            status, _ = self._address.ask("GET", f"/session/{self._session}/window", END)
        except TimeoutError:
            return False
        except OSError:
            return True
        return status >= 400

    def kill(self) -> None:
        """End the session; from any thread, and without waiting for the Grid."""
        with self._ending:
            if self._ended:
                return
            self._ended = True
        ending = threading.Thread(target=self._end, name="grid-end")
        _ENDING.add(ending)
        try:
            ending.start()
        except RuntimeError:  # the interpreter is on its way out
            _ENDING.discard(ending)
            self._end()

    def _end(self) -> None:
        """A page that hangs holds up the driver, and would hold up a browser asked to close."""
        with contextlib.suppress(OSError, websocket.WebSocketException, ValueError):
            socket = self._address.socket(f"/session/{self._session}/se/cdp", END)
            socket.send(json.dumps({"id": 1, "method": "Browser.crash"}))
            socket.recv()
            socket.close()
        with contextlib.suppress(OSError):
            self._address.ask("DELETE", f"/session/{self._session}", END)
        _ENDING.discard(threading.current_thread())


def handed_back(wait: float = 3 * END) -> None:
    """Wait until the Grid has its sessions back.

    A process that ends before leaves them with the Grid, whose browsers then wait for nobody
    until its ``--session-timeout``.
    """
    end = time.monotonic() + wait
    for ending in tuple(_ENDING):
        ending.join(max(0.0, end - time.monotonic()))


class _Remote(Remote):
    """Selenium's remote driver with the one command of Chromium's that it leaves out."""

    def get_log(self, log_type: str) -> Any:
        return self.execute("getLog", {"type": log_type})["value"]


def open_browser(
    settings: Settings, programs: Programs | None, command_timeout: float
) -> Chromium | GridChromium:
    """A browser of the Grid that the settings name, else one of this machine.

    Raises:
        BrowserMissing: none could be started.
    """
    if settings.grid:
        return GridChromium(settings, command_timeout)
    assert programs is not None
    return Chromium(settings, programs, command_timeout)

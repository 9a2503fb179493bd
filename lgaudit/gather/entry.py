"""A browser window's way into pages that are not public: credentials for named servers only.

Chromium can add a header to everything it asks for, but then every other company on the page gets
it too. So each request to a named server is paused, given its headers and let go, over a DevTools
connection of its own; a redirect is a request of its own, so nothing is carried along elsewhere.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

import ada_url
from websocket import WebSocketException

from lgaudit import urls
from lgaudit.access import Access
from lgaudit.gather.wire import Line

CONNECT = 10.0  # seconds
_STORE = """(() => {
  const kept = %s[location.origin];
  for (const [name, value] of kept ?? []) {
    if (localStorage.getItem(name) === null) localStorage.setItem(name, value);
  }
})()"""

Cdp = Callable[..., Mapping[str, Any]]


class Entry:
    """Adds headers to a window's requests until it is closed; a thread of its own answers."""

    def __init__(self, line: Line, access: Access) -> None:
        self._access = access
        self._numbers = iter(range(1, 10**9))
        self._line, self._socket = line, line.socket
        self._socket.settimeout(CONNECT)
        self._send("Fetch.enable", patterns=[{"urlPattern": p} for p in patterns(access)])
        while json.loads(self._socket.recv()).get("id") != 1:
            pass
        self._socket.settimeout(None)
        self._thread = threading.Thread(target=self._answer, name="entry", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop; paused requests go on without headers."""
        with contextlib.suppress(OSError, WebSocketException):
            self._socket.shutdown()  # type: ignore[no-untyped-call]

    def _send(self, method: str, **parameters: object) -> None:
        self._line.send(next(self._numbers), method, parameters)

    def _answer(self) -> None:
        try:
            while said := self._socket.recv():
                event = json.loads(said)
                if event.get("method") == "Fetch.requestPaused":
                    self._let_go(event["params"])
        except (OSError, WebSocketException, ValueError, KeyError):
            self.close()  # the browser went away, or requests go on without what opens the page

    def _let_go(self, paused: Mapping[str, Any]) -> None:
        request = paused["request"]
        ours = self._access.headers_for(str(request["url"]))
        if not ours:
            self._send("Fetch.continueRequest", requestId=paused["requestId"])
            return
        names = {name.lower() for name, _ in ours}
        headers = [(k, v) for k, v in request["headers"].items() if k.lower() not in names]
        given = [{"name": name, "value": value} for name, value in (*headers, *ours)]
        self._send("Fetch.continueRequest", requestId=paused["requestId"], headers=given)


def patterns(access: Access) -> list[str]:
    """DevTools patterns of the addresses that credentials may go to."""
    where = {str(ada_url.URL(origin).host) for origin in access.origins}
    addresses = (f"{scheme}://{host}/" for host in where for scheme in ("https", "http"))
    return sorted(f"{address}*" for address in addresses if access.covers(address))


def arrive(cdp: Cdp, access: Access) -> None:
    """Give a window that has been cleared its cookies again."""
    for origin in access.origins:
        host = urls.host_of(origin)
        for cookie in access.cookies:
            if cookie.host == host:
                scheme = "https" if cookie.secure else "http"
                where = f"[{host}]" if ":" in host else host
                cdp(
                    "Network.setCookie",
                    name=cookie.name,
                    value=cookie.value,
                    url=f"{scheme}://{where}{cookie.path}",
                    path=cookie.path,
                    secure=cookie.secure,
                    httpOnly=cookie.http_only,
                )


def storage_script(access: Access) -> str:
    """A script for new documents that fills the local storage of named servers; '' for none."""
    kept = {where: pairs for where, pairs in access.storage.items() if access.covers(where)}
    return _STORE.replace("%s", json.dumps(kept)) if kept else ""

"""What a page load asked of the network, how far its layout jumped, and how fast it showed."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from lgaudit.evidence import Headers, Redirect, Request, Timings

TYPES = {
    "Document": "document",
    "Stylesheet": "stylesheet",
    "Script": "script",
    "Image": "image",
    "Font": "font",
    "Media": "media",
    "XHR": "xhr",
    "Fetch": "xhr",
}
ENDLESS = ("EventSource", "WebSocket", "Media", "Ping")  # never waited for
PATIENT = (*ENDLESS, "XHR", "Fetch", "Other")  # may be held open on purpose: not waited for long
MOST_REQUESTS = 5_000
SESSION_GAP, SESSION_LENGTH = 1000.0, 5000.0  # ms; layout-shift session windows of CLS

Sizes = dict[str, tuple[int, int]]  # URL -> (bytes on the wire, decoded bytes), first time seen


@dataclass
class _Entry:
    """One request as the events about it come in."""

    url: str
    type: str
    main: bool = False
    response: Mapping[str, Any] = field(default_factory=dict)
    from_cache: bool = False
    received: int = 0  # body bytes on the wire, as they came in
    decoded: int = 0
    total: int | None = None  # bytes of headers and body, when finished
    failed: str = ""
    redirected_to: str = ""

    @property
    def open(self) -> bool:
        return self.total is None and not self.failed and not self.redirected_to

    @property
    def status(self) -> int | None:
        status = self.response.get("status")
        return int(status) if status else None

    @property
    def headers(self) -> Headers:
        found = self.response.get("headers") or {}
        return tuple((str(key).lower(), str(value)) for key, value in sorted(found.items()))

    def on_the_wire(self) -> int:
        """Bytes of the body as sent, whatever the protocol spent on headers and framing."""
        if self.redirected_to:
            return 0
        declared = next((v for k, v in self.headers if k == "content-length"), "")
        if declared.isascii() and declared.isdigit() and not self.failed:
            return int(declared)
        head = int(self.response.get("encodedDataLength") or 0)
        return max((self.total or 0) - max(head, 0), self.received, 0)


class Traffic:
    """The requests of one page load, read from the browser's event log.

    ``named`` gives network errors their usual names: it gets the error and the address asked for.
    """

    def __init__(
        self, url: str, main_frame: str, named: Callable[[str, str], str] = lambda error, _: error
    ) -> None:
        self._url, self._main_frame, self._named = url.partition("#")[0], main_frame, named
        self._events: list[tuple[str, Mapping[str, Any]]] = []

    def feed(self, entries: Iterable[Mapping[str, Any]]) -> None:
        """Take in what the log gave since it was last read."""
        for entry in entries:
            message = json.loads(entry["message"])["message"]
            if message["method"].startswith("Network."):
                self._events.append((message["method"][8:], message["params"]))

    def in_flight(self, passing_over: Collection[str] = ENDLESS) -> bool:
        """True while something the page asked for, that does end, has not ended."""
        return any(entry.open and entry.type not in passing_over for entry in self._entries())

    def document(self) -> Document:
        """What became of the page itself."""
        mine = [entry for entry in self._entries() if entry.main]
        if not mine:
            return Document()
        last, response = mine[-1], mine[-1].response
        addresses = tuple(str(e.response.get("remoteIPAddress") or "") for e in mine)
        redirects = tuple(
            Redirect(e.url, e.status or 0, e.redirected_to) for e in mine if e.redirected_to
        )
        return Document(
            last.url, last.status, str(response.get("mimeType") or ""), last.failed, addresses,
            redirects, last.headers,
        )  # fmt: skip

    def requests(self, sizes: Sizes) -> tuple[Request, ...]:
        """The page first, then the rest in URL order; ``sizes`` learns and fills in."""
        entries = self._entries()
        made = [_request(entry, sizes) for entry in entries[:MOST_REQUESTS]]
        return tuple(made[:1] + sorted(made[1:], key=lambda r: (r.url, r.type, r.status or 0)))

    def _entries(self) -> list[_Entry]:
        entries: list[_Entry] = []
        live: dict[str, _Entry] = {}
        for method, event in self._events[self._start() :]:
            key = event.get("requestId", "")
            if method == "requestWillBeSent":
                if _chores(event):
                    continue
                before = live.get(key)
                if before is not None and "redirectResponse" in event:
                    before.response = event["redirectResponse"]
                    before.redirected_to = event["request"]["url"]
                live[key] = self._new(event)
                entries.append(live[key])
            elif key in live:
                _note(live[key], method, event)
                live[key].failed = self._named(live[key].failed, live[key].url)
        return entries

    def _new(self, event: Mapping[str, Any]) -> _Entry:
        url = str(event["request"]["url"])
        return _Entry(url, str(event.get("type", "Other")), main=self._is_main(event))

    def _is_main(self, event: Mapping[str, Any]) -> bool:
        return (
            event.get("type") == "Document"
            and event.get("frameId") == self._main_frame
            and event.get("requestId") == event.get("loaderId")
        )

    def _start(self) -> int:
        """Where our own load begins: the page before may still have had something to say."""
        first = None
        for index, (method, event) in enumerate(self._events):
            if method == "requestWillBeSent" and self._is_main(event):
                if event["request"]["url"] == self._url and "redirectResponse" not in event:
                    return index
                first = index if first is None else first
        return len(self._events) if first is None else first


@dataclass(frozen=True, slots=True)
class Document:
    """The page itself: last URL asked, status, MIME type, error, and who answered each hop."""

    url: str = ""
    status: int | None = None
    mime: str = ""
    failed: str = ""
    addresses: tuple[str, ...] = ()
    redirects: tuple[Redirect, ...] = ()
    headers: Headers = ()

    @property
    def asks_who(self) -> bool:
        """Whether a name and a password are asked for; a browser may show the page all the same."""
        challenged = any(name == "www-authenticate" for name, _ in self.headers)
        return self.status == 401 and challenged


def _chores(event: Mapping[str, Any]) -> bool:
    """Icons the browser fetches for itself, at no fixed time, and what never leaves it."""
    if not str(event["request"]["url"]).startswith(("http:", "https:")):
        return True
    initiator = event.get("initiator") or {}
    return event.get("type") == "Other" and initiator.get("type") == "other"


def _note(entry: _Entry, method: str, event: Mapping[str, Any]) -> None:
    if method == "responseReceived":
        entry.response = event["response"]
        entry.type = str(event.get("type") or entry.type)
        entry.from_cache |= bool(event["response"].get("fromDiskCache"))
    elif method == "requestServedFromCache":
        entry.from_cache = True
    elif method == "dataReceived":
        entry.decoded += int(event.get("dataLength") or 0)
        entry.received += int(event.get("encodedDataLength") or 0)
    elif method == "loadingFinished":
        entry.total = int(event.get("encodedDataLength") or 0)
    elif method == "loadingFailed":
        entry.failed = str(event.get("errorText") or "failed")


def _request(entry: _Entry, sizes: Sizes) -> Request:
    wire, decoded = entry.on_the_wire(), entry.decoded
    if entry.from_cache or (wire == 0 and not entry.failed and not entry.redirected_to):
        wire, decoded = sizes.get(entry.url, (wire, decoded))
    elif not entry.failed and not entry.open:
        sizes.setdefault(entry.url, (wire, decoded))
    return Request(
        url=entry.url,
        type=TYPES.get(entry.type, "other"),
        status=entry.status,
        headers=entry.headers,
        transferred=wire,
        decoded=decoded,
        from_cache=entry.from_cache,
        protocol=str(entry.response.get("protocol") or ""),
        failed=entry.failed,
    )


def layout_shift(*phases: Iterable[Sequence[float]]) -> float:
    """Cumulative layout shift: the worst session window of any phase of (start ms, value) pairs.

    Phases (loading, then scrolling) are kept apart because the time between them is ours.
    """
    worst = 0.0
    for phase in phases:
        total = began = last = 0.0
        for start, value in sorted((float(s), float(v)) for s, v in phase):
            if total and (start - last > SESSION_GAP or start - began > SESSION_LENGTH):
                total = 0.0
            if not total:
                began = start
            total, last = total + value, start
            worst = max(worst, total)
    return round(worst, 4)


def middle(loads: Sequence[Mapping[str, Any]]) -> Timings:
    """Medians of FCP, LCP and TBT over several loads, in whole milliseconds."""
    fcp, lcp, tbt = (_median(loads, name) for name in ("fcp", "lcp", "tbt"))
    return Timings(fcp=fcp, lcp=lcp, tbt=tbt, loads=len(loads))


def _median(loads: Sequence[Mapping[str, Any]], name: str) -> float | None:
    values = [float(load[name]) for load in loads if load.get(name) is not None]
    return float(round(median(values))) if values else None

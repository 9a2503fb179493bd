"""HTTP/1.1 and HTTP/2 on one connection, answering from memory (h11 and h2 do the protocol)."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions
import h11

from lgaudit.replay.site import Answer, WebSite

Choose = Callable[[str], WebSite | None]  # host (without port) -> site
COMPRESSED_FROM = 1000  # bytes; below this gzip saves nothing worth having
IDLE = 60.0
_TEXT = ("text/", "application/javascript", "application/json", "image/svg", "application/xml")
_NOBODY = Answer(421, (("content-type", "text/plain"),), b"No site of that name is served here.")


@lru_cache(maxsize=512)
def _zip(body: bytes) -> bytes:
    return gzip.compress(body, 6, mtime=0)


def _respond(
    choose: Choose,
    secure: bool,
    method: str,
    host: str,
    path: str,
    headers: Mapping[str, str],
    *,
    http2: bool,
) -> Answer:
    """The site's answer, made ready to send: compressed, with a length, on the right scheme."""
    name = host.rsplit(":", 1)[0].lower() if not host.endswith("]") else host
    site = choose(name)
    if site is None or (http2 and not site.http2):
        # Browsers may ask a connection opened for another name; 421 sends them to their own.
        return _NOBODY
    if not secure and getattr(site, "https", True):
        where = f"https://{name}{path}"
        return Answer(301, (("location", where), ("content-length", "0")))
    answer = site.answer(method, path, headers)
    body, extra = answer.body, list(answer.headers)
    names = {key.lower() for key, _ in extra}
    kind = next((value for key, value in extra if key.lower() == "content-type"), "")
    if (
        site.compress
        and len(body) > COMPRESSED_FROM
        and "content-encoding" not in names
        and kind.startswith(_TEXT)
        and "gzip" in headers.get("accept-encoding", "")
    ):
        body = _zip(body)
        extra += [("content-encoding", "gzip"), ("vary", "accept-encoding")]
    if "content-length" not in names:
        extra.append(("content-length", str(len(body))))
    return Answer(answer.status, tuple(extra), b"" if method == "HEAD" else body, answer.delay)


async def http1(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, choose: Choose, secure: bool
) -> None:
    """Serve one HTTP/1.1 connection until either side has had enough."""
    connection = h11.Connection(h11.SERVER)
    while True:
        request = await _next_request(connection, reader)
        if request is None:
            return
        headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in request.headers}
        answer = _respond(
            choose,
            secure,
            request.method.decode("latin-1"),
            headers.get("host", ""),
            request.target.decode("latin-1"),
            headers,
            http2=False,
        )
        await asyncio.sleep(answer.delay)
        events: list[h11.Event] = [
            h11.Response(status_code=answer.status, headers=list(answer.headers))
        ]
        if answer.body:
            events.append(h11.Data(data=answer.body))
        for event in (*events, h11.EndOfMessage()):
            writer.write(connection.send(event) or b"")
        await writer.drain()
        if connection.our_state is not h11.DONE or connection.their_state is not h11.DONE:
            return
        connection.start_next_cycle()


async def _next_request(
    connection: h11.Connection, reader: asyncio.StreamReader
) -> h11.Request | None:
    request: h11.Request | None = None
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            data = await asyncio.wait_for(reader.read(65536), IDLE)
            connection.receive_data(data)
        elif isinstance(event, h11.Request):
            request = event
        elif isinstance(event, h11.EndOfMessage):
            return request
        elif isinstance(event, h11.ConnectionClosed) or event is h11.PAUSED:
            return None


class Http2:
    """One HTTP/2 connection: answers streams side by side, within the visitor's windows."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, choose: Choose
    ) -> None:
        self._reader, self._writer, self._choose = reader, writer, choose
        config = h2.config.H2Configuration(client_side=False, header_encoding="latin-1")
        self._connection = h2.connection.H2Connection(config)
        self._unsent: dict[int, bytes] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """Serve until the visitor leaves or is silent for a minute."""
        self._connection.initiate_connection()
        await self._flush()
        try:
            while data := await asyncio.wait_for(self._reader.read(65536), IDLE):
                for event in self._connection.receive_data(data):
                    self._handle(event)
                self._send_what_fits()
                await self._flush()
        finally:
            for task in self._tasks:
                task.cancel()

    def _handle(self, event: h2.events.Event) -> None:
        if isinstance(event, h2.events.RequestReceived):
            headers = {str(key): str(value) for key, value in event.headers}
            self._start(self._answer(int(event.stream_id or 0), headers))
        elif isinstance(event, h2.events.DataReceived):
            self._connection.acknowledge_received_data(
                int(event.flow_controlled_length or 0), int(event.stream_id or 0)
            )
        elif isinstance(event, h2.events.StreamReset):
            self._unsent.pop(int(event.stream_id or 0), None)

    def _start(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, stream: int, headers: Mapping[str, str]) -> None:
        method, path = headers.get(":method", "GET"), headers.get(":path", "/")
        host = headers.get(":authority") or headers.get("host", "")
        answer = _respond(self._choose, True, method, host, path, headers, http2=True)
        await asyncio.sleep(answer.delay)
        head = [(":status", str(answer.status))]
        head += [(key.lower(), value) for key, value in answer.headers]
        try:
            self._connection.send_headers(stream, head, end_stream=not answer.body)
            if answer.body:
                self._unsent[stream] = answer.body
                self._send_what_fits()
            await self._flush()
        except (h2.exceptions.ProtocolError, ConnectionError):
            self._unsent.pop(stream, None)

    def _send_what_fits(self) -> None:
        for stream in list(self._unsent):
            try:
                self._send_stream(stream)
            except h2.exceptions.ProtocolError:
                self._unsent.pop(stream, None)

    def _send_stream(self, stream: int) -> None:
        while body := self._unsent.get(stream):
            window = self._connection.local_flow_control_window(stream)
            size = min(window, self._connection.max_outbound_frame_size, len(body))
            if size <= 0:
                return
            last = size == len(body)
            self._connection.send_data(stream, body[:size], end_stream=last)
            self._unsent[stream] = body[size:]
        self._unsent.pop(stream, None)

    async def _flush(self) -> None:
        if data := self._connection.data_to_send():
            self._writer.write(data)
            await self._writer.drain()

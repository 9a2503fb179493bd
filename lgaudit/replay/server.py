"""Many sites behind one loopback port, plain and TLS alike, in a thread of their own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import tempfile
import threading
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import h2.exceptions
import h11

from lgaudit.errors import LgauditError
from lgaudit.replay.http import Http2, http1
from lgaudit.replay.site import WebSite

if TYPE_CHECKING:
    from lgaudit.replay.tls import Tls

ADDRESS = "127.0.0.1"
TLS_HANDSHAKE = 0x16  # first byte of every TLS connection
_QUIET = (
    OSError,
    TimeoutError,
    EOFError,
    ssl.SSLError,
    h11.ProtocolError,
    h2.exceptions.ProtocolError,
)


class Replay:
    """Serve sites while the context is open.

    A site may have ``certificate``, the days its own has left and the names it is for,
    ``old_tls`` to accept TLS 1.0, and ``https`` = False to answer over plain http.

    ``name_map`` and ``ca_file`` are what :class:`lgaudit.settings.Settings` needs so that both
    the crawler and the browser find the sites under their own names.
    """

    def __init__(self, sites: Iterable[WebSite]) -> None:
        self._sites = {site.host.lower(): site for site in sites}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="replay", daemon=True)
        self._tasks: set[asyncio.Task[None]] = set()
        self._folder = tempfile.TemporaryDirectory(prefix="lgaudit-replay-")
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._deaf = socket.socket(socket.AF_INET, socket.SOCK_STREAM)

    def __enter__(self) -> Self:
        if any(getattr(site, "https", True) for site in self._sites.values()):
            _ = self._tls  # made here, so that what is wrong with it shows here
        try:
            for sock in (self._listener, self._deaf):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                sock.bind((ADDRESS, 0))
                sock.listen(512)
                sock.setblocking(False)
        except OSError as error:
            raise LgauditError(
                f"Cannot listen on {ADDRESS}: {error}. Check that this machine allows programs"
                " to open local ports."
            ) from error
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._listener.close()
        self._deaf.close()
        self._folder.cleanup()

    @cached_property
    def _tls(self) -> Tls:
        """Made when first needed: folders of built pages are served without."""
        from lgaudit.replay.tls import Tls

        return Tls(self._sites, Path(self._folder.name))

    @property
    def ca_file(self) -> str:
        """The PEM file whose certificates a visitor has to trust."""
        return str(self._tls.ca_file)

    @property
    def port(self) -> int:
        """The loopback port every answering site is behind."""
        return int(self._listener.getsockname()[1])

    @property
    def name_map(self) -> dict[str, str]:
        """Host to ``address:port``, for every site served."""
        deaf = int(self._deaf.getsockname()[1])
        return {
            host: f"{ADDRESS}:{deaf if site.silent else self.port}"
            for host, site in sorted(self._sites.items())
        }

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        accept = self._loop.create_task(self._accept())
        try:
            self._loop.run_forever()
        finally:
            accept.cancel()
            for task in self._tasks:
                task.cancel()
            with contextlib.suppress(Exception):
                pending = asyncio.gather(accept, *self._tasks, return_exceptions=True)
                self._loop.run_until_complete(asyncio.wait_for(pending, 5))
            self._loop.close()

    async def _accept(self) -> None:
        while True:
            try:
                sock, _ = await self._loop.sock_accept(self._listener)
            except OSError:
                await asyncio.sleep(0.01)
                continue
            task = self._loop.create_task(self._converse(sock))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _converse(self, sock: socket.socket) -> None:
        writer: asyncio.StreamWriter | None = None
        try:
            secure = await self._is_tls(sock)
            reader = asyncio.StreamReader()
            protocol = asyncio.StreamReaderProtocol(reader)
            transport, _ = await self._loop.connect_accepted_socket(
                lambda: protocol,
                sock,
                ssl=self._tls.listening if secure else None,
                ssl_handshake_timeout=20 if secure else None,
            )
            writer = asyncio.StreamWriter(transport, protocol, reader, self._loop)
            tls = transport.get_extra_info("ssl_object")
            if tls is not None and tls.selected_alpn_protocol() == "h2":
                await Http2(reader, writer, self._sites.get).serve()
            else:
                await http1(reader, writer, self._sites.get, secure)
        except _QUIET:
            pass  # a visitor that hangs up or talks nonsense is no concern of the others
        finally:
            if writer is not None:
                writer.close()
            else:
                sock.close()

    async def _is_tls(self, sock: socket.socket) -> bool:
        """Look at the first byte without taking it: TLS and plain HTTP share the port."""
        sock.setblocking(False)
        ready = asyncio.Event()
        self._loop.add_reader(sock, ready.set)
        try:
            await asyncio.wait_for(ready.wait(), 60)
        finally:
            self._loop.remove_reader(sock)
        return sock.recv(1, socket.MSG_PEEK)[:1] == bytes([TLS_HANDSHAKE])

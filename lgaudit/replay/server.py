"""Many sites behind one loopback port, plain and TLS alike, in a thread of their own."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import socket
import ssl
import tempfile
import threading
import warnings
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

import h2.exceptions
import h11

from lgaudit.errors import LgauditError
from lgaudit.replay import certificate
from lgaudit.replay.http import Http2, http1
from lgaudit.replay.site import WebSite

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
        self._contexts: dict[tuple[bool, bool], ssl.SSLContext] = {}
        self._odd: dict[str, ssl.SSLContext] = {}
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._deaf = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.ca_file = ""

    def __enter__(self) -> Self:
        hosts = sorted(self._sites)
        pem, key = certificate.write([*hosts, "localhost"], Path(self._folder.name))
        self.ca_file = str(pem)
        for http2, old in itertools.product((False, True), repeat=2):
            self._contexts[http2, old] = _context(pem, key, http2=http2, old=old)
        # The one that listens takes whatever some site takes; the name then decides.
        self._listening = self._contexts[True, any(map(_old, self._sites.values()))]
        self._listening.sni_callback = self._by_name
        self._odd = self._odd_contexts()
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

    def _odd_contexts(self) -> dict[str, ssl.SSLContext]:
        """Contexts of the sites whose certificate is made to be odd, by host."""
        made = {}
        authorities = [Path(self.ca_file).read_bytes()]
        for number, (host, site) in enumerate(sorted(self._sites.items())):
            odd = getattr(site, "certificate", None)
            if odd is None:
                continue
            days, names = odd
            pem, key = certificate.write(
                names, Path(self._folder.name), name=f"odd{number}", days=days
            )
            made[host] = _context(pem, key, http2=site.http2, old=_old(site))
            authorities.append(pem.read_bytes())
        Path(self.ca_file).write_bytes(b"".join(authorities))
        return made

    def _by_name(
        self, connection: ssl.SSLObject | ssl.SSLSocket, name: str | None, _: ssl.SSLContext
    ) -> None:
        site = self._sites.get((name or "").lower())
        odd = self._odd.get((name or "").lower())
        if odd is not None:
            connection.context = odd
        elif site is not None:
            connection.context = self._contexts[site.http2, _old(site)]

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
                ssl=self._listening if secure else None,
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


def _old(site: WebSite) -> bool:
    return bool(getattr(site, "old_tls", False))


def _context(pem: Path, key: Path, *, http2: bool, old: bool) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key)
    context.set_alpn_protocols(["h2", "http/1.1"] if http2 else ["http/1.1"])
    if old:
        with warnings.catch_warnings():  # naming old versions is the very point
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
        context.set_ciphers("ALL:@SECLEVEL=0")
    return context

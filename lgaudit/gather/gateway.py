"""The only way out for one browser: every connection is one that the program may make itself.

A browser resolves and connects on its own, so a page could make it ask the machine it runs on, the
network around it, or a cloud's credentials. Here it speaks SOCKS to this process, which looks names
up, refuses private addresses, and connects to the very address it approved. What goes through is
not read: TLS stays between the browser and the site.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import struct
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from lgaudit import urls
from lgaudit.gather.resolve import Lookup, NameNotFound, PrivateAddress, Resolver, system_lookup
from lgaudit.models import Reason, Verdict
from lgaudit.settings import Settings

CONNECT = 10.0  # seconds for one connection
GREET = 10.0  # seconds for saying where to
MOST_OPEN = 512  # connections at a time; Chromium opens fewer
MOST_REMEMBERED = 2_000  # hosts that could not be reached
PIECE = 65_536  # bytes
LOOPBACK = "this machine"
ERRORS = {  # as Chromium names them where it connects by itself
    Reason.DNS: "net::ERR_NAME_NOT_RESOLVED",
    Reason.REFUSED: "net::ERR_CONNECTION_REFUSED",
    Reason.TIMEOUT: "net::ERR_CONNECTION_TIMED_OUT",
    Reason.PRIVATE_ADDRESS: "net::ERR_BLOCKED_BY_CLIENT",
}
_NAME, _V4, _V6 = 3, 1, 4
_DONE, _NOT_ALLOWED, _NOT_REACHED = 0, 2, 4


@dataclass(frozen=True, slots=True)
class _Wanted:
    host: str
    port: int


class Gateway:
    """A SOCKS server on this machine for one browser; a thread of its own serves it.

    Private addresses are refused but for those in the settings and those that pages were asked
    for at, since :meth:`forget`.
    """

    def __init__(self, settings: Settings, lookup: Lookup = system_lookup) -> None:
        self._trusting = settings.allow_private
        closed = bool(settings.name_map) and not settings.browser_roams
        told = msgspec.structs.replace(settings, only_mapped=settings.only_mapped or closed)
        self._resolver = Resolver(told, lookup)
        self._given: frozenset[str] = frozenset()
        self._refused: dict[str, Verdict] = {}
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(
            asyncio.start_server(self._serve, "127.0.0.1", 0, limit=PIECE)
        )
        self.port = int(self._server.sockets[0].getsockname()[1])
        self._thread = threading.Thread(target=self._run, name="gateway", daemon=True)
        self._thread.start()

    @property
    def flags(self) -> list[str]:
        """What makes a Chromium use it, and nothing else, for whatever it asks."""
        return [
            f"--proxy-server=socks5://127.0.0.1:{self.port}",
            "--proxy-bypass-list=<-loopback>",  # which it would otherwise ask by itself
            "--host-resolver-rules=MAP * ~NOTFOUND,EXCLUDE 127.0.0.1",
        ]

    def give(self, url: str) -> None:
        """A page is asked for here, so its host may be reached wherever it is."""
        self._given |= {_family(urls.host_of(url))}

    def forget(self) -> None:
        """The next site begins: what was given for the last one is private again."""
        self._given = frozenset()
        self._refused = {}

    def why(self, url: str) -> Verdict | None:
        """Why an address could not be reached, or None when nothing is known of it."""
        return self._refused.get(urls.host_of(url))

    def close(self) -> None:
        """End every connection and the thread; from any thread, as often as wanted."""
        with contextlib.suppress(RuntimeError):  # it has ended
            self._loop.call_soon_threadsafe(self._loop.stop)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._server.close()
            for writer in list(self._open):
                writer.transport.abort()
            left = asyncio.all_tasks(self._loop)
            for task in left:
                task.cancel()
            self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
            self._resolver.close()
            self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            async with asyncio.timeout(GREET):
                wanted = await _greet(reader, writer)
            await self._lead(wanted, reader, writer)
        except (OSError, EOFError, ValueError, TimeoutError, asyncio.CancelledError):
            pass
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _lead(
        self, wanted: _Wanted, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if len(self._open) > MOST_OPEN:
            return None
        try:
            far, away = await self._connect(wanted)
        except NameNotFound as error:
            self._note(wanted, Verdict(Reason.DNS, str(error)))
            return _answer(writer, _NOT_REACHED)
        except PrivateAddress as error:
            self._note(wanted, Verdict(Reason.PRIVATE_ADDRESS, str(error)))
            return _answer(writer, _NOT_ALLOWED)
        except TimeoutError:
            self._note(wanted, Verdict(Reason.TIMEOUT, "no connection in time"))
            return _answer(writer, _NOT_REACHED)
        except OSError:
            self._note(wanted, Verdict(Reason.REFUSED, "the connection was refused"))
            return _answer(writer, _NOT_REACHED)
        self._open.add(away)
        back = asyncio.create_task(_pass_back(far, writer))
        try:
            _answer(writer, _DONE)
            await _pass_on(reader, away)  # the browser decides when it has had enough
        finally:
            self._open.discard(away)
            back.cancel()
            away.transport.abort()

    async def _connect(self, wanted: _Wanted) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host = wanted.host
        if urls.is_private_host(host) and not self._may_enter(host):
            raise PrivateAddress(f"{host} is on a private network")
        async with asyncio.timeout(CONNECT):
            targets = await self._resolver.addresses(host, wanted.port)
            for address, port in targets[:-1]:
                with contextlib.suppress(OSError):
                    async with asyncio.timeout(CONNECT / len(targets)):
                        return await asyncio.open_connection(address, port, limit=PIECE)
            address, port = targets[-1]
            return await asyncio.open_connection(address, port, limit=PIECE)

    def _may_enter(self, host: str) -> bool:
        if self._trusting or self._resolver.mapped(host):
            return True
        literal = urls.address(host)
        # Link-local addresses hold cloud credentials; being asked for one is never enough.
        linked = literal is not None and literal.is_link_local
        return _family(host) in self._given and not linked

    def _note(self, wanted: _Wanted, verdict: Verdict) -> None:
        if len(self._refused) < MOST_REMEMBERED:
            self._refused[wanted.host] = verdict


def _family(host: str) -> str:
    """The host, or one word for all names of this machine."""
    return LOOPBACK if urls.is_this_machine(host) else host


async def _greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> _Wanted:
    """Where a browser wants to go (RFC 1928, without a password).

    Raises:
        ValueError: it says something else.
    """
    version, methods = await reader.readexactly(2)
    await reader.readexactly(methods)
    writer.write(b"\x05\x00")
    said, command, _, kind = await reader.readexactly(4)
    if (version, said, command) != (5, 5, 1):
        raise ValueError("not a SOCKS 5 connection")
    if kind == _NAME:
        (length,) = await reader.readexactly(1)
        host = (await reader.readexactly(length)).decode("ascii")
    elif kind in (_V4, _V6):
        host = str(ipaddress.ip_address(await reader.readexactly(4 if kind == _V4 else 16)))
    else:
        raise ValueError("no kind of address")
    (port,) = struct.unpack("!H", await reader.readexactly(2))
    written = f"http://[{host}]/" if ":" in host else f"http://{host}/"
    return _Wanted(urls.host_of(written) or host, port)  # as addresses are written elsewhere


def _answer(writer: asyncio.StreamWriter, code: int) -> None:
    writer.write(bytes((5, code, 0, 1, 0, 0, 0, 0, 0, 0)))
    if code != _DONE:
        writer.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Everything that comes in goes out, until the end or an error at either side."""
    while data := await reader.read(PIECE):
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        with contextlib.suppress(OSError):
            writer.write_eof()


async def _pass_back(far: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        await _pass_on(far, writer)
    except OSError:
        writer.transport.abort()  # as the site broke off, so does this


def named(failed: str, why: Verdict | None) -> str:
    """A network error as Chromium would have named it without a gateway."""
    if "ERR_SOCKS_" not in failed and "ERR_PROXY_" not in failed:
        return failed
    return ERRORS.get(why.reason, failed) if why is not None else failed


def private_rules() -> Sequence[str]:
    """Resolver rules that keep a browser without a gateway from private addresses and names.

    Other names that lead to such addresses are not covered. Chromium compares addresses of IPv6
    without their brackets; in its patterns ``*`` and ``?`` are all there is.
    """
    four = ["0", "10", "127", "169.254", "192.168", "198.18", "198.19"]
    four += [f"172.{number}" for number in range(16, 32)]
    four += [f"100.{number}" for number in range(64, 128)]  # of carriers and clouds
    blocks = [f"{start}{'.*' * (3 - start.count('.'))}" for start in four]
    # This machine and IPv4 in other clothes; what is unique or link-local.
    six = [
        "::*",
        "64:ff9b:*",
        *(f"{start}*:*" for start in ("fc", "fd", "fe8", "fe9", "fea", "feb")),
    ]
    names = ["localhost", "*.localhost", "*.internal", "*.local", "*.home.arpa"]
    names += [f"{name}." for name in names]
    return [f"MAP {name} ~NOTFOUND" for name in (*blocks, *six, *names)]

"""Connections are kept for each server by itself, and closed when nobody wants them."""

from __future__ import annotations

import asyncio
import ssl

import httpcore

from lgaudit.gather.client import KEPT, Pools


class Stream(httpcore.AsyncMockStream):
    """Answers, and remembers that it was closed."""

    def __init__(self) -> None:
        super().__init__([b"HTTP/1.1 200 OK\r\n", b"content-length: 0\r\n", b"\r\n"] * 9)
        self.closed = False

    async def aclose(self) -> None:
        """Hang up."""
        self.closed = True
        await asyncio.sleep(0)  # as closing does: others have their turn meanwhile
        await super().aclose()


class Network(httpcore.AsyncMockBackend):
    """A network on which every connection is remembered by host."""

    def __init__(self) -> None:
        super().__init__([])
        self.opened: list[tuple[str, Stream]] = []

    async def connect_tcp(self, host: str, *_: object, **__: object) -> httpcore.AsyncNetworkStream:
        """Connect."""
        self.opened.append((host, Stream()))
        return self.opened[-1][1]

    @property
    def open(self) -> list[str]:
        """Hosts with a connection that is still open."""
        return [host for host, stream in self.opened if not stream.closed]


def pool_over(network: Network) -> httpcore.AsyncConnectionPool:
    """A pool whose connections go over this network."""
    return httpcore.AsyncConnectionPool(
        ssl_context=ssl.create_default_context(), network_backend=network
    )


def test_connections_are_kept_by_server_and_closed_when_idle_or_too_many() -> None:
    network, now = Network(), [0.0]

    async def go() -> None:
        pools = Pools(3, lambda: pool_over(network), lambda: now[0])

        async def ask(host: str) -> None:
            now[0] += 1
            answer = await pools.request("GET", f"http://{host}/")
            assert answer.status == 200

        for host in ("a", "a", "b", "c", "a"):
            await ask(host)
        assert network.open == ["a", "b", "c"]  # the second look at a took the same connection
        await ask("d")
        assert network.open == ["a", "c", "d"]  # b was idle longest
        now[0] += KEPT
        await ask("d")
        assert network.open == ["d"]
        await pools.aclose()
        assert network.open == []

    asyncio.run(go())


def test_those_who_ask_while_connections_are_closed_are_answered() -> None:
    network, now, hosts = Network(), [0.0], "abcdefgh"

    async def go() -> None:
        pools = Pools(4, lambda: pool_over(network), lambda: now[0])

        async def ask(host: str) -> int:
            return (await pools.request("GET", f"http://{host}/")).status

        for _ in range(3):
            assert await asyncio.gather(*map(ask, hosts)) == [200] * len(hosts)
            now[0] += 2 * KEPT
        assert await ask("i") == 200
        assert network.open == ["i"]
        await pools.aclose()

    asyncio.run(go())

"""What keeps plain requests to the addresses that the resolver approved."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import Any

from lgaudit.gather.http import httpcore
from lgaudit.gather.resolve import NameNotFound, PrivateAddress, Resolver


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects to the very address that was approved, so a name cannot change its mind between."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first approved address that answers; ``timeout`` covers them all."""
        try:
            targets = await self._resolver.addresses(host, port)
        except (NameNotFound, PrivateAddress) as error:
            raise httpcore.ConnectError(str(error)) from error
        share = timeout / len(targets) if timeout is not None else None
        for address, number in targets[:-1]:
            with contextlib.suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return await self._inner.connect_tcp(
                    address, number, share, local_address, socket_options
                )
        address, number = targets[-1]
        return await self._inner.connect_tcp(address, number, share, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        """Wait; httpcore asks for it between its own retries."""
        await self._inner.sleep(seconds)

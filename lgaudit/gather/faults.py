"""What went wrong, in the words of the verdicts."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

from lgaudit.gather.http import httpx
from lgaudit.gather.resolve import NameNotFound, PrivateAddress
from lgaudit.models import Reason, Verdict

_WAITING = (ssl.SSLWantReadError, ssl.SSLWantWriteError)  # a handshake that was only waiting


@dataclass(frozen=True, slots=True)
class Fault:
    """A verdict, and whether another try may end otherwise."""

    verdict: Verdict
    passing: bool = False


def explain(error: BaseException, *, answered: bool) -> Fault:
    """Why a request failed. ``answered`` says that headers had come already."""
    chain = list(_causes(error))
    for cause in chain:
        if isinstance(cause, PrivateAddress):
            return Fault(Verdict(Reason.PRIVATE_ADDRESS, str(cause)))
        if isinstance(cause, NameNotFound):
            return Fault(Verdict(Reason.DNS, str(cause)), passing=not cause.sure)
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Fault(Verdict(Reason.TLS, _plain(cause.verify_message)))
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, _WAITING):
            return Fault(Verdict(Reason.TLS, _plain(cause.reason or str(cause))))
        if isinstance(cause, socket.gaierror):
            return Fault(Verdict(Reason.DNS, "the name cannot be looked up"), passing=True)
    return _by_kind(chain, answered)


def _by_kind(chain: list[BaseException], answered: bool) -> Fault:
    error = chain[0]
    if any(isinstance(c, ConnectionRefusedError) for c in chain):
        return Fault(Verdict(Reason.REFUSED, "the connection was refused"), passing=True)
    if isinstance(error, httpx.ConnectTimeout):
        return Fault(Verdict(Reason.TIMEOUT, "no connection in time"), passing=True)
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return Fault(Verdict(Reason.TIMEOUT, "no whole answer in time"))
    if isinstance(error, httpx.ConnectError):
        if any(isinstance(c, ConnectionResetError | EOFError) for c in chain):
            return Fault(Verdict(Reason.RESET, "the connection was broken off"), passing=True)
        detail = _plain(str(error)) or "no connection"
        return Fault(Verdict(Reason.REFUSED, detail), passing=True)
    if isinstance(error, httpx.InvalidURL):
        return Fault(Verdict(Reason.DNS, "not a usable web address"))
    if isinstance(error, httpx.TransportError | OSError):
        detail = _plain(str(error)) or "the connection was broken off"
        return Fault(Verdict(Reason.RESET, detail), passing=not answered)
    return Fault(Verdict(Reason.RESET, f"unreadable answer ({type(error).__name__})"))


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


def _plain(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:120]

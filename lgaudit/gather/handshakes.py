"""How a host begins to speak TLS: version, certificate, and whether it still takes old versions.

Two or three connections a host, no request sent on any of them.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
import warnings
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from lgaudit.evidence import Handshake
from lgaudit.gather.client import trust
from lgaudit.gather.fetch import Fetcher
from lgaudit.gather.politeness import CircuitOpen
from lgaudit.models import Reason, Verdict

if TYPE_CHECKING:
    from cryptography import x509

PATIENCE = 10.0  # seconds for one connection
MOST_NAMES = 100  # of one certificate
# OpenSSL's numbers for what is wrong with a certificate, X509_V_ERR_*.
_FAULTS = {9: "early", 10: "expired", 62: "name", 64: "name"}
_ALERTS = ("VERSION", "ALERT", "UNSUPPORTED", "EOF", "NO_PROTOCOLS")


# asyncio writes a traceback of what it raises too, such as for a certificate it cannot read.
logging.getLogger("asyncio").addFilter(lambda said: "SSL handshake" not in said.getMessage())


@dataclass(frozen=True, slots=True)
class _Met:
    version: str
    certificate: bytes


@lru_cache(maxsize=4)
def _trusting(ca_file: str) -> ssl.SSLContext:
    """Made once for all sites, because reading all authorities takes a fifth of a second."""
    context = trust(ca_file)
    context.set_alpn_protocols(["h2", "http/1.1"])
    return context


class Doorbell:
    """Rings at hosts."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._trusting = _trusting(fetcher.settings.ca_file)

    async def ring(self, host: str, *, ask_old: bool = False) -> Handshake | None:
        """How the host's port 443 answers, or None when no connection could be made."""
        url = f"https://{host}/"
        found = await self._ring(url, host, ask_old)
        if found is not None and found.version and (found.old or not ask_old):
            return found
        resolver = self._fetcher.resolver
        there = resolver.mapped(host) or not resolver.given(host)
        if there and await self._fetcher.doubt(url, Verdict(Reason.RESET)):
            return await self._ring(url, host, ask_old)
        return found

    async def _ring(self, url: str, host: str, ask_old: bool) -> Handshake | None:
        try:
            async with self._fetcher.gate.turn(url):
                found = await self._meet(host)
                if found is not None and ask_old and found.version:
                    found = replace(found, old=await self._old(host))
        except CircuitOpen:
            return None
        return found

    async def _meet(self, host: str) -> Handshake | None:
        try:
            met = await self._connect(host, self._trusting)
            return _described(Handshake(host, met.version), met.certificate)
        except UnicodeDecodeError:  # it is trusted, and also for names that are no text
            fault = ""
        except ssl.SSLCertVerificationError as error:
            fault = _FAULTS.get(error.verify_code, "chain")
        except ssl.SSLError:
            return Handshake(host, fault="unreachable")
        except (OSError, EOFError):
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        try:
            met = await self._connect(host, context)
        except (OSError, EOFError):
            return Handshake(host, fault=fault)
        return _described(Handshake(host, met.version, fault), met.certificate)

    async def _old(self, host: str) -> str:
        """The old version the host agrees to, "none" when it refuses, '' when nobody can tell."""
        try:
            return (await self._connect(host, _old_context())).version
        except ssl.SSLError as error:
            return "none" if any(word in str(error).upper() for word in _ALERTS) else ""
        except (ConnectionResetError, EOFError, asyncio.IncompleteReadError):
            return "none"
        except (OSError, ValueError):
            return ""

    async def _connect(self, host: str, context: ssl.SSLContext) -> _Met:
        (address, port), *_ = await self._fetcher.resolver.addresses(host, 443)
        async with asyncio.timeout(min(PATIENCE, self._fetcher.settings.timeout)):
            _, writer = await asyncio.open_connection(
                address, port, ssl=context, server_hostname=host
            )
        try:
            tls: ssl.SSLObject = writer.get_extra_info("ssl_object")
            return _Met(tls.version() or "", tls.getpeercert(binary_form=True) or b"")
        finally:
            writer.close()
            with contextlib.suppress(Exception):
                async with asyncio.timeout(1):
                    await writer.wait_closed()


def _old_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():  # naming old versions is the very point
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


def _described(handshake: Handshake, certificate: bytes) -> Handshake:
    """The handshake with what its certificate says; an unreadable one says nothing."""
    from cryptography import x509  # slow to import, and pages before release have no certificate

    try:
        read = x509.load_der_x509_certificate(certificate)
        return replace(
            handshake,
            names=_names(read),
            starts=read.not_valid_before_utc,
            ends=read.not_valid_after_utc,
        )
    except (
        ValueError,
        x509.InvalidVersion,
        x509.DuplicateExtension,
        x509.UnsupportedGeneralNameType,
    ):
        return handshake


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    from cryptography import x509
    from cryptography.x509.oid import ExtensionOID

    try:
        held = certificate.extensions.get_extension_for_oid(
            ExtensionOID.SUBJECT_ALTERNATIVE_NAME
        ).value
    except x509.ExtensionNotFound:
        return ()
    assert isinstance(held, x509.SubjectAlternativeName)
    return tuple(held.get_values_for_type(x509.DNSName)[:MOST_NAMES])

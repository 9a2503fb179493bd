"""What the server shows of itself over TLS: certificates for its names, odd ones where asked."""

from __future__ import annotations

import itertools
import ssl
import warnings
from collections.abc import Mapping
from pathlib import Path

from lgaudit.replay import certificate
from lgaudit.replay.site import WebSite


class Tls:
    """The contexts of every site, and the certificates a visitor has to trust.

    ``ca_file`` is a PEM file in ``folder``; ``listening`` takes whatever some site takes, and
    the name a visitor asks for then decides.
    """

    def __init__(self, sites: Mapping[str, WebSite], folder: Path) -> None:
        self._sites = sites
        pem, key = certificate.write([*sorted(sites), "localhost"], folder)
        self.ca_file = pem
        self._contexts = {
            (http2, old): _context(pem, key, http2=http2, old=old)
            for http2, old in itertools.product((False, True), repeat=2)
        }
        self._odd = self._odd_contexts(folder)
        self.listening = self._contexts[True, any(map(_old, sites.values()))]
        self.listening.sni_callback = self._by_name

    def _odd_contexts(self, folder: Path) -> dict[str, ssl.SSLContext]:
        """Contexts of the sites whose certificate is made to be odd, by host."""
        made = {}
        authorities = [self.ca_file.read_bytes()]
        for number, (host, site) in enumerate(sorted(self._sites.items())):
            odd = getattr(site, "certificate", None)
            if odd is None:
                continue
            days, names = odd
            pem, key = certificate.write(names, folder, name=f"odd{number}", days=days)
            made[host] = _context(pem, key, http2=site.http2, old=_old(site))
            authorities.append(pem.read_bytes())
        self.ca_file.write_bytes(b"".join(authorities))
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

"""Addresses: read as browsers read them (WHATWG), compared the way people mean them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from functools import cache, lru_cache

import ada_url
from publicsuffixlist import PublicSuffixList

LONGEST = 4096  # characters; longer addresses are traps or mistakes
# Public sector suffixes that hold councils and that the public suffix list does not carry.
_MORE_SUFFIXES = ("gov.wales", "llyw.cymru")
_VISIT_ONLY = re.compile(
    r"^(utm_\w+|gclid|gbraid|wbraid|dclid|fbclid|msclkid|yclid|mc_[ce]id|_ga|_gl|_hs(enc|mi)"
    r"|phpsessid|jsessionid|aspsessionid\w*|cf(id|token)|session_?id|ckattempt)$",
    re.I,
)
_SESSION_PATH = re.compile(r";jsessionid=[^/?#]*|/\((?:[A-Z]\([^()/]*\))+\)(?=/)", re.I)
_USERINFO = re.compile(r"^(\s*(?:https?:)?[/\\]*)[^/\\?#]*@", re.I)
_ROOT = re.compile(r"https?://[a-z0-9.-]+(?::[0-9]{1,4})?/")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

# Relative addresses of pages as nearly all are written: nothing in them is to be escaped, no part
# of the path begins with a stop, and no host, scheme or fragment is named.
_PLAIN = re.compile(
    r"(?:/?[A-Za-z0-9_~-][A-Za-z0-9_.~-]*(?:/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)*/?|/)"
    r"(?:\?[A-Za-z0-9_.~=&-]*)?"
)

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def normalise(url: str, base: str | None = None) -> str | None:
    """The absolute http or https address, without fragment or credentials; None if it is neither.

    Args:
        url: as written in a page, a header or a file; white space around it is ignored.
        base: absolute address that relative ones are resolved against.
    """
    # Most links of a menu begin with a slash and lead to the same place from every page.
    return _normalised(url, _root(base) if base is not None and url[:1] == "/" else base)


@lru_cache(maxsize=512)
def _root(base: str) -> str:
    """The part of a plain address that one beginning with a slash is resolved against."""
    found = _ROOT.match(base)
    return found.group() if found and base.isascii() else base


@lru_cache(maxsize=8192)
def _normalised(url: str, base: str | None) -> str | None:
    if len(url) > 2 * LONGEST:
        return None
    if base is not None and _PLAIN.fullmatch(url):
        origin, folder = _places(base)
        if origin:
            href = f"{origin}{url}" if url[0] == "/" else f"{folder}{url}"
            return href if len(href) <= LONGEST else None
    try:
        found = ada_url.URL(url.strip(), base)
        href = str(found.href)
        if not href.startswith(("http://", "https://")):
            return None
        if "#" in href or "@" in href:  # setting is slow, and few addresses need it
            found.hash = found.username = found.password = ""
            href = str(found.href)
    except ValueError:  # includes text that is not Unicode
        return None
    return href if len(href) <= LONGEST else None


@lru_cache(maxsize=1024)
def _places(base: str) -> tuple[str, str]:
    """What plain addresses are put behind: the origin, and the folder; '' where neither will do."""
    whole = (normalise(base) or "").partition("?")[0]
    at = whole.find("/", len("https://"))
    return ("", "") if at < 0 else (whole[:at], whole[: whole.rfind("/") + 1])


def without_credentials(written: str) -> str:
    """An address as the user wrote it, but for a user name and password: safe to show or keep."""
    return _USERINFO.sub(r"\1", written)


@lru_cache(maxsize=8192)
def identity(url: str) -> str:
    """The address without parameters that only name a visit: campaign tags and session ids."""
    head, mark, query = url.partition("?")
    head = _SESSION_PATH.sub("", head)
    if not mark:
        return head
    kept = [p for p in query.split("&") if p and not _VISIT_ONLY.match(p.split("=", 1)[0])]
    return f"{head}?{'&'.join(kept)}" if kept else head


def host_of(url: str) -> str:
    """The host name in lower case, without port, brackets or final dot; '' when there is none."""
    return _host(url)[0]


def netloc_of(url: str) -> str:
    """Host and, when it is not the scheme's own, port: what one server answers."""
    host, port = _host(url)
    return f"{host}:{port}" if port else host


def path_of(url: str) -> str:
    """The path of a normalised address, without its query."""
    rest = url.split("://", 1)[-1].split("?", 1)[0].split("#", 1)[0]
    return "/" + rest.partition("/")[2]


@lru_cache(maxsize=8192)
def _host(url: str) -> tuple[str, str]:
    try:
        found = ada_url.URL(url)
    except ValueError:
        return "", ""
    return str(found.hostname).strip("[]").rstrip(".").lower(), str(found.port)


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def read_suffixes() -> None:
    """Read the list of public suffixes now, which the first :func:`registrable` else waits for."""
    _suffixes()


@lru_cache(maxsize=4096)
def registrable(host: str) -> str:
    """The part of a host name its owner registered (``york.gov.uk``: gov.uk is public).

    Addresses in numbers, single words and public suffixes themselves are returned as they are.
    """
    host = host.strip("[]").rstrip(".").lower()
    if not host or address(host) is not None:
        return host
    for suffix in _MORE_SUFFIXES:
        if host.endswith("." + suffix):
            return f"{host.removesuffix('.' + suffix).rsplit('.', 1)[-1]}.{suffix}"
    try:
        return _suffixes().privatesuffix(host) or host
    except (ValueError, UnicodeError):
        return host


def same_site(a: str, b: str, hosts: Collection[str] = ()) -> bool:
    """True when ``b`` belongs to the owner of ``a`` or of one of ``hosts``.

    Sub-domains belong together. Addresses in numbers and ``localhost`` must agree in port too,
    because there another port is another server.
    """
    host = host_of(b)
    if not host:
        return False
    if is_local_name(host) or address(host) is not None:
        return netloc_of(b) in {netloc_of(a), *hosts}
    wanted = registrable(host)
    return wanted == registrable(host_of(a)) or any(wanted == registrable(h) for h in hosts)


def address(host: str) -> IPAddress | None:
    """The IP address a host is written as, or None when it is a name."""
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


def is_local_name(host: str) -> bool:
    """True for names that always mean this machine."""
    return host == "localhost" or host.endswith(".localhost")


def is_this_machine(host: str) -> bool:
    """True for names and addresses that always mean this machine."""
    written = address(host)
    return is_local_name(host) or (written is not None and written.is_loopback)


def is_private_host(host: str) -> bool:
    """True for names of this machine and for hosts written as an address that is not public."""
    return is_local_name(host) or (address(host) is not None and is_private_address(host))


def is_private_address(ip: str) -> bool:
    """True unless the address is one on the public internet; text that is no address is private."""
    found = address(ip.split("%", 1)[0])
    if found is None:
        return True
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour
        if found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            found = inner
    return not found.is_global or found.is_multicast or found.is_reserved

"""What went over the wire: requests, answers, redirects, handshakes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from lgaudit.models import OK, Verdict

Headers = tuple[tuple[str, str], ...]


def header(headers: Headers, name: str) -> str:
    """The first header of that name, whatever its case, or ''."""
    wanted = name.lower()
    return next((value for key, value in headers if key.lower() == wanted), "")


def header_list(headers: Headers, name: str) -> str:
    """All lines of a header as the one list they are (RFC 9110, 5.3); browsers part them by \\n."""
    wanted = name.lower()
    return ",".join([v for key, v in headers if key.lower() == wanted]).replace("\n", ",")


@dataclass(frozen=True, slots=True)
class Redirect:
    """One hop: the URL asked, the status that sent us on, and where to."""

    url: str
    status: int
    location: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request of ours and its answer, as they went over the wire."""

    method: str
    url: str
    sent: Headers  # without cookies and credentials
    status: int | None  # None: no answer came
    headers: Headers = ()
    body: bytes = b""  # unpacked
    http_version: str = ""
    verdict: Verdict = OK  # why there is no answer, or why its body is not whole
    unread: bool = False  # there may be a body that nobody needed


@dataclass(frozen=True, slots=True)
class Request:
    """One resource a page load asked for. Sizes are bytes on the wire, bodies only."""

    url: str
    type: str  # document, stylesheet, script, image, font, media, xhr, other
    status: int | None
    headers: Headers = ()
    transferred: int = 0  # as on a first visit: what came from the cache counts its wire size
    decoded: int = 0
    from_cache: bool = False
    protocol: str = ""  # h2, h3, http/1.1
    failed: str = ""


@dataclass(frozen=True, slots=True)
class Handshake:
    """How a host began to speak TLS. ``fault`` is '' when its certificate can be trusted."""

    host: str
    version: str = ""  # as OpenSSL writes it: "TLSv1.3"; '' when none was agreed on
    fault: str = ""  # expired, early, name, chain; unreachable when nothing could be agreed on
    names: tuple[str, ...] = ()  # that the certificate is for
    starts: dt.datetime | None = None  # the certificate's own dates
    ends: dt.datetime | None = None
    old: str = ""  # version below 1.2 it accepts as well; "none"; '' when that was not asked

"""Checks of how a site's servers answer: compression, caching, protocol."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from lgaudit.evaluate.answers import from_folder
from lgaudit.evaluate.checks.vocabulary import (
    Result,
    failed,
    inapplicable,
    passed,
    site_check,
    untested,
)
from lgaudit.evidence import Headers, Request, Snapshot, header, header_list
from lgaudit.models import Spot
from lgaudit.urls import address, host_of, is_local_name, same_site

DAY = 86_400  # seconds
MOST_SPOTS = 50
_COMPRESSED = frozenset("br gzip x-gzip zstd deflate dcb dcz".split())
_TEXT_TYPE = re.compile(
    r"^(text/(html|css|javascript|x-javascript)|application/(\w+\+)?json"
    r"|application/(x-)?javascript|application/xhtml\+xml|image/svg\+xml)$"
)
_STATIC_TYPES = frozenset("stylesheet script font image".split())
_QUALIFIED = re.compile(r'\bno-cache\s*=\s*"[^"]*"')  # keeps back those fields, not the file
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,12})", re.I)


@dataclass(frozen=True, slots=True)
class _Answer:
    """One response of the visit. ``size`` is bytes before compression."""

    url: str
    type: str
    headers: Headers
    size: int
    transferred: int


@site_check
def text_compressed(visit: Snapshot, *, minimum_bytes: int = 1400) -> Result:
    """The site's own responses of text longer than ``minimum_bytes`` are sent compressed."""
    answers = [a for a in _answers(visit) if _is_text(a) and a.size > minimum_bytes]
    answers = [a for a in answers if _own(visit, a.url)]
    if not answers:
        return inapplicable("No response of text was long enough to be worth compressing.")
    plain = [a for a in answers if not _encodings(a) & _COMPRESSED]
    if not plain:
        return passed(f"All {len(answers)} responses of text were compressed.")
    spots = [Spot("", a.url, f"{a.size:,} bytes sent as they are") for a in plain[:MOST_SPOTS]]
    return failed(f"{len(plain)} of {len(answers)} responses of text were not compressed.", spots)


@site_check
def static_files_cacheable(
    visit: Snapshot, *, days: float = 7.0, most_share: float = 0.5
) -> Result:
    """At most ``most_share`` of the bytes of the site's own static files must be fetched afresh."""
    files = [a for a in _answers(visit) if a.type in _STATIC_TYPES and _own(visit, a.url)]
    total = sum(a.transferred or a.size for a in files)
    if not total:
        return untested("No stylesheet, script, font or image of the site itself was seen.")
    stale = [a for a in files if not _cacheable(a.headers, days * DAY, visit.started)]
    share = sum(a.transferred or a.size for a in stale) / total
    said = f"{share:.0%} of the bytes of static files cannot be kept by a browser"
    if share <= most_share:
        return passed(f"{said}.", share)
    # By address: sizes may come from different page loads in different runs.
    stale.sort(key=lambda a: a.url)
    spots = [Spot("", a.url, _caching(a.headers)) for a in stale[:MOST_SPOTS]]
    return failed(f"{said}; at most {most_share:.0%} should be so.", spots, share)


@site_check
def http2_used(visit: Snapshot) -> Result:
    """The site's main host speaks HTTP/2 or HTTP/3."""
    pages = [p for p in visit.pages if not from_folder(p)]
    home = next((p.final_url for p in pages if p.final_url), visit.site.homepage)
    host = host_of(home)
    if visit.pages and not pages:
        return inapplicable("The pages were read from a folder, not from a server.")
    spoken = {visit.probes.alpn.lower()} | {
        p.http_version.lower() for p in pages if host_of(p.final_url) == host
    }
    for page in pages:
        for request in page.browser.requests if page.browser else ():
            if host_of(request.url) == host:
                spoken.add(request.protocol.lower())
    if any(name.startswith(("h2", "h3", "http/2", "http/3")) for name in spoken):  # h3-29 too
        return passed()
    spoken = {name for name in spoken if name.startswith("http/")}  # not "data" or "unknown"
    if not spoken:
        return untested("The protocol of the main host is not known.")
    if not home.lower().startswith("https:") and (is_local_name(host) or address(host)):
        return inapplicable("A server on this machine without HTTPS cannot speak HTTP/2.")
    return failed(f"{host} speaks only {', '.join(sorted(spoken)).upper()}.")


def _answers(visit: Snapshot) -> Iterator[_Answer]:
    """Every good response of the visit whose headers are known, once an address."""
    seen: set[str] = set()
    for page in visit.pages:
        if page.verdict.ok and page.status == 200 and page.headers and not from_folder(page):
            seen.add(page.final_url)
            yield _Answer(page.final_url, "document", page.headers, len(page.body), 0)
    requests = list(visit.probes.assets)
    for page in visit.pages:
        if page.browser and not from_folder(page):
            requests.extend(page.browser.requests)
    whole: dict[str, Request] = {}
    for r in requests:
        if r.status != 200 or not r.headers or r.failed or r.url in seen:
            continue
        if r.url.lower().startswith(("http:", "https:")):
            known = whole.setdefault(r.url, r)
            if known.transferred < r.transferred:  # that load was cut short, or came from a cache
                whole[r.url] = r
    for r in whole.values():
        yield _Answer(r.url, r.type, r.headers, r.decoded or r.transferred, r.transferred)


def _own(visit: Snapshot, url: str) -> bool:
    hosts = {host_of(p.final_url) for p in visit.pages[:1]}
    return same_site(visit.site.homepage, url, hosts)


def _is_text(answer: _Answer) -> bool:
    kind = header(answer.headers, "content-type").split(";")[0].strip().lower()
    return bool(_TEXT_TYPE.match(kind))


def _encodings(answer: _Answer) -> set[str]:
    return {e.strip().lower() for e in header_list(answer.headers, "content-encoding").split(",")}


def _cacheable(headers: Headers, seconds: float, asked: dt.datetime | None) -> bool:
    """True when a browser may keep the file that long, or ask cheaply whether it has changed."""
    control = _QUALIFIED.sub("", header_list(headers, "cache-control").lower())
    if "no-store" in control:
        return False
    if header(headers, "etag") or header(headers, "last-modified"):
        return True
    return "no-cache" not in control and _lifetime(headers, control, asked) >= seconds


def _lifetime(headers: Headers, control: str, asked: dt.datetime | None) -> float:
    found = _MAX_AGE.search(control)
    if found:
        return float(found[1])
    try:
        expires = parsedate_to_datetime(header(headers, "expires"))
    except (ValueError, TypeError, OverflowError):
        return 0.0
    try:
        sent: dt.datetime | None = parsedate_to_datetime(header(headers, "date"))
    except (ValueError, TypeError, OverflowError):
        sent = asked  # who gets an answer without a date puts in its own (RFC 9110, 6.6.1)
    try:
        return (expires - sent).total_seconds() if sent else 0.0
    except TypeError:  # one of them is in no time zone
        return 0.0


def _caching(headers: Headers) -> str:
    control = header_list(headers, "cache-control")
    return f"cache-control: {control[:80]}" if control else "no cache-control header"

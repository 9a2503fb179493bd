"""What a visit's answers said: the home page, pages with their headers, cookies that were set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lgaudit.evidence import Page, Snapshot
from lgaudit.models import Kind
from lgaudit.urls import address, host_of, is_local_name, same_site

PUBLIC_SECTOR = (
    "gov.uk", "gov.wales", "llyw.cymru", "gov.scot", "nhs.uk", "ac.uk", "police.uk", "parliament.uk"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cookie:
    """One Set-Cookie header: its name, the length of its value, and its attributes."""

    page: str
    name: str
    length: int
    secure: bool
    http_only: bool


def home_of(visit: Snapshot) -> Page | None:
    """The home page as it was seen, or None when it is not among the pages."""
    homes = [page for page in visit.pages if page.kind is Kind.HOME]
    return homes[0] if homes else next((p for p in visit.pages if p.url.count("/") == 3), None)


def home_address(visit: Snapshot) -> str:
    """Where the home page ended up."""
    home = home_of(visit)
    return home.final_url if home is not None else visit.site.homepage


def from_folder(page: Page) -> bool:
    """True when this program itself served the page from a folder on this machine."""
    return bool(page.source) and not page.source.lower().startswith(("http:", "https:"))


def answered(visit: Snapshot) -> list[Page]:
    """Good pages of the site's own server, with their headers."""
    hosts = {host_of(home_address(visit))}
    return [
        page
        for page in visit.pages
        if page.verdict.ok
        and page.status == 200
        and page.headers
        and not from_folder(page)
        and same_site(visit.site.homepage, page.final_url, hosts)
    ]


def cookies(page: Page) -> Iterator[Cookie]:
    """Every cookie a page's answer set; values are measured, never kept."""
    for name, value in page.headers:
        if name.lower() != "set-cookie":
            continue
        first, *rest = value.split(";")
        title, _, content = first.partition("=")
        attributes = {part.split("=", 1)[0].strip().lower() for part in rest}
        yield Cookie(
            page.final_url,
            title.strip()[:80],
            len(content.strip()),
            "secure" in attributes,
            "httponly" in attributes,
        )


def public_sector(host: str) -> bool:
    """True for a name under one of the public sector's own domains."""
    return any(host == suffix or host.endswith(f".{suffix}") for suffix in PUBLIC_SECTOR)


def on_this_machine(url: str) -> bool:
    """True for localhost and addresses in numbers: a preview, not a site residents visit."""
    host = host_of(url)
    return not host or is_local_name(host) or address(host) is not None

"""Who made what a resident meets: products recognised on the pages of one visit.

Certain and strong signs decide; weak ones are only named beside them. One page may be the work of
several suppliers, and of none we know.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from urllib.parse import urljoin

from lgaudit import dom
from lgaudit.evaluate import patterns
from lgaudit.evaluate.fingerprints import Product, Sign
from lgaudit.evidence import Page, Snapshot
from lgaudit.results import SupplierUse
from lgaudit.urls import host_of, registrable

READ = 400_000  # characters of a page's source; signs stand in its first few thousand
MOST_PAGES = 12  # looked at on one site: one of each template, the home page first
MOST_SIGNS = 5  # named for one product
RELATIONS = {"made by": "made", "embeds": "embedded", "links to": "linked"}
_ORDER = ("made", "embedded", "linked")
_TAGS = re.compile(r"<[^<>]{1,3000}>")
_SOURCES = "script[src], iframe[src], img[src], source[src], embed[src], link[href]"


@dataclass(frozen=True)
class _Seen:
    """What the signs are held against on one page, each part made when first asked for."""

    page: Page

    @cached_property
    def source(self) -> str:
        return self.page.html[:READ].lower()

    @cached_property
    def markup(self) -> str:
        return "\n".join(_TAGS.findall(self.source))

    @cached_property
    def generator(self) -> str:
        nodes = self.page.dom.glance("meta[name=generator i]")
        return "\n".join((node.html or "")[:500] for node in nodes[:5]).lower()

    @cached_property
    def footer(self) -> str:
        nodes = self.page.dom.glance("footer, [role=contentinfo], #footer, .footer")
        return "\n".join(dom.fold(node.text()) for node in nodes[:5]).lower()

    @cached_property
    def host(self) -> str:
        return host_of(self.page.final_url)

    @cached_property
    def own(self) -> str:
        return registrable(self.host)

    @cached_property
    def assets(self) -> tuple[str, ...]:
        """Addresses in full, in lower case."""
        named = (
            dom.attribute(node, "src") or dom.attribute(node, "href")
            for node in self.page.dom.glance(_SOURCES)
        )
        asked = (r.url for r in self.page.browser.requests) if self.page.browser else ()
        return tuple({self._whole(url) for url in (*named, *asked) if url})

    @cached_property
    def own_assets(self) -> str:
        return "\n".join(u for u in self.assets if registrable(host_of(u)) == self.own)

    @cached_property
    def all_assets(self) -> str:
        return "\n".join(self.assets)

    @cached_property
    def targets(self) -> tuple[str, ...]:
        nodes = self.page.dom.glance("a[href], form[action]")
        named = (dom.attribute(n, "href") or dom.attribute(n, "action") for n in nodes)
        return tuple({self._whole(url) for url in named if url and url[0] != "#"})

    @cached_property
    def all_targets(self) -> str:
        return "\n".join(self.targets)

    @cached_property
    def target_hosts(self) -> frozenset[str]:
        return frozenset(map(host_of, self.targets))

    @cached_property
    def credits(self) -> frozenset[str]:
        """The hosts that the footer's links lead to."""
        nodes = self.page.dom.glance("footer a[href], [role=contentinfo] a[href], #footer a[href]")
        return frozenset(host_of(self._whole(dom.attribute(node, "href"))) for node in nodes)

    @cached_property
    def cookies(self) -> tuple[str, ...]:
        set_here = (v for k, v in self.page.headers if k.lower() == "set-cookie")
        return tuple(value.split(";", 1)[0].lower() for value in set_here)

    @cached_property
    def _folder(self) -> str:
        """The page's address up to its last slash; a saved file's as it is."""
        address = self.page.final_url.split("#", 1)[0].split("?", 1)[0]
        if "://" not in address:
            return self.page.final_url
        return address[: address.rfind("/") + 1] if address.count("/") > 2 else f"{address}/"

    def _whole(self, url: str) -> str:
        url = url.strip()
        return _joined(self.page.final_url if url[:1] in ("", "?", "#") else self._folder, url)


@lru_cache(maxsize=8192)
def _joined(base: str, url: str) -> str:
    """The address in full; pages of one folder share their menu."""
    try:
        return urljoin(base, url).lower()
    except ValueError:
        return ""


def recognise(visit: Snapshot, products: Sequence[Product]) -> tuple[SupplierUse, ...]:
    """The products met on a visit: what pages are made by first, then by kind and name."""
    found: dict[tuple[str, str], dict[str, list[tuple[Sign, str]]]] = {}
    known = {product.id: product for product in products}
    for page in _typical(visit.audited):
        seen = _Seen(page)
        signs = [(product, sign) for product in products for sign in product.signs]
        with patterns.budget():
            for product, sign in signs:
                patterns.renew()  # each has all the time to itself
                relation = _relation(sign, product, seen)
                if relation:
                    pages = found.setdefault((product.id, relation), {})
                    pages.setdefault(page.url, []).append((sign, page.url))
        page.forget()
    uses = (_use(known[id], relation, pages) for (id, relation), pages in found.items())
    return tuple(sorted((use for use in uses if use is not None), key=_place))


def _typical(pages: Sequence[Page]) -> Iterable[Page]:
    """The home page, then one page of each first part of an address, as templates go."""
    shown: dict[tuple[str, str, str], Page] = {}
    for page in pages:
        path = page.final_url.split("//", 1)[-1].partition("/")[2]
        shown.setdefault((host_of(page.final_url), page.kind.value, path.split("/", 1)[0]), page)
    return sorted(shown.values(), key=lambda p: (p.kind.value != "home", p.url))[:MOST_PAGES]


def _use(
    product: Product, relation: str, pages: dict[str, list[tuple[Sign, str]]]
) -> SupplierUse | None:
    """What is known of one product; None when only weak signs speak for it."""
    deciding = {
        url: [sign for sign, _ in signs if sign.strength != "weak"] for url, signs in pages.items()
    }
    sure = tuple(sorted(url for url, signs in deciding.items() if signs))
    if not sure:
        return None
    signs = sorted(
        {sign for own in pages.values() for sign, _ in own},
        key=lambda sign: (
            ("certain", "strong", "weak").index(sign.strength),
            sign.where,
            sign.what,
        ),
    )
    return SupplierUse(
        product=product.id,
        supplier=product.supplier,
        name=product.name,
        kind=product.kind,
        relation=relation,
        strength=signs[0].strength,
        signs=tuple(f"{sign.where}: {sign.what}" for sign in signs[:MOST_SIGNS]),
        pages=sure,
    )


def _place(use: SupplierUse) -> tuple[int, str, str, str]:
    return (_ORDER.index(use.relation), use.kind, use.supplier, use.name)


def _relation(sign: Sign, product: Product, seen: _Seen) -> str:
    """What the sign shows on this page: made, embedded, linked, or '' when it is not there."""
    try:
        if sign.where == "host":
            return _by_host(sign, product, seen)
        if sign.where == "address":
            return _by_address(sign, seen)
        there = _there(sign, seen)
    except patterns.PatternTimeout:
        return ""
    return RELATIONS[sign.means] if there else ""


def _there(sign: Sign, seen: _Seen) -> bool:
    if sign.where == "header":
        return _header(sign, seen.page)
    if sign.where == "cookie":
        return any(_matches(sign, cookie) for cookie in seen.cookies)
    if sign.where == "asset":
        return _matches(sign, seen.own_assets if sign.local else seen.all_assets)
    text: str = getattr(seen, sign.where)
    return bool(text) and _matches(sign, text)


def _by_host(sign: Sign, product: Product, seen: _Seen) -> str:
    if sign.means == "made by":
        if _on_host(sign, seen.host):
            return "made"
        if product.kind == "cms":  # its maker's credit; anywhere else it is only a link
            return "made" if any(_on_host(sign, host) for host in seen.credits) else ""
    linked = any(_on_host(sign, host) for host in seen.target_hosts)
    if linked and sign.means == "embeds":
        return "embedded"
    return "linked" if linked else ""


def _by_address(sign: Sign, seen: _Seen) -> str:
    if sign.means == "made by" and _matches(sign, seen.page.final_url.lower()):
        return "made"
    if not _perhaps(sign, seen.all_targets):
        return ""
    return "linked" if any(_matches(sign, url) for url in seen.targets) else ""


def _on_host(sign: Sign, host: str) -> bool:
    if sign.pattern:
        return bool(host) and _matches(sign, host)
    wanted = sign.what.lower().strip(".")
    return host == wanted or host.endswith("." + wanted) or ("." not in wanted and wanted in host)


def _header(sign: Sign, page: Page) -> bool:
    name, _, wanted = sign.what.partition(": ")
    values = [value.lower() for key, value in page.headers if key.lower() == name.lower()]
    if not wanted:
        return bool(values)
    if wanted.startswith("re:"):
        return any(patterns.search(wanted[3:], value) for value in values)
    return any(value.startswith(wanted.lower()) for value in values)


def _perhaps(sign: Sign, text: str) -> bool:
    """False when no part of the text, which is in small letters, can match."""
    if sign.pattern:
        return not patterns.hopeless(sign.pattern, text)
    return sign.what.lower() in text


def _matches(sign: Sign, text: str) -> bool:
    if sign.pattern:
        return patterns.search(sign.pattern, text) is not None
    return sign.what.lower() in text

"""What stands behind the pages of a made-up site: files, robots.txt, walls, third parties."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping
from email.utils import format_datetime
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from lgaudit.demo import files, library, planting, searching
from lgaudit.demo.library import Data
from lgaudit.demo.pages import STYLE, Maker
from lgaudit.demo.site import HTML, STATIC, DemoSite, Resource

MENU_ICON = "M3 6h18v2H3zm0 5h18v2H3zm0 5h18v2H3z"
SCRIPTS = {
    "bespoke": "/assets/site.js",
    "lanternworks": "/assets/lanternworks/civic.js",
    "shell": "/app/app.js",
}
BLOCKED = Resource(
    b"<html>\n<head><title>403 Forbidden</title></head>\n<body>\n"
    b"<center><h1>403 Forbidden</h1></center>\n</body>\n</html>\n",
    "text/html",
    403,
)
CAPTCHA = Resource(
    b'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
    b"<title>Verify you are human</title></head>\n<body><h1>Verify you are human</h1>\n"
    b"<p>Complete the security check before continuing.</p>\n"
    b'<form id="captcha-form" method="post"><div class="h-captcha" data-sitekey="demo"></div>\n'
    b'<button class="amzn-captcha-verify-button">Begin</button></form></body></html>\n',
    HTML,
    200,
    (("x-robots-tag", "noindex"),),
)
WALLS = {"blocked": BLOCKED, "captcha": CAPTCHA}
CARE = (
    ("strict-transport-security", "max-age=31536000; includeSubDomains"),
    ("content-security-policy", "default-src 'self'; frame-ancestors 'none'"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "strict-origin-when-cross-origin"),
)
# What each supplier's servers send with every page.
HEADERS = {
    "bespoke": CARE,
    "lanternworks": (
        *(pair for pair in CARE if pair[0] != "content-security-policy"),
        (
            "content-security-policy",
            "script-src 'self' 'unsafe-inline' https:; frame-ancestors 'self'",
        ),
        ("set-cookie", "lw_session=4f0e9a7d2c6b18350a1e; Path=/; Secure; HttpOnly"),
    ),
    "hollowell": (
        ("strict-transport-security", "max-age=31536000"),
        ("x-content-type-options", "nosniff"),
        ("server", "nginx"),
    ),
    "townhall": (
        ("server", "Apache/2.2.15 (CentOS)"),
        ("x-powered-by", "PHP/5.3.3"),
        ("set-cookie", "PHPSESSID=t2v9k4m1c7b0; path=/"),
    ),
    "shell": (
        ("strict-transport-security", "max-age=300"),
        ("referrer-policy", "unsafe-url"),
    ),
}


def apex(fact: Mapping[str, Any]) -> DemoSite | None:
    """What answers at the address without www, or None when nothing has that name.

    ``apex`` in the facts: "missing", "plain" (pages over http), "name" (a certificate for www
    only), or the address it leads to; without it, to the site.
    """
    host = fact["host"]
    kind = fact.get("apex", f"https://{host}/")
    if kind == "missing" or not host.startswith("www."):
        return None
    to = kind if kind.startswith("https:") else f"https://{host}/"
    moved = Resource(b"", HTML, 301, (("location", to),))
    plain = Resource(b"<!doctype html><title>Council</title><p>Our old start page.</p>", HTML)
    return DemoSite(
        host.removeprefix("www."),
        {},
        plain if kind == "plain" else moved,
        robots_txt="User-agent: *\nAllow: /\n",
        https=kind != "plain",
        certificate=(60, (host,)) if kind == "name" else None,
    )


def _more_headers(fact: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((str(name), str(value)) for name, value in fact.get("headers", {}).items())


def site(data: Data, fact: Mapping[str, Any], maker: Maker, *, past: bool = False) -> DemoSite:
    """One site with all its files, behaving as ``fact`` says; ``past`` as it did then."""
    host, soft = fact["host"], bool(fact.get("soft_404"))
    pages = maker.resources()
    pages |= _assets(data, fact, maker)
    pages |= {p.path: Resource(p.body, p.content_type) for p in maker.papers.values()}
    pages |= planting.extra_resources(data, host)
    pages["/sitemap.xml"] = _sitemap(host, pages)
    if maker.supplier == "bespoke":
        pages |= _open_files(maker, past=past)
    if days := fact.get("security_txt"):
        pages["/.well-known/security.txt"] = _security_txt(maker, int(days), past=past)
    noon = dt.datetime.combine(maker.today, dt.time(12), dt.UTC)
    cache_control = fact.get("cache", "max-age=31536000, immutable")
    return DemoSite(
        host=host,
        pages=dict(sorted(pages.items())),
        not_found=maker.missing(200 if soft else 404),
        council=fact["council"][0]["slug"],
        supplier=fact["supplier"],
        robots_txt=_robots(host, fact.get("allowed", ())),
        wall=WALLS.get(fact.get("wall", "")),
        delay=float(fact.get("delay", 0.0)),
        silent=bool(fact.get("silent")),
        http2=bool(fact.get("http2", True)),
        compress=bool(fact.get("compress", True)),
        date=format_datetime(noon, usegmt=True),
        page_headers=HEADERS.get(maker.supplier, ()) + _more_headers(fact),
        certificate=(float(fact["certificate_days"]), (host,))
        if "certificate_days" in fact
        else None,
        old_tls=bool(fact.get("old_tls")),
        search=searching.of(maker, fact.get("search", "")),
        cache_control=dict.fromkeys(STATIC, cache_control),
        validators=bool(fact.get("validators", cache_control != "no-store")),
    )


def third_parties() -> dict[str, DemoSite]:
    """Sites that council pages link to or load things from."""
    made = {}
    for entry in library.read("neighbours.toml")["neighbour"]:
        host, name = entry["host"], entry["name"]
        text = (
            f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{name}</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1"></head>\n'
            f"<body><main><h1>{name}</h1><p>This page stands in for a website that council pages"
            " link to, so that the demonstration needs no internet.</p></main></body></html>\n"
        ).encode()
        pages = {
            path: Resource(str(item["text"]).encode(), item["type"])
            for path, item in entry.get("files", {}).items()
        }
        missing = Resource(text, HTML, int(entry.get("status", 200)))
        http2 = bool(entry.get("http2", True))
        made[host] = DemoSite(
            host, pages, missing, robots_txt="User-agent: *\nAllow: /\n", http2=http2
        )
    return made


def _assets(data: Data, fact: Mapping[str, Any], maker: Maker) -> dict[str, Resource]:
    accent, light = fact["accent"], fact["light"]
    crest = files.crest_svg(maker.council.town[0], accent, light)
    made = {
        STYLE[maker.supplier]: Resource(
            maker.dressed_css(library.stylesheet(maker.supplier, accent, light)),
            "text/css; charset=utf-8",
        ),
        "/assets/crest.svg": Resource(crest, "image/svg+xml"),
        "/assets/menu.svg": Resource(files.icon_svg(MENU_ICON), "image/svg+xml"),
        "/assets/landscape.png": Resource(_landscape(1 + len(fact["host"]) % 3), "image/png"),
        "/assets/park.png": Resource(_landscape(9), "image/png"),
        "/favicon.ico": Resource(crest, "image/svg+xml"),
    }
    if path := SCRIPTS.get(maker.supplier):
        name = "app.js" if maker.supplier == "shell" else "site.js"
        script = (library.FOLDER / "templates" / name).read_text("utf-8")
        made[path] = Resource(script.encode(), "text/javascript; charset=utf-8")
    for entry in data.of("asset"):
        if entry["site"] == fact["host"]:
            made[entry["path"]] = _made_to_order(entry)
    return made


@cache
def _landscape(seed: int) -> bytes:
    return files.landscape_png(seed, 480, 210)


def _made_to_order(entry: Mapping[str, Any]) -> Resource:
    size, delay = int(entry.get("size", 0)), float(entry.get("delay", 0.0))
    path = str(entry["path"])
    if path.endswith(".png"):
        return Resource(files.heavy_png(len(path), size), "image/png", delay=delay)
    if path.endswith(".js"):
        letters = "abcdefghijklmnopqrstuvwxyz0123456789"
        if entry.get("filler") == "plain":
            filler = "abcdefgh" * (size // 8)
        else:
            filler = "".join(random.Random(path).choices(letters, k=size))
        text = f"{entry.get('text', '')}\nvar filler = '{filler}';\n"
        return Resource(text.encode(), "text/javascript; charset=utf-8", delay=delay)
    return Resource(str(entry["text"]).encode(), str(entry["type"]), delay=delay)


def _sitemap(host: str, pages: Mapping[str, Resource]) -> Resource:
    urls = "".join(
        f"<url><loc>https://{host}{escape(path)}</loc></url>\n"
        for path, resource in sorted(pages.items())
        if resource.is_page and "?" not in path
    )
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{urls}</urlset>\n'
    )
    return Resource(text.encode(), "application/xml")


def _robots(host: str, allowed: tuple[str, ...]) -> str:
    rules = "".join(f"Allow: {path}\n" for path in allowed)
    rules += "Disallow: /\n" if allowed else "Allow: /\n"
    return f"User-agent: *\n{rules}\nSitemap: https://{host}/sitemap.xml\n"


def _security_txt(maker: Maker, days: int, *, past: bool) -> Resource:
    """A security.txt that holds for so many days, counted from today as visitors count."""
    start = maker.today if past else max(maker.today, dt.datetime.now(dt.UTC).date())
    expires = dt.datetime.combine(start + dt.timedelta(days=days), dt.time())
    text = (
        f"Contact: mailto:security@{maker.council.domain}\n"
        f"Expires: {expires.isoformat()}Z\nPolicy: https://{maker.council.host}/terms\n"
    )
    return Resource(text.encode(), "text/plain; charset=utf-8")


def _open_files(maker: Maker, *, past: bool) -> dict[str, Resource]:
    host, today = maker.council.host, maker.today
    stamp = f"{(today - dt.timedelta(days=9)).isoformat()}T09:00:00Z"
    entries = "".join(
        f"<entry><id>https://{host}{story['path']}</id><title>{escape(story['title'])}</title>"
        f'<updated>{stamp}</updated><link href="https://{host}{story["path"]}"/>'
        f"<summary>{escape(story['summary'])}</summary></entry>\n"
        for story in maker.stories(False)
    )
    feed = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>https://{host}/news</id><title>News from {escape(maker.council.name)}</title>"
        f'<updated>{stamp}</updated><link rel="self" href="https://{host}/news/feed.xml"/>\n'
        f"<author><name>{escape(maker.council.name)}</name></author>\n{entries}</feed>\n"
    )
    return {
        "/.well-known/security.txt": _security_txt(maker, 300, past=past),
        "/news/feed.xml": Resource(feed.encode(), "application/atom+xml"),
    }

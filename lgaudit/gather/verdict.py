"""Is this the page a resident would see? Read from the very document that is judged.

A document is called a block page, a login or a missing page only on signs that honest pages do not
carry; when in doubt it is evidence. Nothing here asks the network.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from lgaudit import dom, taming, urls
from lgaudit.evidence import Headers, Page
from lgaudit.gather import blockpages, shown, wording
from lgaudit.models import OK, Kind, Reason, Site, Verdict
from lgaudit.tree import Tree

SMALL = 250  # words on the whole page; a longer document is never a block page
BARE = 50  # words; below this, without main and nav, a page says nothing but its title
MISSING = 200  # words in the main content of a "page not found" page
LOGIN = 150  # words on a page that asks for a password and nothing else
FILES = (b"%PDF-", b"PK\x03\x04", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"\xd0\xcf\x11\xe0")
PAGES = ("text/html", "application/xhtml+xml")
CAPTCHA_FRAMES = (
    'iframe[src*="google.com/recaptcha"]',
    'iframe[src*="recaptcha.net/recaptcha"]',
    'iframe[src*="hcaptcha.com"]',
    'iframe[src*="captcha-delivery.com"]',
    'iframe[src*="challenges.cloudflare.com"]',
)
SEEN = (
    "img, svg, canvas, video, audio, object, embed, iframe, input, select, textarea, button, [role]"
)
SCRIPTED = (
    "script[src], script[type=module], #root, #app, #__next, #__nuxt, app-root, [ng-app],"
    " [ng-version], [data-reactroot]"
)
SKIP_LINK = 8  # words that a page may show before its scripts ran and still be empty


@dataclass(frozen=True)
class Document:
    """The document that is judged: the browser's when it was rendered, else the response."""

    asked: str
    final: str
    status: int | None
    headers: Headers
    source: str
    tree: Tree
    title: str

    @cached_property
    def text(self) -> str:
        """What is visible on the page, chrome included; of a long page, its beginning."""
        body = self.tree.glance("body")
        return dom.opening_text(body[0], enough=2 * SMALL) if body else ""

    @cached_property
    def words(self) -> int:
        """How many words the whole page shows; of a long page only that they are many."""
        main = shown.main_of(self.tree)
        fewest = len(shown.letters_of(main).split()) if main is not None else 0
        return fewest if fewest > SMALL else len(self.text.split())

    @cached_property
    def main(self) -> str:
        """Visible text of the page's own content."""
        node = dom.main_content(self.tree)
        return dom.visible_text(node) if node is not None else ""

    @cached_property
    def headings(self) -> tuple[str, ...]:
        """Texts of the h1 elements."""
        return tuple(dom.fold(h.text())[:300] for h in self.tree.glance("h1")[:5])

    def has(self, selector: str) -> bool:
        """True when an element matches."""
        return bool(self.tree.glance(selector))


def classify(
    page: Page,
    site: Site,
    *,
    not_found: Page | None = None,
    rendered: bool = False,
    hosts: Collection[str] = (),
) -> Verdict:
    """The verdict on one page.

    Args:
        page: what was seen; a verdict of the network (dns, timeout ...) is kept as it is.
        site: the site it should belong to.
        not_found: the site's answer to an address that cannot exist.
        rendered: judge the browser's document instead of the response.
        hosts: more hosts that count as the site.
    """
    rendered = rendered and page.browser is not None
    if page.verdict.reason not in (Reason.OK, Reason.ERROR_STATUS, Reason.EMPTY_SHELL):
        return page.verdict
    if not rendered and not _is_html(page):
        return Verdict(Reason.NOT_HTML, _content_type(page) or "does not look like HTML")
    if taming.crowded(page.html if rendered else page.response_html):
        return Verdict(Reason.TOO_LARGE, f"more than {taming.MOST_TAGS:,} tags")
    document = _document(page, rendered)
    return (
        _wall(document)
        or _status(document)
        or _login(document)
        or _off_site(page, document, site, hosts)
        or _soft_404(page, document, not_found)
        or _cookie_wall(document)
        or _shell(document, rendered)
        or (OK if rendered or page.verdict.reason is not Reason.ERROR_STATUS else page.verdict)
    )


def _document(page: Page, rendered: bool) -> Document:
    seen = page.browser
    if not rendered or seen is None:
        tree, source = page.response_dom, page.response_html
        titles = tree.glance("head title") or tree.glance("title")
        shown = dom.fold(titles[0].text()) if titles else ""
        return Document(
            page.url, page.final_url, page.status, page.headers, source, tree, shown[:500]
        )
    final = seen.final_url or page.final_url
    own = next((r for r in seen.requests if r.type == "document" and r.url == final), None)
    return Document(
        page.url,
        final,
        seen.status,
        own.headers if own else (),
        seen.html,
        page.dom,
        dom.fold(seen.title or page.title)[:500],
    )


def _content_type(page: Page) -> str:
    return page.header("content-type").split(";")[0].strip().lower()[:60]


def _is_html(page: Page) -> bool:
    kind = _content_type(page)
    if page.body.startswith(FILES):
        return False
    if kind in PAGES:
        return True
    start = page.body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    looks = start.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<!--"))
    if kind in ("", "application/octet-stream", "text/plain", "text/xml", "application/xml"):
        refused = page.status is not None and page.status >= 400
        return looks or refused or (not kind and start.startswith(b"<") and b"<?xml" not in start)
    return page.status is not None and page.status >= 400


def _wall(document: Document) -> Verdict | None:
    """A page put up by something in front of the site."""
    host = urls.host_of(document.final)
    by_address = blockpages.match_address(document.status, document.headers, host)
    if by_address is not None:
        return by_address
    if document.words > SMALL:
        return None
    known = blockpages.match_document(
        status=document.status,
        headers=document.headers,
        host=host,
        title=document.title,
        headings=document.headings,
        text=document.text,
        source=document.source,
    )
    return known or _nameless_wall(document)


def _nameless_wall(document: Document) -> Verdict | None:
    """A wall nobody has put a name to: hardly any words, no navigation, a title that says it."""
    if document.words >= BARE or document.has("main, [role=main], nav"):
        return None
    if wording.REFUSAL.fullmatch(document.title):
        return Verdict(Reason.BLOCKED, f"titled “{document.title[:60]}”")
    refused = document.status in (401, 403, 429, None) or document.words <= 3
    if refused and not document.title and wording.BARE_REFUSAL.fullmatch(document.text):
        return Verdict(Reason.BLOCKED, f"says only “{document.text[:60]}”")
    if (
        document.has(", ".join(CAPTCHA_FRAMES))
        and not document.headings
        and (not document.title or wording.CAPTCHA.search(document.title))
    ):
        return Verdict(Reason.CAPTCHA, "a captcha and nothing else")
    return None


def _status(document: Document) -> Verdict | None:
    status = document.status
    if status == 206:
        return Verdict(Reason.ERROR_STATUS, "status 206: a part, and nobody asked for a part")
    if status is None or 200 <= status < 300:
        return None
    return Verdict(Reason.ERROR_STATUS, f"status {status}")


def _login(document: Document) -> Verdict | None:
    """A page that asks who you are, where another page was asked for."""
    host = urls.host_of(document.final)
    if wording.is_identity_provider(host) and not wording.is_identity_provider(
        urls.host_of(document.asked)
    ):
        return Verdict(Reason.LOGIN, f"sent to {host}")
    if wording.LOGIN_ADDRESS.search(urls.path_of(document.asked)):
        return None
    if document.words > LOGIN or not document.has('input[type="password" i]'):
        return None
    moved = urls.path_of(document.asked).rstrip("/") != urls.path_of(document.final).rstrip("/")
    if moved and wording.LOGIN_ADDRESS.search(urls.path_of(document.final)):
        return Verdict(Reason.LOGIN, "sent to a sign-in page")
    said = (wording.first_part(document.title), *document.headings)
    if any(wording.LOGIN_TITLE.fullmatch(text) for text in said) and (
        moved or document.words < LOGIN // 2
    ):
        return Verdict(Reason.LOGIN, "a sign-in page in place of the page")
    return None


def _off_site(page: Page, document: Document, site: Site, hosts: Collection[str]) -> Verdict | None:
    homes = [site.homepage, site.welsh_homepage, page.url, page.final_url if page.browser else ""]
    homes += [home for c in site.councils for home in (c.homepage, c.welsh_homepage)]
    if any(home and urls.same_site(home, document.final, hosts) for home in homes):
        return None
    host = urls.host_of(document.final)
    if not host:  # a saved file, or nothing that could be compared
        return None
    return Verdict(Reason.OFF_SITE, f"redirects to {host}")


def _soft_404(page: Page, document: Document, not_found: Page | None) -> Verdict | None:
    """A missing page that says 200."""
    if page.kind is Kind.HOME or urls.path_of(page.url) == "/":
        return None
    if _says_missing(document) and len(document.main.split()) < MISSING:
        return Verdict(Reason.SOFT_404, "says that the page was not found")
    if not_found is None or page.url == not_found.url:
        return None
    if (
        document.final == not_found.final_url != not_found.url
        and document.final != document.asked
        and urls.path_of(document.asked).rstrip("/") != urls.path_of(document.final).rstrip("/")
    ):
        return Verdict(Reason.SOFT_404, "redirects to where a made-up address redirects")
    if _same_as(document, not_found):
        return Verdict(Reason.SOFT_404, "the same answer as to a made-up address")
    return None


def _says_missing(document: Document) -> bool:
    if wording.NOT_FOUND.fullmatch(wording.first_part(document.title)):
        return True
    return any(wording.NOT_FOUND.fullmatch(heading) for heading in document.headings[:1])


def _same_as(document: Document, not_found: Page) -> bool:
    """Title and headings equal and hardly a word different; a made-up address may be echoed."""
    if not_found.final_url in (document.asked, document.final):
        return False
    other = _document(not_found, rendered=False)
    if other.title != document.title or other.headings != document.headings:
        return False
    here = _words(document, urls.path_of(document.asked))
    there = _words(other, urls.path_of(not_found.url))
    fewer = min(here.total(), there.total())
    if fewer < 5:
        return False
    different = ((here - there) + (there - here)).total()
    return different <= (0 if fewer < 20 else max(2, fewer // 50))


def _words(document: Document, path: str) -> Counter[str]:
    """Words of the main content, without the address a page may echo."""
    echo = path.rstrip("/").rsplit("/", 1)[-1].lower()
    words = document.main.lower().split()
    return Counter(word for word in words if not echo or echo not in word)


def _cookie_wall(document: Document) -> Verdict | None:
    """Nothing but a question about cookies."""
    if document.words > LOGIN or "cookie" not in document.text.lower():
        return None
    if wording.COOKIE_ADDRESS.search(urls.path_of(document.asked)):
        return None
    said = (wording.first_part(document.title), *document.headings)
    if not any(wording.COOKIE_TITLE.fullmatch(text) for text in said):
        return None
    asks = any(
        wording.ACCEPT.search(dom.fold(b.text() or dom.attribute(b, "value")))
        for b in document.tree.css("button, input[type=submit], a[role=button], a.button, a.btn")
    )
    if asks and len(document.tree.css("a[href]")) <= 8 and not document.has("nav"):
        return Verdict(Reason.COOKIE_WALL, "asks about cookies and shows nothing else")
    return None


def _shell(document: Document, rendered: bool) -> Verdict | None:
    """No content. Before scripts ran a browser may still find some, so it may overrule this.

    Without a script to fill it, an odd page is just an odd page.
    """
    if not document.source.strip():
        return Verdict(Reason.EMPTY_SHELL, "the answer is empty")
    if rendered and not document.has("body *") and document.words == 0:
        return Verdict(Reason.EMPTY_SHELL, "nothing is left of it in a browser")
    if document.words > SKIP_LINK or not document.has(SCRIPTED):
        return None
    links = len(document.tree.glance("a[href]"))
    if rendered:
        empty = document.words == 0 and not links and not document.has(SEEN)
        return Verdict(Reason.EMPTY_SHELL, "nothing to see even in a browser") if empty else None
    if links > 1 or document.has("h1, img, form, video, [role]"):
        return None
    return Verdict(Reason.EMPTY_SHELL, "no content before scripts run")

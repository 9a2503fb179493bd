"""Checks of what pages load and let slip: mixed content, pinned and outdated scripts, errors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote

from lgaudit import dom
from lgaudit.evaluate import answers, libraries
from lgaudit.evaluate.checks.vocabulary import (
    Result,
    cant_tell,
    failed,
    inapplicable,
    page_check,
    passed,
    places,
    site_check,
)
from lgaudit.evaluate.kept import extract, kept
from lgaudit.evidence import Page, Snapshot
from lgaudit.models import Spot
from lgaudit.tree import Node
from lgaudit.urls import host_of, normalise, path_of, same_site

MOST_SPOTS = 50
_ACTIVE = (
    'script[src^="http:" i], link[href^="http:" i], iframe[src^="http:" i], frame[src^="http:" i],'
    ' object[data^="http:" i], embed[src^="http:" i], form[action^="http:" i]'
)
_PASSIVE = (
    'img[src^="http:" i], audio[src^="http:" i], video[src^="http:" i], source[src^="http:" i],'
    ' video[poster^="http:" i], input[type="image" i][src^="http:" i]'
)
_LOADED_LINKS = frozenset("stylesheet preload modulepreload manifest".split())
_PINNED_VERSION = re.compile(r"\d+\.\d+")
_ASKED_VERSION = re.compile(r"(?<=[^/])@([^/@]+)")  # of a package: /npm/@scope/name@1.2.3/file
_WHOLE_VERSION = re.compile(r"v?\d+\.\d+\.\d+(?:[-+][\w.+-]+)?")
_LEAKS: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    ("Server Error in ", "ASP.NET", re.compile(r"Server Error in '[^'<]{0,80}' Application")),
    ("Traceback (most ", "Python", re.compile(r"Traceback \(most recent call last\)")),
    (" on line ", "PHP", re.compile(r"(?:Fatal|Parse) error</?b?>?:\s[^\n]{1,300}? on line ")),
    ("ORA-", "Oracle", re.compile(r"\bORA-\d{5}:")),
    ("SQL syntax", "MySQL", re.compile(r"You have an error in your SQL syntax;")),
    ("OLE DB Provider", "OLE DB", re.compile(r"Microsoft OLE DB Provider for [\w ]{3,40} error")),
    ("at java.", "Java", re.compile(r"\bat java(?:x)?\.[\w.$]{3,120}\([\w$]+\.java:\d+\)")),
    ("at System.", ".NET", re.compile(r"\bat System\.[\w.]{3,120}\([^)<]{0,200}\)")),
)


@page_check
def nothing_over_http(page: Page) -> Result:
    """A page that came by https loads and sends nothing over http; pictures only get a look."""
    if not (page.final_url.startswith("https:") or answers.from_folder(page)):
        return inapplicable("The page itself is not served over https.")
    if "http:" not in page.html and "HTTP:" not in page.html:
        return passed()
    if "upgrade-insecure-requests" in page.header("content-security-policy").lower():
        return passed("The page has browsers ask for everything over https.")
    active = [node for node in page.dom.css(_ACTIVE) if _loads(node)]
    if active:
        return failed("Part of the page comes or goes over plain http.", places(active))
    passive = [node for node in page.dom.css(_PASSIVE) if not _inert(node)]
    if passive:
        return cant_tell(
            "Pictures are asked for over http; most browsers mend that.", places(passive)
        )
    return passed()


@page_check
def shared_scripts_pinned(page: Page, *, hosts: Sequence[str]) -> Result:
    """Scripts of a fixed version from one of these hosts carry the digest of what is expected."""
    there = [(n, u) for n, u in _scripts(page) if host_of(u) in hosts]
    there = [(n, u) for n, u in there if not same_site(page.final_url, u)]
    there = [(n, u) for n, u in there if not _inert(n) and _runs(n)]
    versioned = [n for n, u in there if _fixed(path_of(u))]
    if not versioned:
        return inapplicable("The page loads no such script.")
    bare = [node for node in versioned if not dom.attribute(node, "integrity").strip()]
    if not bare:
        return passed()
    return failed("A script from elsewhere is loaded without integrity.", places(bare))


@site_check
def libraries_sound(visit: Snapshot) -> Result:
    """No script library of the site is a version with known vulnerabilities of some weight."""
    starts = dict(visit.probes.script_starts)
    loaded: dict[str, str] = dict.fromkeys(starts, "")
    for page in visit.each_page():
        if not page.verdict.ok:
            continue
        for url in _script_addresses(page):
            loaded.setdefault(url, page.url)
        for request in page.browser.requests if page.browser else ():
            if request.type == "script" and request.status == 200:
                loaded.setdefault(request.url, page.url)
    found = []
    for url in sorted(loaded):
        library = libraries.by_start(starts[url]) if url in starts else None
        library = library or libraries.by_address(url)
        if library is not None:
            found.append((url, library))
    if not found:
        return inapplicable("No library could be told by its name and version.")
    bad = [(url, library) for url, library in found if library.faults]
    if not bad:
        return passed(f"{len(found)} libraries, judged by the list of {libraries.known()[0]}.")
    spots = [
        Spot("", url, f"{k.name} {k.version}: {', '.join(k.faults[:4])}")
        for url, k in bad[:MOST_SPOTS]
    ]
    names = ", ".join(sorted({f"{k.name} {k.version}" for _, k in bad})[:5])
    return failed(f"Known to be vulnerable: {names} (list of {libraries.known()[0]}).", spots)


@site_check
def errors_keep_quiet(visit: Snapshot) -> Result:
    """No page, not even the one for a wrong address, shows the program's own error message.

    What it showed is not repeated: that would help the wrong people.
    """
    pages = [*visit.pages, *([visit.probes.not_found] if visit.probes.not_found else ())]
    seen = [page for page in pages if page.body]
    if not seen:
        return inapplicable("No page was seen.")
    spots = []
    for page in seen:
        what = _leak(page)
        if what:
            spots.append(Spot("", page.url, f"shows an error message of {what}"))
    if spots:
        return failed("Pages show error messages meant for programmers.", spots[:MOST_SPOTS])
    return passed()


@extract
def _leak(page: Page) -> str:
    """Whose error message the page shows, or ''."""
    text = page.response_html
    for mark, what, pattern in _LEAKS:
        if mark in text and pattern.search(text):
            return what
    return ""


def _scripts(page: Page) -> list[tuple[Node, str]]:
    return kept(page, "scripts", _find_scripts)


@extract
def _script_addresses(page: Page) -> tuple[str, ...]:
    return tuple(dict.fromkeys(url for _, url in _scripts(page)))


def _find_scripts(page: Page) -> list[tuple[Node, str]]:
    found = []
    for node in page.dom.css("script[src]"):
        url = normalise(dom.attribute(node, "src"), page.final_url)
        if url:
            found.append((node, url))
    return found


def _loads(node: Node) -> bool:
    """False for links that only point somewhere, and for what a template holds."""
    if node.tag == "link" and not _LOADED_LINKS & set(dom.attribute(node, "rel").lower().split()):
        return False
    return not _inert(node)


def _fixed(path: str) -> bool:
    """True when the address always gives the same file; 5.3 or ^5.3.1 give the newest of them."""
    asked = _ASKED_VERSION.search(unquote(path))
    if asked:
        return _WHOLE_VERSION.fullmatch(asked[1]) is not None
    return _PINNED_VERSION.search(path) is not None


def _runs(node: Node) -> bool:
    """False for a block of data, whose address no browser fetches."""
    kind = dom.attribute(node, "type").partition(";")[0].strip().lower()
    return not kind or kind == "module" or kind.endswith(("javascript", "ecmascript"))


def _inert(node: Node) -> bool:
    return any(around.tag in ("template", "noscript") for around in dom.ancestors(node))

"""What sort of page an address leads to, from words in the address, the link and the title.

English and Welsh. A guess is made only on words that hardly mean anything else; the rest is
``other``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote

from lgaudit import urls
from lgaudit.evidence import Page
from lgaudit.gather import shown
from lgaudit.models import Kind

DOCUMENTS = frozenset(
    "pdf doc docx docm dot dotx odt rtf txt xls xlsx xlsm xlsb ods csv tsv ppt pptx pps ppsx odp"
    " zip json geojson kml kmz gpx shp parquet ics epub".split()
)
ASSETS = frozenset(
    "css js mjs map jpg jpeg png gif svg webp avif ico bmp tif tiff mp3 mp4 m4a m4v mov avi wmv"
    " webm ogg ogv wav woff woff2 ttf otf eot exe msi dmg apk rss atom xml".split()
)
_EXTENSION = re.compile(r"\.([A-Za-z0-9]{1,8})$")


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{pattern})", re.I)


_STATEMENT = _words(
    r"(web ?site |digital )?accessibility( statement| policy)?( for .{1,60})?"
    r"|(datganiad )?hygyrchedd( y wefan| gwefan)?(?: .{1,40})?|accessibility information"
)
_CONTACT = _words(
    r"contacts?( us| the council| details)?|get in touch|how to contact us|contact .{1,30} council"
    r"|cysyllt(u|wch)( (a|â) ni| (a|â)r cyngor| â’r cyngor| â'r cyngor)?"
)
_SEARCH = _words(r"(site |advanced )?search( results?)?|chwilio|chwiliad|canlyniadau chwilio")
_NEWS = _words(
    r"(latest |council |all )?news( and events| centre| archive| room)?|newsroom|newyddion"
    r"|press releases?|media releases?|press office|datganiadau i'r wasg|news stories"
)
_MEETING = _words(
    r"(council |committee )?meetings?( calendar| dates| and agendas.*)?|agendas?( and minutes.*)?"
    r"|minutes|committees?( and meetings| meetings)?|calendar of meetings|cyfarfodydd.*"
    r"|pwyllgorau?|agendâu.*|cofnodion|cabinet meetings?|full council"
)
_FORM = _words(
    r"e?-?forms?|web ?forms?|online forms?|ffurflen(ni)?|apply online|report it|my account"
)
_DOCUMENT = _words(
    r"documents?( library)?|publications?|downloads?|dogfennau|cyhoeddiadau|document[- ]library"
)
_SERVICE = _words(
    r"\b(bins?|rubbish|waste|recycling|refuse|council tax|benefits?|housing|homeless(ness)?"
    r"|repairs?|planning|building control|parking|permits?|blue badge|pot ?holes?|roads?"
    r"|street ?light(s|ing)|schools?|school admissions|childcare|fostering|adoption|library"
    r"|libraries|social care|adult care|leisure|parks|pest control|noise|environmental health"
    r"|licen[cs](e|es|ing)|births|deaths|marriages|registrars?|elections?|electoral|voting"
    r"|business rates|cemeter(y|ies)|crematori(a|um)|graffiti|fly[- ]?tipping|dog fouling"
    r"|allotments?|garden waste|bulky|services?"
    r"|biniau|gwastraff|ailgylchu|sbwriel|treth (y )?cyngor|budd-?daliadau|tai|cynllunio|parcio"
    r"|ffyrdd|ysgolion|gofal cymdeithasol|llyfrgelloedd|trwydded(u|au)|etholiadau|genedigaethau"
    r"|gwasanaethau)\b"
)
_MEETING_HOST = re.compile(r"^(democracy|moderngov|committees?|meetings?|cmis|councillors)\b", re.I)
_FORM_HOST = re.compile(r"^(e?forms?|my|selfserve|self-service|account|myaccount|apply)\b", re.I)
_MODERNGOV = re.compile(r"/(ie|mg)[A-Z][A-Za-z]+\.aspx", re.I)
_SEARCH_KEYS = re.compile(r"(?:^|&)(q|query|keys|keywords?|searchterm|search)=", re.I)
_IN_ORDER = (
    (Kind.STATEMENT, _STATEMENT),
    (Kind.CONTACT, _CONTACT),
    (Kind.SEARCH, _SEARCH),
    (Kind.NEWS, _NEWS),
    (Kind.MEETING, _MEETING),
    (Kind.FORM, _FORM),
    (Kind.DOCUMENT, _DOCUMENT),
)
_SECTIONS = ((Kind.NEWS, _NEWS), (Kind.MEETING, _MEETING), (Kind.FORM, _FORM))


@lru_cache(maxsize=8192)
def extension(url: str) -> str:
    """The file extension of an address in lower case, or ''."""
    found = _EXTENSION.search(urls.path_of(url).rsplit("/", 1)[-1])
    return found.group(1).lower() if found else ""


def is_document(url: str) -> bool:
    """True for addresses of files people download: PDF, Word, CSV and the like."""
    return extension(url) in DOCUMENTS


def is_asset(url: str) -> bool:
    """True for addresses of pictures, styles, scripts, feeds: nothing to crawl."""
    return extension(url) in ASSETS


def kind_of(url: str, text: str = "", title: str = "", homepage: str = "") -> Kind:
    """What sort of page this is.

    Args:
        url: normalised address.
        text: text of a link to it.
        title: its title; the site's name after a dash or bar is ignored.
        homepage: the site's home page.
    """
    if homepage and _same_place(url, homepage):
        return Kind.HOME
    host = urls.host_of(url)
    names = [_plain(part) for part in urls.path_of(url).split("/") if part]
    last = names[-1] if names else ""
    said = [_plain(text), _plain(re.split(r"\s[-|–—:]\s", title, maxsplit=1)[0])]
    for kind, words in _IN_ORDER:
        if words.fullmatch(last) or any(words.fullmatch(s) for s in said if s):
            return kind
    if _MODERNGOV.search(url) or _MEETING_HOST.match(host):
        return Kind.MEETING
    if "?" in url and _SEARCH_KEYS.search(url.split("?", 1)[1]):
        return Kind.SEARCH
    if _FORM_HOST.match(host):
        return Kind.FORM
    for kind, words in _SECTIONS:
        if any(words.fullmatch(name) for name in names[:-1]):
            return kind
    if any(_SERVICE.search(name) for name in [*names, *said]):
        return Kind.SERVICE
    return Kind.OTHER


def kind_of_page(page: Page, text: str = "", homepage: str = "") -> Kind:
    """As :func:`kind_of`, with the page's own title, and ``form`` for pages that are one."""
    kind = kind_of(page.url, text, page.title, homepage)
    if kind in (Kind.OTHER, Kind.SERVICE) and _is_form(page):
        return Kind.FORM
    return kind


def _is_form(page: Page) -> bool:
    """A form in the main content with at least three things to fill in."""
    if "<form" not in page.lowered:
        return False
    fields = page.dom.glance(
        "form input:not([type=hidden i]):not([type=submit i]):not([type=search i])"
        ":not([type=button i]):not([type=image i]), form textarea, form select"
    )
    main = shown.main_of(page.dom) if len(fields) >= 3 else None
    if main is None:
        return False
    inside = {node.mem_id for node in main.traverse()}
    return sum(field.mem_id in inside for field in fields) >= 3


def _plain(name: str) -> str:
    """Words of a path segment or a text, spaces for dashes, without extension."""
    name = unquote(name)[:200]
    name = re.sub(r"\.(html?|aspx?|php|jsp)$", "", name, flags=re.I)
    return " ".join(re.sub(r"[-_+]+", " ", name).split()).lower()


def _same_place(a: str, b: str) -> bool:
    def core(url: str) -> str:
        rest = urls.identity(url).split("://", 1)[-1].removeprefix("www.")
        return rest.rstrip("/")

    return core(a) == core(b)

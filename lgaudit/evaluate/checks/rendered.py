"""Checks of what only a rendered page tells: recordings, canvases, looks without markup."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from lgaudit import dom
from lgaudit.evaluate import patterns as timed
from lgaudit.evaluate.checks.vocabulary import (
    Result,
    cant_tell,
    failed,
    inapplicable,
    judged,
    page_check,
    passed,
)
from lgaudit.evaluate.names import names_of
from lgaudit.evidence import Page, Sighting
from lgaudit.models import Spot

_FRAGMENT = re.compile(r"#t=(?:npt:)?(\d{0,6}(?:\.\d{1,3})?)?(?:,(\d{1,6}(?:\.\d{1,3})?))?$")
_WORD = re.compile(r"[^\W\d_]{3,}")
_ROUND_A_PLAYER = 4  # elements around a player in which its buttons are looked for


@page_check(needs={"rendered"})
def sound_can_be_stopped(page: Page, *, seconds: float = 3.0, pattern: str) -> Result:
    """Sound that starts by itself and lasts longer than ``seconds`` can be stopped.

    The player's own controls will do, and so will a button beside it whose name matches
    ``pattern``. A film that is not muted may have no sound, so it is for a person to listen to.
    """
    sounds = [m for m in _media(page) if m.facts.get("autoplay") and not m.facts.get("muted")]
    long = [m for m in sounds if (n := _plays(m)) is None or n > seconds]
    bare = [m for m in long if not _controls(page, m, pattern)]
    sure = [m for m in bare if m.facts.get("tag") == "audio" and _plays(m) is not None]
    if sure:
        return failed("Sound starts by itself and cannot be stopped.", map(_spot, sure))
    if bare:
        return cant_tell("Does this start to sound by itself? How is it stopped?", map(_spot, bare))
    return passed() if sounds else inapplicable("Nothing with sound starts by itself.")


@page_check(needs={"rendered"})
def sound_waits(page: Page, *, seconds: float = 3.0) -> Result:
    """No sound of more than ``seconds`` starts by itself."""
    media = [m for m in _media(page) if m.facts.get("autoplay") and not m.facts.get("muted")]
    long = [m for m in media if (n := _plays(m)) is None or n > seconds]
    sure = [m for m in long if m.facts.get("tag") == "audio" and _plays(m) is not None]
    if sure:
        return failed("Sound starts by itself.", map(_spot, sure))
    if long:
        return cant_tell("Does this start to sound by itself?", map(_spot, long))
    return passed() if media else inapplicable("Nothing with sound starts by itself.")


@page_check(needs={"rendered"})
def recordings_written_out(
    page: Page, *, pattern: str, words_a_second: float = 0.8, shortest: float = 5.0
) -> Result:
    """An audio recording has its words on the page, or a link to them.

    A page with fewer than ``words_a_second`` for the length of the recording, and nothing that
    matches ``pattern``, cannot hold them. A page with more may: a person should look.
    """
    players = [m for m in _media(page) if m.facts.get("tag") == "audio" and m.facts.get("visible")]
    players = [m for m in players if m.facts.get("controls") or m.facts.get("autoplay")]
    known = [m for m in players if (n := _plays(m)) is not None and n >= shortest]
    if not players:
        return inapplicable("There is no audio recording.")
    if timed.search(pattern, page.text) or _linked(page, pattern):
        return passed()
    words = len(page.text.split())
    bare = [m for m in known if words < words_a_second * (_plays(m) or 0.0)]
    if bare:
        message = f"The page has {words} words, too few to hold what is said."
        return failed(message, map(_spot, bare))
    return cant_tell("Are the words of this recording on the page?", map(_spot, players))


@page_check(needs={"rendered"}, review=True)
def films_captioned(page: Page, *, pattern: str) -> Result:
    """A film with sound has captions; a person should look at films with none declared.

    A film that plays by itself, muted and round and round, is taken for decoration.
    """
    films = [m for m in _media(page) if m.facts.get("tag") == "video" and m.facts.get("visible")]
    films = [m for m in films if not (m.facts.get("muted") and m.facts.get("loop"))]
    bare = [m for m in films if not {"captions", "subtitles"} & set(m.facts.get("tracks") or ())]
    if bare and not timed.search(pattern, page.text):
        return cant_tell("Has this film captions, or its words beside it?", map(_spot, bare))
    return passed() if films else inapplicable("There is no film.")


@page_check(needs={"rendered"})
def drawn_words_said(page: Page) -> Result:
    """Words drawn on a canvas are also there as text: in it, as its name, or on the page."""
    canvases = _of_kind(page, "canvas")
    said: set[str] | None = None
    silent = []
    for canvas in canvases:
        words = {w.casefold() for line in canvas.facts.get("drawn") or () for w in _words(line)}
        node = _node(page, canvas)
        if not words or node is None:
            continue
        if any(dom.attribute(n, "aria-hidden").lower() == "true" for n in dom.ancestors(node)):
            continue
        if names_of(page).name(node) or dom.fold(node.text()):
            continue
        if said is None:
            body = page.dom.body
            said = {w.casefold() for w in _words(dom.visible_text(body) if body else "")}
        if len(words & said) * 2 < len(words):
            silent.append(canvas)
    count = "1 canvas has" if len(silent) == 1 else f"{len(silent)} canvases have"
    message = f"{count} words drawn on it that are nowhere else."
    return judged(map(_spot, silent), message, bool(canvases))


@page_check(needs={"rendered"})
def looks_are_headings(page: Page, *, least: int = 1, followers: Sequence[str]) -> Result:
    """Text that looks like a heading and stands above other text is a heading.

    It is larger than the text around, bold or much larger, has no end mark, and is followed by
    one of the elements ``followers`` with ten words or more.
    """
    lines = [
        line
        for line in _of_kind(page, "lookalike")
        if line.facts.get("before") in followers and int(line.facts.get("words") or 0) >= 10
    ]
    if len(lines) >= least:
        count = "1 line looks" if len(lines) == 1 else f"{len(lines)} lines look"
        return failed(f"{count} like a heading and is none.", map(_spot, lines))
    headed = page.main is not None and page.main.css_first("h1, h2, h3, h4") is not None
    return passed() if headed else inapplicable("Nothing looks like a heading.")


@page_check(needs={"rendered"}, review=True)
def backgrounds_inform_not(page: Page, *, patterns: Sequence[str]) -> Result:
    """A background picture whose file is named like something that informs has a text."""
    found = []
    pictures = _of_kind(page, "background")
    for picture in pictures:
        name = _file_of(str(picture.facts.get("source") or ""))
        if not picture.facts.get("named") and any(timed.search(p, name) for p in patterns):
            found.append(picture)
    if found:
        message = "Does this background inform? Then it needs a text."
        return cant_tell(message, map(_spot, found))
    return passed() if pictures else inapplicable("No background picture stands alone.")


def _of_kind(page: Page, kind: str) -> list[Sighting]:
    seen = page.browser.rendered if page.browser is not None else None
    return [sighting for sighting in seen or () if sighting.kind == kind]


def _media(page: Page) -> list[Sighting]:
    return _of_kind(page, "media")


def _plays(media: Sighting) -> float | None:
    """Seconds that a recording plays for, its address's own start and end heeded; or None."""
    length = media.facts.get("seconds")
    found = _FRAGMENT.search(str(media.facts.get("source") or ""))
    start = float(found[1] or 0) if found else 0.0
    end = float(found[2]) if found and found[2] else None
    if end is not None:
        return max(0.0, end - start)
    if isinstance(length, (int, float)):
        return max(0.0, float(length) - start)
    return float("inf") if media.facts.get("endless") else None


def _controls(page: Page, media: Sighting, pattern: str) -> bool:
    if media.facts.get("controls") and media.facts.get("visible"):
        return True
    node: Any = _node(page, media)
    names = names_of(page)
    for _ in range(_ROUND_A_PLAYER):
        node = node.parent if node is not None else None
        if node is None or node.tag in ("html", "-document"):
            return False
        for button in node.css("button, [role=button], input[type=button], a[href]")[:50]:
            if dom.hidden(button) or dom.attribute(button, "aria-hidden").lower() == "true":
                continue
            if timed.search(pattern, names.name(button)):
                return True
    return False


def _linked(page: Page, pattern: str) -> bool:
    names = names_of(page)
    links = page.main.css("a[href]")[:300] if page.main is not None else ()
    return any(timed.search(pattern, names.name(node)[:200]) for node in links)


def _words(text: Any) -> list[str]:
    return _WORD.findall(str(text))


def _node(page: Page, sighting: Sighting) -> Any:
    try:
        return page.dom.css_first(sighting.selector) if sighting.selector else None
    except Exception:  # the parser raises its own errors for what is no selector
        return None


def _file_of(address: str) -> str:
    if address.startswith("data:"):
        return ""
    try:
        path = urlsplit(address).path
    except ValueError:
        return ""
    return re.sub(r"\.\w{2,5}$", "", unquote(path).rsplit("/", 1)[-1])[:200]


def _spot(sighting: Sighting) -> Spot:
    text = sighting.facts.get("text")
    return Spot(sighting.selector, sighting.html, f"“{str(text)[:80]}”" if text else "")

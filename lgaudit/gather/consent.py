"""Cookies before a visitor has chosen, the banner that asks, and what refusing leaves behind.

Looked at once a site, on the first page of a browser that has kept nothing. The only thing ever
pressed is a plain button of the cookie banner that refuses; one that would send a form is not.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from lgaudit.evidence import Choice, Consent, Cookie
from lgaudit.gather import axe

WAIT = 1.0  # seconds after loading, and after refusing, for what scripts still store
MOST = 200  # cookies kept
# How banners word their choices, English and Welsh. Refusing is looked for first: "Accept only
# necessary cookies" refuses.
WORDS = {
    "cookie": r"cookie|cwci|consent|tracking|privacy choices",
    "reject": r"\b(reject|decline|refuse|deny|disagree|opt[- ]?out|no,? thanks?|turn off"
    r"|do not (accept|allow)|don['’]t (accept|allow)|without accepting|gwrthod|dim diolch)\b"
    r"|\b(only|just)\b.{0,20}\b(essential|necessary|required|needed|functional)\b"
    r"|\b(essential|strictly necessary|necessary|required)\b.{0,20}\bonly\b"
    r"|\b(accept|allow|use|keep)\b (the )?(strictly )?(essential|necessary|required)\b"
    r"|dim ond.{0,30}(hanfodol|angenrheidiol)|(hanfodol|angenrheidiol) yn unig|^no$",
    "selected": r"\b(selected|selection|save|confirm|my choices?|dewisiadau|cadw)\b",
    "accept": r"^(yes,? )?(i )?(accept|agree|allow|consent|enable|turn on|use all|opt in|derbyn"
    r"|cytuno|caniat[aá]u|rwy'n (derbyn|cytuno))\b"
    r"|\baccept (all|additional|analytics|cookies|optional)\b|^yes$",
    "settings": r"setting|preference|manage|customi[sz]e|choose|options|more|view|policy|details"
    r"|learn|find out|change|gosodiad|dewis|rheoli|polisi|mwy|newid",
    "dismiss": r"^(ok(ay)?|got it|i understand|understood|continue|dismiss|hide|close|iawn|cau"
    r"|parhau|cuddio)\b|^[x×✕]$",
    "needed": r"essential|necessary|required|needed|always (on|active)|functional|hanfodol"
    r"|angenrheidiol",
    "off": r"^(no|off|reject|decline|do not|don['’]t|na|gwrthod)\b",
}


def look(
    execute: Callable[..., Any], cdp: Callable[..., Mapping[str, Any]], limit: float
) -> Consent:
    """What is stored before any choice, what the banner offers, and what is left after refusing.

    Args:
        execute: runs a script in the page and returns its value.
        cdp: sends a DevTools command.
        limit: seconds all of it may take at most.
    """
    end = time.monotonic() + limit
    time.sleep(min(WAIT, limit / 3))
    script = axe.script("consent.js")
    seen: Mapping[str, Any] = execute(script, WORDS, "")
    cookies = cookies_of(cdp)
    choices = tuple(
        Choice(str(c["text"]), str(c["role"]), bool(c["button"]), int(c["area"]))
        for c in seen["choices"]
    )
    after: tuple[Cookie, ...] | None = None
    if any(c.role == "reject" for c in choices) and time.monotonic() + WAIT < end:
        pressed: Mapping[str, Any] = execute(script, WORDS, "reject")
        if pressed["pressed"]:
            time.sleep(WAIT)
            after = cookies_of(cdp)
    return Consent(
        cookies=cookies,
        storage=tuple(str(name) for name in seen["storage"]),
        banner=bool(seen["banner"]),
        framed=bool(seen["framed"]),
        supplier=str(seen["supplier"]),
        text=_tidy(str(seen["text"])),
        choices=choices,
        ticked=tuple(_tidy(str(name)) for name in seen["ticked"]),
        after_refusing=after,
    )


def cookies_of(cdp: Callable[..., Mapping[str, Any]]) -> tuple[Cookie, ...]:
    """Cookies the browser holds, names and domains only, in order."""
    held = cdp("Network.getAllCookies").get("cookies") or []
    found = {
        Cookie(
            _tidy(str(cookie.get("name", ""))[:200]),
            str(cookie.get("domain", "")).lstrip(".").lower()[:200],
            bool(cookie.get("session")),
        )
        for cookie in held
    }
    return tuple(sorted(found, key=lambda c: (c.domain, c.name, c.session))[:MOST])


def _tidy(text: str) -> str:
    return text.encode("utf-8", "replace").decode()

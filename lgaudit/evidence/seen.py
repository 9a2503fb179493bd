"""What a browser saw of one page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lgaudit.evidence.wire import Request
from lgaudit.models import Outcome


@dataclass(frozen=True, slots=True)
class AxeNode:
    """One element axe-core named. ``selector`` joins frames with ' >>> '."""

    selector: str
    html: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class AxeResult:
    """One axe-core rule on one page; ``nodes`` only for failed and cantTell."""

    rule: str
    outcome: Outcome
    impact: str = ""
    nodes: tuple[AxeNode, ...] = ()


@dataclass(frozen=True, slots=True)
class AxeRun:
    """axe-core's answer for a page, or the error it gave instead."""

    version: str
    results: tuple[AxeResult, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class Timings:
    """Unthrottled lab timings of the quiet pass, medians over ``loads`` loads, milliseconds."""

    fcp: float | None
    lcp: float | None
    tbt: float | None
    loads: int


@dataclass(frozen=True, slots=True)
class Sighting:
    """One thing a close look saw: what it is, where, and plain facts of it, never an opinion."""

    kind: str
    selector: str = ""
    html: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    block: str = ""  # mark of the shared block (header, footer ...) it stands in, '' when in none


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie a browser holds; never its value."""

    name: str
    domain: str  # without a leading dot
    session: bool = True  # False: kept when the browser is closed


@dataclass(frozen=True, slots=True)
class Choice:
    """One button or link of a cookie banner."""

    text: str
    role: str  # accept, reject, selected, settings, dismiss or other
    button: bool = True  # False: a bare link
    area: int = 0  # square CSS pixels


@dataclass(frozen=True, slots=True)
class Consent:
    """What a first visit stores before any choice, the cookie banner, and what refusing leaves."""

    cookies: tuple[Cookie, ...] = ()
    storage: tuple[str, ...] = ()  # keys of local and session storage
    banner: bool = False
    framed: bool = False  # it seems to be in a frame of another site, whose buttons are unknown
    supplier: str = ""
    text: str = ""
    choices: tuple[Choice, ...] = ()  # of its first layer
    ticked: tuple[str, ...] = ()  # optional purposes that are on before anyone chose
    after_refusing: tuple[Cookie, ...] | None = None  # None: nothing could be pressed to refuse


@dataclass(frozen=True, slots=True)
class Look:
    """One close look at a page: by keyboard, at other sizes, or for what moves."""

    sightings: tuple[Sighting, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)  # of the page as a whole
    error: str = ""  # why it ended early; what was seen until then is kept


@dataclass(frozen=True, slots=True)
class BrowserEvidence:
    """What a browser saw of one page."""

    html: str  # rendered DOM, serialised
    title: str
    final_url: str
    status: int | None
    axe: AxeRun | None = None
    cls: float | None = None  # cumulative layout shift, unitless
    requests: tuple[Request, ...] = ()
    quiet: Timings | None = None
    console_errors: tuple[str, ...] = ()
    dialogs: int = 0  # alerts and confirms that were dismissed
    rendered: tuple[Sighting, ...] | None = None  # media, canvas, picture, font ...
    consent: Consent | None = None  # on the first page of a visit alone
    looks: Mapping[str, Look] = field(default_factory=dict)  # keyboard, layout, motion
    alike: str = ""  # URL of the page of this template that was looked at closely instead

"""What a host's robots.txt lets ``lgaudit`` ask for (RFC 9309)."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field

from protego import Protego

from lgaudit.gather.politeness import PRODUCT
from lgaudit.models import OK, Reason, Verdict

LARGEST = 500 * 1024  # bytes; the rest of a longer file is not read
REDIRECTS = 5
_LINE = re.compile(
    r"\s*(?:user[- ]?agent|allow|dis+al+ow|diasllow|disallaw|site-?maps?|crawl[- ]delay)\b",
    re.I,
)
_AGENT = re.compile(r"\s*(user[- ]?agent)\s*[: ]\s*([*]|[A-Za-z_-]+)?", re.I)
_UNREACHABLE_STATUS = frozenset({429, *range(500, 600)})


@dataclass(frozen=True)
class Robots:
    """One host's rules. When ``verdict`` is not ok, nothing there may be asked for."""

    text: str = ""
    verdict: Verdict = OK
    _rules: Protego = field(default_factory=Protego, repr=False, compare=False)

    def allows(self, url: str) -> bool:
        """True when our product token may ask for the address."""
        return self.verdict.ok and bool(self._rules.can_fetch(url, PRODUCT))

    @property
    def delay(self) -> float | None:
        """Crawl-delay in seconds, as written."""
        return self._rules.crawl_delay(PRODUCT)

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """Addresses of Sitemap lines, as written."""
        return tuple(self._rules.sitemaps)


def parse(body: bytes) -> Robots:
    """Rules of a robots.txt file; a file that makes no sense forbids nothing."""
    # UTF-8 is the rule, but what an editor saved as UTF-16 says plainly what its owner wants.
    wide = body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = body[:LARGEST].decode("utf-16" if wide else "utf-8", errors="replace")
    text = text.lstrip("\ufeff").replace("\x00", "")
    rules = "\n".join(_tidy(line) for line in text.splitlines() if _LINE.match(line))
    return Robots(text, OK, Protego.parse(rules))


def _tidy(line: str) -> str:
    """A line as RFC 9309 reads it: of a robot's name only the token counts, and it must be ours.

    The parser behind us would take "lga" for us and "lgaudit/0.1" for somebody else.
    """
    agent = _AGENT.match(line)
    if agent is None:
        return line
    name = agent.group(2) or "nobody"
    if name != "*" and name.lower() != PRODUCT:
        name = "another-robot"
    return f"User-agent: {name}"


def read(status: int | None, body: bytes, verdict: Verdict) -> Robots:
    """Rules that follow from how robots.txt was answered.

    A file that is not there (4xx, or too many redirects) forbids nothing. One that cannot be
    reached (5xx, 429 or no answer) forbids everything for this run, as RFC 9309 asks.
    """
    if verdict.reason is Reason.TOO_MANY_REDIRECTS:
        return Robots()
    if status is None or (not verdict.ok and verdict.reason is not Reason.TOO_LARGE):
        return Robots(verdict=verdict)
    if status in _UNREACHABLE_STATUS:
        detail = f"robots.txt answered {status}, so nothing may be asked for"
        return Robots(verdict=Verdict(Reason.ROBOTS, detail))
    if 200 <= status < 300:
        return parse(body)
    return Robots()

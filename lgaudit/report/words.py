"""Plain words for codes, counts, dates and places, so that every page says them the same way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from lgaudit.models import Reason, Severity, Status
from lgaudit.plurals import count as count

REASONS = {
    Reason.OK: "Seen as a resident would see it",
    Reason.BLOCKED: "The site refused our visit: a bot wall answered in its place",
    Reason.CAPTCHA: "The site asked for proof of being human",
    Reason.LOGIN: "A sign-in page answered in its place",
    Reason.COOKIE_WALL: "A cookie wall covered the content",
    Reason.SOFT_404: "The page says it does not exist, though the server says it does",
    Reason.ERROR_STATUS: "The server answered with an error",
    Reason.EMPTY_SHELL: "The page is empty until scripts run",
    Reason.NOT_HTML: "It is not a webpage",
    Reason.OFF_SITE: "It led to another website",
    Reason.ROBOTS: "The site's robots.txt asks visitors like us to stay away",
    Reason.DNS: "The site's name could not be found",
    Reason.TLS: "A secure connection could not be made",
    Reason.REFUSED: "The server refused the connection",
    Reason.RESET: "The server broke off the connection",
    Reason.TIMEOUT: "The server did not answer in time",
    Reason.TOO_LARGE: "It is larger than we read",
    Reason.TOO_MANY_REDIRECTS: "It redirects without end",
    Reason.PRIVATE_ADDRESS: "It led to a private network address",
    Reason.BROWSER_FAILED: "Our browser could not finish with it",
    Reason.DUPLICATE: "The same page under another address",
    Reason.BUDGET: "The visit's limit of pages, bytes or minutes was reached",
    Reason.CIRCUIT_OPEN: "The server failed several times in a row, so we stopped asking",
    Reason.PROGRAM_ERROR: "A fault of our own program ended the visit",
}

_TOO_LITTLE = {
    "no evidence": "A whole category could not be judged",
}

STATUSES = {
    Status.SCORED: "Counts towards the score",
    Status.PROBATION: "On probation: reported, not scored",
    Status.ADVICE: "Advice: reported, not scored",
}

SEVERITIES = {
    Severity.MINOR: "Minor",
    Severity.MODERATE: "Moderate",
    Severity.SERIOUS: "Serious",
    Severity.CRITICAL: "Critical",
}

LANGUAGES = {"en": "English", "cy": "Welsh", "gd": "Gaelic", "ga": "Irish"}

STOPPED = {
    "exhausted": "every page we found was looked at",
    "pages": "the limit of pages was reached",
    "bytes": "the limit of bytes was reached",
    "minutes": "the limit of time was reached",
    "circuit_open": "the server failed several times in a row",
    "archive": "the archive holds no more of it",
}


def reason(code: str) -> str:
    """A sentence for a reason code ('dns', 'blocked: 403'); other text is kept as it is."""
    head, _, rest = code.partition(":")
    try:
        sentence = REASONS[Reason(head.strip())]
    except ValueError:
        if head not in _TOO_LITTLE:
            return code[:1].upper() + code[1:]
        sentence = _TOO_LITTLE[head]
    return f"{sentence} ({rest.strip()})" if rest.strip() else sentence


def stopped(code: str) -> str:
    """Why a crawl ended, as the end of a sentence."""
    if code in STOPPED:
        return STOPPED[code]
    sentence = reason(code)
    first = sentence.split(" ", 1)[0]
    return sentence if len(first) > 1 and first.isupper() else sentence[:1].lower() + sentence[1:]


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 11th ..."""
    if 10 <= number % 100 <= 20:
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def joined(names: Iterable[str]) -> str:
    """'A', 'A and B', 'A, B and C'."""
    words = list(names)
    return (
        words[0]
        if len(words) == 1
        else ", ".join(words[:-1]) + " and " + words[-1]
        if words
        else ""
    )


def sentence_case(text: str) -> str:
    """The text with a capital first letter and hyphens as they are."""
    return text[:1].upper() + text[1:]


def band(low: int, high: int) -> str:
    """'3 to 7', or '3' when the band is one place."""
    return f"{low}" if low == high else f"{low} to {high}"


_PLAIN_TIMES = {"12:00am": "midnight", "12:00pm": "midday"}


def date(moment: dt.datetime | None) -> str:
    """'23 November 2026', or '' when unknown."""
    return f"{moment.day} {moment:%B %Y}" if moment else ""


def clock(moment: dt.datetime | None) -> str:
    """'23 November 2026 at 8:47pm', 'at midday', or '' when unknown: as the bar asks of a time."""
    if moment is None:
        return ""
    half = "am" if moment.hour < 12 else "pm"
    time = f"{moment.hour % 12 or 12}:{moment:%M}{half}"
    return f"{date(moment)} at {_PLAIN_TIMES.get(time, time.replace(':00', ''))}"


def size(number: int) -> str:
    """'48 KB', '1.2 MB'."""
    if number < 1_000_000:
        return f"{max(1, round(number / 1000)):,} KB"
    return f"{number / 1_000_000:.1f} MB"


def duration(seconds: float | None) -> str:
    """'48 seconds', '12 minutes', '3.5 hours', or ''."""
    if seconds is None:
        return ""
    if seconds < 90:
        return count(round(seconds), "second")
    if seconds < 5400:
        return count(round(seconds / 60), "minute")
    return f"{seconds / 3600:.1f} hours"

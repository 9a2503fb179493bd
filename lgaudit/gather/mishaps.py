"""What goes wrong with a browser, and what is said of a page that it could not load."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from selenium.common.exceptions import (
    InvalidSessionIdException,
    NoSuchWindowException,
    WebDriverException,
)
from urllib3.exceptions import HTTPError

from lgaudit import urls
from lgaudit.evidence import BrowserEvidence, Look
from lgaudit.models import Reason, Verdict

T = TypeVar("T")

FAILURES = (  # network errors as Chromium names them, most telling first
    ("ERR_INVALID_AUTH_CREDENTIALS", Reason.LOGIN),
    ("ERR_TOO_MANY_REDIRECTS", Reason.TOO_MANY_REDIRECTS),
    ("ERR_NAME_", Reason.DNS),
    ("ERR_DNS_", Reason.DNS),
    ("ERR_ICANN_", Reason.DNS),
    ("ERR_CERT_", Reason.TLS),
    ("ERR_SSL_", Reason.TLS),
    ("ERR_BAD_SSL_", Reason.TLS),
    ("TIMED_OUT", Reason.TIMEOUT),
    ("ERR_CONNECTION_REFUSED", Reason.REFUSED),
    ("ERR_ADDRESS_", Reason.REFUSED),
    ("ERR_CONNECTION_FAILED", Reason.REFUSED),
    ("ERR_CONNECTION_", Reason.RESET),
    ("ERR_EMPTY_RESPONSE", Reason.RESET),
    ("ERR_HTTP2_", Reason.RESET),
    ("ERR_INVALID_", Reason.RESET),
    ("ERR_CONTENT_", Reason.RESET),
    ("ERR_INCOMPLETE_", Reason.RESET),
    ("ERR_SOCKET_", Reason.RESET),
    ("ERR_ABORTED", Reason.NOT_HTML),
)
MOVING = ("navigat", "unloaded", "javascript error", "execution context", "alert open", "stale")
LOST = (InvalidSessionIdException, NoSuchWindowException, HTTPError, OSError)


class BrowserLost(Exception):
    """The browser hung, crashed or was ended. ``partial`` is what had been seen by then."""

    def __init__(self, what: str, partial: BrowserEvidence | None = None) -> None:
        super().__init__(what)
        self.partial = partial
        self.looks: dict[str, Look] = {}


class Moved(Exception):
    """The page was replaced by another while it was looked at."""


def led_inside(addresses: Sequence[str]) -> bool:
    """True when a page on the public internet led to an address of a private network."""
    private = [urls.is_private_address(address.strip("[]")) for address in addresses if address]
    return len(private) > 1 and private[-1] and not private[0]


def failure(error: str) -> Verdict:
    """The verdict of a page that Chromium could not load, from the error it names."""
    name = error.removeprefix("net::").split()[0] if error else ""
    for mark, reason in FAILURES:
        if mark in name:
            return Verdict(reason, f"the browser: {name}")
    return Verdict(Reason.BROWSER_FAILED, name or "unknown error")


def surely(action: Callable[[], T], expected: tuple[type[Exception], ...] = ()) -> T:
    """Do it; whatever goes wrong that was not expected means that the browser is lost."""
    passed_on: tuple[type[BaseException], ...] = (*expected, BrowserLost)
    try:
        return action()
    except passed_on:
        raise
    except LOST as error:
        raise BrowserLost(f"The browser went away ({type(error).__name__})") from error
    except WebDriverException as error:
        said = " ".join(str(error.msg or type(error).__name__).split())
        if Moved in expected and moving(error):
            raise Moved(said) from error
        raise BrowserLost(f"The browser failed: {said[:200]}") from error


def moving(error: Exception) -> bool:
    """True when a command failed only because the page made way for another."""
    said = str(getattr(error, "msg", ""))
    return not isinstance(error, LOST) and any(word in said for word in MOVING)

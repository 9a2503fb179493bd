"""One browser window looking at one page at a time; everything here runs in a worker's thread."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from selenium.common.exceptions import TimeoutException, WebDriverException
from urllib3.exceptions import HTTPError

from lgaudit import urls
from lgaudit.access import NOBODY, Access
from lgaudit.evidence import AxeRun, BrowserEvidence, Look, Sighting
from lgaudit.gather import axe, closely, consent, entry, rendered, vitals
from lgaudit.gather.chromium import Programs, user_agent
from lgaudit.gather.gateway import named
from lgaudit.gather.grid import open_browser
from lgaudit.gather.mishaps import LOST, BrowserLost, Moved, failure, led_inside, moving, surely
from lgaudit.gather.wire import Wire, WireLost
from lgaudit.models import Reason, Verdict
from lgaudit.pictures import Sheet
from lgaudit.settings import Settings

SETTLE = 2.0  # seconds to wait at most for what a page is still fetching when it has loaded
SETTLE_FILES = 6.0  # the same for its styles, scripts, images and fonts, which do end
QUIET_SETTLE = 0.5  # seconds between load and reading timings
MOVE = 3.0  # seconds to wait at most for a document that took the page's place
MOVES = 3  # documents that may replace one another before we give up
MOST_ERRORS = 50  # console errors kept
PARTS = {
    "load": 0.5,
    "axe": 0.4,
    "script": 0.45,
    "alive": 0.1,
    "consent": 0.2,
}  # of the page's deadline
MARKUP = ("text/html", "application/xhtml+xml")

RESTLESS = Verdict(Reason.BROWSER_FAILED, "The page kept moving on while it was looked at")


class Tab:
    """A browser and its one window, kept from page to page."""

    def __init__(
        self,
        settings: Settings,
        programs: Programs | None,
        rules: Sequence[str] = (),
        access: Access = NOBODY,
    ) -> None:
        self._settings = settings
        self._access = access
        self._deadline = settings.page_deadline
        self.chromium = open_browser(settings, programs, command_timeout=self._deadline + 10)
        self._driver = self.chromium.driver
        self._rules = tuple(rules)
        self._preloaded: list[str] = []
        self._wire: Wire | None = None
        self._sizes: vitals.Sizes = {}
        self._traffic = vitals.Traffic("", "")
        self._document = ""  # mark of the last document judged
        self._restless = False  # the last page moved on by itself, and may do so again
        self._killed = False
        self.pages = 0  # loads since the browser started
        try:
            surely(self._prepare)
        except BaseException:
            self.chromium.kill()
            raise

    def _prepare(self) -> None:
        driver, cdp = self._driver, self.chromium.cdp
        driver.set_page_load_timeout(self._deadline * PARTS["load"])
        driver.set_script_timeout(self._deadline * PARTS["script"])
        cdp("Browser.setDownloadBehavior", behavior="deny")
        agent = user_agent(self.chromium.user_agent, self._settings)
        cdp("Emulation.setUserAgentOverride", userAgent=agent, acceptLanguage="en-GB,en")
        self._preload(True)
        known = axe.described()
        if known is None:
            driver.get("about:blank")
            known = axe.version(driver), axe.rules_to_run(driver)
        self.axe_version, every = known
        self._rules = self._rules or every
        self._frame = driver.current_window_handle
        if self._access:
            self._let_in()
        self._read_log()

    def _let_in(self) -> None:
        """Show what opens the pages: headers with each request, cookies, local storage."""
        if self._access.headers or self._access.passwords:
            self._entry = entry.Entry(self.chromium.line(self._frame), self._access)
            # A service worker's own requests are not the window's, so would go without headers.
            self.chromium.cdp("Network.setBypassServiceWorker", bypass=True)
        if script := entry.storage_script(self._access):
            self.chromium.cdp(
                "Page.addScriptToEvaluateOnNewDocument", source=script, worldName="lgaudit"
            )
        entry.arrive(self.chromium.cdp, self._access)

    def _preload(self, wanted: bool) -> None:
        for name in self._preloaded:
            self.chromium.cdp("Page.removeScriptToEvaluateOnNewDocument", identifier=name)
        self._preloaded.clear()
        if wanted:
            added = self.chromium.cdp("Page.addScriptToEvaluateOnNewDocument", source=axe.preload())
            self._preloaded.append(str(added["identifier"]))

    def kill(self) -> None:
        """End the browser now; callable from any thread."""
        self._killed = True
        self.chromium.kill()

    def forget(self) -> None:
        """Leave nothing of one site for the next: page, cookies, storage, caches, sizes."""
        surely(self._forget)

    def _forget(self) -> None:
        self._driver.get("about:blank")
        self._clear()
        if self.chromium.gateway is not None:
            self.chromium.gateway.forget()
        self._sizes = {}

    def _clear(self) -> None:
        cdp = self.chromium.cdp
        cdp("Storage.clearDataForOrigin", origin="*", storageTypes="all")
        cdp("Network.clearBrowserCookies")
        cdp("Network.clearBrowserCache")
        entry.arrive(cdp, self._access)
        self._read_log()

    def load(self, url: str) -> vitals.Document:
        """Go to a page and wait until it has loaded, or for half the deadline."""
        self.pages += 1
        self._started = time.time()
        if self._restless:  # its scripts end here, or they would lead the next page away
            surely(lambda: self._get("about:blank"), expected=(TimeoutException, Moved))
            self._restless = False
            self._read_log()
        if self.chromium.gateway is not None:
            self.chromium.gateway.give(url)
        self._traffic = vitals.Traffic(url, self._frame, self._named)
        try:
            surely(lambda: self._get(url), expected=(TimeoutException, Moved))
        except TimeoutException:
            surely(self._stop)
        except Moved:
            self._restless = True
            self._wait_for_document()
        self._read_log()
        return self._traffic.document()

    def _named(self, error: str, url: str) -> str:
        return named(error, self._why(url))

    def _why(self, url: str) -> Verdict | None:
        gateway = self.chromium.gateway
        return gateway.why(url) if gateway is not None else None

    def _get(self, url: str) -> None:
        try:
            self._driver.get(url)
        except WebDriverException as error:
            if "net::ERR_" not in str(error.msg):  # those the event log tells of
                raise

    def _stop(self) -> None:
        """Give up waiting for the last bits; a page that cannot even stop is lost."""
        try:
            self._driver.set_script_timeout(self._deadline * PARTS["alive"])
            self.chromium.cdp("Page.stopLoading")
            self._driver.execute_script("return 1")
            self._driver.set_script_timeout(self._deadline * PARTS["script"])
        except TimeoutException as error:
            raise BrowserLost("The page never stopped running its scripts") from error

    def ask(self, evidence: BrowserEvidence) -> BrowserEvidence:
        """The evidence with what a first visit stores; afterwards nothing is left of it.

        A page that moves on when its banner is used, or breaks, keeps the evidence it had.
        """
        limit = self._deadline * PARTS["consent"]
        try:
            self._driver.set_script_timeout(limit)
            seen = consent.look(self._driver.execute_script, self.chromium.cdp, limit)
            evidence = replace(evidence, consent=seen)
        except (WebDriverException, KeyError, TypeError) as error:
            if isinstance(error, LOST):
                raise BrowserLost("The browser went away", evidence) from error
        try:
            self._driver.set_script_timeout(self._deadline * PARTS["script"])
            surely(self._unstore)
        except (*LOST, BrowserLost) as error:
            raise BrowserLost("The browser went away", evidence) from error
        self._restless = True  # the banner may have started something
        return evidence

    def _unstore(self) -> None:
        cdp = self.chromium.cdp
        cdp("Storage.clearDataForOrigin", origin="*", storageTypes="all")
        cdp("Network.clearBrowserCookies")
        entry.arrive(cdp, self._access)

    def judge(self) -> BrowserEvidence | Verdict:
        """Everything there is to see of the page that is loaded, or why it is no evidence."""
        self._settle()
        for _ in range(MOVES):
            try:
                return surely(self._judge, expected=(Moved,))
            except Moved:
                self._restless = True
                self._wait_for_document()
        return RESTLESS

    def _judge(self) -> BrowserEvidence | Verdict:
        try:
            seen: dict[str, Any] = self._driver.execute_async_script(
                axe.script("snapshot.js"), self._settings.page_bytes
            )
        except TimeoutException as error:
            raise BrowserLost("The page never stopped running its scripts") from error
        document = self._traffic.document()
        verdict = self._verdict(seen, document)
        if verdict is not None:
            return verdict
        evidence = self._evidence(seen, document)
        try:
            mark, answer = axe.run(self._driver, self._rules, self._deadline * PARTS["axe"])
        except (WebDriverException, HTTPError, OSError) as error:
            if moving(error) and not self._killed:
                raise
            hung = AxeRun(self.axe_version, error="axe-core did not answer in time")
            raise BrowserLost("axe-core never answered", replace(evidence, axe=hung)) from error
        if mark != seen["document"]:
            raise Moved
        mark_seen, shown = self._rendered()
        if mark_seen != mark:
            raise Moved
        shifts, dialogs = self._scroll(mark)
        self._document = mark
        return replace(
            evidence,
            axe=answer,
            cls=vitals.layout_shift(seen["shifts"], shifts),
            console_errors=self._console_errors(),
            dialogs=dialogs,
            rendered=shown,
        )

    def _rendered(self) -> tuple[str, tuple[Sighting, ...]]:
        try:
            return rendered.look(self._driver)
        except TimeoutException as error:
            raise BrowserLost("The page never stopped running its scripts") from error

    def closely(
        self,
        names: Collection[str],
        known: Sequence[str],
        pictured: str = "",
        keep: Callable[[Sheet], None] = lambda _: None,
    ) -> dict[str, Look]:
        """Close looks at the page that was judged last; it is no longer itself afterwards.

        ``keep`` is given a picture of the page where ``pictured`` names its URL.

        Raises:
            BrowserLost: the page hung; what had been seen is in ``looks``.
        """
        try:
            if self._wire is None:
                self._wire = Wire(self.chromium.line, self._frame)
            limit = min(closely.LIMIT, self._deadline)
            return closely.look(self._wire, names, known, limit, pictured, keep)
        except closely.Hung as hung:
            lost = BrowserLost(str(hung))
            lost.looks = hung.looks
            raise lost from hung
        except WireLost as error:
            raise BrowserLost(str(error)) from error

    def _evidence(self, seen: Mapping[str, Any], document: vitals.Document) -> BrowserEvidence:
        return BrowserEvidence(
            html=str(seen["html"]),
            title=str(seen["title"]),
            final_url=str(seen["url"]),
            status=document.status or int(seen["status"] or 0) or None,
            requests=self._traffic.requests(self._sizes),
        )

    def _scroll(self, mark: str) -> tuple[Sequence[Sequence[float]], int]:
        try:
            moved: dict[str, Any] = self._driver.execute_async_script(axe.script("scroll.js"))
        except TimeoutException as error:
            raise BrowserLost("The page never stopped running its scripts") from error
        if moved["document"] != mark:
            raise Moved
        return moved["shifts"], int(moved["dialogs"])

    def _verdict(self, seen: Mapping[str, Any], document: vitals.Document) -> Verdict | None:
        """Why there is nothing to judge, or None when there is."""
        broken = str(seen["url"]).startswith("chrome-error:")
        stale = not seen["document"] or seen["document"] == self._document
        if document.asks_who or (document.status == 401 and broken):
            return Verdict(Reason.LOGIN, "The page asks for a user name and password")
        if document.mime and document.mime not in MARKUP:
            return Verdict(Reason.NOT_HTML, document.mime)
        if document.failed and (broken or stale):
            why = self._why(document.url)
            if why is not None and why.reason is Reason.PRIVATE_ADDRESS:
                return why
            return failure(document.failed)
        trusting = self._settings.allow_private or bool(self._settings.name_map)
        if not trusting and led_inside(document.addresses):
            where = urls.host_of(str(seen["url"]))
            return Verdict(Reason.PRIVATE_ADDRESS, f"Sent on to {where}, a private address")
        if broken or stale or not str(seen["url"]).startswith(("http:", "https:")):
            return Verdict(Reason.BROWSER_FAILED, "The browser showed no page")
        return None

    def _settle(self) -> None:
        """Wait a little, and only if the page is still fetching what it shows."""
        begun = time.monotonic()
        while (spent := time.monotonic() - begun) < SETTLE_FILES and self._traffic.in_flight(
            vitals.ENDLESS if spent < SETTLE else vitals.PATIENT
        ):
            time.sleep(0.05)
            self._read_log()

    def _wait_for_document(self) -> None:
        """After a move: until the new document has loaded, within reason."""
        end = time.monotonic() + min(MOVE, self._deadline * PARTS["load"])
        while time.monotonic() < end:
            with contextlib.suppress(Moved):
                ready = surely(
                    lambda: self._driver.execute_script("return document.readyState"),
                    expected=(Moved,),
                )
                if ready == "complete":
                    break
            time.sleep(0.05)
        self._settle()

    def _read_log(self) -> None:
        self._traffic.feed(surely(lambda: self._driver.get_log("performance")))

    def _console_errors(self) -> tuple[str, ...]:
        said = self._driver.get_log("browser")
        own = (e for e in said if e.get("timestamp", 0) >= self._started * 1000 - 1)
        lines = {str(e.get("message", ""))[:300] for e in own}
        # The browser asks for an icon of its own accord, and not at a fixed time.
        kept = sorted(line for line in lines if "/favicon.ico - Failed" not in line)
        return tuple(kept[:MOST_ERRORS])

    def timings(self, url: str) -> dict[str, float | None] | None:
        """FCP, LCP and TBT of one load as a first visitor has it, or None when it failed."""

        def measure() -> dict[str, float | None] | None:
            self._forget()
            self.load(url)
            self._settle()
            document = self._traffic.document()
            if document.failed or document.mime not in MARKUP or document.asks_who:
                return None
            found = self._driver.execute_async_script(axe.script("timings.js"), QUIET_SETTLE * 1000)
            return dict(found)

        try:
            return surely(measure, expected=(Moved,))
        except Moved:
            return None

    def quiet(self, wanted: bool) -> None:
        """Take axe-core out of new pages while they are timed, or put it back."""
        surely(lambda: self._preload(not wanted))

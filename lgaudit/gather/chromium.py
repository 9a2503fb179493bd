"""Find Chromium and its driver, start them with a profile of their own, and end them for sure."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome, ChromeOptions
from urllib3.exceptions import HTTPError

from lgaudit import __version__
from lgaudit.errors import BrowserMissing, SettingsError
from lgaudit.gather import appetite
from lgaudit.gather.gateway import Gateway, private_rules
from lgaudit.gather.leash import Driver
from lgaudit.gather.wire import Line, line_here
from lgaudit.settings import Settings

SHELL = "headless-shell"  # in the name of the browser that has no window to draw
BROWSERS = (
    "chromium-headless-shell",  # Debian's, of one version with its chromium and driver
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
DRIVERS = (
    "chromedriver",
    "/usr/lib/chromium-browser/chromedriver",
    "/usr/lib/chromium/chromedriver",
)
DEBIAN_HINT = "Install both with: sudo apt-get install chromium chromium-driver"
WINDOW = (1280, 800)  # CSS pixels
FLAGS = (
    "--headless=new",
    f"--window-size={WINDOW[0]},{WINDOW[1]}",
    "--force-device-scale-factor=1",
    "--lang=en-GB",
    "--accept-lang=en-GB,en",
    "--hide-scrollbars",
    "--mute-audio",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-pings",
    "--no-service-autorun",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-component-extensions-with-background-pages",
    "--disable-client-side-phishing-detection",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-notifications",
    "--disable-breakpad",
    "--disable-crash-reporter",
    "--disable-quic",
    "--disable-search-engine-choice-screen",
    "--disable-sync",
    # Calls between browsers would go round gateway and rules. The shell reads no preference.
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--metrics-recording-only",
    "--password-store=basic",
    "--use-mock-keychain",
    # A page that wants more than 1,024 MB breaks off by itself. Functions are compiled once more
    # after 2,000 calls, not 400: on a page seen once it seldom pays (decision 240).
    "--js-flags=--max-old-space-size=1024,--invocation-count-for-maglev=2000",
    "--animation-duration-scale=0",  # of the browser's own window, which nobody sees; not of pages
    # One process for a page and its frames: scripts and the event log then reach every frame,
    # those of other origins too. No secret is in these browsers but what a user lends a check.
    "--disable-site-isolation-trials",
    "--disable-features=IsolateOrigins,site-per-process,Translate,OptimizationHints,"
    "MediaRouter,DialMediaRouteProvider,AutofillServerCommunication,HttpsUpgrades,"
    # Two pages of its own behind the address bar, loaded at once for each window that nobody sees.
    "WebUIOmniboxPopup,WebUIOmniboxAimPopup",
)
_HOST = re.compile(r"[A-Za-z0-9*]([A-Za-z0-9.*_-]*[A-Za-z0-9])?")
_ADDRESS = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):\d{1,5}")


@dataclass(frozen=True, slots=True)
class Programs:
    """Paths of the browser and its driver; both '' lets Selenium Manager fetch a pair."""

    browser: str
    driver: str

    @property
    def windowless(self) -> bool:
        """Whether the browser is a headless shell."""
        return SHELL in self.browser


def find(settings: Settings) -> Programs:
    """The programs the settings name, else those in the usual places.

    Raises:
        BrowserMissing: there are none and none can be fetched; says what to install.
    """
    browser = _program(settings.chromium, "chromium", BROWSERS)
    driver = _program(settings.chromedriver, "chromedriver", DRIVERS)
    if browser and driver:
        return Programs(browser, driver)
    missing = "chromedriver" if browser else "Chromium" if driver else "Chromium and chromedriver"
    if Path("/etc/debian_version").exists():
        raise BrowserMissing(f"{missing} cannot be found on this machine. {DEBIAN_HINT}")
    return Programs("", "")


def _program(given: str, setting: str, usual: tuple[str, ...]) -> str:
    if given:
        found = shutil.which(given)
        if found is None:
            raise BrowserMissing(
                f"The setting {setting} names {given}, which is not a program on this machine."
                f" Correct it, or leave it out to look in the usual places."
            )
        return found
    return next(filter(None, map(shutil.which, usual)), "")


class Chromium:
    """One running browser: a driver process, its Chromium, a temporary profile, one window.

    Every method but :meth:`kill` belongs to the thread that uses the driver.
    """

    def __init__(self, settings: Settings, programs: Programs, command_timeout: float) -> None:
        self._profile = tempfile.mkdtemp(prefix="lgaudit-browser-")
        self.driver: Any = None
        way_out = Gateway(settings)
        self.gateway: Gateway | None = way_out
        service = Driver(
            self._profile,
            executable_path=programs.driver or None,
            log_output=subprocess.DEVNULL,
            popen_kw={"start_new_session": True} if hasattr(os, "killpg") else {},
            # What Chromium leaves in the temporary folder when it is ended goes with the profile.
            env={**os.environ, "TMPDIR": self._profile},
        )
        self._service = service
        try:
            options = _local_options(settings, programs, self._profile, way_out.flags)
            if not programs.driver:
                os.environ.setdefault("SE_AVOID_STATS", "true")
            self.driver = Chrome(options=options, service=service)
        except (WebDriverException, HTTPError, OSError) as error:
            self.kill()
            raise BrowserMissing(_why_not(error)) from error
        except BaseException:
            self.kill()
            raise
        self.driver.command_executor.client_config.timeout = command_timeout
        self.version = f"Chromium {self.driver.capabilities['browserVersion']}"
        if programs.windowless:
            self.version += " (headless shell)"
        self.user_agent = str(self.cdp("Browser.getVersion")["userAgent"])

    def cdp(self, command: str, **parameters: object) -> dict[str, object]:
        """Send one DevTools command to the window."""
        answer = self.driver.execute_cdp_cmd(command, parameters)
        return dict(answer or {})

    def line(self, window: str) -> Line:
        """A DevTools connection to the window beside the driver's own."""
        return line_here(self.driver.capabilities["goog:chromeOptions"]["debuggerAddress"], window)

    def gone(self) -> bool:
        """True when the machine the browser was on has gone, and the page is not to blame."""
        return False  # it is this one

    def held(self) -> int:
        """Bytes of memory that it and its helpers hold; from any thread."""
        process = getattr(self._service, "process", None)
        return appetite.held_by(process.pid) if process is not None else 0

    def kill(self) -> None:
        """End driver, browser and helpers at once, and remove the profile; from any thread."""
        if self.gateway is not None:
            self.gateway.close()
        if self._service.leash is not None:
            self._service.leash.kill()
            self._service.leash.communicate()
        process = getattr(self._service, "process", None)
        if process is not None:
            with contextlib.suppress(OSError):
                if hasattr(os, "killpg"):
                    os.killpg(process.pid, signal.SIGKILL)  # the driver leads its own group
                else:
                    _end_tree(process.pid)
            with contextlib.suppress(OSError, subprocess.TimeoutExpired):
                process.wait(10)
        for _ in range(3):  # helpers may still be writing their last
            shutil.rmtree(self._profile, ignore_errors=True)
            if not Path(self._profile).exists():
                break


def _end_tree(pid: int) -> None:
    subprocess.run(["taskkill", "/F", "/T", "/PID", str(pid)], capture_output=True, check=False)


def _why_not(error: Exception) -> str:
    said = " ".join(str(getattr(error, "msg", None) or error).split())[:300]
    if "instance exited" in said and hasattr(os, "geteuid") and os.geteuid() != 0:
        return (
            "No browser could be started: Chromium ended as soon as it began. Some containers do"
            " not allow its sandbox without help: install it (Debian: sudo apt-get install"
            " chromium-sandbox), or allow user namespaces, or audit without a browser"
            " (--no-browser)."
        )
    return (
        f"No browser could be started: {said or type(error).__name__}. Install Chromium and its"
        " driver (Debian: sudo apt-get install chromium chromium-driver), or name them with the"
        " settings chromium and chromedriver, or audit without one (--no-browser)."
    )


def _local_options(
    settings: Settings, programs: Programs, profile: str, way_out: Sequence[str]
) -> ChromeOptions:
    _name_rules(settings)  # a map that is wrong is told of here, once
    options = browser_options(settings, way_out)
    # The driver is on this machine. The method that sets this is deprecated in favour of one
    # that only remote drivers have.
    options._ignore_local_proxy = True
    if programs.browser:
        options.binary_location = programs.browser
    if programs.windowless:
        # It would let pop-ups open, and opens no page in a profile that it is given. Its driver
        # makes one in the temporary folder, which is in the same place.
        options.add_argument("--block-new-web-contents")
    else:
        options.add_argument(f"--user-data-dir={profile}")
    if sys.platform == "linux" and os.geteuid() == 0:
        options.add_argument("--no-sandbox")  # Chromium refuses to run as root with it
    return options


def browser_options(settings: Settings, way_out: Sequence[str] | None = None) -> ChromeOptions:
    """What every browser is started with, wherever it runs; ``way_out``: flags of its gateway."""
    options = ChromeOptions()
    reach = _address_flags(settings) if way_out is None else way_out
    for flag in (*FLAGS, *reach, *_trust_flags(settings)):
        options.add_argument(flag)
    options.unhandled_prompt_behavior = "dismiss"
    options.page_load_strategy = "normal"
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "SEVERE"})
    options.add_experimental_option(
        "perfLoggingPrefs", {"enableNetwork": True, "enablePage": False}
    )
    # Start empty: the new-tab page costs a third of the start.
    empty = {"restore_on_startup": 4, "startup_urls": ["about:blank"]}
    options.add_experimental_option("prefs", {"session": empty})
    # The driver would let pop-ups open; residents' browsers do not.
    options.add_experimental_option("excludeSwitches", ["disable-popup-blocking"])
    return options


def _address_flags(settings: Settings) -> list[str]:
    """What keeps a browser to the addresses that it may ask when no gateway does it."""
    rules = _name_rules(settings)
    if rules and not settings.browser_roams:
        rules += ["MAP * ~NOTFOUND", "EXCLUDE 127.0.0.1", "EXCLUDE localhost"]
    elif not settings.allow_private:
        rules += private_rules()
    flags = [f"--host-resolver-rules={','.join(rules)}"] if rules else []
    return [*flags, *(["--no-proxy-server"] if settings.name_map else [])]


def _name_rules(settings: Settings) -> list[str]:
    rules = []
    for host, address in sorted(settings.name_map.items()):
        if not (_HOST.fullmatch(host) and _ADDRESS.fullmatch(address)):
            raise SettingsError(
                f"name_map: {host!r} = {address!r} is not a host name and an address:port."
            )
        rules += [f"MAP {host}:443 {address}", f"MAP {host}:80 {address}"]
    return rules


def _trust_flags(settings: Settings) -> list[str]:
    if not settings.ca_file:
        return []
    hashes = ",".join(_key_hashes(Path(settings.ca_file)))
    return [f"--ignore-certificate-errors-spki-list={hashes}"]


def _key_hashes(path: Path) -> list[str]:
    """Hashes of the certificates' keys: Chromium then trusts these and no others besides."""
    from cryptography import x509  # slow to import, and only a demonstration needs it
    from cryptography.hazmat.primitives import serialization

    try:
        certificates = x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"ca_file: {path} is not a readable PEM certificate: {error}"
        ) from error
    keys = (
        certificate.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        for certificate in certificates
    )
    return [base64.b64encode(hashlib.sha256(key).digest()).decode() for key in keys]


def user_agent(chromium_says: str, settings: Settings) -> str:
    """Chromium's own user agent with our name, version and contact after it."""
    contact = f" (+{settings.contact})" if settings.contact else ""
    return f"{chromium_says} lgaudit/{__version__}{contact}"

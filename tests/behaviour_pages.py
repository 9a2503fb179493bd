"""Pages whose strangeness a browser meets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from behaviour import GOOD, HIDDEN, Answers, page, row
from rude import plain, to

from lgaudit.models import Reason


def does(script: str, more: str = "") -> Answers:
    """A page whose script does something."""
    return {"/": page(f"<main><h1>Town</h1>{more}</main><script>{script}</script>")}


def _no_file(found: Any, asked: Sequence[str]) -> None:
    del asked
    assert "root:" not in found.html
    assert found.final_url.startswith("http://")


def _few_errors(found: Any, asked: Sequence[str]) -> None:
    del asked
    assert len(found.console_errors) <= 50


INSIDE = f"127.0.0.1:{HIDDEN}"
BROWSER = [
    row(
        "page-asks-inside",
        "asks this machine, routers and a cloud's credentials: pictures, scripts, frames, fetches,"
        " beacons, web sockets, by number and by name",
        Reason.OK,
        does(
            f"""
            fetch("http://{INSIDE}/fetch", {{mode: "no-cors"}}).catch(() => 0);
            fetch("http://localhost:{HIDDEN}/name", {{mode: "no-cors"}}).catch(() => 0);
            fetch("http://x.localhost:{HIDDEN}/name", {{mode: "no-cors"}}).catch(() => 0);
            fetch("http://169.254.169.254/latest/meta-data/", {{mode: "no-cors"}}).catch(() => 0);
            fetch("http://10.0.0.1/", {{mode: "no-cors"}}).catch(() => 0);
            navigator.sendBeacon("http://{INSIDE}/beacon", "x");
            try {{ new WebSocket("ws://{INSIDE}/socket"); }} catch {{}}
            try {{ new EventSource("http://{INSIDE}/events"); }} catch {{}}
            new Worker(URL.createObjectURL(new Blob(
              [`fetch("http://{INSIDE}/worker", {{mode: "no-cors"}}).catch(() => 0)`])));
            """,
            f'<img alt="" src="http://{INSIDE}/img"><script src="http://{INSIDE}/s.js"></script>'
            f'<iframe title="a" src="http://{INSIDE}/frame"></iframe>'
            f'<link rel=prefetch href="http://{INSIDE}/prefetch">'
            f'<link rel=preconnect href="http://{INSIDE}">'
            f'<object data="http://[::1]:{HIDDEN}/object"></object>'
            f'<form action="http://{INSIDE}/form" target=f></form><iframe title=b name=f></iframe>',
        ),
        seen="browser",
        then="None is reached; the page is judged without them",
    ),
    row(
        "page-calls-inside",
        "opens a WebRTC connection to this machine",
        Reason.OK,
        does(
            f"""const call = new RTCPeerConnection({{iceServers: [{{urls: "stun:{INSIDE}"}},
              {{urls: "turn:{INSIDE}?transport=udp", username: "a", credential: "b"}}]}});
            call.createDataChannel("x");
            call.createOffer().then((offer) => call.setLocalDescription(offer));"""
        ),
        seen="browser",
        then="Nothing is sent",
    ),
    row(
        "browser-led-inside",
        "redirects a browser to a private address",
        Reason.PRIVATE_ADDRESS,
        to(f"http://{INSIDE}/admin"),
        seen="browser",
        then="The address is not asked",
    ),
    row(
        "page-goes-inside",
        "moves on to a private address by script",
        Reason.PRIVATE_ADDRESS,
        does(f'location.replace("http://{INSIDE}/admin")'),
        seen="browser",
        then="The address is not asked",
    ),
    row(
        "page-goes-to-a-file",
        "moves on to a file of this machine by script",
        Reason.OK,
        does('location.href = "file:///etc/passwd"; window.open("file:///etc/passwd")'),
        seen="browser",
        check=_no_file,
        then="The page stays where it is",
    ),
    row(
        "page-closes-itself",
        "closes its own window",
        Reason.OK,
        does("window.close(); self.open('', '_self'); window.close()"),
        seen="browser",
        then="The next page is seen all the same",
    ),
    row(
        "page-downloads",
        "starts twenty downloads by script",
        Reason.OK,
        does(
            """for (let n = 0; n < 20; n++) { const a = document.createElement("a");
            a.href = URL.createObjectURL(new Blob(["MZ"])); a.download = "../../evil" + n + ".exe";
            document.body.append(a); a.click(); a.remove(); }"""
        ),
        seen="browser",
        then="No file is written",
    ),
    row(
        "page-hogs-memory",
        "fills its memory until there is no more",
        Reason.BROWSER_FAILED,
        does("const all = []; for (let n = 0;; n++) all.push(new Array(2e7).fill(n + 0.5))"),
        seen="browser",
        then="The next page is seen all the same",
    ),
    row(
        "page-hogs-memory-outside",
        "fills 60 GB of memory outside its scripts' own, a second at a time",
        Reason.BROWSER_FAILED,
        does(
            """const all = []; setInterval(() => { for (let n = 0; n < 4 && all.length < 240; n++) {
            const m = new WebAssembly.Memory({initial: 4096}); new Uint8Array(m.buffer).fill(1);
            all.push(m); } }, 100)"""
        ),
        seen="browser",
        then="The browser is ended when it holds 6 GB, and the next page is seen all the same",
    ),
    row(
        "page-asks-permission",
        "asks for place, camera, notifications and the clipboard",
        Reason.OK,
        does(
            """navigator.geolocation?.getCurrentPosition(() => 0);
            navigator.mediaDevices?.getUserMedia({video: true}).catch(() => 0);
            self.Notification?.requestPermission();
            navigator.clipboard?.readText().catch(() => 0);"""
        ),
        seen="browser",
    ),
    row(
        "page-floods-the-console",
        "writes 2,000 errors to the console",
        Reason.OK,
        does("for (let n = 0; n < 2000; n++) console.error('x' + n + 'y'.repeat(500))"),
        seen="browser",
        check=_few_errors,
        then="50 are kept",
    ),
    row(
        "page-pushes-history",
        "changes its address twenty times a second",
        Reason.OK,
        does("let n = 0; setInterval(() => history.pushState(0, '', '/' + n++), 50)"),
        seen="browser",
    ),
    row(
        "page-opens-sockets",
        "opens 30 web sockets that are refused, again and again",
        Reason.OK,
        does(
            """const open = () => { const s = new WebSocket("ws://" + location.host + "/socket");
            s.onclose = () => setTimeout(open, 50); };
            for (let n = 0; n < 30; n++) open();"""
        ),
        seen="browser",
        then="They are not waited for",
    ),
    row(
        "page-of-bytes",
        "mixes null bytes, broken UTF-8 and direction marks into its title and text",
        Reason.OK,
        {
            "/": plain(
                200,
                GOOD.replace("Bins", "ab\u202egnp").encode() + b"<p>\xff\xfe\0 \xc3\x28<im\0g alt>",
                kind="text/html; charset=utf-8",
            )
        },
        seen="browser",
    ),
    row(
        "page-shows-dialogs",
        "shows alerts, questions and the print dialog, some without an end",
        Reason.OK,
        seen="browser",
        then="They are dismissed and counted",
        test="test_browser.py::test_dialogs_are_dismissed_and_counted",
    ),
    row(
        "page-opens-windows",
        "opens pop-ups",
        Reason.OK,
        seen="browser",
        then="They stay shut",
        test="test_browser.py::test_popups_stay_shut",
    ),
    row(
        "browser-asked-for-password",
        "asks a browser for a password",
        Reason.LOGIN,
        seen="browser",
        test="test_browser.py::test_what_is_no_page_gets_a_verdict",
    ),
    row(
        "browser-download",
        "sends a browser a file where a page was expected",
        Reason.NOT_HTML,
        seen="browser",
        then="No file is written",
        test="test_browser.py::test_what_is_no_page_gets_a_verdict",
    ),
    row(
        "script-without-end",
        "runs a script that never ends",
        Reason.BROWSER_FAILED,
        seen="browser",
        then="The browser is ended at its deadline, and the next page is seen",
        test="test_browser.py::test_hanging_pages_cost_nobody_else_anything",
    ),
    row(
        "page-moves-on",
        "moves on to another address of its own for ever",
        Reason.BROWSER_FAILED,
        seen="browser",
        then="Given up after three; where it holds still it is judged",
        test="test_browser.py::test_a_page_that_moves_on_for_ever_is_given_up",
    ),
    row(
        "page-keeps-secrets",
        "stores cookies and local storage for the next site to read",
        Reason.OK,
        seen="browser",
        then="Nothing is left",
        test="test_browser.py::test_nothing_of_a_site_is_left_for_the_next",
    ),
    row(
        "service-worker",
        "installs a service worker that answers for the whole site from then on",
        Reason.OK,
        seen="browser",
        then="It is gone when the next site begins",
        test="test_misbehaviour_browser.py::test_a_service_worker_is_gone_for_the_next_site",
    ),
    row(
        "certificate",
        "shows a certificate that nobody signed",
        Reason.TLS,
        test="test_fetch.py::test_a_certificate_nobody_signed",
    ),
    row(
        "certificate-late",
        "shows a certificate that has run out",
        Reason.TLS,
        test="test_fetch.py::test_a_certificate_that_is_late_or_for_another_name",
    ),
    row(
        "certificate-strange",
        "shows a certificate for another name",
        Reason.TLS,
        test="test_fetch.py::test_a_certificate_that_is_late_or_for_another_name",
    ),
    row(
        "certificate-unreadable",
        "shows a certificate with names of a kind nobody uses, or that are no text",
        Reason.OK,
        test="test_security_probes.py::test_a_certificate_nobody_can_read_ends_no_run",
        then="What it says is left unsaid",
    ),
    row(
        "silent-tls",
        "accepts a TLS connection and never speaks",
        Reason.TIMEOUT,
        test="test_fetch.py::test_a_host_that_accepts_and_never_speaks",
    ),
]

"""Verdicts: block pages of every kind are told apart, and honest pages never taken for one."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from lgaudit.evidence import BrowserEvidence, Page, Redirect, Request
from lgaudit.gather import blockpages
from lgaudit.gather.verdict import classify
from lgaudit.models import OK, Council, Kind, Reason, Site, Verdict

HOME = "https://www.borchester.gov.uk/"
SITE = Site("borchester", HOME)
CHROME = """<header><a href="/">Borchester City Council</a><nav><ul><li><a href="/bins">Bins</a>
<li><a href="/council-tax">Council Tax</a><li><a href="/planning">Planning</a></ul></nav>
</header>"""
FOOTER = (
    '<footer><a href="/accessibility">Accessibility</a> <a href="/cookies">Cookies</a></footer>'
)
BINS = (
    "<h1>Bins and recycling</h1><p>Put your bin out by 7am on collection day. We collect rubbish"
    " and recycling in turn each week. If we missed your bin, tell us within two working days.</p>"
)
LONG = "<p>" + "The council met on Tuesday evening and agreed the budget for next year. " * 30


def page(
    body: str,
    *,
    title: str = "Bins - Borchester City Council",
    status: int | None = 200,
    url: str = HOME + "bins",
    final: str = "",
    kind: Kind = Kind.OTHER,
    headers: dict[str, str] | None = None,
    head: str = "",
    verdict: Verdict = OK,
) -> Page:
    source = body
    if "<html" not in body:
        source = f"<!doctype html><html lang=en><head><title>{title}</title>{head}</head>{body}"
    given = {"content-type": "text/html; charset=utf-8"} | (headers or {})
    return Page(
        url=url,
        final_url=final or url,
        kind=kind,
        status=status,
        headers=tuple(given.items()),
        body=source.encode(),
        redirects=(Redirect(url, 302, final),) if final else (),
        verdict=verdict,
    )


def council_page(main: str, **more: object) -> Page:
    return page(f"<body>{CHROME}<main>{main}</main>{FOOTER}</body>", **more)  # type: ignore[arg-type]


def seen(fetched: Page, html: str, *, title: str, status: int = 200, final: str = "") -> Page:
    evidence = BrowserEvidence(
        html=html, title=title, final_url=final or fetched.url, status=status
    )
    return Page(
        url=fetched.url,
        final_url=fetched.final_url,
        kind=fetched.kind,
        status=fetched.status,
        headers=fetched.headers,
        body=fetched.body,
        browser=evidence,
    )


def reason(of: Page, **more: object) -> Reason:
    return classify(of, SITE, **more).reason  # type: ignore[arg-type]


# Pages of walls. The markup is made up after the signs that each vendor's pages are known by.
WALLS = {
    "AWS load balancer": (
        page(
            "<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body>\r\n<center>"
            "<h1>403 Forbidden</h1></center>\r\n</body>\r\n</html>\r\n",
            status=403,
        ),
        Reason.BLOCKED,
    ),
    "Cloudflare challenge by header": (
        page("<body></body>", title="x", status=403, headers={"CF-Mitigated": "challenge"}),
        Reason.CAPTCHA,
    ),
    "Cloudflare challenge at 200 without headers": (
        page(
            "<body><div><h1>www.borchester.gov.uk</h1><p>Verifying you are human. This may take a"
            " few seconds.</p></div></body>",
            title="Just a moment...",
            head='<meta http-equiv="refresh" content="360">',
        ),
        Reason.CAPTCHA,
    ),
    "Cloudflare block": (
        page(
            '<body><div id="cf-error-details"><h1 data-translate="block_headline">Sorry, you have'
            " been blocked</h1><h2>You are unable to access borchester.gov.uk</h2></div></body>",
            title="Attention Required! | Cloudflare",
            status=403,
        ),
        Reason.BLOCKED,
    ),
    "Cloudflare origin down": (
        page(
            '<body><div id="cf-error-details"><h1>Web server is down</h1></div></body>',
            title="borchester.gov.uk | 521: Web server is down",
            status=521,
        ),
        Reason.ERROR_STATUS,
    ),
    "Imperva iframe at 200 with no text": (
        page(
            '<html><head><META NAME="ROBOTS" CONTENT="NOINDEX, NOFOLLOW"></head><body>'
            '<iframe id="main-iframe" src="/_Incapsula_Resource?SWUDNSAI=31&xinfo=1" width="100%">'
            "Request unsuccessful. Incapsula incident ID: 88-99</iframe></body></html>"
        ),
        Reason.BLOCKED,
    ),
    "Imperva bot protection": (
        page(
            "<html><head><noscript><title>Pardon Our Interruption</title></noscript>"
            "<script>var isImpervaSpaSupport=0</script></head><body><p>As you were browsing"
            " something about your browser made us think you were a bot.</p></body></html>",
        ),
        Reason.CAPTCHA,
    ),
    "Akamai": (
        page(
            "<html><head><title>Access Denied</title></head><body><h1>Access Denied</h1>You don't"
            ' have permission to access "http&#58;&#47;&#47;x" on this server.<p>Reference'
            "&#32;&#35;18&#46;4d1e&#46;170&#46;2ac</p></body></html>",
            status=403,
        ),
        Reason.BLOCKED,
    ),
    "CloudFront at 200": (
        page(
            "<body><h1>403 ERROR</h1><h2>The request could not be satisfied.</h2><hr>"
            "Request blocked. We cannot connect.<pre>Generated by cloudfront (CloudFront)"
            "\nRequest ID: abc</pre></body>",
            title="ERROR: The request could not be satisfied",
        ),
        Reason.BLOCKED,
    ),
    "AWS challenge": (
        page(
            "<body><script>window.gokuProps={}</script><script src=https://x.token.awswaf.com/c.js>"
            "</script></body>",
            title="",
            status=202,
        ),
        Reason.CAPTCHA,
    ),
    "AWS captcha": (
        page(
            "<body><h1>Let's confirm you are human</h1><p>Complete the security check before"
            " continuing.</p></body>",
            title="Human Verification",
            status=405,
        ),
        Reason.CAPTCHA,
    ),
    "Azure Front Door at 200": (
        page(
            '<html><body><div id="message">The request is blocked.</div><div id="errorref"><span>'
            "20261101T000000Z-abc</span></div></body></html>"
        ),
        Reason.BLOCKED,
    ),
    "Azure gateway": (
        page(
            "<html><head><title>403 Forbidden</title></head><body><center><h1>403 Forbidden</h1>"
            "</center><hr><center>Microsoft-Azure-Application-Gateway/v2</center></body></html>",
            status=403,
        ),
        Reason.BLOCKED,
    ),
    "FortiWeb at 200": (
        page(
            "<body><h1>Web Page Blocked!</h1><p>The page cannot be displayed. Please contact the"
            " administrator for additional information.</p><p>Attack ID: 20000051</p></body>",
            title="",
        ),
        Reason.BLOCKED,
    ),
    "Radware at 200, by its host": (
        page(
            "<body><h1>We apologize for the inconvenience...</h1></body>",
            title="Radware Bot Manager Captcha",
            final="https://validate.perfdrive.com/abc/?ssc=https%3A%2F%2Fwww.borchester.gov.uk",
        ),
        Reason.CAPTCHA,
    ),
    "Radware at 200, by its title": (
        page("<body><p>Hold on</p></body>", title="Radware Bot Manager Captcha"),
        Reason.CAPTCHA,
    ),
    "F5 at 200": (
        page(
            "<html><head><title>Request Rejected</title></head><body>The requested URL was"
            " rejected. Please consult with your administrator.<br><br>Your support ID is: 123<br>"
            "</body></html>"
        ),
        Reason.BLOCKED,
    ),
    "Sucuri": (
        page(
            "<body><h1>x</h1></body>", title="Sucuri WebSite Firewall - Access Denied", status=403
        ),
        Reason.BLOCKED,
    ),
    "Anubis at 200": (
        page(
            '<body><h1>Making sure you are not a bot!</h1><script id="anubis_challenge"'
            ' type="application/json">{}</script></body>',
            title="Making sure you're not a bot!",
        ),
        Reason.CAPTCHA,
    ),
    "nothing but a reCAPTCHA at 200": (
        page(
            '<body><iframe src="https://www.google.com/recaptcha/api2/anchor?k=1"></iframe></body>',
            title="",
        ),
        Reason.CAPTCHA,
    ),
    "waiting room": (
        page("<body><h1>You are now in line</h1></body>", final="https://bor.queue-it.net/?c=bor"),
        Reason.BLOCKED,
    ),
    "plain 403 as a browser shows it": (
        page(
            '<html><head></head><body><pre style="">403 Forbidden</pre></body></html>', status=200
        ),
        Reason.BLOCKED,
    ),
    "a wall nobody knows": (
        page("<body><p>Your request looks automatic.</p></body>", title="Access denied"),
        Reason.BLOCKED,
    ),
    "the auditor's own network": (
        page("<body><p>Internet Security by Zscaler</p></body>", title="Web Site Blocked"),
        Reason.BLOCKED,
    ),
    "Drupal maintenance at 200": (
        page(
            '<html><head><title>Site under maintenance | Borchester</title></head><body class="x'
            ' maintenance-page"><h1>Site under maintenance</h1></body></html>'
        ),
        Reason.ERROR_STATUS,
    ),
}


@pytest.mark.parametrize("name", WALLS)
def test_a_wall_is_not_evidence(name: str):
    document, expected = WALLS[name]
    assert reason(document) is expected, classify(document, SITE)


@pytest.mark.parametrize("name", WALLS)
def test_a_wall_that_only_the_browser_met(name: str):
    """The plain request saw the page, the browser a wall: the browser's document counts."""
    wall, expected = WALLS[name]
    fetched = council_page(BINS)
    assert reason(fetched) is Reason.OK
    title = wall.title
    own = Request(wall.final_url, "document", wall.status, wall.headers)
    met = seen(fetched, wall.html, title=title, status=wall.status or 200, final=wall.final_url)
    evidence = met.browser
    assert evidence is not None
    with_request = Page(
        url=met.url,
        final_url=met.final_url,
        status=met.status,
        headers=met.headers,
        body=met.body,
        browser=BrowserEvidence(
            html=evidence.html,
            title=title,
            final_url=evidence.final_url,
            status=evidence.status,
            requests=(own,),
        ),
    )
    assert reason(with_request, rendered=True) is expected


def test_a_wall_that_only_the_plain_request_met():
    wall, _ = WALLS["AWS load balancer"]
    met = seen(wall, council_page(BINS).html, title="Bins - Borchester City Council")
    assert reason(met, rendered=True) is Reason.OK


HONEST = {
    "a usual page": council_page(BINS),
    "a news story about captchas": council_page(
        "<h1>Why we added a captcha</h1><p>From Monday some forms ask you to prove you are human."
        " Just a moment of your time keeps robots out. Pardon our interruption, said the leader."
        " Sorry, you have been blocked is what robots now see. Access denied!</p>",
        title="Why we added a captcha - Borchester City Council",
    ),
    "a long story that quotes block pages": council_page(
        "<h1>Access denied</h1><p>Request unsuccessful. Incapsula incident ID: 12. The requested"
        " URL was rejected. Please consult with your administrator. Your support ID is: 1.</p>"
        + LONG,
        title="Access denied: how bot walls keep people out",
    ),
    "a contact form with reCAPTCHA": council_page(
        '<h1>Contact us</h1><form action="/send"><label>Name <input name=n></label><div'
        ' class="g-recaptcha"></div><iframe src="https://www.google.com/recaptcha/api2/anchor">'
        "</iframe><button>Send</button></form>",
        title="Contact us - Borchester City Council",
    ),
    "a form with Turnstile behind Cloudflare": council_page(
        '<h1>Report it</h1><form><div class="cf-turnstile" data-sitekey=x></div></form>'
        '<script src="https://challenges.cloudflare.com/turnstile/v0/api.js"></script>',
        headers={"cf-ray": "8-LHR", "server": "cloudflare", "set-cookie": "__cf_bm=1"},
    ),
    "a real page behind Imperva": council_page(
        BINS + '<script src="/_Incapsula_Resource?SWJIYLWA=719"></script>',
        headers={"x-cdn": "Imperva", "x-iinfo": "1-2-3"},
    ),
    "a real page behind Azure Front Door": council_page(BINS, headers={"x-azure-ref": "0abc"}),
    "a real page with bot manager cookies": council_page(
        BINS, headers={"set-cookie": "_abck=1; TS01=2; NSC_x=3; datadome=4; incap_ses_1=5"}
    ),
    "a kiosk page that reloads every 6 minutes": council_page(
        "<h1>Meeting room</h1><p>Cabinet 10am</p>", head='<meta http-equiv="refresh" content="360">'
    ),
    "a Welsh language splash": page(
        '<body><h1>Cyngor Borchester Council</h1><p>Croeso / Welcome</p><a href="/cy/">Cymraeg</a>'
        '<a href="/en/">English</a></body>',
        url=HOME,
        kind=Kind.HOME,
        title="Cyngor Borchester Council",
    ),
    "a splash of two pictures": page(
        '<body><a href="/cy/"><img src=cy.png alt=Cymraeg></a><a href="/en/"><img src=en.png'
        " alt=English></a></body>",
        url=HOME,
        kind=Kind.HOME,
    ),
    "a tiny page": page("<body><p>Opening hours: 9am to 5pm.</p></body>", title="Hours"),
    "a page of one picture": page("<body><img src=map.png alt='Map of wards'></body>", title="Map"),
    "lost property": council_page(
        "<h1>Lost and found</h1><p>Property not found? Call us.</p>", title="Lost and found"
    ),
    "a search without results": council_page(
        "<h1>Search</h1><p>No results found for 'zebra'.</p>",
        kind=Kind.SEARCH,
        title="Search - Borchester City Council",
    ),
    "advice on a page that cannot be found": council_page(
        "<h1>Report a broken link</h1><p>Page not found? Tell us which.</p>",
        title="Report a broken link",
    ),
    "planning application 404": council_page(
        "<h1>404 High Street: two storey extension</h1><p>Approved.</p>",
        title="404 High Street - Planning",
    ),
    "a road closed": council_page("<h1>Access denied to lorries on Mill Lane</h1>" + BINS),
    "a service called Just a moment": council_page(
        "<h1>Just a moment: mindfulness for carers</h1><p>Six free sessions.</p>",
        title="Just a moment: mindfulness for carers",
    ),
    "a sign-in page that was asked for": page(
        f"<body>{CHROME}<main><h1>Sign in</h1><form><input name=u><input type=password></form>"
        "</main></body>",
        url=HOME + "my-account/sign-in",
        title="Sign in",
    ),
    "a page with a sign-in box in its header": council_page(
        BINS + '<form action="/login"><input name=u><input type=password><button>Log in</button>'
        "</form>",
    ),
    "a cookies page": council_page(
        "<h1>Cookies</h1><p>We use cookies.</p><button>Accept</button>",
        url=HOME + "cookies",
        title="Cookies",
    ),
    "a page under a cookie banner": council_page(
        "<h1>Cookies on this site</h1><button>Accept all cookies</button>" + BINS
    ),
    "the site without www": page(
        f"<body>{CHROME}<main>{BINS}</main></body>", final="https://borchester.gov.uk/bins"
    ),
    "a sub-domain": page(
        f"<body>{CHROME}<main>{BINS}</main></body>", final="https://my.borchester.gov.uk/bins"
    ),
    "XHTML": page(
        f"<body>{CHROME}<main>{BINS}</main></body>",
        headers={"content-type": "application/xhtml+xml"},
    ),
    "HTML sent without a type": page(
        f"<body>{CHROME}<main>{BINS}</main></body>", headers={"content-type": ""}
    ),
    "a taxi licence page without landmarks": page(
        "<body><p>Every driver is checked.</p></body>", title="Security check for taxi drivers"
    ),
    "a planning page without landmarks": page(
        "<body><p>Two storey extension.</p></body>", title="403 High Street"
    ),
    "a form without a title": page(
        "<body><form><label>Postcode <input></label><button>Continue</button></form></body>",
        title="",
    ),
    "the start of a form": page(
        "<body><h1>Before you continue</h1><p>Have your bill to hand.</p><button>Continue</button>"
        "</body>",
        title="Before you continue",
    ),
    "the Forbidden Corner": council_page(
        "<h1>The Forbidden Corner</h1><p>A garden to visit.</p>", title="The Forbidden Corner"
    ),
}


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_page_is_evidence(name: str):
    assert classify(HONEST[name], SITE) == OK


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_page_is_evidence_in_a_browser_too(name: str):
    fetched = HONEST[name]
    shown = seen(fetched, fetched.html, title=fetched.title, final=fetched.final_url)
    assert classify(shown, SITE, rendered=True) == OK


@pytest.mark.parametrize(
    "heading",
    [
        "Page not found",
        "404",
        "Error 404",
        "404: Page not found",
        "Sorry, this page could not be found",
        "The page you were looking for doesn’t exist",
        "We can’t find the page you’re looking for",
        "This page can't be found",
        "Sorry, we couldn't find that page",
        "Tudalen heb ei chanfod",
        "Ni ddaethpwyd o hyd i'r dudalen",
    ],
)
def test_a_missing_page_that_says_200(heading: str):
    by_heading = council_page(f"<h1>{heading}</h1><p>Try the search.</p>", title="Borchester")
    by_title = council_page("<h1>Oh dear</h1>", title=f"{heading} - Borchester City Council")
    name_first = council_page("<h1>Oh dear</h1>", title=f"Borchester City Council | {heading}")
    for missing in (by_heading, by_title, name_first):
        assert reason(missing) is Reason.SOFT_404
        shown = seen(missing, missing.html, title=missing.title)
        assert reason(shown, rendered=True) is Reason.SOFT_404


def probe(main: str, *, status: int = 200, final: str = "", title: str = "Borchester") -> Page:
    return council_page(
        main, status=status, url=HOME + "lgaudit-x1", final=final, title=title, kind=Kind.NOT_FOUND
    )


def test_the_same_answer_as_to_a_made_up_address_is_a_missing_page():
    oops = "<h1>Oh no</h1><p>We looked everywhere for {} and came back with empty hands.</p>"
    not_found = probe(oops.format("/lgaudit-x1"))
    gone = council_page(oops.format("/old/page"), url=HOME + "old/page", title="Borchester")
    assert reason(gone) is Reason.OK
    assert reason(gone, not_found=not_found) is Reason.SOFT_404


def test_another_page_than_the_made_up_address_gives_is_evidence():
    not_found = probe("<h1>Oh no</h1><p>We looked everywhere and came back with empty hands.</p>")
    same_title = council_page(BINS, title="Borchester")
    assert reason(same_title, not_found=not_found) is Reason.OK


def test_short_pages_that_differ_in_a_word_are_not_the_same():
    not_found = probe("<p>Nothing here yet, come back soon.</p>")
    short = council_page("<p>Nothing here yet, come back Monday.</p>", title="Borchester")
    assert reason(short, not_found=not_found) is Reason.OK


def test_where_made_up_addresses_show_the_home_page_the_home_page_is_evidence():
    home = council_page(BINS, url=HOME, kind=Kind.HOME, title="Borchester")
    assert reason(home, not_found=probe(BINS)) is Reason.OK
    assert reason(home, not_found=probe(BINS, final=HOME)) is Reason.OK
    copy = council_page(BINS, url=HOME + "gone", title="Borchester")
    assert reason(copy, not_found=probe(BINS)) is Reason.SOFT_404


def test_sent_to_the_home_page_like_every_made_up_address():
    not_found = probe(BINS, final=HOME)
    gone = council_page(BINS, url=HOME + "gone", final=HOME, title="Borchester")
    assert reason(gone, not_found=not_found) is Reason.SOFT_404
    real = council_page(BINS, url=HOME + "old", final=HOME + "new")
    assert reason(real, not_found=not_found) is Reason.OK


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 410, 429, 500, 503])
def test_an_error_status_is_not_evidence(status: int):
    broken = council_page("<h1>Something else</h1><p>Try again.</p>", status=status)
    assert reason(broken) is Reason.ERROR_STATUS
    assert str(status) in classify(broken, SITE).detail


def test_an_error_given_by_the_fetch_is_refined_or_kept():
    wall, _ = WALLS["Akamai"]
    as_fetched = Page(
        url=wall.url,
        final_url=wall.final_url,
        status=403,
        headers=wall.headers,
        body=wall.body,
        verdict=Verdict(Reason.ERROR_STATUS, "status 403"),
    )
    assert reason(as_fetched) is Reason.BLOCKED


@pytest.mark.parametrize("given", [Reason.DNS, Reason.TIMEOUT, Reason.ROBOTS, Reason.TOO_LARGE])
def test_a_verdict_of_the_network_is_kept(given: Reason):
    assert reason(page("", status=None, verdict=Verdict(given, "x"))) is given


def test_login_where_another_page_was_asked_for():
    form = "<h1>Sign in</h1><form><input name=u><input type=password><button>Go</button></form>"
    sent = council_page(form, title="Sign in", final=HOME + "login?returnUrl=%2Fbins")
    assert reason(sent) is Reason.LOGIN
    in_place = page(f"<body>{form}</body>", title="Sign in - Borchester")
    assert reason(in_place) is Reason.LOGIN
    provider = page("<body></body>", final="https://login.microsoftonline.com/x/oauth2")
    assert reason(provider) is Reason.LOGIN


def test_a_cookie_wall():
    wall = page(
        "<body><h1>Before you continue</h1><p>We use cookies to make this site work.</p>"
        "<button>Accept all</button><button>Manage</button></body>",
        title="Cookie preferences",
    )
    assert reason(wall) is Reason.COOKIE_WALL


def test_an_empty_shell_may_be_overruled_by_a_browser():
    shell = page(
        '<body><noscript>You need JavaScript.</noscript><a href="#main">Skip to main content</a>'
        '<div id="root"></div><script src="/app.js"></script></body>'
    )
    assert reason(shell) is Reason.EMPTY_SHELL
    filled = seen(shell, council_page(BINS).html, title="Bins")
    assert reason(filled, rendered=True) is Reason.OK
    still = seen(shell, "<html><body><div id=root></div></body></html>", title="Bins")
    assert reason(still, rendered=True) is Reason.EMPTY_SHELL


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/pdf", "%PDF-1.7 ..."),
        ("image/png", "\x89PNG"),
        ("application/json", '{"a": 1}'),
        ("text/plain", "just words"),
        ("text/html", "%PDF-1.7 sent as if it were a page"),
        ("application/rss+xml", '<?xml version="1.0"?><rss/>'),
        ("", "%PDF-1.7"),
        ("", ""),
    ],
)
def test_what_is_not_a_page(kind: str, body: str):
    other = Page(HOME, HOME, status=200, headers=(("content-type", kind),), body=body.encode())
    assert reason(other) is Reason.NOT_HTML


def test_off_site():
    moved = council_page(BINS, final="https://www.elsewhere.example/")
    assert classify(moved, SITE) == Verdict(Reason.OFF_SITE, "redirects to www.elsewhere.example")
    assert classify(moved, SITE, hosts={"www.elsewhere.example"}) == OK
    council = Council("b", "B", "England", "", "", "https://www.elsewhere.example/")
    assert classify(moved, Site("b", HOME, (council,))) == OK


def test_the_browser_may_land_where_the_plain_request_landed():
    moved = council_page(BINS, final="https://www.newborchester.example/")
    shown = seen(moved, moved.html, title="Bins", final="https://www.newborchester.example/")
    assert reason(shown, rendered=True) is Reason.OK


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00\xff\xfe" * 50,
        b"<html>" * 3000,
        b"<iframe " * 20_000,
        b"<title>" + b"page " * 50_000,
        b"<h1>" + b"sorry, error " * 20_000,
    ],
)
def test_hostile_bodies_get_a_verdict(body: bytes):
    hostile = Page(
        HOME + "x", HOME + "x", status=200, body=body, headers=(("Content-Type", "text/html"),)
    )
    assert isinstance(classify(hostile, SITE, not_found=hostile), Verdict)


def test_the_data_file_is_sound():
    pages = blockpages.known()
    assert len({p.name for p in pages}) == len(pages) > 40
    for entry in pages:
        assert entry.verdict in (Reason.BLOCKED, Reason.CAPTCHA, Reason.ERROR_STATUS)
        assert entry.sure or len(entry.hints) > 1, f"{entry.name} can never match"


def test_no_page_of_the_act_suite_is_taken_for_something_else():
    """573 tiny pages written to test accessibility rules: all are what they are."""
    folder = Path(__file__).parents[2] / "shared" / "bench" / "act"
    if not folder.is_dir():
        pytest.skip("the W3C ACT test cases are not here (shared/bench/act)")
    with (folder / "testcases.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    root = folder / "site" / "WAI" / "content-assets" / "wcag-act-rules"
    wrong, count = [], 0
    for row in rows:
        path = root / row["relative_path"]
        if path.suffix != ".html":
            continue
        count += 1
        case = Page(HOME + path.name, HOME + path.name, status=200, body=path.read_bytes())
        verdict = classify(case, SITE)
        if not verdict.ok:
            wrong.append((path.name, verdict))
    assert wrong == []
    assert count > 500

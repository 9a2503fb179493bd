"""Checks of the headers pages come with: HSTS, policies for browsers, cookies, what they tell."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from lgaudit import dom
from lgaudit.evaluate import answers
from lgaudit.evaluate.checks.vocabulary import (
    Result,
    cant_tell,
    failed,
    inapplicable,
    passed,
    site_check,
    untested,
)
from lgaudit.evaluate.kept import extract
from lgaudit.evidence import Page, Snapshot
from lgaudit.models import Spot

MOST_SPOTS = 50
_MAX_AGE = re.compile(r"(?:^|[\s;,])max-age\s*=\s*\"?(\d{1,12})", re.I)
_SUBDOMAINS = re.compile(r"(?:^|[\s;,])includeSubDomains(?:$|[\s;,])", re.I)
_NO_HEADERS = "No page came from the site's own server with its headers."
_INLINE = re.compile(r"'(?:nonce-|sha(?:256|384|512)-)|'strict-dynamic'", re.I)
_SEES_OTHERS = re.compile(
    r"consent|csrf|xsrf|forgery|author|theme|lang|banner|message|notice", re.I
)
_KNOWN_SESSION = re.compile(
    r"asp\.net_sessionid|aspsessionid\w*|phpsessid|jsessionid|connect\.sid|laravel_session"
    r"|\.aspxauth|\.aspnet(?:core)?\.(?:cookies|identity\.application|session)|s?sess[0-9a-f]{32}",
    re.I,
)
_LIKE_SESSION = re.compile(r"sess|auth", re.I)
_VERSION = re.compile(r"\d+\.\d+")


@site_check
def hsts_set(visit: Snapshot, *, seconds: int = 31_536_000) -> Result:
    """The home page tells browsers to use https only, for at least so many seconds."""
    page, why = _secure_home(visit)
    if page is None:
        return why
    value = page.header("strict-transport-security")
    if not value:
        return failed("The Strict-Transport-Security header is not sent.", [_here(page)])
    age = _MAX_AGE.search(value)
    if age is None or int(age[1]) < seconds:
        said = f"max-age is {age[1]}" if age else "it has no max-age"
        return failed(f"{said.capitalize()}; it should be {seconds} or more.", [_here(page, value)])
    return passed()


@site_check
def hsts_covers_subdomains(visit: Snapshot) -> Result:
    """The promise of https covers the other hosts of the domain too."""
    page, why = _secure_home(visit)
    if page is None:
        return why
    value = page.header("strict-transport-security")
    if not value:
        return inapplicable("There is no such promise at all.")
    if _SUBDOMAINS.search(value):
        return passed()
    return failed("includeSubDomains is missing.", [_here(page, value)])


@site_check
def content_security_policy(visit: Snapshot, *, most_share: float = 0.05) -> Result:
    """Pages say where scripts may come from; a policy that lets any inline script run is half."""
    weak: list[Spot] = []

    def lacks(page: Page) -> bool:
        enforced = [v for n, v in page.headers if n.lower() == "content-security-policy"]
        named = "content-security-policy" in page.response_html.lower()  # most need no tree
        for node in page.response_dom.css("meta[http-equiv][content]") if named else ():
            if dom.attribute(node, "http-equiv").strip().lower() == "content-security-policy":
                enforced.append(dom.attribute(node, "content"))
        policies = [found for value in enforced if (found := _script_policy(value))]
        if policies:
            if all("'unsafe-inline'" in p and not _INLINE.search(p) for p in policies):
                weak.append(_here(page, "lets any inline script run ('unsafe-inline')"))
            return False
        if page.header("content-security-policy-report-only"):
            weak.append(_here(page, "is only reported, not enforced"))
            return False
        return True

    result = _on_pages(visit, lacks, most_share, "No content security policy is set")
    if weak and result.outcome == "passed":
        return cant_tell("The policy does not do all it could.", weak[:MOST_SPOTS])
    return result


@site_check
def header_says(
    visit: Snapshot,
    *,
    name: str,
    contains: Sequence[str] = (),
    never: Sequence[str] = (),
    meta: str = "",
    most_share: float = 0.05,
) -> Result:
    """Pages come with a header that holds one of ``contains`` (if any) and none of ``never``.

    ``meta`` is the name of a meta element that may say it instead.
    """

    def lacks(page: Page) -> bool:
        value = page.header(name)
        if not value and meta and meta in page.response_html.lower():
            node = page.response_dom.css_first(f'meta[name="{meta}" i][content]')
            value = dom.attribute(node, "content") if node is not None else ""
        # Of several policies in one header browsers take the last they know.
        said = value.rsplit(",", 1)[-1].strip().lower()
        return not said or said in never or (bool(contains) and said not in contains)

    return _on_pages(visit, lacks, most_share, f"{name} is missing or says something else")


@site_check
def forms_not_framed(visit: Snapshot, *, most_share: float = 0.05) -> Result:
    """Pages with a form to fill in may not be shown inside other people's pages."""

    def lacks(page: Page) -> bool:
        if page.header("x-frame-options").strip().lower() in ("deny", "sameorigin"):
            return False
        policies = (v for n, v in page.headers if n.lower() == "content-security-policy")
        return not any("frame-ancestors" in value.lower() for value in policies)

    forms = [page for page in answers.answered(visit) if _has_form(page)]
    if not forms:
        return inapplicable("No page with a form to fill in was seen.")
    return _share(forms, lacks, most_share, "Pages with forms can be framed by anybody")


@site_check
def cookies_secure(visit: Snapshot) -> Result:
    """Cookies set over https are never sent without it."""
    return _cookies(visit, lambda cookie: not cookie.secure, "is not Secure")


@site_check
def session_cookies_http_only(visit: Snapshot, *, least_length: int = 16) -> Result:
    """Cookies that hold a session cannot be read by scripts.

    A cookie counts when it bears a name that servers give their sessions, or when 'sess' or 'auth'
    is in its name and its value is as long as an identifier.
    """

    def session(cookie: answers.Cookie) -> bool:
        if _KNOWN_SESSION.fullmatch(cookie.name):
            return True
        like = _LIKE_SESSION.search(cookie.name) and not _SEES_OTHERS.search(cookie.name)
        return bool(like) and cookie.length >= least_length

    return _cookies(visit, lambda c: not c.http_only, "is not HttpOnly", session)


@site_check
def versions_not_told(visit: Snapshot, *, headers: Sequence[str]) -> Result:
    """None of these headers tells an exact version."""
    pages = answers.answered(visit)
    if not pages:
        return untested(_NO_HEADERS)
    told: dict[str, Spot] = {}
    for page in pages:
        for name in headers:
            value = page.header(name)
            if _VERSION.search(value):
                line = f"{name}: {value[:120]}"
                told.setdefault(line, Spot("", page.final_url, line))
    if told:
        return failed("Headers tell exact versions.", [told[k] for k in sorted(told)][:MOST_SPOTS])
    return passed()


def _secure_home(visit: Snapshot) -> tuple[Page | None, Result]:
    page = answers.home_of(visit)
    if page is None or not page.headers or answers.from_folder(page):
        return None, untested("The homepage's headers are not known.")
    if not page.final_url.startswith("https:"):
        return None, inapplicable("The homepage does not use https, so browsers ignore it.")
    return page, passed()


def _on_pages(
    visit: Snapshot, lacks: Callable[[Page], bool], most_share: float, what: str
) -> Result:
    pages = answers.answered(visit)
    return _share(pages, lacks, most_share, what) if pages else untested(_NO_HEADERS)


def _share(
    pages: Sequence[Page], lacks: Callable[[Page], bool], most_share: float, what: str
) -> Result:
    """Failed when more than ``most_share`` of the pages lack it: one page may be an odd one."""
    bare = [_here(page) for page in pages if lacks(page)]
    share = len(bare) / len(pages)
    if share <= most_share:
        return passed(metric=share)
    return failed(f"{what}: {len(bare)} of {len(pages)} pages.", bare[:MOST_SPOTS], share)


def _cookies(
    visit: Snapshot,
    bad: Callable[[answers.Cookie], bool],
    what: str,
    of: Callable[[answers.Cookie], bool] = lambda _: True,
) -> Result:
    pages = [page for page in answers.answered(visit) if page.final_url.startswith("https:")]
    if not pages:
        return untested(_NO_HEADERS)
    found = [cookie for page in pages for cookie in answers.cookies(page) if of(cookie)]
    if not found:
        return inapplicable("The pages set no such cookie.")
    wrong: dict[str, Spot] = {}
    for cookie in found:
        if bad(cookie):
            wrong.setdefault(cookie.name, Spot("", cookie.page, f"{cookie.name} {what}"))
    if not wrong:
        return passed()
    count = "1 cookie" if len(wrong) == 1 else f"{len(wrong)} cookies"
    return failed(f"{count} of the site {what}.", [wrong[n] for n in sorted(wrong)][:MOST_SPOTS])


def _script_policy(value: str) -> str:
    """What a policy says of scripts, in small letters, or ''."""
    directives: dict[str, str] = {}
    for part in value.lower().split(";"):
        name, _, rest = part.strip().partition(" ")
        directives.setdefault(name, f"{name} {rest}")
    return directives.get("script-src") or directives.get("default-src") or ""


@extract
def _has_form(page: Page) -> bool:
    if "post" not in page.lowered and "password" not in page.lowered:
        return False
    return page.dom.css_first('form[method="post" i], input[type="password" i]') is not None


def _here(page: Page, message: str = "") -> Spot:
    return Spot("", page.final_url, message[:200])

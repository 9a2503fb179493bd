"""What pages say of themselves when they are not the page: refused, missing, sign in first."""

from __future__ import annotations

import re


def _any(*patterns: str) -> str:
    return "(?:" + "|".join(patterns) + ")"


_NOT = r"(?: ?not|n['’]?t)"  # not, n't
_SORRY = r"(?:(?:oops|sorry|whoops|error|oh no)[\s,.!:–-]*)*"
_ERROR = r"(?:error ?)?404(?: ?error)?"
_WANTED = _any("looking for", "requested", "asked for", "want", "wanted", "tried to (?:find|reach)")
_PAGE = (
    r"(?:(?:the|this|that|your) )?(?:requested )?(?:web ?)?page"
    rf"(?: (?:that )?you(?:['’]?re| are| were| have)? {_WANTED})?"
)
_THING = _any(_PAGE, "document", "file(?: or directory)?", "resource")

NOT_FOUND = re.compile(
    _SORRY
    + _any(
        _ERROR,
        rf"(?:{_ERROR}[ :–|-]*)?(?:{_THING} ?)?(?:was|is|has|could|can|ca)?{_NOT}"
        r" (?:be(?:en)? )?found(?: ?\(?404\)?)?",
        rf"(?:we )?(?:can|ca|could){_NOT} (?:find|locate) {_PAGE}",
        rf"we['’]?(?:re| are) sorry,? (?:but )?{_PAGE} .{{0,60}}(?:found|exist)",
        rf"{_PAGE} do(?:es)?{_NOT} exist",
        rf"{_PAGE} (?:no longer exists|has gone|is missing)",
        "missing page",
        # Welsh
        r"tudalen heb ei (?:chanfod|darganfod)",
        r"tudalen (?:ddim ar gael|ar goll)",
        r"ni chanfuwyd y dudalen",
        r"ni ddaethpwyd o hyd i['’]r dudalen",
        r"(?:ni|methu) .{0,30}dod o hyd i['’]r dudalen.{0,40}",
        r"nid yw['’]r dudalen .{0,30}yn bodoli.{0,20}",
    )
    + r"[\s.!?…]*",
    re.I,
)
REFUSAL = re.compile(
    _any(
        r"(?:http )?(?:error )?403(?: ?[:–-]? ?(?:error|forbidden|access denied|- .*))?",
        r"access (?:is )?denied",
        "forbidden",
        "just a moment",
        "one moment, please",
        "attention required",
        "pardon our interruption",
        "request rejected",
        "human verification",
        r"unauthori[sz]ed request blocked",
        "web ?(?:page|site) blocked",
        "access blocked",
        r"security check(?:point)?",
        "ddos-guard",
        r"verify(?:ing)? (?:that )?you are (?:a )?human",
        "checking your browser(?: before .*)?",
        r"are you (?:a )?(?:robot|human)",
        "bot verification",
    )
    + r"(?:\s*[|.!?…–-].*)?",  # the site's name, or dots
    re.I,
)
BARE_REFUSAL = re.compile(
    r"(?:http )?(?:error )?(?:403(?:[\s:.–-]+forbidden)?|forbidden|access (?:is )?denied"
    r"|request (?:blocked|rejected)|429(?:[\s:.–-]+too many requests)?|too many requests)[.!]?",
    re.I,
)
CAPTCHA = re.compile(r"captcha|robot|human|verif|security check|attention|moment", re.I)
LOGIN_TITLE = re.compile(
    r"(?:please )?(?:log|sign)[\s-]?(?:in|on)(?: required| page| to (?:continue|your account|view"
    r"(?: this page)?))?|(?:user |member |staff |account )?log ?in|authentication required"
    r"|you (?:must|need to) (?:log|sign) in.{0,60}|mewngofnodi",
    re.I,
)
LOGIN_ADDRESS = re.compile(
    r"(?:log|sign)[-_]?(?:in|on)\b|\bauth\b|/sso\b|\boauth|\baccounts?\b|my-?account|register"
    r"|\bportal\b|mewngofnodi|intranet|members?[-_]?area|selfservice|self-serve|myservices",
    re.I,
)
COOKIE_ADDRESS = re.compile(r"cookie|privacy|preifat|cwcis", re.I)
COOKIE_TITLE = re.compile(
    r"(?:our use of |we use |this (?:site|website) uses |about |accept |your |choose your "
    r"|tell us (?:whether|if) you accept )?cookies?(?: (?:consent|settings|preferences|choices))?"
    r"(?: on .{1,60})?|before you continue.{0,40}",
    re.I,
)
ACCEPT = re.compile(r"\b(?:accept|agree|allow|consent|continue|derbyn)", re.I)
_PROVIDERS = (
    "login.microsoftonline.com",
    "login.live.com",
    "b2clogin.com",
    "ciamlogin.com",
    "okta.com",
    "auth0.com",
    "accounts.google.com",
    "onelogin.com",
    "signin.account.gov.uk",
    "oidc.account.gov.uk",
)
_SEPARATOR = re.compile(r"\s+[|–—·»:-]+\s+|\s*\|\s*|:\s+")

_COUNCIL = re.compile(r"\b(?:council|borough|gov\.uk|cyngor)\b", re.I)
_NUMBER = re.compile(r"error|http|(?:error )?40[34]", re.I)


def first_part(title: str) -> str:
    """A title without the site's name: 'Page not found' of 'Page not found - Example Council'.

    Where the site's name comes first ('Example Council | Page not found') the last part is meant.
    """
    parts = [part for part in _SEPARATOR.split(title.strip()) if part]
    if not parts:
        return ""
    named = [_COUNCIL.search(part) is not None for part in parts]
    if len(parts) > 1 and named[0]:
        return parts[-1]
    if len(parts) > 1 and not named[1] and _NUMBER.fullmatch(parts[0]):
        return f"{parts[0]} {parts[1]}"  # "404: Page not found"
    return parts[0]


def is_identity_provider(host: str) -> bool:
    """True for hosts that only ever ask who you are."""
    return any(host == name or host.endswith(f".{name}") for name in _PROVIDERS)

"""robots.txt: whom it binds, what failure to read it means, and the reference cases."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lgaudit.gather import robots
from lgaudit.models import OK, Reason, Verdict

SUITE = Path(__file__).resolve().parents[2] / "shared" / "bench" / "robotstxt" / "robots_test.cc"

# The reference expects callers to percent-encode addresses; ours are encoded by ``normalise``, and
# the parser encodes both sides, so a rule in other letters matches what it means. RFC 9309 agrees.
KNOWN_DIFFERENCES = {"ID_Encoding"}


def allowed(text: str, path: str) -> bool:
    return robots.parse(text.encode()).allows(f"https://www.a.gov.uk{path}")


def test_our_own_group_wins_over_everyone() -> None:
    text = "User-agent: *\nDisallow: /\n\nUser-agent: LGAudit\nDisallow: /private\nCrawl-delay: 7"
    assert allowed(text, "/bins")
    assert not allowed(text, "/private/x")
    assert robots.parse(text.encode()).delay == 7


def test_everyone_is_us_too() -> None:
    text = "User-agent: *\nDisallow: /search\nAllow: /search/help\nSitemap: /map.xml"
    assert not allowed(text, "/search?q=x")
    assert allowed(text, "/search/help")
    assert robots.parse(text.encode()).sitemaps == ("/map.xml",)


@pytest.mark.parametrize("name", ["lgaudit", "LGAUDIT", "lgaudit/0.1", "lgaudit bot", "lgaudit*"])
def test_our_name_however_it_is_written(name: str) -> None:
    assert not allowed(f"User-agent: {name}\nDisallow: /", "/bins")


@pytest.mark.parametrize("name", ["lga", "l", "audit", "lgauditor", "my-lgaudit"])
def test_names_that_are_not_ours(name: str) -> None:
    assert allowed(f"User-agent: {name}\nDisallow: /", "/bins")


def test_unknown_lines_do_not_end_a_group() -> None:
    assert not allowed("User-agent: lgaudit\nNoindex: x\nUser-agent: *\nDisallow: /", "/bins")


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\xfe\x00nonsense", b"<html><body>Disallow: /", b"Disallow: /\n", b"\x00" * 99],
)
def test_nonsense_forbids_nothing(body: bytes) -> None:
    assert robots.parse(body).allows("https://www.a.gov.uk/bins")


def test_a_long_file_is_read_up_to_the_limit() -> None:
    head = b"User-agent: *\nDisallow: /private\n"
    body = head + b"# x\n" * (robots.LARGEST // 4) + b"Disallow: /late\n"
    rules = robots.parse(body)
    assert not rules.allows("https://www.a.gov.uk/private")
    assert rules.allows("https://www.a.gov.uk/late")


def test_a_file_of_wildcards_is_matched_quickly() -> None:
    rules = robots.parse(b"User-agent: *\nDisallow: /" + b"*a" * 2000 + b"*b\n")
    assert rules.allows("https://www.a.gov.uk/" + "a" * 3000)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_missing_file_forbids_nothing(status: int) -> None:
    rules = robots.read(status, b"User-agent: *\nDisallow: /", OK)
    assert rules.allows("https://www.a.gov.uk/")


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_an_unreachable_file_forbids_everything(status: int) -> None:
    rules = robots.read(status, b"", OK)
    assert not rules.allows("https://www.a.gov.uk/")
    assert rules.verdict.reason is Reason.ROBOTS
    assert str(status) in rules.verdict.detail


def test_no_answer_forbids_everything_and_says_why() -> None:
    rules = robots.read(None, b"", Verdict(Reason.TIMEOUT, "no connection in time"))
    assert not rules.allows("https://www.a.gov.uk/")
    assert rules.verdict == Verdict(Reason.TIMEOUT, "no connection in time")


def test_endless_redirects_forbid_nothing() -> None:
    rules = robots.read(302, b"", Verdict(Reason.TOO_MANY_REDIRECTS, "more than 5"))
    assert rules.allows("https://www.a.gov.uk/")


def cases() -> list[tuple[str, str, str, str, bool]]:
    """(test, robots.txt, agent, URL, allowed) of the reference tests written in plain literals."""
    if not SUITE.is_file():
        return []
    source = re.sub(r"^\s*//.*$", "", SUITE.read_text(encoding="utf-8"), flags=re.M)
    literal = r'"(?:[^"\\]|\\.)*"'
    found = []
    for test in re.finditer(r"TEST\(RobotsUnittest, (\w+)\) \{(.*?)\n\}", source, re.S):
        names: dict[str, str] = {}
        tokens = re.finditer(
            rf"(?:string_view|string)\s+(\w+)\s*=\s*((?:{literal}\s*)+);"
            rf"|EXPECT_(TRUE|FALSE)\(\s*IsUserAgentAllowed\(\s*((?:{literal}\s*)+|\w+),"
            rf"\s*({literal}),\s*((?:{literal}\s*)+|\w+)\)\)",
            test.group(2),
        )
        for token in tokens:
            name, value, expected, text, agent, url = token.groups()
            if name:
                names[name] = joined(value)
                continue
            body, address = (joined(x) if x.startswith('"') else names.get(x) for x in (text, url))
            if body is not None and address:
                found.append((test.group(1), body, joined(agent), address, expected == "TRUE"))
    return found


def joined(literals: str) -> str:
    parts = re.findall(r'"((?:[^"\\]|\\.)*)"', literals)
    return "".join(parts).encode("latin-1", "backslashreplace").decode("unicode_escape")


def test_reference_cases() -> None:
    known = cases()
    if not known:
        pytest.skip("the robots.txt reference tests are not here (shared/bench)")
    differs = set()
    for name, text, agent, url, expected in known:
        if not re.fullmatch("[A-Za-z_-]+", agent):
            continue  # no valid product token, as ours is
        # The rules are written for another robot; put our product token in its place.
        own = re.sub(rf"(?im)^(\s*user-?agent.*?)\b{re.escape(agent)}\b", r"\1lgaudit", text)
        if robots.parse(own.encode("utf-8", "replace")).allows(url) is not expected:
            differs.add(name)
    assert len(known) > 80
    assert differs == KNOWN_DIFFERENCES

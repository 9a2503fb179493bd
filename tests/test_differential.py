"""Addresses as the URL Standard reads them, robots.txt as RFC 9309 and protego read it.

Both are held against readings written here from the standards' text, on made-up input.
"""

from __future__ import annotations

import re

import whatwg
from hypothesis import assume, example, given
from hypothesis import settings as effort
from hypothesis import strategies as st
from protego import Protego

from lgaudit import urls
from lgaudit.gather import robots

BASE = "https://www.borchester.gov.uk:8443/waste/today/?a=1"
PIECES = (
    *(
        "/",
        "//",
        "\\",
        ".",
        "..",
        "%2e",
        "%2E.",
        "?",
        "#",
        ":",
        "@",
        "a",
        "B",
        "bins",
        "%20",
        "%zz",
    ),
    *(" ", "\t", "\n", '"', "'", "<", "`", "{", "é", "http:", "HTTPS:", "http://", "https://"),
    *("mailto:", "www.a.gov.uk", "0x7f", "127", "1", "017", "256", "0300", "4294967295", ":80"),
    *(":443", ":0", ":99999", "user:pass@", "%41", "%2f", "%00", "_", "-", "=", "&", "|", "~"),
)
WRITTEN = st.lists(st.sampled_from(PIECES), max_size=9).map("".join)


@effort(max_examples=400, deadline=None)
@example("http://0x7f.1/../a", False)
@example("https:bins", True)
@example("https:/\\a/%2e%2E/b?'\"#x", True)
@example("http://1.2.3.4.5", False)
@example("http:\\\\a@b@www.a.gov.uk:080/..", True)
@given(WRITTEN, st.booleans())
def test_addresses_are_read_as_the_url_standard_reads_them(text: str, relative: bool) -> None:
    base = whatwg.parse(BASE) if relative else None
    try:
        expected = whatwg.parse(text, base)
    except whatwg.Failure:
        expected = None
    except whatwg.Beyond:
        assume(False)
    found = urls.normalise(text, BASE if relative else None)
    assert found == (str(expected) if expected is not None else None)
    if found is not None:
        assert urls.normalise(found) == found, "read again, it is the same"


# --- robots.txt -----------------------------------------------------------------------------

WORDS = ("/", "/a", "/a/b", "/*", "/a*b", "/*.pdf$", "/a$", "/b?x=", "*", "/*/b", "$", "/a/*c$")
PATHS = ("/", "/a", "/a/b", "/axb", "/b?x=1", "/d.pdf", "/d.pdf?x", "/a/xc", "/a/xcd", "/c/b")
AGENTS = ("lgaudit", "LGAudit", "*", "googlebot")
RULE = st.tuples(st.sampled_from(("Allow", "Disallow")), st.sampled_from(("", *WORDS)))
GROUP = st.tuples(
    st.lists(st.sampled_from(AGENTS), min_size=1, max_size=2), st.lists(RULE, max_size=5)
)
GROUPS = st.lists(GROUP, max_size=4)

Groups = list[tuple[list[str], list[tuple[str, str]]]]


def written(groups: Groups) -> str:
    return "\n".join(
        "\n".join([f"User-agent: {a}" for a in agents] + [f"{kind}: {p}" for kind, p in rules])
        for agents, rules in groups
    )


def allowed(groups: Groups, path: str) -> bool:
    """RFC 9309: our groups together, else everybody's; the longest match, Allow where equal."""
    joined: Groups = []
    for agents, rules in groups:  # lines of names with no rule between them are one group
        if joined and not joined[-1][1]:
            joined[-1] = ([*joined[-1][0], *agents], rules)
        else:
            joined.append((agents, rules))
    ours = [rules for agents, rules in joined if "lgaudit" in map(str.lower, agents)]
    ours = ours or [rules for agents, rules in joined if "*" in agents]
    best = (0, True)
    for kind, pattern in (rule for rules in ours for rule in rules):
        if pattern and matches(pattern, path):
            best = max(best, (len(pattern), kind == "Allow"))
    return best[1]


def matches(pattern: str, path: str) -> bool:
    end = "$" if pattern.endswith("$") else ""
    plain = pattern.removesuffix("$")
    return re.match(".*".join(map(re.escape, plain.split("*"))) + end, path) is not None


@effort(max_examples=300, deadline=None)
@example([(["*"], [("Disallow", "/")]), (["lgaudit"], [("Allow", "")])])
@example([(["lgaudit"], [("Disallow", "/a")]), (["*"], []), (["lgaudit"], [("Allow", "/a/b")])])
@given(GROUPS)
def test_robots_txt_is_read_as_rfc_9309_and_protego_read_it(groups: Groups) -> None:
    text = written(groups)
    ours, protego = robots.parse(text.encode()), Protego.parse(text)
    for path in PATHS:
        address = f"https://www.a.gov.uk{path}"
        assert ours.allows(address) == protego.can_fetch(address, "lgaudit"), (text, path)
        assert ours.allows(address) == allowed(groups, path), (text, path)

"""Files and answers of strangers, broken in many ways: each is read, or refused in a sentence.

`python -m benchmarks.fuzz --examples 20000` tries so many of each sort; the tests try a few of the
same. A sort is a sound file, broken at places that hypothesis draws, or noise.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lgaudit import baselines, dom, register, replies, urls
from lgaudit import settings as told
from lgaudit.cli import cohorts
from lgaudit.errors import LgauditError
from lgaudit.evaluate import rulefile
from lgaudit.evidence import Page
from lgaudit.gather import decode, discover, robots, sitemaps
from lgaudit.gather.answer import Response
from lgaudit.gather.csv_reader import read_csv
from lgaudit.gather.feeds import feed_of

ROOT = Path(__file__).parents[1]
HERE = "https://www.a.gov.uk/x"
_PLAIN = re.compile(r"(?:[\w#> -]|:nth-of-type\(\d+\))+", re.A)
SLOWEST = 5.0  # seconds for one; what takes longer is a fault
NASTY = [
    b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b'"', b"'", b"'''", b'"""', b"\\u", b"[[",
    b"]", b"{", b"=", b"\n", b"\r", b",", b"#", b"<", b"<!--", b"<![CDATA[", b"&#0;", b"&#xD800;",
    b"9" * 400, b"-1", b"1e999", b"nan", b"inf", b"0000-00-00", b"9999-99-99T99:99:99", b"(" * 60,
    b"[" * 600, b"(a+)+$", b"\xe2\x80\xae", b"\x1b[2J", b"../../", b"javascript:", b"http://[",
    b"http://a:99999/", b"x" * 5_000, b"\xf0\x9f\x92\xa9", b"true", b"{}", b"null",
]  # fmt: skip


@dataclass(frozen=True)
class Sort:
    """Something that is read: a sound one, its usual name, and what reads it."""

    sound: bytes
    read: Callable[[Path], object]
    name: str = "x"


def answer(read: Callable[[bytes], object]) -> Callable[[Path], object]:
    """A reader of bytes as a reader of files."""
    return lambda path: read(path.read_bytes())


def _page(body: bytes) -> object:
    page = Page(HERE, HERE, body=body, encoding=decode.encoding_of("text/html", body))
    links = discover.links_of(page), discover.assets_of(page), discover.canonical_of(page)
    for node in page.dom.css("*")[:50]:
        found = dom.selector_of(node)
        if _PLAIN.fullmatch(found):  # a tag's name may hold what no selector can
            assert page.dom.css_first(found) is not None, found
    return links, page.text, page.title


def _robots(body: bytes) -> object:
    rules = robots.parse(body)
    return rules.allows(HERE), rules.delay, rules.sitemaps


def _urls(body: bytes) -> object:
    for written in body.decode("utf-8", "surrogateescape").splitlines():
        found = urls.normalise(written, HERE)
        if found is not None:
            assert urls.normalise(found) == found, written
            assert found.startswith(("http://", "https://")), written
            assert urls.identity(urls.identity(found)) == urls.identity(found), written
            assert urls.host_of(found) or "://." in found, written  # a host of mere dots
    return None


def _feed(body: bytes) -> object:
    kind = (("content-type", "application/rss+xml"),)
    return feed_of(Response(HERE, HERE, status=200, headers=kind, body=body), HERE, HERE)


def sorts() -> Mapping[str, Sort]:
    """Everything that is read from strangers or from colleagues, by name."""
    councils = b"".join((ROOT / "councils.csv").read_bytes().splitlines(True)[:6])
    rule = (ROOT / "rules/content/link-text-generic.toml").read_bytes()
    config = b'pages = 30\npace = 0.5\nbrowser = false\n[check]\nfail_on = "serious"\n' + (
        b'[[check.budgets]]\npath = "/news/*"\nrequests = 50\n[[cohorts]]\nname = "ten"\n'
        b'councils = ["adur"]\n[name_map]\n"a.uk" = "127.0.0.1:1"\n'
    )
    issues = baselines.Known.__dataclass_fields__.keys()
    entry = ", ".join(f'"{name}": "x"' for name in issues)
    baseline = f'{{"format": "lgaudit-baseline", "version": 1, "issues": [{{{entry}}}]}}'.encode()
    page = (
        b"<!doctype html><html lang=en><head><meta charset=utf-8><title>Bins</title><base href=/b/>"
        b'<link rel=canonical href="/x"></head><body><main><h1 id="a b">Bins</h1><p class="x:y">'
        b'<a href="../pay?x=1#y">Pay</a><table><tr><td>1</table><svg><path d=M0/></svg></main>'
    )
    feed = (
        b'<?xml version="1.0"?><rss version="2.0"><channel><title>N</title><item><title>A</title>'
        b"<link>/a</link><pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate></item></channel></rss>"
    )
    sitemap = (
        b'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        b"<url><loc>https://www.a.gov.uk/a</loc></url></urlset>"
    )
    return {
        "register": Sort(councils, register.read),
        "rule file": Sort(rule, lambda path: rulefile.read(path, "content"), "made-up.toml"),
        "settings": Sort(config, lambda path: told.load({}, path.parent), told.FILE),
        "replies": Sort((ROOT / "lgaudit/demo/replies.toml").read_bytes(), replies.read),
        "baseline": Sort(baseline, baselines.read),
        "cohort list": Sort(b"slug,name\nadur,Adur\nworthing,Worthing\n", cohorts.read, "x.csv"),
        "cohort file": Sort(b'name = "ten"\ncouncils = ["adur", "arun"]\n', cohorts.read, "x.toml"),
        "page": Sort(page, answer(_page)),
        "robots.txt": Sort(
            b"User-agent: *\nDisallow: /a*b$\nAllow: /\nCrawl-delay: 2\n", answer(_robots)
        ),
        "sitemap": Sort(sitemap, answer(lambda body: sitemaps.parse(body, HERE))),
        "feed": Sort(feed, answer(_feed)),
        "data file": Sort(b'a,b\n1,"2,3"\n', answer(read_csv)),
        "addresses": Sort(
            b"/a/../b?c=1#d\nhttps://u:p@b\xc3\xbccher.example:443/%zz\n//x/;jsessionid=1?utm_source=2",
            answer(_urls),
        ),
    }


@st.composite
def broken(draw: st.DrawFn, sound: bytes) -> bytes:
    """The sound file with a few things cut, repeated or put in; sometimes noise alone."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.binary(max_size=400))
    data = sound
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        to = min(len(data), at + draw(st.integers(0, 40)))
        part = draw(st.sampled_from(NASTY) | st.binary(max_size=8) | st.just(data[at:to] * 3))
        data = data[:at] + part + data[draw(st.sampled_from((at, to))) :]
    return data


def campaign(sort: Sort, folder: Path, examples: int, seeded: bool = True) -> None:
    """Read so many broken files; one that raises, or takes too long, ends it.

    Raises:
        AssertionError, or what was raised, with the smallest file that shows it.
    """

    @settings(
        max_examples=examples, derandomize=seeded, database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(broken(sort.sound))
    def one(data: bytes) -> None:
        path = folder / sort.name
        path.write_bytes(data)
        began, said = time.process_time(), "read"
        try:
            sort.read(path)
        except LgauditError as error:
            said = str(error).strip()
        assert said, "it was refused without a word"
        took = time.process_time() - began
        assert took < SLOWEST, f"it took {took:.1f} s"

    one()


def main() -> None:
    """Try many of each sort and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=5_000)
    parser.add_argument("--only", default="")
    given_ = parser.parse_args()
    faults = 0
    for name, sort in sorts().items():
        if given_.only not in name:
            continue
        with tempfile.TemporaryDirectory() as folder:
            began = time.process_time()
            try:
                campaign(sort, Path(folder), given_.examples, seeded=False)
                said = "sound"
            except Exception as error:  # whatever it is, it is what we look for
                notes = " ".join(getattr(error, "__notes__", []))
                said, faults = f"{type(error).__name__}: {error} {notes}"[:700], faults + 1
            print(f"{name}: {said}; {time.process_time() - began:.0f} s", flush=True)
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()

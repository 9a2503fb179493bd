"""What pages and sitemaps lead to: links, kinds, canonical addresses; traps stay out."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from lgaudit.evidence import Page
from lgaudit.gather import discover, kinds, sitemaps
from lgaudit.gather.frontier import MOST_HOSTS, Frontier, key_of, shape_of, template_hint
from lgaudit.models import Kind, Reason

HOME = "https://www.a.gov.uk/"
SUITE = Path(__file__).resolve().parents[2] / "shared" / "bench" / "feeds-and-sitemaps"


def page(html: str, url: str = HOME + "waste/bins", **more: object) -> Page:
    return Page(url=url, final_url=url, status=200, body=html.encode(), **more)  # type: ignore[arg-type]


def test_links_know_their_place() -> None:
    found = discover.links_of(
        page(
            """<nav><a href="/">Home</a><a href="../pay">Pay</a></nav>
            <main><a href="collect?x=1#top"> Collection
              <b>days</b></a><a href="/pay">Pay</a><a rel="NoFollow me" href="/in">Sign in</a>
            <a href="mailto:x@a.gov.uk">Mail</a><a href="javascript:x()">Script</a>
            <a href="https://b.org/"><img src=x alt="Partner"></a><a href="#top">Top</a>
            <a>No address</a><a href="http://[bad/">Bad</a></main>
            <footer><a href="/cookies" aria-label="Cookies page"></a></footer>"""
        )
    )
    assert [(x.url.removeprefix(HOME), x.text, x.in_main, x.nofollow) for x in found] == [
        ("", "Home", False, False),
        ("pay", "Pay", True, False),
        ("waste/collect?x=1", "Collection days", True, False),
        ("in", "Sign in", True, True),
        ("https://b.org/", "Partner", True, False),
        ("waste/bins", "Top", True, False),
        ("cookies", "Cookies page", False, False),
    ]


def test_links_without_main_element_leave_menus_out() -> None:
    found = discover.links_of(page("<header><a href=/a>A</a></header><p><a href=/b>B</a></p>"))
    assert [(x.text, x.in_main) for x in found] == [("A", False), ("B", True)]


def test_base_element_counts() -> None:
    found = discover.links_of(page("<base href='/council/'><main><a href=tax>Tax</a></main>"))
    assert found[0].url == HOME + "council/tax"


def test_a_page_of_links_is_read_up_to_a_limit() -> None:
    html = "<main>" + "".join(f"<a href=/{n}>x</a>" for n in range(9000)) + "</main>"
    assert len(discover.links_of(page(html))) == discover.MOST_LINKS


def test_canonical_alternates_and_wishes() -> None:
    seen = page(
        """<link rel="shortlink canonical" href="/waste/bins#x">
        <link rel=alternate hreflang=CY href="/cy/biniau"><link rel=alternate href=/feed>
        <meta name=ROBOTS content="noindex, NoFollow">""",
        headers=(("X-Robots-Tag", "noarchive"),),
    )
    assert discover.canonical_of(seen) == HOME + "waste/bins"
    assert discover.alternates_of(seen) == {"cy": HOME + "cy/biniau"}
    assert discover.wishes_of(seen) == {"noindex", "nofollow", "noarchive"}
    assert discover.canonical_of(page("<p>none")) is None


def test_assets() -> None:
    seen = page(
        """<link rel=stylesheet href=/s.css><script src=https://cdn.example/j.js></script>
        <script>inline()</script><link rel=icon href=/i.png><script src=/s.js></script>"""
    )
    assert discover.assets_of(seen) == (
        (HOME + "s.css", "stylesheet"),
        ("https://cdn.example/j.js", "script"),
        (HOME + "s.js", "script"),
    )


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("", "", Kind.HOME),
        ("?utm_source=x", "", Kind.HOME),
        ("accessibility", "", Kind.STATEMENT),
        ("accessibility-statement", "", Kind.STATEMENT),
        ("hygyrchedd", "", Kind.STATEMENT),
        ("page/17", "Accessibility statement", Kind.STATEMENT),
        ("page/17", "Datganiad hygyrchedd", Kind.STATEMENT),
        ("accessible-parking-bays", "Accessible parking bays", Kind.SERVICE),
        ("contact-us", "", Kind.CONTACT),
        ("cysylltu-a-ni", "", Kind.CONTACT),
        ("x", "Cysylltwch â ni", Kind.CONTACT),
        ("news/2026/new-park-opens", "", Kind.NEWS),
        ("newyddion", "", Kind.NEWS),
        ("search?q=bins", "", Kind.SEARCH),
        ("find?query=bins", "", Kind.SEARCH),
        ("chwilio", "", Kind.SEARCH),
        ("ieListDocuments.aspx?CId=1&MId=2", "", Kind.MEETING),
        ("meetings/cabinet-3-may", "", Kind.MEETING),
        ("forms/report-a-pothole", "", Kind.FORM),
        ("ffurflenni/x", "", Kind.FORM),
        ("documents", "", Kind.DOCUMENT),
        ("bins-and-recycling", "", Kind.SERVICE),
        ("x/treth-gyngor", "Treth y cyngor", Kind.SERVICE),
        ("council-tax/pay", "", Kind.SERVICE),
        ("about/chief-executive", "Chief executive", Kind.OTHER),
        ("business/contactless-payments", "", Kind.OTHER),
        ("newsletter-archive-of-poems", "", Kind.OTHER),
        ("cabinets-for-sale", "", Kind.OTHER),
        ("%ff%fe", "", Kind.OTHER),
    ],
)
def test_kinds(path: str, text: str, kind: Kind) -> None:
    assert kinds.kind_of(HOME + path, text, homepage="http://a.gov.uk") is kind


def test_kinds_by_host() -> None:
    assert kinds.kind_of("https://democracy.a.gov.uk/x", homepage=HOME) is Kind.MEETING
    assert kinds.kind_of("https://forms.a.gov.uk/x", homepage=HOME) is Kind.FORM


def test_a_title_tells_when_the_address_does_not() -> None:
    seen = page("<title>Contact us - A Council</title>", HOME + "page/9")
    assert kinds.kind_of_page(seen, homepage=HOME) is Kind.CONTACT


def test_a_page_with_questions_is_a_form() -> None:
    fields = "<input name=a><select name=b></select><textarea name=c></textarea>"
    form = page(f"<main><form>{fields}</form></main>", HOME + "tell-us")
    search = page("<main><form><input type=search><input type=submit></form></main>", HOME + "x")
    assert kinds.kind_of_page(form, homepage=HOME) is Kind.FORM
    assert kinds.kind_of_page(search, homepage=HOME) is Kind.OTHER


def test_files() -> None:
    assert kinds.is_document(HOME + "a/Budget%20Book.PDF?download=1")
    assert kinds.is_document(HOME + "spend.csv")
    assert not kinds.is_document(HOME + "about.html")
    assert not kinds.is_document(HOME + "?file=x.pdf")
    assert kinds.is_asset(HOME + "logo.svg")
    assert kinds.extension(HOME + "v1.2/page") == ""


def sitemap(*urls: str) -> bytes:
    entries = "".join(f"<url><loc>{url}</loc></url>" for url in urls)
    name = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return f'<?xml version="1.0"?><urlset xmlns="{name}">{entries}</urlset>'.encode()


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_sitemaps(pack: object) -> None:
    body = pack(sitemap(HOME + "a", " " + HOME + "b\n", HOME + "a"))  # type: ignore[operator]
    assert sitemaps.parse(body, HOME).pages == (HOME + "a", HOME + "b")


def test_sitemap_index() -> None:
    body = b"<sitemapindex><sitemap><loc>/one.xml</loc></sitemap></sitemapindex>"
    found = sitemaps.parse(body, HOME + "sitemap.xml")
    assert found.sitemaps == (HOME + "one.xml",)
    assert found.pages == ()


def test_plain_text_sitemap() -> None:
    body = f"{HOME}a\n\n{HOME}b\r\n".encode()
    assert sitemaps.parse(body, HOME).pages == (HOME + "a", HOME + "b")


def test_entities_are_never_expanded() -> None:
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE x [<!ENTITY l0 "lol">{lol}]><urlset><url><loc>&l9;</loc></url></urlset>'
    assert sitemaps.parse(bomb.encode(), HOME) == sitemaps.Sitemap()
    assert sitemaps.parse(bomb.encode("utf-16"), HOME).pages == ()
    secret = (
        '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
        "<urlset><url><loc>https://www.a.gov.uk/&f;</loc></url></urlset>"
    )
    assert sitemaps.parse(secret.encode("utf-16"), HOME).pages in ((), (HOME,))


def test_a_packed_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(b"<urlset>" + b" " * (sitemaps.LARGEST + 1))
    assert sitemaps.parse(bomb, HOME) == sitemaps.Sitemap()


@pytest.mark.parametrize(
    "body",
    [b"", b"<html><a href=/x>x</a></html>", b"not a sitemap", b"<urlset><url><loc>", b"\x1f\x8bx",
     b"<urlset><url><loc>javascript:alert(1)</loc></url></urlset>", b"<!-- -->", b"\xff" * 99,
     b'<urlset xmlns="&#xD800;x"><url><loc>https://www.a.gov.uk/a</loc></url></urlset>'],
)  # fmt: skip
def test_nonsense_names_nothing(body: bytes) -> None:
    assert sitemaps.parse(body, HOME).pages == ()


def test_broken_sitemaps_give_what_can_be_read() -> None:
    body = sitemap(HOME + "a") + b"<junk & more"
    cut = sitemap(HOME + "a", HOME + "b")[:-30]
    assert HOME + "a" in sitemaps.parse(body, HOME).pages
    assert HOME + "a" in sitemaps.parse(cut, HOME).pages


def test_thousands_of_entries_are_capped() -> None:
    body = sitemap(*(f"{HOME}{n}" for n in range(60_000)))
    assert len(sitemaps.parse(body, HOME).pages) == sitemaps.MOST_ENTRIES


async def test_sitemaps_that_name_each_other_end() -> None:
    asked: list[str] = []

    async def read(url: str) -> bytes:
        asked.append(url)
        more = "".join(
            f"<sitemap><loc>{HOME}s{n}.xml</loc></sitemap>"
            for n in range(len(asked), len(asked) + 5)
        )
        other = "<sitemap><loc>https://b.org/s.xml</loc></sitemap>"
        return f"<sitemapindex>{more}{other}</sitemapindex>".encode()

    useful, pages = await sitemaps.collect(
        [HOME + "s0.xml"], read, lambda url: url.startswith(HOME)
    )
    assert len(asked) == len(set(asked)) == sitemaps.MOST_FILES
    assert len(useful) == sitemaps.MOST_FILES
    assert pages == ()


def test_sitemaps_from_the_wild() -> None:
    if not SUITE.is_dir():
        pytest.skip("the collection of feeds and sitemaps is not here (shared/bench)")
    counts = {
        file.name: len(sitemaps.parse(file.read_bytes(), HOME).pages)
        for file in sorted(SUITE.iterdir())
    }
    assert counts["sitemap.xml"] == counts["sitemap.xml.gz"] == 84
    assert counts["feed1.atom"] == counts["feed2.rss"] == 1
    assert counts["apache.html"] == counts["utf8.html"] == counts["zerolength.cfg"] == 0


def frontier() -> Frontier:
    return Frontier(HOME, {"www.a.gov.uk"}, 1)


def drain(queue: Frontier) -> list[str]:
    found = []
    while (entry := queue.next()) is not None:
        found.append(entry.url.removeprefix(HOME))
    return found


def test_first_found_first_asked() -> None:
    queue = frontier()
    for path in ("b", "a?utm_source=x", "b", "a", "c;jsessionid=1", "d.pdf", "e.css"):
        queue.offer(HOME + path, depth=1)
    queue.offer("https://b.org/", depth=1)
    queue.offer("http://www.a.gov.uk/b", depth=1)
    assert drain(queue) == ["b", "a", "c"]


def test_a_calendar_does_not_fill_the_queue() -> None:
    queue = frontier()
    for day in range(1, 400):
        queue.offer(f"{HOME}events/2026-{day:03}/view", depth=day)
        queue.offer(f"{HOME}calendar?day={day}&view=month", depth=day)
    queue.offer(HOME + "pay", depth=1)
    found = drain(queue)
    assert len(found) == 31
    assert "pay" in found
    assert {v.reason for v in queue.refused.values()} == {Reason.BUDGET}


def test_a_faceted_search_does_not_fill_the_queue() -> None:
    queue = frontier()
    for n in range(300):
        queue.offer(f"{HOME}find?" + "&".join(f"f{i}=1" for i in range(12) if n >> i & 1), depth=2)
    assert len(drain(queue)) <= 41


def test_paths_that_grow_or_repeat_stay_out() -> None:
    queue = frontier()
    queue.offer(HOME + "a/b/a/b/a/b", depth=2)
    queue.offer(HOME + "/".join("abcdefghijklmn"), depth=2)
    queue.offer(HOME + "bins/bins", depth=2)
    assert drain(queue) == ["bins/bins"]
    assert len(queue.refused) == 2


def test_a_site_of_endless_hosts() -> None:
    queue = frontier()
    queue.start(HOME)
    for n in range(50):
        queue.offer(f"https://h{n}.a.gov.uk/", depth=1)
    assert len(drain(queue)) == MOST_HOSTS - 1


def test_what_only_sitemaps_name_comes_in_an_order_of_the_seed() -> None:
    def order(seed: int, pages: list[str]) -> list[str]:
        queue = Frontier(HOME, {"www.a.gov.uk"}, seed)
        queue.offer_sitemap(pages)
        assert queue.next() is None
        return [entry.url for entry in queue.unlinked()]

    pages = [f"{HOME}p-{c}" for c in "abcdefgh"]
    assert order(1, pages) == order(1, pages[::-1])
    assert order(1, pages) != order(2, pages)


def test_a_link_makes_a_sitemap_address_known_sooner() -> None:
    queue = frontier()
    queue.offer_sitemap([HOME + "a/b/c/d"])
    queue.offer(HOME + "a/b/c/d", depth=1, text="News")
    entry = queue.next()
    assert entry is not None
    assert entry.depth == 1
    assert queue.unlinked() == []


def test_shapes() -> None:
    assert shape_of(HOME + "p?b=1&a=2")[0] == shape_of(HOME + "p?a=9&b=8")[0]
    assert shape_of(HOME + "news/12")[0] == shape_of(HOME + "news/345")[0]
    assert shape_of(HOME + "news/12")[0] != shape_of(HOME + "news/about")[0]
    assert template_hint(HOME + "bins/x/y") == "www.a.gov.uk/bins"
    assert template_hint(HOME) == "www.a.gov.uk/"
    assert key_of("http://a.gov.uk/x?gclid=1") == key_of("https://a.gov.uk/x")

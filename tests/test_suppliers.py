"""Suppliers: recognised by sure signs only, and what their sites share told as one defect."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_site import SITE

from lgaudit.aside import Aside
from lgaudit.errors import SettingsError
from lgaudit.evaluate import fingerprints, sightings, suppliers
from lgaudit.evaluate.fingerprints import Product
from lgaudit.evaluate.kinship import together
from lgaudit.evaluate.shared import Sector
from lgaudit.evidence import Coverage, Page, Snapshot
from lgaudit.models import OK, Council, Finding, Kind, Outcome, Site, Spot
from lgaudit.results import Outcomes, SharedIssue, SiteResult, SupplierUse

HOME = "https://www.ambleford.gov.uk/"
OWN = fingerprints.load()


def seen(html: str, url: str = HOME, **more: object) -> list[tuple[str, str]]:
    page = Page(url, url, Kind.HOME, body=html.encode(), status=200, **more)  # type: ignore[arg-type]
    visit = Snapshot(SITE, OK, pages=(page,))
    return [(use.name, use.relation) for use in suppliers.recognise(visit, OWN)]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (
            '<meta name="generator" content="Drupal 10 (https://www.drupal.org)">',
            ("Drupal", "made"),
        ),
        ('<meta name="generator" content="WordPress 6.5">', ("WordPress", "made")),
        ('<input type="hidden" name="ufprt" value="x">', ("Umbraco CMS", "made")),
        (
            '<header class="lgd-header"><a href="/">Ambleford</a></header>',
            ("LocalGov Drupal distribution", "made"),
        ),
        (
            '<footer><a href="https://www.jadu.net">Designed by Jadu</a></footer>',
            ("Jadu Central CMS", "made"),
        ),
        (
            '<script src="https://cc.cdn.civiccomputing.com/9/cookieControl-9.x.min.js"></script>',
            ("Cookie Control", "embedded"),
        ),
        (
            '<a href="https://ambleford.moderngov.co.uk/mgMemberIndex.aspx">Councillors</a>',
            ("ModernGov", "linked"),
        ),
    ],
)
def test_a_sure_sign_names_the_product(html: str, expected: tuple[str, str]) -> None:
    assert expected in seen(f"<html><body>{html}")


@pytest.mark.parametrize(
    ("html", "never"),
    [
        ('<header class="sticky-header">x</header>', "CookieYes"),  # sti(cky-)header
        ("<p>We moved our site to Umbraco and WordPress this year.</p>", "WordPress"),
        ("<p>Our generator of news is Drupal, powered by Jadu.</p>", "Jadu Central CMS"),
        (
            '<p><a href="https://www.jadu.net/awards">An award from Jadu</a></p>',
            "Jadu Central CMS",
        ),  # a news story, not the footer's credit
        ('<img src="https://blog.example.org/wp-content/uploads/a.png" alt="">', "WordPress"),
        ('<a href="/s/capitalise">capitalize</a>', "Pay360 / AXIS"),
        ('<p class="govuk-body">Hello</p>', "GOV.UK Frontend (design system, not a supplier)"),
        ('<div class="g-recaptcha"></div>', "reCAPTCHA"),
        ('<input name="__VIEWSTATE" type="hidden">', "ASP.NET Web Forms (any supplier)"),
        (
            '<img src="/media/abcd1234/town-hall.jpg" alt="">',
            "Umbraco CMS",
        ),  # one weak sign decides nothing
    ],
)
def test_what_only_looks_like_a_supplier_names_nobody(html: str, never: str) -> None:
    assert never not in [name for name, _ in seen(f"<html><body>{html}")]


def test_headers_cookies_and_addresses_are_signs_too() -> None:
    found = seen(
        "<html><body>",
        "https://www.ambleford.gov.uk/xfp/form/12",
        headers=(("x-umbraco-version", "13"), ("set-cookie", "visid_incap_99=a; Path=/")),
    )
    assert ("Umbraco CMS", "made") in found
    assert ("Jadu Connect / XForms Professional (forms)", "made") in found
    assert "Imperva (Incapsula)" not in [name for name, _ in found], "unchecked signs are weak"


def test_every_sign_has_its_place_and_ids_are_unique() -> None:
    assert len({product.id for product in OWN}) == len(OWN) > 150
    assert sum(len(product.signs) for product in OWN) == 278


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = ", "cannot be read"),
        ("x = 1", "no [[product]]"),
        ('[[product]]\nname = "A"\nsupplier = "B"', "no [[product.signs]]"),
        (
            '[[product]]\nname = "A"\nsupplier = "B"\n[[product.signs]]\nwhere = "foter"\n'
            'what = "x"\nmeans = "embeds"\nstrength = "weak"',
            "Did you mean footer?",
        ),
        (
            '[[product]]\nname = "A"\nsupplier = "B"\n[[product.signs]]\nwhere = "footer"\n'
            'what = "re:("\nmeans = "embeds"\nstrength = "weak"',
            "is not a valid pattern",
        ),
    ],
)
def test_a_broken_file_of_signs_is_refused_with_its_name(
    tmp_path: Path, text: str, expected: str
) -> None:
    (tmp_path / "cms.toml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        fingerprints.load(tmp_path)
    assert str(tmp_path / "cms.toml") in str(caught.value)
    assert expected in str(caught.value)


# Sharing

CMS = SupplierUse("acme/acme-cms", "Acme", "Acme CMS", "cms", "made", "certain")


def made(name: str, *findings: Finding, pages: int = 4, cms: bool = True) -> SiteResult:
    home = f"https://www.{name}.gov.uk/"
    council = Council(name, f"{name.title()} Council", "England", "", "district", home)
    urls = [f"{home}{n}" for n in range(pages)]
    rules = sorted({finding.rule for finding in findings})
    use = SupplierUse(**{f: getattr(CMS, f) for f in CMS.__slots__} | {"pages": (home,)})
    return SiteResult(
        Site(name, home, (council,)),
        OK,
        Coverage(),
        findings=findings,
        outcomes=tuple(Outcomes(r, dict.fromkeys(urls, Outcome.FAILED)) for r in rules),
        suppliers=(use,) if cms else (),
    )


def found(name: str, snippet: str, rule: str = "axe/link-name", pages: int = 4) -> list[Finding]:
    home = f"https://www.{name}.gov.uk/"
    return [
        Finding(rule, f"{home}{n}", Outcome.FAILED, "m", (Spot("footer > p > a", snippet),))
        for n in range(pages)
    ]


def shared(*sites: SiteResult) -> tuple[SharedIssue, ...]:
    sector = Sector((Product("Acme", "Acme CMS", "cms", ()),))
    for site in sites:
        sector.add(site)
    return sector.issues()


def test_one_element_of_a_template_is_one_defect_whatever_the_council_is_called() -> None:
    (issue,) = shared(
        made(
            "elm", *found("elm", '<a class="logo" href="https://www.elm.gov.uk/">Elm Council</a>')
        ),
        made("oak", *found("oak", '<a href="/" class="logo">Oak Council</a>')),
    )
    assert [(s.site, len(s.pages), s.alone) for s in issue.sites] == [("elm", 4, 4), ("oak", 4, 4)]
    assert issue.product == "acme/acme-cms"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            '<a class="social" href="https://x.example/a">',
            '<a class="social" href="https://f.test">',
        ),
        ('<input class="text" name="email">', '<input class="text" name="surname">'),
        ('<a class="btn" href="/bins">click here</a>', '<a class="btn" href="/tax">click here</a>'),
        ('<img class="hero" src="/a.png">', '<a class="hero" href="/a.png">'),
    ],
)
def test_two_defects_of_one_build_are_never_one(one: str, other: str) -> None:
    """Each on a few pages only, so that nothing says that the template wrote them."""
    first, second = found("elm", one, pages=1), found("oak", other, pages=1)
    assert shared(made("elm", *first), made("oak", *second)) == ()


def test_without_a_common_supplier_nothing_is_shared() -> None:
    snippet = '<a class="logo" href="/"></a>'
    one = made("elm", *found("elm", snippet))
    assert shared(one, made("oak", *found("oak", snippet), cms=False)) == ()
    assert shared(one) == ()


def test_the_identity_is_the_same_in_every_run_and_order() -> None:
    sites = [made(n, *found(n, '<a class="logo" href="/"></a>')) for n in ("elm", "oak", "yew")]
    assert shared(*sites) == shared(*reversed(sites))
    assert shared(*sites)[0].id == shared(*sites[:2])[0].id


def test_pages_where_something_else_fails_the_rule_too_are_not_alone() -> None:
    spots = (Spot("a", '<a class="logo" href="/"></a>'), Spot("p > a", '<a href="/other"></a>'))
    url = "https://www.elm.gov.uk/0"
    (issue,) = shared(
        made("elm", Finding("axe/link-name", url, Outcome.FAILED, "m", spots)),
        made("oak", *found("oak", '<a class="logo" href="/"></a>')),
    )
    assert [site.alone for site in issue.sites] == [0, 4]


class Everything:
    """Holds whatever it is asked of."""

    def __contains__(self, _: object) -> bool:
        return True


SNIPPETS = tuple(
    f'<{tag}{attributes} href="{href}">{text}</{tag}>'
    for tag, attributes in (("a", ""), ("a", ' class="btn"'), ("a", ' id="top"'))
    for href in ("/", "/apply", "https://x.example/")
    for text in ("", "apply now", "read more of our news today", "read more of our plans today")
)
PLACES = st.tuples(
    st.sampled_from(("axe/link-name", "content/link-text-generic")),
    st.sampled_from(SNIPPETS),
    st.sampled_from(("footer > a", "main > a")),
    st.sets(st.integers(0, 3), min_size=1),  # pages
)
SECTORS = st.lists(st.lists(PLACES, max_size=8), min_size=1, max_size=4)


@given(SECTORS)
def test_patterns_of_one_site_alone_are_dropped_where_nothing_comes_of_them(
    drawn: list[list[tuple[str, str, str, set[int]]]],
) -> None:
    """The same is shared as when every pattern is kept to the end."""
    sector = Sector((Product("Acme", "Acme CMS", "cms", ()),))
    for name, places in zip(("elm", "oak", "yew", "ash"), drawn, strict=False):
        sector.add(
            made(
                name,
                *(
                    Finding(rule, f"https://www.{name}.gov.uk/{page}", Outcome.FAILED, "m", spots)
                    for rule, snippet, where, pages in places
                    for page in sorted(pages)
                    for spots in [(Spot(where, snippet, fingerprint=snippet),)]
                ),
            )
        )
    kept = (
        sector._issue(product, pattern)
        for part in range(sightings.PARTS)
        for product, pattern in together(sector._sightings._part(part, Everything()))
    )
    told = sector.issues()
    assert sorted(told, key=lambda i: i.id) == sorted(filter(None, kept), key=lambda i: i.id)


def test_what_is_put_aside_on_disk_comes_back_and_leaves_no_file(tmp_path: Path) -> None:
    snippet = '<a class="logo" href="/"></a>'
    sites = [made(name, *found(name, snippet)) for name in ("elm", "oak")]
    sector = Sector((Product("Acme", "Acme CMS", "cms", ()),), Aside(tmp_path / "new"))
    for site in sites:
        sector.add(site)
    assert sector.issues() == shared(*sites) == sector.issues() != ()
    assert list((tmp_path / "new").iterdir()) == []

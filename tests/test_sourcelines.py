"""The line of an element: right or not given."""

from __future__ import annotations

from lgaudit.evaluate.sourcelines import Templates, located
from lgaudit.evaluate.startags import StartTags
from lgaudit.evidence import BrowserEvidence, Coverage, Page, Snapshot
from lgaudit.models import OK, Finding, Outcome, Site, Spot
from lgaudit.results import SiteResult
from lgaudit.settings import TemplateMapping

URL = "https://a.example/news/today"
NONE = Templates()
SITE = Site("a", "https://a.example/")


def line(
    source: str, selector: str, snippet: str, shown: str = "", templates: Templates = NONE
) -> Spot:
    seen = BrowserEvidence(shown, "", URL, 200) if shown else None
    page = Page(URL, URL, body=source.encode(), browser=seen)
    found = Finding("a/b", URL, Outcome.FAILED, "", (Spot(selector, snippet),))
    visit = Snapshot(SITE, OK, (page,))
    (finding,) = located(
        visit, SiteResult(SITE, OK, Coverage(), findings=(found,)), templates
    ).findings
    return finding.spots[0]


TWO = "<html><body>\n<p><a href=x>go</a></p>\r\n<p>\n<a href=x>go</a></p>\n</body></html>"


def test_a_line_is_that_of_the_start_tag() -> None:
    assert line(TWO, "p:nth-of-type(2) > a", '<a href="x">go</a>').line == 4
    assert line(TWO, "a", '<a href="x">go</a>').line == 0  # which of the two is not known
    assert line("\n\n<img\nsrc=a>", "img", '<img src="a">').line == 3
    assert line("<p>\n\n<b>x</b>", "div", "<div>").line == 0


def test_what_looks_like_a_tag_and_is_none() -> None:
    source = (
        "<!-- <img src=a> -->\n<script>'<img src=a>'</script>\n<title><img src=a></title>\n"
        "<p title='<img src=a>' data-x=it's>\n<textarea><img src=a></textarea>\n<img src=a>"
    )
    assert line(source, "img", '<img src="a">').line == 6
    assert line("<p title='a>b'>\n<b>x", "b", "<b>x</b>").line == 2


def test_elements_that_the_parser_moves_keep_the_line_of_their_tag() -> None:
    source = "<table>\n<tr><td>\n<a href=x>go</a>\n</td></tr>\n<a href=x>go</a>\n</table>"
    assert line(source, "td > a", '<a href="x">go</a>').line == 3
    assert line(source, "body > a", '<a href="x">go</a>').line == 5
    assert line(source, "tbody", "<tbody>").line == 0  # made up by the parser


def test_what_a_script_made_has_no_line() -> None:
    shown = TWO.replace("</body>", "<p><a href=x>go</a></p><b>new</b></body>")
    assert line(TWO, "b", "<b>new</b>", shown).line == 0
    assert line(TWO, "p:nth-of-type(2) > a", '<a href="x">go</a>', shown).line == 0
    moved = TWO.replace("<html><body>", "<html class=js><body><p>hello</p>")
    assert line(TWO, "p:nth-of-type(3) > a", '<a href="x">go</a>', moved).line == 0
    assert line(TWO, "html", '<html class="js">', moved).line == 1


def test_what_a_script_left_alone_has_one() -> None:
    shown = TWO.replace("<body>", "<body class=js>")
    assert line(TWO, "p:nth-of-type(2) > a", '<a href="x">go</a>', shown).line == 4
    source = "<body>\n<div id=app>\n</div><img id=i src=a>"
    filled = source.replace("<div id=app>", "<div id=app>filled")
    assert line(source, "#app", '<div id="app">filled', filled).line == 2
    assert line(source, "#i", '<img id="i" src="a">', filled).line == 3
    lazy = filled.replace("src=a", "src=b")
    assert line(source, "#i", '<img id="i" src="b">', lazy).line == 0
    assert line(source, "iframe >>> img", "<img>", filled).line == 0


FILES = {
    "web/themes/t/footer.html.twig": "<footer>\n<a href='/m'>{{ more }}</a>",
    "t/part.html": "{{ x }}\n<a href=y>\n<a href=y>",
    "content/news/today.md": "# Today",
    "templates/base.html": "<html>\n<a href=z>{{ z }}",
}


def test_templates_by_comment_and_by_configuration() -> None:
    drupal = Templates((), "web", FILES.get)
    source = (
        "<main>\n<!-- BEGIN OUTPUT from 'themes/t/footer.html.twig' -->\n<a href='/m'>More</a>\n"
        "<!-- END OUTPUT from 'themes/t/footer.html.twig' -->\n<a href=o>out</a>"
    )
    found = line(source, "a[href='/m']", '<a href="/m">More</a>', "", drupal)
    assert (found.line, found.template, found.template_line) == (
        3, "web/themes/t/footer.html.twig", 2,
    )  # fmt: skip
    assert line(source, "a[href=o]", '<a href="o">out</a>', "", drupal).template == ""

    own = "<!-- source: t/part.html:7 --><a href=y>x</a><!-- /source -->"
    found = line(own, "a", '<a href="y">x</a>', "", Templates((), "", FILES.get))
    assert (found.template, found.template_line) == ("t/part.html", 7)  # there twice, so not sure
    gone = line(own, "a", '<a href="y">x</a>', "", Templates())
    assert (gone.template, gone.line) == ("", 1)  # no such file

    mapped = Templates(
        (
            TemplateMapping(file="templates/base.html"),
            TemplateMapping(paths=["/news/*"], selector="main", file="content/news/{1}.md"),
        ),
        "",
        FILES.get,
    )
    page = "<main><b>x</b></main><a href=z>zed</a>"
    assert line(page, "b", "<b>x</b>", "", mapped).template == "content/news/today.md"
    found = line(page, "a", '<a href="z">zed</a>', "", mapped)
    assert (found.template, found.template_line) == ("templates/base.html", 2)


def test_hostile_sources_take_no_time() -> None:
    for piece in (
        "<a b='",
        "<!--",
        "<script>",
        "<a " + "x=" * 50,
        "<p>",
        "< <!",
        "<!-- source: a -->",
    ):
        tags = StartTags(piece * 20_000)
        assert tags.tree is not None

"""Questions to an HTML tree: what a reader sees, where an element is, and pages that fight back."""

from __future__ import annotations

import pytest

from lgaudit import dom, taming
from lgaudit.evidence import Page, Snapshot
from lgaudit.models import OK, Site


def main_of(html: str):
    node = dom.main_content(dom.parse(html))
    assert node is not None
    return node


def test_visible_text_keeps_blocks_apart_and_leaves_out_what_is_hidden() -> None:
    html = """<main><h1>Bins</h1><p>Put <b>all</b> bags
      out<br>by 7am</p><p hidden>no</p><div style="display: none">no</div><script>no()</script>
      <ul><li>paper<li>glass</ul><noscript>no</noscript><input type="hidden" value="no"></main>"""
    assert dom.visible_text(main_of(html)) == "Bins\nPut all bags out\nby 7am\npaper\nglass"


@pytest.mark.parametrize(
    ("html", "tag"),
    [
        ("<main hidden><p>a</main><div role=main><p>b</div>", "div"),
        ("<div id=content>b</div><article>c</article>", "div"),
        ("<p>only</p>", "body"),
    ],
)
def test_main_content_has_stand_ins(html: str, tag: str) -> None:
    assert main_of(html).tag == tag


def test_a_selector_finds_its_element_again() -> None:
    tree = dom.parse("<main><p>a</p><p>b <a>c</a><a>d</a></p><p id='x y'>e</p><i id=z>f</i></main>")
    for node in tree.css("p, a, i"):
        (found,) = tree.css(dom.selector_of(node))
        assert found == node


def test_bytes_of_any_sort_decode() -> None:
    assert dom.decode(b"\xef\xbb\xbfhello\x00", "utf-8") == "hello\ufffd"
    assert dom.decode("Tŷ".encode(), "no-such-encoding") == "Tŷ"
    assert dom.decode(b"caf\xe9", "windows-1252") == "café"
    assert dom.parse("<p>\ud800</p>").body is not None


@pytest.mark.parametrize(
    "tags",
    ["<div>", "<ul><li>", "<SECTION class=a>", "<blockquote>x", "<span>", "<x-y/>", "<svg><g>"],
)
def test_endless_nesting_is_cut_not_waited_for(tags: str) -> None:
    tree = dom.parse("<main><p>seen</p></main>" + tags * 200_000)
    assert dom.visible_text(main_of(tree.html or "")).startswith("seen")
    assert len(tree.css("*")) <= 2 * taming.DEEPEST + 10


def test_endless_attributes_are_cut_not_waited_for() -> None:
    names = " ".join(f"a{number}='>'" for number in range(200_000))
    tree = dom.parse(f"<main><p>seen</p></main><p {names}>unseen")
    assert tree.css_first("main") is not None
    assert "unseen" not in (tree.html or "")


@pytest.mark.parametrize("between", ["</p><p>x", "</p><td>x</td><p>", "<table><tr><td>x</table>"])
def test_styles_left_open_are_not_made_again_without_end(between: str) -> None:
    styles = "".join(f"<b class=a{number}>" for number in range(1_900))
    page = f"<main><p>seen</p></main><p>{styles}" + between * 9_000
    assert taming.crowded(page)
    assert len(dom.parse(page)._parser.css("*")) < 2 * taming.MOST_TAGS


def test_words_in_bold_are_no_crowd() -> None:
    page = "<table>" + "<tr><td><font face=x><b>x<td><b class=y>x</b>" * 500
    assert not taming.crowded(page)
    assert taming.tame(page) == page
    page = "".join(f"<p><b id=x{number}>x</b> y</p>" for number in range(30_000))
    assert not taming.crowded(page)
    assert taming.tame(page) == page


@pytest.mark.parametrize(
    "part",
    [
        "<svg><g/><path d='M0 0'/><title>x</title></svg>",
        "<p>unclosed<li>and<br/><img alt='>'>",
        "<!-- <div> --></div>",
        "<a href='?a=1&b=2' title='<div>'>x</a>",
        "<math><mi>x</mi><mspace/></math>",
    ],
)
def test_long_pages_of_people_are_whole(part: str) -> None:
    page = "<main>" + part * 12_000 + "<p id=last data-x='" + "y=1 " * 20_000 + "'>end"
    assert taming.tame(page) == page


def test_a_long_page_that_closes_its_blocks_is_whole() -> None:
    tree = dom.parse("<main>" + "<div><p>x</div>" * 20_000 + "<p id=last>end</p></main>")
    assert tree.css_first("#last") is not None


def test_pages_forget_their_trees_and_keep_their_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pages = tuple(
        Page(f"https://a.example/{n}", f"https://a.example/{n}", body=b"<title>T</title><p>w</p>")
        for n in range(3)
    )
    visit = Snapshot(Site("a", "https://a.example/"), OK, pages)
    monkeypatch.setattr("lgaudit.evidence.visit.LIGHT", 10)  # bytes: a heavier visit drops trees
    assert [page.text for page in visit.each_page()] == ["w"] * 3
    assert all("dom" not in page.__dict__ and page.__dict__["text"] == "w" for page in pages)
    assert pages[0].title == "T"

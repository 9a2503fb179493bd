"""The words of a page: blocks, places, languages, sentences, dates, titles and link names."""

import datetime as dt
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lgaudit.evaluate.dates import dates_in
from lgaudit.evaluate.links import links_of, plain, text_after
from lgaudit.evaluate.page_language import WORD
from lgaudit.evaluate.plainwords import words_of
from lgaudit.evaluate.reading import GAP, read
from lgaudit.evaluate.titles import own_title, strip_suffix
from lgaudit.evaluate.words import blotted, english, masked_names, sentence_spans, welsh
from lgaudit.evidence import Page


def page(
    main: str, *, lang: str = "en", head: str = "", url: str = "https://www.borchester.gov.uk/a"
):
    html = f"<html lang='{lang}'><head>{head}</head><body><nav>Menu</nav><main>{main}</main></body>"
    return Page(url, url, body=html.encode())


def places(main: str) -> list[tuple[str, str]]:
    return [(block.place, block.text) for block in read(page(main)).blocks]


def test_blocks_know_where_they_stand():
    assert places(
        "<h1>Bins</h1><p>One <b>bold</b>\n  word.</p><table><tr><td><p>cell</p></td></tr></table>"
        "<form><p>hint</p></form><blockquote><p>said</p></blockquote><pre>code</pre>"
        "<address>Hall</address><nav><ul><li>in nav</li></ul></nav><div class='govuk-hint'>e</div>"
    ) == [
        ("heading", "Bins"),
        ("prose", "One bold word."),
        ("table", "cell"),
        ("form", "hint"),
        ("quote", "said"),
        ("code", "code"),
        ("address", "Hall"),
        ("chrome", "in nav"),
        ("form", "e"),
    ]


def test_a_form_around_a_whole_page_is_no_form():
    assert places("<form><h1>Bins</h1><p>Text</p><label>Name</label></form>") == [
        ("heading", "Bins"),
        ("prose", "Text"),
        ("form", "Name"),
    ]


def test_text_around_nested_blocks_is_kept_apart_and_in_order():
    texts = [text for _, text in places("<ul><li>a<ul><li>b</li></ul>c</li></ul>d<br>e")]
    assert texts == ["a", "b", "c", "d\ne"]


def test_hidden_text_scripts_and_permalinks_are_left_out():
    assert places(
        "<p hidden>x</p><p style='display:none'>y</p><script>z</script>"
        "<h2>Fees<a class='headerlink' href='#fees'>¶</a></h2><p>seen</p>"
    ) == [("heading", "Fees"), ("prose", "seen")]


def test_other_languages_are_not_read_as_the_page_s_own():
    reading = read(
        page(
            "<p>English text here.</p><p lang='cy'>Testun Cymraeg.</p>"
            "<p>Mae'r cyngor yn gweithio ar hyn ac wedi gorffen.</p>"
            "<p>Both <i lang='cy'>ie</i>.</p>"
        )
    )
    stream = reading.stream()
    assert [block.text for block in stream.blocks] == ["English text here.", "Both ie."]
    assert "ie" not in stream.text.split(GAP)[1]


def test_a_stream_masks_quotes_code_addresses_and_on_request_links():
    main = "<p>He “said so” to <code>eg</code> a@b.uk www.x.com report.pdf "
    main += "<a href='/x'>2024-25</a>.</p>"
    reading = read(page(main))
    text = reading.stream().text
    assert len(text) == len(reading.blocks[0].text)
    assert "2024-25" in text
    assert not any(word in text for word in ("said", "eg", "a@b", "www", "report"))
    assert "2024-25" not in reading.stream(links=False).text


def test_a_hit_names_the_smallest_element_that_holds_it():
    stream = read(page("<p id=a>One</p><p id=b>Please <b>click</b> <i>here</i> now</p>")).stream()

    def tag_of(words: str) -> str | None:
        at = stream.text.index(words)
        hit = stream.hit(at, at + len(words))
        assert hit.text == words
        return hit.node.tag

    assert tag_of("click") == "b"
    assert tag_of("click here") == "p"
    assert tag_of("Please") == "p"
    assert stream.hit(0, 3).node.attributes["id"] == "a"


def test_lowered_text_keeps_its_length_whatever_the_letters():
    stream = read(page("<p>İSTANBUL don’t CLICK here</p>")).stream()
    assert len(stream.lowered) == len(stream.text)
    assert "don't click here" in stream.lowered


def test_headings_have_the_level_their_mark_up_says():
    reading = read(
        page(
            "<h1><div>One</div></h1><h3>Three</h3><p role='heading' aria-level='4'>Four</p>"
            "<p role='heading'>None</p><p role='heading' aria-level='²'>Odd</p>"
        )
    )
    assert [block.level for block in reading.headings] == [1, 3, 4, 2, 2]
    assert read(page("<p>Text</p>")).blocks[0].level == 0


def test_a_place_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="no place is called prosa: use address, chrome"):
        read(page("<p>Text</p>")).stream(("prosa",))


def test_reading_is_computed_once_a_page():
    one = page("<p>Text</p>")
    assert read(one) is read(one)
    assert links_of(one) is links_of(one)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("One. Two! Three?", 3),
        ("Dr. J. R. Hill of No. 4 St. Mary's Rd. came. He left.", 2),
        ("It costs 3.5 pounds, e.g. on Monday. Pay now.", 2),
        ("“Stop.” She did.", 2),
        ("One line\nanother line", 2),
        ("Wait... what", 1),
        ("", 0),
        ("....!!!!", 1),
    ],
)
def test_sentences(text: str, count: int):
    spans = sentence_spans(text)
    assert len(spans) == count
    assert all(text[a:b] == text[a:b].strip() for a, b in spans)


def test_masking_keeps_length_and_plain_words():
    text = "Write to “me” at a.b@c.gov.uk, see https://x.uk/y?z=1 or plan.pdf, and end. Next"
    masked = masked_names(text)
    assert len(masked) == len(text)
    assert masked.startswith("Write to ")
    assert masked.endswith("and end. Next")
    assert "gov" not in masked
    assert "plan" not in masked
    assert blotted("abcdef", [(1, 2), (4, 6)]) == "a\ufffccd\ufffc\ufffc"


def test_long_runs_take_no_longer_than_their_length():
    for run in ("a.", "@", "-", "..a ", "“", "a-", "x.uk/"):
        text = run * (100_000 // len(run))
        assert len(masked_names(text)) == len(text)
        sentence_spans(text)


def test_small_words_tell_welsh_from_english():
    assert welsh("Mae'r tîm yn ein helpu ac wedi dod")
    assert not welsh("Yr Wyddfa is the Welsh name")
    assert english("the bins")
    assert not english("Testun Cymraeg")


@given(st.text("abcxyz''’  _09²é£–“”\n\t\xa0.ıŵΩ", max_size=80), st.booleans())
@settings(max_examples=200, deadline=None)
def test_plain_english_is_split_into_the_words_a_pattern_finds(text: str, plain: bool) -> None:
    if plain:
        text = re.sub("[²éıŵΩω]", " ", text)
    assert words_of(text, WORD) == WORD.findall(text.lower().replace("’", "'"))


def test_dates():
    text = (
        "4 June 2026, 1st May 2020, June 4, 2026, 31/12/2026, 31 February 2026, 4 June, 12.5.2024"
    )
    assert dates_in(text) == [
        dt.date(2026, 6, 4),
        dt.date(2020, 5, 1),
        dt.date(2026, 6, 4),
        dt.date(2026, 12, 31),
        dt.date(2024, 5, 12),
    ]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Pay your Council Tax - Borchester Borough Council", "Pay your Council Tax"),
        ("Borchester Council | Pay", "Pay"),
        ("Home :: Cyngor Sir Gâr", "Home"),
        ("Borchester Council", "Borchester Council"),
        ("Moving house - tell the council", "Moving house - tell the council"),
        ("Park-and-ride: times – Reading", "Park-and-ride: times"),
        ("Bins | Waste", "Bins"),
        ("- | -", ""),
        ("", ""),
    ],
)
def test_the_site_s_name_is_taken_off_titles(title: str, expected: str):
    assert strip_suffix(title, ("reading",)) == expected


def test_a_page_helps_to_tell_its_own_title():
    def titled(title: str, main: str = "", more: str = "") -> str:
        return own_title(page(main, head=f"<title>{title}</title>{more}"))

    assert titled("Bins - Borchester") == "Bins"
    assert (
        titled("Bins - My Town", more="<meta property='og:site_name' content='My Town'>") == "Bins"
    )
    assert titled("Bins - rules — Town docs", "<h1>Bins - rules ¶</h1>") == "Bins - rules"
    header = "<h1>Rules</h1></main><header><h1>My Town</h1></header>"
    assert titled("Bins - My Town", header) == "Bins"
    assert titled("Binsabc", "<h1>Bins</h1>") == "Binsabc"
    assert len(titled("A" * 5000)) <= 1000


def test_links_have_the_name_a_screen_reader_gives_them():
    main = (
        "<a href='/1'>Pay <span hidden>no</span><span aria-hidden='true'>→</span></a>"
        "<a href='/2' aria-label='Full name'>x</a><a href='/3'><img alt='Map' src='m'></a>"
        "<b id='l'>Label</b><a href='/4' aria-labelledby='l gone'>x</a><a href='/5' title='T'></a>"
        "<nav><a href='/6'>nav</a></nav><p hidden><a href='/7'>x</a></p><a name='n'>anchor</a>"
    )
    links = links_of(page(main))
    assert [link.name for link in links] == ["Pay", "Full name", "Map", "Label", "T"]
    assert links[0].url == "https://www.borchester.gov.uk/1"


def test_plain_names_and_the_words_behind_a_link():
    assert plain(" Read more… » ") == "read more"
    assert plain("(more)") == "more"
    assert plain("info()") == "info()"
    one = page(
        "<ul><li><a href='/a.pdf'>A</a> <i>PDF</i>, 2KB</li><li><a href='/b.pdf'>B</a> x</li></ul>"
    )
    first = links_of(one)[0]
    assert one.main is not None
    assert text_after(first.node, one.main, 40) == "PDF, 2KB"


def test_base_address_is_minded():
    one = page("<a href='x'>X</a>", head="<base href='/deep/'>")
    assert links_of(one)[0].url == "https://www.borchester.gov.uk/deep/x"

"""Finding the pages and files about a subject, in the words of residents and councils."""

from __future__ import annotations

import pytest

from lgaudit.evaluate.phrasing import folded, mentions
from lgaudit.evaluate.wayfinding import signs
from lgaudit.evidence import Coverage, Document, LinkCheck, Page, Snapshot
from lgaudit.models import OK, Kind, Reason, Site, Verdict

HOME = "https://www.example.gov.uk/"


def page(path: str, body: str, depth: int = 1, kind: Kind = Kind.OTHER, title: str = "") -> Page:
    html = f"<html lang=en><head><title>{title}</title></head><body>{body}</body></html>"
    url = HOME + path
    return Page(url=url, final_url=url, status=200, depth=depth, kind=kind, body=html.encode())


def visit(*pages: Page, **more: object) -> Snapshot:
    return Snapshot(Site("example", HOME), OK, pages=pages, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("phrase", "text", "wanted"),
    [
        ("spend* 500", "Spending over £500", True),
        ("payment* 5000", "Payments of more than £5,000", True),
        ("councillor* allowance*", "Councillors’ allowances 2026", True),
        ("terms and conditions", "Terms & conditions", True),
        ("cysylltu a ni", "Cysylltu â ni", True),
        ("foi", "Make an FOI request", True),
        ("foi", "Foible and foil", False),
        ("pay policy", "Pay your Council Tax; read our policy here in full today", False),
        ("pay policy", "Policy on pay", False),
        ("pay policy", "How to pay\nPolicy", True),  # one text, as said in one breath
    ],
)
def test_phrases(phrase: str, text: str, wanted: bool) -> None:
    assert mentions([phrase], text) is wanted


def test_folding_takes_hostile_text() -> None:
    assert folded("\x00\ud800 \u200b" * 50_000) == ""
    assert len(folded("word " * 50_000)) <= 200


def test_finds_by_link_title_heading_and_address_with_clicks() -> None:
    seen = visit(
        page("", '<a href="/council">The council</a>', depth=0),
        page(
            "council",
            '<a href="/council/foi">Freedom of information</a>'
            '<a href="/files/foi-log-2026.csv">Log of FOI requests</a>',
        ),
        page("council/foi", "<main><h1>Ask for information</h1></main>", depth=2),
        page("x1", "<main><h2>Freedom of information</h2></main>", depth=3),
        extra={"not_sampled": (HOME + "about/freedom-of-information/guide",)},
    )
    found = signs(seen).about(["freedom of information", "FOI"])
    assert [(f.url.removeprefix(HOME), f.by, f.depth, f.file) for f in found] == [
        ("council/foi", "link", 2, False),
        ("x1", "heading", 3, False),
        ("files/foi-log-2026.csv", "link", 2, True),
        ("about/freedom-of-information/guide", "address", 99, False),
    ]
    assert found[0].found_on == (HOME + "council",)
    assert found[0].page is not None
    assert found[2].page is None


def test_news_dead_links_and_dead_files_are_not_the_thing() -> None:
    seen = visit(
        page(
            "",
            '<a href="/news/pay-policy">Pay policy agreed</a><a href="/gone">Pay policy</a>'
            '<a href="/dead">Pay policy statement</a><a href="/files/pay.pdf">Pay policy 2026</a>',
            depth=0,
        ),
        lost=((HOME + "gone", Verdict(Reason.ERROR_STATUS, "status 404")),),
        links=(LinkCheck(HOME + "dead", Verdict(Reason.ERROR_STATUS), 404, (HOME,), True, True),),
        documents=(
            Document(
                HOME + "files/pay.pdf", "", (HOME,), Verdict(Reason.ERROR_STATUS, "status 404")
            ),
        ),
    )
    assert signs(seen).about(["pay policy"]) == ()
    assert [f.url for f in signs(seen).about(["pay policy"], news=True)] == [
        HOME + "news/pay-policy"
    ]


def test_parts_of_addresses_say_what_a_page_is() -> None:
    seen = visit(
        page("", '<a href="https://democracy.example.gov.uk/mgRofI.aspx?UID=3">Details</a>', 0)
    )
    assert signs(seen).about([], addresses=["mgrofi.aspx"])[0].by == "address"


@pytest.mark.parametrize(
    ("stopped", "lost", "whole"),
    [
        ("exhausted", (), True),
        ("pages", (), False),
        ("", (), False),
        ("exhausted", ((HOME + "a", Verdict(Reason.BLOCKED)),), False),
        ("exhausted", ((HOME + "a", Verdict(Reason.ERROR_STATUS, "status 500")),), False),
        ("exhausted", ((HOME + "a", Verdict(Reason.ROBOTS)),), False),
        ("exhausted", ((HOME + "a", Verdict(Reason.ERROR_STATUS, "status 404")),), True),
        ("exhausted", ((HOME + "a", Verdict(Reason.OFF_SITE)),), True),
    ],
)
def test_absence_is_sure_only_when_all_was_seen(
    stopped: str, lost: tuple[tuple[str, Verdict], ...], whole: bool
) -> None:
    seen = visit(page("", "", depth=0), lost=lost, coverage=Coverage(stopped=stopped))
    assert signs(seen).whole is whole


def test_kept_with_the_visit() -> None:
    seen = visit(page("", "", depth=0))
    assert signs(seen) is signs(seen)

"""Feeds and CSV files: read for a few facts, whatever strangers put in them."""

from __future__ import annotations

import datetime as dt
import tracemalloc

import pytest

from lgaudit.gather import feeds
from lgaudit.gather.answer import Response
from lgaudit.gather.csv_reader import read_csv
from lgaudit.models import OK, Reason, Verdict

URL = "https://www.a.gov.uk/feed"


def answer(body: bytes, status: int = 200, verdict: Verdict = OK) -> Response:
    return Response(url=URL, final_url=URL, status=status, verdict=verdict, body=body)


RSS = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>
<item><title>A</title><pubDate>Tue, 03 Nov 2026 09:00:00 GMT</pubDate></item>
<item><title>B</title><pubDate>Mon, 02 Nov 2026 09:00:00 GMT</pubDate></item></channel></rss>"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>N</title>
<entry><title>A</title><id>x</id><updated>2026-10-30T10:00:00Z</updated></entry></feed>"""
JSON = (
    b'{"version": "https://jsonfeed.org/version/1.1", "title": "N",'
    b' "items": [{"id": "1", "date_published": "2026-10-01T00:00:00Z"}, {"id": "2"}]}'
)


@pytest.mark.parametrize(
    ("body", "entries", "latest"),
    [
        (RSS, 2, dt.date(2026, 11, 3)),
        (ATOM, 1, dt.date(2026, 10, 30)),
        (JSON, 2, dt.date(2026, 10, 1)),
        (RSS.replace(b"</channel></rss>", b""), 2, dt.date(2026, 11, 3)),  # cut short
    ],
)
def test_feeds_of_every_kind_are_read(body: bytes, entries: int, latest: dt.date) -> None:
    feed = feeds.feed_of(answer(body), URL, URL)
    assert (feed.entries, feed.latest, feed.error) == (entries, latest, "")


BOMB = b"""<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;">
<!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;"><!ENTITY g "&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;">]>
<rss version="2.0"><channel><item><title>&g;</title></item></channel></rss>"""


@pytest.mark.parametrize("body", [b"", b"<html><p>Not here", b"\xff\xfe\x00", JSON[:60], BOMB])
def test_what_is_no_feed_is_told_and_never_raised(body: bytes) -> None:
    feed = feeds.feed_of(answer(body), URL, URL)
    assert feed.error or feed.entries <= 1


def test_a_feed_that_is_gone_says_so() -> None:
    feed = feeds.feed_of(answer(b"", status=404), URL, URL)
    assert (feed.verdict.reason, feed.verdict.detail) == (Reason.ERROR_STATUS, "status 404")


def test_a_sound_table_has_nothing_to_say_of_itself() -> None:
    facts = read_csv("\ufeffDate,Supplier,£\r\n2026-01-01,Ann,1\r\n2026-01-02,Bob,2\r\n".encode())
    assert (facts.utf8, facts.rows, facts.columns) == (True, 3, 3)
    assert (facts.ragged_rows, facts.blank_lead_rows, facts.empty_headings) == (0, 0, 0)


@pytest.mark.parametrize(
    ("body", "field", "value"),
    [
        (b"\n,,\nDate,Sum\n1,2\n", "blank_lead_rows", 2),
        (b"Date,Sum\n1,2\n1,2,3\n", "ragged_rows", 1),
        (b"Date,,Sum\n1,2,3\n", "empty_headings", 1),
        (b"Date,Sum\n1,\xa3\n", "utf8", False),
        (b"Date;Sum\n1;2\n", "columns", 2),
        (b"", "rows", 0),
    ],
)
def test_what_is_wrong_with_a_table_is_counted(body: bytes, field: str, value: object) -> None:
    assert getattr(read_csv(body), field) == value


@pytest.mark.parametrize(
    "body", [b"\x00" * 500, b'"' * 5000, b"a," * 200_000, bytes(range(256)) * 9]
)
def test_a_table_made_to_break_its_reader_does_not(body: bytes) -> None:
    read_csv(body)


def test_a_table_of_millions_of_rows_takes_little_more_memory_than_its_bytes() -> None:
    body = b"a\n" * 5_000_000
    tracemalloc.start()
    try:
        assert read_csv(body).rows == 20_001
        assert tracemalloc.get_traced_memory()[1] < 4 * len(body)
    finally:
        tracemalloc.stop()

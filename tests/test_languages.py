"""Editions in other languages: catalogues that fit the templates, pages that say what they are."""

from __future__ import annotations

import datetime as dt
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment
from report_sector import Sector

from lgaudit.report import languages
from lgaudit.report.write import write

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))
import messages

PLACE = re.compile(r"\{\w+\}")
TAG = re.compile(r"</?\w+>")


@pytest.fixture(scope="module")
def catalogue():
    return messages.catalogue("cy")


def test_nearly_everything_is_translated(catalogue):
    """What is new may wait for its translation (it shows in English), but not much of it."""
    missing = messages.missing(catalogue)
    assert len(missing) <= 0.1 * len(catalogue), missing


def test_translations_keep_placeholders_and_tags(catalogue):
    for message in catalogue:
        if not message.id or not isinstance(message.id, str) or not message.string:
            continue
        for pattern in (PLACE, TAG):
            said = sorted(pattern.findall(message.string))
            assert said == sorted(pattern.findall(message.id)), message.id
        assert not re.search(r"<(?!/?(?:strong|em|b|i|code|q|cite)>)", message.string)


def translated(source: str, catalogue: dict[str, str], **given: object) -> str:
    environment = Environment(
        loader=DictLoader({"t": source}), extensions=[languages.Translating], autoescape=True
    )
    environment.extend(translate=lambda text: catalogue.get(text, text))
    return environment.get_template("t").render(**given)


def test_a_message_may_put_what_is_printed_elsewhere():
    said = translated(
        "<p>Wrong on\n {{ n }} of <strong>{{ m }}</strong></p>",
        {"Wrong on {1} of <strong>{2}</strong>": "O <strong>{2}</strong>, mae {1} yn anghywir"},
        n=3,
        m="<x>",
    )
    assert said == "<p>O <strong>&lt;x&gt;</strong>, mae 3 yn anghywir</p>"


def test_tags_attributes_and_statements_are_left_alone():
    source = (
        '<a href="/{{ n }}/score"{% if n %} class="score"{% endif %} title="Score">Score</a>'
        '<i class="x" aria-label="Score">{{ n }}</i>{# Score #} {{ "{1}" }}'
    )
    said = translated(source, {"Score": "Sgôr", "score": "WRONG"}, n=1)
    assert said == (
        '<a href="/1/score" class="score" title="Score">Sgôr</a>'
        '<i class="x" aria-label="Sgôr">1</i> {1}'
    )


def test_welsh_words():
    words = languages.language("cy").words
    assert [words.count(n, "page") for n in (0, 1, 2, 3, 6, 21)] == [
        "0 tudalen", "1 dudalen", "2 dudalen", "3 tudalen", "6 thudalen", "21 tudalen",
    ]  # fmt: skip
    assert [words.ordinal(n) for n in (1, 2, 3, 5, 10, 11, 20, 31)] == (
        "1af 2il 3ydd 5ed 10fed 11eg 20fed 31ain".split()
    )
    assert words.joined(["Môn", "Arfon", "Eryri"]) == "Môn, Arfon ac Eryri"
    assert words.date(dt.datetime(2026, 11, 23, tzinfo=dt.UTC)) == "23 Tachwedd 2026"
    assert words.reason("blocked: 403").endswith("(403)")
    assert words.reason("blocked: 403").startswith("Gwrthododd")


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    class Wales(Sector):
        def _sites(self):
            sites = super()._sites()
            first = replace(sites[0].councils[0], nation="Wales", region="Wales")
            return [replace(sites[0], councils=(first,)), *sites[1:]]

    sector = Wales(3)
    slug = next(s.councils[0].slug for s in sector.sites if s.nation == "Wales")
    return write(sector, tmp_path_factory.mktemp("welsh")).folder, slug


def test_editions_name_each_other_and_say_that_they_are_drafts(report):
    folder, slug = report
    for stem in (f"councils/{slug}", "method"):
        english = (folder / f"{stem}.html").read_text()
        welsh = (folder / f"{stem}.cy.html").read_text()
        name = stem.rpartition("/")[2]
        assert f'<link rel="alternate" hreflang="cy" href="{name}.cy.html">' in english
        assert f'<link rel="alternate" hreflang="en" href="{name}.html">' in welsh
        assert '<html lang="cy">' in welsh
        assert '<html lang="en-GB">' in english
        assert "Draft for review" in welsh
        assert "Draft for review" not in english
        assert "Nid yw'n brawf o gydymffurfiaeth" in welsh
    assert "hreflang" not in (folder / "index.html").read_text()


def test_only_welsh_councils_have_a_welsh_page(report):
    folder, slug = report
    assert [p.name for p in (folder / "councils").glob("*.cy.html")] == [f"{slug}.cy.html"]
    assert '<span lang="en">' in (folder / "councils" / f"{slug}.cy.html").read_text()

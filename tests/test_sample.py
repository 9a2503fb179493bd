"""The sample: structured and random, the same for the same seed, hardly moved by one page more."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lgaudit.gather.sample import Candidate, Sampled, choose
from lgaudit.models import Kind

HOST = "https://www.borchester.gov.uk"
SECTIONS = ("bins", "council-tax", "planning", "schools", "parking", "libraries", "housing")


def page(path: str, kind: Kind = Kind.OTHER, depth: int = 3) -> Candidate:
    return Candidate(HOST + path, kind, depth, path.strip("/").split("/")[0])


def site(each: int = 40) -> list[Candidate]:
    found = [
        page("/", Kind.HOME, 0),
        page("/accessibility-statement", Kind.STATEMENT, 1),
        page("/contact-us", Kind.CONTACT, 1),
        page("/search", Kind.SEARCH, 1),
        page("/meetings/cabinet", Kind.MEETING, 2),
        page("/documents/local-plan", Kind.DOCUMENT, 3),
    ]
    found += [page(f"/news/{n}", Kind.NEWS, 2) for n in range(30)]
    found += [page(f"/{s}/apply", Kind.FORM, 3) for s in SECTIONS]
    found += [page(f"/{s}", Kind.SERVICE, 1) for s in SECTIONS]
    found += [page(f"/{s}/{n}", Kind.OTHER, 2 + n % 4) for s in SECTIONS for n in range(each)]
    return found


def addresses(sample: tuple[Sampled, ...]) -> set[str]:
    return {s.url for s in sample}


def of_kind(sample: tuple[Sampled, ...], kind: Kind) -> int:
    kinds = {c.url: c.kind for c in site()}
    return sum(kinds[s.url] is kind for s in sample)


def test_every_kind_is_in_the_structured_part():
    chosen = choose(site(), pages=30, seed=1)
    structured = tuple(s for s in chosen if s.stratum == "structured")
    assert len(chosen) == 30
    assert chosen[0] == Sampled(HOST + "/", "structured")
    for kind in (Kind.STATEMENT, Kind.CONTACT, Kind.SEARCH, Kind.NEWS, Kind.DOCUMENT, Kind.MEETING):
        assert of_kind(structured, kind) == 1, kind
    assert of_kind(structured, Kind.SERVICE) == 4
    assert of_kind(structured, Kind.FORM) == 2


def test_the_random_part_is_spread_over_templates_and_depths():
    chosen = choose(site(), pages=40, seed=7)
    random_part = [s.url for s in chosen if s.stratum == "random"]
    by_url = {c.url: c for c in site()}
    hints = {by_url[u].template_hint for u in random_part}
    depths = {by_url[u].depth for u in random_part}
    assert set(SECTIONS) <= hints | {by_url[s.url].template_hint for s in chosen}
    assert min(depths) <= 2 < max(depths)


def test_one_huge_section_does_not_fill_the_sample():
    many = [page(f"/news/{n}", Kind.NEWS) for n in range(5000)] + site(each=3)
    chosen = choose(many, pages=30, seed=1)
    assert sum("/news/" in s.url for s in chosen) <= 6


@pytest.mark.parametrize("seed", [1, 2, 99])
def test_order_of_finding_does_not_matter(seed: int):
    found = site()
    mixed = list(found)
    random.Random(5).shuffle(mixed)
    assert choose(found, pages=30, seed=seed) == choose(mixed, pages=30, seed=seed)


def test_another_seed_gives_other_random_pages_but_the_same_single_ones():
    one, two = choose(site(), pages=30, seed=1), choose(site(), pages=30, seed=2)
    assert addresses(one) != addresses(two)
    for path in ("/", "/accessibility-statement", "/contact-us", "/search"):
        assert HOST + path in addresses(one) & addresses(two)


@pytest.mark.parametrize(
    "extra",
    [
        page("/bins/new", Kind.OTHER),
        page("/bins/new-service", Kind.SERVICE, 1),
        page("/brand-new/page", Kind.OTHER, 2),
        page("/news/new", Kind.NEWS, 2),
    ],
)
def test_one_page_more_changes_few_choices(extra: Candidate):
    for seed in range(20):
        before = addresses(choose(site(), pages=30, seed=seed))
        after = addresses(choose([*site(), extra], pages=30, seed=seed))
        assert len(before - after) <= 3, seed


def test_a_panel_keeps_most_pages_and_refreshes_some():
    first = choose(site(), pages=30, seed=1)
    panel = [s.url for s in first]
    second = choose(site(), pages=30, seed=2, panel=panel)
    kept = len(addresses(first) & addresses(second))
    assert 22 <= kept <= 28
    assert len(second) == 30


def test_a_panel_survives_pages_that_are_gone():
    first = choose(site(), pages=30, seed=1)
    gone = {s.url for s in first[5:12]}
    left = [c for c in site() if c.url not in gone]
    second = choose(left, pages=30, seed=2, panel=[s.url for s in first])
    assert len(second) == 30
    assert not gone & addresses(second)
    assert len(addresses(first) & addresses(second)) >= 20


def test_a_panel_longer_than_the_sample_is_cut():
    panel = [c.url for c in site()]
    assert len(choose(site(), pages=10, seed=1, panel=panel)) == 10


@pytest.mark.parametrize(("pages", "number"), [(0, 0), (-3, 0), (1, 1), (10_000, len(site()))])
def test_sizes_at_the_edges(pages: int, number: int):
    chosen = choose(site(), pages=pages, seed=1)
    assert len(chosen) == number
    assert len(addresses(chosen)) == number


def test_nothing_found_gives_an_empty_sample():
    assert choose([], pages=30, seed=1, panel=["https://gone.example/"]) == ()


def test_of_two_with_one_address_the_shallower_counts():
    twice = [page("/a", Kind.OTHER, 5), page("/a", Kind.CONTACT, 1)]
    assert choose(twice, pages=5, seed=1) == (Sampled(HOST + "/a", "structured"),)


@settings(max_examples=50, deadline=None)
@given(
    urls=st.lists(st.text(min_size=1, max_size=20), max_size=60),
    pages=st.integers(0, 70),
    seed=st.integers(),
)
def test_any_addresses_give_a_sample_without_repeats(urls: list[str], pages: int, seed: int):
    found = [Candidate(u, list(Kind)[len(u) % len(Kind)], len(u) % 5, u[:1]) for u in urls]
    chosen = choose(found, pages=pages, seed=seed)
    assert len(addresses(chosen)) == len(chosen) == min(pages, len(set(urls)))
    assert addresses(chosen) <= set(urls)

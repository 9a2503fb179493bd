"""Close looks (keyboard, other sizes, motion) at pages that fight back, and which pages get one."""

from __future__ import annotations

from dataclasses import replace

import pytest
import pytest_asyncio
from selectolax.lexbor import LexborHTMLParser

from benchmarks.fighting import HOST, HOSTILE, STUCK, page
from lgaudit.evidence import BrowserEvidence, Look, Page, Sighting
from lgaudit.gather import pixels
from lgaudit.gather.browser import BrowserPool
from lgaudit.gather.looks import Looks, leaders
from lgaudit.replay import Replay, StaticSite
from lgaudit.settings import Settings

LONG = page("<main><h1>Long</h1>" + "".join(f"<p><a href=/{n}>{n}</a></p>" for n in range(70)))


class Counting(StaticSite):
    """A site that counts what it is asked."""

    asked: list[str] = []  # noqa: RUF012 - one for the module, on purpose

    def answer(self, method, path, headers):
        self.asked.append(path)
        return super().answer(method, path, headers)


@pytest.fixture(scope="module")
def replay():
    with Replay([Counting(HOST, {**HOSTILE, **STUCK, "/long": LONG})]) as replay:
        yield replay


def settings_for(replay: Replay, **more) -> Settings:
    return Settings(name_map=replay.name_map, ca_file=replay.ca_file, browsers=1, **more)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool(replay):
    async with BrowserPool(settings_for(replay), ("document-title",)) as pool:
        yield pool


async def seen(pool: BrowserPool, *paths: str) -> list[BrowserEvidence]:
    return list(await pool.visit("a", [f"https://{HOST}{p}" for p in paths], looks=Looks()))


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("path", [path for path in HOSTILE if path != "/plain"])
async def test_a_page_that_fights_back_leaves_the_next_one_alone(pool, path):
    hostile, plain = await seen(pool, path, "/plain")
    assert hostile.axe is not None
    assert set(hostile.looks) == {"keyboard", "layout", "motion"}
    assert plain.final_url.endswith("/plain")
    assert plain.title == "Plain"
    assert all(look.error == "" for look in plain.looks.values())
    assert plain.looks["keyboard"].facts["stops"] == 3


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="module")
async def test_every_stop_of_a_page_that_keeps_still_is_walked_to(pool):
    (long,) = await seen(pool, "/long")
    facts = long.looks["keyboard"].facts
    assert (facts["stops"], facts["wrapped"]) == (70, True)


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="module")
async def test_nothing_is_asked_of_a_site_while_keys_are_pressed(pool):
    Counting.asked.clear()
    (sends,) = await seen(pool, "/sends")
    assert [p for p in Counting.asked if p not in ("/sends", "/favicon.ico")] in ([], ["/sent"])
    assert sends.looks["keyboard"].error == ""
    kinds = {s.kind for s in sends.looks["keyboard"].sightings}
    assert "role-button" in kinds


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="module")
async def test_the_same_page_twice_gives_the_same_looks(pool):
    first, second = await seen(pool, "/frames", "/frames")
    assert first.looks == second.looks
    assert [s.kind for s in first.looks["keyboard"].sightings].count("stop") == 3


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="module")
async def test_a_picture_changes_nothing_of_what_is_seen(pool):
    plain, looks = Looks(), Looks(pictures=1)
    page = Page(f"https://{HOST}/plain", f"https://{HOST}/plain")
    (without,) = await pool.visit("a", [page], looks=plain)
    (pictured,) = await pool.visit("a", [page], looks=looks)
    assert plain.sheets == []
    assert pictured.looks == without.looks
    (sheet,) = looks.sheets
    assert sheet.url == page.url
    assert sheet.image.startswith(b"\xff\xd8")
    shown = LexborHTMLParser(pictured.html)
    assert {tag: len(own) for tag, own in sheet.boxes.items()} == {
        tag: 4 * len(shown.css(tag)) for tag in sheet.boxes
    }
    x, y, width, height = sheet.boxes["body"]
    assert 0 <= x < x + width <= sheet.width
    assert y >= 0
    assert height > 0


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="module")
async def test_a_page_that_hangs_keeps_what_axe_said_of_it(replay):
    async with BrowserPool(settings_for(replay), ("document-title",)) as pool:
        keys, plain = await seen(pool, "/hangs", "/plain")
    assert keys.axe.error == ""
    assert keys.looks["keyboard"].error
    assert keys.looks["layout"].error == ""
    assert plain.looks["keyboard"].error == ""


# Which pages are looked at


def made(url: str, body: str) -> Page:
    html = f'<!doctype html><html lang="en"><title>T</title><body class="{body}">' + (
        "<header><a>Home</a></header><main><h1>A</h1>" + "<p>x</p>" * 15 + "</main></body></html>"
    )
    return Page(url, url, body=html.encode())


def shown(page: Page, **looks: Look) -> BrowserEvidence:
    return BrowserEvidence(page.response_html, "T", page.url, 200, looks=looks)


def whole(*sightings: Sighting, blocks=()) -> dict[str, Look]:
    look = Look(sightings, {"blocks": list(blocks)})
    return dict.fromkeys(("keyboard", "layout", "motion"), look)


def test_one_page_of_each_template_is_looked_at():
    looks = Looks()
    one, two, other = (
        made("/1", "page-type-a"),
        made("/2", "page-type-a"),
        made("/3", "page-type-b"),
    )
    assert looks.instead(one, shown(one)) is None
    looks.note(one, shown(one, **whole()))
    assert looks.instead(two, shown(two)) == "/1"
    assert looks.instead(other, shown(other)) is None


def test_a_look_that_ended_early_is_taken_at_the_next_page_of_the_template():
    looks = Looks()
    one, two = made("/1", "page-type-a"), made("/2", "page-type-a")
    looks.note(one, shown(one, **(whole() | {"keyboard": Look(error="hung")})))
    assert looks.instead(two, shown(two)) is None


def test_so_many_pages_are_looked_at_and_no_more():
    looks = Looks(most=1)
    one, other = made("/1", "page-type-a"), made("/3", "page-type-b")
    looks.note(one, shown(one, **whole()))
    assert looks.instead(other, shown(other)) == ""


def test_what_was_seen_in_a_shared_block_holds_for_the_next_page_that_has_it():
    looks = Looks()
    one, other = made("/1", "page-type-a"), made("/3", "page-type-b")
    menu = Sighting("menu", "#menu", "<li>", {"by": ""}, block="header-1")
    own = Sighting("stop", "#own", "<a>", {"changed": False})
    looks.note(one, shown(one, **whole(menu, own, blocks=["header-1"])))
    assert looks.known == ("header-1",)
    after = looks.note(other, shown(other, **whole(blocks=["header-1"])))
    assert after.looks["keyboard"].sightings == (menu,)


def test_leaders_are_the_first_of_each_template_and_shells_lead_themselves():
    pages = [made("/1", "page-type-a"), made("/2", "page-type-a"), made("/3", "page-type-b")]
    shell = b"<!doctype html><title>T</title><div id=app></div>"
    pages += [Page("/4", "/4", body=shell), Page("/5", "/5", body=shell)]
    assert leaders(pages) == {"/1": "/1", "/2": "/1", "/3": "/3", "/4": "/4", "/5": "/5"}
    looks = Looks(leaders=leaders(pages))
    assert looks.instead(pages[1], shown(pages[1])) == "/1"
    assert looks.instead(pages[2], shown(pages[2])) is None


# Pictures


def film(levels: list[float], step: float, rounds: int = 0) -> pixels.Film:
    import numpy as np

    frames = tuple(np.full((pixels.GRID, pixels.GRID), v, dtype=np.float32) for v in levels)
    starts = tuple(step * n for n in range(len(levels)))
    return pixels.Film(frames, starts, step * len(levels), rounds)


@pytest.mark.parametrize(
    ("levels", "step", "size", "expected"),
    [
        ([0.0, 1.0], 0.05, (300, 200), True),
        ([0.0, 1.0], 0.05, (100, 100), False),  # too small
        ([0.0, 1.0], 0.5, (300, 200), False),  # one flash a second
        ([0.85, 1.0], 0.05, (300, 200), False),  # never dark
        ([0.2, 0.25], 0.05, (300, 200), False),  # hardly any change
        ([0.0, 0.05, 0.1, 0.15, 0.2, 0.15, 0.1, 0.05], 0.02, (300, 200), True),  # in small steps
        ([0.0, 0.5, 1.0], 0.3, (300, 200), False),
    ],
)
def test_flashes_are_counted_as_wcag_says(levels, step, size, expected):
    assert pixels.flashing(film(levels, step), *size) is expected


def test_three_flashes_are_allowed_and_four_are_not():
    three = film([0.0, 1.0] * 3 + [0.0], 0.14, rounds=1)
    four = replace(film([0.0, 1.0] * 4 + [0.0], 0.11, rounds=1))
    assert not pixels.flashing(three, 300, 200)
    assert pixels.flashing(four, 300, 200)


@pytest.mark.parametrize("body", [b"", b"GIF89a", b"GIF89a" + b"\xff" * 50, b"PNG", b"GIF87a" * 9])
def test_what_is_no_moving_picture_is_none(body):
    assert pixels.gif(body) is None
    assert not pixels.same_picture(body, b"x")

"""A site's own search: which forms are asked and how, what is kept, what counts as found."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_site import HOME, HOST, NOW, SITE, moved, page, visit

from lgaudit import urls
from lgaudit.archive import Evidence, Keeper, read_snapshot
from lgaudit.evaluate import searched, tasks
from lgaudit.evidence import Page, Question, SiteSearch, Snapshot
from lgaudit.gather import searching
from lgaudit.models import OK, Council, Engines, Kind, Outcome, Reason, Run, Site
from lgaudit.replay import Answer

ASKED = (Question("524", "bin day"), Question("57", "pay council tax"), Question("337", "jobs"))
FORM = '<form role="search" action="/search"><input name="q" type="search"></form>'
COUNCIL = Council("a", "A", "England", "", "unitary authority", HOME)


def home(form: str, base: str = "") -> Page:
    html = f"<!doctype html><head>{base}</head><body>{form}<main><h1>Home</h1></main></body>"
    return Page(HOME, HOME, Kind.HOME, body=html.encode(), status=200)


def form_of(html: str, base: str = "") -> searching.Form:
    found = searching.find(home(html, base), SITE, (HOST,))
    assert isinstance(found, searching.Form), found
    return found


def refusal(html: str) -> str:
    found = searching.find(home(html), SITE, (HOST,))
    assert isinstance(found, SiteSearch)
    assert not found.form
    assert not found.missing
    return found.refused


def results(*links: str, text: str = "Results") -> Answer:
    return page("Search results", *links, text=text)


def site_with(form: str, **answers: Answer) -> dict[str, Answer]:
    made = {"/": page("Home", text=form), "/bins": page("Bin day")}
    return made | {f"/search?q={words}": answer for words, answer in answers.items()}


def test_the_address_is_what_a_browser_would_make() -> None:
    form = form_of(
        '<form role=search action="/find?old=1#x"><input type=hidden name=site value="a b">'
        "<input name=q><input type=hidden name=page value=1><button name=go value=Go></form>"
    )
    assert form.address("bins & tax?") == (f"{HOME}find?site=a+b&q=bins+%26+tax%3F&page=1&go=Go")
    assert form_of("<form role=search><input name=s></form>").address("bins") == f"{HOME}?s=bins"
    assert form_of(FORM, '<base href="/en/">').address("bins") == f"{HOME}search?q=bins"


def test_the_surest_form_is_asked() -> None:
    form = form_of(
        '<form action="/jobs"><input name="keywords"></form>'
        '<form action="/any"><input type="search" name="x"></form>'
        '<div role="search"><form action="/site"><input name="text"></form></div>'
    )
    assert form.action == f"{HOME}site"
    assert form_of("<form id=f role=search action=/s></form><input form=f name=words>").name == (
        "words"
    )


def test_no_search_is_no_refusal() -> None:
    found = searching.find(home('<form action="/in"><input name="street"></form>'), SITE, (HOST,))
    assert found == SiteSearch(missing=True)


@pytest.mark.parametrize(
    ("form", "why"),
    [
        (FORM.replace("action", 'method="POST" action'), "POST"),
        (FORM.replace("action", 'method=" post " action'), "POST"),
        (FORM.replace("action", 'method="dialog" action'), "DIALOG"),
        (FORM.replace("/search", "https://find.example.com/"), "find.example.com"),
        (FORM.replace("/search", "//www.a.gov.uk.example.com/"), "another organisation"),
        (FORM.replace("/search", "http://169.254.169.254/latest/"), "169.254.169.254"),
        (FORM.replace("/search", "javascript:alert(1)"), "no web address"),
        (FORM.replace("/search", "mailto:hello@a.gov.uk"), "no web address"),
        (FORM.replace("/search", "data:text/html,x"), "no web address"),
        (FORM.replace("/search", "/" + "x" * 70_000), "no web address"),
        (FORM.replace("</form>", "<input type=file name=f></form>"), "more than words"),
        (FORM.replace("</form>", "<input type=password name=p></form>"), "more than words"),
        (FORM.replace("</form>", "<input name=where required></form>"), "more than words"),
        (FORM.replace("</form>", "<input type=checkbox name=c></form>"), "more than words"),
        (FORM.replace("</form>", "<select name=s><option>1</select></form>"), "more than words"),
        (FORM.replace("</form>", "<textarea name=t></textarea></form>"), "more than words"),
        (FORM.replace("</form>", "<input type=hidden name=_csrf value=1></form>"), "token"),
        (FORM.replace("</form>", f"<input type=hidden name=h value={'v' * 300}></form>"), "along"),
        (FORM.replace("</form>", "<input type=hidden name=h>" * 9 + "</form>"), "more along"),
        (FORM.replace("</form>", "<input name=n>" * 5_000 + "</form>"), "too many fields"),
        (FORM.replace("</form>", "<button formaction=https://e.com>Go</button></form>"), "button"),
        (FORM.replace("</form>", "<button formmethod=post>Go</button></form>"), "button"),
        (FORM.replace('name="q" ', ""), "more than words"),
        ('<form role="search" action="/search"></form>', "no name"),
        ('<input type="search" name="q">', "only a script"),
        (FORM.replace("<form", "<form id=f") + "<input type=file form=f name=u>", "more than"),
    ],
)  # fmt: skip
def test_forms_that_want_anything_but_words_are_left_alone(form: str, why: str) -> None:
    assert why in refusal(form)


@given(st.text(max_size=60), st.text(max_size=30), st.text(max_size=30))
@settings(max_examples=150, deadline=None)
def test_no_form_makes_an_address_elsewhere(action: str, name: str, value: str) -> None:
    quoted = [part.replace('"', "&quot;") for part in (action, name, value)]
    made = '<form role=search action="{}"><input name="{}"><input type=hidden name=v value="{}">'
    found = searching.find(home(made.format(*quoted)), SITE, (HOST,))
    if isinstance(found, searching.Form):
        url = found.address("bin day")
        assert url is None or urls.same_site(HOME, url, (HOST,))


async def test_each_question_is_one_request_after_everything_else() -> None:
    asked: list[str] = []
    seen = await visit(
        site_with(FORM, **{"bin+day": results("/bins"), "jobs": results("/work")}),
        questions=(*ASKED, Question("999", "bin day")),
        asked=asked,
        search_pace=0.0,
    )
    sent = [line for line in asked if "/search" in line]
    assert sent == asked[-3:] == [
        "GET /search?q=bin+day", "GET /search?q=pay+council+tax", "GET /search?q=jobs",
    ]  # fmt: skip
    search = seen.probes.search
    assert search is not None
    assert [q.page.status for q in search.questions if q.page] == [200, 404, 200, 200]
    assert search.questions[3].page is search.questions[0].page
    assert not any("/search?" in p.url for p in seen.pages)  # no page rule judges results


async def test_nothing_is_asked_unless_somebody_wants_it() -> None:
    asked: list[str] = []
    seen = await visit(site_with(FORM), asked=asked)
    assert seen.probes.search is None
    assert not any("search" in line for line in asked)


async def test_settings_bound_the_questions() -> None:
    asked: list[str] = []
    await visit(
        site_with(FORM, **{"bin+day": results("/bins"), "pay+council+tax": results("/tax")}),
        questions=ASKED, asked=asked, search_pace=0.0, search_questions=1,
    )  # fmt: skip
    assert [line for line in asked if "/search" in line] == ["GET /search?q=bin+day"]


async def test_robots_are_obeyed_and_the_reason_is_kept() -> None:
    asked: list[str] = []
    rules = Answer(200, (("content-type", "text/plain"),), b"User-agent: *\nDisallow: /search")
    seen = await visit(
        site_with(FORM) | {"/robots.txt": rules}, questions=ASKED, asked=asked, search_pace=0.0
    )
    search = seen.probes.search
    assert search is not None
    assert "robots.txt" in search.refused
    assert [q.url != "" for q in search.questions] == [True, False, False]
    assert not any("/search" in line for line in asked)


ENDLESS = b"<!doctype html><main>" + b"<p>more and more</p>" * 200_000


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (moved("http://127.0.0.1:9/"), Reason.OFF_SITE),
        (moved("http://169.254.169.254/"), Reason.OFF_SITE),
        (moved("https://www.b.gov.uk/"), Reason.OFF_SITE),
        (moved("/search?q=again"), Reason.TOO_MANY_REDIRECTS),
        (Answer(200, (("content-type", "text/html"),), ENDLESS), Reason.TOO_LARGE),
        (Answer(200, (("content-type", "application/pdf"),), b"%PDF-1.7"), Reason.NOT_HTML),
        (Answer(500, (("content-type", "text/html"),), b"<h1>Error</h1>"), Reason.ERROR_STATUS),
    ],
)  # fmt: skip
async def test_two_bad_answers_end_the_questions(answer: Answer, reason: Reason) -> None:
    asked: list[str] = []
    bad = dict.fromkeys(("bin+day", "pay+council+tax", "jobs", "again"), answer)
    seen = await visit(site_with(FORM, **bad), questions=ASKED, asked=asked, search_pace=0.0)
    search = seen.probes.search
    assert search is not None
    reasons = [q.page.verdict.reason for q in search.questions if q.page]
    assert reasons == [reason, reason]
    assert "no answer" in search.refused
    assert not any("jobs" in line for line in asked)
    assert tasks.through_search(replace(seen, site=Site("a", HOME, (COUNCIL,))))[0].state == (
        "unknown"
    )


async def test_a_private_address_is_not_asked() -> None:
    answers = site_with(FORM, **{"bin+day": moved("https://10.0.0.1/")})
    seen = await visit(answers, questions=ASKED[:1], search_pace=0.0)
    search = seen.probes.search
    assert search is not None
    answer = search.questions[0].page
    assert answer is not None
    assert answer.verdict.reason in (Reason.OFF_SITE, Reason.PRIVATE_ADDRESS)


async def test_answers_are_kept_and_judged_again(tmp_path: Path) -> None:
    from lgaudit.evaluate import rulebook
    from lgaudit.evaluate.judge import judge_site

    rule = next(r for r in rulebook.load().rules if r.id == "service/top-task-search")
    run = Run("20261123-120000-abcdef", NOW, None, Engines("1", "2026.2"), {}, {}, 1)
    council = Site("a", HOME, (COUNCIL,))
    evidence = Evidence(tmp_path, run.id)
    seen = await visit(
        site_with(FORM, **{"bin+day": results("/bins"), "jobs": results("/news/one")}),
        site=council, questions=ASKED, search_pace=0.0,
    )  # fmt: skip
    keeper = Keeper(evidence, run, "a", lambda: NOW, 1_000_000)
    await asyncio.wrap_future(keeper.finish(seen, set()))
    kept = read_snapshot(evidence.file("a"))
    assert kept is not None
    again = kept.visit
    assert again.probes.search == seen.probes.search
    before, after = judge_site(rule, seen), judge_site(rule, again)
    assert before == after
    assert before.outcome is Outcome.FAILED


def judged(answers: Mapping[str, str], **pages: str) -> dict[str, str]:
    """State by words, for a council whose home page links to /bins as "Bin day"."""

    def made(url: str, html: str) -> Page:
        return Page(url, url, Kind.SEARCH, status=200, body=f"<main>{html}</main>".encode())

    known = {q.words: q.task for q in ASKED}
    questions = tuple(
        Question(known[w], w, f"{HOME}search?q={n}", made(f"{HOME}search?q={n}", html))
        for n, (w, html) in enumerate(answers.items())
    )
    start = Page(HOME, HOME, Kind.HOME, status=200, body=b"<main><a href=/bins>Bin day</a></main>")
    seen = Snapshot(Site("a", HOME, (COUNCIL,)), OK, pages=(start,))
    seen = replace(seen, probes=replace(seen.probes, search=SiteSearch("x", questions=questions)))
    return {told.question.words: told.state for told in tasks.through_search(seen)}


BOX = "<ul><li><a href=/bins>Bins</a></li><li><a href=/tax>Pay council tax</a></li></ul>"


def test_what_counts_as_found() -> None:
    own = "<p><a href=/x>Something else</a></p>"
    assert judged({"bin day": "<a href=/bins>When we come</a>"})["bin day"] == "yes"
    assert judged({"bin day": "<a href=/bin-day>Dates</a>"})["bin day"] == "yes"
    assert judged({"bin day": "<a href=/n>Check your bin day</a>"})["bin day"] == "yes"
    assert judged({"bin day": own})["bin day"] == "no"
    assert judged({"bin day": "<a href=/news/bin-day>Bin day moves</a>"})["bin day"] == "unknown"
    assert judged({"bin day": "<a href=/bin-day.pdf>Bin day</a>"})["bin day"] == "unknown"
    assert judged({"bin day": "<p>No results</p>"})["bin day"] == "unknown"  # or from a script
    both = judged({"bin day": "<p>No results</p>", "jobs": own})
    assert both == {"bin day": "no", "jobs": "no"}
    eleven = "".join(f"<p><a href=/{n}>Other</a></p>" for n in range(10))
    assert judged({"bin day": f"{eleven}<a href=/bins>Bin day</a>"})["bin day"] == "no"


def test_a_box_in_every_answer_is_no_result_and_a_result_it_repeats_is() -> None:
    item = "<ol><li><a href=/bins>Bins</a><p>Which day we come.</p></li></ol>"
    other = "<ol><li><a href=/x>Something</a></li></ol>"
    found = judged({"bin day": BOX + item, "pay council tax": BOX + other, "jobs": BOX + other})
    assert found == {"bin day": "yes", "pay council tax": "unknown", "jobs": "no"}


def test_a_search_that_goes_straight_to_the_page() -> None:
    url = f"{HOME}search?q=bin+day"
    straight = Page(
        url, f"{HOME}bins", Kind.SEARCH, status=200, body=b"<main><h1>Bins</h1></main>",
        redirects=(),
    )  # fmt: skip
    from lgaudit.evidence import Redirect

    straight = replace(straight, redirects=(Redirect(url, 302, f"{HOME}bins"),))
    question = Question("524", "bin day", url, straight)
    seen = Snapshot(SITE, OK)
    seen = replace(seen, probes=replace(seen.probes, search=SiteSearch("x", questions=(question,))))
    (answer,) = searched.answers(seen, 10)
    assert answer.hits is not None
    assert [hit.url for hit in answer.hits] == [f"{HOME}bins"]


def test_every_kind_of_council_is_asked_for_ten_tasks_it_does() -> None:
    for kind in ("county council", "non-metropolitan district", "unitary authority", "NI district",
                 "Scottish council area", "Welsh principal area", "London borough"):  # fmt: skip
        council = replace(COUNCIL, type=kind)
        asked = tasks.questions([council], 10)
        assert len(asked) == len({q.task for q in asked}) == 10
        assert {q.task for q in asked} <= {t.id for t in tasks.provided([council])}
    assert len(tasks.questions([COUNCIL], 3)) == 3
    assert not tasks.questions([], 10)

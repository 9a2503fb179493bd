"""Top tasks: who is asked for which, what counts as found, and the table of them."""

from __future__ import annotations

from made_site import HOME, NOW, SITE

from lgaudit.evaluate import tasks
from lgaudit.evidence import Coverage, Page, Snapshot
from lgaudit.models import OK, Council, Kind, Reason, Site, Verdict
from lgaudit.report import tasks as table
from lgaudit.report.league import Line
from lgaudit.results import TaskResult


def council(kind: str) -> Council:
    return Council("a", "A", "England", "", kind, HOME)


def seen(kind: str, *pages: tuple[str, str, int]) -> Snapshot:
    made = tuple(
        Page(
            HOME + path,
            HOME + path,
            Kind.OTHER if path else Kind.HOME,
            OK,
            200,
            body=html.encode(),
            depth=depth,
        )
        for path, html, depth in pages
    )
    site = Site("a", HOME, (council(kind),))
    whole = Coverage(found=len(made), stopped="exhausted")
    return Snapshot(site, OK, made, coverage=whole, started=NOW)


def clicks(visit: Snapshot) -> dict[str, int | None]:
    return {task.title: task.clicks for task in tasks.look(visit)}


def test_each_kind_of_council_is_asked_for_its_own() -> None:
    district = {t.title for t in tasks.provided([council("non-metropolitan district")])}
    county = {t.title for t in tasks.provided([council("county council")])}
    ni = {t.title for t in tasks.provided([council("NI district")])}
    assert "Find out your bin day" in district - county
    assert "Report a pothole" in county - district - ni
    assert {"Make a complaint", "Find your councillor"} <= district & county & ni
    assert not tasks.provided([council("parish")])


def test_found_in_links_and_titles_with_clicks() -> None:
    visit = seen(
        "unitary authority",
        ("", "<main><a href=/bins>Bins and recycling</a> <a href=/roads>Roads</a></main>", 0),
        ("bins", "<h1>Rubbish</h1>", 1),
        ("roads", "<h1>Roads</h1><a href=https://streets.example/>Report potholes</a>", 1),
    )
    found = clicks(visit)
    assert found["Find out your bin day"] == 1
    assert found["Report a pothole"] == 2
    assert found["Give notice of a temporary event"] is None


def test_abbreviations_and_single_words_are_no_accident() -> None:
    text = "Ten people who like to tip their hats and met to send letters about a bench in the park"
    visit = seen(
        "unitary authority",
        ("", f"<a href=/a>{text}</a><a href=/news/b>Fly-tipping fines up</a>", 0),
        ("a", "<h1>Ten</h1>", 1),
    )
    found = clicks(visit)
    assert found["Give notice of a temporary event"] is None
    assert found["Find a recycling centre or tip"] is None
    assert found["Report fly-tipping"] is None  # news tells of it


def test_nothing_is_asked_where_no_council_is_known() -> None:
    assert tasks.look(Snapshot(SITE, OK)) == ()


def test_what_a_task_ends_in() -> None:
    def page(path: str, html: str, depth: int = 1, kind: Kind = Kind.OTHER) -> Page:
        url = HOME + path
        return Page(url, url, kind, status=200, body=f"<main>{html}</main>".encode(), depth=depth)

    links = "".join(
        f'<a href="{href}">{text}</a>'
        for href, text in {
            "/bins": "Bin collection day",
            "/f/bulky.pdf": "Bulky waste (PDF)",
            "/tax": "Pay your Council Tax",
            "/rent": "Pay rent",
            "https://jobs.example.com/": "Careers",
            "/noise": "Noise nuisance",
            "/f/parks.csv": "Parks and open spaces",
            "/move": "Moving home",
        }.items()
    )
    password = '<form><input type="password"></form>'
    visit = Snapshot(
        Site("a", HOME, (council("unitary authority"),)),
        OK,
        pages=(
            page("", links, 0, Kind.HOME),
            page("bins", "<h1>Bins</h1>"),
            page("tax", password),
            page("rent", f"<p>Pay without an account.</p>{password}"),
            page("noise", "<h1>Noise</h1>", kind=Kind.FORM),
        ),
        lost=((HOME + "move", Verdict(Reason.LOGIN)),),
    )
    ends = {task.title: task.ends for task in tasks.look(visit) if task.clicks is not None}
    assert ends == {
        "Find out your bin day": "page",
        "Get large items collected": "file",
        "Pay your Council Tax": "account",
        "Pay your rent": "page",
        "Find a council job": "elsewhere",
        "Report a noise nuisance": "form",
        "Find parks and open spaces": "",
        "Tell us you are moving (Council Tax)": "account",
    }


def test_the_table_puts_the_hardest_first_and_keeps_columns_apart() -> None:
    def told(id: str, clicks: int | None, sure: bool = True) -> TaskResult:
        return TaskResult(id, f"Task {id}", clicks, "", "=cmd()", sure)

    lines = [Line(Site(s, HOME), s, None, None) for s in ("one", "two")]
    own = {"one": [told("1", 1), told("2", 3)], "two": [told("1", 2), told("2", None, False)]}
    found = table.table(lines, own)
    assert [(t.id, t.near, t.far, t.unknown) for t in found] == [("2", 0, 1, 1), ("1", 2, 0, 0)]
    assert found[0].states == ("far", "unknown")
    rows = list(table.rows(lines, own))
    assert [row[4:6] for row in rows] == [
        ["near", "1"],
        ["far", "3"],
        ["near", "2"],
        ["unknown", ""],
    ]
    assert all(not row[-1].startswith("=") for row in rows)
    assert 'd="M0 5' in table.picture(found[0].states)

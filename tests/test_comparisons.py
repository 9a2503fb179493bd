"""Like with like, movers and other weights: each against a computation of its own."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from report_sector import Sector, compared, draws_of
from selectolax.lexbor import LexborHTMLParser
from typer.testing import CliRunner

from lgaudit import beside, following, visits
from lgaudit.cli import cohorts
from lgaudit.cli.main import app
from lgaudit.errors import RegisterError
from lgaudit.evaluate import alike, movers, weightings
from lgaudit.evaluate.scores import score_outcomes
from lgaudit.evidence import Coverage
from lgaudit.models import (
    OK,
    Council,
    Interval,
    Kind,
    Outcome,
    Rule,
    RuleScore,
    Scope,
    Severity,
    Site,
    SiteScore,
    Standard,
    Status,
)
from lgaudit.register import Register
from lgaudit.report import breakdown, league, peers, standards
from lgaudit.report.write import write
from lgaudit.results import Bar, Outcomes, PageResult
from lgaudit.settings import Cohort, Settings
from lgaudit.store import Store

HOME = "https://www.example.gov.uk/"


def a_site(slug: str, *councils: tuple[str, str, int | None]) -> Site:
    """A site whose councils are given as nation, type and population."""
    made = tuple(
        Council(f"{slug}{n or ''}", slug, nation, "East", kind, HOME, population=population)
        for n, (nation, kind, population) in enumerate(councils)
    )
    return Site(slug, HOME, made)


def a_score(slug: str, value: float | None) -> SiteScore:
    overall = None if value is None else Interval(value, value - 1, value + 1)
    return SiteScore(slug, overall, {}, (), 0, 0, "" if overall else "dns")


SITES = [
    a_site("a", ("Wales", "county", 90_000)),
    a_site("b", ("Wales", "county", 120_000)),
    a_site("c", ("England", "district", 99_999)),
    a_site("d", ("England", "district", 100_000), ("England", "county", 600_000)),
    a_site("e", ("England", "county", None)),
    a_site("f"),
]
VALUES = {"a": 80.0, "b": 78.0, "c": 79.0, "d": 60.0, "e": None, "f": 70.0}
SCORES = {slug: a_score(slug, value) for slug, value in VALUES.items()}
DRAWS = {
    slug: np.random.default_rng(number).normal(value, 2, 400).astype(np.float32)
    for number, (slug, value) in enumerate(VALUES.items())
    if value is not None
}


def made(*chosen: Cohort) -> dict[tuple[str, str], alike.Alike]:
    return {(t.kind, t.name): t for t in alike.tables(SITES, SCORES, DRAWS, chosen)}


def test_places_and_bands_inside_a_table_are_those_of_its_sites_alone() -> None:
    cohort = Cohort(name="Ours", councils=["a", "b", "c", "d"])
    table = made(cohort)["cohort", "Ours"]
    assert [table.ranks[s].place for s in "abcd"] == [1, 3, 2, 4]
    held = np.round(np.array([DRAWS[s] for s in "abcd"], dtype=float), 1)
    for row, slug in enumerate("abcd"):
        place = 1 + (held > held[row]).sum(axis=0)
        low = min(np.quantile(place, 0.05, method="lower"), table.ranks[slug].place)
        high = max(np.quantile(place, 0.95, method="higher"), table.ranks[slug].place)
        assert (table.ranks[slug].low, table.ranks[slug].high) == (low, high)
    assert table.ranks["a"].group == table.ranks["c"].group  # bands overlap
    assert table.ranks["d"].group > table.ranks["a"].group


def test_a_site_is_in_the_table_of_each_of_its_councils() -> None:
    tables = made()
    assert tables["type", "county"].sites == ("a", "b", "d", "e")
    assert tables["type", "district"].sites == ("c", "d")
    assert tables["population", "Under 100,000 residents"].sites == ("a", "c")
    assert tables["population", "100,000 to 150,000 residents"].sites == ("b", "d")
    assert tables["population", "500,000 residents or more"].sites == ("d",)
    assert "e" not in tables["type", "county"].ranks


def test_a_table_of_all_sites_or_of_the_same_sites_is_not_made_twice() -> None:
    only = [site for site in SITES if site.slug in "ab"]
    kinds = [(t.kind, t.name) for t in alike.tables(only, SCORES, DRAWS)]
    assert kinds == [
        ("population", "Under 100,000 residents"),
        ("population", "100,000 to 150,000 residents"),
    ]


def test_a_cohort_is_kept_however_little_of_it_was_seen() -> None:
    tables = made(
        Cohort(name="Gone", councils=["nowhere", "neither"]),
        Cohort(name="Unseen", councils=["e", "nowhere"]),
        Cohort(name="Second", councils=["d1"]),
    )
    assert tables["cohort", "Gone"].sites == ()
    assert tables["cohort", "Gone"].absent == ("neither", "nowhere")
    assert tables["cohort", "Unseen"].sites == ("e",)
    assert tables["cohort", "Unseen"].ranks == {}
    assert tables["cohort", "Second"].sites == ("d",)  # the second council of a shared site


# Movers

RULES = [
    Rule(
        f"{category}/{severity}-{n}", "t", severity, Scope.PAGE, Status.SCORED, category, "made_up"
    )
    for category in ("accessibility", "content")
    for severity in (Severity.CRITICAL, Severity.MODERATE)
    for n in range(6)
]
BAR = Bar(
    "t",
    {"accessibility": 2.0, "content": 1.0},
    {"critical": 10.0, "serious": 7.0, "moderate": 3.0, "minor": 1.0},
    draws=200,
)


def visit(slug: str, seed: int, worse: float = 0.0):
    """30 of a made-up site's 200 pages, drawn by the seed; what is wrong where never changes."""
    truth = np.random.default_rng([9, *slug.encode()])
    fails = truth.beta(0.6, 3, len(RULES)) * (truth.random(len(RULES)) < 0.7)
    bad = truth.random((len(RULES), 200)) < np.clip(fails[:, None] + worse, 0, 1)
    drawn = np.random.default_rng([seed, *slug.encode()]).choice(200, 30, replace=False)
    pages = [
        PageResult(f"{HOME}{n}", f"{HOME}{n}", "", Kind.OTHER, OK, True, template=f"t{n % 7}")
        for n in drawn
    ]
    said = [Outcome.PASSED, Outcome.FAILED]
    outcomes = [
        Outcomes(rule.id, {p.url: said[int(bad[i, n])] for p, n in zip(pages, drawn, strict=True)})
        for i, rule in enumerate(RULES)
    ]
    cover = Coverage(200, 200, 30, 30, {}, "exhausted")
    return score_outcomes(RULES, BAR, outcomes, pages, site=slug, seed=seed, coverage=cover)


def a_sector(seed: int, worse: dict[str, float] | None = None) -> Sector:
    """A run of 60 unchanging sites; ``worse`` adds to how often every rule fails on some."""
    sector = Sector(3)
    scored = {s: visit(s, seed, (worse or {}).get(s, 0.0)) for s in (f"s{n}" for n in range(60))}
    sector.scores = {slug: one.score for slug, one in scored.items()}
    sector.draws = {slug: one.draws for slug, one in scored.items()}
    sector.bar, sector.rules, sector.ranks = BAR, RULES, {}
    return sector


@pytest.fixture(scope="module")
def before() -> Sector:
    return a_sector(1)


def test_nobody_moves_when_only_the_pages_drawn_changed(before: Sector) -> None:
    now = a_sector(2)
    assert any(now.scores[s].overall != before.scores[s].overall for s in now.scores)
    found = movers.movers(now, before, now.draws, before.draws)
    assert (found.moves, found.differs, found.compared) == ((), (), 60)


def test_who_really_moved_is_named_with_an_interval(before: Sector) -> None:
    now = a_sector(2, worse={"s7": 0.35})
    found = movers.movers(now, before, now.draws, before.draws)
    assert [move.site for move in found.moves] == ["s7"]
    move = found.moves[0]
    assert move.change.value == pytest.approx(move.now - move.before)
    assert move.change.low < move.change.value < move.change.high < 0
    old, new = before.draws["s7"], now.draws["s7"]
    wide = 1.645 * np.sqrt(old.var(ddof=1) + new.var(ddof=1))
    assert move.change.high - move.change.value == pytest.approx(wide, rel=1e-3)


def test_a_site_seen_whole_both_times_has_no_noise() -> None:
    changes = {"whole": 0.3, "rounding": 0.04, "drawn": 0.3}
    spread = {"whole": 0.0, "rounding": 0.0, "drawn": 0.4}
    assert movers.clear(changes, spread, 0.9) == ["whole"]
    assert movers.clear({}, {}, 0.9) == []


def test_runs_that_were_not_judged_alike_are_not_compared(before: Sector) -> None:
    now = a_sector(1)
    now.bar = replace(BAR, version="2027.1")
    now.rules = [*RULES[1:], replace(RULES[0], options={"words": ["x"]})]
    now.run = replace(now.run, settings={"browser": True})
    found = movers.movers(now, before, now.draws, before.draws)
    assert found.moves == ()
    assert found.differs == (
        "its bar was t, not 2027.1",
        "1 rule that counts was added, changed or taken away since",
        "only one of the two runs used a browser",
    )
    worded = a_sector(1)
    worded.rules = [replace(rule, why="Better said.") for rule in RULES]
    assert movers.differs(worded, before) == ()


# Weights


def direct(sector: Sector, categories: dict[str, float], severities: dict[str, float]):
    """Places by these weights, worked out one site at a time."""
    status = {rule.id: rule for rule in sector.rules if rule.status is Status.SCORED}
    values = {}
    for slug, score in sector.scores.items():
        if score.overall is None:
            continue
        got: dict[str, list[tuple[float, float]]] = {}
        for one in score.rules:
            rule = status.get(one.rule)
            weight = severities[rule.severity] if rule else 0.0
            if one.share is not None and weight:
                got.setdefault(rule.category, []).append((weight, one.share))
        means = {
            name: 100 * sum(w * s for w, s in own) / sum(w for w, _ in own)
            for name, own in got.items()
            if categories.get(name)
        }
        total = sum(categories[name] for name in means)
        values[slug] = round(sum(categories[n] * v for n, v in means.items()) / total, 1)
    return {s: 1 + sum(other > v for other in values.values()) for s, v in values.items()}


def test_places_under_other_weights_are_those_of_scoring_again() -> None:
    sector = Sector(30)
    own, severe = dict(sector.bar.category_weights), dict(sector.bar.severity_weights)
    found = {w.id: w.places for w in weightings.weightings(sector.rules, sector.bar, sector.scores)}
    equal, flat = dict.fromkeys(own, 1.0), dict.fromkeys(severe, 1.0)
    expected = {
        "equal-categories": (equal, severe),
        "equal-severities": (own, flat),
        "all-equal": (equal, flat),
        "accessibility-doubled": ({**own, "accessibility": 10.0}, severe),
        "grave-only": (own, {**severe, "minor": 0.0, "moderate": 0.0}),
        **{f"without-{name}": ({**own, name: 0.0}, severe) for name in own},
    }
    assert list(found) == list(expected)
    for name, weights in expected.items():
        assert found[name] == direct(sector, *weights), name
    assert len({tuple(places.items()) for places in found.values()}) > 1


def test_weights_that_are_the_bars_own_or_leave_nothing_are_not_shown() -> None:
    sector = Sector(10)
    sector.bar = replace(
        sector.bar, category_weights=dict.fromkeys(sector.bar.category_weights, 1.0)
    )
    ids = [w.id for w in weightings.weightings(sector.rules, sector.bar, sector.scores)]
    assert "equal-categories" not in ids
    one = [rule for rule in sector.rules if rule.category == "content"]
    ids = [w.id for w in weightings.weightings(one, sector.bar, sector.scores)]
    assert ids == ["equal-severities", "all-equal", "grave-only"]
    assert weightings.weightings(sector.rules, sector.bar, {}) == ()


# Cohort files


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (
            "ten-neighbours.txt",
            "adur # shared\n\n# note\narun\nadur\n",
            ("Ten neighbours", ["adur", "arun"]),
        ),
        ("a.csv", "name,slug\nAdur,adur\n\nArun,arun\n", ("A", ["adur", "arun"])),
        ("a.csv", "adur\narun\n", ("A", ["adur", "arun"])),
        ("a.toml", 'name = "Ours"\ncouncils = ["adur"]\n', ("Ours", ["adur"])),
        ("b_c.toml", 'councils = ["adur"]\n', ("B c", ["adur"])),
    ],
)
def test_cohort_files_of_each_kind_are_read(
    tmp_path: Path, name: str, text: str, expected: tuple[str, list[str]]
) -> None:
    (tmp_path / name).write_text("\ufeff" + text, encoding="utf-8")
    cohort = cohorts.read(tmp_path / name)
    assert (cohort.name, cohort.councils) == expected


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("none.txt", None, "cannot be read"),
        ("empty.txt", b"# nobody\n", "names no council"),
        ("empty.csv", b"slug\n", "names no council"),
        ("wrong.csv", b"name,place\nAdur,x\n", "no column named slug"),
        ("latin.txt", b"caf\xe9\n", "cannot be read"),
        ("big.txt", b"x\n" * 200_000, "over 200,000 bytes"),
        ("bad.toml", b"councils = [", "not valid TOML"),
        ("odd.toml", b"concils = ['adur']", "Did you mean councils?"),
        ("long.toml", b"name = '" + b"x" * 81 + b"'\ncouncils = ['adur']", "length <= 80"),
    ],
)
def test_a_cohort_file_that_cannot_be_used_says_why(
    tmp_path: Path, name: str, content: bytes | None, said: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(RegisterError, match=r".+") as error:
        cohorts.read(tmp_path / name)
    assert said in str(error.value)
    assert name in str(error.value)


def test_unknown_councils_and_names_used_twice_are_refused(tmp_path: Path) -> None:
    register = Register((SITES[0].councils[0],))
    with pytest.raises(RegisterError, match=r"'Ours'.*no council named 'aa'.*Did you mean a"):
        cohorts.check([Cohort(name="Ours", councils=["aa"])], register)
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "ours.txt").write_text("adur\n")
    with pytest.raises(RegisterError, match="is named 'Ours' too"):
        cohorts.read_all([tmp_path / "one/ours.txt", tmp_path / "two/ours.txt"])
    old = Settings(cohorts=[Cohort(name="Ours", councils=["a"])])
    new = cohorts.added(old, [Cohort(name="Ours", councils=["b"])])
    assert [c.councils for c in new.cohorts] == [["b"]]


# What a store and the reports make of it


def keep(store: Store, sector: Sector) -> None:
    store.start_run(sector.run, sector.rules, sector.bar, sector.sites)
    draws = draws_of(sector)
    for result in sector.each_site():
        store.save_site(sector.run.id, result, draws.get(result.site.slug))
    store.finish_run(sector.run.id, sector.ranks, sector.run.started)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two equal runs a month apart; the later one was made with a cohort."""
    path = tmp_path_factory.mktemp("store") / "lgaudit.db"
    with Store.open(str(path)) as store:
        for days, cohort in ((0, []), (31, [{"name": "Kept", "councils": ["millham", "nowhere"]}])):
            sector = Sector(14, page_count=4, spots=1)
            began = sector.run.started + dt.timedelta(days=days)
            sector.run = replace(
                sector.run,
                id=f"run-{days}",
                started=began,
                settings={**sector.run.settings, "cohorts": cohort},
            )
            keep(store, sector)
    return path


def test_the_run_before_is_found_and_kept_cohorts_are_ranked_again(database: Path) -> None:
    with Store.open(str(database)) as store:
        first, second = store.results("run-0"), store.results("run-31")
        assert visits.previous(store, first) is None
        assert beside.comparisons(store, first).movers is None
        slug = next(iter(second.ranks))
        found = beside.comparisons(store, second, [Cohort(name="Ours", councils=[slug])])
        assert found.movers is not None
        assert (found.movers.run, found.movers.moves) == ("run-0", ())
        assert found.movers.compared == len(second.ranks)
        asked = {t.name: t for t in found.tables if t.kind == "cohort"}
        assert list(asked) == ["Kept", "Ours"]
        assert asked["Kept"].absent[-1] == "nowhere"
        other = beside.comparisons(store, second, [Cohort(name="Kept", councils=[slug])])
        assert [t.sites for t in other.tables if t.kind == "cohort"] == [(slug,)]


def test_a_visit_judged_again_by_the_same_bar_is_what_is_compared_with(tmp_path: Path) -> None:
    """Under the old bar, again by today's, again by one of a user's own, and then a new visit."""
    with Store.open(str(tmp_path / "lgaudit.db")) as store:
        made = [
            ("old", 0, "2025.1"),
            ("again", 0, "2026.1"),
            ("mine", 0, "x"),
            ("new", 31, "2026.1"),
        ]
        for name, days, bar in made:
            sector = Sector(3, page_count=2, rule_count=4)
            began = sector.run.started + dt.timedelta(days=days)
            sector.run = replace(sector.run, id=name, started=began)
            sector.bar = replace(sector.bar, version=bar)
            keep(store, sector)
        found = visits.previous(store, store.results("new"))
        assert found is not None
        assert found.run.id == "again"
        assert visits.previous(store, store.results("again")) is None
        store.delete_run("again")
        movers_found = beside.comparisons(store, store.results("new")).movers
        assert movers_found is not None
        assert movers_found.run == "old"
        assert movers_found.differs == ("its bar was 2025.1, not 2026.1",)


def test_sites_are_followed_through_the_kept_visits(database: Path) -> None:
    with Store.open(str(database)) as store:
        first, second = store.results("run-0"), store.results("run-31")
        slug = next(iter(second.ranks))
        told = following.lives(store, second).follow(second.site(slug))
        assert told.issues
        assert {issue.state.value for issue in told.issues} == {"open"}
        assert {i.first_seen for i in told.issues} == {first.run.started}
        assert {i.last_seen for i in told.issues} == {second.run.started}
        assert [point.run for point in told.trend] == ["run-0", "run-31"]
        assert told.trend[0].score == second.scores[slug].overall
        alone = following.lives(store, first).follow(first.site(slug))
        assert {issue.state.value for issue in alone.issues} == {"new"}
        assert [issue.id for issue in alone.issues] == [issue.id for issue in told.issues]
        assert alone.trend == ()


def test_report_writes_tables_asked_for_and_refuses_those_of_strangers(
    database: Path, tmp_path: Path
) -> None:
    with Store.open(str(database)) as store:
        slugs = [site.slug for site in store.results("run-31").sites]
    file = tmp_path / "ours.txt"
    file.write_text("\n".join([*slugs[:4], "nowhere"]))
    asked = ["report", "--store", str(database), "--out", str(tmp_path), "--table", str(file)]
    result = CliRunner().invoke(app, asked)
    assert result.exit_code == 0, result.output
    page = tmp_path / "run-31" / "tables" / "cohort-Ours.html"
    assert "<code>nowhere</code>" in page.read_text()
    assert (tmp_path / "run-31" / "tables" / "cohort-Kept.html").is_file()
    league = (tmp_path / "run-31" / "index.html").read_text()
    assert "No council moved more than the noise since 23 November 2026" in league
    rows = (tmp_path / "run-31" / "league.csv").read_text().splitlines()
    column = rows[0].split(",").index("change")
    assert {row.split(",")[column] for row in rows[1:]} == {""}
    file.write_text("nowhere\n")
    refused = CliRunner().invoke(app, asked)
    assert refused.exit_code != 0
    assert "looked at none of its councils" in str(refused.exception) + refused.output


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report with everything that hostile names and an earlier run can bring."""
    now = Sector(30, page_count=4, spots=1)
    asked = [
        Cohort(name="=1+1 <script>alert(1)</script>", councils=["nowhere"]),
        Cohort(name="=HYPERLINK(1)", councils=list(now.ranks)[:3]),
        Cohort(name="Ours", councils=list(now.ranks)[:5]),
    ]
    return write(now, tmp_path_factory.mktemp("reports"), comparisons=compared(now, asked)).folder


def page(report: Path, name: str) -> LexborHTMLParser:
    return LexborHTMLParser((report / name).read_text(encoding="utf-8"))


def test_the_league_links_to_every_table_and_names_who_moved(report: Path) -> None:
    league = page(report, "index.html")
    links = [a.attributes["href"] for a in league.css(".alike a")]
    assert links
    assert {f"{p.relative_to(report).as_posix()}" for p in report.glob("tables/*.html")} == set(
        links
    )
    moved = league.css_first("section[aria-labelledby=moved]").text()
    assert "1 website of the" in moved
    assert "+20.0" in moved
    assert not league.css("script:not([src])")
    assert "<script>alert" not in (report / "index.html").read_text()
    assert (
        "Too few ranked to compare: " in league.css_first("section[aria-labelledby=alike]").text()
    )


def test_a_table_shows_its_own_places_and_an_empty_one_says_so(report: Path) -> None:
    ours = page(report, "tables/cohort-Ours.html")
    places = [node.text() for node in ours.css(".league .place")]
    assert places == ["1", "2", "3", "4", "5"]
    empty = next(report.glob("tables/cohort-*script*.html"))
    said = page(report, f"tables/{empty.name}").css_first("main").text()
    assert "None of these websites could be ranked" in said
    assert "nowhere" in said


def test_comparisons_come_as_tables_too(report: Path) -> None:
    tables = (report / "tables.csv").read_text().splitlines()
    assert tables[0] == "kind,table,rank,rank_low,rank_high,slug,name,status,reason,score"
    assert any(row.startswith("cohort,Ours,1,") for row in tables)
    weights = (report / "weights.csv").read_text().splitlines()
    assert weights[0].startswith("slug,name,rank,equal-categories,")
    assert len(weights) == 1 + len(page(report, "index.html").css(".league tr[data-n]"))
    moved = (report / "movers.csv").read_text().splitlines()
    assert len(moved) == 2
    book = openpyxl.load_workbook(report / "league.xlsx", read_only=True)
    sheets = {"Standards", "Like with like", "Places by other weights", "What moved"}
    assert sheets < set(book.sheetnames)
    names = [str(row[1]) for row in book["Like with like"].values]
    assert "'=HYPERLINK(1)" in names
    assert "=HYPERLINK(1)" not in names
    changed = [row for row in (report / "league.csv").read_text().splitlines() if ",20.0," in row]
    assert len(changed) == 1


def test_the_range_of_a_place_holds_it_under_every_weighting(report: Path) -> None:
    rows = page(report, "weights.html").css("section[aria-labelledby=places] tbody tr")
    assert rows
    for row in rows:
        cells = [cell.text(strip=True) for cell in row.css("td")]
        own, band, others = int(cells[0]), cells[1], [int(c) for c in cells[2:]]
        low, high = min(own, *others), max(own, *others)
        assert band == (f"{low} to {high}" if low != high else f"{low}")


# Where the bar is met


def test_a_standard_is_kept_where_each_of_its_rules_that_was_judged_is_met() -> None:
    sector = Sector(20, page_count=4)
    names = ["One; Two", "Two", "One"]
    counted = [rule for rule in sector.rules if rule.status is Status.SCORED][:3]
    other = next(rule for rule in sector.rules if rule.status is not Status.SCORED)
    rules = [
        replace(rule, standard=Standard(name), wcag=wcag)
        for rule, name, wcag in zip(
            [*counted, other],
            [*names, "Two"],
            [("1.4.10", "1.1.1"), (), ("9.9.9",), ("1.1.1",)],
            strict=True,
        )
    ]
    found = standards.standings(rules, league.first_lines(sector).values())
    sources = {source.name: source for source in breakdown.by_standard(found)}
    assert {name: len(source.rules) for name, source in sources.items()} == {"One": 2, "Two": 2}
    met = {
        slug: {score.rule: score.met for score in scores.rules}
        for slug, scores in sector.scores.items()
    }
    for name, members in (("One", (0, 2)), ("Two", (0, 1))):
        told = {s: [m.get(counted[n].id) for n in members] for s, m in met.items()}
        judged = {s: own for s, own in told.items() if any(one is not None for one in own)}
        assert sources[name].judged == len(judged)
        assert sources[name].kept == sum(False not in own for own in judged.values())
    criteria = breakdown.by_criterion(found)
    assert [(c.name, c.level) for c in criteria] == [
        ("1.1.1 Non-text Content", "A"),
        ("1.4.10 Reflow", "AA"),
    ]


def test_shares_by_kind_are_those_of_its_sites_and_silent_where_few_were_judged() -> None:
    sector = Sector(30, page_count=4)
    lines = league.first_lines(sector)
    england = tuple(s.slug for s in sector.sites if s.nation == "England")
    kinds = peers.views(
        [alike.Alike("nation", "England", england, {}), alike.Alike("nation", "None", (), {})],
        lines,
    )
    found = standards.standings(sector.rules, lines.values())
    for standing, (share, none) in breakdown.by_kind(found, kinds):
        told = [s.met for line, s in standing.by_site if line.site.slug in england]
        told = [met for met in told if met is not None]
        assert none is None
        assert share == (sum(told) / len(told) if len(told) >= 3 else None)


def test_the_picture_is_also_a_table_council_by_council(report: Path) -> None:
    rows = page(report, "rules/councils.html").css("tbody tr")
    league_rows = page(report, "index.html").css(".league tr[data-n]")
    assert [row.css_first("th a").text() for row in rows] == [
        row.css_first("th a").text() for row in league_rows
    ]
    for row in rows:
        counts = [cell.text().split(" of ") for cell in row.css("td") if " of " in cell.text()]
        whole, parts = counts[0], counts[1:]
        assert [int(n) for n in whole] == [sum(int(p[i]) for p in parts) for i in (0, 1)]
    kinds = page(report, "rules/kinds.html")
    heads = [cell.text() for cell in kinds.css_first("thead").css("th")]
    assert heads[:3] == ["Rule", "All", "England"]
    assert kinds.css("tbody td")
    lines = (report / "standards.csv").read_text().splitlines()
    assert lines[0] == "kind,standard,level,rules,websites_judged,websites_keeping,share"
    assert lines[1].startswith("standard,WCAG 2.2,,")


def test_a_rule_nobody_meets_names_the_nearest_to_learn_from() -> None:
    lines = list(league.first_lines(Sector(3)).values())
    scores = [RuleScore("a/b", share, 9, 1, 0, 0, False) for share in (0.4, 0.9, 0.0)]
    rule = Sector(3).rules[0]
    standing = standards.Standing(rule, "a/b", tuple(zip(lines, scores, strict=True)))
    assert standing.nearest == (lines[1], scores[1])
    nothing = replace(standing, by_site=((lines[2], scores[2]),))
    assert nothing.nearest is None

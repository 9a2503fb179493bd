"""Right of reply: reading the file, what an accepted reply does to a score, where it shows."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from report_sector import Sector

from lgaudit import replies, replying
from lgaudit.errors import RepliesError
from lgaudit.evaluate import issues, scores
from lgaudit.models import Outcome, Status
from lgaudit.replies import Reply
from lgaudit.report.write import write

GOOD = """
[[replies]]
council = "{council}"
rule = "{rule}"
text = "These links are named by the heading before them."
who = "Web team"
date = 2026-11-20
expires = 2027-05-20
accepted = true
answer = "Seen and agreed."
"""


class Scored(Sector):
    """A made-up sector whose scores are the program's own."""

    def __post_init__(self):
        super().__post_init__()
        self.draws = {}
        for site in self.sites:
            result = self.site(site.slug)
            found = scores.score_outcomes(
                self.rules, self.bar, result.outcomes, result.pages, site=site.slug,
                seed=self.seed, coverage=result.coverage, verdict=result.verdict,
            )  # fmt: skip
            self.scores[site.slug], self.draws[site.slug] = found.score, found.draws

    def site(self, slug):
        found = super().site(slug)
        return replace(found, findings=tuple(issues.marked(f) for f in found.findings))


@pytest.fixture(scope="module")
def sector():
    return Scored(5)


def failing(sector, spots=False):
    """A ranked site and a scored page rule that fails on some of its pages."""
    scored = {r.id for r in sector.rules if r.status is Status.SCORED}
    for site in sector.sites:
        if sector.scores[site.slug].overall is None:
            continue
        for finding in sector.site(site.slug).findings:
            if finding.outcome is Outcome.FAILED and finding.rule in scored and finding.url:
                return site.slug, finding
    raise AssertionError("the sector has no failure")


def reply(council, **more):
    given = {
        "text": "Agreed with our testers.", "who": "Web team", "date": dt.date(2026, 11, 20),
        "expires": dt.date(2027, 5, 20), "accepted": True,
    }  # fmt: skip
    return Reply(council=council, **{**given, **more})


# Reading


def written(tmp_path, text) -> Path:
    path = tmp_path / "replies.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_file_is_read(tmp_path):
    path = written(tmp_path, GOOD.format(council="adur", rule="content/link-text-generic"))
    (one,) = replies.read(path)
    assert (one.council, one.target, one.accepted) == ("adur", "content/link-text-generic", True)
    assert one.expires == dt.date(2027, 5, 20)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("accepted = true", "acepted = true", ":9: replies number 1, acepted is not known"),
        ("accepted = true", "acepted = true", "Did you mean accepted?"),
        ("expires = 2027-05-20", "", "expires is missing"),
        ("expires = 2027-05-20", "expires = 2026-11-20", "must be after date"),
        ("2027-05-20", '"soon"', ":8: replies number 1, expires"),
        ('rule = "content/x"', "", "give either rule"),
        ('rule = "content/x"', 'issue = "nope"', ":4: replies number 1, issue"),
        ("accepted = true", 'issue = "0123456789abcdef"', "and not both"),
        ('who = "Web team"', 'who = " "', "must say something"),
        ("[[replies]]", "[[replies]", "is not valid TOML"),
        ("[[replies]]", "[[reply]]", "Did you mean replies?"),
    ],
)
def test_faults_are_named_with_their_line_and_a_hint(tmp_path, old, new, says):
    text = GOOD.format(council="adur", rule="content/x").replace(old, new)
    with pytest.raises(RepliesError) as told:
        replies.read(written(tmp_path, text))
    assert says in str(told.value)


def test_two_replies_to_one_thing_are_refused(tmp_path):
    text = GOOD.format(council="adur", rule="content/x")
    with pytest.raises(RepliesError, match=r"replies\.toml:12: .*has replied .* already"):
        replies.read(written(tmp_path, text * 2))


def test_unknown_councils_and_rules_are_told_at_once_with_the_nearest(tmp_path, sector):
    site, rule = sector.sites[0].slug, sector.rules[0].id
    text = GOOD.format(council="adurr", rule=rule) + GOOD.format(council=site, rule=rule + "s")
    with pytest.raises(RepliesError) as told:
        replying.load(str(written(tmp_path, text)), sector.sites, sector.rules)
    assert "there is no council 'adurr'. Did you mean adur?" in str(told.value)
    assert f"Did you mean {rule}?" in str(told.value)
    known = GOOD.format(council="adur", rule=rule)  # in the register, though not in this run
    assert len(replying.load(str(written(tmp_path, known)), sector.sites, sector.rules)) == 1


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(RepliesError, match="cannot be read"):
        replies.read(tmp_path / "none.toml")


# What it does to a score


def test_an_accepted_reply_to_a_rule_takes_its_failures_out_and_passes_nothing(sector):
    slug, finding = failing(sector)
    heard = replying.hear([reply(slug, rule=finding.rule)], sector, sector.draws)
    before = next(r for r in sector.scores[slug].rules if r.rule == finding.rule)
    after = next(r for r in heard.scores[slug].rules if r.rule == finding.rule)
    assert after.failed == 0 < before.failed
    assert after.passed == before.passed
    assert after.cant_tell == before.cant_tell + before.failed
    assert heard.said[0].pages == before.failed
    assert heard.scores[slug].overall.value > sector.scores[slug].overall.value
    others = [r for r in sector.scores[slug].rules if r.rule != finding.rule]
    assert [r for r in heard.scores[slug].rules if r.rule != finding.rule] == others
    assert set(heard.ranks) == {s for s, score in sector.scores.items() if score.overall}
    assert list(heard.scores) == [slug]


def test_a_reply_to_one_issue_leaves_pages_that_fail_in_other_ways_too(sector):
    slug, finding = failing(sector)
    marks = [spot.fingerprint for spot in finding.spots]
    assert len(set(marks)) > 1
    one = replying.hear([reply(slug, issue=marks[0])], sector, sector.draws)
    assert (one.scores, one.said[0].pages, one.said[0].rule) == ({}, 0, finding.rule)
    all_ = replying.hear([reply(slug, issue=m) for m in set(marks)], sector, sector.draws)
    assert all_.said[0].pages > 0
    assert all_.scores[slug].overall.value > sector.scores[slug].overall.value


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({"accepted": False}, "Not accepted"),
        ({"accepted": None}, "Not decided yet"),
        ({"expires": dt.date(2026, 11, 23)}, "Expired (was: accepted)"),
    ],
)
def test_replies_that_do_not_count_change_nothing_and_say_so(sector, more, state):
    slug, finding = failing(sector)
    heard = replying.hear([reply(slug, rule=finding.rule, **more)], sector, sector.draws)
    assert (heard.scores, heard.ranks, heard.said[0].state) == ({}, {}, state)
    assert not heard.said[0].counts


def test_replies_about_councils_outside_the_run_change_nothing(sector):
    heard = replying.hear([reply("adur", rule=sector.rules[0].id)], sector, sector.draws)
    assert (heard.scores, heard.said[0].site) == ({}, "")


# Where it shows


@pytest.fixture(scope="module")
def report(sector, tmp_path_factory):
    slug, finding = failing(sector)
    other = next(s.slug for s in sector.sites if s.slug != slug and sector.scores[s.slug].overall)
    found = [
        reply(slug, rule=finding.rule, answer="Seen and agreed."),
        reply(other, rule=finding.rule, accepted=False, text="<script>alert(1)</script>\u202e=1+1"),
        reply("adur", rule=finding.rule, expires=dt.date(2026, 11, 21)),
    ]
    heard = replying.hear(found, sector, sector.draws)
    folder = write(sector, tmp_path_factory.mktemp("replies"), heard=heard).folder
    return folder, heard, slug, other, finding.rule


def test_both_scores_stand_on_the_league_the_council_and_in_the_table(report, sector):
    folder, heard, slug, other, _ = report
    with_ = f"{heard.scores[slug].overall.value:.1f}"
    measured = f"{sector.scores[slug].overall.value:.1f}"
    assert with_ != measured
    for page in ("index.html", f"councils/{slug}.html"):
        text = (folder / page).read_text()
        assert with_ in text
        assert measured in text
        assert "with accepted replies" in text.lower()
    assert "accepted replies:" not in (folder / f"councils/{other}.html").read_text().lower()
    rows = {r["slug"]: r for r in csv.DictReader((folder / "league.csv").open(newline=""))}
    assert list(next(iter(rows.values())))[-3:] == [
        "score_with_replies", "rank_with_replies", "replies_accepted",
    ]  # fmt: skip
    row = rows[slug]
    assert float(row["score"]) < float(row["score_with_replies"])
    assert row["replies_accepted"] == "1"
    assert rows[other]["score"] == rows[other]["score_with_replies"]


def test_replies_stand_beside_the_finding_on_the_rule_and_on_the_method_page(report):
    folder, _, slug, other, rule = report
    for page in (f"councils/{slug}.html", f"rules/{rule}.html", "method.html"):
        text = (folder / page).read_text()
        assert "Agreed with our testers." in text
        assert "Web team" in text
    assert "Reply: Accepted" in (folder / f"councils/{slug}.html").read_text()
    assert "Reply: Not accepted" in (folder / f"councils/{other}.html").read_text()
    assert "Expired (was: accepted)" in (folder / "method.html").read_text()
    assert "#reply" in (folder / f"councils/{other}.html").read_text()


def test_a_hostile_reply_is_harmless(report):
    folder, _, _, other, rule = report
    for page in (f"councils/{other}.html", f"rules/{rule}.html", "method.html"):
        text = (folder / page).read_text()
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)" in text
        assert "\u202e" not in text


def test_replies_are_a_table_and_part_of_the_edition(report, sector, tmp_path):
    folder = report[0]
    rows = list(csv.DictReader((folder / "replies.csv").open(newline="")))
    assert [row["state"] for row in rows] == ["Accepted", "Not accepted", "Expired (was: accepted)"]
    plain = write(sector, tmp_path).folder
    assert (plain / "replies.csv").read_text().count("\n") == 1
    one = next(csv.DictReader((plain / "league.csv").open(newline="")))
    two = next(csv.DictReader((folder / "league.csv").open(newline="")))
    assert one["run"] != two["run"]
    assert one["score"] == one["score_with_replies"]

"""Baselines: matching that nothing can fool, a file that people edit, and the command."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_check import check, told

from lgaudit import baselines
from lgaudit.baselines import Baseline, BaselineError, Known
from lgaudit.cli.baseline import clean
from lgaudit.evaluate.baseline import (
    EXPIRED,
    KNOWN,
    NEW,
    UNLISTED,
    Comparison,
    Seen,
    compare,
    merged,
    updated,
)

TODAY = dt.date(2026, 11, 1)
RULES = ("axe/image-alt", "axe/label", "content/please")

snippets = st.one_of(
    st.builds(
        "<{} class='{}' href='{}' id='{}'>{}</{}>".format,
        st.sampled_from("a img h2 p".split()),
        st.sampled_from(["", "x", "x y", "m-a81f3c"]),
        st.sampled_from(["", "/a", "/b", "/b?v=2"]),
        st.sampled_from(["", "i1", "i2", "other"]),
        st.sampled_from(["", "click here", "one two three four five", "one two three four six"]),
        st.just("a"),
    ),
    st.sampled_from(["", "<", "https://www.example.gov.uk/a.css", "\ud800", "<a href=", "<html>"]),
    st.text(max_size=20),
)
places = st.builds(
    Seen,
    page=st.sampled_from(["", "/a", "/b", "/c"]),
    rule=st.sampled_from(RULES),
    snippet=snippets,
    selector=st.sampled_from(["", "main > a", "footer > p > a", "#x > a", "main > a >>> img"]),
    message=st.sampled_from(["", "“please”", "“utilise”", "Fix 3 things."]),
    sure=st.booleans(),
)
some = st.lists(places, max_size=12)


def against(
    known: tuple[Known, ...], seen: list[Seen], *, gone: frozenset[str] = frozenset()
) -> Comparison:
    return compare(known, seen, looked=lambda rule, page: True, gone=gone.__contains__, today=TODAY)


def kept(seen: list[Seen]) -> tuple[Known, ...]:
    return merged(place.known() for place in seen if place.sure)


def count(known: tuple[Known, ...]) -> int:
    return Baseline(known).places


@settings(deadline=None, max_examples=60)
@given(some, some)
def test_matching_is_one_to_one_and_loses_nothing(before: list[Seen], after: list[Seen]) -> None:
    known = kept(before)
    said = against(known, after)
    assert len({match.seen for match in said.matches}) == len(said.matches)
    used = Counter((match.known, match.page) for match in said.matches)
    for number, issue in enumerate(known):
        for page, number_there in issue.on():
            spot = (number, page)
            assert used[spot] + said.fixed.get(spot, 0) == number_there
    assert not said.unseen
    for match in said.matches:
        assert known[match.known].rule == after[match.seen].rule
    free = [n for n in range(len(after)) if n not in {m.seen for m in said.matches}]
    assert [said.status[n] for n in free] == [NEW if after[n].sure else UNLISTED for n in free]
    assert sum(place.sure for place in after) - count(known) <= said.status.count(NEW)


@settings(deadline=None, max_examples=60)
@given(some)
def test_equal_runs_match_wholly(seen: list[Seen]) -> None:
    sure = [place for place in seen if place.sure]
    said = against(kept(sure), sure)
    assert said.status == (KNOWN,) * len(sure)
    assert not said.fixed
    assert updated(kept(sure), sure, said) == kept(sure)


@settings(deadline=None, max_examples=60)
@given(some, some, st.randoms(use_true_random=False))
def test_order_does_not_matter(before: list[Seen], after: list[Seen], dice: random.Random) -> None:
    known = kept(before)
    said = against(known, after)
    mixed, turned = list(after), list(known)
    dice.shuffle(mixed)
    dice.shuffle(turned)
    again = against(tuple(turned), mixed)
    assert Counter(zip(after, said.status, strict=True)) == Counter(
        zip(mixed, again.status, strict=True)
    )
    by_name = {(known[n].order(), page): c for (n, page), c in said.fixed.items()}
    assert by_name == {(turned[n].order(), page): c for (n, page), c in again.fixed.items()}


@settings(deadline=None, max_examples=60)
@given(some, some)
def test_updating_only_ever_shrinks(before: list[Seen], after: list[Seen]) -> None:
    known = kept(before)
    said = against(known, after)
    shrunk = updated(known, after, said)
    assert count(shrunk) == count(known) - sum(said.fixed.values())
    grown = updated(known, after, said, grow=True)
    assert count(grown) == count(shrunk) + said.status.count(NEW)
    assert NEW not in against(grown, after).status


@settings(deadline=None, max_examples=60)
@given(some)
def test_a_file_keeps_everything(seen: list[Seen]) -> None:
    known = kept(seen)
    text = baselines.as_text(Baseline(known, "build"))
    again = baselines._Reader("b.json", text).baseline()
    assert baselines.as_text(again) == text
    sure = [place for place in seen if place.sure]
    assert NEW not in against(again.issues, sure).status


@given(st.one_of(st.text(), st.binary().map(lambda b: b.decode("latin-1"))))
def test_any_file_is_read_or_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(BaselineError, match=r"^b.json"):
        baselines._Reader("b.json", text).baseline()


def issue(**keys: Any) -> dict[str, Any]:
    return {"rule": "axe/image-alt", "element": "<img>", "pages": {"/": 1}, **keys}


def text_of(*issues: Any) -> str:
    return json.dumps({"lgaudit-baseline": 1, "issues": list(issues)}, indent=1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "b.json:1: is not valid JSON"),
        ("[]", "b.json:1: is not a baseline"),
        ('{\n"lgaudit-baseline": 7}', "b.json:2: is of a format"),
        ('{"lgaudit-baseline": 1,\n"issues": 3}', "b.json:2: issues must be a list"),
        (text_of(issue(), issue(rule="x")), "b.json:12: rule must be"),
        (text_of(issue(expires="soon")), "b.json:10: expires must be a date"),
        (text_of(issue(expires="2027-02-30")), "b.json:10: expires must be a date"),
        (text_of(issue(reason=3)), "b.json:10: reason must be text"),
        (text_of(issue(pages={"/a": 1, "/b": 0})), "b.json:9: the places on a page"),
        (text_of(issue(pages={"/a": True})), "b.json:8: the places on a page"),
        (text_of(issue(pages={"/a": 10**9})), "b.json:8: the places on a page"),
        (text_of(issue(reasn="later")), "b.json:10: 'reasn' is not known here"),
        (text_of("x"), "b.json:4: an issue must be"),
        ('{"lgaudit-baseline": 1, "issues": [], "issues": []}', "'issues' is given twice"),
        ('{\n<<<<<<< HEAD\n"issues": []', "b.json:2: is in an unfinished merge"),
        ("[" * 100_000, "b.json: cannot be read as JSON"),
        ('{"lgaudit-baseline": ' + "9" * 9_000 + "}", "b.json: cannot be read as JSON"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "b.json"
    file.write_text(text)
    with pytest.raises(BaselineError) as caught:
        baselines.read(file)
    assert words in str(caught.value)


def test_files_that_are_no_text_or_no_files(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_bytes(b"\xff\xfe{")
    with pytest.raises(BaselineError, match="UTF-8"):
        baselines.read(tmp_path / "b.json")
    with pytest.raises(BaselineError, match="cannot be read"):
        baselines.read(tmp_path)
    with pytest.raises(BaselineError, match="--grow-baseline"):
        baselines.read(tmp_path / "none.json")
    with pytest.raises(BaselineError, match="cannot be written"):
        baselines.write(tmp_path / "none" / "b.json", Baseline())
    with pytest.raises(BaselineError, match="cannot be written"):
        baselines.write(tmp_path, Baseline())
    assert sorted(p.name for p in tmp_path.iterdir()) == ["b.json"]


def test_what_was_not_looked_at_is_neither_fixed_nor_moved() -> None:
    image = Seen("/a", "axe/image-alt", "<img src=/a.png>", "main > img")
    copy = Seen("/b", "axe/image-alt", "<img src=/a.png>", "main > img")
    said = compare(
        kept([image]), [copy], looked=lambda r, p: p == "/b", gone=lambda p: False, today=TODAY
    )
    assert said.status == (NEW,)
    assert said.unseen == {(0, "/a"): 1}
    assert updated(kept([image]), [copy], said) == kept([image])


def test_reasons_and_dates_stay_and_end() -> None:
    image = Seen("/a", "axe/image-alt", "<img src=/a.png>", "main > img")
    restyled = Seen("/a", "axe/image-alt", "<img src=/a.png class=new>", "main > img")
    (entry,) = kept([image])
    for day, status in ((dt.date(2026, 10, 31), EXPIRED), (TODAY, KNOWN)):
        dated = Known(entry.rule, entry.element, entry.place, "", entry.pages, "Supplier", day)
        said = against((dated,), [restyled])
        assert said.status == (status,)
        (after,) = updated((dated,), [restyled], said)
        assert (after.reason, after.expires, after.element) == ("Supplier", day, restyled.snippet)


def test_a_known_failure_that_nobody_can_tell_of_is_kept_and_hides_nothing() -> None:
    text = Seen("/a", "axe/color-contrast", "<p>Pale</p>", "main > p")
    unsure = Seen("/a", "axe/color-contrast", "<p>Pale</p>", "main > p", sure=False)
    said = against(kept([text]), [unsure])
    assert said.status == (KNOWN,)
    assert updated(kept([text]), [unsure], said) == kept([text])
    assert against(kept([text]), [unsure, text]).status == (UNLISTED, KNOWN)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/", "/"),
        ("/index.html", "/"),
        ("/pay.html", "/pay"),
        ("/pay/", "/pay"),
        ("/pay/index.html", "/pay"),
        ("/reindex.html", "/reindex"),
        ("/INDEX.HTM", "/"),
    ],
)
def test_clean_addresses(path: str, name: str) -> None:
    assert clean(path) == name


PAGE = (
    "<!doctype html><html lang=en><head><meta charset=utf-8><title>{0} - Example</title>"
    "<meta name=viewport content='width=device-width, initial-scale=1'>"
    "<meta name=description content='What to do about {0}.'></head>"
    "<body><main><h1>{0}</h1>{1}</main></body></html>"
)
PAY = "<p>To pay, <a href=/pay>click here</a>.</p>"
APPEAL = "<p>To appeal, <a href=/appeal>click here</a>.</p>"
WORDS = ("--no-browser", "--only", "content/link-text-generic", "--quiet", "--baseline", "b.json")


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "build").mkdir()
    write(tmp_path, "parking", PAY)
    write(tmp_path, "index", "<p>Nothing.</p>")
    code, _, stderr = check("build", *WORDS, cwd=tmp_path)
    assert (code, "--grow-baseline" in stderr) == (2, True)
    code, _, stderr = check("build", *WORDS, "--grow-baseline", cwd=tmp_path)
    assert (code, "1 new added; holds 1" in stderr) == (0, True), stderr
    return tmp_path


def write(folder: Path, name: str, body: str) -> None:
    (folder / "build" / f"{name}.html").write_text(PAGE.format(name.title(), body))


def entries(folder: Path) -> list[dict[str, Any]]:
    issues: list[dict[str, Any]] = json.loads((folder / "b.json").read_text())["issues"]
    return issues


def test_the_file_is_small_and_readable(built: Path) -> None:
    assert json.loads((built / "b.json").read_text()) == {
        "lgaudit-baseline": 1,
        "folder": "build",
        "issues": [
            {
                "rule": "content/link-text-generic",
                "element": '<a href="/pay">click here</a>',
                "place": "main",
                "pages": {"/parking": 1},
            }
        ],
    }


def test_known_passes_new_fails_and_fixed_is_offered(built: Path) -> None:
    assert check("build", *WORDS, cwd=built)[0] == 0
    write(built, "parking", APPEAL)
    code, stdout, _ = check("build", *WORDS, cwd=built)
    assert code == 1
    assert stdout.index("New: Fails") < stdout.index("Against b.json")
    assert "/appeal" in stdout.split("Against")[0]
    assert "/pay" in stdout.split("--update-baseline removes them")[1]
    code, stdout, _ = check("build", *WORDS, "--format", "json", cwd=built)
    document = told(stdout)
    assert code == 1
    assert document["summary"]["baseline"] == {
        "new": 1,
        "known": 0,
        "expired": 0,
        "fixed": 1,
        "not_seen": 0,
    }
    assert [f["baseline"] for page in document["pages"] for f in page["findings"]] == ["new"]
    assert document["fixed"][0]["page"] == "/parking"
    code, _, stderr = check("build", *WORDS, "--update-baseline", cwd=built)
    assert (code, entries(built)) == (1, []), stderr


def test_known_ones_are_counted_only_and_moves_are_followed(built: Path) -> None:
    write(built, "parking", f"<div class=x>{PAY}</div>")
    code, stdout, _ = check("build", *WORDS, cwd=built)
    assert code == 0
    assert "/pay" not in stdout
    assert "nothing new fails" in stdout
    assert "0 new places, 1 known" in " ".join(stdout.split())
    (built / "build" / "parking.html").rename(built / "build" / "fines.html")
    assert check("build", *WORDS, "--update-baseline", cwd=built)[0] == 0
    assert entries(built)[0]["pages"] == {"/fines": 1}


def test_one_file_of_the_folder_is_the_same_page(built: Path) -> None:
    assert check("build/parking.html", *WORDS, cwd=built)[0] == 0
    write(built, "index", PAY)
    code, stdout, _ = check("build/index.html", *WORDS, cwd=built)
    assert code == 1
    assert "1 not looked at this time" in " ".join(stdout.split())
    code, stdout, _ = check("build/index.html", *WORDS, "--all-pages", cwd=built)
    assert code == 0


def test_an_expired_entry_is_new_again_and_says_so(built: Path) -> None:
    document = json.loads((built / "b.json").read_text())
    document["issues"][0] |= {"reason": "Waiting for the supplier", "expires": "2020-01-31"}
    (built / "b.json").write_text(json.dumps(document))
    code, stdout, stderr = check("build", *WORDS, cwd=built)
    assert code == 1
    assert "/pay" in stdout
    assert "let pass until 2020-01-31 (reason given: Waiting for the supplier)" in stderr


def test_rules_that_did_not_run_fix_nothing(built: Path) -> None:
    words = [word if "link-text" not in word else "content/faq" for word in WORDS]
    code, stdout, _ = check("build", *words, "--update-baseline", cwd=built)
    assert code == 0, stdout
    assert len(entries(built)) == 1


def test_part_of_a_site_does_not_fix_what_is_wrong_with_the_whole(tmp_path: Path) -> None:
    (tmp_path / "build").mkdir()
    for name, title in (("a", "Bins"), ("b", "Bins"), ("c", "Parks")):
        body = f"<p>Page {name} is about {name * 9}.</p>"
        (tmp_path / "build" / f"{name}.html").write_text(PAGE.format(title, body))
    words = [word if "link-text" not in word else "accessibility/title-duplicate" for word in WORDS]
    code, _, stderr = check("build", *words, "--grow-baseline", cwd=tmp_path)
    assert code == 0
    before = entries(tmp_path)
    assert [list(issue["pages"]) for issue in before] == [[""]], stderr
    assert check("build/a.html", *words, "--update-baseline", cwd=tmp_path)[0] == 0
    assert entries(tmp_path) == before
    (tmp_path / "build" / "b.html").write_text(PAGE.format("Trees", "<p>Trees and woods.</p>"))
    assert check("build", *words, "--update-baseline", cwd=tmp_path)[0] == 0
    assert entries(tmp_path) == []


def test_a_broken_file_or_a_missing_option_is_a_sentence(built: Path) -> None:
    (built / "b.json").write_text('{\n"lgaudit-baseline": 1,\n"issues": {}}')
    code, _, stderr = check("build", *WORDS, cwd=built)
    assert code == 2
    assert "b.json:3: issues must be a list" in stderr
    code, _, stderr = check("build", "--no-browser", "--update-baseline", cwd=built)
    assert (code, "needs --baseline FILE" in " ".join(stderr.split())) == (2, True)

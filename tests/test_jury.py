"""Judging in other processes says what judging here says, whatever becomes of them."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace

import pytest

from lgaudit import jury
from lgaudit.evaluate import rulebook
from lgaudit.evaluate.checks.vocabulary import VOCABULARY
from lgaudit.evidence import Page, Snapshot
from lgaudit.gather.asked import Asked
from lgaudit.jury import MANY, Jury, evaluate
from lgaudit.models import OK, Reason, Site

BOOK = rulebook.load(only=("content",))
HOME = "https://alder.example/"
BODY = b"<title>Bins</title><h1>Bins</h1><img src=a.png><p>Click <a href=/b>here</a> for bins."
VISIT = Snapshot(
    Site("alder", HOME),
    OK,
    tuple(Page(f"{HOME}{n}", f"{HOME}{n}", status=200, body=BODY * (n + 1)) for n in range(3)),
)


@pytest.fixture
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jury, "cores", lambda: 2)
    monkeypatch.setattr(jury, "MOST", 1)


async def test_a_process_that_dies_is_replaced_and_says_the_same(two_cores: None) -> None:
    here = evaluate(BOOK, VISIT)
    assert here.findings
    assert VISIT.pages[0].dom.css_first("h1") is not None  # a tree that must not be sent
    async with Jury(BOOK, sites=MANY) as many:
        assert await many.judge(VISIT) == here
        (seat,) = many._all
        before = seat._process
        assert before is not None
        before.kill()
        before.wait()
        assert await many.judge(VISIT) == here
        assert seat._process is not before
    assert seat._process is None, "a process was left behind"


async def test_where_no_process_can_be_started_this_one_judges(
    two_cores: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jury, "_START", "raise SystemExit")
    async with Jury(BOOK, sites=MANY) as many:
        assert (await many.judge(VISIT)).findings


async def test_a_visit_that_ends_two_processes_is_lost_and_no_more(
    two_cores: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    begins = "from lgaudit.jury import *; from lgaudit.jury import _put, _take; import pickle, sys"
    ends = "_take(sys.stdin.buffer); _put(sys.stdout.buffer, pickle.dumps(True))"
    monkeypatch.setattr(jury, "_START", f"{begins}; {ends}")
    async with Jury(BOOK, sites=MANY) as many:
        with pytest.raises(RuntimeError, match="two processes"):
            await many.judge(VISIT)


async def test_rules_of_checks_known_here_alone_are_judged_here(
    two_cores: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = replace(VOCABULARY[BOOK.rules[0].check], name="mine")
    monkeypatch.setitem(VOCABULARY, "mine", mine)
    rules = (replace(BOOK.rules[0], check="mine"),)
    async with Jury(replace(BOOK, rules=rules), sites=MANY) as many:
        found = await many.judge(VISIT)
        assert many._all[0]._process is None
    assert found == evaluate(replace(BOOK, rules=rules), VISIT)


def test_a_fault_of_ours_is_told_where_it_happened(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("no such thing")

    monkeypatch.setattr(jury, "summarise", broken)
    lost = jury._answer(BOOK, VISIT, ())
    assert lost.verdict.reason is Reason.PROGRAM_ERROR
    assert "test_jury.py" in lost.verdict.detail


def test_what_was_read_of_pages_is_gone_without_being_collected() -> None:
    visit = replace(VISIT, pages=tuple(page.bare() for page in VISIT.pages))
    trees = [weakref.ref(page.dom) for page in visit.pages]
    gc.disable()
    try:
        assert evaluate(BOOK, visit).findings
        assert [tree() for tree in trees] == [None] * 3
    finally:
        gc.enable()


async def test_of_many_answers_those_wanted_last_are_known() -> None:
    asked: list[str] = []
    known: Asked[str] = Asked(2)

    async def want(key: str) -> str:
        async def ask() -> str:
            asked.append(key)
            return key.upper()

        return await known.get(key, ask)

    for key in "abaca":
        assert await want(key) == key.upper()
    assert asked == ["a", "b", "c"], "a was wanted again before c came, so b went"
    assert await want("b") == "B"
    assert asked == ["a", "b", "c", "b"]


async def test_a_question_that_fails_is_asked_again() -> None:
    known: Asked[str] = Asked(2)

    async def fail() -> str:
        raise OSError

    async def answer() -> str:
        return "there"

    with pytest.raises(OSError):  # noqa: PT011 - any will do
        await known.get("a", fail)
    assert await known.get("a", answer) == "there"

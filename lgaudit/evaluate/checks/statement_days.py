"""Checks of the dates in an accessibility statement: prepared, reviewed, tested, promised."""

from __future__ import annotations

import re

from lgaudit.evaluate.checks.vocabulary import (
    Result,
    cant_tell,
    failed,
    inapplicable,
    passed,
    site_check,
)
from lgaudit.evaluate.statement import days
from lgaudit.evaluate.statement.main import of_main
from lgaudit.evaluate.statement.reading import NON_ACCESSIBLE, Statement, quoted
from lgaudit.evidence import Snapshot
from lgaudit.models import Spot

_PREPARED = re.compile(
    r"\b(?:statement|it|page) was (?:first |originally |last )?"
    r"(?:prepared|published|created|written|produced|adopted|approved)\b"
    r"|\bprepared on\b|\bprepared: ?\d|\bwe (?:first |last )?(?:prepared|wrote|published) this\b"
    r"|\bfirst published\b|\bdate (?:of preparation|prepared|published)\b",
    re.I,
)
_REVIEWED = re.compile(
    r"\b(?:last |most recently |next )?(?:reviewed|updated|revised|amended)\b"
    r"|\blast (?:review|update)\b",
    re.I,
)
_NEXT = re.compile(r"\bnext\b|\bwill (?:be )?(?:next )?review", re.I)
_TESTED = re.compile(
    r"\b(?:tested|tests?|testing|audit(?:ed)?|evaluat(?:ed|ion)|assess(?:ed|ment)|checked)\b", re.I
)


@site_check
def statement_promises_kept(visit: Snapshot) -> Result:
    """No date by which something was to be mended has passed."""

    def judge(statement: Statement) -> Result:
        if visit.started is None:
            return inapplicable("The day of the visit is not known.")
        today = visit.started.date()
        section = statement.section(*NON_ACCESSIBLE)
        sentences = re.split(r"(?<=[.!?])\s+|\n+", section) if section else statement.sentences
        promised = days.promises(sentences)
        if statement.page.main is not None:
            promised += days.promised_in_tables(statement.page.main)
        if not promised:
            return inapplicable("The statement promises nothing by a date.")
        month = today.replace(day=1)
        late = [(date, sentence) for date, sentence in promised if date < month]
        if not late:
            return passed(f"Every date it gives for a fix is still to come ({len(promised)}).")
        url = statement.page.url
        spots = [Spot("", url, quoted(sentence)) for _, sentence in late]
        return failed(
            f"It still promises a fix by a date that has passed: {quoted(late[0][1])}.", spots
        )

    return of_main(judge, visit)


@site_check
def statement_prepared_on(visit: Snapshot) -> Result:
    """The statement says when it was prepared."""

    def judge(statement: Statement) -> Result:
        return _dated(statement, _PREPARED, "was prepared", _REVIEWED)

    return of_main(judge, visit)


@site_check
def statement_tested_on(visit: Snapshot) -> Result:
    """The statement says how and when the website was tested."""

    def judge(statement: Statement) -> Result:
        return _dated(statement, _TESTED, "was last tested", _PREPARED)

    return of_main(judge, visit)


def _dated(
    statement: Statement, pattern: re.Pattern[str], what: str, other: re.Pattern[str]
) -> Result:
    """A date in a sentence the pattern matches, or in the next unless that is of an ``other``."""
    sentences = statement.sentences
    said = ""
    for number, sentence in enumerate(sentences):
        if not pattern.search(sentence):
            continue
        said = said or sentence
        after = "".join(sentences[number + 1 : number + 2])
        near = sentence if other.search(after) else f"{sentence} {after}"
        if days.latest_in(near) is not None:
            return passed(f"It says: {quoted(sentence)}.")
    if said:
        return failed(f"It gives no date on which it {what}: {quoted(said)}.")
    return failed(f"It does not say when it {what}.")


@site_check
def statement_reviewed_within(visit: Snapshot, *, days_old: int = 366) -> Result:
    """The statement was reviewed, or prepared, at most ``days_old`` days before the visit."""

    def judge(statement: Statement) -> Result:
        if visit.started is None:
            return inapplicable("The day of the visit is not known.")
        today = visit.started.date()
        said = [
            (date, sentence)
            for sentence in statement.sentences
            if (_REVIEWED.search(sentence) or _PREPARED.search(sentence))
            and not _NEXT.search(sentence)
            if (date := days.latest_in(sentence)) is not None
        ]
        if not said:
            return cant_tell("No date of preparation or review could be read.")
        date, sentence = max(said)
        age = (today - date).days
        if age <= days_old:
            return passed(f"It says: {quoted(sentence)}.", float(max(age, 0)))
        return failed(
            f"Last reviewed {_ago(age)} before our visit: {quoted(sentence)}.", metric=float(age)
        )

    return of_main(judge, visit)


def _ago(age: int) -> str:
    return f"{age // 30} months" if age < 730 else f"{age // 365} years"

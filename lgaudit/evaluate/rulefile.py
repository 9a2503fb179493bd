"""One rule file: how it is read, refused, or becomes a :class:`~lgaudit.models.Rule`."""

from __future__ import annotations

import re
import typing
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from lgaudit import register
from lgaudit.evaluate import patterns
from lgaudit.evaluate.checks.vocabulary import REQUIRED, VOCABULARY, Check
from lgaudit.evaluate.ruleschema import AppliesTable, ExampleTable, PageTable, RuleTable
from lgaudit.models import (
    AppliesTo,
    Example,
    ExamplePage,
    Kind,
    Outcome,
    Rule,
    Scope,
    Standard,
)
from lgaudit.strict import Reader, did_you_mean

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def read(path: Path, pack: str) -> tuple[Rule | None, list[str]]:
    """The rule of a file, or None, and every problem of the file (file, line, reason, remedy)."""
    reader = Reader(str(path))
    name = path.stem
    if not NAME.fullmatch(name):
        reader.problem(
            f"the file name {name!r} must be small letters, digits and single hyphens,"
            " as in link-text-generic.toml. Rename it."
        )
    table = reader.table(path)
    if table is None:
        return None, reader.problems
    raw = reader.struct(RuleTable, table)
    if raw is None:
        _check_of(table.get("check"), reader)
        return None, reader.problems
    check = _check_of(raw.check, reader)
    if check is not None:
        _agree(raw, check, reader)
        _options(raw.options, check, reader)
    _applies(raw, reader)
    _examples_enough(raw, reader)
    if reader.problems or check is None:
        return None, reader.problems
    return _rule(raw, f"{pack}/{name}", check, str(path), table), []


def _check_of(name: object, reader: Reader) -> Check | None:
    if not isinstance(name, str):
        return None
    check = VOCABULARY.get(name)
    if check is None:
        reader.problem(
            f"there is no check named {name!r}.{did_you_mean(name, VOCABULARY)}"
            " `lgaudit rules list --checks` names them all.",
            ("check",),
        )
    return check


def _agree(raw: RuleTable, check: Check, reader: Reader) -> None:
    if raw.yields_to and raw.scope is not Scope.PAGE:
        reader.problem(
            "only a page rule can leave elements to another rule. Remove yields_to.",
            ("yields_to",),
        )
    if raw.scope is not check.scope:
        reader.problem(
            f"check {check.name} judges a {check.scope.value}, so scope must be"
            f' "{check.scope.value}".',
            ("scope",),
        )


def _options(options: Mapping[str, Any], check: Check, reader: Reader) -> None:
    hints = _hints(check.function) if options else {}
    for name, value in options.items():
        place = ("options", name)
        if name not in check.options:
            known = ", ".join(sorted(check.options)) or "none"
            reader.problem(
                f"check {check.name} has no option {name}."
                f"{did_you_mean(name, check.options)} It has: {known}.",
                place,
            )
            continue
        try:
            reader.value(hints.get(name, Any), value, place)
        except TypeError:  # an annotation that no TOML value can be held against
            continue
    for name, default in check.options.items():
        if default is REQUIRED and name not in options:
            reader.problem(f"check {check.name} needs the option {name}. Add it.", ("options",))
    for name, fault in patterns.faults(options):
        reader.problem(f"options, {name}: {fault}.", ("options", name))


@cache
def _hints(function: Callable[..., Any]) -> Mapping[str, Any]:
    """What types the options of a check have; several rules share one check."""
    try:
        return typing.get_type_hints(function)
    except (NameError, TypeError):
        return {}  # a check from outside may be annotated with what only its author can import


def _applies(raw: RuleTable, reader: Reader) -> None:
    limits = raw.applies_to
    if limits is None:
        return
    for type_ in limits.type:
        _known_type(type_, reader, ("applies_to", "type"))
    if raw.scope is Scope.SITE and (limits.kind or limits.not_kind or limits.language):
        reader.problem(
            "a site rule is judged once a site, so applies_to may not name a kind, not_kind or"
            " language. Remove them.",
            ("applies_to",),
        )


def _known_type(type_: str, reader: Reader, place: tuple[str | int, ...]) -> None:
    if type_ not in register.TYPES:
        reader.problem(
            f"there is no council type {type_!r}.{did_you_mean(type_, register.TYPES)}"
            f" Use one of: {', '.join(register.TYPES)}.",
            place,
        )


def _examples_enough(raw: RuleTable, reader: Reader) -> None:
    outcomes = {e.outcome for e in raw.examples}
    for needed in (Outcome.PASSED, Outcome.FAILED):
        wanted = needed
        check = VOCABULARY.get(raw.check)
        if wanted is Outcome.FAILED and check is not None:
            if check.measure:
                continue
            wanted = Outcome.CANT_TELL if check.review else wanted
        if wanted not in outcomes:
            reader.problem(
                f'there is no example with outcome = "{wanted.value}". Every rule has at least'
                " one passed, one failed and one near miss. Add it."
            )
    if not any(e.near_miss for e in raw.examples):
        reader.problem(
            "there is no near miss: an example with near_miss = true that looks like a failure"
            " and is none. Add one."
        )
    for n, example in enumerate(raw.examples):
        place = ("examples", n)
        if example.near_miss and example.outcome in (Outcome.FAILED, Outcome.UNTESTED):
            reader.problem(
                f"examples number {n + 1}: a near miss may not have outcome"
                f' "{example.outcome.value}".',
                place,
            )
        if example.html is not None and example.pages:
            reader.problem(
                f"examples number {n + 1}: give either html or [[examples.pages]], not both.", place
            )
        if raw.scope is Scope.PAGE and (len(example.pages) > 1 or not _has_page(example)):
            reader.problem(
                f"examples number {n + 1}: an example of a page rule has exactly one page."
                " Give html.",
                place,
            )
        if example.council_type:
            _known_type(example.council_type, reader, (*place, "council_type"))


def _has_page(example: ExampleTable) -> bool:
    return example.html is not None or example.metrics is not None or bool(example.pages)


def _rule(raw: RuleTable, id: str, check: Check, source: str, table: Mapping[str, Any]) -> Rule:
    limits = raw.applies_to or AppliesTable()
    applies_to = AppliesTo(
        nation=tuple(limits.nation),
        type=tuple(limits.type),
        kind=tuple(k.value for k in limits.kind),
        language=tuple(limits.language),
        not_kind=tuple(k.value for k in limits.not_kind),
    )
    default = limits.kind[0] if limits.kind else Kind.OTHER
    made = table.get("examples", [])
    standard = raw.standard
    return Rule(
        id=id,
        title=raw.title.strip(),
        severity=raw.severity,
        scope=raw.scope,
        status=raw.status,
        category=raw.category or id.split("/", 1)[0],
        check=raw.check,
        why=raw.why.strip(),
        fix=raw.fix.strip(),
        standard=Standard(standard.name, standard.clause, standard.url) if standard else None,
        wcag=tuple(raw.wcag),
        applies_to=applies_to,
        options=_frozen(raw.options),
        examples=tuple(_example(e, t, default) for e, t in zip(raw.examples, made, strict=True)),
        meets_at=raw.meets_at,
        yields_to=tuple(raw.yields_to),
        timing=check.timing,
        source=source,
    )


def _frozen(value: Any) -> Any:
    """Lists as tuples, so that no check can change an option."""
    if isinstance(value, dict):
        return {key: _frozen(item) for key, item in value.items()}
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


def _example(raw: ExampleTable, table: Mapping[str, Any], kind: Kind) -> Example:
    pages: tuple[ExamplePage, ...]
    if raw.pages:
        tables = table["pages"]
        pages = tuple(
            _page(p, t, f"/page-{n}", kind)
            for n, (p, t) in enumerate(zip(raw.pages, tables, strict=True), 1)
        )
    elif _has_page(raw):
        pages = (_page(raw, table, "/example", kind),)
    else:
        pages = ()
    return Example(
        outcome=raw.outcome,
        pages=pages,
        note=raw.note,
        near_miss=raw.near_miss,
        nation=raw.nation,
        council_type=raw.council_type,
        site=dict(table.get("site", {})),
    )


def _page(
    raw: PageTable | ExampleTable, table: Mapping[str, Any], url: str, kind: Kind
) -> ExamplePage:
    return ExamplePage(
        html=raw.html or "",
        url=raw.url or url,
        status=raw.status,
        headers=dict(raw.headers),
        kind=raw.kind or kind,
        metrics=dict(table.get("metrics", {})),
        lang=raw.lang,
        expect=getattr(raw, "expect", False),
    )

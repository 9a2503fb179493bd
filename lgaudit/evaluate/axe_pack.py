"""axe-core's own rules as rules of ours: its metadata, held against ``rules/axe.toml``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from lgaudit.errors import RulebookError
from lgaudit.evaluate.axe_words import plain
from lgaudit.models import Rule, Scope, Severity, Standard, Status
from lgaudit.strict import Reader, did_you_mean

PACK = "axe"
CHECK = "axe_result"
FILE, METADATA = "axe.toml", "axe-metadata.json"
WCAG = "https://www.w3.org/TR/WCAG22/"
LEVELS = {  # tag -> where the rule comes from
    "wcag2a": "WCAG 2.0 A",
    "wcag2aa": "WCAG 2.0 AA",
    "wcag2aaa": "WCAG 2.0 AAA",
    "wcag21a": "WCAG 2.1 A",
    "wcag21aa": "WCAG 2.1 AA",
    "wcag22a": "WCAG 2.2 A",
    "wcag22aa": "WCAG 2.2 AA",
}
_NUMBER = re.compile(r"wcag(\d)(\d)(\d{1,2})")

Fate = Literal["scored", "advice", "probation", "left out"]


class Group(msgspec.Struct, frozen=True):
    """What becomes of the rules that carry one of these tags."""

    tags: list[str]
    status: Fate
    why: str


class Override(msgspec.Struct, frozen=True):
    """What is different for one rule, and why."""

    why: str
    status: Fate | None = None
    severity: Severity | None = None
    review: list[str] = []  # CSS selectors: elements of these kinds are for a person to look at


class Bar(msgspec.Struct, frozen=True):
    """``axe.toml``: groups in order, the first that fits a rule decides; then exceptions."""

    category: str
    groups: list[Group]
    overrides: dict[str, Override] = {}


class Entry(msgspec.Struct, frozen=True):
    """One rule as axe-core describes it."""

    id: str
    help: str
    description: str
    help_url: str
    impact: Severity
    tags: list[str]


class Metadata(msgspec.Struct, frozen=True):
    """Every rule of one version of axe-core, and where the words come from."""

    source: str
    version: str
    rules: list[Entry]


def rules(folder: Path) -> list[Rule]:
    """The rules that ``axe.toml`` and ``axe-metadata.json`` in a folder make, in id order.

    Raises:
        RulebookError: either file cannot be used; names the file, the place and the reason.
    """
    metadata, bar = _metadata(folder / METADATA), _bar(folder / FILE)
    known = {entry.id for entry in metadata.rules}
    problems = [
        f"{folder / FILE}: overrides, {name}: axe-core {metadata.version} has no such rule."
        f"{did_you_mean(name, known)}"
        for name in sorted(set(bar.overrides) - known)
    ]
    made = []
    for entry in sorted(metadata.rules, key=lambda e: e.id):
        fate = _fate(entry, bar)
        if fate is None:
            problems.append(
                f"{folder / FILE}: no group has a tag of axe-core's rule {entry.id}"
                f" ({', '.join(entry.tags)}). Add one of them to a group."
            )
        elif fate != "left out":
            made.append(_rule(entry, Status(fate), bar, str(folder / FILE)))
    if problems:
        raise RulebookError("\n".join(problems))
    return made


def axe_rules(rulebook: Iterable[Rule]) -> tuple[str, ...]:
    """axe-core's ids of the rules that need it run, sorted: what a browser should ask of it."""
    return tuple(sorted({str(r.options["rule"]) for r in rulebook if r.check == CHECK}))


def _fate(entry: Entry, bar: Bar) -> Fate | None:
    override = bar.overrides.get(entry.id)
    if override is not None and override.status is not None:
        return override.status
    tags = set(entry.tags)
    return next((group.status for group in bar.groups if tags & set(group.tags)), None)


def _rule(entry: Entry, status: Status, bar: Bar, source: str) -> Rule:
    override = bar.overrides.get(entry.id)
    numbers = _numbers(entry.tags)
    return Rule(
        id=f"{PACK}/{entry.id}",
        title=plain(entry.help),
        severity=(override.severity if override else None) or entry.impact,
        scope=Scope.PAGE,
        status=status,
        category=bar.category,
        check=CHECK,
        why=" ".join(
            filter(None, (f"{plain(entry.description)}.", override.why if override else ""))
        ),
        fix=f"{plain(entry.help)}. What is wrong, what is right, and why: {entry.help_url}",
        standard=_standard(entry, numbers),
        wcag=numbers,
        options={"rule": entry.id, **_review(override)},
        source=source,
    )


def _review(override: Override | None) -> dict[str, tuple[str, ...]]:
    return {"review": tuple(override.review)} if override and override.review else {}


def _numbers(tags: Sequence[str]) -> tuple[str, ...]:
    """Success criteria in the tags: wcag244 is 2.4.4 and wcag1410 is 1.4.10."""
    found = (match.groups() for tag in tags if (match := _NUMBER.fullmatch(tag)))
    return tuple(".".join(map(str, n)) for n in sorted(tuple(map(int, parts)) for parts in found))


def _standard(entry: Entry, numbers: Sequence[str]) -> Standard:
    level = next((LEVELS[tag] for tag in entry.tags if tag in LEVELS), "")
    if not level:
        return Standard("axe-core best practice", entry.id, entry.help_url)
    return Standard(level, ", ".join(numbers), WCAG)


def _metadata(path: Path) -> Metadata:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Metadata)
    except OSError as error:
        raise RulebookError(
            f"{path}: cannot be read: {error.strerror or error}. It says what axe-core's rules"
            " are, and must lie beside axe.toml."
        ) from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise RulebookError(
            f"{path}: is not what `make axe-metadata` writes: {error}. Run that again."
        ) from error


def _bar(path: Path) -> Bar:
    reader = Reader(str(path))
    table: Mapping[str, object] | None = reader.table(path)
    bar = None
    if table is not None:
        overrides = table.get("overrides", {})
        rest = {key: value for key, value in table.items() if key != "overrides"}
        bar = reader.struct(Bar, rest)
        if isinstance(overrides, Mapping):
            read = {
                name: reader.struct(Override, value, ("overrides", name))
                for name, value in overrides.items()
            }
            kept = {name: override for name, override in read.items() if override is not None}
            bar = msgspec.structs.replace(bar, overrides=kept) if bar is not None else None
        else:
            reader.problem("overrides must be tables, as in [overrides.region].", ("overrides",))
    if bar is None or reader.problems:
        raise RulebookError("\n".join(reader.problems))
    return bar

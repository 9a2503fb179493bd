"""``bar.toml``: what turns outcomes into scores."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec

from lgaudit.models import Severity
from lgaudit.results import Bar, Shown
from lgaudit.strict import Reader

Weight = Annotated[float, msgspec.Meta(ge=0)]
Share = Annotated[float, msgspec.Meta(gt=0, le=1)]


class MeetsAt(msgspec.Struct, frozen=True):
    """``[meets_at]``: the share at which a rule counts as met."""

    page: Share
    site: Share


class Evidence(msgspec.Struct, frozen=True):
    """``[ranked]``: what must have been seen of a site for it to be ranked."""

    pages: Annotated[int, msgspec.Meta(ge=1)]
    seen: Share


class Interval(msgspec.Struct, frozen=True):
    """``[interval]``: how sure the published intervals are."""

    confidence: Annotated[float, msgspec.Meta(gt=0, lt=1)]
    draws: Annotated[int, msgspec.Meta(ge=100, le=100_000)]


class ShownTable(msgspec.Struct, frozen=True):
    """``[shown."pack/name"]``: how a rule did on pages nobody here wrote."""

    judged: Annotated[int, msgspec.Meta(ge=1)]  # findings that a person judged
    wrong: Annotated[int, msgspec.Meta(ge=0)]  # of them false alarms
    mended: Annotated[int, msgspec.Meta(ge=0)]  # false alarms that the check no longer gives
    sites: Annotated[int, msgspec.Meta(ge=1)]  # that the findings judged came from


class BarTable(msgspec.Struct, frozen=True):
    """The whole file."""

    version: Annotated[str, msgspec.Meta(pattern=r"^\d{4}\.\d+$")]
    categories: dict[str, Weight]
    severities: dict[Severity, Weight]
    meets_at: MeetsAt
    ranked: Evidence
    interval: Interval
    shown: dict[str, ShownTable] = {}


def read(path: Path) -> tuple[Bar | None, list[str]]:
    """The bar of a file, or None, and every problem of the file."""
    reader = Reader(str(path))
    table = reader.table(path)
    raw = reader.struct(BarTable, table) if table is not None else None
    if raw is None:
        return None, reader.problems
    for severity in Severity:
        if severity not in raw.severities:
            reader.problem(f"severities, {severity.value} is missing. Add it.", ("severities",))
    if not any(raw.categories.values()):
        reader.problem("no category weighs anything. Give at least one a weight.", ("categories",))
    if reader.problems:
        return None, reader.problems
    return Bar(
        version=raw.version,
        category_weights=dict(raw.categories),
        severity_weights={s.value: raw.severities[s] for s in Severity},
        meets_at_page=raw.meets_at.page,
        meets_at_site=raw.meets_at.site,
        minimum_pages=raw.ranked.pages,
        minimum_seen=raw.ranked.seen,
        confidence=raw.interval.confidence,
        draws=raw.interval.draws,
        shown={rule: Shown(s.judged, s.wrong, s.mended, s.sites) for rule, s in raw.shown.items()},
    ), []

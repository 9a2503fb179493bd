"""Settings: defaults, then lgaudit.toml, then LGAUDIT_* variables, then the command line."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from lgaudit.errors import SettingsError
from lgaudit.strict import Reader, did_you_mean

Positive = Annotated[int, msgspec.Meta(ge=1)]
Seconds = Annotated[float, msgspec.Meta(ge=0)]


Level = Literal["minor", "moderate", "serious", "critical", "never"]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
Limit = Annotated[float, msgspec.Meta(ge=0)] | None


class Gate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Another level for some pages or packs; where several fit, the last one holds."""

    fail_on: Level
    paths: list[Name] = []  # as in "/news/*"; a star stands for anything; none: every page
    packs: list[Name] = []  # packs or rules, as in "content" or "axe/color-contrast"; none: all


class Budget(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Most that pages at a path may cost. Where several fit, the last that names a metric holds."""

    path: Name = "*"
    severity: Literal["minor", "moderate", "serious", "critical"] = "serious"
    page_weight_kb: Limit = None  # everything a first visit moves, in units of 1,024 bytes
    requests: Limit = None
    cls: Limit = None  # cumulative layout shift, unitless
    fcp_ms: Limit = None  # first contentful paint: desktop, not slowed down
    lcp_ms: Limit = None  # largest contentful paint
    tbt_ms: Limit = None  # total blocking time


class TemplateMapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The file that pages, or parts of them, are made from; the last entry that fits holds."""

    file: Name  # {1}, {2} stand for what the stars of the path stood for
    paths: list[Name] = []
    selector: str = ""  # only what is inside such elements, as in "footer"


class CheckSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The table [check] of lgaudit.toml: what pages before release must meet."""

    fail_on: Level = "minor"
    gates: list[Gate] = []
    budgets: list[Budget] = []
    templates: list[TemplateMapping] = []
    template_root: str = ""  # folder that template names in comments of the pages start from


class Cohort(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Councils to rank among themselves, such as a council and its ten neighbours."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    councils: Annotated[list[Name], msgspec.Meta(min_length=1, max_length=1000)]  # slugs


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything a run may be told. Sizes are bytes, times seconds unless the name says so."""

    # what to look at
    pages: Positive = 30  # pages sampled and judged on each site
    crawl_pages: Positive = 120  # pages fetched on each site to find the sample and site defects
    site_minutes: Seconds = 20.0
    site_bytes: Positive = 200_000_000
    documents: Annotated[int, msgspec.Meta(ge=0)] = 5  # PDFs read on each site
    links: Annotated[int, msgspec.Meta(ge=0)] = 100  # links checked on each site
    ask_search: bool = False  # ask each site's own search for a few of its tasks
    search_questions: Annotated[int, msgspec.Meta(ge=1, le=30)] = 10  # asked of one site, if at all
    search_pace: Seconds = 1.0  # least time between two of them, for an answer costs more to make
    seed: int = 1
    # how to look
    sites: Positive = 40  # sites fetched at the same time
    pace: Seconds = 0.5  # least time between two requests to one host
    timeout: Seconds = 20.0  # one request, connection to last byte
    page_bytes: Positive = 10_000_000  # a longer page is not read
    redirects: Positive = 10
    retries: Annotated[int, msgspec.Meta(ge=0)] = 2
    network_minutes: Seconds = 10.0  # a run waits so long for a network that is gone, then stops
    contact: str = ""  # e-mail or page that the user agent gives to site owners
    allow_private: bool = False  # follow redirects to private and loopback addresses
    cluster: str = ""  # address of a Dask scheduler, or local:N; '' looks from this process
    # browsers
    browser: bool = True
    browsers: Annotated[int, msgspec.Meta(ge=0)] = (
        0  # 0: one for each core, one more for several sites or many pages
    )
    grid: str = ""  # address of a Selenium Grid that lends its browsers; '' uses this machine's
    page_deadline: Seconds = 45.0  # one page in the browser, axe-core included
    quiet_pages: Annotated[int, msgspec.Meta(ge=0)] = 3  # pages timed in the quiet pass, each site
    quiet_loads: Positive = 3
    close_pages: Annotated[int, msgspec.Meta(ge=0)] = 6  # pages of each site, one a template,
    # that are looked at closely: by keyboard, at other sizes, for what moves
    picture_pages: Annotated[int, msgspec.Meta(ge=0)] = 3  # of those, pages of which a picture is
    # taken to show issues in place; kept with the evidence, cut to what is around them; 0: none
    recycle_pages: Positive = 300  # pages a browser sees before it is replaced
    chromium: str = ""  # path; '' looks in the usual places
    chromedriver: str = ""
    # where things are kept
    store: str = ""  # database URL; '' is lgaudit.db in the data folder
    out: str = "reports"
    cohorts: list[Cohort] = []  # tables of councils ranked among themselves, kept with the run
    replies: str = ""  # file of what councils reply to findings, see docs/replies.md
    suppliers: str = ""  # folder with more signs of suppliers, as evaluate/fingerprints has them
    # evidence: one WARC for each site of a run
    evidence: bool = True
    evidence_folder: str = ""  # '' is a folder beside the store
    evidence_runs: Annotated[int, msgspec.Meta(ge=0)] = 5  # runs whose evidence is kept; 0: all
    evidence_days: Annotated[int, msgspec.Meta(ge=0)] = 0  # evidence older than this goes; 0: none
    evidence_bytes: Annotated[int, msgspec.Meta(ge=0)] = 0  # of all runs together; 0: no limit
    evidence_site_bytes: Positive = 50_000_000  # files and pages of one site, unpacked; what is
    # longer is recorded without its body; pages that are judged are always whole
    # names answered by another address, for demonstrations and previews: host -> "127.0.0.1:8443"
    name_map: dict[str, str] = {}
    only_mapped: bool = False  # no other name may be looked up: nothing leaves this machine
    browser_roams: bool = False  # with a name map, browsers reach other names all the same
    ca_file: str = ""  # extra certificate authority, PEM


FILE = "lgaudit.toml"


def load(overrides: Mapping[str, Any], folder: Path | None = None) -> Settings:
    """Settings from every source; None values in ``overrides`` mean "not given".

    Raises:
        SettingsError: an unknown name or a value out of range, with the source that holds it.
    """
    merged = dict(_file(folder)[0])
    merged |= _checked(_environment(), "environment")
    merged |= _checked({k: v for k, v in overrides.items() if v is not None}, "command line")
    return msgspec.convert(merged, Settings)


def load_check(folder: Path | None = None) -> CheckSettings:
    """The table [check] of lgaudit.toml; its defaults when there is none.

    Raises:
        SettingsError: as ``load``.
    """
    return _file(folder)[1]


def _file(folder: Path | None) -> tuple[dict[str, Any], CheckSettings]:
    """What lgaudit.toml says, every problem in it told at once with its line."""
    path = (folder or Path.cwd()) / FILE
    if not path.exists():
        return {}, CheckSettings()
    reader = Reader(str(path))
    table = reader.table(path) or {}
    check = reader.struct(CheckSettings, table.pop("check", {}), ("check",))
    known = {info.encode_name: info for info in msgspec.structs.fields(Settings)}
    values = {}
    for name, value in table.items():
        if name in known:
            values[name] = reader.value(known[name].type, value, (name,))
        else:
            hint = did_you_mean(name, (*known, "check"))
            reader.problem(f"there is no setting named {name!r}.{hint}", (name,))
    if reader.problems:
        raise SettingsError("\n".join(reader.problems))
    return values, check or CheckSettings()


def _environment() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in os.environ.items():
        name = key.removeprefix("LGAUDIT_").lower()
        if key.startswith("LGAUDIT_") and name in Settings.__struct_fields__:
            found[name] = value
    return found


def _checked(values: Mapping[str, Any], source: str) -> dict[str, Any]:
    known = Settings.__struct_fields__
    for name in values:
        if name not in known:
            hint = did_you_mean(name, known)
            raise SettingsError(f"{source}: there is no setting named {name!r}.{hint}")
    try:
        settings = msgspec.convert(dict(values), Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{source}: {error}") from error
    return {name: getattr(settings, name) for name in values}

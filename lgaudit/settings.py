"""Settings: defaults, then lgaudit.toml, then LGAUDIT_* variables, then the command line."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec

from lgaudit.errors import SettingsError

Positive = Annotated[int, msgspec.Meta(ge=1)]
Seconds = Annotated[float, msgspec.Meta(ge=0)]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything a run may be told. Sizes are bytes, times seconds unless the name says so."""

    # what to look at
    pages: Positive = 30  # pages sampled and judged on each site
    crawl_pages: Positive = 120  # pages fetched on each site to find the sample and site defects
    site_minutes: Seconds = 20.0
    site_bytes: Positive = 200_000_000
    documents: Annotated[int, msgspec.Meta(ge=0)] = 5  # PDFs read on each site
    links: Annotated[int, msgspec.Meta(ge=0)] = 100  # links checked on each site
    seed: int = 1
    # how to look
    sites: Positive = 40  # sites fetched at the same time
    pace: Seconds = 0.5  # least time between two requests to one host
    timeout: Seconds = 20.0  # one request, connection to last byte
    page_bytes: Positive = 10_000_000  # a longer page is not read
    redirects: Positive = 10
    retries: Annotated[int, msgspec.Meta(ge=0)] = 2
    contact: str = ""  # e-mail or page that the user agent gives to site owners
    allow_private: bool = False  # follow redirects to private and loopback addresses
    # browsers
    browser: bool = True
    browsers: Annotated[int, msgspec.Meta(ge=0)] = 0  # 0: one for each core
    page_deadline: Seconds = 45.0  # one page in the browser, axe-core included
    quiet_pages: Annotated[int, msgspec.Meta(ge=0)] = 3  # pages timed in the quiet pass, each site
    quiet_loads: Positive = 3
    recycle_pages: Positive = 300  # pages a browser sees before it is replaced
    chromium: str = ""  # path; '' looks in the usual places
    chromedriver: str = ""
    # where things are kept
    store: str = ""  # database URL; '' is lgaudit.db in the data folder
    out: str = "reports"
    suppliers: str = ""  # folder with more signs of suppliers, as evaluate/fingerprints has them
    # names answered by another address, for demonstrations and previews: host -> "127.0.0.1:8443"
    name_map: dict[str, str] = {}
    only_mapped: bool = False  # no other name may be looked up: nothing leaves this machine
    ca_file: str = ""  # extra certificate authority, PEM


def load(overrides: Mapping[str, Any], folder: Path | None = None) -> Settings:
    """Settings from every source; None values in ``overrides`` mean "not given".

    Raises:
        SettingsError: an unknown name or a value out of range, with the source that holds it.
    """
    merged: dict[str, Any] = {}
    path = (folder or Path.cwd()) / "lgaudit.toml"
    if path.is_file():
        merged |= _checked(_read(path), str(path))
    merged |= _checked(_environment(), "environment")
    merged |= _checked({k: v for k, v in overrides.items() if v is not None}, "command line")
    return msgspec.convert(merged, Settings)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read: {error}. Correct or remove it.") from error


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
            near = difflib.get_close_matches(name, known, 1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise SettingsError(f"{source}: there is no setting named {name!r}.{hint}")
    try:
        settings = msgspec.convert(dict(values), Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{source}: {error}") from error
    return {name: getattr(settings, name) for name in values}

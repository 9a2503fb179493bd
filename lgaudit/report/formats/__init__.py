"""Formats other programs read: each a module with ``write(results, rules, engines) -> str``."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lgaudit.models import Engines, Rule
    from lgaudit.results import SiteResult

# Each is the name of a module here, loaded only when it is asked for.
NAMES = ("junit", "sarif", "github", "gitlab", "markdown", "earl", "html")


class Writer(Protocol):
    """The whole result of a check as one text; no clock, no files, equal for equal input."""

    def __call__(
        self, results: Sequence[SiteResult], rules: Sequence[Rule], engines: Engines
    ) -> str:
        """The text, without a line end after its last line."""
        ...


def writer(name: str) -> Writer:
    """The writer of a format named in ``NAMES``."""
    return cast(Writer, import_module(f"{__name__}.{name}").write)

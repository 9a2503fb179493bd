"""Where words go: results to standard output, everything about the work to standard error."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


@cache
def out() -> Console:
    """For results: what a user would redirect into a file."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=False)


@cache
def err() -> Console:
    """For progress, warnings and errors."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def complain(message: str) -> None:
    """An error: what is wrong and what to do next; never read as markup."""
    from rich.text import Text

    err().print(Text.assemble(("lgaudit: ", "bold red"), message), soft_wrap=True)


def note(message: str) -> None:
    """Something worth knowing that stops nothing."""
    from rich.text import Text

    err().print(Text.assemble(("lgaudit: ", "bold yellow"), message), soft_wrap=True)

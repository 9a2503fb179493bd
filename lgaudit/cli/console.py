"""Where words go: results to standard output, everything about the work to standard error."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TextIO

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


_hiding: list[Callable[[str], str]] = []


def keep_secret(hide: Callable[[str], str]) -> None:
    """From now on words about the work go through ``hide``, which blanks secrets out."""
    _hiding.append(hide)


def hidden(text: str) -> str:
    """The text without any secret this run was given."""
    for hide in _hiding:
        text = hide(text)
    return text


def complain(message: str) -> None:
    """An error: what is wrong and what to do next; never read as markup."""
    from rich.text import Text

    err().print(Text.assemble(("lgaudit: ", "bold red"), hidden(message)), soft_wrap=True)


def note(message: str) -> None:
    """Something worth knowing that stops nothing."""
    from rich.text import Text

    err().print(Text.assemble(("lgaudit: ", "bold yellow"), hidden(message)), soft_wrap=True)


def table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> None:
    """A table on a terminal; tab-separated lines, head included, for anything else."""
    if not out().is_terminal:
        for line in (head, *lines):
            print("\t".join(" ".join(cell.split()) for cell in line))
        return
    from rich.table import Table
    from rich.text import Text

    shown = Table(*head, box=None, pad_edge=False)
    for line in lines:
        shown.add_row(*(Text(cell) for cell in line))
    out().print(shown)


def as_json(document: Any) -> str:
    """JSON for standard output; in plain ASCII where its encoding could not carry the rest.

    Characters that could steer a terminal or turn text round are escaped, so nothing is lost.
    """
    plain = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    text = json.dumps(document, indent=2, ensure_ascii=plain)
    return _STEERING.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


_STEERING = re.compile(
    "[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufffe\uffff]"
)


def never_choke() -> None:
    """Show a question mark for a character that the user's encoding lacks, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):  # a stream of another make
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]


def let_go() -> None:
    """The reader of our output has gone: what is left to say to it goes nowhere."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        stream: TextIO = sys.stdout
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)

"""One of a thing is told as one: '1 rule', never '1 rules'."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import lgaudit
from lgaudit.plurals import count

SOURCE = Path(lgaudit.__file__).parent
COUNTED = re.compile(
    r" (?:(?:more|new|older) )?"
    r"(?:addresses|(?:council|cookie|example|issue|page|place|rule|run|site|website)s)\b"
)


def test_count() -> None:
    assert [count(n, "page") for n in (0, 1, 2, 1204)] == [
        "0 pages",
        "1 page",
        "2 pages",
        "1,204 pages",
    ]
    assert count(1, "box is", "boxes are") == "1 box is"
    assert count(3, "box is", "boxes are") == "3 boxes are"


def lengths_and_plurals(path: Path) -> Iterator[str]:
    """The f-strings in which a length is followed by a plural as it stands."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.JoinedStr):
            continue
        for value, after in itertools.pairwise(node.values):
            if (
                isinstance(value, ast.FormattedValue)
                and isinstance(after, ast.Constant)
                and "len(" in ast.unparse(value.value)
                and "count(" not in ast.unparse(value.value)
                and COUNTED.match(str(after.value))
            ):
                yield f"{path.name}:{node.lineno}: {ast.unparse(node)}"


def test_no_length_is_told_with_a_plural_of_its_own() -> None:
    files = [
        *(SOURCE / "cli").glob("*.py"), *(SOURCE / "archive").glob("*.py"),
        *(SOURCE / "report").glob("*.py"), *(SOURCE / "report" / "formats").glob("*.py"),
    ]  # fmt: skip
    assert len(files) > 60
    found = {said for path in files for said in lengths_and_plurals(path)}
    allowed = {said for said in found if any(word in said for word in ALWAYS_MANY)}
    assert found - allowed == set()


ALWAYS_MANY = (
    "the sitemap lists",  # more than were asked for
    "are about more of a site",
)


@pytest.mark.parametrize(
    "said", ["f'{len(found)} rules tested'", "f'and {len(x) - 3:,} more pages'"]
)
def test_a_plural_is_found(tmp_path: Path, said: str) -> None:
    path = tmp_path / "some.py"
    path.write_text(f"def say(found, x):\n    return {said}\n", "utf-8")
    assert len(list(lengths_and_plurals(path))) == 1

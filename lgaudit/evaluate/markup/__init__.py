"""Rules of axe-core judged from a page's markup, for pages that no browser looked at.

Only what needs no layout: names, roles, lists, headings, tables, languages, frames. What a style
sheet or a script may change for the better is for a person to look at, never failed.
"""

from __future__ import annotations

from lgaudit.evaluate.markup import (  # noqa: F401 - each enters its rules
    attributes,
    document,
    given_roles,
    landmarks,
    naming,
    owned_roles,
    structure,
    tables,
)
from lgaudit.evaluate.markup.judging import judge
from lgaudit.evaluate.markup.registry import JUDGED

__all__ = ["JUDGED", "judge"]

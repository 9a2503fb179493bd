"""One HTML page with everything in it: no scripts, no files beside it, nothing fetched."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from lgaudit.models import Engines, Rule
from lgaudit.report import cells, words
from lgaudit.report.formats import found
from lgaudit.report.prose import prose
from lgaudit.results import SiteResult

PLACES = 200  # shown for each rule; the rest are counted
_SHOWN_AT_ONCE = 5  # the rest of a rule's places are folded away


def write(results: Sequence[SiteResult], rules: Sequence[Rule], engines: Engines) -> str:
    """What fails with the fix and the places, then advice, then what a person must look at."""
    environment = Environment(
        loader=PackageLoader("lgaudit.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(prose=prose)
    groups = found.groups(found.places(results, rules))
    style = resources.files("lgaudit.report").joinpath("static/report.css").read_text("utf-8")
    return (
        environment.get_template("check.html")
        .render(
            style=Markup(style),  # our own file, not text from outside
            totals=found.totals(results, groups),
            pages=[
                (found.where(page).name, page.verdict.ok)
                for result in results
                for page in result.pages
            ],
            unseen=found.unseen(results),
            parts=[
                (title, [group for group in groups if group.part == part])
                for part, title in enumerate(found.PARTS)
            ],
            engines=engines,
            words=words,
            web_url=cells.web_url,
            most=PLACES,
            at_once=_SHOWN_AT_ONCE,
        )
        .rstrip()
    )

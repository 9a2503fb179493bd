"""Judge the one statement of a site."""

from __future__ import annotations

from collections.abc import Callable

from lgaudit.evaluate.checks.vocabulary import Result, inapplicable
from lgaudit.evaluate.statement.reading import Statement, statements
from lgaudit.evidence import Snapshot
from lgaudit.models import Spot


def of_main(judge: Callable[[Statement], Result], visit: Snapshot) -> Result:
    """The judgement of the site's statement, named by its page; inapplicable without one."""
    found = statements(visit)
    if found.main is None:
        if found.welsh:
            return inapplicable("Only a statement in Welsh was seen; its words are not judged.")
        return inapplicable("No accessibility statement was seen.")
    result = judge(found.main)
    if result.spots or result.outcome.value in ("passed", "inapplicable"):
        return result
    spot = Spot("", found.main.page.url, result.message)
    return Result(result.outcome, result.message, (spot,), result.metric)

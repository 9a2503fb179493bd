"""The text of a new rule file: comments that guide, and a working example of the check it uses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from lgaudit.errors import RulebookError
from lgaudit.evaluate import rulefile
from lgaudit.evaluate.checks.vocabulary import VOCABULARY, Check
from lgaudit.models import Rule
from lgaudit.strict import did_you_mean

USUAL_CHECK = "phrases_absent"
_HEAD = '''\
# {id}: a rule of the bar, in one file. Lines that start with # are notes for you; delete them
# when you are done. `lgaudit rules test {file}` runs the examples below.

# What a resident should find, as a sentence that is true when the rule is kept.
title = "{title}"

# minor: annoys. moderate: slows people down. serious: stops some people in part of the page.
# critical: keeps some people out altogether.
severity = "{severity}"

# "page": judged on every page that is looked at. "site": judged once for the whole site.
scope = "{scope}"

# scored: moves a council's score. probation: being tried out. advice: shown, never counted.
status = "probation"

# Why it matters to residents, in two or three plain sentences.
why = """Say here who is helped, and how."""

# What the people who run the site should do. Show the better wording or markup.
fix = """Say here what to change."""

# The success criteria of WCAG it belongs to, if any: wcag = ["2.4.4"]

# What is looked for. `lgaudit rules list --checks` names every check and its options.
check = "{check}"

# Where the rule comes from. A rule without a published standard is an opinion.
[standard]
name = "Name of the standard or guidance"
clause = ""
url = ""
'''
_APPLIES = """
# Whom the rule is for. Leave it out for everyone. Keys: nation, type, kind, not_kind, language.
"""
_OPTIONS = """
# The check's options. These are those of {model}, as a working start.
"""
_EXAMPLES = """
# Examples are the rule's tests and its documentation. At least one must fail, one pass, and one be
# a near miss: something that looks like a failure and is none. data-expect marks exactly the
# elements that must be reported. These are those of {model}: put your own in their place.
"""
_SECTION = re.compile(r"^\[+\s*([a-z_]+)[^\]\n]*\]+\s*(?:#.*)?$", re.M)


def text(id: str, file: Path, check_name: str, rules: Sequence[Rule]) -> str:
    """The new file's text; options and examples are taken from a rule that uses the check.

    Raises:
        RulebookError: the id is no id, there is no such check, or no rule file to start from.
    """
    parts = id.split("/")
    if len(parts) != 2 or not all(rulefile.NAME.fullmatch(part) for part in parts):
        raise RulebookError(
            f"{id!r} is not the name of a rule. Write pack/name, in small letters, digits and"
            " single hyphens: content/link-text-generic."
        )
    check = _check(check_name)
    model = _model(check, rules)
    source = Path(model.source).read_text(encoding="utf-8")
    head = _HEAD.format(
        id=id,
        file=file,
        title=parts[1].replace("-", " ").capitalize(),
        severity=model.severity.value,
        scope=model.scope.value,
        check=check.name,
    )
    found = _sections(source)
    return (
        head
        + _with(_APPLIES, found.get("applies_to", ""))
        + _with(_OPTIONS.format(model=model.id), found.get("options", ""))
        + _with(_EXAMPLES.format(model=model.id), found.get("examples", ""))
    )


def _check(name: str) -> Check:
    check = VOCABULARY.get(name)
    if check is None:
        raise RulebookError(
            f"There is no check named {name!r}.{did_you_mean(name, VOCABULARY)}"
            " `lgaudit rules list --checks` names them all."
        )
    return check


def _model(check: Check, rules: Sequence[Rule]) -> Rule:
    """The shortest rule file that uses the check."""
    using = [r for r in rules if r.check == check.name and Path(r.source).name == _file_of(r)]
    if not using:
        others = ", ".join(sorted({r.check for r in rules if Path(r.source).name == _file_of(r)}))
        raise RulebookError(
            f"No rule file uses the check {check.name} yet, so there is no example to start from."
            f" Write the file by hand, or start from one of: {others}."
        )
    return min(using, key=lambda r: (Path(r.source).stat().st_size, r.id))


def _file_of(rule: Rule) -> str:
    return f"{rule.id.split('/', 1)[1]}.toml"


def _sections(source: str) -> dict[str, str]:
    """The source's tables by their first word, in the words of the file."""
    heads = list(_SECTION.finditer(source))
    found: dict[str, str] = {}
    for head, following in zip(heads, [*heads[1:], None], strict=True):
        end = following.start() if following else len(source)
        name = head[1]
        found[name] = found.get(name, "") + source[head.start() : end].rstrip() + "\n\n"
    return found


def _with(comment: str, section: str) -> str:
    return f"{comment}{section.rstrip()}\n" if section else ""

"""Bring the catalogues in lgaudit/report/locale up to date with the templates.

python scripts/messages.py           writes the catalogues again; says what has no translation
python scripts/messages.py --check   only says whether they are up to date
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

from babel.messages import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, FileSystemLoader

from lgaudit.evaluate import weightings
from lgaudit.models import Kind
from lgaudit.report import languages, manual, words

REPORT = Path(languages.__file__).parent
TEMPLATES = (
    "base.html",
    "parts.html",
    "replies.html",
    "council.html",
    "method.html",
)  # those with an edition
_COUNTED = re.compile(r'words\.count\((?:[^()"]|\([^()]*\))*, "([^"]+)"(?:, "([^"]+)")?\)')
_STRING = re.compile(r'"([^"]*)"')
_SENTENCE = re.compile(r"[A-Z][a-z]|[^<>%={}|]*[a-z]+ |[ ][a-z]")


def template_messages() -> dict[str, str]:
    """Every message of the templates, with the first template it is in."""
    found: dict[str, str] = {}
    environment = Environment(
        loader=FileSystemLoader(REPORT / "templates"),
        extensions=[languages.Translating],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for name in TEMPLATES:
        environment.extend(translate=lambda text, name=name: found.setdefault(text, name) and text)
        environment.parse(environment.loader.get_source(environment, name)[0])
    kinds = {name.partition(".")[0] for name in TEMPLATES}  # the class of each one's page
    return {text: name for text, name in found.items() if text not in kinds}


def values() -> list[str]:
    """Texts that Python or an expression hands to a template."""
    tables = (words.REASONS, words.STATUSES, words.SEVERITIES, words.STOPPED)
    found = [text for table in tables for text in table.values()]
    found += [kind.value for kind in Kind]
    for check in manual.checks():
        found += [check.title, check.do]
    for entry in weightings.wanted():
        names = languages.CATEGORIES if "{category}" in entry.title else [""]
        found += [entry.title.replace("{category}", name) for name in names] + [entry.why]
    for name in TEMPLATES:
        source = (REPORT / "templates" / name).read_text(encoding="utf-8")
        for inside in re.findall(r"\{\{(.*?)\}\}|\{% (?:for|set)(.*?)%\}", source, re.S):
            text = _COUNTED.sub("", "".join(inside))
            found += [said for said in _STRING.findall(text) if _SENTENCE.match(said)]
    return list(dict.fromkeys([*found, *languages.VALUES]))


def counted() -> list[tuple[str, str]]:
    """Nouns that numbers stand before, one and many."""
    found = [("second", "seconds"), ("minute", "minutes")]
    for name in TEMPLATES:
        source = (REPORT / "templates" / name).read_text(encoding="utf-8")
        found += [(one, many or one + "s") for one, many in _COUNTED.findall(source)]
    return list(dict.fromkeys(found))


def catalogue(code: str) -> Catalog:
    """The catalogue with every message there is, keeping the translations it has."""
    path = REPORT / "locale" / f"{code}.po"
    old = read_po(io.BytesIO(path.read_bytes()), locale=code) if path.exists() else Catalog(code)
    new = Catalog(
        locale=code,
        project="lgaudit",
        version="reports",
        msgid_bugs_address="docs/corrections.md",
        last_translator=old.last_translator if path.exists() else "nobody yet",
        language_team=code,
        fuzzy=False,
        charset="utf-8",
    )
    new.header_comment = old.header_comment if path.exists() else ""
    for message, name in template_messages().items():
        kept = old.get(message)
        new.add(message, kept.string if kept else "", auto_comments=[name])
    for message in values():
        kept = old.get(message, languages.VALUE)
        new.add(message, kept.string if kept else "", context=languages.VALUE)
    for pair in counted():
        kept = old.get(pair[0], languages.VALUE)
        string = kept.string if kept and isinstance(kept.id, tuple) else ("",) * new.num_plurals
        new.add(pair, string, context=languages.VALUE)
    return new


def written(found: Catalog) -> bytes:
    """The catalogue as a file, without dates, so that equal ones are equal."""
    file = io.BytesIO()
    write_po(file, found, width=0, omit_header=False, sort_output=False, include_lineno=False)
    return re.sub(rb'"(POT-Creation-Date|PO-Revision-Date)[^\n]*\n', b"", file.getvalue())


def missing(found: Catalog) -> list[str]:
    """Messages without a translation."""
    return [
        str(m.id)
        for m in found
        if m.id and not (all(m.string) if isinstance(m.string, tuple | list) else m.string)
    ]


def main() -> int:
    """Write or check every catalogue."""
    stale = 0
    for code in languages.NAMES:
        if code == languages.ENGLISH:
            continue
        path = REPORT / "locale" / f"{code}.po"
        found = catalogue(code)
        text = written(found)
        if not path.exists() or path.read_bytes() != text:
            stale += 1
            if "--check" not in sys.argv:
                path.write_bytes(text)
        for message in missing(found):
            print(f"{path.name}: not translated: {message}")
    return stale if "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())

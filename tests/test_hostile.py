"""Strings from strangers come out harmless in everything the program writes.

One hostile run is put through every format, and every format has a judge. A new format: add what
writes it to ``REPORT`` (a pattern of file names of a report) or ``CHECK``, with its judge.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from fnmatch import fnmatch
from typing import Any

import openpyxl
import pytest
from lxml import etree
from markdown_it import MarkdownIt
from report_sector import Sector
from rich.console import Console
from selectolax.lexbor import LexborHTMLParser

from lgaudit.evaluate import judge
from lgaudit.models import Engines, Finding, Outcome, Reason, Spot, Verdict
from lgaudit.replies import Heard, Reply, Said
from lgaudit.report import contract, formats, summary, terminal
from lgaudit.report.write import write
from lgaudit.results import SupplierUse, TaskResult

LONG = "long " * 200_000  # 1 MB
PATIENCE = "long " * 3_000  # more of it than anyone should be shown
EVIL = {
    "script": "<script>alert(1)</script><img src=x onerror=alert(1)></title></style><svg/onload=x>",
    "attribute": '" onmouseover="alert(1)" x=\'',
    "formula": '=HYPERLINK("http://evil.example","pay")',
    "plus": "+1+cmd|' /C calc'!A0",
    "minus": "-1+1",
    "at": "@SUM(1+1)",
    "tab": "\t=1+1",
    "wide": "\uff1d1+1",
    "direction": "ab\u202egnp.exe\u2066x\u200f",
    "control": "a\x00\x07\x08\x1b[2J\x1b]0;pwned\x07\x9b31m\x85b",
    "broken": "\ud800\ufffe\uffff",
    "lines": "a\r\nb\u2028c\n\n# d\n| e | f |\n::error::g",
    "markdown": "[x](javascript:alert(1)) ![y](https://evil.example/i.png) <b>z</b> `` ` | *k*",
    "template": "{{ 7 * 7 }}{% raw %}{1} %(a)s ${b}",
    "xml": "]]> <!-- --> <![CDATA[ &x; <?php ?>",
    "address": "javascript:alert(1)//",
    "long": LONG,
}
ALL = " ".join(text for text in EVIL.values() if text is not LONG)
BAD_URL = 'https://x.example/?q="><script>alert(1)</script>\u202e' + "a" * 3000
RAW = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


class Hostile(Sector):
    """A made-up run in which every string that can come from outside is hostile."""

    def __init__(self) -> None:
        super().__init__(5)
        self.rules = [
            replace(rule, title=evil + " " + rule.title, why=ALL, fix=evil)
            for rule, evil in zip(self.rules, [*EVIL.values()] * 3, strict=False)
        ]
        self.run = replace(self.run, settings={"pages": 30, "contact": ALL, ALL[:50]: ALL})
        self.notice = ALL

    def _sites(self):
        sites = super()._sites()
        found = []
        for number, site in enumerate(sites):
            names = list(EVIL.values())[number * 3 : number * 3 + 3]
            council = replace(
                site.councils[0],
                name=names[0] + " " + site.slug,
                region=names[1],
                nation="Wales" if not number else site.councils[0].nation,
                type=names[2],
                extra={"=1+1": ALL, "<b>": names[0], "\x00": names[1]},
            )
            homepage = "javascript:alert(1)" if number == 1 else site.homepage
            found.append(replace(site, councils=(council, *site.councils[1:]), homepage=homepage))
        return found

    def site(self, slug):
        result = super().site(slug)
        use = SupplierUse(
            "evil/product", ALL[:4000], ALL, ALL, "made", "certain", (ALL,), (BAD_URL,)
        )
        evils = list(EVIL.values())
        pages = tuple(
            replace(page, title=evils[n % len(evils)], stratum=ALL, source=ALL)
            for n, page in enumerate(result.pages)
        )
        findings = tuple(
            replace(f, message=evils[n % len(evils)], spots=tuple(_spots(evils, n)))
            for n, f in enumerate(result.findings)
        )
        findings += (
            Finding(self.rules[0].id, BAD_URL, Outcome.FAILED, ALL, (Spot(ALL, ALL, ALL),)),
        )
        return replace(
            result,
            verdict=replace(result.verdict, detail=ALL),
            pages=pages,
            findings=findings,
            lost=(
                (BAD_URL, Verdict(Reason.BLOCKED, ALL)),
                ("javascript:x", Verdict(Reason.DNS, ALL)),
            ),
            suppliers=(use,),
            browser=ALL,
            tasks=(TaskResult("1", ALL, 1, BAD_URL, ALL, True),),
        )


def _spots(evils: list[str], number: int) -> Iterator[Spot]:
    for step in range(2):
        yield Spot(
            evils[(number + step) % len(evils)], evils[(number + step + 1) % len(evils)], ALL
        )


def heard(sector: Sector) -> Heard:
    day = dt.date(2026, 1, 1)
    slug = sector.sites[0].slug
    reply = Reply(council=slug, rule=ALL, text=ALL, who=ALL, date=day, expires=day, answer=ALL)
    other = replace_reply(reply, rule=sector.rules[0].id, accepted=True)
    return Heard((Said(reply), Said(other, slug, sector.rules[0].id, pages=1)), {}, {})


def replace_reply(reply: Reply, **more: Any) -> Reply:
    import msgspec

    return msgspec.structs.replace(reply, **more)


# Judges: what must hold of one format


def html(text: str) -> None:
    assert not RAW.search(text)
    tree = LexborHTMLParser(text)
    for node in tree.css("script"):
        assert set(node.attributes) <= {"src", "defer"}, node.html
        assert node.attributes["src"].endswith("static/report.js")
    for node in tree.css("*"):
        for name, value in node.attributes.items():
            assert not name.startswith("on"), node.html[:200]
            if name in ("href", "src", "action", "formaction"):
                link = (value or "").strip().lower()
                assert not link.startswith(("javascript:", "data:", "vbscript:")), link
    assert not tree.css("img, iframe, object, embed, form")
    assert len(tree.css("html > body > main")) <= 1
    assert PATIENCE not in text


def table(rows: Iterator[list[Any]]) -> None:
    for row in rows:
        for cell in row:
            if isinstance(cell, str) and not re.fullmatch(r"-?[\d.]+(e-?\d+)?", cell):
                assert cell[:1] not in tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20"), cell[:80]
                assert not RAW.search(cell)
                assert "\n" not in cell
                assert len(cell) <= 16_001  # what is escaped grows


def csv_(text: str) -> None:
    assert not RAW.search(text)
    table(csv.reader(io.StringIO(text, newline="")))
    assert len({len(row) for row in csv.reader(io.StringIO(text, newline=""))}) == 1


def xlsx(content: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(content))
    for sheet in book:
        assert {cell.data_type for row in sheet for cell in row} <= {"s", "n", "inlineStr"}
        table([[cell.value for cell in row] for row in sheet])
        assert not sheet._hyperlinks


def markdown(text: str) -> None:
    assert not RAW.search(text)
    for token in MarkdownIt("commonmark", {"linkify": False}).enable("table").parse(text):
        assert token.type not in ("html_block", "fence", "code_block")
        for child in token.children or ():
            assert child.type not in ("html_inline", "image", "link_open"), child.content[:80]
    assert PATIENCE not in text


def json_(text: str) -> None:
    assert not RAW.search(text)
    json.loads(text)
    assert max(map(len, _strings(json.loads(text))), default=0) <= 10_000


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def xml(text: str) -> None:
    assert not RAW.search(text)
    etree.fromstring(text.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    assert PATIENCE not in text


def plain(text: str) -> None:
    """A terminal shows it as it is: only line ends are left of what could steer one."""
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert PATIENCE not in " ".join(text.split())


def workflow(text: str) -> None:
    assert not RAW.search(text)
    assert all(line.startswith("::") for line in text.splitlines() if line)
    assert PATIENCE not in text


# Formats


REPORT: dict[str, Callable[[Any], None]] = {
    "*.html": html,
    "*.csv": csv_,
    "*.xlsx": xlsx,
    "*.md": markdown,
    "*.json": json_,
    "*.xml": xml,
}
OURS = ("static/*", "LICENCE-DATA.txt")  # nothing from outside is in them
CHECK: dict[str, Callable[[Any], None]] = {
    "github": workflow,
    "gitlab": json_,
    "html": html,
    "junit": xml,
    "markdown": markdown,
    "sarif": json_,
    "earl": json_,
}


@pytest.fixture(scope="module")
def hostile():
    return Hostile()


@pytest.fixture(scope="module")
def report(hostile, tmp_path_factory):
    from lgaudit.evaluate.shared import Sector as Sharing

    folder = tmp_path_factory.mktemp("hostile")
    return write(hostile, folder, sharing=Sharing(()), heard=heard(hostile)).folder


def test_every_file_of_a_report_has_a_judge(report):
    for path in report.rglob("*.*"):
        name = path.relative_to(report).as_posix()
        known = [*REPORT, *OURS]
        assert any(fnmatch(name, pattern) for pattern in known), f"{name} has no judge"


@pytest.mark.parametrize("pattern", REPORT)
def test_reports_are_harmless(report, pattern):
    files = [path for path in report.rglob(pattern) if path.is_file()]
    assert files or pattern == "*.xml"
    for path in files:
        content = path.read_bytes()
        REPORT[pattern](content if pattern == "*.xlsx" else content.decode("utf-8"))


def test_file_names_are_harmless(report):
    for path in report.rglob("*"):
        assert re.fullmatch(r"[A-Za-z0-9._-]+", path.name), path.name


@pytest.mark.parametrize("name", formats.NAMES)
def test_formats_of_check_are_harmless(hostile, name):
    results = list(hostile.each_site())[:2]
    engines = Engines("0.1.0", "2026.1", ALL[:200], ALL[:200])
    CHECK[name](formats.writer(name)(results, hostile.rules, engines))


def _as_judged(findings):
    """The document holds all that findings hold; judging is where they are cut."""
    return tuple(
        replace(
            f,
            message=f.message[: judge.MAXIMUM_MESSAGE],
            spots=tuple(
                replace(
                    s,
                    selector=s.selector[: judge.MAXIMUM_SELECTOR],
                    snippet=s.snippet[: judge.MAXIMUM_SNIPPET],
                )
                for s in f.spots
            ),
        )
        for f in findings
    )


def test_the_json_of_audit_and_check_is_harmless(hostile):
    from lgaudit.cli.console import as_json

    results = [replace(r, findings=_as_judged(r.findings)) for r in hostile.each_site()]
    document = contract.document(results, hostile.rules, hostile.run.engines)
    json_(as_json(document))


def test_terminals_are_not_steered(hostile):
    shown = io.StringIO()
    console = Console(file=shown, width=120, color_system=None, force_terminal=False)
    console.print(terminal.LeagueTable(hostile))
    console.print(summary.issues(hostile.each_site(), hostile.rules))
    plain(shown.getvalue())

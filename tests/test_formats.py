"""Every format of `lgaudit check`, read back by its consumer's schema, library or grammar."""

from __future__ import annotations

import json
import re
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import rdflib
from junitparser import Error, Failure, JUnitXml, Skipped
from lxml import etree
from markdown_it import MarkdownIt
from selectolax.lexbor import LexborHTMLParser

from lgaudit.evidence import Coverage
from lgaudit.models import (
    OK,
    Engines,
    Finding,
    Kind,
    Outcome,
    Reason,
    Rule,
    Scope,
    Severity,
    Site,
    Spot,
    Standard,
    Status,
    Verdict,
)
from lgaudit.report import formats
from lgaudit.results import Outcomes, PageResult, SiteResult

SCHEMAS = Path(__file__).parent / "fixtures" / "schemas"
ENGINES = Engines("0.1.0", "2026.1", "4.14.1", "Chromium 156")
HOSTILE = (
    "a\x00b\x1b[31m \ud800 \uffff ]]> <script>alert(1)</script> &amp; \u202eevil\u2028"
    " ::error::x %0A::set-output name=a::b\r\n::stop-commands::t\n##[error]x"
    " [click](javascript:alert(1)) ![i](https://evil.example/p.png) `` ` | a |"
    " https://evil.example www.evil.example *b* _c_ # d $x$ @council {0} \\ " + "long " * 900
)
HOST = "http://folder1.localhost"
FILE, OTHER, GONE = "build/bins, 50%.html", "build/pay.html", "build/gone.html"
ADDRESS = "https://www.example.gov.uk/b[1]?q=%zz&x=é#<i>"
LINKS, TITLES, DATES, ASSETS = "content/link-text", "axe/title", "content/date", "performance/gzip"


def rule(name: str, severity: Severity, status: Status = Status.SCORED, **more: Any) -> Rule:
    values = {"title": f"Title of {name}", "scope": Scope.PAGE, "category": "content"} | more
    return Rule(id=name, severity=severity, status=status, check="made_up", **values)


RULES = (
    rule(TITLES, Severity.CRITICAL, wcag=("2.4.2", "1.1.1"), why="Why.", fix="Name the page."),
    rule(DATES, Severity.MINOR, Status.ADVICE),
    rule(
        LINKS,
        Severity.SERIOUS,
        fix="Say [where](https://example.org) it goes.",
        standard=Standard("Guide", "Links", "https://example.org/a b"),
    ),
    rule(ASSETS, Severity.MODERATE, scope=Scope.SITE),
)


def page(url: str, source: str, verdict: Verdict = OK, title: str = "") -> PageResult:
    return PageResult(url, url, title, Kind.OTHER, verdict, True, source=source)


def made(text: str) -> list[SiteResult]:
    """Two sites: three files, one not seen, and an address; every outcome; ``text`` everywhere."""
    links = Finding(
        LINKS,
        f"{HOST}/bins",
        Outcome.FAILED,
        text,
        (
            Spot("main > a", f"<a>{text}</a>", text, "f" * 16),
            Spot("nav > a", "<a>here</a>", "", "f" * 16),
        ),
    )
    files = SiteResult(
        Site("folder1.localhost", f"{HOST}/"),
        OK,
        Coverage(),
        (
            page(f"{HOST}/bins", FILE, title=text),
            page(f"{HOST}/pay", OTHER),
            page(f"{HOST}/gone", GONE, Verdict(Reason.LOGIN, text)),
        ),
        findings=(
            links,
            Finding(DATES, f"{HOST}/pay", Outcome.FAILED, text, fingerprint="d" * 16),
            Finding(TITLES, f"{HOST}/pay", Outcome.CANT_TELL, text, fingerprint="e" * 16),
            Finding(ASSETS, "", Outcome.FAILED, text, fingerprint="c" * 16),
        ),
        outcomes=(
            Outcomes(LINKS, {f"{HOST}/bins": Outcome.FAILED, f"{HOST}/pay": Outcome.PASSED}),
            Outcomes(DATES, {f"{HOST}/pay": Outcome.FAILED, f"{HOST}/gone": Outcome.UNTESTED}),
            Outcomes(TITLES, {f"{HOST}/bins": Outcome.UNTESTED, f"{HOST}/pay": Outcome.CANT_TELL}),
            Outcomes(ASSETS, {"": Outcome.FAILED}),
        ),
    )
    web = SiteResult(
        Site("www-example-gov-uk", ADDRESS),
        OK,
        Coverage(),
        (page(ADDRESS, ADDRESS),),
        findings=(Finding(LINKS, ADDRESS, Outcome.FAILED, text, (Spot(text, text, text, "a"),)),),
        outcomes=(Outcomes(LINKS, {ADDRESS: Outcome.FAILED}),),
    )
    return [files, web]


def written(name: str, results: list[SiteResult] | None = None) -> str:
    text = formats.writer(name)(
        made("Says too little.") if results is None else results, RULES, ENGINES
    )
    text.encode("utf-8")
    return text


RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\u2028\ud800-\udfff\uffff]")
BOTH = pytest.mark.parametrize("text", ["Says too little.", HOSTILE], ids=["plain", "hostile"])


@pytest.mark.parametrize("name", formats.NAMES)
def test_equal_input_gives_equal_text_and_nothing_raw_gets_through(name: str) -> None:
    text = written(name, made(HOSTILE))
    assert text == written(name, made(HOSTILE))
    assert not RAW.search(text)
    assert len(text) < 200_000


@pytest.mark.parametrize("name", formats.NAMES)
def test_rule_files_of_strangers_do_no_harm_either(name: str) -> None:
    source = Standard(HOSTILE, HOSTILE, HOSTILE)
    rules = [
        replace(r, title=HOSTILE, why=HOSTILE, fix=HOSTILE, category=HOSTILE, standard=source)
        for r in RULES
    ]
    text = formats.writer(name)(made("Says too little."), rules, ENGINES)
    assert not RAW.search(text)
    if name == "junit":
        _junit_schema().assertValid(etree.fromstring(text.encode()))
    elif name == "github":
        assert len(commands(text)) == 7
    elif name == "html":
        assert not LexborHTMLParser(text).css("script, img")
    elif name == "markdown":
        assert not re.search(r"(?<!\\)<script", text)
    else:
        json.loads(text)


@pytest.mark.parametrize("name", formats.NAMES)
def test_nothing_found_and_nothing_asked_are_fine(name: str) -> None:
    nothing = SiteResult(Site("a", f"{HOST}/"), OK, Coverage(), (page(f"{HOST}/", OTHER),))
    assert written(name, [nothing])
    assert written(name, [])


# JUnit


@BOTH
def test_junit_is_read_back(text: str) -> None:
    xml = written("junit", made(text))
    _junit_schema().assertValid(etree.fromstring(xml.encode()))
    read = JUnitXml.fromstring(xml.encode())
    suites = {suite.name: suite for suite in read}
    assert list(suites) == [FILE, OTHER, GONE, f"{FILE} (the whole site)", ADDRESS]
    assert (read.tests, read.failures, read.errors) == (8, 3, 1)
    assert sum(suite.skipped for suite in read) == 3
    cases = {(suite.name, case.name.split(":")[0]): case.result for suite in read for case in suite}
    (failure,) = cases[FILE, LINKS]
    assert isinstance(failure, Failure)
    assert failure.type == "serious"
    assert "nav > a" in failure.text
    assert "<a>here</a>" in failure.text
    assert "Fix: Say [where]" in failure.text
    assert cases[OTHER, LINKS] == []
    (advice,) = cases[OTHER, DATES]
    assert isinstance(advice, Skipped)
    assert advice.message.startswith("Fails, reported but not counted (advice)")
    assert cases[OTHER, TITLES][0].message.startswith("For a person to look at")
    assert cases[FILE, TITLES][0].message.startswith("Could not be judged")
    ((place, error),) = [(k[0], v[0]) for k, v in cases.items() if v and isinstance(v[0], Error)]
    assert place == GONE
    assert error.type == "login"
    assert error.message.startswith("A sign-in page answered in its place")


def _junit_schema() -> etree.XMLSchema:
    """Jenkins's own."""
    return etree.XMLSchema(etree.parse(SCHEMAS / "junit-10.xsd"))


# SARIF


@BOTH
def test_sarif_keeps_the_official_schema(text: str) -> None:
    log = json.loads(written("sarif", made(text)))
    schema = json.loads((SCHEMAS / "sarif-2.1.0.json").read_text())
    jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker()).validate(log)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert re.fullmatch(r"[!#$%&'()*+,\-./0-9:;=?@A-Z_a-z~]+", _uri(result))
        assert "](" not in result["message"]["text"]
    assert "](" not in json.dumps(rules)
    assert "%20b" in next(r["helpUri"] for r in rules if r["id"] == LINKS)


def test_sarif_says_what_code_scanning_needs() -> None:
    (run,) = json.loads(written("sarif"))["runs"]
    found = {(r["ruleId"], _uri(r)): r for r in run["results"]}
    links = found[LINKS, "build/bins,%2050%25.html"]
    assert (links["kind"], links["level"]) == ("fail", "error")
    assert links["partialFingerprints"] == {"lgauditIssue/v1": "f" * 16}
    assert links["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}
    web = found[LINKS, "https://www.example.gov.uk/b%5B1%5D?q=%25zz&x=%C3%A9#%3Ci%3E"]
    assert "region" not in web["locations"][0]["physicalLocation"]
    selectors = [
        r["locations"][0]["logicalLocations"][0]["fullyQualifiedName"]
        for r in run["results"]
        if r["ruleId"] == LINKS
    ]
    assert selectors[:2] == ["main > a", "nav > a"]
    assert found[DATES, OTHER]["level"] == "note"
    assert (found[TITLES, OTHER]["kind"], found[TITLES, OTHER]["level"]) == ("review", "none")
    by_id = {entry["id"]: entry for entry in run["tool"]["driver"]["rules"]}
    assert {"WCAG 2.4.2", "axe", "content"} <= set(by_id[TITLES]["properties"]["tags"])
    assert "How to put it right: Name the page." in by_id[TITLES]["help"]["text"]
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    (missed,) = invocation["toolExecutionNotifications"]
    assert missed["message"]["text"].startswith(f"{GONE} could not be checked")


def _uri(result: dict[str, Any]) -> str:
    uri: str = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    return uri


# GitHub


def commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """Workflow commands as the runner reads them; anything else on a line is a fault."""
    read = []
    for line in text.split("\n"):
        assert line.startswith("::"), line
        head, message = line[2:].split("::", 1)
        name, _, rest = head.partition(" ")
        pairs = dict(pair.split("=", 1) for pair in rest.split(",") if pair)
        read.append((name, {k: _unescaped(v) for k, v in pairs.items()}, _unescaped(message)))
    return read


def _unescaped(text: str) -> str:
    for code, character in (("3A", ":"), ("2C", ","), ("0D", "\r"), ("0A", "\n"), ("25", "%")):
        text = text.replace(f"%{code}", character)
    return text


@BOTH
def test_github_reads_every_line_as_one_of_its_commands(text: str) -> None:
    read = commands(written("github", made(text)))
    assert [name for name, _, _ in read] == ["error"] * 3 + ["warning"] + ["notice"] * 3
    for _, properties, message in read:
        assert set(properties) <= {"file", "line", "title"}
        assert properties["title"]
        assert message
    _, properties, message = read[1]
    assert properties["file"] == FILE
    assert properties["title"] == f"Title of {LINKS}"
    assert "- <a>here</a>" in message
    assert read[0][1]["file"] == GONE
    assert "file" not in read[2][1]
    assert read[2][2].startswith(ADDRESS)
    assert read[-1][2] == "3 pages checked; 2 rules fail; 1 page could not be checked."


def test_github_is_told_how_many_more_there_are() -> None:
    pages = [page(f"{HOST}/{n}", f"{n}.html") for n in range(30)]
    site = SiteResult(
        Site("a", f"{HOST}/"),
        OK,
        Coverage(),
        tuple(pages),
        findings=tuple(
            Finding(name, p.url, Outcome.FAILED, "No.") for p in pages for name in (LINKS, DATES)
        ),
    )
    read = commands(written("github", [site]))
    for level in ("error", "notice"):
        shown = [entry for entry in read if entry[0] == level]
        assert len(shown) == 10
        more = next(message for _, p, message in shown if p["title"] == "And more")
        named = sum("file" in p for _, p, _ in shown)
        assert more.startswith(f"{30 - named} more ")


# GitLab

CODE_QUALITY = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1, "pattern": "^[^\\n]*$"},
            "check_name": {"type": "string", "pattern": "^[a-z0-9/-]+$"},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "additionalProperties": False,
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": "^(?!\\./)."},
                    "lines": {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}


@BOTH
def test_gitlab_keeps_the_documented_fields(text: str) -> None:
    entries = json.loads(written("gitlab", made(text)))
    jsonschema.validate(entries, CODE_QUALITY)
    assert len({entry["fingerprint"] for entry in entries}) == len(entries) == 7
    told = {(e["check_name"], e["location"]["path"]): e["severity"] for e in entries}
    assert told == {
        ("page-not-checked", GONE): "blocker",
        (LINKS, FILE): "critical",
        (LINKS, ADDRESS): "critical",
        (ASSETS, FILE): "major",
        (DATES, OTHER): "info",
        (TITLES, OTHER): "info",
    }


def test_gitlab_fingerprints_last_when_something_else_is_put_right() -> None:
    files, web = made("Says too little.")
    before = {e["fingerprint"] for e in json.loads(written("gitlab", [files, web]))}
    after = {e["fingerprint"] for e in json.loads(written("gitlab", [files]))}
    assert after < before


# Markdown


@BOTH
def test_markdown_holds_no_link_image_or_html_from_outside(text: str) -> None:
    source = written("markdown", made(text))
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(source)
    inline = [child for token in tokens for child in token.children or ()]
    kinds = {token.type for token in [*tokens, *inline]}
    assert not kinds & {"link_open", "image", "html_block", "html_inline", "em_open", "fence"}
    assert {"table_open", "code_inline", "heading_open"} <= kinds
    headings = [
        tokens[n + 1].content.replace("\\", "")
        for n, token in enumerate(tokens)
        if token.type == "heading_open"
    ]
    assert headings == [
        "lgaudit",
        "Could not be checked",
        "Fails",
        f"Title of {LINKS}",
        f"Title of {ASSETS}",
        "Fails, reported but not counted",
        f"Title of {DATES}",
        "For a person to look at",
        f"Title of {TITLES}",
    ]
    plain = re.sub(r"(`+).*?\1", "", source)
    assert not re.search(r"(?<!\\):(?=//)|www\.", plain)
    codes = [child.content for child in inline if child.type == "code_inline"]
    assert FILE in codes
    assert "<a>here</a>" in codes


def test_markdown_counts_what_it_does_not_list() -> None:
    spots = tuple(Spot(f"p:nth-of-type({n})", f"<p>{n}</p>") for n in range(8))
    site = SiteResult(
        Site("a", f"{HOST}/"),
        OK,
        Coverage(),
        (page(f"{HOST}/", OTHER),),
        findings=(Finding(LINKS, f"{HOST}/", Outcome.FAILED, "No.", spots),),
    )
    source = written("markdown", [site])
    assert "- and 3 more" in source
    assert "| serious | Title of content/link-text | 8 | 1 |" in source


# EARL

EARL = rdflib.Namespace("http://www.w3.org/ns/earl#")
DCT = rdflib.Namespace("http://purl.org/dc/terms/")
PTR = rdflib.Namespace("http://www.w3.org/2009/pointers#")
OUTCOMES = {EARL.passed, EARL.failed, EARL.cantTell, EARL.untested}


def read_graph(text: str) -> rdflib.Graph:
    with warnings.catch_warnings():  # rdflib's own parser uses a class rdflib has deprecated
        warnings.simplefilter("ignore", DeprecationWarning)
        return rdflib.Graph().parse(data=text, format="json-ld")


@BOTH
def test_earl_is_a_graph_in_the_vocabulary_of_the_w3c(text: str) -> None:
    graph = read_graph(written("earl", made(text)))
    for term in {term for triple in graph for term in triple}:
        if isinstance(term, rdflib.URIRef):
            assert re.fullmatch(r"[a-z]+:[!#$%&'()*+,\-./0-9:;=?@A-Z_a-z~]+", term), term
            assert term.n3() == f"<{term}>"
    assertions = list(graph.subjects(rdflib.RDF.type, EARL.Assertion))
    assert len(assertions) == 8
    assertor = rdflib.URIRef("urn:lgaudit:assertor")
    assert (assertor, rdflib.RDF.type, EARL.Software) in graph
    for assertion in assertions:
        assert graph.value(assertion, EARL.assertedBy) == assertor
        assert graph.value(assertion, EARL.mode) == EARL.automatic
        subject, test = graph.value(assertion, EARL.subject), graph.value(assertion, EARL.test)
        assert (subject, rdflib.RDF.type, EARL.TestSubject) in graph
        assert (test, rdflib.RDF.type, EARL.TestCriterion) in graph
        assert graph.value(graph.value(assertion, EARL.result), EARL.outcome) in OUTCOMES
    outcomes = {
        (
            str(graph.value(graph.value(a, EARL.test), DCT.identifier)),
            str(graph.value(graph.value(a, EARL.subject), DCT.source)),
        ): graph.value(graph.value(a, EARL.result), EARL.outcome)
        for a in assertions
    }
    assert outcomes == {
        (LINKS, FILE): EARL.failed,
        (LINKS, OTHER): EARL.passed,
        (LINKS, ADDRESS): EARL.failed,
        (DATES, OTHER): EARL.failed,
        (DATES, GONE): EARL.untested,
        (TITLES, FILE): EARL.untested,
        (TITLES, OTHER): EARL.cantTell,
        (ASSETS, FILE): EARL.failed,
    }


def test_earl_points_at_elements_and_at_wcag() -> None:
    graph = read_graph(written("earl"))
    assert {"main > a", "nav > a"} <= {str(o) for o in graph.objects(None, PTR.expression)}
    test = rdflib.URIRef(f"urn:lgaudit:rule:{TITLES}")
    criteria = {
        str(graph.value(criterion, DCT.identifier))
        for criterion in graph.objects(test, DCT.isPartOf)
    }
    assert criteria == {"1.1.1", "2.4.2"}
    gone = rdflib.URIRef(f"urn:lgaudit:file:{GONE}")
    assert str(graph.value(gone, DCT.description)).startswith("Could not be checked")


# HTML


@BOTH
def test_html_stands_alone(text: str) -> None:
    tree = LexborHTMLParser(written("html", made(text)))
    assert not tree.css("script, link, img, iframe, object, form, base, [onclick], [onerror]")
    policy = tree.css_first("meta[http-equiv=Content-Security-Policy]")
    assert policy is not None
    assert "default-src 'none'" in (policy.attributes["content"] or "")
    style = tree.css_first("style")
    assert style is not None
    assert "url(" not in style.text()
    links = [a.attributes["href"] or "" for a in tree.css("a")]
    assert all(link == "#main" or link.startswith(("https://", "http://")) for link in links)
    assert [h.text() for h in tree.css("h2")] == [
        "Could not be checked",
        "Fails",
        "Fails, reported but not counted",
        "For a person to look at",
        "Pages",
    ]
    codes = [code.text() for code in tree.css("code")]
    assert "<a>here</a>" in codes
    assert FILE in codes
    assert "main > a" in codes


def test_lines_and_templates_in_every_format_that_points_somewhere() -> None:
    spots = (
        Spot("footer > a", "<a>", "", "f1", line=12, template="t/foot.html", template_line=3),
        Spot("main > a", "<a>", "", "f2", line=7),
        Spot("main > b", "<b>", "", "f3"),
    )
    rule = Rule("content/x", "X", Severity.SERIOUS, Scope.PAGE, Status.SCORED, "content", "x")
    finding = Finding("content/x", "http://folder1.localhost/a.html", Outcome.FAILED, "m", spots)
    page = PageResult(finding.url, finding.url, "", Kind.OTHER, OK, True, source="site/a.html")
    site = Site("folder1.localhost", "http://folder1.localhost/")
    outcomes = (Outcomes(rule.id, {finding.url: Outcome.FAILED}),)
    result = SiteResult(site, OK, Coverage(), pages=(page,), findings=(finding,), outcomes=outcomes)
    engines = Engines("0", "1")
    said = {n: formats.writer(n)([result], [rule], engines) for n in formats.NAMES}

    sarif = json.loads(said["sarif"])["runs"][0]["results"]
    physical = [r["locations"][0]["physicalLocation"] for r in sarif]
    assert [(p["artifactLocation"]["uri"], p["region"]["startLine"]) for p in physical] == [
        ("t/foot.html", 3),
        ("site/a.html", 7),
        ("site/a.html", 1),
    ]
    related = sarif[0]["relatedLocations"][0]["physicalLocation"]
    assert (related["artifactLocation"]["uri"], related["region"]["startLine"]) == (
        "site/a.html",
        12,
    )
    gitlab = [entry["location"] for entry in json.loads(said["gitlab"])]
    assert [(e["path"], e["lines"]["begin"]) for e in gitlab] == [
        ("t/foot.html", 3),
        ("site/a.html", 7),
        ("site/a.html", 1),
    ]
    assert "file=t/foot.html,line=3," in said["github"]
    assert "Seen on site/a.html:12" in said["github"]
    assert "file=site/a.html,line=7," in said["github"]
    for name in ("junit", "markdown", "html"):
        assert "site/a.html:12 (made from t/foot.html:3)" in said[name], name
        assert "site/a.html:7" in said[name], name

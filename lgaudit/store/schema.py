"""The tables as queries see them; ``migrations.py`` is what makes them.

Strings that repeat (URLs, selectors, snippets, messages, rule files) are kept once in ``text``
and named by number elsewhere. Outcomes are one letter a page, in page order: a rule's whole say
on a site is one short row, and a page it did not apply to costs one hyphen.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)

metadata = MetaData()

text = Table(
    "text",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("digest", LargeBinary),  # BLAKE2b of the value, 16 bytes
    Column("value", String),
)
run = Table(
    "run",
    metadata,
    Column("id", String, primary_key=True),
    Column("started", String),  # ISO 8601
    Column("finished", String),
    Column("document", String),  # Run, JSON
    Column("bar", String),  # Bar, JSON
)
rule = Table(
    "rule",
    metadata,
    Column("run", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("document", BigInteger),  # text: Rule without its examples, JSON
)
visit = Table(
    "visit",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("run", String),
    Column("slug", String),
    Column("site", BigInteger),  # text: Site, JSON
    Column("verdict", String),  # NULL until the site is done
    Column("score", Float),  # overall, 0..100
    Column("summary", String),  # SiteResult without what has tables of its own, JSON
    Column("others", String),  # URLs outcomes speak of that are not among the pages, JSON
    Column("draws", LargeBinary),  # float32, little-endian
    Column("place", Integer),
    Column("low", Integer),
    Column("high", Integer),
    Column("band", Integer),  # Rank.group
)


def _of_a_visit(name: str, *columns: Column[object]) -> Table:
    return Table(
        name,
        metadata,
        Column("visit", BigInteger, primary_key=True),
        Column("number", Integer, primary_key=True),
        *columns,
    )


page = _of_a_visit("page", Column("url", BigInteger), Column("document", String))
lost = _of_a_visit(
    "lost", Column("url", BigInteger), Column("reason", String), Column("detail", BigInteger)
)
outcome = _of_a_visit(
    "outcome", Column("rule", BigInteger), Column("site", String), Column("pages", String)
)
finding = _of_a_visit(
    "finding",
    Column("rule", BigInteger),
    Column("url", BigInteger),
    Column("outcome", String),
    Column("message", BigInteger),
    Column("metric", Float),
    Column("fingerprint", String),
)
spot = _of_a_visit(
    "spot",
    Column("finding", Integer),
    Column("selector", BigInteger),
    Column("snippet", BigInteger),
    Column("message", BigInteger),
    Column("fingerprint", String),
)
rule_score = _of_a_visit(
    "rule_score",
    Column("rule", BigInteger),
    Column("share", Float),
    Column("passed", Integer),
    Column("failed", Integer),
    Column("cant_tell", Integer),
    Column("unseen", Integer),
    Column("met", Integer),
)
tally = Table(
    "tally",
    metadata,
    Column("visit", BigInteger, primary_key=True),
    Column("score", Float),  # overall, 0..100; NULL when not ranked, then reason says why
    Column("score_low", Float),
    Column("score_high", Float),
    Column("reason", String),
    Column("rules_met", Integer),
    Column("rules_applicable", Integer),
    Column("categories", String),  # {name: [score, low, high]}, JSON
    Column("failing", LargeBinary),  # text: rules that failed somewhere; packed, see tally.py
    Column("said", LargeBinary),  # what each rule said of each page; packed, see tally.py
)
OF_A_VISIT = (page, lost, outcome, finding, spot, rule_score)
# Every column that names a row of ``text``: what none of them names may be swept away.
TEXT_COLUMNS = (
    rule.c.document,
    visit.c.site,
    page.c.url,
    lost.c.url,
    lost.c.detail,
    outcome.c.rule,
    finding.c.rule,
    finding.c.url,
    finding.c.message,
    spot.c.selector,
    spot.c.snippet,
    spot.c.message,
    rule_score.c.rule,
)

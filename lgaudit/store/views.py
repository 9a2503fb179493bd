"""Views over the tables, for whoever asks a store in SQL: names that stay, whatever the tables do.

Tables are named in the singular and may change; views are named in the plural and only gain
columns. What each column means stands in docs/schema.md; docs/research.md asks ten questions of
them. JSON, and text kept once, is unpacked here, in the words of each database.

Whoever changes a view or a table that views read adds a migration that calls :func:`create`.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, text

_IN = "JOIN visit v ON v.id = t.visit"


def create(connection: Connection) -> None:
    """Put the views into a store, in place of what there was of them."""
    made = definitions(connection.dialect.name)
    for name in reversed(tuple(made)):
        connection.execute(text(f"DROP VIEW IF EXISTS {name}"))
    for name, query in made.items():
        connection.exec_driver_sql(f"CREATE VIEW {name} AS {query}")


def definitions(dialect: str) -> Mapping[str, str]:
    """Every view's query by its name, each after those it reads."""
    word = _Words(dialect != "sqlite")
    field, whole, real, flag, each = word.field, word.whole, word.real, word.flag, word.each
    run = "v.run, v.slug"
    score = [
        f"{real('v.summary', 'score', 'overall', end)} AS score_{end}" for end in ("low", "high")
    ]
    facts = [f"{whole('v.summary', 'coverage', name)} AS {name}" for name in _COVERAGE]
    page = ", ".join(
        [f"{field('t.document', name)} AS {name}" for name in ("kind", "stratum", "template")]
        + [f"{field('t.document', 'verdict', 'reason')} AS verdict"]
        + [
            f"{flag('t.document', 'sampled')} AS sampled",
            f"{field('t.document', 'title')} AS title",
        ]
        + [f"{whole('t.document', name)} AS {name}" for name in ("status", "bytes", "requests")]
        + [f"{real('t.document', name)} AS {name}" for name in ("cls", "fcp", "lcp", "tbt")]
    )
    rule = f"{field('x.value', 'id')} AS rule, " + ", ".join(
        f"{field('x.value', name)} AS {name}" for name in _RULE
    )
    council = ", ".join(f"{field('e.value', name)} AS {name}" for name in _COUNCIL)
    product = ", ".join(f"{field('e.value', name)} AS {name}" for name in _PRODUCT)
    return {
        "runs": "SELECT id AS run, started, finished, "
        + ", ".join(f"{field('document', 'engines', name)} AS {name}" for name in _ENGINES)
        + f", {whole('document', 'seed')} AS seed, {field('document', 'judged_from')} AS"
        " judged_from FROM run",
        # DISTINCT, so that joins unpack each rule once and not for each row they are joined to.
        "rules": f"SELECT DISTINCT x.run, {rule}, {field('x.value', 'wcag')} AS wcag FROM"
        " (SELECT t.run, x.value FROM rule t JOIN text x ON x.id = t.document"
        f" {word.fence}) x",
        "criteria": f"SELECT r.run, r.rule, {word.plain} AS criterion FROM rules r,"
        f" {each('r.wcag')} e",
        "sites": f"SELECT {run}, r.started, v.verdict, v.score, {', '.join(score)},"
        f" {field('v.summary', 'score', 'reason')} AS reason, v.place, v.low AS place_low,"
        " v.high AS place_high, v.band AS place_group,"
        f" {whole('v.summary', 'score', 'rules_met')} AS rules_met,"
        f" {whole('v.summary', 'score', 'rules_applicable')} AS rules_applicable,"
        f" {', '.join(facts)}, {real('v.summary', 'seconds')} AS seconds"
        " FROM visit v JOIN run r ON r.id = v.run",
        "councils": f"SELECT x.run, x.slug, {field('e.value', 'slug')} AS council, {council},"
        f" {whole('e.value', 'population')} AS population FROM"
        f" (SELECT {run}, x.value FROM visit v JOIN text x ON x.id = v.site {word.fence}) x,"
        f" {each('x.value', 'councils')} e",
        "suppliers": f"SELECT {run}, {product} FROM visit v, {each('v.summary', 'suppliers')} e",
        "pages": f"SELECT {run}, t.number, u.value AS url, {page} FROM page t {_IN}"
        " JOIN text u ON u.id = t.url",
        "losses": f"SELECT {run}, t.number, u.value AS url, t.reason, d.value AS detail"
        f" FROM lost t {_IN} JOIN text u ON u.id = t.url JOIN text d ON d.id = t.detail",
        "rule_scores": f"SELECT {run}, n.value AS rule, t.share, t.passed, t.failed, t.cant_tell,"
        f" t.unseen, t.met FROM rule_score t {_IN} JOIN text n ON n.id = t.rule",
        "findings": f"SELECT {run}, t.number, n.value AS rule, u.value AS url, t.outcome,"
        f" m.value AS message, t.metric FROM finding t {_IN} JOIN text n ON n.id = t.rule"
        " JOIN text u ON u.id = t.url JOIN text m ON m.id = t.message",
        "places": f"SELECT {run}, t.finding, n.value AS rule, u.value AS url, f.outcome,"
        " s.value AS selector, c.value AS snippet, m.value AS message,"
        f" t.fingerprint FROM spot t {_IN} JOIN finding f ON f.visit = t.visit"
        " AND f.number = t.finding JOIN text n ON n.id = f.rule JOIN text u ON u.id = f.url"
        " JOIN text s ON s.id = t.selector JOIN text c ON c.id = t.snippet"
        " JOIN text m ON m.id = t.message",
        **_ANSWERS,
    }


_COVERAGE = ("found", "eligible", "sampled", "audited")
_ENGINES = ("lgaudit", "bar", "axe_core", "browser")
_RULE = ("title", "severity", "category", "scope", "status")
_COUNCIL = ("name", "gss_code", "nation", "region", "type", "opened", "closed")
_PRODUCT = ("supplier", "product", "name", "kind", "relation", "strength")
# Of the views above or of plain columns, so the same in every database.
_ANSWERS = {
    "sector_scores": "SELECT s.run, s.started, r.bar, r.axe_core, r.judged_from,"
    " COUNT(*) AS sites, COUNT(s.score) AS ranked, AVG(s.score) AS mean,"
    " MIN(s.score) AS lowest, MAX(s.score) AS highest"
    " FROM sites s JOIN runs r ON r.run = s.run"
    " GROUP BY s.run, s.started, r.bar, r.axe_core, r.judged_from",
    "rule_failures": "SELECT s.run, s.rule, r.title, r.severity, r.category, r.status,"
    " COUNT(*) AS sites_judged, SUM(CASE WHEN s.failed > 0 THEN 1 ELSE 0 END) AS sites_failing,"
    " SUM(s.passed + s.failed) AS pages_judged, SUM(s.failed) AS pages_failing"
    " FROM rule_scores s JOIN rules r ON r.run = s.run AND r.rule = s.rule"
    " WHERE s.passed + s.failed > 0"
    " GROUP BY s.run, s.rule, r.title, r.severity, r.category, r.status",
    "criterion_failures": "SELECT c.run, c.criterion, COUNT(DISTINCT c.rule) AS rules,"
    " COUNT(DISTINCT s.slug) AS sites_judged,"
    " COUNT(DISTINCT CASE WHEN s.failed > 0 THEN s.slug END) AS sites_failing"
    " FROM criteria c JOIN rules r ON r.run = c.run AND r.rule = c.rule AND r.status = 'scored'"
    " JOIN rule_scores s ON s.run = c.run AND s.rule = c.rule AND s.passed + s.failed > 0"
    " GROUP BY c.run, c.criterion",
    "rule_changes": "SELECT run_before, run, started, slug, rule,"
    " CASE WHEN failed > 0 THEN 'new' ELSE 'fixed' END AS change, failed_before, failed"
    " FROM (SELECT s.run, r.started, s.slug, s.rule, s.failed,"
    " LAG(s.run) OVER seen AS run_before, LAG(s.failed) OVER seen AS failed_before"
    " FROM rule_scores s JOIN runs r ON r.run = s.run"
    " WHERE r.judged_from = '' AND s.passed + s.failed > 0"
    " WINDOW seen AS (PARTITION BY s.slug, s.rule ORDER BY r.started)) x"
    " WHERE (failed > 0 AND failed_before = 0) OR (failed = 0 AND failed_before > 0)",
    "supplier_scores": "SELECT s.run, p.supplier, COUNT(*) AS sites, COUNT(s.score) AS ranked,"
    " AVG(s.score) AS mean, MIN(s.score) AS lowest, MAX(s.score) AS highest"
    " FROM (SELECT DISTINCT run, slug, supplier FROM suppliers WHERE relation = 'made') p"
    " JOIN sites s ON s.run = p.run AND s.slug = p.slug GROUP BY s.run, p.supplier",
    "shared_defects": "SELECT d.run, n.value AS rule, c.value AS snippet, d.sites, d.pages"
    " FROM (SELECT v.run, f.rule, t.snippet, COUNT(DISTINCT v.slug) AS sites,"
    f" COUNT(DISTINCT f.url) AS pages FROM spot t {_IN}"
    " JOIN finding f ON f.visit = t.visit AND f.number = t.finding WHERE f.outcome = 'failed'"
    " GROUP BY v.run, f.rule, t.snippet HAVING COUNT(DISTINCT v.slug) > 1) d"
    " JOIN text n ON n.id = d.rule JOIN text c ON c.id = d.snippet",
    "defect_lives": "SELECT d.slug, n.value AS rule, d.fingerprint, d.first_seen, d.last_seen,"
    " d.runs FROM (SELECT v.slug, f.rule, t.fingerprint, MIN(r.started) AS first_seen,"
    f" MAX(r.started) AS last_seen, COUNT(DISTINCT r.run) AS runs FROM spot t {_IN}"
    " JOIN (SELECT DISTINCT run, started FROM runs WHERE judged_from = '') r ON r.run = v.run"
    " JOIN finding f ON f.visit = t.visit AND f.number = t.finding WHERE f.outcome = 'failed'"
    " GROUP BY v.slug, f.rule, t.fingerprint) d JOIN text n ON n.id = d.rule",
}


class _Words:
    """How a database reads JSON that is kept as text."""

    def __init__(self, postgres: bool) -> None:
        self.postgres = postgres
        # Other strings in ``text`` are no JSON: nothing may be unpacked before it is joined.
        self.fence = "OFFSET 0" if postgres else "LIMIT -1"
        self.plain = "e.value #>> '{}'" if postgres else "e.value"

    def field(self, column: str, *path: str) -> str:
        if self.postgres:
            return f"({column}::json #>> '{{{','.join(path)}}}')"
        return f"json_extract({column}, '$.{'.'.join(path)}')"

    def whole(self, column: str, *path: str) -> str:
        return f"CAST({self.field(column, *path)} AS BIGINT)"

    def real(self, column: str, *path: str) -> str:
        kind = "DOUBLE PRECISION" if self.postgres else "REAL"
        return f"CAST({self.field(column, *path)} AS {kind})"

    def flag(self, column: str, *path: str) -> str:
        """1 for true, 0 for false."""
        found = self.field(column, *path)
        return f"CASE {found} WHEN 'true' THEN 1 ELSE 0 END" if self.postgres else found

    def each(self, column: str, *path: str) -> str:
        """The members of an array, as ``value``."""
        if self.postgres:
            found = f"{column}::json" + (f" #> '{{{','.join(path)}}}'" if path else "")
            return f"json_array_elements({found})"
        return f"json_each({column}" + (f", '$.{'.'.join(path)}')" if path else ")")

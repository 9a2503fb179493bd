"""Make up evidence for the examples of rule files: pages, browser evidence, facts of a site.

The tables an example may hold are those of :mod:`lgaudit.evaluate.ruleschema`.
"""

from __future__ import annotations

import datetime as dt
import re
from urllib.parse import urljoin, urlsplit

import msgspec

from lgaudit.evaluate import made_up_probes
from lgaudit.evaluate.ruleschema import (
    HOME,
    MadeAxeResult,
    MadeDocument,
    MadeLink,
    MadeNotFound,
    MadeRequest,
    MadeSighting,
    Metrics,
    SiteFacts,
)
from lgaudit.evidence import (
    AxeNode,
    AxeResult,
    AxeRun,
    BrowserEvidence,
    Coverage,
    CsvFacts,
    Document,
    LinkCheck,
    Page,
    PdfFacts,
    Probes,
    Redirect,
    Request,
    Sighting,
    Snapshot,
    Timings,
)
from lgaudit.models import Council, Example, ExamplePage, Kind, Reason, Rule, Site, Verdict

TITLE = "Example page - Example Council"
_MARK = re.compile(r"""\sdata-expect(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+))?(?=[\s/>])""", re.I)


def absolute(url: str) -> str:
    """An example's address in full; nonsense is left as it is."""
    try:
        return urljoin(HOME, url)
    except ValueError:
        return url


def unmarked(html: str) -> str:
    """The source without its ``data-expect`` marks."""
    return _MARK.sub("", html)


def document_of(html: str, lang: str = "en") -> str:
    """A whole document around a fragment; what is already there is not added again."""
    lower = html.lower()
    if "<html" in lower:
        return html
    start = f'<!doctype html>\n<html lang="{lang}">'
    if "<head>" in lower or "<head " in lower:
        return f"{start}{html}</html>"
    head = (
        f'<head><meta charset="utf-8"><title>{TITLE}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"></head>'
    )
    if "<body" in lower:
        return f"{start}{head}{html}</html>"
    if "<main" in lower or 'role="main"' in lower:
        return f"{start}{head}<body>{html}</body></html>"
    return f"{start}{head}<body><main>{html}</main></body></html>"


def page_of(example: ExamplePage, *, marked: bool = False) -> Page:
    """The page an example describes; ``marked`` keeps its ``data-expect`` attributes."""
    metrics = msgspec.convert(example.metrics, Metrics)

    def source(html: str) -> str:
        whole = document_of(html, example.lang)
        return whole if marked else unmarked(whole)

    html = source(example.html)
    url = absolute(example.url)
    headers = {"content-type": "text/html; charset=utf-8"} | {
        name.lower(): value for name, value in example.headers.items()
    }
    rendered = html if metrics.rendered_html is None else source(metrics.rendered_html)
    final = absolute(metrics.final_url) if metrics.final_url else url
    return Page(
        url=url,
        final_url=final,
        kind=example.kind,
        verdict=Verdict(metrics.verdict),
        status=example.status,
        headers=tuple(sorted((name, value) for name, value in headers.items() if value)),
        body=html.encode("utf-8"),
        redirects=tuple(
            Redirect(absolute(r.url), r.status, absolute(r.location)) for r in metrics.redirects
        ),
        http_version=metrics.http_version,
        elapsed_ms=metrics.elapsed_ms,
        depth=metrics.depth,
        sampled=metrics.sampled,
        stratum="structured",
        browser=_browser(metrics, rendered, final, example.status),
    )


def _browser(metrics: Metrics, html: str, url: str, status: int) -> BrowserEvidence | None:
    timings = (metrics.fcp, metrics.lcp, metrics.tbt)
    timed = any(value is not None for value in timings)
    optional = (
        metrics.rendered_html,
        metrics.title,
        metrics.axe,
        metrics.cls,
        metrics.requests,
        metrics.console_errors,
        metrics.rendered,
        metrics.consent,
    )
    if not (metrics.browser or timed or any(value is not None for value in optional)):
        return None
    return BrowserEvidence(
        html=html,
        title=metrics.title if metrics.title is not None else TITLE,
        final_url=url,
        status=status,
        axe=_axe(metrics.axe),
        cls=metrics.cls,
        requests=tuple(_request(r) for r in metrics.requests or ()),
        quiet=Timings(*timings, loads=metrics.loads) if timed else None,
        console_errors=tuple(metrics.console_errors or ()),
        dialogs=metrics.dialogs,
        rendered=_sightings(metrics.rendered),
        consent=metrics.consent,
    )


def _sightings(made: list[MadeSighting] | None) -> tuple[Sighting, ...] | None:
    if made is None:
        return None
    return tuple(Sighting(s.kind, s.selector, s.html, s.facts) for s in made)


def _axe(results: list[MadeAxeResult] | None) -> AxeRun | None:
    if results is None:
        return None
    return AxeRun(
        version="4.14.1",
        results=tuple(
            AxeResult(
                r.rule,
                r.outcome,
                r.impact,
                tuple(AxeNode(n.selector, n.html, n.message) for n in r.nodes),
            )
            for r in results
        ),
    )


def _request(made: MadeRequest) -> Request:
    return Request(
        url=absolute(made.url),
        type=made.type,
        status=made.status,
        headers=tuple(sorted((k.lower(), v) for k, v in made.headers.items())),
        transferred=made.transferred,
        decoded=made.decoded,
        from_cache=made.from_cache,
        protocol=made.protocol,
        failed=made.failed,
    )


def snapshot_of(rule: Rule, example: Example) -> Snapshot:
    """The visit an example describes; nation and type default to what the rule applies to."""
    facts = msgspec.convert(example.site, SiteFacts)
    pages = tuple(page_of(page) for page in example.pages)
    noon = dt.datetime.combine(facts.date, dt.time(12), tzinfo=dt.UTC)
    return Snapshot(
        site=_site(rule, example, facts),
        verdict=Verdict(facts.verdict),
        pages=pages,
        lost=tuple((absolute(item.url), Verdict(item.reason)) for item in facts.lost),
        documents=tuple(_document(d) for d in facts.documents),
        links=tuple(_link(link, facts.homepage) for link in facts.links),
        probes=Probes(
            not_found=_not_found(facts.not_found),
            alpn=facts.alpn,
            robots_txt=facts.robots_txt,
            sitemaps=tuple(absolute(s) for s in facts.sitemaps),
            assets=tuple(_request(a) for a in facts.assets),
            script_starts=tuple((absolute(s.url), s.start) for s in facts.scripts),
            doors=tuple(made_up_probes.door(d) for d in facts.doors),
            handshakes=tuple(made_up_probes.handshake(h, noon) for h in facts.handshakes),
            security_txt=made_up_probes.text_file(
                facts.security_txt, absolute(facts.security_txt.url) if facts.security_txt else ""
            ),
            hosts=tuple(_link(h, facts.homepage) for h in facts.hosts),
            feeds=tuple(made_up_probes.feed(f, absolute) for f in facts.feeds),
            search=made_up_probes.search(facts.search, absolute, document_of),
        ),
        coverage=Coverage(found=len(pages), stopped="exhausted" if facts.whole else ""),
        started=noon,
        finished=noon,
        browser=facts.browser,
        extra=facts.extra,
    )


def _site(rule: Rule, example: Example, facts: SiteFacts) -> Site:
    nation = example.nation or next(iter(rule.applies_to.nation), "")
    type_ = example.council_type or next(iter(rule.applies_to.type), "")
    council = Council(
        slug="example",
        name="Example Council",
        nation=nation,
        region="",
        type=type_,
        homepage=facts.homepage,
        welsh_homepage=facts.welsh_homepage,
    )
    councils = (council,) if nation or type_ else ()
    return Site("example", facts.homepage, councils, facts.welsh_homepage)


def _link(made: MadeLink, homepage: str) -> LinkCheck:
    url = absolute(made.url)
    reason = made.reason
    if reason is None:
        bad = made.status is not None and made.status >= 400
        reason = Reason.ERROR_STATUS if bad else Reason.OK
    internal = made.internal
    if internal is None:
        internal = urlsplit(url).netloc == urlsplit(homepage).netloc
    return LinkCheck(
        url=url,
        verdict=Verdict(reason),
        status=made.status if made.status is not None or reason is not Reason.OK else 200,
        found_on=tuple(sorted(absolute(f) for f in made.found_on)),
        internal=internal,
        in_main=made.in_main,
        attempts=made.attempts,
    )


def _document(made: MadeDocument) -> Document:
    return Document(
        url=absolute(made.url),
        link_text=made.link_text,
        found_on=tuple(sorted(absolute(f) for f in made.found_on)),
        verdict=Verdict(made.reason),
        content_type=made.content_type,
        size=made.size,
        pdf=PdfFacts(**msgspec.structs.asdict(made.pdf)) if made.pdf else None,
        csv=CsvFacts(**msgspec.structs.asdict(made.csv)) if made.csv else None,
    )


def _not_found(made: MadeNotFound | None) -> Page | None:
    if made is None:
        return None
    url = absolute(made.url)
    return Page(
        url=url,
        final_url=absolute(made.final_url) if made.final_url else url,
        kind=Kind.NOT_FOUND,
        status=made.status,
        headers=tuple(sorted((k.lower(), v) for k, v in made.headers.items())),
        body=document_of(made.html).encode("utf-8"),
        sampled=False,
    )

"""What was seen, never an opinion: pages, what a browser saw of them, and whole visits."""

from __future__ import annotations

from lgaudit.evidence.linked import CsvFacts, Document, Feed, LinkCheck, PdfFacts
from lgaudit.evidence.page import Page
from lgaudit.evidence.seen import (
    AxeNode,
    AxeResult,
    AxeRun,
    BrowserEvidence,
    Choice,
    Consent,
    Cookie,
    Look,
    Sighting,
    Timings,
)
from lgaudit.evidence.visit import (
    LIGHT,
    Coverage,
    PrivateNote,
    Probes,
    Question,
    SiteSearch,
    Snapshot,
)
from lgaudit.evidence.wire import (
    Exchange,
    Handshake,
    Headers,
    Redirect,
    Request,
    header,
    header_list,
)

__all__ = [
    "LIGHT",
    "AxeNode",
    "AxeResult",
    "AxeRun",
    "BrowserEvidence",
    "Choice",
    "Consent",
    "Cookie",
    "Coverage",
    "CsvFacts",
    "Document",
    "Exchange",
    "Feed",
    "Handshake",
    "Headers",
    "LinkCheck",
    "Look",
    "Page",
    "PdfFacts",
    "PrivateNote",
    "Probes",
    "Question",
    "Redirect",
    "Request",
    "Sighting",
    "SiteSearch",
    "Snapshot",
    "Timings",
    "header",
    "header_list",
]

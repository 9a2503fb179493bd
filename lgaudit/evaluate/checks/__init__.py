"""The vocabulary rule files may use. Importing :func:`load` brings in every built-in check."""

from __future__ import annotations

from importlib import import_module

MODULES = (
    "accessibility",
    "axe",
    "consistent",
    "cookies",
    "democracy",
    "documents",
    "doors",
    "emphasis",
    "errors",
    "files",
    "forms",
    "guidance",
    "headers",
    "headings",
    "html",
    "instructions",
    "keyboard",
    "language",
    "layout",
    "linking",
    "links",
    "markup",
    "media",
    "motion",
    "nesting",
    "openness",
    "performance",
    "pictures",
    "prose",
    "published",
    "readability",
    "rendered",
    "response",
    "scripts",
    "sentences",
    "services",
    "site",
    "sitesearch",
    "spending",
    "statement",
    "statement_days",
    "statement_site",
    "style",
    "tables",
    "titled",
    "titles",
    "tongues",
    "weight",
    "welsh",
)


def load() -> None:
    """Import every module of built-in checks, which registers them."""
    for name in MODULES:
        import_module(f"{__name__}.{name}")

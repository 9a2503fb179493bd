"""The vocabulary rule files may use. Importing :func:`load` brings in every built-in check."""

from __future__ import annotations

from importlib import import_module

MODULES = (
    "accessibility",
    "axe",
    "democracy",
    "documents",
    "doors",
    "emphasis",
    "forms",
    "headers",
    "headings",
    "html",
    "language",
    "links",
    "media",
    "performance",
    "prose",
    "published",
    "response",
    "scripts",
    "sentences",
    "site",
    "spending",
    "statement",
    "statement_site",
    "tables",
)


def load() -> None:
    """Import every module of built-in checks, which registers them."""
    for name in MODULES:
        import_module(f"{__name__}.{name}")

"""Runs as files for research, and files from colleagues as runs."""

from lgaudit.exchange.reading import read
from lgaudit.exchange.writing import write

__all__ = ["read", "write"]

"""Where runs are kept: SQLAlchemy Core, SQLite unless a URL says otherwise."""

from lgaudit.store.kept import KeptResults
from lgaudit.store.store import RunSummary, Store
from lgaudit.store.whole import Part

__all__ = ["KeptResults", "Part", "RunSummary", "Store"]

"""Evidence that is kept: one WARC for each site of a run, written beside the store, read again.

Knows files and records alone: nothing here asks the network, and nothing has an opinion.
"""

from lgaudit.archive.folder import Evidence, Retention
from lgaudit.archive.keeper import Keeper
from lgaudit.archive.snapshots import Kept, read_snapshot

__all__ = ["Evidence", "Keeper", "Kept", "Retention", "read_snapshot"]

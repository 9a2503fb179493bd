"""Serve recorded or made-up sites under their own names, on this machine only.

The demonstration, the tests and ``lgaudit check FOLDER`` all use it: a site is anything with a
host and an ``answer`` method; :class:`Replay` puts any number of them behind one loopback port.
"""

from lgaudit.replay.folder import FolderSite
from lgaudit.replay.server import Replay
from lgaudit.replay.site import Answer, StaticSite, WebSite

__all__ = ["Answer", "FolderSite", "Replay", "StaticSite", "WebSite"]

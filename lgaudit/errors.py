"""Every error a user can meet: one family, each message says what to do next."""

from __future__ import annotations


class LgauditError(Exception):
    """Something the user can act on. The command line prints it and exits with code 2."""


class RegisterError(LgauditError):
    """The councils file cannot be used as it stands."""


class RulebookError(LgauditError):
    """A rule file or pack cannot be used as it stands."""


class SettingsError(LgauditError):
    """A setting is unknown or out of range."""


class BrowserMissing(LgauditError):
    """No usable browser or driver on this machine."""


class GridDown(LgauditError):
    """The Selenium Grid that was to lend its browsers does not answer any more."""


class ClusterDown(LgauditError):
    """The cluster that was to look at sites cannot be used, or does not answer any more."""


class StoreError(LgauditError):
    """The store cannot be opened, read or written."""


class ReportError(LgauditError):
    """A report cannot be written."""


class RepliesError(LgauditError):
    """A file of replies cannot be read or used."""


class EvidenceError(LgauditError):
    """Evidence cannot be written, or a WARC cannot be read."""


class NetworkDown(LgauditError):
    """This machine has lost its network, so nothing can be said of any site."""

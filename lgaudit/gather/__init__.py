"""Looking at sites: the only code that touches the network."""

from __future__ import annotations

import sys

# httpcore imports trio wherever it is installed, which Selenium sees to. Nothing here runs on trio,
# and importing it takes a tenth of a second of every start.
if "trio" not in sys.modules and "httpcore" not in sys.modules:
    sys.modules["trio"] = None  # type: ignore[assignment]
    import httpcore  # noqa: F401

    del sys.modules["trio"]

"""Looking at sites: the only code that touches the network."""

from __future__ import annotations

import sys

# httpx and httpcore import more than anyone here uses wherever it is installed: trio, which
# Selenium brings, and httpx's own command line with the libraries that colour it. Each costs
# every start a tenth of a second. Python imports nothing whose entry is None.
_UNUSED = ("trio", "httpx._main")
if not {"httpx", "httpcore", *_UNUSED} & sys.modules.keys():
    for _name in _UNUSED:
        sys.modules[_name] = None  # type: ignore[assignment]
    import httpcore  # noqa: F401
    import httpx  # noqa: F401

    for _name in _UNUSED:
        del sys.modules[_name]

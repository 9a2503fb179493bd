"""httpx and httpcore, without the parts of them that nobody here uses."""

from __future__ import annotations

import sys

# Wherever it is installed they import trio, which Selenium brings, and httpx its own command line
# with the libraries that colour it. Each costs every start a tenth of a second. Python imports
# nothing whose entry is None.
_UNUSED = ("trio", "httpx._main")
_loaded = {"httpx", "httpcore"} & sys.modules.keys()
_kept_out = [] if _loaded else [name for name in _UNUSED if name not in sys.modules]
for _name in _kept_out:
    sys.modules[_name] = None  # type: ignore[assignment]

import httpcore  # noqa: E402
import httpx  # noqa: E402

for _name in _kept_out:
    del sys.modules[_name]

__all__ = ["httpcore", "httpx"]

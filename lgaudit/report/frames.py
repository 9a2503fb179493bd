"""pandas for the report, loaded without pyarrow even where that is installed.

pandas loads pyarrow as it starts, if it is there: a quarter longer and 38 MB more, for columns of
text that a report does not use. A report must not cost more, nor differ, because somebody installed
`lgaudit[parquet]` for exports.
"""

from __future__ import annotations

import sys

if "pandas" in sys.modules or "pyarrow" in sys.modules:
    import pandas as pd
else:
    sys.modules["pyarrow"] = None  # type: ignore[assignment]  # so that importing it fails
    try:
        import pandas as pd
    finally:
        del sys.modules["pyarrow"]

__all__ = ["pd"]

"""`python -m benchmarks` (or `make bench`): the static lane, then the browser lane."""

from __future__ import annotations

import subprocess
import sys


def main() -> None:
    """Run both lanes with what is on the command line."""
    for lane in ("static_lane", "browser_lane"):
        print(f"== {lane.replace('_', ' ')}", flush=True)
        subprocess.run([sys.executable, "-m", f"benchmarks.{lane}", *sys.argv[1:]], check=True)


if __name__ == "__main__":
    main()

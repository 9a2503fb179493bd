"""The demonstration on some of its sites: a program of its own, so that it can be killed.

    python tests/demo_some.py OUT PAGES SLUG... [--browser] [--resume]

Where a test is about runs and not about what is found, a part of the sector shows the same.
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from lgaudit import register
from lgaudit.cli import auditing
from lgaudit.cli.demo import settings_of
from lgaudit.demo import sector
from lgaudit.replay import Replay


def main() -> int:
    """Audit them as `lgaudit demo` would."""
    folder, pages, *slugs = (word for word in sys.argv[1:] if not word.startswith("--"))
    made = sector.build(1)
    councils = [council for council in made.councils if council.slug in slugs]
    assert len(councils) == len(slugs), "an unknown slug"
    browser = "--browser" in sys.argv
    with Replay(made.sites.values()) as replay:
        settings = settings_of(replay, Path(folder), seed=1, browser=browser, pages=int(pages))
        return auditing.run_and_show(
            register.sites(councils),
            msgspec.structs.replace(settings, replies=""),  # which speak of all councils
            resume="latest" if "--resume" in sys.argv else "",
            quiet=True,
        )


if __name__ == "__main__":
    sys.exit(main())

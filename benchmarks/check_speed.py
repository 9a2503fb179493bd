"""How long people wait for `lgaudit check`: help, start-up, one page, a page that was saved again.

`python -m benchmarks.check_speed`; figures are medians of wall-clock seconds.
"""

from __future__ import annotations

import argparse
import os
import re
import selectors
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

PAGE = (
    "<!doctype html><html lang=en><head><meta charset=utf-8><title>Bins {n} - Example</title>"
    "<meta name=viewport content='width=device-width'><link rel=stylesheet href=/a.css></head>"
    "<body><main><h1>Bins</h1>{text}</main></body></html>"
)
PARAGRAPH = "<p>We collect bins on <a href=/mondays>Mondays</a> from seven in the morning.</p>"
ROUNDS = 7
LGAUDIT = (sys.executable, "-m", "lgaudit")
STARTED = "import lgaudit.cli.check, lgaudit.cli.oncecheck as o, lgaudit.cli.signin"
BEGUN = f"{STARTED}; import lgaudit.gather.browser"
READ = f"{STARTED}, lgaudit.checking, lgaudit.evaluate.rulebook as r; r.load()"


def site(folder: Path, pages: int) -> Path:
    """A made-up site of small pages with one style sheet."""
    folder.mkdir()
    (folder / "a.css").write_text("body { font: 16px sans-serif }")
    for number in range(pages):
        text = PARAGRAPH * 60
        (folder / f"page{number}.html").write_text(PAGE.format(n=number, text=text))
    return folder


def seconds(command: tuple[str, ...], cwd: Path) -> float:
    started = time.monotonic()
    subprocess.run(command, cwd=cwd, capture_output=True, check=False)
    return time.monotonic() - started


def median(measure: Callable[[], float], rounds: int = ROUNDS) -> str:
    measure()  # warm
    found = sorted(measure() for _ in range(rounds))
    return f"{statistics.median(found):6.2f} s   ({found[0]:.2f} to {found[-1]:.2f})"


def saved_again(cwd: Path) -> list[float]:
    """Seconds from saving a page to the end of its check, as --watch says it and as it is seen."""
    command = (*LGAUDIT, "check", "one", "--watch")
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    watching = subprocess.Popen(
        command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment
    )
    assert watching.stderr is not None
    os.set_blocking(watching.stderr.fileno(), False)
    ready = selectors.DefaultSelector()
    ready.register(watching.stderr, selectors.EVENT_READ)

    def checked(limit: float = 60) -> None:
        end, said = time.monotonic() + limit, ""
        while not re.search(r"Checked in", said):
            if not ready.select(max(0.0, end - time.monotonic())):
                raise TimeoutError(said)
            said += (watching.stderr.read() or b"").decode() if watching.stderr else ""

    page, took = cwd / "one" / "page0.html", []
    try:
        checked()
        for number in range(ROUNDS):
            time.sleep(1)
            started = time.monotonic()
            page.write_text(PAGE.format(n=number, text=PARAGRAPH * 60))
            checked()
            took.append(time.monotonic() - started)
    finally:
        watching.send_signal(signal.SIGINT)
        watching.wait(30)
    return sorted(took)


def main() -> int:
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        cwd = Path(temporary)
        site(cwd / "one", 1)
        site(cwd / "fifty", 50)
        one = (*LGAUDIT, "check", "one", "--quiet")
        print("lgaudit --help           ", median(lambda: seconds((*LGAUDIT, "--help"), cwd)))
        for name, code in (
            ("start-up                 ", STARTED),
            ("until browsers start     ", BEGUN),
            ("rules read, meanwhile    ", READ),
        ):
            command = (sys.executable, "-c", code)
            print(name, median(lambda command=command: seconds(command, cwd)))
        print("one page, no browser     ", median(lambda: seconds((*one, "--no-browser"), cwd)))
        print("one page, browser        ", median(lambda: seconds(one, cwd)))
        took = saved_again(cwd)
        print(
            f"saved again, --watch      {statistics.median(took):6.2f} s  "
            f" ({took[0]:.2f} to {took[-1]:.2f})"
        )
        fifty = (*LGAUDIT, "check", "fifty", "--quiet")
        took_fifty = seconds(fifty, cwd)
        print(f"50 pages                  {took_fifty:6.2f} s   ({50 / took_fifty:.2f} pages/s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The tutorial, docs/writing-rules.md, followed step by step from an empty folder."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "writing-rules.md").read_text(encoding="utf-8")
STEP = re.compile(r"(?:^`([\w./-]+)`:\n\n)?^```(\w+)\n(.*?)^```$", re.M | re.S)
STEPS = [(m[1] or "", m[2], m[3]) for m in STEP.finditer(TEXT)]


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(folder / "site")))}
    return subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Command -> what it printed, after every step was done in order."""
    folder = tmp_path_factory.mktemp("empty")
    said: dict[str, str] = {}
    for name, kind, text in STEPS:
        if name:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
            continue
        assert kind == "sh"
        for line in text.splitlines():
            words = shlex.split(line)
            if words[0] == "pip":  # into a folder of its own, and without asking the network
                more = ["--no-deps", "--no-index", "--no-build-isolation", "-q", "--target", "site"]
                done = run(folder, sys.executable, "-m", "pip", *words[1:], *more)
            else:
                done = run(folder, sys.executable, "-m", "lgaudit", *words[1:])
            wanted = 0
            assert done.returncode == wanted, (line, done.stdout, done.stderr)
            said[line] = done.stdout + done.stderr
    return said


def test_the_tutorial_has_its_steps() -> None:
    kinds = [kind for _, kind, _ in STEPS]
    assert kinds.count("sh") == 4
    assert [name for name, _, _ in STEPS if name] == [
        "rules/town/old-name.toml",
        "page.html",
        "pyproject.toml",
        "lgaudit_town/__init__.py",
        "lgaudit_town/rules/wards/ward-named.toml",
    ]


def test_every_step_works(told: dict[str, str]) -> None:
    folded = {line: " ".join(text.split()) for line, text in told.items()}
    assert "rules/town/old-name.toml" in folded["lgaudit rules new town/old-name"].replace(" ", "")
    assert "1 rule, 3 examples, 0 failed" in folded["lgaudit rules test rules/town"]
    check = "lgaudit check page.html --rules rules --only town --no-browser"
    assert "old name is gone" in folded[check]
    assert "wards/ward-named" in folded["lgaudit rules list --only wards"]

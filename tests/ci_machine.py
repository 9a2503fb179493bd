"""A made-up CI machine: the shell parts of pipelines run for real, downloads are only noted."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
HEAD = (
    "<!doctype html><html lang=en><head><meta charset=utf-8><title>{0} - Example</title>"
    "<meta name=viewport content='width=device-width, initial-scale=1'>"
    "<meta name=description content='What to do about {0}.'></head><body><main><h1>{0}</h1>{1}"
    "</main></body></html>"
)
BAD = "<p>To pay, <a href=/>click here</a>.</p>"  # serious
# Stands for python3: makes "virtual environments" that hold this lgaudit, and notes what pip does.
_PYTHON = """#!/bin/sh
case "$1 $2" in
  "-m venv")
    shift 2
    [ "$1" != --clear ] || shift
    mkdir -p "$1/bin"
    cp "{bin}/python3" "$1/bin/python"
    cp "{bin}/lgaudit" "$1/bin/lgaudit" ;;
  "-m pip") echo "$0 $*" >>"{log}" ;;
  *) exec {python} "$@" ;;
esac
"""
_LGAUDIT = '#!/bin/sh\nPYTHONPATH={root} exec {python} -m lgaudit "$@"\n'
_NOTED = '#!/bin/sh\necho "$(basename "$0") $*" >>"{log}"\n'


class Machine:
    """A folder with a project in it, a home, and programs that stand for the real ones."""

    def __init__(self, folder: Path, *, bad: bool = True) -> None:
        self.work, self.log = folder / "work", folder / "log"
        self._bin, self.home = folder / "bin", folder / "home"
        for each in (self.work / "site" / "bins", self._bin, self.home):
            each.mkdir(parents=True)
        self.log.touch()
        (self.work / "site" / "index.html").write_text(
            HEAD.format("Home", "<p><a href=/bins/>Bin days</a></p>")
        )
        (self.work / "site" / "bins" / "index.html").write_text(
            HEAD.format("Bin days", BAD if bad else "<p>We collect bins on Mondays.</p>")
        )
        known = {"bin": self._bin, "log": self.log, "python": sys.executable, "root": ROOT}
        for name in ("python3", "python"):
            self._program(name, _PYTHON.format(**known))
        self._program("lgaudit", _LGAUDIT.format(**known))
        for name in ("apt-get", "docker", "pip"):
            self._program(name, _NOTED.format(**known))

    def _program(self, name: str, text: str) -> None:
        file = self._bin / name
        file.write_text(text)
        file.chmod(0o755)

    @property
    def noted(self) -> list[str]:
        """What was asked of pip, apt-get and docker."""
        return self.log.read_text().splitlines()

    def run(
        self, script: str, *, shell: str = "bash", env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a script as a pipeline's runner would: it stops at the first command that fails."""
        words = [shell, "-e", "-c", script]
        if shell == "bash":
            words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("LGAUDIT_", "GITHUB_"))}
        return subprocess.run(
            words,
            cwd=self.work,
            env=kept
            | {
                "PATH": f"{self._bin}:{os.environ['PATH']}",
                "HOME": str(self.home),
                "LGAUDIT_BROWSER": "false",
                "LGAUDIT_RETRIES": "0",
                **(env or {}),
            },
            capture_output=True,
            text=True,
            timeout=240,
            stdin=subprocess.DEVNULL,
            check=False,
        )


class Action:
    """action.yml, run step by step; steps that use other actions are given their outputs."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self.action: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
        self.summary = machine.work.parent / "summary.md"

    def run(
        self, given: Mapping[str, str], *, cached: bool = False
    ) -> tuple[int, str, dict[str, str]]:
        """Exit code, everything printed, and the action's outputs."""
        unknown = set(given) - set(self.action["inputs"])
        assert not unknown, f"action.yml has no input {unknown}"
        values = {
            f"inputs.{name}": str(given.get(name, about.get("default", "")))
            for name, about in self.action["inputs"].items()
        }
        values |= {
            "github.action_path": str(ROOT),
            "steps.python.outputs.python-version": "3.12.1",
            "steps.python.outputs.python-path": "python3",
            "steps.cache.outputs.cache-hit": "true" if cached else "",
            "runner.os": "Linux",
            "runner.arch": "X64",
        }
        printed = ""
        for step in self.action["runs"]["steps"]:
            if "uses" in step:
                for text in step["with"].values():
                    expanded(str(text), values)
                continue
            if condition := step.get("if"):
                name, wanted = re.fullmatch(r"([\w.-]+) != '(\w+)'", condition).groups()
                if values[name] == wanted:
                    continue
            output = self._machine.work.parent / "output"
            output.write_text("")
            done = self._machine.run(
                step["run"],
                env={
                    "GITHUB_OUTPUT": str(output),
                    "GITHUB_STEP_SUMMARY": str(self.summary),
                    **{k: expanded(v, values) for k, v in step.get("env", {}).items()},
                },
            )
            printed += done.stdout + done.stderr
            for line in output.read_text().splitlines():
                name, _, value = line.partition("=")
                values[f"steps.{step['id']}.outputs.{name}"] = value
            if done.returncode:
                return done.returncode, printed, self._outputs(values)
        return 0, printed, self._outputs(values)

    def _outputs(self, values: Mapping[str, str]) -> dict[str, str]:
        return {
            name: expanded(about["value"], values, missing="")
            for name, about in self.action["outputs"].items()
        }


def expanded(text: str, values: Mapping[str, str], missing: str | None = None) -> str:
    """A text with each ${{ name }} put in; a name nobody gave is a fault."""

    def value(match: re.Match[str]) -> str:
        return values[match[1]] if missing is None else values.get(match[1], missing)

    return re.sub(r"\$\{\{\s*([\w.-]+)\s*\}\}", value, text)


def schema(name: str) -> dict[str, Any]:
    """A schema of SchemaStore, as check-jsonschema carries it."""
    import json
    from importlib import resources

    folder = resources.files("check_jsonschema") / "builtin_schemas" / "vendor"
    found: dict[str, Any] = json.loads((folder / f"{name}.json").read_text())
    return found

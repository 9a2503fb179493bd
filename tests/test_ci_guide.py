"""Every example of docs/ci.md is taken out of it and run against a small site."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from ci_machine import HEAD, ROOT, Action, Machine, expanded, schema
from lxml import etree
from pre_commit.clientlib import load_config, load_manifest
from test_ready_made import gitlab_job, run_job

pytest_plugins = ["pytester"]

GUIDE = (ROOT / "docs" / "ci.md").read_text()


@dataclass(frozen=True)
class Block:
    language: str
    file: str  # as the line before it names it, '' for none
    text: str
    heading: str


def blocks() -> Iterator[Block]:
    heading, file = "", ""
    parts = re.split(r"^```(\w*)\n(.*?)^```$", GUIDE, flags=re.M | re.S)
    for before, language, text in zip(parts[::3], parts[1::3], parts[2::3], strict=False):
        for line in before.strip().splitlines():
            if line.startswith("## "):
                heading = line[3:]
        named = re.search(r"`([^`]+)`\)?:$", before.strip())
        file = named[1] if named else ""
        yield Block(language, file, text, heading)


BLOCKS = list(blocks())


def block(heading: str, language: str, number: int = 0) -> Block:
    return [b for b in BLOCKS if b.heading.startswith(heading) and b.language == language][number]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "machine")


def built(machine: Machine) -> None:
    shutil.copytree(machine.work / "site", machine.work / "build", dirs_exist_ok=True)


def codes(machine: Machine, text: str, **env: str) -> list[int]:
    return [machine.run(line, env=env).returncode for line in text.splitlines()]


def test_every_example_has_a_test() -> None:
    """A new block fails here until it is run below."""
    said = [(b.heading.split(":")[0], b.language, b.file) for b in BLOCKS]
    assert said == [
        ("On your laptop", "sh", ""),
        ("On your laptop", "sh", ""),
        ("On your laptop", "sh", ""),
        ("On your laptop", "yaml", ".pre-commit-config.yaml"),
        ("GitHub", "yaml", ".github/workflows/lgaudit.yml"),
        ("GitHub", "yaml", ".github/workflows/lgaudit.yml"),
        ("GitLab", "yaml", ".gitlab-ci.yml"),
        ("Jenkins", "groovy", "Jenkinsfile"),
        ("In your own tests", "python", "test_pages.py"),
        ("In your own tests", "ini", "pytest.ini"),
        ("In a container", "sh", ""),
    ]


@pytest.mark.browser
def test_on_a_laptop_with_its_browser(machine: Machine) -> None:
    built(machine)
    picture = HEAD.format("Bin days", "<p>Bins.</p><p><img src=/map.png></p>")
    (machine.work / "build" / "bins" / "index.html").write_text(picture)
    lines = block("On your laptop", "sh").text.splitlines()
    assert [machine.run(line).returncode for line in lines[:2]] == [0, 0]
    assert machine.noted == [f"{machine.home}/.lgaudit/bin/python -m pip install lgaudit"]
    done = machine.run(lines[2], env={"LGAUDIT_BROWSER": "true"})
    assert done.returncode == 1, done.stderr
    assert "axe/image-alt" in done.stdout


def test_on_a_laptop(machine: Machine) -> None:
    built(machine)
    assert codes(machine, block("On your laptop", "sh", 1).text) == [0, 0]
    assert "link-text-generic" in (machine.work / "lgaudit-baseline.json").read_text()
    assert codes(machine, block("On your laptop", "sh", 2).text) == [0]
    config = machine.work / ".pre-commit-config.yaml"
    config.write_text(block("On your laptop", "yaml").text)
    (repo,) = load_config(str(config))["repos"]
    known = {hook["id"] for hook in load_manifest(str(ROOT / ".pre-commit-hooks.yaml"))}
    assert {hook["id"] for hook in repo["hooks"]} <= known
    assert re.match(repo["hooks"][0]["files"], "build/bins/index.html")


@pytest.mark.parametrize("number", [0, 1])
def test_on_github(machine: Machine, number: int) -> None:
    workflow = yaml.safe_load(block("GitHub", "yaml", number).text)
    jsonschema.validate(_with_on(workflow), schema("github-workflows"))
    (machine.work / "lgaudit-baseline.json").write_text('{"lgaudit-baseline": 1, "issues": []}')
    (job,) = workflow["jobs"].values()
    ran = False
    for step in job["steps"]:
        if "run" in step:
            assert machine.run(step["run"]).returncode == 0
        elif step["uses"].startswith("OWNER/lgaudit@"):
            code, printed, outputs = Action(machine).run(step["with"])
            assert code == 1, printed
            assert "::error file=build/bins/index.html" in printed
            ran = True
        elif "upload-sarif" in step["uses"]:
            file = expanded(
                step["with"]["sarif_file"], {"steps.lgaudit.outputs.sarif": outputs["sarif"]}
            )
            assert json.loads((machine.work / file).read_text())["version"] == "2.1.0"
        elif "upload-artifact" in step["uses"]:
            assert (machine.work / step["with"]["path"]).is_file()
    assert ran


def _with_on(workflow: dict[Any, Any]) -> dict[Any, Any]:
    """YAML 1.1 reads the key `on` as true; GitHub does not."""
    return {"on" if key is True else key: value for key, value in workflow.items()}


def test_the_table_of_inputs_is_the_actions(machine: Machine) -> None:
    rows = re.findall(r"^\| `([\w-]+)` \|", GUIDE, re.M)
    assert [*rows, "python-version"] == list(Action(machine).action["inputs"])


def test_on_gitlab(machine: Machine) -> None:
    pipeline = yaml.safe_load(block("GitLab", "yaml").text)
    jsonschema.validate(pipeline, schema("gitlab-ci"))
    (include,) = pipeline["include"]
    assert (ROOT / include["local"]).is_file()
    for line in pipeline["build"]["script"]:
        assert machine.run(line, shell="sh").returncode == 0
    code, printed = run_job(machine, gitlab_job(include["inputs"]))
    assert (code, "content/link-text-generic" in printed) == (1, True), printed


def test_on_jenkins(machine: Machine) -> None:
    text = block("Jenkins", "groovy").text
    assert text.count("{") == text.count("}")
    steps = re.findall(r"^\s*sh '([^']+)'", text, re.M)
    done = [machine.run(step, shell="sh") for step in steps]
    assert [each.returncode for each in done] == [0, 0, 1], done[-1].stderr
    for name in re.findall(r"(?:junit|archiveArtifacts) '([^']+)'", text):
        assert (machine.work / name).is_file()
    assert etree.parse(machine.work / "lgaudit.xml").getroot().get("failures") == "1"


def test_in_your_own_tests(
    pytester: pytest.Pytester, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    (machine.work / "site" / "bins" / "index.html").write_text(
        HEAD.format("Bin days", "<p>We collect bins on Mondays.</p>")
    )
    pytester.makeconftest(
        f"""
        import functools, http.server, threading, pytest

        class Quiet(http.server.SimpleHTTPRequestHandler):
            def log_message(self, *words):
                pass

        @pytest.fixture(scope="session")
        def live_server():
            site = functools.partial(Quiet, directory={str(machine.work / "site")!r})
            server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), site)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield f"http://127.0.0.1:{{server.server_port}}"
            server.shutdown()
        """
    )
    python, ini = block("In your own tests", "python"), block("In your own tests", "ini")
    pytester.path.joinpath(python.file).write_text(python.text)
    pytester.path.joinpath(ini.file).write_text(ini.text)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    done = pytester.runpytest_subprocess("-plgaudit.pytest_plugin", "--lgaudit-no-browser")
    done.assert_outcomes(passed=4)


def test_in_a_container(machine: Machine) -> None:
    (build, run) = block("In a container", "sh").text.splitlines()
    assert codes(machine, f"{build}\n{run}") == [0, 0]
    assert machine.noted[0] == "docker build -t lgaudit ."
    image, command = machine.noted[1].split(" lgaudit ", 1)
    assert f"-v {machine.work}:/site" in image
    assert "WORKDIR /site" in (ROOT / "Dockerfile").read_text()
    built(machine)
    assert machine.run(f"lgaudit {command}").returncode == 1


def test_what_it_says_of_exit_codes_is_so(machine: Machine) -> None:
    built(machine)
    assert machine.run("lgaudit check build/index.html").returncode == 0
    assert machine.run("lgaudit check build/").returncode == 1
    gone = "http://127.0.0.1:9/"
    assert machine.run(f"lgaudit check build/index.html {gone}").returncode == 2
    done = machine.run(f"lgaudit check build/ {gone}")
    assert done.returncode == 1
    assert "Could not be checked" in done.stdout
    assert "link-text-generic" in done.stdout


def test_links_lead_somewhere() -> None:
    own = {
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^## (.+)$", GUIDE, re.M)
    }
    for link in re.findall(r"\]\(([^)]+)\)", GUIDE):
        if link.startswith("#"):
            assert link[1:] in own, link
        elif "://" not in link:
            assert (ROOT / "docs" / link).exists(), link

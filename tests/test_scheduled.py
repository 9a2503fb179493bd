"""docs/scheduled.md and the workflow that audits on a schedule: every step is run, on one site."""

from __future__ import annotations

import configparser
import functools
import http.server
import re
import subprocess
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import msgspec
import pytest
import yaml
from ci_machine import HEAD, ROOT, Machine, schema

from lgaudit.settings import Settings
from lgaudit.store import Store

GUIDE = (ROOT / "docs" / "scheduled.md").read_text()
TEXT = (ROOT / "templates" / "scheduled.github.yml").read_text()
WORKFLOW = {"on" if key is True else key: value for key, value in yaml.safe_load(TEXT).items()}
STEPS = {step.get("name", step.get("uses")): step for step in WORKFLOW["jobs"]["audit"]["steps"]}
BRANCH = "refs/heads/lgaudit-store"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.M | re.S)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A website of twelve pages, enough to be ranked, on this machine."""
    folder = tmp_path_factory.mktemp("site")
    links = "".join(
        f"<p><a href=/page{n}.html>About the service number {n}</a></p>" for n in range(11)
    )
    (folder / "index.html").write_text(HEAD.format("Home", links))
    for n in range(11):
        words = " ".join(f"service{n} word{w}" for w in range(30))
        (folder / f"page{n}.html").write_text(HEAD.format(f"Service {n}", f"<p>{words}.</p>"))

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


class Runner:
    """Fresh machines that check one repository out and run the workflow's steps in order."""

    def __init__(self, folder: Path, site: str) -> None:
        self._folder, self._site, self._count = folder, site, 0
        self.origin = folder / "origin.git"
        subprocess.run(["git", "init", "-q", "--bare", str(self.origin)], check=True)

    def run(self, origin: Path | None = None) -> tuple[Machine, list[str]]:
        """One run of the workflow; the machine, and what each step said or did."""
        self._count += 1
        machine = Machine(self._folder / f"machine{self._count}")
        for command in (["init", "-q"], ["remote", "add", "origin", str(origin or self.origin)]):
            subprocess.run(["git", *command], cwd=machine.work, check=True)
        output, summary = machine.work.parent / "output", machine.work.parent / "summary"
        output.write_text("")
        env = {
            **{name: str(value) for name, value in WORKFLOW["env"].items()},
            "COUNCILS": self._site,
            "LGAUDIT_CONTACT": "web-team@example.gov.uk",
            "LGAUDIT_ALLOW_PRIVATE": "true",
            "LGAUDIT_PACE": "0",
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(summary),
        }
        done: list[str] = []
        for name, step in STEPS.items():
            if "if" in step:
                assert step["if"] == "steps.audit.outputs.ran == 'yes'"
                if "ran=yes" not in output.read_text().split():
                    continue
            if "run" in step:
                result = machine.run(step["run"], env=env)
                if result.returncode:
                    return machine, [*done, f"{name} failed: {result.stderr}"]
            done.append(name)
        return machine, done


def commits(runner: Runner) -> int:
    told = ["git", "rev-list", "--count", BRANCH]
    return int(subprocess.check_output(told, cwd=runner.origin, text=True))


def test_the_workflow_audits_keeps_publishes_and_then_waits(tmp_path: Path, site: str) -> None:
    runner = Runner(tmp_path, site)
    machine, done = runner.run()
    assert done == list(STEPS)
    assert any("pip install" in line and "lgaudit" in line for line in machine.noted)
    public = machine.work / "public"
    for name in ("index.html", "feed.xml", "league.csv", "run.json"):
        assert (public / name).is_file(), name
    evidence = machine.work / STEPS["Keep the evidence"]["with"]["path"]
    assert list(evidence.glob("*/*.warc.gz"))
    assert STEPS["Hand the website over"]["with"]["path"] == public.name
    assert ": 1 site, " in (machine.work.parent / "summary").read_text()
    assert commits(runner) == 1

    machine, done = runner.run()  # another machine, the next night
    assert done == list(STEPS)[: list(STEPS).index("Audit") + 1]
    assert "nothing to do" in (machine.work.parent / "summary").read_text()
    with Store.open(str(machine.work / "kept" / "lgaudit.db"), create=False) as store:
        (first,) = store.runs()
        assert first.done == 1

    for line in blocks("sh")[0].splitlines():  # and anybody can write its report again
        told = machine.run(line)
        assert told.returncode == 0, told.stderr
        assert first.id in told.stdout + told.stderr or "lgaudit" not in line.split()[0]


def test_a_store_that_cannot_be_fetched_is_never_replaced(tmp_path: Path, site: str) -> None:
    runner = Runner(tmp_path, site)
    _, done = runner.run(origin=tmp_path / "not-there.git")
    assert done[-1].startswith("Fetch the store failed")


def test_the_workflow_is_sound() -> None:
    jsonschema.validate(WORKFLOW, schema("github-workflows"))
    assert WORKFLOW["permissions"] == {}
    assert WORKFLOW["concurrency"]["cancel-in-progress"] is False
    assert WORKFLOW["defaults"]["run"]["shell"] == "bash"  # with pipefail
    for job in WORKFLOW["jobs"].values():
        for step in job["steps"]:
            if "uses" in step:
                assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", step["uses"]), step["uses"]
            else:
                assert "${{" not in step["run"], "values must come in as data"
    for name in WORKFLOW["env"]:
        if name.startswith("LGAUDIT_"):
            assert name.removeprefix("LGAUDIT_").lower() in Settings.__struct_fields__, name


def test_what_the_guide_says_of_the_workflow_is_so() -> None:
    retention = STEPS["Keep the evidence"]["with"]["retention-days"]
    assert f"`retention-days: {retention}`" in GUIDE
    for name in ("COUNCILS", "EVERY"):
        assert name in WORKFLOW["env"]
        assert f"`{name}: " in GUIDE
    assert "vars.AUDIT_CONTACT" in WORKFLOW["env"]["LGAUDIT_CONTACT"]


def test_the_timers_and_the_workflow_run_one_command() -> None:
    (cron,) = blocks("crontab")
    service, timer = map(unit, blocks("ini"))
    assert re.fullmatch(r"\*-\*-\* \d\d:\d\d", timer["Timer"]["OnCalendar"])
    minute, hour, *days, line = cron.splitlines()[1].split(None, 5)
    assert (0 <= int(minute) < 60, 0 <= int(hour) < 24, days) == (True, True, ["*"] * 3)
    (step,) = re.findall(r"^(lgaudit audit .*?) \|", STEPS["Audit"]["run"], re.M)
    wanted = step.replace("$COUNCILS ", "").replace('"$EVERY"', WORKFLOW["env"]["EVERY"])
    for command in (line.partition(" && ")[2], service["Service"]["ExecStart"]):
        assert re.sub(r"\S*\.venv/bin/", "", command) == wanted
    assert f"    {wanted}\n" in GUIDE


def unit(text: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(text)
    return parser


def test_the_retention_settings_are_settings() -> None:
    (text,) = blocks("toml")
    told = msgspec.convert(tomllib.loads(text), Settings)
    assert (told.evidence_runs, told.evidence_days) == (5, 400)


def test_links_lead_somewhere() -> None:
    for link in re.findall(r"\]\(([^)]+)\)", GUIDE):
        assert "://" in link or (ROOT / "docs" / link).exists(), link

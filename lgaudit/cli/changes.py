"""`lgaudit check --changed-since REF`: which pages a change may have changed."""

from __future__ import annotations

import subprocess
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from lgaudit.cli.console import note
from lgaudit.cli.targets import Group, Target, TargetError
from lgaudit.cli.uses import Uses, relative
from lgaudit.settings import CheckSettings

SECONDS = 60
# Files that no page looks different for.
_LOOKLESS = frozenset(
    ".pdf .txt .xml .map .md .doc .docx .xls .xlsx .csv .ods .odt .gz .br".split()
)
_OWN = ("lgaudit.toml", "lgaudit-baseline.json")


@dataclass(frozen=True)
class Changed:
    """Files that changed, whole paths, those that are gone included; and what git keeps."""

    files: frozenset[Path]
    kept: frozenset[Path]


def since(ref: str, here: Path) -> Changed:
    """What changed since a commit, branch or tag: since it and we parted, uncommitted work too.

    Raises:
        TargetError: this is no git repository, or there is no such commit.
    """
    top = _git(here, "rev-parse", "--show-toplevel", why="this is not a git repository")
    root = Path(top.strip()).resolve()
    unknown = (
        f"--changed-since {ref}: there is no such commit here. In CI, fetch more of the history"
        " (GitHub: fetch-depth: 0; GitLab: GIT_DEPTH: 0)."
    )
    commit = _git(here, "rev-parse", "--verify", "--quiet", "--end-of-options",
                  f"{ref}^{{commit}}", why=unknown).strip()  # fmt: skip
    base = _git(here, "merge-base", commit, "HEAD", why=unknown).strip()
    listed = _git(root, "diff", "--name-only", "--no-renames", "-z", base, "--")
    listed += _git(root, "ls-files", "--others", "--exclude-standard", "-z")
    kept = _git(root, "ls-files", "-z")
    return Changed(_files(root, listed), _files(root, kept))


def _files(root: Path, listed: str) -> frozenset[Path]:
    return frozenset((root / name).resolve() for name in listed.split("\0") if name)


def _git(folder: Path, *words: str, why: str = "") -> str:
    command = ["git", "-C", str(folder), *words]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    except FileNotFoundError:
        raise TargetError("--changed-since needs git, which is not on this machine.") from None
    except subprocess.TimeoutExpired:
        raise TargetError(f"git took over {SECONDS} seconds. Leave out --changed-since.") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise TargetError(why or f"git could not tell what changed: {' '.join(said[:1])}")
    return done.stdout.decode(errors="surrogateescape")


def only_changed(
    groups: Sequence[Group], changed: Changed, check: CheckSettings, here: Path
) -> tuple[Group, ...]:
    """The groups with the pages that the changes may have changed; says why when that is all."""
    return tuple(group for one in groups if (group := _group(one, changed, check, here)).targets)


def _group(group: Group, changed: Changed, check: CheckSettings, here: Path) -> Group:
    chosen, explained = touched(group, changed.files, check, here)
    rest = set(changed.files - explained)
    if group.folder is not None:
        root = group.folder.root.resolve()
        built_kept = any(file in changed.kept for file in _page_files(group))
        rest = {f for f in rest if f.is_relative_to(root) or not built_kept}
    rest = {file for file in rest if _may_show(file, here)}
    if rest:
        first = ", ".join(relative(rest, here)[:3])
        more = f" and {len(rest) - 3} more" if len(rest) > 3 else ""
        note(
            f"every page is checked ({len(group.targets)}): which of them use {first}{more} cannot"
            " be known. [[check.templates]] in lgaudit.toml can tell."
        )
        return group
    return (
        group if len(chosen) == len(group.targets) else replace(group, targets=chosen, whole=False)
    )


def touched(
    group: Group, files: Collection[Path], check: CheckSettings, here: Path
) -> tuple[tuple[Target, ...], set[Path]]:
    """The pages that use one of the files, and those of the files that some page uses."""
    chosen, explained = [], set()
    uses = Uses(group.folder, check, here) if group.folder is not None else None
    for target in group.targets:
        if uses is None or group.folder is None:
            names = Uses.mapped(check, here, target.url)
        else:
            file = group.folder.find(urlsplit(target.url).path)
            names = uses.page(file, target.url) if file is not None else set()
        hit = names & set(files)
        explained |= hit
        if hit:
            chosen.append(target)
    return tuple(chosen), explained


def _page_files(group: Group) -> list[Path]:
    found = []
    for target in group.targets if group.folder is not None else ():
        file = group.folder.find(urlsplit(target.url).path) if group.folder else None
        found += [file] if file is not None else []
    return found


def _may_show(file: Path, here: Path) -> bool:
    hidden = any(part.startswith(".") for part in Path(*relative([file], here)).parts[:-1])
    return file.suffix.lower() not in _LOOKLESS and file.name not in _OWN and not hidden

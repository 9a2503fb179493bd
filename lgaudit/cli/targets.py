"""What `lgaudit check` was asked to look at: files and folders are served, URLs taken as given."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lgaudit import urls
from lgaudit.errors import LgauditError
from lgaudit.models import Site
from lgaudit.replay import FolderSite

FOLDER_HOST = "folder{}.localhost"


class TargetError(LgauditError):
    """A path or URL that cannot be checked."""


@dataclass(frozen=True)
class Target:
    """One page to check: where it is asked for, and what the user called it."""

    url: str
    source: str


@dataclass(frozen=True)
class Group:
    """Pages of one host, judged together as a site."""

    site: Site
    targets: tuple[Target, ...]
    folder: FolderSite | None = None
    whole: bool = False  # the targets are every page there is


def read(given: Sequence[str], root: Path | None = None) -> tuple[Group, ...]:
    """Group what was given by host; every page once, in the order given.

    Raises:
        TargetError: nothing there, no pages in a folder, or not a web address.
    """
    addresses = [item for item in given if "://" in item]
    paths = [Path(item) for item in given if "://" not in item]
    groups = _folders(paths, root) + _addresses(addresses)
    if not groups:
        raise TargetError("Nothing to check. Give files, a folder of built pages, or URLs.")
    return tuple(groups)


def _addresses(given: Sequence[str]) -> list[Group]:
    by_host: dict[str, dict[str, Target]] = {}
    for item in given:
        url = urls.normalise(item)
        if url is None:
            raise TargetError(
                f"{urls.without_credentials(item)}: not a web address."
                " It should look like https://host/page"
            )
        said = urls.without_credentials(item)  # results go to files that others read
        by_host.setdefault(urls.netloc_of(url), {}).setdefault(url, Target(url, said))
    return [
        Group(
            Site(slug=host.replace(":", "-").replace(".", "-"), homepage=next(iter(targets))),
            tuple(targets.values()),
        )
        for host, targets in by_host.items()
    ]


def _folders(paths: Sequence[Path], root: Path | None) -> list[Group]:
    for path in paths:
        if not path.exists():
            raise TargetError(
                f"{path}: no such file or folder. A web address starts with https:// or http://"
            )
    if root is not None and not root.is_dir():
        raise TargetError(f"{root}: --root must be a folder")
    folders = [path for path in paths if path.is_dir()]
    files = [path for path in paths if not path.is_dir()]
    groups = []
    for number, folder in enumerate(folders, 1):
        groups.append(_whole(folder, root or folder, FOLDER_HOST.format(number)))
    if files:
        parent = root or Path(os.path.commonpath([file.resolve().parent for file in files]))
        groups.append(_some(files, parent, FOLDER_HOST.format(len(folders) + 1)))
    return groups


def _whole(folder: Path, root: Path, host: str) -> Group:
    site = FolderSite(root, host)
    inside = folder.resolve()
    targets = [
        Target(f"http://{host}{path}", str(file))
        for path in site.pages()
        if (file := site.find(path)) is not None and file.is_relative_to(inside)
    ]
    if not targets:
        raise TargetError(f"{folder}: holds no HTML pages (files ending in .html or .htm)")
    return Group(
        Site(host, f"http://{host}/"), _named(targets), site, folder.resolve() == root.resolve()
    )


def _some(files: Sequence[Path], root: Path, host: str) -> Group:
    site = FolderSite(root, host)
    by_file = {site.find(path): path for path in site.pages()}
    targets = []
    for file in files:
        path = by_file.get(file.resolve())
        if path is None:
            inside = file.resolve().is_relative_to(root.resolve())
            why = "not an HTML file (.html or .htm)" if inside else f"not inside --root {root}"
            raise TargetError(f"{file}: {why}")
        targets.append(Target(f"http://{host}{path}", str(file)))
    return Group(Site(host, f"http://{host}/"), _named(targets), site)


def _named(targets: Sequence[Target]) -> tuple[Target, ...]:
    """Each page once, called by its path from the current folder where that is shorter."""
    once: dict[str, Target] = {}
    for target in targets:
        source = min((target.source, os.path.relpath(target.source)), key=len)
        once.setdefault(target.url, Target(target.url, source))
    return tuple(once.values())

"""A PostgreSQL server of one's own, on a socket in a folder that goes away with it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

OWNER = "lg"
GUARDED = "guarded"  # a user whose password is asked for
PASSWORD = "pa55-of-nobody"
_ACCESS = f"local all {GUARDED} scram-sha-256\nlocal all all trust\n"


@dataclass(frozen=True)
class Server:
    """Where it is; it listens nowhere but on its socket."""

    programs: Path
    folder: Path

    def url(self, name: str, user: str = OWNER) -> str:
        """The address of a database."""
        return f"postgresql://{user}@/{name}?host={quote(str(self.folder))}"

    def make(self, name: str, *more: str) -> str:
        """Make a database; its address."""
        self.run("createdb", *more, name)
        return self.url(name)

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's own programs."""
        command = [str(self.programs / program), "-h", str(self.folder), "-U", OWNER, *arguments]
        subprocess.run(command, check=True, capture_output=True)


def programs() -> Path | None:
    """The folder of PostgreSQL's programs, the newest; Debian keeps them off the PATH."""
    found = shutil.which("postgres")
    folders = [Path(found).resolve().parent] if found else []
    debian = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    folders += [path.parent for path in sorted(debian, key=lambda p: -float(p.parts[-3]))]
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


@contextmanager
def serving(where: Path) -> Iterator[Server]:
    """A new server, for as long as this lasts. It refuses root, so root runs it as nobody."""
    folder = Path(tempfile.mkdtemp(prefix="lgaudit-pg-"))  # a short path: sockets need one
    user = "nobody" if os.geteuid() == 0 else None  # the server refuses to run as root
    if user:
        shutil.chown(folder, "nobody")
    data, server = folder / "data", Server(where, folder)
    made = ["--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
    made += ["--locale-provider=icu", "--icu-locale=en-GB"]  # sorts words, not letters
    settings = ["fsync=off", "listen_addresses=", f"unix_socket_directories={folder}"]

    def do(*command: str) -> None:
        done = subprocess.run(
            command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, user=user
        )
        assert done.returncode == 0, done.stderr.decode()

    try:
        do(str(where / "initdb"), "-D", str(data), "-U", OWNER, *made)
        (data / "pg_hba.conf").write_text(_ACCESS)
        options = " ".join(f"-c {setting}" for setting in settings)
        control = (str(where / "pg_ctl"), "-D", str(data), "-w")
        do(*control, "-l", str(folder / "log"), "-o", options, "start")
        try:
            password = f"CREATE USER {GUARDED} PASSWORD '{PASSWORD}'"
            server.run("psql", "-d", "postgres", "-c", password)
            yield server
        finally:
            do(*control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)

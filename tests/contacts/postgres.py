"""A PostgreSQL server for tests: started in a folder of its own, on a socket, gone afterwards."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Server", "missing", "server"]

_USER = "nobody"
"""The server refuses to run as root; where the tests do, it runs as this user."""


def missing() -> str:
    """Why there can be no server here; empty where there can."""
    if sys.platform == "win32":
        return "no sockets of files"
    found = [program for program in ("initdb", "postgres", "pg_ctl") if shutil.which(program) is None]
    if found:
        return f"{', '.join(found)} not installed"
    if os.geteuid() == 0:
        import pwd

        try:
            pwd.getpwnam(_USER)
        except KeyError:
            return f"running as root, and there is no user {_USER}"
    return ""


@dataclass(slots=True)
class Server:
    """A running server. ``folder`` is where its socket is."""

    folder: Path
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def url(self, database: str) -> str:
        """The URL of a database."""
        return f"postgresql://bascule@/{database}?host={self.folder}"

    def database(self) -> str:
        """Make a database; its URL. Its order of texts is a language's, as servers usually have it."""
        import psycopg

        name = f"contacts_{next(self._numbers)}"
        with psycopg.connect(f"host={self.folder} user=bascule dbname=postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
        return self.url(name)


@contextmanager
def server() -> Iterator[Server]:
    """Start a server; it is stopped and its files are removed at the end."""
    user = _USER if os.geteuid() == 0 else None
    # Not below pytest's folders, into which the other user does not get; short, as names of sockets are.
    folder = Path(tempfile.mkdtemp(prefix="bpg-"))
    if user is not None:
        shutil.chown(folder, user)
    data = folder / "data"

    def call(*arguments: str) -> None:
        found = subprocess.run(arguments, user=user, capture_output=True, text=True, check=False, cwd=folder)
        if found.returncode:
            log = folder / "log"
            raise RuntimeError(found.stdout + found.stderr + (log.read_text() if log.exists() else ""))

    try:
        call("initdb", "-D", str(data), "-U", "bascule", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        call("pg_ctl", "-D", str(data), "-l", str(folder / "log"), "-w", "-o", options, "start")
        try:
            yield Server(folder)
        finally:
            call("pg_ctl", "-D", str(data), "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)

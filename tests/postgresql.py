"""A PostgreSQL server of the tests' own: one for each process of tests, with a database for each folder."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import psycopg
import pytest

from hub.storage.database import migrate
from hub.storage.engine import make_engine
from simulators.faults.database_server import AS_POSTGRES, USER, programs

needs_postgresql = pytest.mark.skipif(programs() is None, reason="PostgreSQL is not installed (Debian: postgresql)")
WANTED = os.environ.get("QIANSHAO_TEST_DATABASE") == "postgresql"
"""Whether hubs and databases of tests live on PostgreSQL."""
_FOLDER = "QIANSHAO_TEST_POSTGRESQL"
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=300", "shared_buffers=32MB")
"""Nothing of a test outlives its server; the faults' tests run one of their own."""


class Server:
    """A server in a folder of its own, reached by a socket there."""

    def __init__(self, folder: Path | None = None) -> None:
        """Started in a new folder, or that which runs in ``folder``."""
        self._programs = programs()
        assert self._programs is not None, "PostgreSQL is not installed (Debian: postgresql)"
        self.folder = folder or Path(tempfile.mkdtemp(prefix="qianshao-postgresql-"))
        self._prefix = AS_POSTGRES if os.geteuid() == 0 else ()  # it refuses to run as root
        if folder is not None:
            return
        if self._prefix:
            shutil.chown(self.folder, "postgres")
        self._run("initdb", "-E", "UTF8", "--locale", "C.UTF-8", "-A", "trust", "--no-sync", "-U", USER)
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        given = " ".join(
            f"-c {one}" for one in ("listen_addresses=''", f"unix_socket_directories={self.folder}", *_FAST)
        )
        self._run("pg_ctl", "-o", given, "-l", str(self.folder / "log"), "-w", "start")

    def stop(self, mode: str = "immediate") -> None:
        """End it: ``immediate`` as a crash would."""
        self._run("pg_ctl", "-m", mode, "-w", "stop")

    def remove(self) -> None:
        """End it, with everything in it."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = (*self._prefix, str(self._programs / program), "-D", str(self.folder / "data"), *arguments)
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"

    def url(self, name: str) -> str:
        """A database of this server, for the hub's setting ``database``."""
        return f"postgresql://{USER}@/{name}?host={self.folder}"

    def make(self, name: str, template: str = "template0") -> None:
        """Make a database, a copy of ``template``, unless it is there."""
        with psycopg.connect(host=str(self.folder), user=USER, dbname="postgres", autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is None:
                connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')  # type: ignore[arg-type]

    def drop_all(self) -> None:
        """Take every test's database away."""
        with psycopg.connect(host=str(self.folder), user=USER, dbname="postgres", autocommit=True) as connection:
            names = connection.execute("SELECT datname FROM pg_database WHERE datname ~ '^t[0-9a-f]{20}$'").fetchall()
        for (name,) in names:
            self.drop(name)

    def drop(self, name: str) -> None:
        """Take a database away, and whoever is connected to it."""
        with psycopg.connect(host=str(self.folder), user=USER, dbname="postgres", autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')  # type: ignore[arg-type]


@cache
def server() -> Server:
    """The server of this process of tests, started when first asked for."""
    made = Server(Path(os.environ[_FOLDER]) if _FOLDER in os.environ else None)
    if _FOLDER in os.environ:  # of a process of tests that started this one
        return made
    os.environ[_FOLDER] = str(made.folder)
    made.make("empty")
    engine = make_engine(made.url("empty"))
    migrate(engine)
    engine.dispose()
    return made


def forget_databases() -> None:
    """Take away those of tests that are over: each has 8 MB."""
    if server.cache_info().currsize:
        server().drop_all()


def end() -> None:
    """End the server of this process, if there is one."""
    if server.cache_info().currsize:
        server().remove()


def database_of(folder: Path) -> str:
    """The url of this folder's database, of today's schema; made when first asked for."""
    name = _name_of(folder)
    server().make(name, "empty")
    return server().url(name)


def empty_of(folder: Path) -> str:
    """The url of a new database in which nothing is."""
    server().make(_name_of(folder))
    return server().url(_name_of(folder))


def copy(folder: Path, to: Path) -> None:
    """A database for the folder ``to`` like that of the other, to which nobody is connected."""
    server().make(_name_of(to), _name_of(folder))


def _name_of(folder: Path) -> str:
    return "t" + hashlib.blake2b(str(folder.resolve()).encode(), digest_size=10).hexdigest()

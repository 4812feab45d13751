"""Looks for secrets where none may be: the secrets of a run in each form, the places, and every process's arguments."""

from __future__ import annotations

import base64
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

import msgspec

LOOK_EVERY_S = 0.05
LEAST_LENGTH = 8
"""A shorter one, as six digits, stands somewhere by chance."""
CREDENTIAL_TABLES = frozenset({"people", "sessions", "invitations", "enrolment_codes", "device_credentials"})
CREDENTIAL_COLUMNS = frozenset({("cameras", "url")})
"""A camera's address is kept as it was given; nothing but its worker is told."""
KEY_FILES = ("local-token", "known-key")
SECRET_FIELDS = frozenset({"password", "seal_key", "hub_password", "device_password"})


class Sought:
    """Secrets by name, in every form in which one could slip out."""

    def __init__(self) -> None:
        self._forms: dict[bytes, str] = {}

    def __len__(self) -> int:
        return len(set(self._forms.values()))

    def add(self, name: str, secret: str | bytes) -> None:
        """Seek it as it is, in hexadecimal digits, base64 of both kinds and as part of a URL."""
        raw = secret.encode() if isinstance(secret, str) else secret
        assert len(raw) >= LEAST_LENGTH, f"{name} is too short to be sought"
        hexadecimal = raw.hex().encode()
        coded = (base64.b64encode(raw).rstrip(b"="), base64.urlsafe_b64encode(raw).rstrip(b"="))
        quoted = (quote(raw).encode(), quote(raw, safe="").encode())
        for form in (raw, hexadecimal, hexadecimal.upper(), *coded, *quoted):
            self._forms[form] = name

    def in_text(self, text: bytes) -> set[str]:
        """The names of the secrets that stand in ``text``."""
        return {name for form, name in self._forms.items() if form in text}

    def leaks(self, places: Mapping[str, bytes]) -> list[str]:
        """``secret in place`` for each that is where it may not be."""
        return sorted(f"{name} in {place}" for place, text in places.items() for name in self.in_text(text))


class ProcessArguments:
    """The arguments of every process of this machine, looked at throughout; those of this one's are the run's."""

    def __init__(self) -> None:
        self.seen: set[bytes] = set()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, name="process-arguments", daemon=True)

    def __enter__(self) -> ProcessArguments:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(LOOK_EVERY_S):
            for process in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    self.seen.add(process.read_bytes())
                except OSError:
                    continue  # it has ended


def database_places(file: Path) -> Iterator[tuple[str, bytes]]:
    """Every column of every table that is not for credentials, all rows in one."""
    with closing(sqlite3.connect(file)) as database:
        database.text_factory = bytes
        tables = [name.decode() for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        assert set(tables) >= CREDENTIAL_TABLES, "a credential table has another name by now"
        for table in set(tables) - CREDENTIAL_TABLES:
            for _, name, *_ in database.execute(f"PRAGMA table_info({table})").fetchall():
                column = name.decode()
                if (table, column) in CREDENTIAL_COLUMNS:
                    continue
                rows = database.execute(f"SELECT {column} FROM {table}")
                yield f"table {table}.{column}", b"\0".join(_bytes(value) for (value,) in rows)


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def log_places(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every log below ``folder``."""
    for file in sorted(folder.rglob("*.log")):
        yield f"log {file.relative_to(folder)}", file.read_bytes()


def seek_what_lies_in(folder: Path, sought: Sought) -> None:
    """Seek the secrets that a hub and its devices keep: files of keys, of credentials, and the credential tables."""
    for name in KEY_FILES:
        sought.add(name, (folder / "access" / name).read_bytes())
    for file in folder.rglob("*.pem"):
        _seek_key(file, sought)
    for file in folder.rglob("credential*.json"):
        for field, secret in _fields(msgspec.json.decode(file.read_bytes())):
            sought.add(f"{field} of {file.relative_to(folder)}", secret)
            if field == "seal_key":
                sought.add(f"{field} of {file.relative_to(folder)}, raw", base64.b64decode(secret))
    with closing(sqlite3.connect(folder / "hub.sqlite3")) as database:
        for table, key, column in (
            ("people", "person_id", "totp_secret"),
            ("people", "person_id", "password_hash"),
            ("invitations", "person_id", "totp_secret"),
            ("device_credentials", "device_id", "seal_key"),
            ("device_credentials", "device_id", "password_line"),
        ):
            for owner, secret in database.execute(f"SELECT {key}, {column} FROM {table} WHERE {column} IS NOT NULL"):
                sought.add(f"{column} of {owner}", secret)


def _seek_key(file: Path, sought: Sought) -> None:
    """A private key's file: its lines, and what they code."""
    lines = file.read_text().splitlines()
    if not any("PRIVATE KEY" in line for line in lines):
        return
    body = [line for line in lines if line and not line.startswith("-----")]
    for number, line in enumerate(body):
        if len(line) >= 2 * LEAST_LENGTH:
            sought.add(f"line {number} of {file.name}", line)
    sought.add(f"end of {file.name}", base64.b64decode("".join(body))[-32:])


def _fields(record: Mapping[str, object]) -> Iterable[tuple[str, str]]:
    return [(name, value) for name, value in record.items() if name in SECRET_FIELDS and isinstance(value, str)]

"""What the hub writes for its broker: its configuration, its passwords, who may say and hear what."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import secrets
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from devices.private_file import keep_private
from devices.protocol import topics
from hub.bridge.accesslist import (
    SALT_CHARACTERS,
    BrokerUser,
    access_text,
    new_salt,
    password_line,
    passwords_text,
    salt_in,
)
from hub.bridge.broker_choice import find_mosquitto, free_port
from hub.bridge.configuration import (
    HUB_USER,
    PROBE_USER,
    BrokerCredentials,
    BrokerListen,
    embedded_configuration,
    mosquitto_configuration,
)
from hub.settings import BrokerChoice

PASSWORD_BYTES = 24
"""192 random bits."""


class BrokerFiles:
    """The broker's folder, for its owner alone; ``credentials`` are kept in it from start to start."""

    def __init__(
        self,
        folder: Path,
        kind: BrokerChoice,
        port: int,
        listen: BrokerListen | None,
        shared: Path | None = None,
    ) -> None:
        """``port`` is the one on loopback, 0 for the one of last time; ``listen`` is mosquitto's TLS.

        ``shared`` is what a mosquitto beside the hub reads, in place of ``folder``, which holds the hub's password too.
        """
        self._folder = folder
        self._shared = shared
        self._read = shared or folder
        self._kind = kind
        self._listen = listen
        self.credentials = self._load(port)
        self.probe_password = ""
        """Of whoever asks mosquitto whether it has read the newest files."""

    def _load(self, port: int) -> BrokerCredentials:
        file = self._folder / "credentials.json"
        if file.exists():
            found = json.loads(file.read_text())
            if port in (0, found["port"]):
                return BrokerCredentials(found["port"], found["hub_password"], found["device_password"])
        passwords = (secrets.token_urlsafe(PASSWORD_BYTES) for _ in range(2))
        made = BrokerCredentials(port or free_port(), *passwords)
        self._write("credentials.json", json.dumps(asdict(made)))
        return made

    def _write(self, name: str, text: str) -> Path:
        return _keep(self._folder / name, text.encode())

    def write_users(self, users: Sequence[BrokerUser]) -> None:
        """Mosquitto's password file and access list: the hub, a fresh probe, and ``users``. Raises OSError."""
        self._write_users(users, new_salt())

    def _write_users(self, users: Sequence[BrokerUser], probe_salt: str) -> None:
        """The same hub, users and salt of the probe make the same files."""
        own = self.credentials.hub_password
        self.probe_password = _drawn_from(own, f"probe {probe_salt}")
        everything = (f"{topics.PREFIX}/#",)
        known = (
            BrokerUser(
                HUB_USER, password_line(own, _drawn_from(own, "salt")[:SALT_CHARACTERS]), everything, everything
            ),
            BrokerUser(PROBE_USER, password_line(self.probe_password, probe_salt)),
            *sorted(users, key=lambda user: user.name),
        )
        if self._shared is not None and self._listen is not None:
            for name, source in (
                ("ca.pem", self._listen.authority),
                ("broker.pem", self._listen.certificate),
                ("broker.key", self._listen.key),
            ):
                _keep(self._shared / name, source.read_bytes())
        _keep(self._read / "access", access_text(known).encode())
        _keep(self._read / "passwords", passwords_text(known).encode())  # last: a mosquitto beside watches this one

    def _probe_salt(self) -> str:
        """That of last time: a broker that starts reads the files in any case."""
        with contextlib.suppress(OSError, ValueError):
            return salt_in((self._read / "passwords").read_text(), PROBE_USER) or new_salt()
        return new_salt()

    def write_all(self, users: Sequence[BrokerUser]) -> list[str]:
        """Everything that the broker needs at its start; the command that starts it. Raises OSError.

        Files that are as they should be are not written again.
        """
        if self._kind is BrokerChoice.EMBEDDED:
            configuration = self._write("rumqttd.toml", embedded_configuration(self.credentials))
            return [sys.executable, "-m", "iotcore", "--config", str(configuration), "--log-level", "CRITICAL"]
        mosquitto = find_mosquitto()
        assert mosquitto is not None
        self._write_users(users, self._probe_salt())
        text = mosquitto_configuration(self._folder.resolve(), self.credentials.port, self._listen)
        return [mosquitto, "-c", str(self._write("mosquitto.conf", text))]


def _keep(file: Path, content: bytes) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    keep_private(file, content)
    return file


def _drawn_from(password: str, purpose: str) -> str:
    """A secret that follows from a random one, and from which that cannot be told."""
    return hmac.digest(password.encode(), purpose.encode(), hashlib.sha256).hex()

"""What the hub writes for the broker that it runs: its configuration, its passwords, who may say and hear what."""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from devices.private_file import write_private
from devices.protocol import topics
from hub.bridge.accesslist import BrokerUser, access_text, password_line, passwords_text
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

    def __init__(self, folder: Path, kind: BrokerChoice, port: int, listen: BrokerListen | None) -> None:
        """``port`` is the one on loopback, 0 for the one of last time; ``listen`` is mosquitto's TLS."""
        self._folder = folder
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
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = self._folder / name
        write_private(file, text.encode())
        return file

    def write_users(self, users: Sequence[BrokerUser]) -> None:
        """Mosquitto's password file and access list: the hub, a fresh probe, and ``users``. Raises OSError."""
        self.probe_password = secrets.token_urlsafe(PASSWORD_BYTES)
        everything = (f"{topics.PREFIX}/#",)
        hub = BrokerUser(HUB_USER, password_line(self.credentials.hub_password), everything, everything)
        probe = BrokerUser(PROBE_USER, password_line(self.probe_password))
        self._write("passwords", passwords_text((hub, probe, *users)))
        self._write("access", access_text((hub, probe, *users)))

    def write_all(self, users: Sequence[BrokerUser]) -> list[str]:
        """Everything that the broker needs; the command that starts it. Raises OSError."""
        if self._kind is BrokerChoice.EMBEDDED:
            configuration = self._write("rumqttd.toml", embedded_configuration(self.credentials))
            return [sys.executable, "-m", "iotcore", "--config", str(configuration), "--log-level", "CRITICAL"]
        mosquitto = find_mosquitto()
        assert mosquitto is not None
        self.write_users(users)
        text = mosquitto_configuration(self._folder.resolve(), self.credentials.port, self._listen)
        return [mosquitto, "-c", str(self._write("mosquitto.conf", text))]

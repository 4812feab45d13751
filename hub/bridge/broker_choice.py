"""Which broker there is: the machine's mosquitto, the embedded one, or one given by address; and where one is run."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import socket

from hub.settings import BrokerChoice

MQTTS = "mqtts://"
_PORTS = range(20_000, 32_000)


class BrokerError(RuntimeError):
    """The broker cannot be used; says what to do."""


def find_mosquitto() -> str | None:
    """The machine's mosquitto, which Debian keeps outside a user's PATH."""
    return shutil.which("mosquitto", path=os.environ.get("PATH", "") + os.pathsep + "/usr/sbin:/usr/local/sbin")


def choose(choice: str) -> BrokerChoice | None:
    """What ``auto`` means on this machine; None for a broker given by address. Raises BrokerError."""
    if choice.startswith(("mqtt://", MQTTS)):
        return None
    wanted = BrokerChoice(choice)
    if wanted is BrokerChoice.AUTO:
        return BrokerChoice.MANAGED if find_mosquitto() else BrokerChoice.EMBEDDED
    if wanted is BrokerChoice.MANAGED and not find_mosquitto():
        raise BrokerError("mosquitto is not installed: install Debian's package mosquitto, or use --broker embedded")
    return wanted


def free_port() -> int:
    """A loopback port that nothing listens on now, below the range that systems take for outgoing connections.

    From that range (Linux: 32768 to 60999) a device that calls while the broker is away could be given the broker's own
    port, and then be connected to itself.
    """
    ports = random.SystemRandom().sample(_PORTS, 100)
    for port in ports:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise BrokerError(f"no free port among {len(ports)} tried: choose --broker-port")

"""Tells the service manager how a process stands, by systemd's sd_notify protocol; nothing is said where there is none.

Imports little on purpose: the watchdog uses it too. Source: sd_notify(3), sd_watchdog_enabled(3).
"""

from __future__ import annotations

import os
import socket
from collections.abc import MutableMapping

_VARIABLES = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")


class ServiceManager:
    """The door to the service manager. ``watchdog_s`` is how long it bears silence; None when it does not mind."""

    def __init__(self, address: str | None = None, watchdog_s: float | None = None) -> None:
        """``address`` is a socket's path, or a name in the abstract namespace after ``@``; None says nothing."""
        self.watchdog_s = watchdog_s
        self._address = f"\0{address[1:]}" if address and address.startswith("@") else address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) if address else None
        if self._socket is not None:
            self._socket.setblocking(False)

    @classmethod
    def take_from(cls, environment: MutableMapping[str, str] = os.environ) -> ServiceManager:
        """The one that started this process; takes the variables out, so that no child speaks in its parent's name."""
        address, usec, pid = (environment.pop(name, None) for name in _VARIABLES)
        is_mine = pid is None or pid == str(os.getpid())
        watchdog_s = int(usec) / 1e6 if usec is not None and usec.isdecimal() and int(usec) > 0 and is_mine else None
        return cls(address, watchdog_s)

    def say(self, *assignments: str) -> bool:
        """Send ``READY=1``, ``STATUS=…`` and the like in one word; whether it went out."""
        if self._socket is None or self._address is None:
            return False
        try:
            self._socket.sendto("\n".join(assignments).encode(), self._address)
        except OSError:  # gone, or too busy to read: it will notice the silence itself
            return False
        return True

    def close(self) -> None:
        """Nothing more is said."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

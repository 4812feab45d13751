"""The modem lines of a serial port: RTS and DTR, which this side sets, and CTS, DSR and DCD, which it sees."""

from __future__ import annotations

import fcntl
import os
import struct
import termios

SEEN = {"cts": termios.TIOCM_CTS, "dsr": termios.TIOCM_DSR, "dcd": termios.TIOCM_CAR}
SET = {"rts": termios.TIOCM_RTS, "dtr": termios.TIOCM_DTR}
_CONTROL_FLAGS = 2
"""Where tcgetattr has them."""


class ModemLines:
    """An open port. Opening raises RTS and DTR; the kernel lets both fall when the last that has it open is gone."""

    def __init__(self, path: str) -> None:
        """Raises OSError."""
        self._fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)

    def is_on(self, line: str) -> bool:
        """Whether a line of SEEN is raised. Raises OSError, also for a port without such lines."""
        (lines,) = struct.unpack("i", fcntl.ioctl(self._fd, termios.TIOCMGET, bytes(4)))
        return bool(lines & SEEN[line])

    def set(self, line: str, is_on: bool) -> None:
        """Raise a line of SET, or let it fall. Raises OSError, also for a port without such lines."""
        fcntl.ioctl(self._fd, termios.TIOCMBIS if is_on else termios.TIOCMBIC, struct.pack("i", SET[line]))

    def fall_at_the_end(self) -> None:
        """See to it that the kernel lets RTS and DTR fall however this program ends. Raises OSError."""
        try:
            attributes = termios.tcgetattr(self._fd)
            attributes[_CONTROL_FLAGS] |= termios.HUPCL | termios.CLOCAL
            termios.tcsetattr(self._fd, termios.TCSANOW, attributes)
        except termios.error as error:
            raise OSError(*error.args) from None

    def close(self) -> None:
        """Let the port go."""
        os.close(self._fd)

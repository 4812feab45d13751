"""Asks a guard at a terminal for account and PIN, line by line; the PIN is not echoed."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable

try:
    import termios
except ImportError:  # not on this system: the PIN is then seen while it is typed, which the prompt says
    termios = None  # type: ignore[assignment]


class SignOnDialogue:
    """Between ``begin`` and the second line it takes, lines typed are answers and not keys."""

    def __init__(self, done: Callable[[str, str], None]) -> None:
        """``done(person_id, pin)`` is called when both are there."""
        self._done = done
        self._person_id: str | None = None
        self.asks = False

    def begin(self) -> None:
        """Ask for the account."""
        self.asks, self._person_id = True, None
        print("账号 account: ", end="", flush=True)

    def take(self, line: str) -> None:
        """The answer to the latest question."""
        if self._person_id is None:
            self._person_id = line
            print("PIN: " if echo(False) else "PIN (可见 it can be seen): ", end="", flush=True)
            return
        echo(True)
        print()
        self.asks = False
        self._done(self._person_id, line)


def echo(on: bool) -> bool:
    """Whether the terminal shows what is typed; false when there is no terminal to tell."""
    if termios is None or not sys.stdin.isatty():
        return False
    with contextlib.suppress(termios.error):
        settings = termios.tcgetattr(sys.stdin)
        settings[3] = settings[3] | termios.ECHO if on else settings[3] & ~termios.ECHO
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, settings)
        return True
    return False

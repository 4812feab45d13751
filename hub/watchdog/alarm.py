"""The alarm at the desk: words and bell on the terminal, a tone, and the command that the administrator chose."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import TextIO

from hub.watchdog.tone import Tone

_RED, _GREEN, _PLAIN = "\x1b[1;97;41m", "\x1b[1;97;42m", "\x1b[0m"
_WIDTH = 64


def _banner(colour: str, *lines: str) -> str:
    """Lines in a coloured field; a Chinese character takes two places."""

    def padded(line: str) -> str:
        return f"    {line}".ljust(_WIDTH - sum(ord(one) > 0x2E7F for one in line))

    return "\n".join(f"{colour}{padded(line)}{_PLAIN}" for line in ("", *lines, "")) + "\n"


class Alarm:
    """Raised, kept up every round, ended. ``screen`` is None where nobody looks at a terminal."""

    def __init__(self, command: Sequence[str], screen: TextIO | None) -> None:
        self._command = list(command)
        self._screen = screen
        self._tone = Tone()
        self._running: subprocess.Popen[bytes] | None = None

    def begin(self, since_at_s: float, why: str) -> None:
        """Say it big, and run the command once. ``since_at_s`` is the wall time of the last good answer."""
        since = time.strftime("%Y-%m-%d %H:%M:%S %z", time.localtime(since_at_s))
        self._show(
            _banner(
                _RED,
                "警 报 ！ 中 枢 没 有 回 应",
                "A L A R M !   T H E   H U B   I S   D O W N",
                "",
                f"自 {since} 起    since {since}",
                f"原因 why: {why}",
                "对讲与警报暂不可用，请改用电话    calls and alerts do not work: telephone",
            )
        )
        self._run(since, why)

    def keep_up(self, for_s: float) -> None:
        """One more bell and tone."""
        self._show(f"\r\a  已 {for_s:.0f} 秒   for {for_s:.0f} s ")
        self._tone.play()

    def end(self, away_s: float) -> None:
        """The hub is back."""
        self._tone.stop()
        words = (f"中枢已恢复，中断约 {away_s:.0f} 秒", f"THE HUB IS BACK. It was away for {away_s:.0f} s")
        self._show("\n" + _banner(_GREEN, *words))

    def close(self) -> None:
        """Fall silent."""
        self._tone.stop()

    def _show(self, text: str) -> None:
        if self._screen is not None:
            try:
                self._screen.write(text)
                self._screen.flush()
            except OSError:  # the terminal was closed; tone and command go on
                self._screen = None

    def _run(self, since: str, why: str) -> None:
        if not self._command or (self._running is not None and self._running.poll() is None):
            return
        about = {"QIANSHAO_ALARM_SINCE": since, "QIANSHAO_ALARM_WHY": why}
        try:
            self._running = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, env=os.environ | about)
        except OSError as error:
            with contextlib.suppress(OSError):
                print(f"the alarm command cannot be run: {error}", file=sys.stderr, flush=True)

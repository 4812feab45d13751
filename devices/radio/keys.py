"""The keys of a radio, wherever they are: a terminal, a serial line, a handset's GPIO lines.

Each source says ``pressed(key, is_down)`` on the event loop. One that fails lets go of what it held: no key is stuck
for a cable that was pulled out.
"""

from __future__ import annotations

import asyncio
import os
import termios
import tty
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from enum import StrEnum
from typing import Any, Protocol

from devices.radio.modem_lines import ModemLines

Pressed = Callable[["Key", bool], None]
LOOK_EVERY_S = 0.02
STEADY_LOOKS = 2
"""A switch bounces for 5 to 10 ms; it is believed once it was seen the same twice."""
DEBOUNCE = timedelta(milliseconds=10)
FIRST_RETRY_S = 1.0
LONGEST_RETRY_S = 30.0


class Key(StrEnum):
    """What a guard can press."""

    TALK = "talk"
    CALL_ROOM = "call_room"
    """Push-to-talk in the private call with the police room."""
    ACKNOWLEDGE = "acknowledge"
    SEEN = "seen"
    NOT_SEEN = "not_seen"
    CHILD_IS_WITH_ME = "child_is_with_me"
    NEED_HELP = "need_help"
    SOS = "sos"
    CANCEL_SOS = "cancel_sos"
    QUIT = "quit"


class KeysError(Exception):
    """Keys that are not there, or a description of keys that is none; says what to do."""


class Keys(Protocol):
    """One source of key presses."""

    async def run(self, pressed: Pressed) -> None:
        """Say what is pressed, until cancelled. Raises KeysError."""
        ...


TERMINAL_WORDS = (
    "空格=讲话/结束 space=talk or end it · p=呼叫警务室 call the police room · 回车=确认 enter=acknowledge · "
    "s=seen · n=not seen · c=child is with me · h=need help · !=紧急求助 call for help · x=取消求助 cancel it · q=quit"
)
_LETTERS = {
    " ": Key.TALK,
    "p": Key.CALL_ROOM,
    "\n": Key.ACKNOWLEDGE,
    "s": Key.SEEN,
    "n": Key.NOT_SEEN,
    "c": Key.CHILD_IS_WITH_ME,
    "h": Key.NEED_HELP,
    "!": Key.SOS,
    "x": Key.CANCEL_SOS,
    "q": Key.QUIT,
}
_SERIAL_LINES = ("cts", "dsr")


class TerminalKeys:
    """Single letters of a terminal, without Enter.

    A terminal does not see that a key is held or let go: the space bar begins to talk, and the next one ends it.
    """

    def __init__(self, fd: int, is_talking: Callable[[], bool]) -> None:
        """``fd`` is the terminal; ``is_talking`` says whether the space bar ends or begins."""
        self._fd = fd
        self._is_talking = is_talking

    async def run(self, pressed: Pressed) -> None:
        loop = asyncio.get_running_loop()
        try:
            before = termios.tcgetattr(self._fd)
            tty.setcbreak(self._fd)
        except termios.error as error:
            raise KeysError(f"这不是终端 this is no terminal ({error}): use --keys lines") from None
        try:
            loop.add_reader(self._fd, self._read, pressed)
            await loop.create_future()
        finally:
            loop.remove_reader(self._fd)
            termios.tcsetattr(self._fd, termios.TCSADRAIN, before)

    def _read(self, pressed: Pressed) -> None:
        letters = os.read(self._fd, 64).decode(errors="ignore") or "q"  # nothing: the terminal is gone
        for letter in letters:
            key = _LETTERS.get(letter)
            if key in (Key.TALK, Key.CALL_ROOM):
                pressed(key, not self._is_talking())
            elif key is not None:
                pressed(key, True)


class Switch:
    """One switch without its bouncing. Pure."""

    def __init__(self, key: Key, pressed: Pressed) -> None:
        self._key = key
        self._pressed = pressed
        self._is_down = False
        self._looks = 0

    def look(self, is_closed: bool) -> None:
        """How it stands now, each LOOK_EVERY_S."""
        self._looks = self._looks + 1 if is_closed is not self._is_down else 0
        if self._looks == STEADY_LOOKS:
            self._turn(is_closed)

    def let_go(self) -> None:
        """Nobody can see it any more."""
        if self._is_down:
            self._turn(False)

    def _turn(self, is_down: bool) -> None:
        self._is_down, self._looks = is_down, 0
        self._pressed(self._key, is_down)


class SerialKeys:
    """A push-to-talk switch between a serial line's RTS and its CTS (or DTR and DSR), as microphones and pedals have.

    The line that is gone is looked for again, after 1 s and then up to 30 s.
    """

    def __init__(self, path: str, line: str, told: Callable[[str], None]) -> None:
        """``line`` is cts or dsr; ``told(words)`` when the line goes."""
        if line not in _SERIAL_LINES:
            raise KeysError(f"串口线 serial line {line!r}: cts or dsr")
        self._path = path
        self._line = line
        self._told = told

    async def run(self, pressed: Pressed) -> None:
        switch, retry_s = Switch(Key.TALK, pressed), FIRST_RETRY_S
        while True:
            try:
                with closing(ModemLines(self._path)) as lines:  # whose RTS and DTR are the switch's supply
                    while True:
                        switch.look(lines.is_on(self._line))
                        retry_s = FIRST_RETRY_S
                        await asyncio.sleep(LOOK_EVERY_S)
            except OSError as error:
                self._told(f"按键断开 keys lost: {self._path} ({error}), {retry_s:.0f} s")
            finally:
                switch.let_go()
            await asyncio.sleep(retry_s)
            retry_s = min(2 * retry_s, LONGEST_RETRY_S)


class GpioKeys:
    """A handset's keys on GPIO lines, each between its line and ground, through the kernel's character device."""

    def __init__(self, chip: str, lines: dict[int, Key]) -> None:
        """``chip`` is such as /dev/gpiochip0; ``lines`` are the numbers of its lines. Raises KeysError."""
        self._chip = chip
        self._lines = lines
        self._gpiod = load_gpiod()

    async def run(self, pressed: Pressed) -> None:
        gpiod, down = self._gpiod, set[Key]()
        settings = gpiod.LineSettings(
            direction=gpiod.line.Direction.INPUT,
            edge_detection=gpiod.line.Edge.BOTH,
            bias=gpiod.line.Bias.PULL_UP,
            active_low=True,
            debounce_period=DEBOUNCE,
        )
        try:
            request = gpiod.request_lines(self._chip, consumer="qianshao", config={tuple(self._lines): settings})
        except (OSError, ValueError) as error:
            raise KeysError(f"按键线不可用 no such keys: {self._chip} {list(self._lines)} ({error})") from None
        loop, failed = asyncio.get_running_loop(), asyncio.get_running_loop().create_future()

        def read() -> None:
            try:
                for event in request.read_edge_events():
                    key, is_down = self._lines[event.line_offset], event.event_type is event.Type.RISING_EDGE
                    (down.add if is_down else down.discard)(key)
                    pressed(key, is_down)
            except OSError as error:
                loop.remove_reader(request.fd)
                failed.set_exception(KeysError(f"按键断开 keys lost: {self._chip} ({error})"))

        loop.add_reader(request.fd, read)
        try:
            await failed
        finally:
            loop.remove_reader(request.fd)
            request.release()
            for key in down:
                pressed(key, False)


def load_gpiod() -> Any:
    """The gpiod module. Raises KeysError."""
    try:
        import gpiod
    except ImportError as error:
        raise KeysError(
            f"请安装 GPIO 程序库 / GPIO lines need the Python package gpiod: pip install gpiod ({error})"
        ) from None
    return gpiod


def hardware_keys(described: str, told: Callable[[str], None]) -> Keys:
    """The keys of ``serial:/dev/ttyUSB0:cts`` or ``gpio:/dev/gpiochip0:talk=17,sos=27``. Raises KeysError."""
    kind, _, rest = described.partition(":")
    path, _, lines = rest.partition(":")
    try:
        if kind == "serial" and path:
            return SerialKeys(path, lines or "cts", told)
        if kind == "gpio" and lines:
            named = [one.split("=") for one in lines.split(",")]
            return GpioKeys(path, {int(number): Key(name) for name, number in named})
    except ValueError as error:
        raise KeysError(f"{described!r}: {error}; 按键 keys: {', '.join(Key)}") from None
    raise KeysError(f"{described!r}: lines, terminal, serial:DEVICE[:cts|dsr] or gpio:CHIP:KEY=LINE,…")

"""The donor's lines: push-to-talk, which is keyed, and the carrier line, where it has one; serial or GPIO."""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from typing import NamedTuple, Protocol

from devices.radio.keys import KeysError, load_gpiod
from devices.radio.modem_lines import SEEN, SET, ModemLines

FIRST_RETRY_US = 1_000_000
LONGEST_RETRY_US = 30_000_000


class LineError(ValueError):
    """A description of a line that is none, or a library that is missing; says what to write or install."""


class Lines(Protocol):
    """What a gateway needs of them. Nothing raises: a line that goes is told of and looked for."""

    @property
    def is_there(self) -> bool:
        """Whether the donor can be keyed."""
        ...

    def look(self, now_us: int) -> None:
        """Look for what is missing, where it is time to."""
        ...

    def key(self, is_keyed: bool) -> None:
        """Hold push-to-talk, or let it go."""
        ...

    def carrier(self) -> bool | None:
        """Whether the donor says that it receives; None where it cannot say."""
        ...


class Described(NamedTuple):
    """``serial:/dev/ttyUSB0:rts``, ``gpio:/dev/gpiochip0:!17``."""

    kind: str
    path: str
    line: str
    is_turned: bool


class _Port(Protocol):
    """One open end of lines."""

    def is_on(self, line: str) -> bool: ...

    def set(self, line: str, is_on: bool) -> None: ...

    def close(self) -> None: ...


class GpioLine:
    """One line of a GPIO chip, through the kernel's character device."""

    def __init__(self, path: str, line: str, *, is_output: bool) -> None:
        """Raises OSError."""
        self._gpiod = gpiod = load_gpiod()
        direction = gpiod.line.Direction
        settings = gpiod.LineSettings(
            direction=direction.OUTPUT if is_output else direction.INPUT, output_value=gpiod.line.Value.INACTIVE
        )
        try:
            self._request = gpiod.request_lines(path, consumer="qianshao-gateway", config={int(line): settings})
        except ValueError as error:
            raise OSError(f"{path} {line}: {error}") from None

    def is_on(self, line: str) -> bool:
        """Raises OSError."""
        return bool(self._request.get_value(int(line)) is self._gpiod.line.Value.ACTIVE)

    def set(self, line: str, is_on: bool) -> None:
        """Raises OSError."""
        value = self._gpiod.line.Value
        self._request.set_value(int(line), value.ACTIVE if is_on else value.INACTIVE)

    def close(self) -> None:
        """The line goes back to what the chip does by itself."""
        self._request.release()


def described(words: str, serial_lines: dict[str, int]) -> Described:
    """Raises LineError."""
    kind, _, rest = words.partition(":")
    path, _, line = rest.rpartition(":")
    is_turned, line = line.startswith("!"), line.removeprefix("!")
    if path and ((kind == "serial" and line in serial_lines) or (kind == "gpio" and line.isdecimal())):
        return Described(kind, path, line, is_turned)
    raise LineError(f"{words!r}: serial:DEVICE:{'|'.join(serial_lines)} 或 or gpio:CHIP:LINE, !LINE 取反 turned round")


class DonorLines:
    """Both lines, open as long as they are there; one program has one. ``key`` may be called from any thread."""

    def __init__(self, key: str, carrier: str | None, told: Callable[[str], None]) -> None:
        """``told(words)`` when the lines are missing, lost or back. Raises LineError."""
        self._key = described(key, SET)
        if self._key.kind == "serial" and self._key.is_turned:
            raise LineError(
                f"{key!r}: 程序结束时串口线会落下，不能取反，请改接线 a serial line falls when the program ends, "
                "and would leave the donor keyed: wire it the other way round (docs/gateway.md)"
            )
        self._carrier = described(carrier, SEEN) if carrier is not None else None
        self._told = told
        if "gpio" in (self._key.kind, self._carrier.kind if self._carrier else ""):
            try:
                load_gpiod()
            except KeysError as error:
                raise LineError(str(error)) from None
        self._key_port: _Port | None = None
        self._carrier_port: _Port | None = None
        self._is_keyed = False
        self._is_missing = False
        self._retry_us = FIRST_RETRY_US
        self._look_at_us: int | None = None
        self._lock = RLock()

    @property
    def is_there(self) -> bool:
        return self._key_port is not None

    def look(self, now_us: int) -> None:
        if self._key_port is not None or (self._look_at_us is not None and now_us < self._look_at_us):
            return
        try:
            with self._lock:
                self._open()
        except OSError as error:
            self._lost(error)
            self._look_at_us = now_us + self._retry_us
            self._retry_us = min(2 * self._retry_us, LONGEST_RETRY_US)
            return
        self._retry_us, self._look_at_us = FIRST_RETRY_US, None
        if self._is_missing:
            self._is_missing = False
            self._told("发射键控恢复 the push-to-talk line is back")

    def key(self, is_keyed: bool) -> None:
        with self._lock:
            if self._key_port is None or is_keyed is self._is_keyed:
                return
            try:
                self._set(self._key_port, is_keyed)
            except OSError as error:
                self._lost(error)

    def carrier(self) -> bool | None:
        if self._carrier is None or self._carrier_port is None:
            return None
        try:
            return self._carrier_port.is_on(self._carrier.line) is not self._carrier.is_turned
        except OSError as error:
            self._lost(error)
            return None

    def close(self) -> None:
        """Let go of push-to-talk, and of the lines."""
        self.key(False)
        self._close()

    def _open(self) -> None:
        key = self._key
        port = self._key_port = self._port(key, is_output=True)
        self._set(port, False)  # a port that is opened raises RTS and DTR
        if isinstance(port, ModemLines):
            port.fall_at_the_end()
        carrier = self._carrier
        if carrier is not None:
            is_same = (carrier.kind, carrier.path) == ("serial", key.path)
            self._carrier_port = port if is_same else self._port(carrier, is_output=False)
            self._carrier_port.is_on(carrier.line)

    def _port(self, line: Described, *, is_output: bool) -> _Port:
        if line.kind == "serial":
            return ModemLines(line.path)
        return GpioLine(line.path, line.line, is_output=is_output)

    def _set(self, port: _Port, is_keyed: bool) -> None:
        port.set(self._key.line, is_keyed is not self._key.is_turned)
        self._is_keyed = is_keyed

    def _lost(self, error: OSError) -> None:
        self._close()
        if not self._is_missing:
            self._is_missing = True
            self._told(f"发射键控线不可用，正在重试 no push-to-talk line: {error}: trying again")

    def _close(self) -> None:
        with self._lock:
            self._let_go()

    def _let_go(self) -> None:
        key_port, carrier_port = self._key_port, self._carrier_port
        self._key_port = self._carrier_port = None
        self._is_keyed = False
        if carrier_port is not None and carrier_port is not key_port:
            carrier_port.close()
        if key_port is not None:
            key_port.close()

"""The donor's push-to-talk and carrier lines: what is not there is told and looked for, and never left keyed."""

from __future__ import annotations

import os
import pty
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import pytest

from devices.gateway.deadman import Deadman
from devices.gateway.donor_lines import Described, DonorLines, LineError
from devices.protocol.clock import SystemClock
from devices.radio.modem_lines import ModemLines
from tests.devices.room import until


class Recording:
    """A port that notes what was set, and in which order; ``is_torn_out`` as a cable can be."""

    def __init__(self) -> None:
        self.set_to: list[tuple[str, bool]] = []
        self.raised = {"rts": True, "cts": False}
        self.is_torn_out = False
        self.closed = 0

    def is_on(self, line: str) -> bool:
        self._check()
        return self.raised[line]

    def set(self, line: str, is_on: bool) -> None:
        self._check()
        self.set_to.append((line, is_on))

    def close(self) -> None:
        self.closed += 1

    def _check(self) -> None:
        if self.is_torn_out:
            raise OSError("torn out")


class RecordedLines(DonorLines):
    """Lines whose port is one that notes."""

    port: Recording

    def _port(self, line: Described, *, is_output: bool) -> Recording:
        return self.port


def recorded(key: str = "serial:/dev/x:rts", carrier: str | None = None) -> tuple[RecordedLines, list[str]]:
    told: list[str] = []
    lines = RecordedLines(key, carrier, told.append)
    lines.port = Recording()
    lines.look(0)
    return lines, told


def test_line_that_is_opened_is_let_go_of_first_and_set_once_a_change() -> None:
    lines, _ = recorded()
    for is_keyed in (False, True, True, False, False):
        lines.key(is_keyed)
    assert lines.port.set_to == [("rts", False), ("rts", True), ("rts", False)]


def test_gpio_line_that_is_turned_round_is_raised_while_the_donor_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gpiod", ModuleType("gpiod"))
    lines, _ = recorded("gpio:/dev/gpiochip0:!17")
    lines.key(True)
    lines.close()
    assert lines.port.set_to == [("17", True), ("17", False), ("17", True)]


def test_serial_line_that_would_leave_the_donor_keyed_at_the_end_is_refused() -> None:
    with pytest.raises(LineError, match="the other way round"):
        DonorLines("serial:/dev/ttyUSB0:!rts", None, print)


def test_carrier_line_of_the_same_port_is_read_there() -> None:
    lines, _ = recorded(carrier="serial:/dev/x:cts")
    assert lines.carrier() is False
    lines.port.raised["cts"] = True
    assert lines.carrier() is True
    lines.close()
    assert lines.port.closed == 1


def test_donor_without_a_carrier_line_cannot_say() -> None:
    assert recorded()[0].carrier() is None


def test_line_that_is_torn_out_is_told_once_and_looked_for_after_growing_waits() -> None:
    lines, told = recorded()
    lines.port.is_torn_out = True
    lines.key(True)
    assert not lines.is_there
    tried = [now_s for now_s in range(120) if _tries(lines, now_s)]
    assert tried == [0, 1, 3, 7, 15, 31, 61, 91]
    lines.port.is_torn_out = False
    lines.look(200_000_000)
    assert lines.is_there
    assert len(told) == 2
    assert lines.port.set_to[-1] == ("rts", False), "whatever it was before"


def _tries(lines: RecordedLines, now_s: int) -> bool:
    closed = lines.port.closed
    lines.look(now_s * 1_000_000)
    return lines.port.closed > closed


@contextmanager
def terminal_without_lines() -> Iterator[str]:
    terminal, its_end = pty.openpty()
    try:
        yield os.ttyname(its_end)
    finally:
        os.close(terminal)
        os.close(its_end)


def test_port_that_is_absent_or_has_no_such_lines_is_told_and_not_keyed() -> None:
    told: list[str] = []
    with terminal_without_lines() as path:
        for device in (path, "/dev/no-such-port"):
            lines = DonorLines(f"serial:{device}:rts", None, told.append)
            lines.look(0)
            lines.key(True)
            assert not lines.is_there
            lines.close()
        port = ModemLines(path)
        with pytest.raises(OSError, match="Inappropriate ioctl"):
            port.set("rts", True)
        port.fall_at_the_end()
        port.close()
    assert len(told) == 2
    assert "no push-to-talk line" in told[0]


@pytest.mark.parametrize("words", ["serial:/dev/ttyUSB0", "serial:/dev/ttyUSB0:cts", "gpio:/dev/gpiochip0:x", "vox"])
def test_line_that_cannot_be_is_refused_in_words(words: str) -> None:
    with pytest.raises(LineError, match="serial:DEVICE"):
        DonorLines(words, None, print)


def test_gpio_line_without_its_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gpiod", None)
    with pytest.raises(LineError, match="pip install gpiod"):
        DonorLines("gpio:/dev/gpiochip0:17", None, print)


async def test_gateway_that_hangs_while_it_is_keyed_is_let_go_of() -> None:
    let_go: list[bool] = []
    deadman = Deadman(SystemClock(), lambda: let_go.append(True))
    with deadman.watching():
        deadman.beat()
        assert not let_go
        await until(lambda: bool(let_go), "push-to-talk is let go of")

"""A radio makes no sound while its own SOS is not closed, whenever it was started."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from devices.link.refusals import Refusal, Refusals
from devices.protocol.clock import ManualClock
from devices.protocol.sos import SosState
from devices.radio.silence import Silence
from tests.devices.room import until


class Heard:
    """A radio that has just been started, and what its tones are told."""

    def __init__(self, mark: Path | None, *, is_sos_open: bool = False) -> None:
        self.changes: list[bool] = []
        self.is_sos_open = is_sos_open
        self.refusals = Refusals("radio R001", ManualClock())
        self.silence = Silence(mark, self.refusals, is_sos_open=lambda: self.is_sos_open, changed=self.changes.append)
        self.silence.begin()


@pytest.fixture
def untold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("devices.radio.silence.UNTOLD_S", 0.05)


async def test_radio_killed_in_its_sos_is_silent_from_the_start_until_it_is_closed(tmp_path: Path) -> None:
    mark = tmp_path / "sos"
    first = Heard(mark)
    assert first.changes == []
    first.silence.sos_pressed()
    await first.silence.force()
    again = Heard(mark)
    assert (first.changes, again.changes) == ([True], [True])
    for state in (SosState.OPEN, SosState.CANCEL_ASKED, SosState.CLOSED):
        again.silence.sos_told(state)
    assert again.changes == [True, False]
    assert Heard(mark).changes == []


async def test_word_on_an_sos_that_the_hub_has_not_heard_is_enough_to_be_silent(tmp_path: Path) -> None:
    assert Heard(tmp_path / "sos", is_sos_open=True).changes == [True]
    assert Heard(tmp_path / "sos").changes == [True], "and the hub has it, when the radio is killed again"


async def test_hub_that_is_there_and_knows_of_no_sos_gives_the_sounds_back(tmp_path: Path, untold: None) -> None:
    (tmp_path / "sos").touch()
    radio = Heard(tmp_path / "sos")
    radio.silence.hub_changed(True)
    await until(lambda: radio.changes == [True, False], "it sounds again")
    assert Heard(tmp_path / "sos").changes == []


@pytest.mark.parametrize("told", [True, False])
async def test_radio_without_a_disk_is_silent_at_first(untold: None, told: bool) -> None:
    radio = Heard(None)
    assert radio.changes == [True]
    if told:
        radio.silence.sos_told(SosState.CLOSED)
    else:
        radio.silence.hub_changed(True)
    await until(lambda: radio.changes == [True, False], "the hub was heard")


async def test_time_without_the_hub_and_with_an_open_sos_gives_no_sound_back(tmp_path: Path, untold: None) -> None:
    (tmp_path / "sos").touch()
    away, known = Heard(tmp_path / "sos"), Heard(tmp_path / "sos", is_sos_open=True)
    away.silence.hub_changed(True)
    away.silence.hub_changed(False)
    known.silence.hub_changed(True)
    await asyncio.sleep(0.15)  # three times as long as a hub is waited for: nothing comes of it, which no event tells
    assert away.changes == known.changes == [True]
    known.is_sos_open = False
    await until(lambda: known.changes == [True, False], "the hub confirmed the last word and knows of no SOS")


async def test_disk_that_fails_is_counted_and_the_radio_is_silent_all_the_same(tmp_path: Path) -> None:
    radio = Heard(tmp_path / "missing" / "sos")
    radio.silence.sos_pressed()
    await radio.silence.force()
    assert (radio.changes, radio.refusals.counts[Refusal.STORE_FAILED]) == ([True], 2)

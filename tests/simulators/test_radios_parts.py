"""The parts of the radio simulator: roster, speech, figures."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import numpy as np
import pytest

from devices.protocol.clock import ManualClock
from devices.radio.opus import Decoder
from simulators.radios.figures import Ages, Tally
from simulators.radios.quiet import OneLineASecond
from simulators.radios.roster import RosterError, read_roster
from simulators.radios.speech import reply_frames


def community(folder: Path) -> Path:
    path = folder / "community.json"
    path.write_text(
        json.dumps(
            {
                "name": "栖凤社区",
                "venues": [{"venue_id": "V1", "name": "客来旅馆", "kind": "hotel", "grid_id": "07"}],
                "radios": [{"radio_id": "R001", "venue_id": "V1", "name": "旅馆保安"}],
            }
        )
    )
    return path


def test_radios_are_those_of_the_community(tmp_path: Path) -> None:
    assert read_roster(community(tmp_path)) == ["R001"]


def test_more_radios_than_the_community_has_is_an_error_that_counts_them(tmp_path: Path) -> None:
    with pytest.raises(RosterError, match="has 1 radios; 130 are asked for"):
        read_roster(community(tmp_path), 130)


def test_file_that_is_no_community_is_named_with_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "wrong.json"
    path.write_text('{"venues": []}')
    with pytest.raises(RosterError, match=r"wrong\.json .* `radios`"):
        read_roster(path)


def test_reply_is_a_second_of_voiced_sound() -> None:
    frames = reply_frames()
    assert len(frames) == 60
    decoder = Decoder()
    sound = np.concatenate([decoder.decode(frame) for frame in frames])
    assert sound.std() > 1000
    spectrum = np.abs(np.fft.rfft(sound))
    frequency_hz = np.fft.rfftfreq(sound.size, 1 / 48_000)
    voiced = spectrum[(frequency_hz > 100) & (frequency_hz < 3500)].sum()
    assert voiced / spectrum.sum() > 0.8


def test_many_radios_complain_in_one_line_a_second(caplog: pytest.LogCaptureFixture) -> None:
    clock = ManualClock()
    log = logging.getLogger("test of many radios")
    log.addFilter(OneLineASecond(clock))
    for number in range(130):
        log.warning("radio R%03d: line lost", number)
    clock.advance(1.1)
    log.warning("radio R000: not connected")
    assert caplog.messages == [
        "radio R000: line lost",
        "radio R000: not connected (and 129 lines like it before)",
    ]


def test_percentiles_of_ages_are_right_to_a_tenth_of_a_millisecond() -> None:
    ages = Ages()
    for age_us in range(0, 100_000, 10):
        ages.add(age_us)
    ages.add(-5)
    found = ages.percentiles()
    assert found.count == 10_001
    assert found.p50_ms == pytest.approx(50, abs=0.1)
    assert found.p99_ms == pytest.approx(99, abs=0.1)
    assert found.max_ms == pytest.approx(99.99)


def test_alert_shown_twice_on_one_radio_is_a_duplicate() -> None:
    tally = Tally()
    assert [tally.show(*shown) for shown in (("R1", "A1"), ("R2", "A1"), ("R1", "A1"), ("R1", "A2"))] == [
        True,
        True,
        False,
        True,
    ]
    assert (tally.alerts_shown, tally.duplicates_shown) == (3, 1)

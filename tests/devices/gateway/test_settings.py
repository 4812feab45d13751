"""A gateway's file of settings, and sound that is cut off."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from devices.gateway.levels import Level
from devices.gateway.settings import EXAMPLE, FILE, GatewaySettings, SettingsError


def written(folder: Path, words: str) -> Path:
    file = folder / FILE
    file.write_text(words)
    return file


def test_example_is_enough_and_everything_else_has_a_default(tmp_path: Path) -> None:
    settings = GatewaySettings.load(written(tmp_path, EXAMPLE))
    assert settings.key == "serial:/dev/ttyUSB0:rts"
    assert settings.keying.longest_s == 60


def test_file_that_is_missing_says_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="microphone ="):
        GatewaySettings.load(tmp_path / FILE)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("[keying]\nlead = 3", "unknown field `lead`"),
        ("[keying]\nlongest_s = 900", "<= 180.0"),
        ("[hold]\nfor_air_s = 3600", "<= 15.0"),
        ("group", "gateway.toml"),
    ],
)
def test_setting_that_cannot_be_is_refused_by_name(tmp_path: Path, words: str, why: str) -> None:
    with pytest.raises(SettingsError, match=why):
        GatewaySettings.load(written(tmp_path, EXAMPLE + words))


def test_sound_that_is_cut_off_is_told_once_a_minute() -> None:
    told: list[str] = []
    level = Level(12.0, "too loud", told.append)
    loud = np.full(320, 12_000, dtype=np.int16)
    for at in range(200):
        assert level.apply(loud, at * 20_000).max() == 32_767
    assert told == ["too loud"]
    assert level.cut == 200
    for at in range(10):
        level.apply(loud, 61_000_000 + at * 20_000)
    assert len(told) == 2


def test_gain_of_six_decibels_doubles() -> None:
    quiet = np.full(320, 1000, dtype=np.int16)
    told: list[str] = []
    assert abs(int(Level(6.02, "", told.append).apply(quiet, 0)[0]) - 2000) <= 1
    assert not told

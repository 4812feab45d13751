"""Films of the load of many cameras."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulators.cameras.films import KEY_EVERY, RATE_HZ, SECONDS, Film, rendered
from simulators.cameras.units import Coding


@pytest.mark.parametrize("coding", list(Coding))
def test_a_film_has_the_bit_rate_of_a_camera_and_is_rendered_once(coding: Coding, tmp_path: Path) -> None:
    film = Film(coding, 320, 256, 300_000)
    tape = rendered(tmp_path, film)
    assert tape.coding is coding
    assert (len(tape.pictures), tape.duration_us) == (RATE_HZ * SECONDS, SECONDS * 1_000_000)
    keys = [number for number, picture in enumerate(tape.pictures) if picture.key]
    assert keys == list(range(0, RATE_HZ * SECONDS, KEY_EVERY))
    bits = 8 * sum(len(unit) for picture in tape.pictures for unit in picture.units)
    assert bits / SECONDS == pytest.approx(film.bit_rate, rel=0.25)
    made_ns = (tmp_path / film.name).stat().st_mtime_ns
    assert len(rendered(tmp_path, film).pictures) == len(tape.pictures)
    assert (tmp_path / film.name).stat().st_mtime_ns == made_ns

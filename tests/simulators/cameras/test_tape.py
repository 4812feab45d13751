"""Films held in memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulators.cameras.server import read_tapes
from simulators.cameras.tape import Tape, TapeError, read_tape
from tests.simulators.cameras.conftest import FRAMES, write_film


def test_a_tape_has_every_picture_when_it_is_due(tape: Tape) -> None:
    assert [picture.due_us for picture in tape.pictures] == [100_000 * number for number in range(FRAMES)]
    assert [number for number, picture in enumerate(tape.pictures) if picture.key] == [0, 10]
    assert tape.duration_us == 2_000_000


def test_a_tape_knows_its_parameter_sets(tape: Tape) -> None:
    assert [one[0] & 31 for one in tape.parameter_sets] == [7, 8]


@pytest.mark.parametrize("content", [b"", b"not a film", b"\x00\x00\x00\x18ftypisom" + bytes(64)])
def test_what_is_no_film_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "C09.mp4").write_bytes(content)
    with pytest.raises(TapeError, match=r"C09\.mp4"):
        read_tape(tmp_path / "C09.mp4")


def test_a_film_in_another_coding_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(TapeError, match="only h264 and hevc"):
        read_tape(write_film(tmp_path / "C01.mp4", codec="mpeg4", frames=3))


def test_a_folder_without_films_says_how_to_make_them(tmp_path: Path) -> None:
    with pytest.raises(TapeError, match=r"simulators\.community"):
        read_tapes(tmp_path)

"""Lines between hub and recorder read as they were written, and show no password."""

from __future__ import annotations

import pytest

from hub.footage.coded import StreamName
from hub.footage.recorder.control import (
    Assigned,
    Condition,
    ControlError,
    Ready,
    RecordedCamera,
    Stand,
    StreamAddress,
    Transport,
    line,
    read_line,
)

CAMERA = RecordedCamera(
    camera_id="C01",
    main=StreamAddress(url="rtsp://duty:hunter2@10.0.0.5/1"),
    sub=StreamAddress(url="rtsp://duty:hunter2@10.0.0.5/2", transport=Transport.UDP),
    unstored=(((0.0, 0.0), (0.5, 0.0), (0.5, 1.0)),),
)


@pytest.mark.parametrize(
    "word",
    [
        Assigned(cameras=(CAMERA,)),
        Assigned(cameras=()),
        Stand(camera_id="C01", stream=StreamName.MAIN, condition=Condition.ONLINE),
        Ready(relay_path="/tmp/relay/socket"),
    ],
)
def test_lines_read_as_they_were_written(word: Assigned | Stand | Ready) -> None:
    said = line(word)
    assert said.count(b"\n") == 1
    assert read_line(said) == word


@pytest.mark.parametrize("said", [b"hunter2\n", b"{}\n", b'{"assigned": {"cameras": [{"hunter2": 1}]}}\n'])
def test_a_line_that_is_no_word_is_refused_without_being_quoted(said: bytes) -> None:
    with pytest.raises(ControlError) as refused:
        read_line(said)
    assert "hunter2" not in str(refused.value)


def test_an_assignment_shows_no_password_where_it_is_printed() -> None:
    assert "hunter2" not in repr(Assigned(cameras=(CAMERA,)))

"""Records of coded pictures: what is written is read, in pieces of any size; nonsense is refused by name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.footage.coded import (
    HEAD,
    MAX_BODY_BYTES,
    CodedPicture,
    Coding,
    Form,
    Record,
    RecordError,
    RecordReader,
    StreamName,
    Word,
    encode,
)

FORM = Form(
    camera_id="C01", stream=StreamName.SUB, coding=Coding.H264, codec="avc1.64001f", width_px=640, height_px=360
)
times = st.integers(-(2**62), 2**62)
pictures = st.builds(CodedPicture, times, times, st.booleans(), st.booleans(), st.binary(max_size=200))
records = st.one_of(st.just(FORM), pictures, st.builds(Word, code=st.text(), message=st.text(), message_en=st.text()))


@given(st.lists(records, max_size=8), st.integers(1, 60))
def test_records_are_read_as_they_were_written_however_the_line_cuts_them(said: list[Record], piece: int) -> None:
    data = b"".join(encode(record) for record in said)
    reader = RecordReader()
    heard = [record for start in range(0, len(data), piece) for record in reader.feed(data[start : start + piece])]
    assert heard == said


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (HEAD.pack(9, 0, 0, 0, 0, 0), "no record of kind 9"),
        (HEAD.pack(2, 0, 0, MAX_BODY_BYTES + 1, 0, 0), "at most"),
        (HEAD.pack(1, 0, 0, 2, 0, 0) + b"{}", "does not read"),
        (HEAD.pack(3, 0, 0, 2, 0, 0) + b"\xff\xff", "does not read"),
        (HEAD.pack(3, 0, 0, 12, 0, 0) + b'{"code":"\xff"}', "does not read"),
    ],
)
def test_bytes_that_are_no_record_are_refused_and_named(data: bytes, reason: str) -> None:
    with pytest.raises(RecordError, match=reason):
        list(RecordReader().feed(data))


def test_a_picture_that_is_too_large_is_not_written() -> None:
    with pytest.raises(RecordError, match="at most"):
        encode(CodedPicture(0, 0, True, False, bytes(MAX_BODY_BYTES + 1)))

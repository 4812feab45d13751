"""Ogg Opus pages: byte for byte as RFC 3533 and RFC 7845 lay them out, and read back by others."""

from __future__ import annotations

import io
from itertools import chain

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.talk.recording.ogg import PRE_SKIP, OggOpus, checksum, seconds_of, whole_pages
from tests.talk.recording.bursts import tone
from tests.talk.recording.pages import FIRST, LAST, crc_bit_by_bit, read_pages


def file_of(packets: list[bytes]) -> bytes:
    stream = OggOpus(7)
    return stream.head(["TITLE=全体场所"]) + stream.last_pages(packets)


def test_head_page_has_the_bytes_of_the_two_standards() -> None:
    head = (
        b"OggS"  # capture pattern
        b"\x00"  # version of the stream structure
        b"\x02"  # beginning of the stream
        b"\x00\x00\x00\x00\x00\x00\x00\x00"  # granule position
        b"\x04\x03\x02\x01"  # serial number
        b"\x00\x00\x00\x00"  # page number
        b"%s"  # checksum
        b"\x01\x13"  # one segment of 19 bytes
        b"OpusHead"
        b"\x01"  # version
        b"\x01"  # one channel
        b"\x38\x01"  # pre-skip 312
        b"\x00\x00\x00\x00"  # input sample rate: unspecified
        b"\x00\x00"  # output gain
        b"\x00"  # channel mapping family
    )
    crc = crc_bit_by_bit(head % bytes(4)).to_bytes(4, "little")
    assert OggOpus(0x01020304).head([]).startswith(head % crc)


def test_second_page_has_the_comments() -> None:
    _, page = read_pages(OggOpus(1).head(["TITLE=全体场所", "ARTIST=王芳"]))
    assert (page.number, page.granule, page.flags) == (1, 0, 0)
    vendor, title, artist = "黔哨 Qianshao".encode(), "TITLE=全体场所".encode(), "ARTIST=王芳".encode()
    assert page.packets == (
        b"OpusTags"
        + len(vendor).to_bytes(4, "little")
        + vendor
        + (2).to_bytes(4, "little")
        + len(title).to_bytes(4, "little")
        + title
        + len(artist).to_bytes(4, "little")
        + artist,
    )


def test_voice_page_has_the_bytes_of_the_standard() -> None:
    stream = OggOpus(9)
    stream.head([])
    page = (
        b"OggS\x00\x00"
        + (3 * 960).to_bytes(8, "little")
        + b"\x09\x00\x00\x00\x02\x00\x00\x00%s"
        + b"\x06\x01\xff\x00\xff\xff\x03"
        + b"\x48"
        + b"\x49" * 255
        + b"\x4a" * 513
    )
    expected = page % crc_bit_by_bit(page % bytes(4)).to_bytes(4, "little")
    assert stream.pages([b"\x48", b"\x49" * 255, b"\x4a" * 513]) == expected


@given(st.binary(max_size=600))
def test_checksum_is_that_of_the_standard(data: bytes) -> None:
    assert checksum(data) == crc_bit_by_bit(data)


@given(st.lists(st.lists(st.binary(min_size=1, max_size=1275), max_size=120), min_size=1, max_size=4))
def test_any_packets_come_back_in_pages_of_at_most_a_second(batches: list[list[bytes]]) -> None:
    stream = OggOpus(5)
    data = stream.head([]) + b"".join(map(stream.pages, batches)) + stream.last_pages([b"\x48"])
    head, tags, *pages = read_pages(data)
    assert head.flags == FIRST
    assert [page.number for page in (head, tags, *pages)] == list(range(len(pages) + 2))
    assert {page.serial for page in pages} == {5}
    assert [packet for page in pages for packet in page.packets] == [*chain(*batches), b"\x48"]
    assert all(1 <= len(page.packets) <= 50 for page in pages)
    sent = 0
    for page in pages:
        sent += len(page.packets)
        assert page.granule == sent * 960
    assert [page.flags for page in pages] == [0] * (len(pages) - 1) + [LAST]
    assert list(whole_pages(data))[-1].ends_at == len(data)


def test_another_program_reads_back_the_very_packets() -> None:
    packets = tone(2.5)
    with av.open(io.BytesIO(file_of(packets))) as file:
        assert file.streams.audio[0].codec_context.name in ("opus", "libopus")
        assert file.streams.audio[0].metadata["TITLE"] == "全体场所"
        assert [bytes(packet) for packet in file.demux() if packet.size] == packets


def test_another_program_decodes_it_to_its_length() -> None:
    with av.open(io.BytesIO(file_of(tone(2.5)))) as file:
        samples = sum(frame.samples for frame in file.decode(audio=0))
    assert samples == 125 * 960 - PRE_SKIP
    assert seconds_of(125 * 960) == samples / 48_000


@pytest.mark.parametrize("wanted_s", [0.5, 3.2, 7.5])
def test_another_program_finds_the_time_it_seeks(wanted_s: float) -> None:
    low, high = tone(4, 300), tone(4, 1200)
    with av.open(io.BytesIO(file_of(low + high))) as file:
        stream = file.streams.audio[0]
        assert stream.time_base is not None
        file.seek(round(wanted_s / stream.time_base), stream=stream)
        for frame in file.decode(stream):
            assert frame.time is not None
            if frame.time + 0.02 > wanted_s:
                break
        else:
            raise AssertionError("nothing is there")
        assert frame.time <= wanted_s
        frames = [next(file.decode(stream)).to_ndarray()[0] for _ in range(5)]
    spectrum = np.abs(np.fft.rfft(np.concatenate(frames)))
    peak_hz = np.argmax(spectrum) * 48_000 / (5 * 960)
    assert abs(peak_hz - (300 if wanted_s < 4 else 1200)) < 30


@given(cut=st.integers(0, 3000), flipped=st.integers(0, 3000))
def test_what_comes_before_a_tear_or_damage_is_whole(cut: int, flipped: int) -> None:
    stream = OggOpus(5)
    parts = [stream.head([]), *(stream.pages([bytes((0x48,)) * 40] * 10) for _ in range(6))]
    data = b"".join(parts)
    ends = [page.ends_at for page in whole_pages(data)]
    assert ends[-1] == len(data)
    torn = [page.ends_at for page in whole_pages(data[:cut])]
    assert torn == [end for end in ends if end <= cut]
    at = flipped % len(data)
    damaged = data[:at] + bytes((data[at] ^ 0x10,)) + data[at + 1 :]
    assert [page.ends_at for page in whole_pages(damaged)] == [end for end in ends if end <= at]

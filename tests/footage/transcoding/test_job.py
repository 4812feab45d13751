"""Any coding becomes H.264 that a browser decodes, picture by picture, and a broken stream goes on at a key picture."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace

import av
import msgspec
import pytest

from hub.footage.coded import CodedPicture, Coding, Form, Record, RecordError, Word
from hub.footage.transcoding import transcoders as transcoding
from hub.footage.transcoding.job import MOST_PER_S, Transcoder, fitting
from hub.footage.transcoding.transcoders import BUSY, FAILED, Transcoders
from tests.footage.segments.films import Film, film, later


def officer() -> tuple[str]:
    return ("officer",)


def records_of(filmed: Film) -> list[Record]:
    return [filmed.form, *(picture for picture, _ in filmed.pictures)]


def converted(records: Iterable[Record]) -> tuple[list[Form], list[CodedPicture]]:
    transcoder = Transcoder()
    found = [one for record in records for one in transcoder.take(record)] + list(transcoder.end())
    return [one for one in found if isinstance(one, Form)], [one for one in found if isinstance(one, CodedPicture)]


def decoded(pictures: Iterable[CodedPicture]) -> list[av.VideoFrame]:
    decoder = av.CodecContext.create("h264", "r")
    assert isinstance(decoder, av.VideoCodecContext)
    return [frame for one in pictures for frame in decoder.decode(av.Packet(one.data))] + list(decoder.decode(None))


@pytest.mark.parametrize("encoder", ["libx265", "libx264", "mjpeg"])
def test_each_picture_comes_out_in_h264_at_its_time(encoder: str) -> None:
    filmed = film(encoder, seconds=1)
    (form,), pictures = converted(records_of(filmed))
    assert (form.coding, form.codec[:9], form.width_px, form.height_px) == (Coding.H264, "avc1.42c0", 320, 192)
    assert [one.wall_us for one in pictures] == [one.wall_us for one, _ in filmed.pictures]
    assert pictures[0].key and not any(one.broken for one in pictures)
    assert len(decoded(pictures)) == len(pictures)


def test_pictures_out_of_order_come_out_as_they_are_shown() -> None:
    filmed = film("libx265", seconds=1, reordered=2)
    _, pictures = converted(records_of(filmed))
    assert [one.wall_us for one in pictures] == sorted(one.wall_us for one, _ in filmed.pictures)


def test_large_pictures_are_made_smaller_and_none_is_made_larger() -> None:
    assert [fitting(*size) for size in ((3840, 2160), (1920, 1080), (2560, 1920), (641, 361), (100, 4000))] == [
        (1280, 720),
        (1280, 720),
        (960, 720),
        (640, 360),
        (18, 720),
    ]
    (form,), _ = converted(records_of(film("libx264", seconds=0.2, size=(1920, 1080))))
    assert (form.width_px, form.height_px) == (1280, 720)


def test_no_more_than_25_pictures_come_in_a_second_and_a_key_picture_every_two() -> None:
    filmed = film("libx264", seconds=6, rate_hz=50, size=(64, 64))
    _, pictures = converted(records_of(filmed))
    assert len(pictures) == 6 * MOST_PER_S
    keys = [one.media_us for one in pictures if one.key]
    assert keys == [0, 2_000_000, 4_000_000]


def test_noise_costs_pictures_up_to_the_next_key_picture_alone() -> None:
    filmed = film("libx265", seconds=4)
    records = records_of(filmed)
    for number in range(10, 20):
        picture = records[number]
        assert isinstance(picture, CodedPicture)
        records[number] = replace(picture, data=b"\x00\x00\x00\x01" + bytes(range(7, 200)))
    _, pictures = converted(records)
    second_key_us = filmed.pictures[50][0].wall_us
    assert [one.wall_us for one in pictures if one.wall_us >= second_key_us] == [
        one.wall_us for one, _ in filmed.pictures[50:]
    ]


def test_loss_costs_pictures_up_to_a_key_picture_that_says_so() -> None:
    form, *pictures = records_of(film("libx265", seconds=4))
    lost = [one for number, one in enumerate(pictures) if not 8 < number < 12]
    _, found = converted([form, *lost])
    assert [one.wall_us for one in found if one.broken] == [pictures[50].wall_us]
    assert len(found) == 9 + 50


def test_stream_that_changes_its_size_goes_on_in_the_new_one() -> None:
    forms, pictures = converted(
        [*records_of(film("libx265", seconds=0.4)), *records_of(film("libx265", seconds=0.4, size=(160, 96)))]
    )
    assert [(one.width_px, one.height_px) for one in forms] == [(320, 192), (160, 96)]
    assert len(pictures) == 20


def test_camera_that_ends_its_stream_and_comes_back_under_the_same_form_is_dated_as_before() -> None:
    filmed = film("libx265", seconds=1)
    again = later(filmed, 3_000_000)
    forms, pictures = converted([*records_of(filmed), *records_of(again)])
    assert [one.wall_us for one in pictures] == [one.wall_us for told in (filmed, again) for one, _ in told.pictures]
    assert [one.media_us for one in pictures] == [one.media_us for _ in range(2) for one, _ in filmed.pictures]
    assert len(forms) == 2 and pictures[len(filmed.pictures)].key, "media time counts anew, and says so"


def test_what_no_decoder_takes_is_told() -> None:
    other = msgspec.structs.replace(film("libx264", seconds=0.2).form, coding=Coding.OTHER)
    (word,) = Transcoder().take(other)
    assert isinstance(word, Word) and word.code == "cannot_transcode"


async def _source(records: Iterable[Record]) -> AsyncIterator[Record]:
    for record in records:
        yield record


async def test_child_converts_a_film_to_its_end_and_its_place_is_free_again() -> None:
    filmed = film("libx265", seconds=1)
    transcoders = Transcoders(1)
    found = [one async for one in transcoders.through(_source(records_of(filmed)), officer, 1)]
    assert len(found) == 1 + len(filmed.pictures)
    assert (transcoders.running, transcoders.process_ids, transcoders.failures) == (0, [], 0)


async def test_no_more_run_than_there_are_places() -> None:
    assert [
        one async for one in Transcoders(0).through(_source(records_of(film("libx265", seconds=1))), officer, 1)
    ] == [BUSY]


async def test_child_that_gives_up_is_told() -> None:
    form, *pictures = records_of(film("libx265", seconds=1))

    async def broken() -> AsyncIterator[Record]:
        yield form
        yield pictures[0]
        (process_id,) = transcoders.process_ids

        os.kill(process_id, signal.SIGKILL)
        for one in pictures[1:]:
            yield one

    transcoders = Transcoders(1)
    assert [one async for one in transcoders.through(broken(), officer, 1)][-1] == FAILED
    assert (transcoders.running, transcoders.failures) == (0, 1)


@pytest.mark.parametrize("failure", [OSError(errno.EIO, "Input/output error"), RecordError("no record")])
async def test_source_that_fails_ends_the_conversion_at_once_with_its_own_words(failure: Exception) -> None:
    filmed = film("libx265", seconds=1)

    async def fails() -> AsyncIterator[Record]:
        for one in records_of(filmed):
            yield one
        raise failure

    transcoders = Transcoders(1)
    found: list[Record] = []
    with pytest.raises(type(failure)) as raised:
        async with asyncio.timeout(10):
            async for one in transcoders.through(fails(), officer, 1):
                found.append(one)
    assert raised.value is failure, "not that it took too long"
    assert len(found) == 1 + len(filmed.pictures), "what came before is shown"
    assert (transcoders.running, transcoders.process_ids, transcoders.failures) == (0, [], 0)


async def test_transcoder_that_cannot_be_started_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def start(*_given: object, **_named: object) -> None:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(transcoding, "start_child", start)
    transcoders = Transcoders(1)
    assert [one async for one in transcoders.through(_source(records_of(film("libx265", seconds=1))), officer, 1)] == [
        FAILED
    ]
    assert (transcoders.running, transcoders.failures) == (0, 1)


async def test_one_person_does_not_take_every_transcoder_and_waits_for_their_own() -> None:
    filmed = film("libx265", seconds=1)
    over = asyncio.Event()

    async def until_over() -> AsyncIterator[Record]:
        for one in records_of(filmed):
            yield one
        await over.wait()

    transcoders = Transcoders(2)
    first = transcoders.through(until_over(), officer, 1)
    assert isinstance(await anext(first), Form)
    (refused,) = [one async for one in transcoders.through(_source(records_of(filmed)), officer, 1)]
    assert isinstance(refused, Word) and refused.code == BUSY.code and refused != BUSY
    others = transcoders.through(_source(records_of(filmed)), lambda: ("officer", "dispatcher"), 1)
    assert len([one async for one in others]) == 1 + len(filmed.pictures)

    waits = transcoders.through(_source(records_of(filmed)), officer, 1, wait_s=10)
    waiting = asyncio.create_task(anext(waits))
    over.set()
    assert len([one async for one in first]) == len(filmed.pictures)
    assert isinstance(await waiting, Form)
    await waits.aclose()
    assert (transcoders.running, transcoders.process_ids) == (0, [])

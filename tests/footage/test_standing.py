"""How a camera stands by what the recorder says of its streams, and what of it is told."""

from __future__ import annotations

from hub.footage.coded import StreamName
from hub.footage.recorder.control import Condition, Disk, Stand
from hub.footage.standing import RECORDER_ENDED, Standing

MAIN = Stand(
    camera_id="C01", stream=StreamName.MAIN, condition=Condition.ONLINE, since_us=5, recording=True, clock_offset_s=1.0
)
SUB = Stand(camera_id="C01", stream=StreamName.SUB, condition=Condition.ONLINE, since_us=6)


def changed(stand: Stand, **given: object) -> Stand:
    values = {name: getattr(stand, name) for name in stand.__struct_fields__}
    return Stand(**(values | given))


def test_what_turns_is_told_and_what_counts_is_not() -> None:
    standing = Standing()
    assert standing.hear(MAIN, 0)
    assert not standing.hear(changed(MAIN, bytes_received=10_000_000, packets_lost=3), 5_000_000)
    found = standing.all["C01"]
    assert (found.recorded, found.packets_lost, found.bytes_per_s) == (True, 3, 2_000_000)
    assert standing.hear(changed(MAIN, disk=Disk.FULL), 6_000_000)
    assert standing.hear(changed(MAIN, disk=Disk.FULL, condition=Condition.STALLED), 7_000_000)


def test_clock_of_a_camera_is_told_once_it_is_more_than_5_s_off() -> None:
    standing = Standing()
    standing.hear(MAIN, 0)
    assert not standing.hear(changed(MAIN, clock_offset_s=-4.9), 1)
    assert standing.hear(changed(MAIN, clock_offset_s=-5.2), 2)
    assert not standing.hear(changed(MAIN, clock_offset_s=-5.4), 3)
    assert standing.hear(changed(MAIN, clock_offset_s=0.1), 4)


def test_camera_stands_as_its_recorded_stream_and_a_bad_small_one_is_named() -> None:
    standing = Standing()
    standing.hear(SUB, 0)
    standing.hear(MAIN, 0)
    assert standing.hear(changed(SUB, condition=Condition.REFUSED, detail="密码不对 (wrong password)"), 1)
    found = standing.all["C01"]
    assert (found.condition, found.since_us) == (Condition.ONLINE, 5)
    assert found.detail == "子码流：密码不对 (sub stream: wrong password)"
    standing.hear(changed(SUB, disk=Disk.FAILING), 2)
    assert standing.all["C01"].disk is Disk.FAILING


def test_nobody_reads_a_camera_while_the_recorder_is_away_and_that_is_told_once() -> None:
    standing = Standing()
    standing.hear(MAIN, 0)
    assert standing.lose() == ["C01"]
    found = standing.all["C01"]
    assert (found.condition, found.detail, found.recorded) == (Condition.CONNECTING, RECORDER_ENDED, False)
    assert standing.lose() == []
    standing.keep_only(set())
    assert standing.of("C01") is None

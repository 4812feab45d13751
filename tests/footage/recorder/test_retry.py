"""How often a camera is tried again."""

from __future__ import annotations

from hub.footage.errors import Refused, Stalled, WrongPassword
from hub.footage.recorder.retry import Retry

OFF = Refused("it is off", "断电")


def test_camera_that_is_off_is_tried_after_1_2_4_and_at_most_30_seconds() -> None:
    retry = Retry()
    assert [retry.wait_s(0, OFF) for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]


def test_stream_that_lasted_is_tried_again_at_once_and_waits_begin_anew() -> None:
    retry = Retry()
    retry.wait_s(0, OFF)
    assert retry.wait_s(3600, Stalled("silent", "无画面")) == 0
    assert retry.wait_s(0, OFF) == 1


def test_wrong_password_is_tried_every_30_seconds_even_after_a_stream_that_lasted() -> None:
    retry = Retry()
    wrong = WrongPassword("another password", "密码不对")
    assert [retry.wait_s(lasted, wrong) for lasted in (3600, 0, 0)] == [30, 30, 30]
    assert retry.wait_s(0, OFF) == 1

"""A device says what its kind may say, and nothing else (hub/access/doors.py)."""

from __future__ import annotations

from itertools import product
from pathlib import Path

from devices.protocol import topics
from devices.protocol.topics import DeviceKind, Up
from hub.access.doors import MQTT_UP
from tests.hub import open_hub

NAMES = {DeviceKind.RADIO: "R01", DeviceKind.CAMERA: "C01", DeviceKind.WORKER: "worker-1"}


async def test_what_a_kind_may_not_say_is_refused_before_anybody_hears_it(tmp_path: Path) -> None:
    async with open_hub(tmp_path, vision_workers=1) as hub:
        for kind, up in product(DeviceKind, Up):
            before = hub.refused.counts["not_allowed"]
            hub.bridge._route(topics.up(kind, NAMES[kind], up), b"", False)
            assert hub.refused.counts["not_allowed"] == before + (up not in MQTT_UP[kind]), (kind, up)


async def test_the_hub_asks_the_broker_for_nothing_that_a_kind_may_not_say(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub:
        assert {*hub.bridge._handlers, *hub.bridge._raw} <= {(kind, up) for kind in MQTT_UP for up in MQTT_UP[kind]}

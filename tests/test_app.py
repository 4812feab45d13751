"""The hub as a whole: it says that it started, ends in order, and a room whose loop fails comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from pydantic import ValidationError

from devices.protocol.sightings import Sighting, SightingMessage
from devices.protocol.topics import DeviceKind, Up
from hub.alerts.messages import NewAlert
from hub.app import Hub
from hub.bridge.broker import BrokerError
from hub.events.messages import EventKind
from hub.settings import Settings
from tests.devices.room import until
from tests.hub import open_hub, settings, sighting
from tests.played import HandDevice, radio_on_line


async def test_each_start_is_an_event_that_goes_on_counting(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as first:
        last = first.events.last
    async with open_hub(tmp_path) as second:
        items = await second.events.since(last)
    assert [(item.number, item.kind) for item in items] == [(last + 1, EventKind.HUB_STARTED)]
    assert msgspec.json.decode(items[0].body)["version"]


async def test_loop_that_fails_is_counted_and_started_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.loops.RESTART_AFTER_S", 0.01)
    followed: list[str] = []

    async def stumble(found: Sequence[Sighting]) -> None:
        followed.extend(one.sighting_id for one in found)
        if len(followed) == 1:
            raise RuntimeError("stumbled")

    async with open_hub(tmp_path, vision_workers=1) as hub:
        await hub.vision.stop()
        hub.intake.follow(stumble)
        async with HandDevice.open(hub, "worker-1", DeviceKind.WORKER) as worker:
            for number in (1, 2):
                found = sighting(hub, f"S{number}", "red", "blue")
                said = SightingMessage(stamp=worker.stamp(), message_id=f"m{number}", sighting=found)
                await worker.say(Up.SIGHTING, said)
                await until(lambda number=number: len(followed) == number, f"sighting {number}")  # type: ignore[misc]
    assert (followed, hub.task_failures) == (["S1", "S2"], 1)


@pytest.mark.parametrize("times", range(5))
async def test_busy_hub_stops_promptly_and_leaves_no_task_behind(tmp_path: Path, times: int) -> None:
    async with asyncio.timeout(10):
        before = asyncio.all_tasks()
        async with open_hub(tmp_path) as hub, radio_on_line(hub, "R01"):
            await asyncio.gather(*(hub.alerts.issue(NewAlert(text="一"), "duty") for _ in range(times)))
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == before


async def test_hub_without_a_broker_to_use_says_so(tmp_path: Path) -> None:
    async with open_hub(tmp_path / "one") as running:
        port = running.broker.hub_address.port
        hub = Hub(settings(tmp_path / "two", broker_port=port))
        with pytest.raises(BrokerError, match=f"port {port} is taken"):
            await hub.start()
        await hub.stop()


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"port": 70_000}, "65535"),
        ({"broker": "http://broker"}, "use auto, managed, embedded or mqtt://host:port"),
        ({"talk_limit_s": 0}, "greater than 1"),
        ({"roll_call_at": "25:00"}, "use HH:MM"),
        ({"vision_workers": -1}, "greater than or equal to 0"),
        ({"vision_detector": "fp16"}, "fp16 cannot be read"),
        ({"vision_descriptor": "osnet"}, "osnet cannot be read"),
        ({"colour": "red"}, "Extra inputs"),
    ],
)
def test_setting_that_cannot_be_is_refused_in_words(given: dict[str, object], what: str) -> None:
    with pytest.raises(ValidationError, match=what):
        Settings(**given)  # type: ignore[arg-type]


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QIANSHAO_TALK_LIMIT_S", "30")
    monkeypatch.setenv("QIANSHAO_BROKER_PASSWORD", "secret")
    found = Settings()
    assert found.talk_limit_s == 30
    assert "secret" not in repr(found)

"""Setting PINs: seldom, one at a time for each person, and after everybody who wants in."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from devices.protocol.clock import Clock, ManualClock
from hub.access.passwords import MAX_WAITING, Lane, Passwords
from hub.access.people import LOCAL
from hub.app import Hub
from hub.errors import Refusal
from hub.shifts.pins import SETTINGS, Pins
from tests.hub import CHEAP, open_hub
from tests.shifts.crew import PIN, hire


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with open_hub(tmp_path) as opened:
        for number in range(MAX_WAITING + 1):
            await hire(opened, f"g{number}", pin=None)
        yield opened


def pins_of(hub: Hub, passwords: Passwords, clock: Clock) -> Pins:
    return Pins(hub.database, passwords, clock, hub.access.find_person)


async def test_guard_who_sets_the_pin_again_and_again_is_refused_and_nobody_else_is(hub: Hub) -> None:
    clock = ManualClock()
    pins = pins_of(hub, Passwords(CHEAP), clock)
    for _ in range(SETTINGS.burst):
        await pins.set("g1", PIN, "g1")
    with pytest.raises(Refusal, match="12 min") as refused:
        await pins.set("g1", PIN, "g1")
    assert (refused.value.code, refused.value.status) == ("too_many_pins", 429)
    await pins.set("g2", PIN, "g2")
    await pins.set("g1", PIN, LOCAL.person_id)
    clock.advance(12 * 60 + 1)
    await pins.set("g1", PIN, "g1")


async def test_two_settings_of_one_pin_at_once_are_one(hub: Hub) -> None:
    pins = pins_of(hub, Passwords(CHEAP), ManualClock())
    tries = await asyncio.gather(*(pins.set("g1", PIN, "g1") for _ in range(5)), return_exceptions=True)
    assert [one.code for one in tries if isinstance(one, Refusal)] == ["pin_being_set"] * 4
    await pins.set("g1", PIN, "g1")


class Held(Passwords):
    """Works nothing out before it may."""

    def __init__(self) -> None:
        super().__init__(CHEAP)
        self.go_on = threading.Event()

    def _check(self, password: str, encoded: str) -> bool:
        assert self.go_on.wait(20)
        return super()._check(password, encoded)


async def test_crowd_that_sets_pins_takes_no_place_of_those_who_sign_in(hub: Hub) -> None:
    passwords, order = Held(), []
    pins = pins_of(hub, passwords, ManualClock())

    async def note(name: str, work: object) -> None:
        await work  # type: ignore[misc]
        order.append(name)

    first = asyncio.create_task(passwords.is_right("first", None, Lane.STRANGER))
    await asyncio.sleep(0)
    setting = [asyncio.create_task(note("pin", pins.set(f"g{n}", PIN, f"g{n}"))) for n in range(MAX_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(Refusal, match="too many"):
        await pins.set(f"g{MAX_WAITING}", PIN, "g")
    entering = [
        asyncio.create_task(note(lane.name, passwords.is_right("x", None, lane)))
        for lane in (Lane.STRANGER, Lane.RADIO, Lane.KNOWN)
    ]
    await asyncio.sleep(0)
    passwords.go_on.set()
    await asyncio.gather(first, *setting, *entering)
    assert order[:3] == ["KNOWN", "RADIO", "STRANGER"]

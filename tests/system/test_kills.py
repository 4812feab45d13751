"""The hub or the broker is killed in the middle of an alert to all venues: every venue gets it, none twice."""

from __future__ import annotations

import asyncio
import os
import signal

import httpx
import pytest

from tests.system.conftest import RADIOS, PoliceRoom

pytestmark = pytest.mark.asyncio(loop_scope="module")
DELIVERED_WITHIN_S = 60.0
LOOK_EVERY_S = 0.2
GUARDS_TAKE_S = 25.0


async def wait_delivered(room: PoliceRoom, alert_id: str) -> int:
    """How many radios have the alert when all have it or the time is over; a hub that is away is asked again."""
    delivered = 0
    deadline = asyncio.get_running_loop().time() + DELIVERED_WITHIN_S
    while delivered < RADIOS and asyncio.get_running_loop().time() < deadline:
        try:
            alert = await room.alert(alert_id)
            delivered = sum(one.delivered_at_ms is not None for one in alert.deliveries)
        except httpx.TransportError:
            delivered = 0
        await asyncio.sleep(LOOK_EVERY_S)
    return delivered


async def test_acknowledgements_said_while_the_hub_is_dead_are_not_lost(police_room: PoliceRoom) -> None:
    alert = await police_room.alert_all()  # the room's first: all that guards say is about this one
    assert await wait_delivered(police_room, alert.alert_id) == RADIOS
    assert police_room.hub.process is not None
    police_room.hub.process.kill()
    await police_room.hub.process.wait()
    said = (await police_room.radios.report()).acknowledged
    later = said
    async with asyncio.timeout(GUARDS_TAKE_S):
        while later <= said:  # a guard presses his key while there is no hub
            await asyncio.sleep(LOOK_EVERY_S)
            later = (await police_room.radios.report()).acknowledged
    await police_room.hub.start()

    deadline = asyncio.get_running_loop().time() + DELIVERED_WITHIN_S
    acknowledged = 0
    while acknowledged < later and asyncio.get_running_loop().time() < deadline:
        deliveries = (await police_room.alert(alert.alert_id)).deliveries
        acknowledged = sum(one.acknowledged_at_ms is not None for one in deliveries)
        await asyncio.sleep(LOOK_EVERY_S)
    assert acknowledged >= later


async def test_hub_killed_in_the_middle_of_an_alert_delivers_it_to_all_and_to_none_twice(
    police_room: PoliceRoom,
) -> None:
    shown = (await police_room.radios.report()).alerts_shown
    alert = await police_room.alert_all()
    assert police_room.hub.process is not None
    police_room.hub.process.kill()
    await police_room.hub.process.wait()
    before = await police_room.radios.report()
    await police_room.hub.start()

    assert await wait_delivered(police_room, alert.alert_id) == RADIOS
    after = await police_room.radios.report()
    assert before.alerts_shown < shown + RADIOS, "the kill came too late to prove anything"
    assert after.alerts_shown == shown + RADIOS
    assert after.duplicates_shown == 0


async def test_broker_killed_in_the_middle_of_an_alert_delivers_it_to_all_and_to_none_twice(
    police_room: PoliceRoom,
) -> None:
    brokers = police_room.children("mosquitto") + police_room.children("iotcore")
    assert len(brokers) == 1
    shown = (await police_room.radios.report()).alerts_shown
    issuing = asyncio.create_task(police_room.alert_all())
    os.kill(brokers[0], signal.SIGKILL)
    alert = await issuing

    assert await wait_delivered(police_room, alert.alert_id) == RADIOS
    after = await police_room.radios.report()
    assert after.alerts_shown == shown + RADIOS
    assert after.duplicates_shown == 0
    assert (police_room.children("mosquitto") + police_room.children("iotcore")) != brokers

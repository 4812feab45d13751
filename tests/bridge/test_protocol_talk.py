"""The clauses of docs/protocol.md on the floor and on voice that the hub keeps, on both brokers."""

from __future__ import annotations

import pytest

from devices.protocol import messages as wire
from devices.protocol import topics, voice
from devices.protocol.topics import Down, Up
from hub.app import Hub
from hub.events.messages import EventKind
from tests.devices.room import packet, until
from tests.hub import Told
from tests.played import HandDevice, radio_on_line

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def pressed(radio: HandDevice, group_id: str, request_id: str, answers: int = 1) -> wire.FloorDown:
    """The hub's answer to a press of push-to-talk."""
    await radio.say(Up.FLOOR, wire.FloorRequest(stamp=radio.stamp(), group_id=group_id, request_id=request_id))
    answer: wire.FloorDown = (await radio.hear(Down.FLOOR_CONTROL, wire.FloorDown, answers))[-1]
    return answer


async def granted(radio: HandDevice, group_id: str, request_id: str = "r") -> wire.FloorGranted:
    answer = await pressed(radio, group_id, request_id)
    assert isinstance(answer, wire.FloorGranted), answer
    assert (answer.group_id, answer.request_id) == (group_id, request_id)
    return answer


async def release(radio: HandDevice, grant: wire.FloorGranted) -> None:
    await radio.say(Up.FLOOR, wire.FloorRelease(stamp=radio.stamp(), burst_id=grant.burst_id))


async def test_group_is_told_who_speaks_and_when_nobody_does(hub: Hub, told: Told) -> None:
    """P-6.6."""
    async with radio_on_line(hub, "R13") as talker, radio_on_line(hub, "R29") as other:
        grant = await granted(talker, "kind-hotel")
        await release(talker, grant)
        taken, idle = await other.hear_group_floor("kind-hotel", 2)
        floors = [m for m in other.heard if m.topic.value == topics.group_floor("kind-hotel")]
        assert [m.qos for m in floors] == [1, 1]
    assert isinstance(taken, wire.FloorTaken)
    assert (taken.talker_id, taken.talker_name, taken.burst_id) == ("R13", "对讲机13", grant.burst_id)
    assert isinstance(idle, wire.FloorIdle)
    assert idle.burst_id == grant.burst_id
    started = await told.wait(EventKind.BURST_STARTED, "kind-hotel")
    assert (started[0]["talker_id"], started[0]["duration_s"]) == ("R13", None)


async def test_second_talker_is_denied(hub: Hub, told: Told) -> None:
    """P-6.7."""
    async with radio_on_line(hub, "R15") as first, radio_on_line(hub, "R17") as second:
        grant = await granted(first, "all")
        busy = await pressed(second, "all", "r1")
        await release(first, grant)
        foreign = await pressed(second, "kind-school", "r2", 2)
        unknown = await pressed(second, "nowhere", "r3", 3)
        free = await pressed(second, "all", "r4", 4)
        assert isinstance(free, wire.FloorGranted)
        await release(second, free)
        await second.hear_group_floor("all", 4)
    assert [(denied.request_id, denied.reason) for denied in (busy, foreign, unknown)] == [  # type: ignore[union-attr]
        ("r1", wire.DenyReason.TAKEN),
        ("r2", wire.DenyReason.NOT_A_MEMBER),
        ("r3", wire.DenyReason.UNKNOWN_GROUP),
    ]


async def test_floor_of_a_radio_that_left_is_taken_back(hub: Hub, told: Told) -> None:
    """P-6.8."""
    async with radio_on_line(hub, "R18") as leaver, radio_on_line(hub, "R20") as other:
        grant = await granted(leaver, "all")
        await leaver.die()
        idle = (await other.hear_group_floor("all", 2))[1]
        assert isinstance(idle, wire.FloorIdle)
        assert idle.burst_id == grant.burst_id
        await release(other, await granted(other, "all"))
        await other.hear_group_floor("all", 4)


async def test_talker_who_says_nothing_is_told_that_the_floor_is_gone(hub: Hub, told: Told) -> None:
    """P-6.8."""
    async with radio_on_line(hub, "R19") as silent:
        grant = await granted(silent, "all")
        revoked = (await silent.hear(Down.FLOOR_CONTROL, wire.FloorDown, 2))[1]
        await silent.hear_group_floor("all", 2)
    assert isinstance(revoked, wire.FloorRevoked)
    assert (revoked.burst_id, revoked.reason) == (grant.burst_id, wire.RevokeReason.SILENT)


def relayed(device: HandDevice, group_id: str) -> list[bytes]:
    return [bytes(m.payload) for m in device.heard if m.topic.value == topics.group_voice(group_id)]


async def test_frames_are_relayed_as_they_came_with_the_hubs_clock(hub: Hub, told: Told) -> None:
    """P-7.1."""
    async with radio_on_line(hub, "R21") as talker, radio_on_line(hub, "R22") as listener:
        grant = await granted(talker, "all")
        sent = [packet(grant.burst_id, n, frames=3, last=n == 2) for n in range(3)]
        began_us = hub.clock.monotonic_us()
        for one in sent:
            await talker.publish("qs/1/radio/R21/voice", one, qos=0)
        await until(lambda: len(relayed(listener, "all")) == 3, "three packets are relayed")
        for before, after in zip(map(voice.decode, sent), map(voice.decode, relayed(listener, "all")), strict=True):
            assert after.boot_id == hub.bridge.stamper.boot_id
            assert began_us <= after.monotonic_us <= hub.clock.monotonic_us()
            assert after == before._replace(
                boot_id=after.boot_id, monotonic_us=after.monotonic_us, wall_us=after.wall_us
            )
        assert isinstance((await listener.hear_group_floor("all", 2))[1], wire.FloorIdle), "the last packet ends it"


async def test_voice_without_the_floor_is_not_relayed(hub: Hub, told: Told) -> None:
    """P-7.8."""
    async with radio_on_line(hub, "R23") as talker, radio_on_line(hub, "R24") as intruder:
        grant = await granted(talker, "all")
        await intruder.publish("qs/1/radio/R24/voice", packet(grant.burst_id, 0))
        await intruder.publish("qs/1/radio/R24/voice", packet(4711, 0))
        await told.refusal("R24", "no_floor")
        await talker.publish("qs/1/radio/R23/voice", packet(grant.burst_id, 7, last=True))
        await until(lambda: len(relayed(intruder, "all")) == 1, "the talker's own packet is relayed")
        await talker.publish("qs/1/radio/R23/voice", packet(grant.burst_id, 8))
        await told.refusal("R23", "no_floor")
        assert [voice.decode(one).sequence for one in relayed(intruder, "all")] == [7]

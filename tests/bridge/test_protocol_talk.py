"""The clauses of docs/protocol.md on the floor and on voice that the hub keeps, on both brokers."""

from __future__ import annotations

import asyncio

import pytest

from devices.protocol import messages as wire
from devices.protocol import topics, voice
from devices.protocol.topics import Down, Up
from hub.app import Hub
from hub.events.messages import EventKind
from hub.talk import messages as out
from hub.talk.floor import HANG_TIME_S
from tests.devices.room import packet, until
from tests.hub import Told
from tests.played import HandDevice, radio_on_line
from tests.talk.desk import Desk

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def pressed(radio: HandDevice, group_id: str, request_id: str, answers: int = 1) -> wire.FloorDown:
    """The hub's answer to a press of push-to-talk."""
    await radio.say(Up.FLOOR, wire.FloorRequest(stamp=radio.stamp(), group_id=group_id, request_id=request_id))
    answer: wire.FloorDown = (await radio.hear(Down.FLOOR_CONTROL, wire.FloorDown, answers))[-1]
    return answer


async def granted(radio: HandDevice, group_id: str, request_id: str = "r") -> wire.FloorGranted:
    answer = await granted_last(radio, group_id, request_id, 1)
    assert (answer.group_id, answer.request_id) == (group_id, request_id)
    return answer


async def granted_last(radio: HandDevice, group_id: str, request_id: str, answers: int) -> wire.FloorGranted:
    answer = await pressed(radio, group_id, request_id, answers)
    assert isinstance(answer, wire.FloorGranted), answer
    return answer


def place(answer: wire.FloorDown) -> tuple[str, int, int]:
    """Which request waits where, of how many."""
    assert isinstance(answer, wire.FloorQueued), answer
    return answer.request_id, answer.position, answer.of


async def heard_last(radio: HandDevice, answers: int) -> wire.FloorDown:
    """The latest of so many words of the hub to this radio."""
    answer: wire.FloorDown = (await radio.hear(Down.FLOOR_CONTROL, wire.FloorDown, answers))[-1]
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


async def test_radio_that_asks_while_another_speaks_waits_and_speaks_in_the_moment_of_the_release(
    hub: Hub, told: Told
) -> None:
    """P-6.7."""
    async with (
        radio_on_line(hub, "R15") as first,
        radio_on_line(hub, "R16") as second,
        radio_on_line(hub, "R17") as third,
    ):
        grant = await granted(first, "all")
        assert place(await pressed(second, "all", "r1")) == ("r1", 1, 1)
        assert place(await pressed(third, "all", "r2")) == ("r2", 2, 2)
        await release(first, grant)
        (*_, free) = await second.hear(Down.FLOOR_CONTROL, wire.FloorDown, 3)
        assert isinstance(free, wire.FloorGranted)
        assert free.request_id == "r1"
        assert place(await heard_last(third, 2)) == ("r2", 1, 1)
        await third.say(Up.FLOOR, wire.FloorCancel(stamp=third.stamp(), request_id="r2"))
        await release(second, free)
        await third.hear_group_floor("all", 4)
        assert hub.talk.bursts_under_way == 0, "who let go is not granted"


async def test_radio_that_is_no_member_is_denied(hub: Hub, told: Told) -> None:
    """P-6.7."""
    async with radio_on_line(hub, "R17") as radio:
        foreign = await pressed(radio, "kind-school", "r1")
        unknown = await pressed(radio, "nowhere", "r2", 2)
    assert [(denied.request_id, denied.reason) for denied in (foreign, unknown)] == [  # type: ignore[union-attr]
        ("r1", wire.DenyReason.NOT_A_MEMBER),
        ("r2", wire.DenyReason.UNKNOWN_GROUP),
    ]


async def test_dispatcher_takes_the_floor_from_a_guard_whose_voice_then_passes_no_more(hub: Hub, told: Told) -> None:
    """P-6.7, P-7.8."""
    refused = hub.refused.counts["no_floor"]
    async with radio_on_line(hub, "R25") as talker, radio_on_line(hub, "R26") as listener:
        grant = await granted(talker, "all")
        desk = Desk(hub, "1")
        desk.press("all")
        revoked = await heard_last(talker, 2)
        await talker.publish("qs/1/radio/R25/voice", packet(grant.burst_id, 0, last=True), qos=1)
        assert place(await pressed(talker, "all", "r2", 3)) == ("r2", 1, 1)
        desk.go()
        await listener.hear_group_floor("all", 5)
        assert relayed(listener, "all") == []
        await release(talker, (await talker.hear(Down.FLOOR_CONTROL, wire.FloorDown, 4))[3])
        await listener.hear_group_floor("all", 6)
    assert isinstance(revoked, wire.FloorRevoked)
    assert (revoked.burst_id, revoked.reason) == (grant.burst_id, wire.RevokeReason.PREEMPTED)
    assert hub.refused.counts["no_floor"] == refused, "what was under way is nobody's fault"


async def test_broadcast_is_answered_by_nobody_and_heard_as_one(hub: Hub, told: Told) -> None:
    """P-6.9."""
    async with radio_on_line(hub, "R27") as radio:
        desk = Desk(hub, "1")
        hub.talk.press(desk, "kind-hotel", "c", wire.CallKind.BROADCAST)
        taken = (await radio.hear_group_floor("kind-hotel", 1))[0]
        assert isinstance(taken, wire.FloorTaken)
        assert taken.call is wire.CallKind.BROADCAST
        desk.release(desk.of(out.Granted)[0])
        denied = await pressed(radio, "kind-hotel", "r1")
        desk.go()
        await release(radio, await granted_last(radio, "kind-hotel", "r2", 2))
        await radio.hear_group_floor("kind-hotel", 4)
    assert isinstance(denied, wire.FloorDenied)
    assert denied.reason is wire.DenyReason.BROADCAST
    assert 0 < (denied.retry_in_s or 0) <= HANG_TIME_S


async def test_key_that_is_stuck_is_told_of_and_denied_until_it_is_let_go(
    hub: Hub, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P-6.10."""
    monkeypatch.setattr("hub.talk.stuck.STUCK_AFTER_S", 0.1)
    async with radio_on_line(hub, "R28") as radio:
        grant = await granted(radio, "all")
        desk = Desk(hub, "1")
        desk.press("all")
        await heard_last(radio, 2)
        for sequence in range(8):
            spoken_at = voice.MEDIA_CLOCK_HZ + sequence * voice.MEDIA_TICKS_PER_FRAME
            await radio.publish("qs/1/radio/R28/voice", packet(grant.burst_id, sequence, media_time=spoken_at))
            await asyncio.sleep(0.02)
        (stuck,) = await told.wait(EventKind.RADIO_KEY_STUCK, "R28")
        denied = await pressed(radio, "all", "r2", 3)
        await radio.say(Up.FLOOR, wire.FloorRelease(stamp=radio.stamp(), burst_id=grant.burst_id))
        assert place(await pressed(radio, "all", "r3", 4)) == ("r3", 1, 1)
        await radio.say(Up.FLOOR, wire.FloorCancel(stamp=radio.stamp(), request_id="r3"))
        await until(lambda: hub.talk._floors.by_group["all"].waiting == (), "nobody waits")
        desk.go()
        await radio.hear_group_floor("all", 4)
    assert (stuck["radio_name"], stuck["group_id"], stuck["burst_id"]) == ("对讲机28", "all", grant.burst_id)
    assert isinstance(denied, wire.FloorDenied)
    assert denied.reason is wire.DenyReason.KEY_STUCK
    assert 59 < (denied.retry_in_s or 0) <= 60


async def test_talker_is_warned_10_seconds_before_the_limit(
    hub: Hub, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P-6.11."""
    monkeypatch.setattr(hub.talk._floors, "_limit_s", 10.2)
    monkeypatch.setattr(hub.talk._floors, "by_group", {})
    async with radio_on_line(hub, "R30") as radio:
        grant = await granted(radio, "kind-school")
        warning = await heard_last(radio, 2)
        await release(radio, grant)
        await radio.hear_group_floor("kind-school", 2)
    assert isinstance(warning, wire.FloorWarning)
    assert (warning.burst_id, round(warning.seconds_left)) == (grant.burst_id, 10)


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

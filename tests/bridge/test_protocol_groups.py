"""The clauses of docs/protocol.md on the groups that a radio belongs to, and on late entry, on both brokers."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from devices.protocol import messages as wire
from devices.protocol import topics, voice
from devices.protocol.groups import FloorControl, TalkGroups
from devices.protocol.topics import DeviceKind, Down, Up, private_group
from hub.app import Hub
from hub.registry.records import VenueKind
from hub.talk import messages as out
from hub.talk.groups import NewGroup, TemporaryGroup
from tests.devices.room import packet, until
from tests.hub import Told, community, open_hub
from tests.played import HandDevice, Person, radio_on_line, real_radio
from tests.talk.desk import Desk

pytestmark = pytest.mark.asyncio(loop_scope="module")


def groups_told(radio: HandDevice) -> list[tuple[set[str], set[str]]]:
    """Standing and temporary groups, as the hub named them each time."""
    told = radio.said_to_me(Down.GROUPS, TalkGroups)
    return [({one.group_id for one in groups.standing}, {one.group_id for one in groups.temporary}) for groups in told]


def floor_words(radio: HandDevice) -> list[FloorControl]:
    return radio.said_to_me(Down.FLOOR_CONTROL, FloorControl)


def heard(radio: HandDevice) -> list[int]:
    """Sequence numbers of the voice packets that came on the radio's own topic."""
    own = topics.down(DeviceKind.RADIO, radio.device_id, Down.VOICE)
    return [voice.decode(bytes(m.payload)).sequence for m in radio.heard if m.topic.value == own]


async def open_group(hub: Hub, *radio_ids: str) -> TemporaryGroup:
    return await hub.talk_groups.open_group(NewGroup(name="走失儿童", radio_ids=radio_ids), radio_ids, "officer")


async def test_radio_is_told_its_groups_with_its_birth_and_when_they_change(hub: Hub, told: Told) -> None:
    """P-6.12."""
    async with radio_on_line(hub, "R29") as radio, radio_on_line(hub, "R27") as other:
        await until(lambda: len(groups_told(radio)) == len(groups_told(other)) == 1, "both are told")
        await radio.be_born(2)
        await until(lambda: len(groups_told(radio)) == 2, "it is told with each birth")
        found = community(30)
        moved = [
            msgspec.structs.replace(one, kind=VenueKind.PROPERTY) if one.venue_id == "V29" else one
            for one in found.venues
        ]
        await hub.registry.import_community(msgspec.structs.replace(found, venues=tuple(moved)))
        await until(lambda: len(groups_told(radio)) == 3, "it is told of the change")
        assert len(groups_told(other)) == 1, "nothing changed for the other"
    at_first = ({"all", "kind-hotel", "grid-G2"}, set[str]())
    assert groups_told(radio) == [at_first, at_first, ({"all", "kind-property", "grid-G2"}, set())]


async def test_real_radio_hears_a_group_from_the_moment_it_belongs_to_it_and_no_more_when_it_leaves(
    hub: Hub, told: Told
) -> None:
    """P-6.12."""
    guard, desk = Person(), Desk(hub, "mover")
    found = community(30)
    home = hub.registry.venues["V28"]
    async with real_radio(hub, "R28", guard) as radio:
        for kind in (VenueKind.ENTERTAINMENT, VenueKind.SCHOOL):
            venue = msgspec.structs.replace(home, kind=kind)
            await hub.registry.import_community(
                msgspec.structs.replace(found, venues=tuple(venue if one == home else one for one in found.venues))
            )
            await until(lambda name=f"kind-{kind.value}": name in radio.groups.ids, "it is told")  # type: ignore[misc]
            await said_to(hub, desk, guard, f"kind-{kind.value}")
        before = len(guard.packets)
        grant = desk.press("kind-entertainment")
        hub.talk.speak(desk.talker_id, packet(grant.burst_id, 0, last=True))
        await said_to(hub, desk, guard, "kind-school")
        assert grant.burst_id not in {one.burst_id for one in guard.packets[before:]}
    desk.go()


async def said_to(hub: Hub, desk: Desk, guard: Person, group_id: str) -> None:
    """Speak to a group until the guard hears it: the subscription takes effect when the broker has read it."""
    grant = desk.press(group_id)
    sequence = 0

    def heard_yet() -> bool:
        nonlocal sequence
        hub.talk.speak(desk.talker_id, packet(grant.burst_id, sequence))
        sequence += 1
        return any(one.burst_id == grant.burst_id for one in guard.packets)

    await until(heard_yet, f"the guard hears {group_id}")
    desk.release(grant)


async def test_private_call_is_heard_by_that_radio_alone_which_answers_in_its_group(hub: Hub, told: Told) -> None:
    """P-6.13."""
    group_id = private_group("R03")
    caller, colleague = Desk(hub, "caller"), Desk(hub, "colleague")
    async with radio_on_line(hub, "R03") as radio, radio_on_line(hub, "R04") as other:
        grant = caller.press(group_id)
        hub.talk.speak(caller.talker_id, packet(grant.burst_id, 0))
        hub.talk.speak(caller.talker_id, packet(grant.burst_id, 1, last=True))
        await until(lambda: heard(radio) == [0, 1], "the radio hears it")
        await until(lambda: len(floor_words(radio)) == 2, "and is told of it")
        await radio.say(Up.FLOOR, wire.FloorRequest(stamp=radio.stamp(), group_id=group_id, request_id="r"))
        await until(lambda: len(floor_words(radio)) == 4, "it is granted the floor, and told that it has it")
        taken, idle, granted, own = floor_words(radio)
        assert isinstance(taken, wire.FloorTaken)
        assert isinstance(granted, wire.FloorGranted)
        assert isinstance(own, wire.FloorTaken)
        assert isinstance(idle, wire.FloorIdle)
        assert (taken.group_id, taken.burst_id, idle.burst_id) == (group_id, grant.burst_id, grant.burst_id)
        assert (granted.call_id, own.talker_id) == (grant.call_id, "R03")
        await radio.publish("qs/1/radio/R03/voice", packet(granted.burst_id, 0, last=True), qos=0)
        await until(
            lambda: [one.burst_id for one in caller.packets] == [granted.burst_id], "the caller hears the answer"
        )
        assert colleague.packets == [], "who did not take part hears it by listening to it"
        assert [one.rings for one in colleague.of(out.Taken)] == [False, False]
        await other.say(Up.FLOOR, wire.FloorRequest(stamp=other.stamp(), group_id=group_id, request_id="r"))
        denied = (await other.hear(Down.FLOOR_CONTROL, FloorControl))[0]
        assert (denied.request_id, denied.reason) == ("r", wire.DenyReason.NOT_A_MEMBER)
        assert heard(other) == []
        assert heard(radio) == [0, 1], "nobody hears their own voice"
    caller.go()
    colleague.go()


async def test_somebody_elses_private_topics_are_closed_by_the_brokers_access_list(tmp_path: Path) -> None:
    """P-6.13; the embedded broker has no access list, and serves its own machine alone."""
    async with (
        open_hub(tmp_path, "managed", venues=6) as hub,
        radio_on_line(hub, "R05") as radio,
        radio_on_line(hub, "R06") as curious,
    ):
        desk = Desk(hub, "near")
        assert curious._client is not None
        await curious._client.subscribe("qs/1/radio/R05/#")
        grant = desk.press(private_group("R05"))
        hub.talk.speak(desk.talker_id, packet(grant.burst_id, 0, last=True))
        await until(lambda: heard(radio) == [0] and len(floor_words(radio)) == 2, "the radio hears it")
        await curious.say(Up.FLOOR, wire.FloorRequest(stamp=curious.stamp(), group_id="x", request_id="r"))
        await curious.hear(Down.FLOOR_CONTROL, FloorControl)
        assert not [m for m in curious.heard if m.topic.value.startswith("qs/1/radio/R05/")]
        desk.go()


async def test_temporary_group_is_heard_and_answered_by_its_radios_alone_until_it_is_closed(
    hub: Hub, told: Told
) -> None:
    """P-6.14."""
    desk = Desk(hub, "opener")
    async with radio_on_line(hub, "R07") as one, radio_on_line(hub, "R08") as two, radio_on_line(hub, "R09") as other:
        group = await open_group(hub, "R07", "R08")
        await until(lambda: len(groups_told(one)) == len(groups_told(two)) == 2, "its radios are told")
        assert groups_told(one)[-1][1] == {group.group_id}
        await one.say(Up.FLOOR, wire.FloorRequest(stamp=one.stamp(), group_id=group.group_id, request_id="r"))
        granted = (await one.hear(Down.FLOOR_CONTROL, FloorControl, 2))[0]
        assert isinstance(granted, wire.FloorGranted)
        await one.publish("qs/1/radio/R07/voice", packet(granted.burst_id, 0), qos=0)
        await until(lambda: heard(two) == [0], "the others of the group hear it")
        desk.group_ids = frozenset({group.group_id})
        await one.publish("qs/1/radio/R07/voice", packet(granted.burst_id, 1), qos=0)
        await until(lambda: len(desk.packets) == 1, "who listens hears it")
        await other.say(Up.FLOOR, wire.FloorRequest(stamp=other.stamp(), group_id=group.group_id, request_id="r"))
        assert (await other.hear(Down.FLOOR_CONTROL, FloorControl))[0].reason is wire.DenyReason.NOT_A_MEMBER
        await hub.talk_groups.close_group(group.group_id, "officer")
        revoked, idle = (await one.hear(Down.FLOOR_CONTROL, FloorControl, 4))[2:]
        assert (revoked.reason, idle.burst_id) == (wire.RevokeReason.CLOSED, granted.burst_id)
        await one.say(Up.FLOOR, wire.FloorRequest(stamp=one.stamp(), group_id=group.group_id, request_id="r2"))
        assert (await one.hear(Down.FLOOR_CONTROL, FloorControl, 5))[4].reason is wire.DenyReason.UNKNOWN_GROUP
        await until(lambda: groups_told(two)[-1][1] == set(), "its radios are told that it is no more")
        late = wire.BurstHeard(
            stamp=two.stamp(), burst_id=granted.burst_id, packets=2, lost=0, stale=0, late_us=0, ended=True
        )
        await two.say(Up.HEARD, late)
        reach = hub.talk._reach.of(granted.burst_id)
        assert reach is not None
        await until(lambda: "R08" in reach.hearing, "what it heard counts though the group is closed")
        assert heard(one) == heard(other) == []
        assert len(groups_told(other)) == 1
    desk.go()


async def test_radio_that_comes_in_the_middle_of_a_call_is_told_of_it_and_hears_it(hub: Hub, told: Told) -> None:
    """P-6.15, P-7.5."""
    desk = Desk(hub, "speaker")
    group = await open_group(hub, "R10", "R11")
    for group_id in ("grid-G1", group.group_id):
        guard = Person()
        grant = desk.press(group_id)
        hub.talk.speak(desk.talker_id, packet(grant.burst_id, 0))
        async with real_radio(hub, "R10", guard):
            sequence = 1

            def spoke_and_heard(guard: Person = guard, burst_id: int = grant.burst_id) -> bool:
                nonlocal sequence
                hub.talk.speak(desk.talker_id, packet(burst_id, sequence))
                sequence += 1
                return len(guard.packets) >= 3

            await until(spoke_and_heard, "it hears the call that is under way")
            await until(lambda guard=guard: bool(guard.taken), "it is told who speaks")  # type: ignore[misc]
            assert [(one.group_id, one.burst_id) for one in guard.taken] == [(group_id, grant.burst_id)]
            assert {one.burst_id for one in guard.packets} == {grant.burst_id}
            sequences = [one.sequence for one in guard.packets]
            assert sequences == list(range(sequences[0], sequences[0] + len(sequences))), "nothing twice, no gap"
        desk.release(grant)
    await hub.talk_groups.close_group(group.group_id, "officer")
    desk.go()


async def test_radio_whose_line_breaks_in_the_middle_of_a_call_hears_it_again(hub: Hub, told: Told) -> None:
    """P-6.15, P-7.9."""
    desk, guard = Desk(hub, "steady"), Person()
    async with real_radio(hub, "R12", guard) as radio:
        grant = desk.press("grid-G1")
        sequence = 0

        def spoke_and_heard(count: int) -> bool:
            nonlocal sequence
            hub.talk.speak(desk.talker_id, packet(grant.burst_id, sequence))
            sequence += 1
            return len(guard.packets) >= count

        await until(lambda: spoke_and_heard(1) and len(guard.taken) == 1, "it hears, and is told who speaks")
        assert radio.link._connection is not None
        radio.link._connection.drop()
        await until(lambda: not radio.link.connected, "its line is cut")
        before = len(guard.packets)
        await until(lambda: spoke_and_heard(before + 3), "it hears the same call again")
        assert {one.burst_id for one in guard.packets} == {grant.burst_id}
        await until(lambda: len(guard.taken) == 2, "it is told anew who speaks")
        reach = hub.talk._reach.of(grant.burst_id)
        assert reach is not None
        await until(lambda: "R12" in reach.hearing, "the hub knows that it hears")
        sequences = [one.sequence for one in guard.packets]
        assert sequences == sorted(set(sequences)), "nothing twice"
        desk.release(grant)
    desk.go()

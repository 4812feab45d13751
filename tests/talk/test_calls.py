"""Private calls and reach as consoles of different people are told of them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from devices.protocol import messages as wire
from devices.protocol.groups import FloorControl
from devices.protocol.topics import Down, Up
from hub.access.people import COMMUNITY, Place, PlaceKind, Role
from hub.app import Hub
from hub.events.messages import EventKind
from hub.storage.writer import StorageOverloaded
from hub.talk import messages as out
from tests.devices.room import BROKERS, packet, until
from tests.hub import Told, open_hub
from tests.played import HandDevice, radio_on_line
from tests.talk.desk import Desk

pytestmark = pytest.mark.asyncio(loop_scope="module")
GRID_1 = Place(kind=PlaceKind.GRID, place_id="G1")
GRID_2 = Place(kind=PlaceKind.GRID, place_id="G2")
VENUE_1 = Place(kind=PlaceKind.VENUE, place_id="V01")


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=BROKERS)
async def hub(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    """V01 and V02 are in grid G1, V03 and V04 in G2."""
    async with open_hub(tmp_path_factory.mktemp("hub"), request.param) as opened:
        yield opened


async def speaks(hub: Hub, radio: HandDevice, group_id: str) -> wire.FloorGranted:
    """The radio presses push-to-talk and says one packet."""
    await radio.say(Up.FLOOR, wire.FloorRequest(stamp=radio.stamp(), group_id=group_id, request_id="r"))

    def grants() -> list[wire.FloorGranted]:
        words = radio.said_to_me(Down.FLOOR_CONTROL, FloorControl)
        return [one for one in words if isinstance(one, wire.FloorGranted)]

    await until(lambda: len(grants()) > 0, f"{radio.device_id} is granted the floor")
    await radio.publish(f"qs/1/radio/{radio.device_id}/voice", packet(grants()[-1].burst_id, 0), qos=1)
    return grants()[-1]


async def test_radio_that_calls_the_police_room_rings_at_every_console_that_may_call_its_venue(hub: Hub) -> None:
    officer, of_grid = Desk(hub, "officer", Role.OFFICER), Desk(hub, "grid-1", Role.DISPATCHER, (GRID_1,))
    elsewhere = Desk(hub, "grid-2", Role.DISPATCHER, (GRID_2,))
    colleague = Desk(hub, "guard", Role.GUARD, (VENUE_1,))
    async with radio_on_line(hub, "R01") as radio:
        grant = await speaks(hub, radio, "private.R01")
        await until(lambda: bool(officer.packets), "the police room hears it")
        await radio.say(Up.FLOOR, wire.FloorRelease(stamp=radio.stamp(), burst_id=grant.burst_id))
        await officer.wait(out.Idle)
    assert [one.burst_id for desk in (officer, of_grid) for one in desk.packets] == [grant.burst_id] * 2
    assert [(one.group_id, one.rings) for one in officer.of(out.Taken)] == [("private.R01", True)]
    assert officer.group_ids == frozenset(), "nobody had to listen to it"
    for desk in (officer, of_grid):
        assert await desk.heard_calls() == [("private.R01", grant.call_id)], "who heard it is in the audit log"
    for stranger in (elsewhere, colleague):
        assert (stranger.told, stranger.packets) == ([], []), "a call with the police room concerns nobody else"
    for desk in (officer, of_grid, elsewhere, colleague):
        desk.go()


async def test_guard_with_a_phone_neither_calls_nor_hears_a_radio_in_private(hub: Hub) -> None:
    guard = Desk(hub, "phone", Role.GUARD, (VENUE_1,))
    hub.talk.press(guard, "private.R01", "r")
    hub.talk.tune(guard, frozenset({"private.R01"}))
    hub.talk.press(guard, "private.R99", "r2")
    assert [(one.group_id, one.reason) for one in guard.of(out.Denied)] == [
        ("private.R01", wire.DenyReason.NOT_ALLOWED),
        ("private.R01", wire.DenyReason.NOT_ALLOWED),
        ("private.R99", wire.DenyReason.UNKNOWN_GROUP),
    ]
    guard.go()


async def test_console_that_listens_to_a_private_group_hears_both_sides_of_somebody_elses_call(hub: Hub) -> None:
    caller, supervisor = Desk(hub, "caller"), Desk(hub, "supervisor", Role.CHIEF)
    hub.talk.tune(supervisor, frozenset({"private.R02"}))
    await until(lambda: supervisor.group_ids == {"private.R02"}, "it is written down that the chief listens")
    async with radio_on_line(hub, "R02") as radio:
        asked = caller.press("private.R02")
        hub.talk.speak(caller.talker_id, packet(asked.burst_id, 0, last=True))
        answered = await speaks(hub, radio, "private.R02")
        await until(lambda: bool(caller.packets), "the caller hears the answer")
    assert [one.burst_id for one in supervisor.packets] == [asked.burst_id, answered.burst_id]
    assert [one.burst_id for one in caller.packets] == [answered.burst_id]
    heard = {group_id for desk in (caller, supervisor) for group_id, _ in await desk.heard_calls()}
    assert "private.R02" not in heard, "one spoke in it, the other listens"
    caller.go()
    supervisor.go()


def missed(desk: Desk, burst_id: int) -> list[set[str]]:
    """Which radios were said not to hear a burst, each time the desk was told."""
    return [{one.radio_id for one in word.missed} for word in desk.of(out.HeardBy) if word.burst_id == burst_id]


async def test_consoles_are_told_which_of_their_radios_do_not_hear_and_since_when(hub: Hub) -> None:
    told = Told(hub)
    room, guard = Desk(hub, "room", places=(COMMUNITY,)), Desk(hub, "post", Role.GUARD, (VENUE_1,))
    async with radio_on_line(hub, "R01") as one, radio_on_line(hub, "R03"):
        grant = room.press("all")
        hub.talk.speak(room.talker_id, packet(grant.burst_id, 0))
        heard = wire.BurstHeard(
            stamp=one.stamp(), burst_id=grant.burst_id, packets=1, lost=0, stale=0, late_us=0, ended=False
        )
        await one.say(Up.HEARD, heard)
        await until(lambda: missed(room, grant.burst_id)[-1:] == [{"R02", "R03", "R04"}], "R03 is late with its word")
        hub.talk.speak(room.talker_id, packet(grant.burst_id, 1, last=True))
        await told.wait(EventKind.BURST_ENDED, "all")
        online = hub.radios.online_in("all")
        await one.say(Up.HEARD, msgspec.structs.replace(heard, stamp=one.stamp(), lost=2, stale=3, ended=True))
        await until(lambda: hub.talk.packets_stale > 0, "what the radio missed is counted")
    words = [word for word in room.of(out.HeardBy) if word.burst_id == grant.burst_id]
    assert [(word.radios_hearing, word.radios_online, word.ended) for word in words][-1] == (1, online, True)
    assert (hub.talk.packets_lost, hub.talk.packets_stale) == (2, 3)
    assert len(words) <= 5, "told when something changed, and once at the end"
    at_ms = {one.radio_id: one.heard_at_ms for one in words[-1].missed}
    assert (at_ms["R04"], at_ms["R03"] is None) == (None, False), "R03 was heard from, R04 never"
    assert missed(guard, grant.burst_id)[-1] == set(), "the other radios are not the guard's"
    (ended,) = told.of(EventKind.BURST_ENDED, "all")
    assert (ended["radios_reached"], ended["radios_missed"]) == (1, ["R02", "R03", "R04"])
    assert [one["radios_missed"] for one in told.of(EventKind.BURST_STARTED, "all")] == [[]]
    room.go()
    guard.go()


def rings(desk: Desk, group_id: str) -> list[bool]:
    """Whether each burst of a group that the desk was told of rings there."""
    return [one.rings for one in desk.of(out.Taken) if one.group_id == group_id]


def over(desk: Desk) -> list[int]:
    """The bursts that the desk was told are over."""
    return [one.burst_id for one in desk.of(out.Idle)]


async def test_guard_whose_dispatcher_goes_in_the_middle_of_his_answer_rings_and_the_dispatcher_who_is_back_hears_it(
    hub: Hub,
) -> None:
    caller, colleague = Desk(hub, "before"), Desk(hub, "by")
    async with radio_on_line(hub, "R03") as radio:
        asked = caller.press("private.R03")
        hub.talk.speak(caller.talker_id, packet(asked.burst_id, 0, last=True))
        answered = await speaks(hub, radio, "private.R03")
        await until(lambda: bool(caller.packets), "the caller hears the answer")
        assert (colleague.packets, rings(colleague, "private.R03")) == ([], [False, False])
        caller.go()
        assert rings(colleague, "private.R03") == [False, False, True]
        back = Desk(hub, "after")
        assert rings(back, "private.R03") == [True]
        await radio.publish("qs/1/radio/R03/voice", packet(answered.burst_id, 1), qos=1)
        await until(lambda: bool(back.packets and colleague.packets), "who is there hears the rest")
        await radio.say(Up.FLOOR, wire.FloorRelease(stamp=radio.stamp(), burst_id=answered.burst_id))
        await until(lambda: answered.burst_id in over(back), "the answer is over")
    colleague.go()
    back.go()


async def test_console_that_comes_in_the_middle_is_told_who_speaks_and_who_called_in_vain(hub: Hub) -> None:
    desk = Desk(hub, "there", Role.OFFICER)
    async with radio_on_line(hub, "R04") as radio:
        called = await speaks(hub, radio, "private.R04")
        await radio.say(Up.FLOOR, wire.FloorRelease(stamp=radio.stamp(), burst_id=called.burst_id))
        await until(lambda: called.burst_id in over(desk), "nobody answered")
        spoken = desk.press("kind-school")
        comes, elsewhere = Desk(hub, "comes", Role.OFFICER), Desk(hub, "g1", Role.DISPATCHER, (GRID_1,))
        assert (rings(comes, "private.R04"), rings(comes, "kind-school")) == ([True], [False])
        assert called.burst_id in over(comes), "it rings until its hang time is over"
        assert [one.burst_id for one in comes.of(out.HeardBy)] == [spoken.burst_id]
        assert (rings(elsewhere, "private.R04"), rings(elsewhere, "kind-school")) == ([], [False])
        desk.release(spoken)
        comes.press("private.R04")
        last = Desk(hub, "last", Role.OFFICER)
        assert rings(last, "private.R04") == [False], "somebody answers it"
    for one in (desk, comes, elsewhere, last):
        one.go()


async def test_word_of_a_radio_that_is_of_another_group_or_speaks_itself_counts_for_nothing(hub: Hub) -> None:
    desk = Desk(hub, "counts")
    async with (
        radio_on_line(hub, "R01") as talker,
        radio_on_line(hub, "R02") as listener,
        radio_on_line(hub, "R03") as stranger,
    ):
        burst_id = (await speaks(hub, talker, "grid-G1")).burst_id
        lost = hub.talk.packets_lost

        async def all_say(*, ended: bool) -> None:
            for radio in (stranger, talker, listener):
                word = wire.BurstHeard(
                    stamp=radio.stamp(), burst_id=burst_id, packets=1, lost=1, stale=0, late_us=0, ended=ended
                )
                await radio.say(Up.HEARD, word)

        await all_say(ended=False)
        await until(lambda: any(one.radios_hearing > 0 for one in desk.of(out.HeardBy)), "the listener hears")
        assert max(one.radios_hearing for one in desk.of(out.HeardBy)) == 1
        await all_say(ended=True)
        await until(lambda: hub.talk.packets_lost > lost, "what the listener missed is counted")
        assert hub.talk.packets_lost == lost + 1
    desk.go()


async def test_who_was_locked_out_in_one_group_is_denied_and_cut_off_in_another(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(hub, "dodger", Role.CHIEF)
    monkeypatch.setattr(hub.talk._floors, "by_group", {})
    monkeypatch.setattr(hub.talk._floors, "_limit_s", 0.3)
    desk.press("all")
    monkeypatch.setattr(hub.talk._floors, "_limit_s", 60.0)
    elsewhere = desk.press("kind-hotel")
    await desk.wait(out.Revoked, 2)
    assert {one.reason for one in desk.of(out.Revoked)} == {wire.RevokeReason.TOO_LONG}
    assert hub.talk.bursts_under_way == 0
    hub.talk.press(desk, "kind-school", "again")
    (denied,) = desk.of(out.Denied)
    assert (denied.reason, 2 < (denied.retry_in_s or 0) <= 3) == (wire.DenyReason.LOCKED_OUT, True), "it counts once"
    assert desk.of(out.Revoked)[1].burst_id == elsewhere.burst_id
    desk.go()
    back = Desk(hub, "dodger-anew", Role.CHIEF)
    hub.talk.press(back, "kind-school", "at-once")
    assert [one.reason for one in back.of(out.Denied)] == [wire.DenyReason.LOCKED_OUT], (
        "it is the person who is locked out"
    )
    back.go()


async def test_event_of_a_burst_that_is_not_written_is_logged(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuses(_change: object) -> None:
        raise StorageOverloaded("the disk is away")

    desk = Desk(hub, "room")
    monkeypatch.setattr(hub.database, "write", refuses)
    monkeypatch.setattr("hub.talk.bursts.SUM_UP_AFTER_S", 0.0)
    with capture_logs() as logs:
        grant = desk.press("kind-school")
        desk.release(grant)
        await hub.talk.settle()
    monkeypatch.undo()
    lost = [one for one in logs if one["event"] == "talk.event_not_written" and one["burst"] == grant.burst_id]
    assert [one["kind"] for one in lost] == ["burst.started", "burst.ended"]
    desk.go()

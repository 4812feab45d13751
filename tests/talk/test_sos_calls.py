"""Emergency calls on a real hub and broker: who hears them, who gives way, what is kept, who ends them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from msgspec.structs import replace

from devices.protocol import messages as wire
from devices.protocol.groups import FloorControl
from devices.protocol.sos import SosCancelAsked, SosRaised, SosState, SosTold
from devices.protocol.topics import Down, Up
from devices.radio.floor import FloorState
from hub.access.audit import Action
from hub.access.people import COMMUNITY, Place, PlaceKind, Role
from hub.access.tables import audit_records
from hub.app import Hub
from hub.events.messages import EventKind
from hub.talk import messages as out
from hub.talk.effects import Priority
from hub.talk.emergencies import MAX_WAITING_OF_RADIO
from hub.talk.sos_records import CloseSos, Finding
from tests.devices.room import packet, until
from tests.hub import Told, client_of, community, open_console, open_hub, sign_in
from tests.played import HandDevice, Person, radio_on_line, real_radio
from tests.talk.desk import Desk

pytestmark = pytest.mark.asyncio(loop_scope="module")
GRID_1, GRID_2 = (Place(kind=PlaceKind.GRID, place_id=grid_id) for grid_id in ("G1", "G2"))
"""V01 to V20, and V21 to V40."""
FALSE_ALARM = {"finding": "false_alarm", "note": " 误按 "}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    """On mosquitto, as police rooms have it; ``test_after_a_restart_…`` below is on the embedded broker."""
    async with open_hub(tmp_path_factory.mktemp("hub"), "managed", venues=40) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def console(hub: Hub) -> AsyncIterator[httpx.AsyncClient]:
    async with open_console(hub, Role.DISPATCHER) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="module")
async def told(hub: Hub) -> AsyncIterator[Told]:
    yield Told(hub)
    for sos in hub.emergencies.opened:
        await hub.emergencies.close(sos.sos_id, CloseSos(finding=Finding.TEST), "officer")
    for floor in hub.talk._floors.by_group.values():
        if floor.burst is not None:
            hub.talk.release(floor.burst.talker_id, floor.burst.burst_id)


class Held:
    """A microphone that stays open until it is let go."""

    frames_given = 0
    is_open = True

    def next_frame(self) -> bytes | None:
        self.frames_given += 1
        return b"\x08help" if self.is_open else None


class Guard(Person):
    """Who holds a real radio."""

    def __init__(self) -> None:
        super().__init__()
        self.sos: list[tuple[str, SosState]] = []
        self.floor_at_press: list[list[tuple[FloorState, str]]] = []

    def silence_changed(self, is_silent: bool) -> None:
        if is_silent:
            self.floor_at_press.append(list(self.floor))

    def sos_changed(self, sos_id: str, state: SosState) -> None:
        self.sos.append((sos_id, state))


def floor_words(radio: HandDevice) -> list[wire.FloorDown]:
    """What the radio was told of its own presses; who speaks besides is left out."""
    words = radio.said_to_me(Down.FLOOR_CONTROL, FloorControl)
    return [word for word in words if not isinstance(word, wire.FloorTaken | wire.FloorIdle)]


async def floor_word(radio: HandDevice, count: int) -> wire.FloorDown:
    """The ``count``-th word on the radio's own presses, once it has come."""
    await until(lambda: len(floor_words(radio)) >= count, f"{radio.device_id} was told of its press {count} times")
    return floor_words(radio)[count - 1]


async def raise_sos(radio: HandDevice, sos_id: str, message_id: str = "m1") -> wire.FloorDown:
    """Press the SOS key of a radio played by hand; the hub's first word on its floor."""
    before = len(floor_words(radio))
    await radio.say(Up.SOS, SosRaised(stamp=radio.stamp(), message_id=message_id, sos_id=sos_id))
    return await floor_word(radio, before + 1)


async def states(radio: HandDevice, count: int) -> list[SosState]:
    """What the radio was told of its SOS, once there are ``count`` words."""
    return [one.state for one in await radio.hear(Down.SOS, SosTold, count)]


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def test_guard_who_presses_is_heard_without_a_key_by_the_grid_and_by_every_console_that_may(
    hub: Hub, console: httpx.AsyncClient, told: Told, tmp_path: Path
) -> None:
    """P-11.1, P-11.2, P-11.5."""
    guard, mate, stranger, microphone = Guard(), Person(), Person(), Held()
    desk, elsewhere = Desk(hub, "untuned"), Desk(hub, "g2", Role.GRID_MEMBER, (GRID_2,))
    async with AsyncExitStack() as stack:
        radio, _, _ = [
            await stack.enter_async_context(real_radio(hub, radio_id, person, tmp_path / radio_id))
            for radio_id, person in (("R01", guard), ("R02", mate), ("R21", stranger))
        ]
        sos_id = radio.sos(microphone)
        assert guard.floor_at_press == [[]], "tones are off before the floor is asked for"
        await until(lambda: len(mate.packets) >= 3 and len(desk.packets) >= 3, "the grid and the police room hear")
        assert (desk.group_ids, elsewhere.packets, elsewhere.told) == (frozenset(), [], [])
        taken = desk.of(out.Taken)[0]
        assert (taken.call, taken.group_id, taken.rings) == (wire.CallKind.EMERGENCY, "grid-G1", True)
        assert mate.taken[0].call is wire.CallKind.EMERGENCY
        (raised,) = await told.wait(EventKind.SOS_RAISED, sos_id)
        assert (raised["state"], raised["venue_id"], raised["group_id"]) == ("open", "V01", "grid-G1")
        await until(lambda: guard.sos == [(sos_id, SosState.OPEN)], "the guard is told that police know")
        (alert,) = await told.wait(EventKind.ALERT_ISSUED)
        assert alert["text"].startswith(f"SOS：{raised['venue_name']}")
        to = sorted(one["radio_id"] for one in alert["deliveries"])
        assert (alert["severity"], to) == ("Extreme", [f"R{n:02}" for n in range(2, 21)]), "his own does not ring"
        assert (await console.get("/api/state")).json()["sos"] == [raised]
        microphone.is_open = False
        await until(lambda: guard.floor[-1][0] is FloorState.SILENT, "the microphone is closed")
        assert radio.sos(Held()) == sos_id, "the key again is the same SOS"
        await until(lambda: len(desk.of(out.Taken)) == 2, "and opens the microphone again")
        assert desk.of(out.Taken)[1].call is wire.CallKind.EMERGENCY
        assert await desk.heard_calls() == [("grid-G1", taken.call_id)], "who heard it is in the audit log, once a call"
        assert await elsewhere.heard_calls() == []
        assert stranger.packets == []
        assert len(told.of(EventKind.SOS_RAISED)) == 1
    desk.go()
    elsewhere.go()


async def test_microphone_is_closed_after_its_time_and_answers_are_heard_in_the_same_call(
    hub: Hub, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P-11.2."""
    monkeypatch.setattr("devices.radio.sos.MICROPHONE_OPEN_S", 0.3)
    guard, microphone, desk = Guard(), Held(), Desk(hub, "answers")
    async with real_radio(hub, "R03", guard) as radio:
        radio.sos(microphone)
        idle = await desk.wait(out.Idle)
        assert 14 <= microphone.frames_given <= 16
        grant = desk.press("grid-G1")
        assert (idle.group_id, grant.call_id) == ("grid-G1", desk.of(out.Taken)[0].call_id)
        hub.talk.speak(desk.talker_id, packet(grant.burst_id, 0))
        await until(lambda: len(guard.packets) == 1, "the guard hears the answer")
        burst = hub.talk._floors.by_group["grid-G1"].burst
        assert burst is not None and burst.priority is Priority.DISPATCHER
        radio.talking.press("grid-G1")
        await until(lambda: guard.floor[-1][0] is FloorState.TALKING, "who needs help takes the floor from the answer")
        assert [one.reason for one in desk.of(out.Revoked)] == [wire.RevokeReason.PREEMPTED]
        radio.talking.release()
    desk.go()


async def test_dispatcher_is_cut_short_and_a_second_sos_waits_behind_the_first(hub: Hub, told: Told) -> None:
    """P-11.2."""
    desk = Desk(hub, "speaks")
    async with radio_on_line(hub, "R04") as first, radio_on_line(hub, "R05") as second:
        desk.press("grid-G1")
        granted = await raise_sos(first, "one")
        assert isinstance(granted, wire.FloorGranted)
        assert (granted.request_id, granted.group_id) == ("one", "grid-G1")
        assert [one.reason for one in desk.of(out.Revoked)] == [wire.RevokeReason.PREEMPTED]
        queued = await raise_sos(second, "two")
        assert isinstance(queued, wire.FloorQueued)
        hub.talk.press(desk, "grid-G1", "after")
        assert desk.of(out.Queued)[-1].position == 2
        await told.wait(EventKind.SOS_RAISED, count=2)
        await first.say(Up.FLOOR, wire.FloorRelease(stamp=first.stamp(), burst_id=granted.burst_id))
        assert isinstance(await floor_word(second, 2), wire.FloorQueued), "of two who wait it is still the first"
        then = await floor_word(second, 3)
        assert isinstance(then, wire.FloorGranted) and then.request_id == "two"
    desk.go()


async def test_repeat_raises_once_and_is_confirmed_each_time(hub: Hub, told: Told) -> None:
    """P-11.1, P-11.3."""
    async with radio_on_line(hub, "R06") as radio:
        await raise_sos(radio, "same")
        await raise_sos(radio, "same")
        await radio.hear(Down.CONFIRM, wire.Confirm, 2)
        await raise_sos(radio, "pressed-anew", "m2")
        assert [one.sos_id for one in await radio.hear(Down.SOS, SosTold, 3)] == ["same"] * 3
        assert [sos.sos_id for sos in hub.emergencies.opened] == ["same"]
    async with radio_on_line(hub, "R07") as other:
        await other.say(Up.SOS, SosRaised(stamp=other.stamp(), message_id="m1", sos_id="same"))
        await told.refusal("R07", "malformed")
        assert len(told.of(EventKind.SOS_RAISED)) == 1


async def test_press_that_was_heard_and_is_said_again_takes_no_floor_from_who_answers(hub: Hub, told: Told) -> None:
    """P-11.3."""
    desk = Desk(hub, "answers-him")
    async with radio_on_line(hub, "R09") as radio:
        unheard = await raise_sos(radio, "said-again")
        assert isinstance(unheard, wire.FloorGranted)
        await radio.say(Up.FLOOR, wire.FloorRelease(stamp=radio.stamp(), burst_id=unheard.burst_id))
        await until(lambda: unheard.burst_id in [one.burst_id for one in desk.of(out.Idle)], "it was given back")
        granted = await raise_sos(radio, "said-again")
        assert isinstance(granted, wire.FloorGranted), "nobody has heard the guard yet"
        await radio.publish("qs/1/radio/R09/voice", packet(granted.burst_id, 0, last=True), qos=1)
        await radio.say(Up.FLOOR, wire.FloorRelease(stamp=radio.stamp(), burst_id=granted.burst_id))
        await until(lambda: granted.burst_id in [one.burst_id for one in desk.of(out.Idle)], "its microphone is closed")
        await radio.hear(Down.CONFIRM, wire.Confirm, 2)
        answer = desk.press("grid-G1")
        await radio.say(Up.SOS, SosRaised(stamp=radio.stamp(), message_id="m1", sos_id="said-again"))
        await radio.hear(Down.CONFIRM, wire.Confirm, 3)
        assert hub.talk._floors.by_group["grid-G1"].burst is not None and desk.of(out.Revoked) == []
        assert isinstance(await raise_sos(radio, "his-key-again", "m2"), wire.FloorGranted)
        assert [one.burst_id for one in desk.of(out.Revoked)] == [answer.burst_id], "who presses anew is heard"
    desk.go()


async def test_false_sos_stays_until_the_dispatcher_says_what_it_was(
    hub: Hub, console: httpx.AsyncClient, told: Told
) -> None:
    """P-11.4, P-11.5."""
    async with radio_on_line(hub, "R08") as radio:
        await raise_sos(radio, "false")
        await states(radio, 1)
        await radio.say(Up.SOS, SosCancelAsked(stamp=radio.stamp(), message_id="m2", sos_id="false"))
        await told.wait(EventKind.SOS_CANCEL_ASKED, "false")
        shown = (await console.get("/api/state")).json()["sos"]
        assert [(one["sos_id"], one["state"]) for one in shown] == [("false", "cancel_asked")]
        closed = await console.post("/api/talk/sos/false/close", json=FALSE_ALARM)
        assert (closed.status_code, closed.json()["state"], closed.json()["note"]) == (200, "closed", "误按")
        again = await console.post("/api/talk/sos/false/close", json={"finding": "real"})
        assert again.json() == closed.json(), "the first word stands"
        assert await states(radio, 3) == [SosState.OPEN, SosState.CANCEL_ASKED, SosState.CLOSED]
        assert len(told.of(EventKind.SOS_CLOSED)) == 1
        assert (await console.get("/api/state")).json()["sos"] == []
        await radio.say(Up.SOS, SosRaised(stamp=radio.stamp(), message_id="m1", sos_id="false"))
        assert (await states(radio, 4))[-1] is SosState.CLOSED, "a late repeat of what is closed raises nothing"
        assert hub.emergencies.opened == []
    records = hub.database.read_now(lambda connection: connection.execute(audit_records.select()).all())
    assert sum(row.action == Action.CLOSE_SOS and b'"false"' in row.detail for row in records) == 1


@pytest.mark.parametrize(
    ("radio_id", "role", "places", "status"),
    [
        ("R10", Role.OFFICER, (GRID_1,), 200),
        ("R11", Role.DISPATCHER, (COMMUNITY,), 200),
        ("R12", Role.DISPATCHER, (GRID_2,), 403),
        ("R13", Role.GRID_MEMBER, (GRID_1,), 403),
    ],
)
async def test_who_may_call_the_venue_closes_it(
    hub: Hub,
    console: httpx.AsyncClient,
    told: Told,
    radio_id: str,
    role: Role,
    places: tuple[Place, ...],
    status: int,
) -> None:
    sos_id = f"rights-{radio_id}"
    async with radio_on_line(hub, radio_id) as radio:
        await raise_sos(radio, sos_id)
        await states(radio, 1)
    async with client_of(console.base_url, await sign_in(hub, role, places)) as client:
        assert (await client.post(f"/api/talk/sos/{sos_id}/close", json=FALSE_ALARM)).status_code == status


@pytest.mark.parametrize(
    ("sos_id", "wish", "refused"),
    [
        ("nothing", FALSE_ALARM, (404, "unknown_sos")),
        ("nothing", {"finding": "perhaps"}, (422, "bad_field")),
        ("nothing", {"finding": "real", "note": "长" * 501}, (422, "bad_field")),
    ],
)
async def test_what_closes_none_is_refused_in_words(
    console: httpx.AsyncClient, told: Told, sos_id: str, wish: dict[str, Any], refused: tuple[int, str]
) -> None:
    assert code(await console.post(f"/api/talk/sos/{sos_id}/close", json=wish)) == refused


async def test_after_a_restart_it_rings_on_and_no_second_alert_is_issued(tmp_path: Path) -> None:
    """P-11.5."""
    async with open_hub(tmp_path) as first:
        told = Told(first)
        async with radio_on_line(first, "R01") as radio:
            await raise_sos(radio, "kept")
            await told.wait(EventKind.ALERT_ISSUED)
        before = first.emergencies.opened
    async with open_hub(tmp_path) as second:
        told = Told(second)
        assert second.emergencies.opened == before
        desk = Desk(second, "after")
        async with radio_on_line(second, "R01", birth_count=2) as radio:
            assert await states(radio, 1) == [SosState.OPEN]
            desk.press("grid-G1")
            request = wire.FloorRequest(stamp=radio.stamp(), group_id="grid-G1", request_id="r")
            await radio.say(Up.FLOOR, request)
            answer = await floor_word(radio, 1)
            assert isinstance(answer, wire.FloorGranted), "it has emergency priority still"
            assert desk.of(out.Taken)[-1].rings
        async with radio_on_line(second, "R02") as other:
            await raise_sos(other, "later")
            (issued,) = await told.wait(EventKind.ALERT_ISSUED)
        assert "场所2" in issued["text"], "the alert on the one before was looked at first, and not issued again"
        desk.go()


async def test_key_that_is_pressed_as_the_line_breaks_opens_the_microphone_on_the_next_one(
    hub: Hub, told: Told
) -> None:
    """P-11.3, P-11.4."""
    guard, desk, microphone = Guard(), Desk(hub, "waits"), Held()
    async with real_radio(hub, "R14", guard) as radio:
        assert radio.link._connection is not None
        radio.link._connection.drop()
        sos_id = radio.sos(microphone)
        await until(lambda: len(desk.packets) >= 3, "the police room hears")
        await until(lambda: guard.sos == [(sos_id, SosState.OPEN)], "and the guard knows that it does")
        radio.cancel_sos()
        await until(lambda: guard.sos[1:] == [(sos_id, SosState.CANCEL_ASKED)], "the wish to cancel has come")
        assert radio.talking.floor.state is FloorState.SILENT, "who cancels is heard no more"
        assert radio.sos(Held()) != sos_id
        await until(lambda: guard.sos[2:] == [(sos_id, SosState.OPEN)], "pressed again it is the same one, and open")

        await hub.emergencies.close(sos_id, CloseSos(finding=Finding.REAL), "officer")
        await until(lambda: guard.sos[3:] == [(sos_id, SosState.CLOSED)], "the guard is told that it is closed")
        radio.link._connection.drop()
        calls = len(desk.of(out.Taken))
        another = radio.sos(Held())
        await until(lambda: guard.sos[4:] == [(another, SosState.OPEN)], "the word on the one before changes nothing")
        assert (await desk.wait(out.Taken, calls + 1)).talker_id == "R14"
    desk.go()


async def test_word_on_an_earlier_sos_takes_nothing_from_the_one_that_is_open(hub: Hub, told: Told) -> None:
    """P-11.2."""
    desk = Desk(hub, "earlier")
    async with radio_on_line(hub, "R15") as radio:
        for sos_id in ("earlier", "now"):
            granted = await raise_sos(radio, sos_id, sos_id)
            assert isinstance(granted, wire.FloorGranted)
            await told.wait(EventKind.SOS_RAISED, sos_id)
            await radio.say(Up.FLOOR, wire.FloorRelease(stamp=radio.stamp(), burst_id=granted.burst_id))
            await desk.wait(out.Idle, 1 if sos_id == "earlier" else 2)
            await hub.emergencies.close("earlier", CloseSos(finding=Finding.REAL), "officer")
        desk.press("grid-G1")
        request = wire.FloorRequest(stamp=radio.stamp(), group_id="grid-G1", request_id="r")
        await radio.say(Up.FLOOR, request)
        assert isinstance(await floor_word(radio, 3), wire.FloorGranted), "who needs help has the floor"
    desk.go()


async def test_radio_that_floods_keeps_nobodys_microphone_closed(hub: Hub, told: Told) -> None:
    """P-11.2."""
    async with radio_on_line(hub, "R16") as flooding, radio_on_line(hub, "R17") as other:
        for n in range(1_000):
            word = SosCancelAsked(stamp=flooding.stamp(), message_id=f"m{n}", sos_id="none")
            hub.emergencies._take("R16", word)
        for radio, sos_id in ((other, "heard"), (flooding, "heard-too")):
            raised = SosRaised(stamp=radio.stamp(), message_id="raised", sos_id=sos_id)
            hub.emergencies._take(radio.device_id, raised)
        burst, (waiting,) = hub.talk._floors.by_group["grid-G1"].burst, hub.talk._floors.by_group["grid-G1"].waiting
        assert burst is not None
        assert (burst.talker_id, waiting.talker_id) == ("R17", "R16")
        hub.talk.cancel("R16", "heard-too")
        await told.wait(EventKind.SOS_RAISED, "heard")
        refusal = await told.refusal("R16", "overloaded")
        assert refusal["count"] == 1_001 - MAX_WAITING_OF_RADIO


async def test_press_after_the_venue_came_to_another_grid_is_heard_in_todays(hub: Hub, told: Told) -> None:
    """P-11.1."""
    before = community(40)
    moved = [replace(one, grid_id="G2") if one.venue_id == "V20" else one for one in before.venues]
    async with radio_on_line(hub, "R20") as radio:
        first = await raise_sos(radio, "moves")
        assert isinstance(first, wire.FloorGranted)
        await states(radio, 1)
        await radio.say(Up.FLOOR, wire.FloorRelease(stamp=radio.stamp(), burst_id=first.burst_id))
        await hub.registry.import_community(replace(before, venues=tuple(moved)))
        again = await raise_sos(radio, "again", "m2")
        assert isinstance(again, wire.FloorGranted)
        assert again.group_id == "grid-G2"
        told_last = (await radio.hear(Down.SOS, SosTold, 2))[-1]
        assert (told_last.sos_id, told_last.group_id) == ("moves", "grid-G2")
        assert [(sos.sos_id, sos.group_id) for sos in hub.emergencies.opened] == [("moves", "grid-G2")]
        await hub.registry.import_community(before)


async def test_press_that_is_said_again_after_its_sos_was_closed_raises_nothing(hub: Hub, told: Told) -> None:
    """P-11.4."""
    async with radio_on_line(hub, "R18") as radio:
        await raise_sos(radio, "one-call", "m1")
        await raise_sos(radio, "pressed-again", "m2")
        await states(radio, 2)
        await hub.emergencies.close("one-call", CloseSos(finding=Finding.REAL), "officer")
        pressed = SosRaised(stamp=radio.stamp(), message_id="m2", sos_id="pressed-again")
        await radio.say(Up.SOS, pressed)
        assert await states(radio, 4) == [SosState.OPEN, SosState.OPEN, SosState.CLOSED, SosState.CLOSED]
        assert hub.emergencies.opened == []

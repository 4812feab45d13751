"""Who sees what: a guard sees nothing of other venues in picture and events, and no gap where something is hidden."""

from __future__ import annotations

import ast
import asyncio
import inspect
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import msgspec
import pytest
import pytest_asyncio

from devices.protocol.messages import AlertStatus
from devices.protocol.sos import SosState
from devices.protocol.topics import DeviceKind
from hub.access.people import COMMUNITY, Place, PlaceKind, Role
from hub.alerts.lifetime import Lifetime
from hub.alerts.messages import AlertCancelled, DeliveryChanged, NewAlert, ReportMade, Target, TargetKind, Via
from hub.app import Hub, HubStarted
from hub.bridge.refused import RefusedDevice
from hub.casebook.messages import NewNote, Recording
from hub.cases.machine import CaseAction
from hub.cases.messages import Act, CloseCase, NewCase, WatchHit
from hub.console import view
from hub.console.view import view_of
from hub.enrolment.messages import DeviceEnrolled, DeviceRevoked
from hub.escalation.messages import StepDone, Stepped, Stopped
from hub.escalation.policy import Action
from hub.escalation.records import FIRST_POLICY
from hub.events.messages import EventKind, Item
from hub.fallback.messages import DoorKind, DoorStanding, DoorState, Tried
from hub.footage.exports.blurring import Blur
from hub.footage.exports.clip import Cut
from hub.footage.exports.messages import Export, ExportState
from hub.footage.keeping import ClockLeapt, CutShort, NoRoom
from hub.footage.segments.forecast import Forecast
from hub.found.messages import Found
from hub.mediation.messages import DisputeClass, Mediated, What
from hub.missing_child.machine import begun
from hub.missing_child.messages import NewMissingChild
from hub.registry.importing import VenueRows
from hub.registry.records import Camera, GroupKind, RadioView
from hub.response.limits import AskKind
from hub.response.machine import Phase
from hub.response.messages import AskTold
from hub.rollcall.readiness import line_of
from hub.rollcall.records import UnderWay
from hub.shifts.messages import HoursChanged, ShiftChanged
from hub.sightings.messages import Hit, Query, SightingSummary
from hub.storage.writer import Change
from hub.talk.groups import TemporaryGroup
from hub.talk.messages import BurstRecord, StuckKey
from hub.talk.recording.messages import BurstNotRecorded
from hub.talk.recording.writer import NotRecorded
from hub.talk.sos_records import Sos
from tests.hub import OFFICER, client_of, entrant, open_console, open_hub, sign_in, websocket

pytestmark = pytest.mark.asyncio(loop_scope="module")
GRID_1 = Place(kind=PlaceKind.GRID, place_id="G1")
VENUE_1 = Place(kind=PlaceKind.VENUE, place_id="V01")
CASE = NewCase(title="六岁女孩走失", purpose="寻找走失儿童")


@dataclass(frozen=True)
class Seer:
    """Somebody, and the venues whose things they are to see; all of them: None."""

    role: Role
    places: tuple[Place, ...]
    venues: frozenset[str] | None
    sees_cases: bool = False
    in_room: bool = False


GUARD = Seer(Role.GUARD, (VENUE_1,), frozenset({"V01"}))
SEERS = {
    "guard": GUARD,
    "grid member": Seer(Role.GRID_MEMBER, (GRID_1,), frozenset({"V01", "V02"})),
    "grid dispatcher": Seer(Role.DISPATCHER, (GRID_1,), frozenset({"V01", "V02"}), in_room=True),
    "administrator": Seer(Role.ADMINISTRATOR, (COMMUNITY,), None, in_room=True),
    "officer": Seer(Role.OFFICER, (COMMUNITY,), None, sees_cases=True, in_room=True),
}
pytest_seers = pytest.mark.parametrize("seer", SEERS.values(), ids=SEERS)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    """A community in which everything that is told has happened at each of four venues."""
    async with open_hub(tmp_path_factory.mktemp("hub")) as opened:
        venues = tuple(msgspec.structs.replace(one, phone="0859-5220") for one in opened.registry.venues.values())
        await opened.registry.import_venues(VenueRows(venues=venues, radios=(), errors=(), has_phones=True))
        for n in (2, 3, 4):
            await opened.vision.put_camera(Camera(camera_id=f"C0{n}", name=f"大门{n}", venue_id=f"V0{n}"))
        await opened.vision.put_camera(Camera(camera_id="C09", name="街口"))
        case = await opened.cases.open_case(CASE, OFFICER)
        for target in (Target(kind=TargetKind.ALL), *(venue(f"V0{n}") for n in (1, 2, 3, 4))):
            await opened.alerts.issue(NewAlert(text="请留意", target=target, case_id=case.case_id), "officer")
        for n in (1, 2, 3, 4):
            await tell(opened, n)
        await tell_of_case(opened, case.case_id)
        await tell_of_roll_call(opened)
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def console(hub: Hub) -> AsyncIterator[httpx.AsyncClient]:
    async with open_console(hub) as client:
        yield client


def venue(venue_id: str) -> Target:
    return Target(kind=TargetKind.VENUE, id=venue_id)


async def tell(hub: Hub, n: int) -> None:
    """Everything that can be told of venue ``n`` and what stands there."""
    radio, camera = hub.radios.view(f"R0{n}"), hub.vision.view(f"C0{n}")
    alert = (await hub.alerts.latest(frozenset({radio.venue_id})))[0]
    group_id = "grid-G1" if n <= 2 else "grid-G2"
    burst = BurstRecord(
        call_id=n, group_id=group_id, burst_id=n, talker_id=radio.radio_id, talker_name=radio.name, duration_s=None,
        radios_reached=0, radios_online=0,
    )  # fmt: skip
    temporary = TemporaryGroup(
        group_id=f"temporary.{n}", name="门口", kind=GroupKind.TEMPORARY, radio_ids=(radio.radio_id,), alert_id=None,
        radio_count=1, opened_by="officer", opened_at_ms=0, closes_at_ms=0, closed_by=None, closed_at_ms=None,
    )  # fmt: skip
    sos = Sos(
        sos_id=f"sos-{radio.radio_id}", radio_id=radio.radio_id, radio_name=radio.name, holder=None,
        venue_id=radio.venue_id, venue_name=radio.venue_id, group_id=group_id, state=SosState.OPEN, raised_at_ms=0,
    )  # fmt: skip
    found = Found(
        found_id=f"F-{radio.radio_id}", alert_id="A1", alert_text="x", status=AlertStatus.ACTUAL, issued_by="officer",
        venue_id=radio.venue_id, radio_id=radio.radio_id, via=Via.RADIO, by=None, name=None, text="", at_ms=0,
    )  # fmt: skip
    refused = RefusedDevice(device=radio.radio_id, topic="x", reason="malformed", detail="x", count=1)
    enrolled = DeviceEnrolled(device_id=radio.radio_id, kind=DeviceKind.RADIO, address="192.0.2.1", software="x")
    revoked = DeviceRevoked(device_id=camera.camera_id, kind=DeviceKind.CAMERA, by="local")
    grid_id = group_id.removeprefix("grid-")
    ask = AskTold(
        ask_id="H1", kind=AskKind.REPORT, grid_ids=(grid_id,), to_grids=n % 2 == 0, phase=Phase.WAITING, by="officer",
        text="楼上漏水", case_id="C1",
    )  # fmt: skip
    bodies: dict[EventKind, tuple[str, msgspec.Struct]] = {
        **dict.fromkeys(ASKS, (grid_id, ask)),
        EventKind.RADIO_ONLINE: (radio.radio_id, radio),
        EventKind.RADIO_OFFLINE: (radio.radio_id, radio),
        EventKind.RADIO_SIGNED_ON: (radio.radio_id, radio),
        EventKind.RADIO_SIGNED_OFF: (radio.radio_id, radio),
        EventKind.RADIO_KEY_STUCK: (
            radio.radio_id,
            StuckKey(radio_id=radio.radio_id, radio_name=radio.name, group_id=group_id, burst_id=n),
        ),
        EventKind.CAMERA_CHANGED: (camera.camera_id, camera),
        EventKind.CAMERA_REMOVED: (camera.camera_id, camera),
        EventKind.FALLBACK_TRIED: (
            alert.alert_id,
            Tried(alert_id="A1", venue_id=radio.venue_id, number=1, texted=True, outcome=None, at_ms=0),
        ),
        EventKind.FOOTAGE_CUT_SHORT: ("footage", CutShort(segments=1, kept_days=20.0, days_wanted=30)),
        EventKind.FOOTAGE_NO_ROOM: ("footage", NoRoom(excess_bytes=1, held_bytes=1)),
        EventKind.FOOTAGE_CLOCK_LEAPT: ("footage", ClockLeapt(ahead_s=7200, trusted_after_s=86_400)),
        EventKind.FOOTAGE_DISK_WARNING: (
            "footage",
            Forecast(bytes_per_day=1.0, room_bytes=1, days_wanted=30, full_in_days=9.0, days_short=12.0),
        ),
        EventKind.FALLBACK_DOOR: ("sip", DoorStanding(door=DoorKind.SIP, state=DoorState.DOWN, reason="x")),
        EventKind.DELIVERY_CHANGED: (
            alert.alert_id,
            DeliveryChanged(alert_id=alert.alert_id, deliveries=alert.deliveries),
        ),
        EventKind.REPORT_MADE: (
            radio.radio_id,
            ReportMade(radio_id=radio.radio_id, venue_id=radio.venue_id, alert_id=None, answer=None, text="好"),
        ),
        EventKind.ALERT_CANCELLED: (
            "A1",
            AlertCancelled(
                alert_id="A1",
                cancelled_at_ms=0,
                cancelled_by="officer",
                cancel_alert_id=None,
                venue_ids=(radio.venue_id,),
            ),
        ),
        EventKind.CHILD_FOUND: (found.found_id, found),
        EventKind.CHILD_CLOSED: (found.found_id, found),
        EventKind.ESCALATION_STEPPED: ("A1", Stepped(alert_id="A1", steps=(louder(radio),))),
        EventKind.ESCALATION_STOPPED: (
            "A1",
            Stopped(alert_id="A1", radio_ids=(radio.radio_id,), by="officer", at_ms=0),
        ),
        EventKind.ESCALATION_SET: ("0", FIRST_POLICY),
        EventKind.GROUP_OPENED: (temporary.group_id, temporary),
        EventKind.GROUP_CLOSED: (temporary.group_id, temporary),
        EventKind.SOS_RAISED: (sos.sos_id, sos),
        EventKind.SOS_CANCEL_ASKED: (sos.sos_id, sos),
        EventKind.SOS_CLOSED: (sos.sos_id, sos),
        EventKind.BURST_STARTED: (group_id, burst),
        EventKind.BURST_ENDED: (group_id, burst),
        EventKind.BURST_NOT_RECORDED: (
            group_id,
            BurstNotRecorded(burst_id=n, group_id=group_id, reason=NotRecorded.DISK),
        ),
        EventKind.VENUE_HOURS_CHANGED: (radio.venue_id, HoursChanged(venue_id=radio.venue_id, openings=())),
        EventKind.SHIFT_CHANGED: (f"guard{n}", ShiftChanged(person_id=f"guard{n}", shifts=())),
        EventKind.DEVICE_REFUSED: (radio.radio_id, refused),
        EventKind.DEVICE_ENROLLED: (radio.radio_id, enrolled),
        EventKind.DEVICE_REVOKED: (camera.camera_id, revoked),
        EventKind.HUB_STARTED: ("hub", HubStarted(version="1")),
    }

    def change(open_change: Change) -> None:
        for kind, (subject, body) in bodies.items():
            hub.events.append(open_change, kind, subject, body)

    await hub.database.write(change)


def louder(radio: RadioView) -> StepDone:
    return StepDone(
        radio_id=radio.radio_id, venue_id=radio.venue_id, action=Action.REPEAT_LOUDER, number=0, passed_over=None,
        asked_radio_id=None, asked_alert_id=None, person_ids=(), at_ms=0,
    )  # fmt: skip


async def tell_of_case(hub: Hub, case_id: str) -> None:
    """Everything that can be told of a case."""
    watch = await hub.cases.start_watch(case_id, Query(text="红上衣"), OFFICER)
    await hub.cases.search(case_id, Query(text="红上衣"), OFFICER)
    found = SightingSummary(
        sighting_id="S1", camera_id="C01", venue_id="V01", started_at_ms=0, ended_at_ms=0, ended=True, upper=(),
        lower=(), height_m=None, height_error_m=None, child=None,
    )  # fmt: skip
    hit = WatchHit(case_id=case_id, watch_id=watch.watch_id, hit=Hit(rank=1, score=1.0, sighting=found, parts=()))
    await hub.database.write(lambda change: note(hub, change, watch.watch_id, hit))
    await hub.database.write(lambda change: export_changed(hub, change, case_id))
    await hub.casebook.note(case_id, NewNote(text="母亲在接待室"), OFFICER)
    await hub.database.write(
        lambda change: hub.events.append(
            change, EventKind.CASE_RECORDING, case_id, Recording(case_id=case_id, burst_id=1, by="officer", name="民警")
        )
    )
    told = Mediated(case_id=case_id, what=What.CLASS_SET, by="officer", name="民警", dispute_class=DisputeClass.FAMILY)
    await hub.database.write(lambda change: hub.events.append(change, EventKind.CASE_MEDIATED, case_id, told))
    child = begun(case_id, NewMissingChild(), OFFICER, 0, None)
    await hub.database.write(lambda change: hub.events.append(change, EventKind.MISSING_CHILD_CHANGED, case_id, child))
    await hub.paths.mark(case_id, "S1", None, OFFICER)
    await hub.cases.end_watch(case_id, watch.watch_id, OFFICER)
    await hub.case_flow.act(case_id, Act(action=CaseAction.TAKE), OFFICER)
    await hub.cases.close_case(case_id, CloseCase(outcome="找到了"), OFFICER)


async def tell_of_roll_call(hub: Hub) -> None:
    """A roll-call of all radios: that it has begun, and how it ended."""
    (to_all,) = (alert for alert in await hub.alerts.latest() if alert.target.kind is TargetKind.ALL)
    lifetime = Lifetime.starting(hub.clock, 600)
    called = UnderWay("D1", to_all.alert_id, "2026-11-22", "hub", lifetime, closed_venue_ids=frozenset())
    radios = tuple(line_of(one, hub.radios.view(one.radio_id), "场所", False, 0) for one in to_all.deliveries)

    def change(open_change: Change) -> None:
        hub.events.append(open_change, EventKind.ROLL_CALL_BEGUN, "D1", called.told())
        hub.events.append(open_change, EventKind.ROLL_CALL_ENDED, "D1", called.listed(radios, open_change.at_us))

    await hub.database.write(change)


def note(hub: Hub, change: Change, watch_id: str, hit: WatchHit) -> None:
    hub.events.append(change, EventKind.WATCH_HIT, watch_id, hit)


def export_changed(hub: Hub, change: Change, case_id: str) -> None:
    export = Export(
        export_id="X1", case_id=case_id, camera_id="C01", camera_name="大门", from_ms=0, until_ms=1, cut=Cut.EXACT,
        blur=Blur.OTHERS, sought=(), reason="", asked_by="officer", asked_by_name="民警", asked_at_ms=0,
        state=ExportState.WAITING, progress=0.0, finished_at_ms=None, bytes=None, made=None, failure=None,
    )  # fmt: skip
    hub.events.append(change, EventKind.EXPORT_CHANGED, export.export_id, export)


OF_CASES = {
    kind for kind in EventKind if kind.split(".")[0] in ("case", "missing_child", "watch", "search", "export", "path")
}
FOR_THE_ROOM = {kind for kind in EventKind if kind.split(".")[0] == "device"}
FOR_THE_ROOM |= {EventKind.FALLBACK_TRIED, EventKind.CHILD_FOUND, EventKind.CHILD_CLOSED}
FOR_THE_ROOM |= {EventKind.RADIO_KEY_STUCK, EventKind.BURST_NOT_RECORDED, EventKind.ESCALATION_STOPPED}
OF_THE_HUB = {EventKind.HUB_STARTED, EventKind.ESCALATION_SET, EventKind.FALLBACK_DOOR}
OF_THE_HUB |= {EventKind.FOOTAGE_CUT_SHORT, EventKind.FOOTAGE_DISK_WARNING}
OF_THE_HUB |= {EventKind.FOOTAGE_NO_ROOM, EventKind.FOOTAGE_CLOCK_LEAPT}
ASKS = {kind for kind in EventKind if kind.split(".")[0] == "ask"}
BURSTS = {EventKind.BURST_STARTED, EventKind.BURST_ENDED, EventKind.BURST_NOT_RECORDED}
GROUPS = {"grid-G1": {"V01", "V02"}, "grid-G2": {"V03", "V04"}}


def venues_in(text: str) -> set[str]:
    """The venues that a text names, or whose radios, cameras and guards it does; V09 stands for no venue."""
    return {f"V0{n}" for n in re.findall(r"\b(?:[VRC]0|guard)(\d)\b", text)}


def is_for(seer: Seer, item: Item) -> bool:
    """Whether this person is to see the event, by docs/access.md."""
    kind, here = EventKind(item.kind), venues_in(f"{item.subject} {item.body.decode()}")
    if kind in OF_CASES:
        return seer.sees_cases
    if kind in OF_THE_HUB:
        return seer.in_room
    if kind is EventKind.ROLL_CALL_BEGUN:
        return True
    if kind is EventKind.SHIFT_CHANGED:
        return seer.in_room and seer.venues is None
    if kind in ASKS:
        is_told = seer.role is not Role.ADMINISTRATOR if seer.in_room else b'"to_grids":true' in item.body
        return is_told and (seer.venues is None or bool(GROUPS[f"grid-{item.subject}"] & seer.venues))
    if kind in BURSTS:
        here = GROUPS[item.subject]
    return (seer.in_room or kind not in FOR_THE_ROOM) and (seer.venues is None or bool(here & seer.venues))


def check(seer: Seer, kind: str, text: str) -> None:
    """Nothing in ``text`` is another venue's, but for who speaks in a group that one hears; nothing is of cases."""
    if seer.venues is not None and kind not in BURSTS:
        assert venues_in(text) <= seer.venues, text
    if not seer.in_room:
        assert '"phone":"' not in text, "a venue's number is for who may call it"
        assert kind not in ASKS or '"by":null' in text, "who answers is read by whom it concerns"
    if not seer.sees_cases:
        assert re.search(r'"case_id":"|"K[0-9A-Z]{8}', text) is None, text


async def test_everything_that_can_be_told_was_told(hub: Hub) -> None:
    assert {item.kind for item in await hub.events.since(0)} == set(EventKind)


async def test_no_kind_has_two_rules_of_which_the_last_would_win() -> None:
    (table,) = [node for node in ast.walk(ast.parse(inspect.getsource(view))) if isinstance(node, ast.Dict)]
    kinds = [ast.unparse(kind) for kind in table.keys if kind is not None]
    assert len(kinds) == len(set(kinds)) == len(view.RULES) == len(EventKind)


@pytest_seers
async def test_feed_holds_what_one_may_see_each_once_in_an_unbroken_chain(
    hub: Hub, console: httpx.AsyncClient, seer: Seer
) -> None:
    everything = await hub.events.since(0)
    due = [item.number for item in everything if is_for(seer, item)]
    async with client_of(console.base_url, await sign_in(hub, seer.role, seer.places)) as client:
        async with websocket(client, "/ws/events?since=0") as socket:
            items: list[dict[str, Any]] = []
            while len(items) < len(due):
                items += msgspec.json.decode(await socket.recv())["items"]
            last = msgspec.json.decode(await socket.recv())
            while last["items"]:
                items += last["items"]
                last = msgspec.json.decode(await socket.recv())
        reached, paged = 0, []
        while reached < everything[-1].number:
            page = (await client.get("/api/events", params={"since": reached, "limit": 7})).json()
            assert [item["previous"] for item in page["items"]] == [reached, *(i["number"] for i in page["items"])][:-1]
            paged += page["items"]
            reached = page["reached"]
    assert [item["number"] for item in items] == due == [item["number"] for item in paged]
    assert [item["previous"] for item in items] == [0, *due[:-1]]
    for item in items:
        check(seer, item["kind"], json.dumps([item["subject"], item["body"]], separators=(",", ":")))


@pytest_seers
async def test_live_event_comes_at_once_to_whom_it_is_for_and_not_to_others(
    hub: Hub, console: httpx.AsyncClient, seer: Seer
) -> None:
    since = hub.events.last
    async with (
        client_of(console.base_url, await sign_in(hub, seer.role, seer.places)) as client,
        websocket(client, f"/ws/events?since={since}") as socket,
    ):
        await socket.recv()
        await tell(hub, 4)
        await tell(hub, 1)
        due = [item.number for item in await hub.events.since(since) if is_for(seer, item)]
        items: list[dict[str, Any]] = []
        while len(items) < len(due):
            items += msgspec.json.decode(await socket.recv())["items"]
    assert [(item["previous"], item["number"]) for item in items] == list(zip([since, *due], due, strict=False))


@pytest_seers
async def test_picture_holds_what_one_may_see(hub: Hub, console: httpx.AsyncClient, seer: Seer) -> None:
    async with client_of(console.base_url, await sign_in(hub, seer.role, seer.places)) as client:
        answer = await client.get("/api/state")
    picture, venue_ids = answer.json(), seer.venues or frozenset({"V01", "V02", "V03", "V04"})
    assert {venue["venue_id"] for venue in picture["venues"]} == venue_ids
    assert {radio["venue_id"] for radio in picture["radios"]} == venue_ids
    cameras = {camera["venue_id"] for camera in picture["cameras"]}
    assert cameras == (venue_ids if seer.venues is not None else venue_ids | {None})
    assert len(picture["alerts"]) == 1 + len(venue_ids)
    assert {one["venue_id"] for alert in picture["alerts"] for one in alert["deliveries"]} == venue_ids
    assert {radio_id for group in picture["groups"] for radio_id in group["radio_ids"]} == {
        f"R{venue_id[1:]}" for venue_id in venue_ids
    }
    assert bool(picture["cases"]) is seer.sees_cases
    grids = {"G1"} if seer.venues is not None else {"G1", "G2"}
    assert {grid["grid_id"] for grid in picture["grids"]} == grids
    assert (picture["fallback"] is not None) is seer.in_room
    assert any(venue["phone"] for venue in picture["venues"]) is seer.in_room
    del picture["me"]
    check(seer, "picture", json.dumps(picture, separators=(",", ":")))


async def test_burst_that_is_in_no_recording_is_told_to_the_police_room_of_the_places_where_it_was(hub: Hub) -> None:
    dispatcher, guard = (
        view_of(entrant(hub, role, places), hub.registry)
        for role, places in ((Role.DISPATCHER, (GRID_1,)), (Role.GUARD, (VENUE_1,)))
    )
    seen = [
        (dispatcher.item(item) is not None, guard.item(item) is not None)
        for group_id in ("all", "private.R01", "private.R03", "temporary.77")
        for item in [Item(1, 0, EventKind.BURST_NOT_RECORDED, group_id, b"{}")]
    ]
    assert seen == [(True, False), (True, False), (False, False), (False, False)]


async def test_older_alerts_to_ones_own_venue_are_not_crowded_out_by_alerts_elsewhere(hub: Hub) -> None:
    async with asyncio.timeout(20):
        for _ in range(60):
            await hub.alerts.issue(NewAlert(text="别处", target=venue("V04")), "officer")
    seen = (await hub.picture(entrant(hub, Role.GUARD, (VENUE_1,)))).alerts
    assert len(seen) == 2
    assert {one.venue_id for alert in seen for one in alert.deliveries} == {"V01"}


async def test_persons_with_the_same_places_share_one_view(hub: Hub) -> None:
    one, other = (view_of(entrant(hub, Role.GUARD, (VENUE_1,)), hub.registry) for _ in range(2))
    assert one == other
    assert hash(one) == hash(other)
    assert one != view_of(entrant(hub, Role.GUARD, (Place(kind=PlaceKind.VENUE, place_id="V02"),)), hub.registry)
    officers = [view_of(entrant(hub, role), hub.registry) for role in (Role.OFFICER, Role.CHIEF, Role.DISPATCHER)]
    assert len(set(officers)) == 1


async def test_event_of_a_kind_that_is_not_in_the_table_is_shown_to_nobody(hub: Hub) -> None:
    strange = Item(1, 0, "strange.kind", "V01", b'{"venue_id":"V01"}')
    assert view_of(entrant(hub, Role.OFFICER), hub.registry).item(strange) is None


async def test_venue_that_moves_to_another_grid_is_seen_by_that_grids_people(hub: Hub) -> None:
    member = view_of(entrant(hub, Role.GRID_MEMBER, (GRID_1,)), hub.registry)
    assert (member.has_venue("V02"), member.has_venue("V03"), member.has_venue("V77")) == (True, False, False)
    moved = msgspec.structs.replace(hub.registry.venues["V03"], grid_id="G1")
    was, hub.registry.venues["V03"] = hub.registry.venues["V03"], moved
    assert member.has_venue("V03")
    hub.registry.venues["V03"] = was

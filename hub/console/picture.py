"""The picture that a console loads: what its person may see, at one event number, from which it follows the feed."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from hub.access.entrant import Entrant
from hub.access.people import Person
from hub.alerts.messages import Alert
from hub.alerts.service import Alerts
from hub.cases.limits import Stage
from hub.cases.machine import ROOM_ACTIONS, CaseAction
from hub.cases.messages import Case
from hub.cases.service import Cases
from hub.console.view import view_of
from hub.describing.redescribing import DescribingStanding, Redescribing
from hub.fallback.messages import DoorStanding
from hub.fallback.service import Fallback
from hub.found.messages import Found
from hub.found.service import FoundRoom
from hub.missing_child.messages import MissingChild
from hub.missing_child.service import MissingChildren
from hub.registry.records import Community, Grid, PoliceGrid, RadioView, TalkGroup, Venue
from hub.rooms import Rooms
from hub.talk.emergencies import Emergencies
from hub.talk.groups import TemporaryGroups
from hub.talk.sos_records import Sos
from hub.vision.camera_view import CameraView
from hub.vision.service import Vision


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """``GET /api/state``; see docs/api.md."""

    number: int
    now_at_ms: int
    community: Community
    me: Person
    police_grids: list[PoliceGrid]
    grids: list[Grid]
    venues: list[Venue]
    groups: list[TalkGroup]
    sos: list[Sos]
    fallback: DoorStanding | None
    """None for who is not of the police room."""
    radios: list[RadioView]
    cameras: list[CameraView]
    alerts: tuple[Alert, ...]
    found: list[Found]
    cases: tuple[Case, ...]
    case_actions: dict[Stage, tuple[CaseAction, ...]]
    """What the police room may do to a case in each stage, beside closing it."""
    missing_children: tuple[MissingChild, ...]
    describing: DescribingStanding | None
    """None for who sees no cases, and where every stored sighting is described as new ones are."""


@dataclass(frozen=True)
class Shown:
    """The rooms of which a picture tells, beside those that every room goes through."""

    talk_groups: TemporaryGroups
    emergencies: Emergencies
    vision: Vision
    alerts: Alerts
    cases: Cases
    missing_children: MissingChildren
    found: FoundRoom
    fallback: Fallback
    redescribing: Redescribing


async def take_picture(rooms: Rooms, shown: Shown, entrant: Entrant) -> Picture:
    """What this person sees. The number is read first: what happens while the rest is gathered is followed again, never
    missed."""
    registry = rooms.registry
    number, view = rooms.events.last, view_of(entrant, registry)
    latest_alerts = await shown.alerts.latest(view.only_venues)
    found_open = await shown.found.opened() if view.in_room else ()
    latest_cases = await shown.cases.latest() if view.sees_cases else ()
    missing_children = await shown.missing_children.of_open_cases() if view.sees_cases else ()
    await registry.settled()
    await shown.talk_groups.settled()
    await shown.emergencies.settled()
    venues = [view.venue(venue) for venue in registry.venues.values() if view.has_venue(venue.venue_id)]
    grid_ids = view.seen_grid_ids
    grids = [grid for grid in registry.grids.values() if grid.grid_id in grid_ids]
    groups: list[TalkGroup] = [*registry.groups.values(), *shown.talk_groups.opened]
    police_grid_ids = {grid.police_grid_id for grid in grids}
    return Picture(
        number=number,
        now_at_ms=rooms.clock.wall_us() // 1000,
        community=registry.community,
        me=entrant.person,
        police_grids=[p for p in registry.police_grids.values() if view.whole or p.police_grid_id in police_grid_ids],
        grids=grids,
        venues=venues,
        groups=[group for group in map(view.group, groups) if group is not None],
        sos=[sos for sos in shown.emergencies.opened if view.has_venue(sos.venue_id)],
        fallback=shown.fallback.standing if view.in_room else None,
        radios=[rooms.radios.view(one.radio_id) for one in registry.radios.values() if view.has_venue(one.venue_id)],
        cameras=[camera for camera in shown.vision.views() if view.has_venue(camera.venue_id)],
        alerts=tuple(alert for alert in map(view.alert, latest_alerts) if alert is not None),
        found=[one for one in found_open if view.has_venue(one.venue_id)],
        cases=latest_cases,
        case_actions=ROOM_ACTIONS,
        missing_children=missing_children,
        describing=shown.redescribing.standing if view.sees_cases else None,
    )

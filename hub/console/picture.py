"""The whole picture that a console loads, at one event number, from which it follows the feed."""

from __future__ import annotations

import msgspec

from devices.protocol.clock import Clock
from hub.access.people import ON_DUTY, Person
from hub.alerts.messages import Alert
from hub.alerts.service import Alerts
from hub.cases.messages import Case
from hub.cases.service import Cases
from hub.events.log import EventLog
from hub.registry.radios import RadioRoll
from hub.registry.records import Community, Grid, PoliceGrid, RadioView, TalkGroup, Venue
from hub.registry.service import Registry
from hub.vision.service import CameraView, Vision


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
    radios: list[RadioView]
    cameras: list[CameraView]
    alerts: tuple[Alert, ...]
    cases: tuple[Case, ...]


async def take_picture(
    events: EventLog,
    registry: Registry,
    radios: RadioRoll,
    vision: Vision,
    alerts: Alerts,
    cases: Cases,
    clock: Clock,
) -> Picture:
    """The number is read first: what happens while the rest is gathered is followed again, never missed."""
    number = events.last
    latest_alerts, latest_cases = await alerts.latest(), await cases.latest()
    await registry.settled()
    return Picture(
        number=number,
        now_at_ms=clock.wall_us() // 1000,
        community=registry.community,
        me=ON_DUTY,
        police_grids=list(registry.police_grids.values()),
        grids=list(registry.grids.values()),
        venues=list(registry.venues.values()),
        groups=list(registry.groups.values()),
        radios=[radios.view(radio_id) for radio_id in registry.radios],
        cameras=vision.views(),
        alerts=latest_alerts,
        cases=latest_cases,
    )

"""docs/api.md says what the hub does: its example is taken in as it stands, and it names every field that is told."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from hub.access.messages import (
    AcceptInvitation,
    HandedInvitation,
    InvitationView,
    Me,
    NewPerson,
    PersonView,
    SessionView,
    SignIn,
)
from hub.access.people import Role
from hub.alerts.messages import Alert, Delivery, NewAlert, NewAnswer, ReportMade
from hub.app import Hub
from hub.bridge.refused import RefusedDevice
from hub.cases.messages import Case, NewCase, SearchMade, Watch, WatchHit
from hub.cases.views import PathBox, SightingView
from hub.console.picture import Picture
from hub.console.trust import HowToTrust
from hub.events.messages import EventKind
from hub.found.messages import CloseFound, Found
from hub.onvif.messages import Enrolled, Look, Search, SearchResult
from hub.onvif.records import Device, Stream
from hub.registry.camera_routes import NewMasks
from hub.registry.new_camera import NewCamera
from hub.registry.owners import OwnerList
from hub.registry.records import Camera, CommunityFile, Mask, Owner, RadioView
from hub.rollcall.messages import Counts, RadioReadiness, RollCall, RollCallBegun
from hub.shifts.messages import CrewMember, Hours, NewPin, Opening, PersonShifts, Plan, Shift, VenueHours
from hub.sightings.messages import Coverage, Description, Hit, Query, SearchAnswer, SightingSummary, Understood
from hub.talk.groups import NewGroup, TemporaryGroup
from hub.talk.messages import BurstRecord, HeardBy, MissedRadio, Taken
from hub.talk.recording.messages import BurstPage, BurstView, Waveform
from hub.vision.camera_view import CameraView
from tests.hub import open_console, settings

DOCS = Path(__file__).parent.parent / "docs"
EXAMPLE = (DOCS / "community-example.json").read_text(encoding="utf-8")
TEXT = (DOCS / "api.md").read_text(encoding="utf-8")
TOLD: list[type[msgspec.Struct]] = [
    *(Alert, Delivery, NewAlert, ReportMade, RefusedDevice, Case, NewCase, SearchMade, Watch, WatchHit, PathBox),
    *(SightingView, Picture, Camera, CommunityFile, RadioView, Coverage, Description, Hit, Query),
    *(NewCamera, NewMasks, OwnerList, Owner, Mask, Search, SearchResult, Enrolled, Look, Device, Stream),
    *(BurstView, BurstPage, Waveform),
    *(Found, CloseFound, NewAnswer),
    *(RollCall, RollCallBegun, RadioReadiness, Counts),
    *(SearchAnswer, SightingSummary, Understood, BurstRecord, CameraView),
    *(SignIn, Me, NewPerson, PersonView, SessionView, HandedInvitation, InvitationView, AcceptInvitation),
    *(NewGroup, TemporaryGroup, HeardBy, MissedRadio, Taken),
    *(Opening, Hours, Shift, Plan, VenueHours, PersonShifts, CrewMember, NewPin, HowToTrust),
]


async def test_example_of_a_community_is_taken_in_as_it_stands(tmp_path: Path) -> None:
    hub = Hub(settings(tmp_path))
    await hub.start()
    try:
        async with open_console(hub, Role.ADMINISTRATOR) as console:
            answer = await console.post("/api/registry/community", content=EXAMPLE.encode())
            assert (answer.status_code, answer.json()) == (200, {"imported": 3, "errors": []})
            state = (await console.get("/api/state")).json()
    finally:
        await hub.stop()
    example = msgspec.json.decode(EXAMPLE)
    for kind in ("community", "police_grids", "grids", "venues"):
        assert state[kind] == example[kind]
    for kind in ("radios", "cameras"):
        for shown, given in zip(state[kind], example[kind], strict=True):
            assert shown == shown | given


def test_example_in_the_text_is_the_file() -> None:
    assert f"```json\n{EXAMPLE}```" in TEXT


@pytest.mark.parametrize("struct", TOLD, ids=lambda struct: struct.__name__)
def test_every_field_has_its_name_in_the_text(struct: type[msgspec.Struct]) -> None:
    missing = [name for name in struct.__struct_encode_fields__ if not re.search(rf'["`]{name}["`]', TEXT)]
    assert missing == []


def test_every_kind_of_event_is_in_the_text() -> None:
    assert [kind.value for kind in EventKind if f"`{kind.value}`" not in TEXT] == []

"""What one person may see of the picture and of each event: a table of rules, one for each kind of event.

Whoever is responsible for the whole community sees all of it but what needs a right of its own; whoever has grids or
venues sees what stands there. Equal views are equal objects, so that clients with the same view share one frame.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

import msgspec

from hub.access.entrant import Entrant
from hub.access.people import COMMUNITY, Place, PlaceKind
from hub.access.permissions import Right
from hub.access.places import ROOM
from hub.alerts.messages import Alert, AlertCancelled, DeliveryChanged
from hub.escalation.messages import EscalationView, StepDone, Stepped, Stopped
from hub.events.messages import EventKind, Item
from hub.registry.records import GroupKind, TalkGroup, Venue
from hub.registry.service import Registry
from hub.response.messages import AskTold
from hub.rollcall.messages import RollCall
from hub.rollcall.readiness import only
from hub.talk.groups import TemporaryGroup
from hub.talk.messages import BurstRecord

_KEPT_BODIES = 64
"""Bodies kept decoded while one event is shown in many views."""
_Cut = TypeVar("_Cut", Alert, DeliveryChanged)
_Group = TypeVar("_Group", bound=TalkGroup)


@dataclass(frozen=True)
class View:
    """What somebody with these places and rights sees; see ``view_of``."""

    registry: Registry = field(repr=False)
    whole: bool
    """The whole community is theirs, whatever else is."""
    venue_ids: frozenset[str]
    grid_ids: frozenset[str]
    in_room: bool
    """Somebody of the police room, or who keeps it running."""
    sees_cases: bool
    directs: bool
    """Whistles, and sends directives: is told of asks."""
    sees_phones: bool
    """Who may call the venues of the view, or enrols them."""

    def has_venue(self, venue_id: str | None) -> bool:
        """Whether what stands at this venue is in the view; at none: whether the whole community is."""
        if self.whole:
            return True
        venue = None if venue_id is None else self.registry.venues.get(venue_id)
        return venue_id in self.venue_ids or (venue is not None and venue.grid_id in self.grid_ids)

    def has_any_grid(self, grid_ids: tuple[str, ...] | None) -> bool:
        """Whether one of these grids, None being all, is in the view, or a venue of the view lies in one."""
        if self.whole or grid_ids is None or not self.grid_ids.isdisjoint(grid_ids):
            return True
        venues = (self.registry.venues.get(venue_id) for venue_id in self.venue_ids)
        return any(venue is not None and venue.grid_id in grid_ids for venue in venues)

    def has_device(self, device_id: str) -> bool:
        """Whether a radio or camera of this name stands in the view."""
        device = self.registry.radios.get(device_id) or self.registry.cameras.get(device_id)
        return self.has_venue(device.venue_id if device else None)

    def venue(self, venue: Venue) -> Venue:
        """A venue of the view, without its telephone number where that is not in it."""
        return venue if self.sees_phones or venue.phone is None else msgspec.structs.replace(venue, phone=None)

    def group(self, group: _Group) -> _Group | None:
        """A talk group with those of its radios that are in the view; None when none is."""
        if self.whole:
            return group
        radio_ids = tuple(filter(self.has_device, group.radio_ids))
        if len(radio_ids) == len(group.radio_ids):
            return group
        return msgspec.structs.replace(group, radio_ids=radio_ids) if radio_ids else None

    @property
    def seen_grid_ids(self) -> frozenset[str]:
        """The grids in the view: where the whole community is, all; otherwise one's own and those of one's venues."""
        venues = self.registry.venues.values()
        of_venues = (venue.grid_id for venue in venues if self.has_venue(venue.venue_id))
        return frozenset(self.registry.grids) if self.whole else self.grid_ids.union(of_venues)

    @property
    def only_venues(self) -> frozenset[str] | None:
        """The venues in the view; None where the whole community is."""
        return None if self.whole else frozenset(filter(self.has_venue, self.registry.venues))

    def alert(self, alert: Alert) -> Alert | None:
        """An alert with the venues and deliveries in the view, and its case only for who may see cases; None when no
        delivery is."""
        if alert.case_id is not None and not self.sees_cases:
            alert = msgspec.structs.replace(alert, case_id=None)
        ids = tuple(filter(self.has_venue, alert.target.ids))
        if ids != alert.target.ids:
            alert = msgspec.structs.replace(alert, target=msgspec.structs.replace(alert.target, ids=ids))
        return self.cut(alert)

    def roll_call(self, found: RollCall) -> RollCall | None:
        """A roll-call with the radios in the view, counted anew; None when none is."""
        if self.whole:
            return found
        radios = [radio for radio in found.radios if self.has_venue(radio.venue_id)]
        return only(found, radios) if radios else None

    def steps(self, done: tuple[StepDone, ...]) -> tuple[StepDone, ...]:
        """The steps at venues in the view; whom they turned to is told in the police room alone."""
        own = (step for step in done if self.has_venue(step.venue_id))
        if self.in_room:
            return tuple(own)
        return tuple(
            msgspec.structs.replace(step, asked_radio_id=None, asked_alert_id=None, person_ids=()) for step in own
        )

    def escalation(self, found: EscalationView) -> EscalationView:
        """An escalation with the lines at venues in the view; its policy and who stopped it for the room alone."""
        lines = tuple(
            msgspec.structs.replace(
                line, steps=self.steps(line.steps), stopped_by=line.stopped_by if self.in_room else None
            )
            for line in found.lines
            if self.has_venue(line.venue_id)
        )
        return msgspec.structs.replace(found, lines=lines, policy=found.policy if self.in_room else None)

    def item(self, item: Item) -> Item | None:
        """An event as it is in this view; None when it is not. The body is coded anew only where it was cut."""
        rule = RULES.get(item.kind)
        return None if rule is None else rule(self, item)

    def cut(self, found: _Cut) -> _Cut | None:
        """What has deliveries, with those in the view; None when none is."""
        deliveries = tuple(one for one in found.deliveries if self.has_venue(one.venue_id))
        if len(deliveries) == len(found.deliveries):
            return found
        return msgspec.structs.replace(found, deliveries=deliveries) if deliveries else None


def view_of(entrant: Entrant, registry: Registry) -> View:
    """What this person sees now; a change of role or places makes another view."""
    places = entrant.person.places
    whole = COMMUNITY in places
    return View(
        registry=registry,
        whole=whole,
        venue_ids=frozenset() if whole else _ids(places, PlaceKind.VENUE),
        grid_ids=frozenset() if whole else _ids(places, PlaceKind.GRID),
        in_room=entrant.person.role in ROOM,
        sees_cases=entrant.may(Right.SEE_CASES),
        directs=entrant.may(Right.DIRECT, ()),
        sees_phones=entrant.may(Right.CALL, ()) or entrant.may(Right.ENROL_PLACES, ()),
    )


def _ids(places: tuple[Place, ...], kind: PlaceKind) -> frozenset[str]:
    return frozenset(place.place_id for place in places if place.kind is kind and place.place_id is not None)


class _AtVenue(msgspec.Struct):
    """As much of a body as says where it was."""

    venue_id: str | None


class _OfDevice(msgspec.Struct):
    device: str


_read_alert = lru_cache(_KEPT_BODIES)(msgspec.json.Decoder(Alert).decode)
_read_deliveries = lru_cache(_KEPT_BODIES)(msgspec.json.Decoder(DeliveryChanged).decode)
_read_venue = lru_cache(_KEPT_BODIES)(msgspec.json.Decoder(_AtVenue).decode)
_read_burst = lru_cache(_KEPT_BODIES)(msgspec.json.Decoder(BurstRecord).decode)
_read_group = lru_cache(_KEPT_BODIES)(msgspec.json.Decoder(TemporaryGroup).decode)
_read_roll_call = lru_cache(_KEPT_BODIES)(msgspec.json.Decoder(RollCall).decode)
_read_cancelled = lru_cache(_KEPT_BODIES)(msgspec.json.Decoder(AlertCancelled).decode)
_read_stopped = lru_cache(_KEPT_BODIES)(msgspec.json.Decoder(Stopped).decode)
_read_steps = lru_cache(_KEPT_BODIES)(msgspec.json.Decoder(Stepped).decode)
_read_ask = lru_cache(_KEPT_BODIES)(msgspec.json.Decoder(AskTold).decode)
_encoder = msgspec.json.Encoder()


def _everybody(_view: View, item: Item) -> Item | None:
    return item


def _roll_call(view: View, item: Item) -> Item | None:
    return item if view.whole else _as_cut(item, found := _read_roll_call(item.body), view.roll_call(found))


def _in_room(view: View, item: Item) -> Item | None:
    return item if view.in_room else None


def _stopped(view: View, item: Item) -> Item | None:
    if view.whole or not view.in_room:
        return _in_room(view, item)
    found = _read_stopped(item.body)
    own = tuple(filter(view.has_device, found.radio_ids))
    return _as_cut(item, found, msgspec.structs.replace(found, radio_ids=own) if own else None)


def _cancelled(view: View, item: Item) -> Item | None:
    if view.whole:
        return item
    found = _read_cancelled(item.body)
    own = tuple(filter(view.has_venue, found.venue_ids))
    return _as_cut(item, found, msgspec.structs.replace(found, venue_ids=own) if own else None)


def _steps(view: View, item: Item) -> Item | None:
    if view.whole and view.in_room:
        return item
    found = _read_steps(item.body)
    steps = view.steps(found.steps)
    return _as_cut(item, found, msgspec.structs.replace(found, steps=steps) if steps else None)


def _with_cases(view: View, item: Item) -> Item | None:
    return item if view.sees_cases else None


def _ask(view: View, item: Item) -> Item | None:
    """For the police room of its grids; phones there are told that there is something, and read what is theirs."""
    if view.in_room and (view.whole or not view.directs):
        return item if view.directs else None
    found = _read_ask(item.body)
    if not view.has_any_grid(found.grid_ids) or not (view.in_room or found.to_grids):
        return None
    shown = msgspec.structs.replace(found, case_id=found.case_id if view.sees_cases else None)
    if not view.in_room:
        shown = msgspec.structs.replace(shown, sum=None, by=None, text="", case_id=None)
    return _as_cut(item, found, shown)


def _at_venue(view: View, item: Item) -> Item | None:
    return item if view.whole or view.has_venue(_read_venue(item.body).venue_id) else None


def _at_venue_for_room(view: View, item: Item) -> Item | None:
    return _at_venue(view, item) if view.in_room else None


def _burst(view: View, item: Item) -> Item | None:
    """A burst in a group that one hears, naming those of one's own radios that did not; a private one: police room."""
    if view.whole:
        return item
    if not _hears(view, item.subject):
        return None
    burst = _read_burst(item.body)
    missed = tuple(filter(view.has_device, burst.radios_missed))
    cut = burst if missed == burst.radios_missed else msgspec.structs.replace(burst, radios_missed=missed)
    return _as_cut(item, burst, cut)


def _not_recorded(view: View, item: Item) -> Item | None:
    """A burst that is in no recording: for the police room where the burst itself is in the view."""
    return item if view.in_room and (view.whole or _hears(view, item.subject)) else None


def _hears(view: View, group_id: str) -> bool:
    group = view.registry.find_group(group_id)
    return group is not None and view.group(group) is not None and (view.in_room or group.kind is not GroupKind.PRIVATE)


def _group(view: View, item: Item) -> Item | None:
    return item if view.whole else _as_cut(item, group := _read_group(item.body), view.group(group))


def _of_device(view: View, item: Item) -> Item | None:
    """About a device, by the name that the event is about: for the police room of the place where it stands."""
    return item if view.in_room and view.has_device(item.subject) else None


def _of_person(view: View, item: Item) -> Item | None:
    """About a person, who may work anywhere: for who sees the whole community."""
    return item if view.in_room and view.whole else None


def _alert(view: View, item: Item) -> Item | None:
    if view.whole and view.sees_cases:
        return item
    return _as_cut(item, alert := _read_alert(item.body), view.alert(alert))


def _deliveries(view: View, item: Item) -> Item | None:
    if view.whole:
        return item
    return _as_cut(item, changed := _read_deliveries(item.body), view.cut(changed))


def _as_cut(item: Item, found: Any, cut: Any) -> Item | None:
    if cut is None or cut is found:
        return item if cut is found else None
    return item._replace(body=_encoder.encode(cut))


RULES: dict[str, Callable[[View, Item], Item | None]] = {
    EventKind.HUB_STARTED: _in_room,
    EventKind.RADIO_ONLINE: _at_venue,
    EventKind.RADIO_OFFLINE: _at_venue,
    EventKind.RADIO_SIGNED_ON: _at_venue,
    EventKind.RADIO_SIGNED_OFF: _at_venue,
    EventKind.RADIO_KEY_STUCK: _of_device,
    EventKind.CAMERA_ADDED: _at_venue,
    EventKind.CAMERA_CHANGED: _at_venue,
    EventKind.CAMERA_REMOVED: _at_venue,
    EventKind.VENUE_IMPORTED: _at_venue,
    EventKind.VENUE_HOURS_CHANGED: _at_venue,
    EventKind.SHIFT_CHANGED: _of_person,
    EventKind.ALERT_ISSUED: _alert,
    EventKind.ALERT_CANCELLED: _cancelled,
    EventKind.DELIVERY_CHANGED: _deliveries,
    EventKind.REPORT_MADE: _at_venue,
    EventKind.CHILD_FOUND: _at_venue_for_room,
    EventKind.CHILD_CLOSED: _at_venue_for_room,
    EventKind.ESCALATION_STEPPED: _steps,
    EventKind.ESCALATION_STOPPED: _stopped,
    EventKind.ESCALATION_SET: _in_room,
    EventKind.FALLBACK_TRIED: _at_venue_for_room,
    EventKind.FALLBACK_DOOR: _in_room,
    EventKind.FOOTAGE_CUT_SHORT: _in_room,
    EventKind.FOOTAGE_DISK_WARNING: _in_room,
    EventKind.FOOTAGE_NO_ROOM: _in_room,
    EventKind.FOOTAGE_CLOCK_LEAPT: _in_room,
    EventKind.ROLL_CALL_BEGUN: _everybody,
    EventKind.ROLL_CALL_ENDED: _roll_call,
    EventKind.GROUP_OPENED: _group,
    EventKind.GROUP_CLOSED: _group,
    EventKind.SOS_RAISED: _at_venue,
    EventKind.SOS_CANCEL_ASKED: _at_venue,
    EventKind.SOS_CLOSED: _at_venue,
    EventKind.BURST_STARTED: _burst,
    EventKind.BURST_ENDED: _burst,
    EventKind.BURST_NOT_RECORDED: _not_recorded,
    EventKind.CASE_OPENED: _with_cases,
    EventKind.CASE_CHANGED: _with_cases,
    EventKind.CASE_CLOSED: _with_cases,
    EventKind.CASE_NOTED: _with_cases,
    EventKind.CASE_RECORDING: _with_cases,
    EventKind.CASE_MEDIATED: _with_cases,
    EventKind.ASK_MADE: _ask,
    EventKind.ASK_CHANGED: _ask,
    EventKind.ASK_OVERDUE: _ask,
    EventKind.ASK_CLOSED: _ask,
    EventKind.MISSING_CHILD_CHANGED: _with_cases,
    EventKind.WATCH_STARTED: _with_cases,
    EventKind.WATCH_ENDED: _with_cases,
    EventKind.WATCH_HIT: _with_cases,
    EventKind.SEARCH_MADE: _with_cases,
    EventKind.PATH_MARKED: _with_cases,
    EventKind.EXPORT_CHANGED: _with_cases,
    EventKind.DEVICE_REFUSED: _of_device,
    EventKind.DEVICE_ENROLLED: _of_device,
    EventKind.DEVICE_REVOKED: _of_device,
}
"""Kind of event: how much of it a view shows. A kind without a rule is shown to nobody, and fails the tests."""

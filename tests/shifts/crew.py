"""Guards with PINs for the tests of this room."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from devices.protocol import messages as wire
from devices.protocol.topics import Down, Up
from hub.access.audit import Action
from hub.access.messages import NewPerson
from hub.access.people import LOCAL, Place, PlaceKind, Role
from hub.access.tables import audit_records
from hub.app import Hub
from hub.shifts.messages import RadioHeld
from tests.played import HandDevice

PIN = "70615243"
V01 = Place(kind=PlaceKind.VENUE, place_id="V01")


async def hire(hub: Hub, person_id: str = "g1", name: str = "张三", pin: str | None = PIN, place: Place = V01) -> None:
    """A guard of a venue, or a grid member of a grid, with a PIN."""
    role = Role.GUARD if place.kind is PlaceKind.VENUE else Role.GRID_MEMBER
    await hub.access.put_person(NewPerson(person_id=person_id, name=name, role=role, places=(place,)), LOCAL)
    if pin is not None:
        await hub.sign_ons.pins.set(person_id, pin, LOCAL.person_id)


async def sign_on(radio: HandDevice, person_id: str = "g1", pin: str = PIN) -> wire.SignedOn:
    """The hub's answer to a radio played by hand."""
    message_id = f"on-{person_id}-{len(radio.heard)}"
    await radio.say(Up.SIGN_ON, wire.SignOn(stamp=radio.stamp(), message_id=message_id, person_id=person_id, pin=pin))
    return await answer_to(radio, message_id)


async def sign_off(radio: HandDevice) -> wire.SignedOn:
    """The hub's answer to a radio that is given back."""
    message_id = f"off-{len(radio.heard)}"
    await radio.say(Up.SIGN_ON, wire.SignOff(stamp=radio.stamp(), message_id=message_id))
    return await answer_to(radio, message_id)


async def answer_to(radio: HandDevice, message_id: str) -> wire.SignedOn:
    """The hub's answer to one message."""
    count = 1
    while True:
        heard = await radio.hear(Down.SIGNED_ON, wire.SignedOn, count)
        found = [one for one in heard if one.message_id == message_id]
        if found:
            return found[0]
        count = len(heard) + 1


async def unasked(radio: HandDevice, reason: wire.SignOnReason) -> wire.SignedOn:
    """The hub's own word to a radio, for this reason."""
    count = 1
    while True:
        heard = await radio.hear(Down.SIGNED_ON, wire.SignedOn, count)
        found = [one for one in heard if one.message_id is None and one.reason is reason]
        if found:
            return found[0]
        count = len(heard) + 1


async def audited(hub: Hub, action: Action) -> list[tuple[str, RadioHeld]]:
    """Who signed on or off what, by the audit log."""
    a = audit_records.c
    query = sa.select(a.person_id, a.detail).where(a.action == action.value).order_by(a.number)
    rows = await hub.database.read(lambda connection: connection.execute(query).all())
    return [(row.person_id, msgspec.json.decode(row.detail, type=RadioHeld)) for row in rows]

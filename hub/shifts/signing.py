"""Who holds which radio: guards sign on with a PIN, are checked, and hold it until they sign off or it is over."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress

import msgspec
import sqlalchemy as sa
import structlog

from devices.protocol import topics
from devices.protocol.clock import Clock
from devices.protocol.messages import SignedOn, SignOff, SignOn, SignOnReason, SignOnUp
from devices.protocol.topics import DeviceKind, Down, Up
from hub.access import audit
from hub.access.entrant import covers
from hub.access.passwords import Passwords
from hub.access.people import Person, Place, PlaceKind
from hub.alerts.lifetime import Lifetime
from hub.bridge.client import Bridge
from hub.bridge.refused import Refused
from hub.events.log import EventLog
from hub.events.messages import EventKind
from hub.registry.radios import RadioRoll
from hub.registry.records import Holder
from hub.registry.service import Registry
from hub.shifts.guesses import Guesses
from hub.shifts.holding import EARLY_US, LONGEST_S, FindPerson, Holding, is_shift_over
from hub.shifts.messages import RadioHeld
from hub.shifts.pins import Pins
from hub.shifts.service import Shifts
from hub.shifts.tables import holders
from hub.storage.database import Database
from hub.storage.writer import Change

_log = structlog.get_logger()
LOOK_EVERY_S = 5.0
_Ended = tuple[Holding, SignOnReason]


class SignOns:
    """Who holds each radio; in memory and in the database.

    One sign-on is worked on at a time, since each PIN takes 64 MiB to check; of each radio the latest waits. So no more
    than one is ever among the passwords that wait, and a whole shift of guards gets in one after the other.
    """

    def __init__(
        self,
        database: Database,
        events: EventLog,
        registry: Registry,
        radios: RadioRoll,
        shifts: Shifts,
        bridge: Bridge,
        refused: Refused,
        passwords: Passwords,
        clock: Clock,
        find_person: FindPerson,
    ) -> None:
        """``find_person`` knows who has an account that is not disabled."""
        self._database = database
        self._events = events
        self._registry = registry
        self._radios = radios
        self._shifts = shifts
        self._bridge = bridge
        self._clock = clock
        self._find = find_person
        self._guesses = Guesses(database, refused, clock)
        self.pins = Pins(database, passwords, clock, find_person)
        self._held: dict[str, Holding] = {}
        self._waiting: dict[str, SignOn | SignOff] = {}
        self._wake = asyncio.Event()

    def open(self) -> None:
        """Load PINs and holders; before the hub serves anyone."""
        self._database.read_now(self._load)
        self._radios.ask_holder = self.holder

    def _load(self, connection: sa.Connection) -> None:
        self.pins.load(connection)
        for row in connection.execute(sa.select(holders)):
            began = Lifetime(row.began_at_us, row.began_monotonic_us, row.machine_boot, LONGEST_S)
            self._held[row.radio_id] = Holding(row.radio_id, row.person_id, row.off_shift, began)

    def listen(self) -> None:
        """Hear radios sign on and off; tell one that comes (again) who holds it."""
        self._bridge.on(DeviceKind.RADIO, Up.SIGN_ON, SignOnUp, self._hear)
        self._radios.when_back(lambda radio_id: self._say(radio_id, self._standing(radio_id, None)))

    def holder(self, radio_id: str) -> Holder | None:
        """Who holds the radio now."""
        held = self._held.get(radio_id)
        return self._as_holder(held) if held else None

    def _hear(self, radio_id: str, message: SignOn | SignOff) -> None:
        self._waiting[radio_id] = message
        self._wake.set()

    async def run(self) -> None:
        """Answer who signs on and off, and end what is over, until cancelled."""
        while True:
            self._wake.clear()
            while self._waiting:
                radio_id, message = next(iter(self._waiting.items()))
                del self._waiting[radio_id]
                answer = await self._answer(radio_id, message)
                self._say(radio_id, msgspec.structs.replace(answer, message_id=message.message_id))
            await self._guesses.record()
            await self._end_what_is_over()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._wake.wait()

    async def settle(self) -> None:
        """Record what waits; when the hub ends."""
        await self._guesses.record(ending=True)

    async def _answer(self, radio_id: str, message: SignOn | SignOff) -> SignedOn:
        try:
            if isinstance(message, SignOff):
                held = self._held.get(radio_id)
                await self._keep(None, [(held, SignOnReason.SIGNED_OFF)] if held else [])
                return self._standing(radio_id, SignOnReason.SIGNED_OFF)
            reason = await self._sign_on(radio_id, message)
        except Exception as error:  # of the database, or too many at the passwords: nothing has changed
            _log.warning("sign_on.not_answered", radio=radio_id, error=str(error))
            reason = SignOnReason.BUSY
        return self._standing(radio_id, reason)

    async def _sign_on(self, radio_id: str, message: SignOn) -> SignOnReason | None:
        """Why not; None when it is done."""
        account = message.person_id if self.pins.is_account(message.person_id) else None
        if self._guesses.refuses(radio_id, account):
            return SignOnReason.TOO_OFTEN
        person = self._find(message.person_id)
        if not await self.pins.is_right(person, message.pin) or person is None:
            self._guesses.wrong(radio_id, account)
            return SignOnReason.WRONG
        self._guesses.right(radio_id, person.person_id)
        if not self._is_theirs(person, radio_id):
            return SignOnReason.NOT_YOUR_PLACE
        off_shift = bool(self._shifts.of(person.person_id)) and not self._shifts.is_on_shift(
            person.person_id, self._clock.wall_us(), self._registry.radios[radio_id].venue_id
        )
        begun = Holding.beginning(self._clock, radio_id, person.person_id, off_shift)
        await self._keep(begun, self._displaced_by(begun))
        return None

    def _displaced_by(self, begun: Holding) -> Iterable[_Ended]:
        """Who held the radio before, and the radio that the person held before."""
        for held in self._held.values():
            if held.radio_id == begun.radio_id:
                yield held, SignOnReason.SIGNED_OFF
            elif held.person_id == begun.person_id:
                yield held, SignOnReason.ELSEWHERE

    def _is_theirs(self, person: Person, radio_id: str) -> bool:
        """Whether the radio's venue lies in the person's places."""
        venue = Place(kind=PlaceKind.VENUE, place_id=self._registry.radios[radio_id].venue_id)
        return any(covers(place, venue, self._shifts.grid_of) for place in person.places)

    async def _end_what_is_over(self) -> None:
        over = [(held, why) for held in self._held.values() if (why := self._why_over(held)) is not None]
        if not over:
            return
        try:
            await self._keep(None, over)
        except Exception as error:
            _log.warning("sign_on.not_ended", radios=len(over), error=str(error))
            return
        for held, why in over:
            self._say(held.radio_id, self._standing(held.radio_id, why))

    def _why_over(self, held: Holding) -> SignOnReason | None:
        person = self._find(held.person_id)
        if person is None or not self._is_theirs(person, held.radio_id):
            return SignOnReason.DISABLED
        if held.is_too_long(self._clock):
            return SignOnReason.TOO_LONG
        venue_id, began_us = self._registry.radios[held.radio_id].venue_id, held.began_at_us
        ends = (self._shifts.ends_at_us(held.person_id, at, venue_id) for at in (began_us, began_us + EARLY_US))
        ends_us = next((end for end in ends if end is not None), None)
        return SignOnReason.SHIFT_OVER if is_shift_over(ends_us, self._clock.wall_us()) else None

    async def _keep(self, begun: Holding | None, ended: Iterable[_Ended]) -> None:
        """Store who begins and who ends, with an event and an audit record for each."""
        over = list(ended)
        views = {held.radio_id: self._radios.view_held_by(held.radio_id, None) for held, _ in over}
        begun_view = self._radios.view_held_by(begun.radio_id, self._as_holder(begun)) if begun else None

        def change(open_change: Change) -> None:
            for held, why in over:
                one = holders.c.radio_id == held.radio_id
                open_change.connection.execute(sa.delete(holders).where(one))
                self._events.append(open_change, EventKind.RADIO_SIGNED_OFF, held.radio_id, views[held.radio_id])
                _audit(open_change, audit.Action.SIGN_OFF_RADIO, held, why)
            if begun is not None and begun_view is not None:
                open_change.connection.execute(sa.insert(holders).values(**_row(begun)))
                self._events.append(open_change, EventKind.RADIO_SIGNED_ON, begun.radio_id, begun_view)
                _audit(open_change, audit.Action.SIGN_ON_RADIO, begun, None)

        await self._database.write(change)
        for held, _ in over:
            self._held.pop(held.radio_id, None)
        if begun is not None:
            self._held[begun.radio_id] = begun
        for held, why in over:
            if why is SignOnReason.ELSEWHERE:
                self._say(held.radio_id, self._standing(held.radio_id, why))

    def _as_holder(self, held: Holding) -> Holder | None:
        person = self._find(held.person_id)
        return Holder(person_id=held.person_id, name=person.name, off_shift=held.off_shift) if person else None

    def _standing(self, radio_id: str, reason: SignOnReason | None) -> SignedOn:
        holder = self.holder(radio_id)
        return SignedOn(
            stamp=self._bridge.stamper.stamp(),
            holder=holder.name if holder else None,
            off_shift=holder.off_shift if holder else False,
            reason=reason,
        )

    def _say(self, radio_id: str, message: SignedOn) -> None:
        self._bridge.say(topics.down(DeviceKind.RADIO, radio_id, Down.SIGNED_ON), message)


def _row(held: Holding) -> dict[str, object]:
    return {
        "radio_id": held.radio_id,
        "person_id": held.person_id,
        "off_shift": held.off_shift,
        "began_at_us": held.lifetime.began_wall_us,
        "began_monotonic_us": held.lifetime.began_monotonic_us,
        "machine_boot": held.lifetime.machine_boot,
    }


def _audit(change: Change, action: audit.Action, held: Holding, why: SignOnReason | None) -> None:
    detail = RadioHeld(
        radio_id=held.radio_id, person_id=held.person_id, off_shift=held.off_shift, why=why.value if why else None
    )
    audit.record(change, held.person_id, action, detail=detail)

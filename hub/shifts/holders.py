"""Who holds which radio, in memory and in the database; each change with its event and its audit record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import sqlalchemy as sa

from devices.protocol.messages import SignOnReason
from hub.access import audit
from hub.alerts.lifetime import Lifetime
from hub.events.log import EventLog
from hub.events.messages import EventKind
from hub.registry.radios import RadioRoll
from hub.registry.records import Holder
from hub.shifts.holding import LONGEST_S, FindPerson, Holding
from hub.shifts.messages import RadioHeld
from hub.shifts.tables import holders
from hub.storage.database import Database
from hub.storage.writer import Change

Ended = tuple[Holding, SignOnReason]


class Holders:
    """A radio has one holder, a person holds one radio."""

    def __init__(self, database: Database, events: EventLog, radios: RadioRoll, find_person: FindPerson) -> None:
        """``find_person`` knows who has an account that is not disabled."""
        self._database = database
        self._events = events
        self._radios = radios
        self._find = find_person
        self._held: dict[str, Holding] = {}

    def open(self) -> None:
        """Load them, and have the radios shown with them; before the hub serves anyone."""
        self._database.read_now(self._load)
        self._radios.ask_holder = self.holder

    def _load(self, connection: sa.Connection) -> None:
        for row in connection.execute(sa.select(holders)):
            began = Lifetime(row.began_at_us, row.began_monotonic_us, row.machine_boot, LONGEST_S)
            self._held[row.radio_id] = Holding(row.radio_id, row.person_id, row.off_shift, began)

    def __iter__(self) -> Iterator[Holding]:
        return iter(self._held.values())

    def of(self, radio_id: str) -> Holding | None:
        """How the radio is held now; None when nobody holds it."""
        return self._held.get(radio_id)

    def holder(self, radio_id: str) -> Holder | None:
        """Who holds the radio now."""
        held = self._held.get(radio_id)
        return self._as_holder(held) if held else None

    def displaced_by(self, begun: Holding) -> list[Ended]:
        """Who held the radio before, and the radio that the person held before."""
        return [
            (held, SignOnReason.SIGNED_OFF if held.radio_id == begun.radio_id else SignOnReason.ELSEWHERE)
            for held in self._held.values()
            if held.radio_id == begun.radio_id or held.person_id == begun.person_id
        ]

    async def keep(self, begun: Holding | None, ended: Iterable[Ended]) -> None:
        """Store who begins and who ends, then have it so."""
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

    def _as_holder(self, held: Holding) -> Holder | None:
        person = self._find(held.person_id)
        return Holder(person_id=held.person_id, name=person.name, off_shift=held.off_shift) if person else None


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

"""Holds' front door: footage that a case needs stays until the case closes, or somebody lets it go; each is audited."""

from __future__ import annotations

from hub.access import audit
from hub.access.audit import Action
from hub.access.people import Person
from hub.cases.messages import Case
from hub.cases.service import Cases
from hub.errors import Refusal
from hub.footage.holds import records
from hub.footage.holds.messages import Hold, NewHold
from hub.footage.segments import retention
from hub.storage.database import Database
from hub.storage.identifiers import new_id
from hub.storage.writer import Change

MOST_OF_CASE = 50
LONGEST_MS = 31 * 86_400_000


class Holds:
    """Those that are on, in memory and in the database."""

    def __init__(self, database: Database, cases: Cases) -> None:
        self._database = database
        self._cases = cases
        self._holds: dict[str, Hold] = {}
        self.standing: tuple[retention.Hold, ...] = ()
        """What may not be deleted, replaced whole: for any thread."""
        cases.when_closing(records.delete_of_case)

    def open(self) -> None:
        """Load them; before the hub serves anyone."""
        self._holds = {hold.hold_id: hold for hold in self._database.read_now(records.all_holds)}
        self.rules()

    def rules(self) -> tuple[retention.Hold, ...]:
        """What may not be deleted: what open cases hold, to the microsecond; ``standing`` from now on."""
        self._holds = {hold_id: hold for hold_id, hold in self._holds.items() if self._cases.is_open(hold.case_id)}
        self.standing = tuple(
            retention.Hold(frozenset(hold.camera_ids), hold.from_ms * 1000, hold.until_ms * 1000)
            for hold in self._holds.values()
        )
        return self.standing

    def is_held(self, start_us: int, end_us: int) -> bool:
        """Whether any camera's footage of that time is held; for any thread."""
        return any(start_us < one.until_us and end_us > one.from_us for one in self.standing)

    async def holds_of(self, case_id: str) -> tuple[Hold, ...]:
        """Those of an open case, the oldest first. Raises Refusal."""
        await self._cases.gate(case_id)
        return tuple(hold for hold in self._holds.values() if hold.case_id == case_id)

    async def hold(self, case_id: str, new: NewHold, person: Person) -> Hold:
        """Have this footage kept. A camera that is no longer enrolled may have some. Raises Refusal."""
        case = await self._cases.gate(case_id)
        if not 0 < new.until_ms - new.from_ms <= LONGEST_MS:
            raise Refusal(
                "not_a_time",
                "保留的录像须有先后，且不超过 31 天",
                "what is held must end after it begins, at most 31 days later",
                field="until_ms",
            )
        if sum(one.case_id == case_id for one in self._holds.values()) >= MOST_OF_CASE:
            most = MOST_OF_CASE
            raise Refusal("too_many_holds", f"每案最多 {most} 项保留", f"at most {most} holds in a case", status=409)
        camera_ids = tuple(dict.fromkeys(new.camera_ids))

        def change(open_change: Change) -> Hold:
            self._cases.must_be_open(open_change, case_id)
            hold = Hold(
                hold_id=new_id("H"),
                case_id=case_id,
                camera_ids=camera_ids,
                from_ms=new.from_ms,
                until_ms=new.until_ms,
                held_by=person.person_id,
                held_at_ms=open_change.at_us // 1000,
            )
            records.insert(open_change, hold)
            _note(open_change, person, Action.HOLD_FOOTAGE, case, hold)
            return hold

        made = await self._database.write(change)
        self._holds[made.hold_id] = made
        self.rules()  # before it is confirmed: a sweep that is under way leaves it
        return made

    async def release(self, case_id: str, hold_id: str, person: Person) -> Hold:
        """Let it go: what is too old is deleted soon after. Raises Refusal when the case has none of that id."""
        case = await self._cases.gate(case_id)
        hold = self._holds.get(hold_id)
        if hold is None or hold.case_id != case_id:
            raise _unknown(hold_id)

        def change(open_change: Change) -> None:
            if not records.delete(open_change, hold_id):
                raise _unknown(hold_id)
            _note(open_change, person, Action.RELEASE_FOOTAGE, case, hold)

        await self._database.write(change)
        self._holds.pop(hold_id, None)
        self.rules()
        return hold


def _unknown(hold_id: str) -> Refusal:
    return Refusal("unknown_hold", "没有这项保留", f"there is no hold {hold_id} in this case", status=404)


def _note(change: Change, person: Person, action: Action, case: Case, hold: Hold) -> None:
    audit.record(change, person.person_id, action, detail=hold, case_id=case.case_id, purpose=case.purpose)

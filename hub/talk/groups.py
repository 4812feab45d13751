"""Temporary talk groups: made for one occasion from venues, radios or an alert, closed by hand or when nobody speaks.

They have no broker topics: what is said in them goes to each radio's own (addresses.py).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Annotated, Any

import msgspec
import sqlalchemy as sa

from devices.protocol.clock import Clock
from devices.protocol.groups import MAX_TEMPORARY
from hub.access.audit import THE_HUB
from hub.access.people import Place
from hub.errors import Refusal
from hub.events.log import EventLog
from hub.events.messages import EventKind
from hub.registry.places import venue_place
from hub.registry.records import GroupKind, Id, TalkGroup, Title
from hub.registry.service import Registry
from hub.storage.database import Database
from hub.storage.writer import Change
from hub.talk.tables import temporary_groups

MAX_RADIOS = 40
"""Each voice packet is a publish for each radio: 50 packets a second to 40 are what the hub spends on one talker."""
QUIET_CLOSES_AFTER_S = 30 * 60.0
"""After the last burst, or the start of the hub: a restart does not know when the last burst was."""
LOOK_EVERY_S = 5.0
KEPT_CLOSED = 500
"""Closed groups that are still known, so that whoever may see events of one goes on seeing them."""
_PREFIX = "temporary."


class NewGroup(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``POST /api/talk/groups``: the radios of venues, some radios, or those that an alert went to: one of these."""

    name: Title
    venue_ids: Annotated[tuple[Id, ...], msgspec.Meta(max_length=200)] | None = None
    radio_ids: Annotated[tuple[Id, ...], msgspec.Meta(max_length=200)] | None = None
    alert_id: Id | None = None


class TemporaryGroup(TalkGroup, frozen=True, kw_only=True):
    """Also the body of ``group.opened`` and ``group.closed``."""

    alert_id: str | None
    """The alert whose radios these are."""
    radio_count: int
    """All its radios; ``radio_ids`` names those of one's own places."""
    opened_by: str
    opened_at_ms: int
    closes_at_ms: int | None
    """When it ends by itself unless somebody speaks in it; None once it is closed."""
    closed_by: str | None
    """A person, or ``hub`` when nobody had spoken for QUIET_CLOSES_AFTER_S."""
    closed_at_ms: int | None


class TemporaryGroups:
    """The groups that are open, in memory and on disk. At most MAX_TEMPORARY at once, MAX_RADIOS radios each."""

    def __init__(self, database: Database, events: EventLog, registry: Registry, clock: Clock) -> None:
        self._database = database
        self._events = events
        self._registry = registry
        self._clock = clock
        self._open: dict[str, TemporaryGroup] = {}
        self._closed: dict[str, TemporaryGroup] = {}
        self._quiet_since_us: dict[str, int] = {}
        self._last_number = 0
        self._changing = asyncio.Lock()
        self._followers: list[Callable[[], None]] = []
        self._closers: list[Callable[[TemporaryGroup], None]] = []
        registry.ask_temporary = self.find
        registry.follow(self._renew)

    def open(self) -> None:
        """Load what an earlier run left; before the hub serves anyone."""
        self._database.read_now(self._load)

    def _load(self, connection: sa.Connection) -> None:
        now_us = self._clock.monotonic_us()
        for row in connection.execute(sa.select(temporary_groups).order_by(temporary_groups.c.number)):
            group = _group(row)
            (self._open if group.closed_at_ms is None else self._closed)[group.group_id] = group
            self._last_number = row.number
        self._quiet_since_us = dict.fromkeys(self._open, now_us)

    def follow(self, changed: Callable[[], None]) -> None:
        """Have ``changed`` called whenever a group was opened or closed."""
        self._followers.append(changed)

    def when_closed(self, closed: Callable[[TemporaryGroup], None]) -> None:
        """Have ``closed`` called with each group that has just been closed, before ``follow``'s callbacks."""
        self._closers.append(closed)

    async def settled(self) -> None:
        """Returns when memory holds every change whose event has been told."""
        async with self._changing:
            return

    @property
    def opened(self) -> list[TemporaryGroup]:
        """The groups that are open, oldest first, with when they end as of now."""
        ahead_us = self._clock.wall_us() - self._clock.monotonic_us()
        return [
            msgspec.structs.replace(group, closes_at_ms=_closes_at_ms(self._quiet_since_us[group_id] + ahead_us))
            for group_id, group in self._open.items()
        ]

    def find_open(self, group_id: str) -> TemporaryGroup | None:
        """A group that is open."""
        return self._open.get(group_id)

    def find(self, group_id: str) -> TemporaryGroup | None:
        """A group that is open, or one of the latest KEPT_CLOSED."""
        return self._open.get(group_id) or self._closed.get(group_id)

    def _renew(self) -> None:
        """Venues may lie elsewhere now: whoever judged a group by its places judges a new one."""
        for groups in (self._open, self._closed):
            groups.update({group_id: msgspec.structs.replace(group) for group_id, group in groups.items()})

    def spoken_in(self, group_id: str) -> None:
        """A burst of this group ended, or goes on."""
        if group_id in self._open:
            self._quiet_since_us[group_id] = self._clock.monotonic_us()

    def members(self, new: NewGroup, of_alert: tuple[str, ...]) -> tuple[str, ...]:
        """The radios that the group is to have; ``of_alert``: those that its alert went to. Raises Refusal."""
        if sum(given is not None for given in (new.venue_ids, new.radio_ids, new.alert_id)) != 1:
            raise Refusal(
                "name_one",
                "请在场所、对讲机、警报中选择一种",
                "name one of venue_ids, radio_ids and alert_id",
                field="venue_ids",
            )
        radios = self._registry.radios
        radio_ids: tuple[str, ...]
        if new.venue_ids is not None:
            _check_known("venue_ids", "场所", "venue", new.venue_ids, self._registry.venues)
            wanted = frozenset(new.venue_ids)
            radio_ids = tuple(radio.radio_id for radio in radios.values() if radio.venue_id in wanted)
        elif new.radio_ids is not None:
            _check_known("radio_ids", "对讲机", "radio", new.radio_ids, radios)
            radio_ids = tuple(dict.fromkeys(new.radio_ids))
        else:
            radio_ids = tuple(filter(radios.__contains__, of_alert))
        if not radio_ids:
            raise Refusal("no_radios", "该对象没有对讲机", "nobody there has a radio", field="venue_ids")
        if len(radio_ids) > MAX_RADIOS:
            raise Refusal(
                "too_many_radios",
                f"临时组最多 {MAX_RADIOS} 部对讲机，所选有 {len(radio_ids)} 部：请少选一些，或呼叫网格、全体",
                f"a temporary group has at most {MAX_RADIOS} radios, these are {len(radio_ids)}: choose fewer, or call "
                "a grid or all",
                field="venue_ids",
            )
        return radio_ids

    def places_of(self, radio_ids: tuple[str, ...]) -> tuple[Place, ...]:
        """The venues of these radios."""
        venue_ids = dict.fromkeys(self._registry.radios[radio_id].venue_id for radio_id in radio_ids)
        return tuple(map(venue_place, venue_ids))

    async def open_group(self, new: NewGroup, radio_ids: tuple[str, ...], by: str) -> TemporaryGroup:
        """Open a group of these radios. Raises Refusal for one too many."""
        async with self._changing:
            if len(self._open) >= MAX_TEMPORARY:
                raise Refusal(
                    "too_many_groups",
                    f"最多同时有 {MAX_TEMPORARY} 个临时组，请先结束不用的",
                    f"at most {MAX_TEMPORARY} temporary groups at once: end one that is no longer needed",
                    status=409,
                )
            number = self._last_number + 1

            def change(open_change: Change) -> TemporaryGroup:
                row = {
                    "number": number,
                    "name": new.name,
                    "radio_ids": msgspec.json.encode(radio_ids),
                    "alert_id": new.alert_id,
                    "opened_by": by,
                    "opened_at_us": open_change.at_us,
                    "closed_by": None,
                    "closed_at_us": None,
                }
                connection = open_change.connection
                group = _group(connection.execute(sa.insert(temporary_groups).returning(temporary_groups), row).one())
                connection.execute(_forgetting(number))
                self._events.append(open_change, EventKind.GROUP_OPENED, group.group_id, group)
                return group

            group = await self._database.write(change)
            self._last_number = number
            self._open[group.group_id] = group
            self._quiet_since_us[group.group_id] = self._clock.monotonic_us()
        self._tell_followers()
        return group

    async def close_group(self, group_id: str, by: str) -> None:
        """End a group; whoever speaks in it is cut off. Raises Refusal when no such group is open."""
        async with self._changing:
            group = self._open.get(group_id)
            if group is None:
                raise Refusal("unknown_group", f"没有临时组 {group_id}", f"there is no group {group_id}", status=404)

            def change(open_change: Change) -> TemporaryGroup:
                t, values = temporary_groups.c, {"closed_by": by, "closed_at_us": open_change.at_us}
                closing = sa.update(temporary_groups).where(t.number == _number(group_id)).values(values)
                open_change.connection.execute(closing)
                closed_at_ms = open_change.at_us // 1000
                closed = msgspec.structs.replace(group, closes_at_ms=None, closed_by=by, closed_at_ms=closed_at_ms)
                self._events.append(open_change, EventKind.GROUP_CLOSED, group_id, closed)
                return closed

            closed = await self._database.write(change)
            del self._open[group_id], self._quiet_since_us[group_id]
            self._closed[group_id] = closed
            while len(self._closed) > KEPT_CLOSED:
                del self._closed[next(iter(self._closed))]
        for tell in self._closers:
            tell(closed)
        self._tell_followers()

    def _tell_followers(self) -> None:
        for changed in self._followers:
            changed()

    async def run(self) -> None:
        """Close the groups in which nobody has spoken for QUIET_CLOSES_AFTER_S, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            await self.close_quiet()

    async def close_quiet(self) -> None:
        """Close the groups in which nobody has spoken for QUIET_CLOSES_AFTER_S."""
        now_us = self._clock.monotonic_us()
        quiet = [
            one for one, since_us in self._quiet_since_us.items() if now_us - since_us >= QUIET_CLOSES_AFTER_S * 1e6
        ]
        for group_id in quiet:
            with contextlib.suppress(Refusal):  # somebody closed it just now
                await self.close_group(group_id, THE_HUB)


def _number(group_id: str) -> int:
    return int(group_id.removeprefix(_PREFIX))


def _closes_at_ms(quiet_since_us: int) -> int:
    return (quiet_since_us + round(QUIET_CLOSES_AFTER_S * 1e6)) // 1000


def _group(row: Any) -> TemporaryGroup:
    radio_ids = msgspec.json.decode(row.radio_ids, type=tuple[str, ...])
    return TemporaryGroup(
        group_id=f"{_PREFIX}{row.number}",
        name=row.name,
        kind=GroupKind.TEMPORARY,
        radio_ids=radio_ids,
        alert_id=row.alert_id,
        radio_count=len(radio_ids),
        opened_by=row.opened_by,
        opened_at_ms=row.opened_at_us // 1000,
        closes_at_ms=_closes_at_ms(row.opened_at_us) if row.closed_at_us is None else None,
        closed_by=row.closed_by,
        closed_at_ms=None if row.closed_at_us is None else row.closed_at_us // 1000,
    )


def _forgetting(number: int) -> sa.Delete:
    """Closed groups of which KEPT_CLOSED newer ones are known are kept no longer."""
    t = temporary_groups.c
    return sa.delete(temporary_groups).where(t.number <= number - KEPT_CLOSED, t.closed_at_us.is_not(None))


def _check_known(field: str, words: str, word: str, names: tuple[str, ...], known: Any) -> None:
    unknown = next((name for name in names if name not in known), None)
    if unknown is not None:
        raise Refusal(f"unknown_{word}", f"没有{words} {unknown}", f"there is no {word} {unknown}", field=field)

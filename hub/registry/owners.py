"""Whose cameras the room's are and what their owners agreed to: one list, saved whole, by one person at a time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
import sqlalchemy as sa

from hub.errors import Refusal
from hub.registry.records import MAX_OWNERS, Camera, Owner, Record, Terms
from hub.registry.tables import owner_lists

_LIST_ID = 1
NO_LONGER_ENROLLED = Terms(records=False, watches_live=False, exports=False)


class OwnerList(Record, frozen=True, kw_only=True):
    """All owners. ``version`` counts the savings; what is saved names the one that it was made from."""

    version: Annotated[int, msgspec.Meta(ge=0)]
    owners: Annotated[tuple[Owner, ...], msgspec.Meta(max_length=MAX_OWNERS)]


EMPTY = OwnerList(version=0, owners=())


def load(connection: sa.Connection) -> OwnerList:
    """The list as it is kept."""
    row = connection.execute(sa.select(owner_lists)).first()
    if row is None:
        return EMPTY
    return OwnerList(version=row.version, owners=msgspec.json.decode(row.owners, type=tuple[Owner, ...]))


def store(connection: sa.Connection, wanted: OwnerList) -> None:
    """Keep this list and no other."""
    row = {"version": wanted.version, "owners": msgspec.json.encode(wanted.owners)}
    connection.execute(sa.delete(owner_lists))
    connection.execute(sa.insert(owner_lists).values(list_id=_LIST_ID, **row))


def succeeding(kept: OwnerList, wanted: OwnerList, cameras: list[Camera]) -> OwnerList:
    """The list that follows ``kept`` when ``wanted`` is saved.

    Raises Refusal where another was saved meanwhile, an owner stands twice, or one is left out who still has cameras.
    """
    if wanted.version != kept.version:
        raise Refusal(
            "changed_meanwhile",
            "别人刚刚改过权属名单，请重新载入后再改",
            "somebody else has saved the owners meanwhile: load them again",
            field="version",
            status=409,
        )
    names = [owner.owner_id for owner in wanted.owners]
    twice = next((name for number, name in enumerate(names) if name in names[:number]), None)
    if twice is not None:
        raise Refusal("double_id", f"owner_id {twice} 出现了两次", f"owner_id {twice} stands twice", field="owner_id")
    left = next((one for one in cameras if one.owner_id is not None and one.owner_id not in names), None)
    if left is not None:
        raise Refusal(
            "owner_has_cameras",
            f"{left.owner_id} 名下还有摄像头（{left.name}），不能删除",
            f"{left.owner_id} still has cameras ({left.camera_id}) and cannot be left out",
            field="owner_id",
            status=409,
        )
    return OwnerList(version=kept.version + 1, owners=wanted.owners)


def with_imported(kept: OwnerList, imported: tuple[Owner, ...]) -> OwnerList:
    """The list with those of an import file added or changed; the same list where that changes nothing.

    Raises Refusal when they are too many.
    """
    by_id = {owner.owner_id: owner for owner in (*kept.owners, *imported)}
    owners = tuple(by_id.values())
    if len(owners) > MAX_OWNERS:
        raise Refusal(
            "too_many_owners", f"最多 {MAX_OWNERS} 个权属单位", f"at most {MAX_OWNERS} owners", field="owners"
        )
    return kept if owners == kept.owners else OwnerList(version=kept.version + 1, owners=owners)


def today(wall_us: int, time_zone: str) -> date:
    """The day on the community's calendar."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=wall_us)
    return moment.astimezone(ZoneInfo(time_zone)).date()


def terms(owner: Owner | None, day: date) -> Terms:
    """What may be done on ``day`` with a camera of this owner; None: the police's own.

    After an agreement nothing new is recorded and nobody watches; what was recorded under it may be used as it said.
    """
    if owner is None:
        return Terms()
    over = owner.until is not None and day > owner.until
    return Terms(
        records=owner.records and not over,
        watches_live=owner.watches_live and not over,
        exports=owner.exports,
        retention_days=owner.retention_days,
        agreement_over=over,
    )

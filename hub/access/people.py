"""Who uses the hub: a person, the role that says what they may do, the places that say where."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Role(StrEnum):
    """What a person does here; the columns of the permission table."""

    DISPATCHER = "dispatcher"
    OFFICER = "officer"
    CHIEF = "chief"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    GRID_MEMBER = "grid_member"
    GUARD = "guard"


ROLE_NAMES = {
    Role.DISPATCHER: "值班员",
    Role.OFFICER: "民警",
    Role.CHIEF: "所长",
    Role.ADMINISTRATOR: "管理员",
    Role.AUDITOR: "审计员",
    Role.GRID_MEMBER: "网格员",
    Role.GUARD: "保安",
}
"""As people say them."""


class PlaceKind(StrEnum):
    """How large a place is."""

    COMMUNITY = "community"
    GRID = "grid"
    VENUE = "venue"


class Place(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """Where a right holds: the whole community (no ``place_id``), one grid, or one venue."""

    kind: PlaceKind
    place_id: str | None = None


COMMUNITY = Place(kind=PlaceKind.COMMUNITY)


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who uses the hub."""

    person_id: str
    name: str
    role: Role
    places: tuple[Place, ...] = (COMMUNITY,)


LOCAL = Person(person_id="local", name="本机命令", role=Role.ADMINISTRATOR)
"""Whoever may read the hub's data folder on its own machine."""

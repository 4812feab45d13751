"""Somebody at a door: the person, by which session, and whether they may."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hub.access.people import COMMUNITY, Person, Place, PlaceKind
from hub.access.permissions import Right, has
from hub.errors import Refusal

GridOf = Callable[[str], str | None]
"""The grid of a venue; None for a venue that is not enrolled."""


def covers(place: Place, subject: Place, grid_of: GridOf) -> bool:
    """Whether ``subject`` lies in ``place``."""
    if place.kind is PlaceKind.COMMUNITY or place == subject:
        return True
    if place.kind is PlaceKind.GRID and subject.kind is PlaceKind.VENUE and subject.place_id is not None:
        return grid_of(subject.place_id) == place.place_id
    return False


@dataclass(frozen=True)
class Entrant:
    """A person who has come in; ``session_id`` is None for the commands of this machine."""

    person: Person
    session_id: str | None
    grid_of: GridOf

    def may(self, right: Right, subjects: Iterable[Place] = (COMMUNITY,)) -> bool:
        """Whether the role has the right, and the person's places cover every subject."""
        return has(self.person.role, right) and all(self.is_within(subject) for subject in subjects)

    def is_within(self, subject: Place) -> bool:
        """Whether one of the person's places covers ``subject``."""
        return any(covers(place, subject, self.grid_of) for place in self.person.places)

    def require(self, right: Right, subjects: Iterable[Place] = (COMMUNITY,)) -> None:
        """Return when they may. Raises Refusal (403) otherwise."""
        if not has(self.person.role, right):
            raise Refusal(
                "not_allowed", "您的岗位没有这项权限", f"your role does not have the right {right}", status=403
            )
        self.require_within(subjects)

    def require_within(self, subjects: Iterable[Place]) -> None:
        """Return when the person's places cover every subject. Raises Refusal (403) otherwise."""
        if not all(self.is_within(subject) for subject in subjects):
            raise not_your_place()


def not_your_place() -> Refusal:
    """The subject lies elsewhere."""
    return Refusal("not_your_place", "这不在您负责的范围内", "this is not within your places", status=403)

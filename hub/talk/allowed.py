"""Which talk groups one person may hear and speak to, and before whom."""

from __future__ import annotations

from hub.access.entrant import Entrant
from hub.access.people import COMMUNITY, Role
from hub.access.permissions import Right
from hub.registry.places import group_places, venue_place
from hub.registry.records import GroupKind, TalkGroup
from hub.registry.service import Registry
from hub.talk.effects import Priority

_PRIORITIES = {Role.DISPATCHER: Priority.DISPATCHER, Role.OFFICER: Priority.OFFICER, Role.CHIEF: Priority.OFFICER}
"""Every other role, and every radio, is a guard."""


class Allowed:
    """One person's groups; judged once for each group as long as the group stays as it is."""

    def __init__(self, entrant: Entrant, registry: Registry) -> None:
        self._entrant = entrant
        self._registry = registry
        self._sees_all = entrant.is_within(COMMUNITY)
        self._judged: dict[str, tuple[TalkGroup, bool]] = {}

    def may(self, group_id: str) -> bool:
        """Whether the person may call all venues of the group, or answers there for a radio of their own places.

        A private call is between the police room and one radio: nobody else answers for it.
        """
        group = self._registry.find_group(group_id)
        if group is None:
            return False
        judged = self._judged.get(group_id)
        if judged is None or judged[0] is not group:
            judged = self._judged[group_id] = (group, self._judge(group))
        return judged[1]

    def may_broadcast(self, group_id: str) -> bool:
        """Whether the person may keep the group's radios from answering: who may call all its venues."""
        group = self._registry.find_group(group_id)
        return group is not None and self._entrant.may(Right.CALL, group_places(self._registry, group))

    @property
    def priority(self) -> Priority:
        """Whom the person may take the floor from."""
        return _PRIORITIES.get(self._entrant.person.role, Priority.GUARD)

    def sees(self, radio_id: str) -> bool:
        """Whether the radio is at one of the person's places, so that they may know how it stands."""
        if self._sees_all:
            return True
        radio = self._registry.radios.get(radio_id)
        return radio is not None and self._entrant.is_within(venue_place(radio.venue_id))

    def _judge(self, group: TalkGroup) -> bool:
        places = group_places(self._registry, group)
        if group.kind is GroupKind.PRIVATE:
            return self._entrant.may(Right.CALL, places)
        answers = self._entrant.may(Right.ANSWER_CALL, ()) and any(map(self._entrant.is_within, places))
        return answers or self._entrant.may(Right.CALL, places)

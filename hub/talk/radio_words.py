"""What radios say in the talk room: push-to-talk, SOS as far as it is talk, and what they heard of a burst."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from devices.protocol import messages as wire
from devices.protocol.topics import DeviceKind, Up
from hub.bridge.client import Bridge
from hub.talk.consoles import Consoles
from hub.talk.effects import Denied, Granted, Press, Priority
from hub.talk.floors import Floors
from hub.talk.reach import ReachTable


@dataclass
class _SosPress:
    """One press of an SOS key and the burst that it brought."""

    request_id: str
    burst_id: int | None = None
    is_over: bool = False
    """It was heard, and its radio closed the microphone: said again, the press opens it no more."""


class RadioWords:
    """Asks floors for radios, those in an emergency before all others, and keeps the reach."""

    def __init__(
        self, floors: Floors, reach: ReachTable, consoles: Consoles, deny: Callable[[str, Denied], None]
    ) -> None:
        """``deny(group_id, denied)`` tells a radio that it has no such floor."""
        self._floors = floors
        self._reach = reach
        self._consoles = consoles
        self._deny = deny
        self._emergencies: dict[str, str] = {}
        """Radio: the group in which it has emergency priority."""
        self._sos_presses: dict[str, _SosPress] = {}
        """The latest of each radio."""
        self.packets_lost = 0
        self.packets_stale = 0

    def listen(self, bridge: Bridge) -> None:
        """Hear the radios."""
        bridge.on(DeviceKind.RADIO, Up.FLOOR, wire.FloorUp, self._floor)
        bridge.on(DeviceKind.RADIO, Up.HEARD, wire.BurstHeard, self._heard)

    def keep_emergency(self, radio_id: str, group_id: str) -> None:
        """The radio has emergency priority in this group."""
        self._emergencies[radio_id] = group_id

    def end_emergency(self, radio_id: str) -> None:
        """It has a guard's again."""
        self._emergencies.pop(radio_id, None)

    def open_microphone(self, radio_id: str, group_id: str, request_id: str) -> None:
        """Begin an emergency call, as Talk says."""
        self.keep_emergency(radio_id, group_id)
        latest = self._sos_presses.get(radio_id)
        if latest is None or latest.request_id != request_id:
            self._sos_presses[radio_id] = _SosPress(request_id)
        elif latest.is_over:
            return
        group = self._consoles.group(group_id)
        if group is not None and radio_id in group.radio_ids:
            self._floors.request(group_id, self._press_of(radio_id, group_id, request_id))

    def granted(self, effect: Granted) -> None:
        """A radio was given a floor."""
        sos_press = self._sos_presses.get(effect.press.talker_id)
        if sos_press is not None and sos_press.request_id == effect.press.request_id:
            sos_press.burst_id = effect.burst.burst_id

    def _released(self, radio_id: str, burst_id: int) -> None:
        reach, sos_press = self._reach.of(burst_id), self._sos_presses.get(radio_id)
        if sos_press is not None and sos_press.burst_id == burst_id:
            sos_press.is_over = reach is not None and reach.is_voiced

    def _press_of(self, radio_id: str, group_id: str, request_id: str) -> Press:
        if self._emergencies.get(radio_id) == group_id:
            return Press(radio_id, request_id, Priority.EMERGENCY, wire.CallKind.EMERGENCY)
        return Press(radio_id, request_id, Priority.GUARD)

    def _floor(self, radio_id: str, message: wire.FloorUp) -> None:
        if isinstance(message, wire.FloorRelease):
            self._released(radio_id, message.burst_id)
            self._floors.release(radio_id, message.burst_id)
            return
        if isinstance(message, wire.FloorCancel):
            self._floors.cancel(radio_id, message.request_id)
            return
        group = self._consoles.group(message.group_id)
        press = self._press_of(radio_id, message.group_id, message.request_id)
        if group is None:
            self._deny(message.group_id, Denied(press, wire.DenyReason.UNKNOWN_GROUP))
        elif radio_id not in group.radio_ids:
            self._deny(message.group_id, Denied(press, wire.DenyReason.NOT_A_MEMBER))
        else:
            self._floors.request(message.group_id, press)

    def _heard(self, radio_id: str, heard: wire.BurstHeard) -> None:
        reach = self._reach.of(heard.burst_id)
        if reach is None or not reach.is_listener(radio_id):
            return
        reach.heard(radio_id, heard)
        if heard.ended:
            self.packets_lost += heard.lost
            self.packets_stale += heard.stale
        floor = self._floors.by_group.get(reach.group.group_id)  # none where the group was closed
        if heard.ended and floor is not None and floor.burst == reach.burst:
            reach.fell_silent(radio_id)

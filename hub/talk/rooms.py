"""The front doors of other rooms that the talk room goes through."""

from __future__ import annotations

from dataclasses import dataclass

from devices.protocol.clock import Clock
from hub.bridge.client import Bridge
from hub.events.log import EventLog
from hub.registry.radios import RadioRoll
from hub.registry.service import Registry
from hub.storage.database import Database


@dataclass(frozen=True)
class Rooms:
    """What calls, bursts and emergencies all need; what one of them alone needs, it is given beside this."""

    registry: Registry
    radios: RadioRoll
    bridge: Bridge
    database: Database
    events: EventLog
    clock: Clock

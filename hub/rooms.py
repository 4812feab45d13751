"""The front doors that most rooms go through; what one room alone needs, it is given beside them."""

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
    """What is enrolled, who is on line, how radios are told, and where things are kept and told of."""

    registry: Registry
    radios: RadioRoll
    bridge: Bridge
    database: Database
    events: EventLog
    clock: Clock

"""An alert whose time is not over, as the hub remembers it for its timers."""

from __future__ import annotations

from dataclasses import dataclass

from hub.alerts.delivery import DeliveryState
from hub.alerts.lifetime import Lifetime
from hub.alerts.messages import Alert


@dataclass
class OpenRadio:
    """What is under way to one radio: its state by what the radio itself said, whoever answered elsewhere, and when it
    was last tried by the monotonic clock."""

    state: DeliveryState
    attempts: int
    tried_us: int


@dataclass(eq=False)
class OpenAlert:
    """It is in memory until its end is on disk; while ``is_ending`` nothing more is sent of it."""

    alert: Alert
    lifetime: Lifetime
    radios: dict[str, OpenRadio]
    is_ending: bool = False

"""An alert whose time is not over, as the hub remembers it for its timers."""

from __future__ import annotations

from dataclasses import dataclass

from hub.alerts.delivery import DeliveryState
from hub.alerts.lifetime import Lifetime
from hub.alerts.messages import Alert


@dataclass(slots=True)
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
    had_earlier: frozenset[str] = frozenset()
    """Those of its radios that may have an alert in whose place this one came."""
    is_ending: bool = False

    def told(self) -> list[str]:
        """The radios that may have it, or what it replaces, and are told of its end."""
        return [radio_id for radio_id, one in self.radios.items() if one.attempts > 0 or radio_id in self.had_earlier]

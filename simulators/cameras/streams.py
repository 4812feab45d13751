"""One stream of a simulated camera as it stands: what it sends, on which clock, what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass

from simulators.cameras.faults import Fault
from simulators.cameras.login import Login
from simulators.cameras.scenario import ScenarioClock
from simulators.cameras.wire import Wire


@dataclass
class CameraState:
    """What both streams of a camera share."""

    fault: Fault = Fault.NONE
    login: Login | None = None
    loss: float = 0.0
    """Which share of datagrams is dropped, 0 to 1."""
    clock_offset_us: int = 0


@dataclass(frozen=True)
class CameraStream:
    """``other`` is what it sends with its resolution changed: the same coding in another size."""

    stream_id: str
    own: Wire
    other: Wire | None
    scenario: ScenarioClock
    state: CameraState

    @property
    def fault(self) -> Fault:
        return self.state.fault

    @property
    def clock_offset_us(self) -> int:
        return self.state.clock_offset_us

    @property
    def wire(self) -> Wire:
        """What it sends at the moment."""
        return self.other if self.other is not None and self.state.fault is Fault.RESOLUTION else self.own

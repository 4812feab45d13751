"""A radio's loudspeaker that notes what it plays, and when."""

from __future__ import annotations

from devices.protocol.clock import Clock, SystemClock
from devices.radio.jitter import Play, Slot
from devices.radio.sound import PacedSpeaker


class Listener(PacedSpeaker):
    """Pulls at a sound card's pace; ``frames`` are the Opus frames of each burst in the order in which they sounded."""

    def __init__(self, clock: Clock | None = None) -> None:
        super().__init__(clock or SystemClock())
        self.frames: dict[int, list[bytes]] = {}
        self.played: list[tuple[int, bytes]] = []
        """Each frame of all bursts with the monotonic time (microseconds) at which it began to sound."""
        self.slots: list[Slot] = []
        self.over_bursts: list[int] = []

    def play(self, burst_id: int, slot: Slot) -> None:
        self.slots.append(slot)
        if slot.play is Play.FRAME:
            for frame in (slot.hurried, slot.frame):
                if frame:
                    self.frames.setdefault(burst_id, []).append(frame)
                    self.played.append((self._clock.monotonic_us(), frame))

    def over(self, burst_id: int) -> None:
        self.over_bursts.append(burst_id)

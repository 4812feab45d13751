"""The way out to telephones: what each door can do. The doors themselves are ``sip_door.py`` and ``file_door.py``."""

from __future__ import annotations

from typing import Protocol

from hub.fallback.messages import DoorStanding, Outcome
from hub.speech.sound import Spoken

RINGS_S = 40.0
"""How long a telephone rings before the try is over."""
WAITS_FOR_KEY_S = 8.0
"""After the message was spoken."""
KEY = "1"
MOST_TEXT = 300
"""Characters of a text."""


class DoorError(RuntimeError):
    """The door could not do it; says why, without number or secret."""


class Door(Protocol):
    """Both deeds may go on side by side, AT_ONCE of each. Cancelling one hangs up."""

    @property
    def standing(self) -> DoorStanding: ...

    async def open(self) -> None:
        """Before anything else."""

    async def run(self) -> None:
        """Keep the door open, until cancelled."""

    async def send_text(self, phone: str, text: str) -> None:
        """Have the other side take a text of at most MOST_TEXT characters. Raises DoorError."""

    async def call(self, phone: str, spoken: Spoken) -> Outcome:
        """Call, speak, wait for the key: what came of it. Raises DoorError."""

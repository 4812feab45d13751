"""The floor's table: what comes of a press of push-to-talk, by how the floor stands and who presses."""

from __future__ import annotations

from enum import StrEnum


class FloorState(StrEnum):
    """How the floor stands."""

    IDLE = "idle"
    TAKEN = "taken"
    BROADCAST = "broadcast"
    """Taken, and nobody is to answer."""
    KEPT = "kept"
    """Idle in the hang time of a broadcast call: kept for its initiator."""


class Asker(StrEnum):
    """How who presses stands to the floor; the first that is so."""

    EMERGENCY = "emergency"
    """In an emergency, and the talker is not."""
    OWN = "own"
    """The talker, or the broadcast's initiator."""
    HIGHER = "higher"
    """Of a higher priority than the talker."""
    OTHER = "other"


class Answer(StrEnum):
    """What comes of a press."""

    GRANT = "grant"
    REPEAT = "repeat"
    """The same grant again."""
    PREEMPT = "pre-empt"
    """The talker is revoked, the asker granted."""
    QUEUE = "queue"
    DENY = "deny"


ANSWERS: dict[FloorState, dict[Asker, Answer]] = {
    FloorState.IDLE: dict.fromkeys(Asker, Answer.GRANT),
    FloorState.TAKEN: {
        Asker.EMERGENCY: Answer.PREEMPT,
        Asker.OWN: Answer.REPEAT,
        Asker.HIGHER: Answer.PREEMPT,
        Asker.OTHER: Answer.QUEUE,
    },
    FloorState.BROADCAST: {
        Asker.EMERGENCY: Answer.PREEMPT,
        Asker.OWN: Answer.REPEAT,
        Asker.HIGHER: Answer.DENY,
        Asker.OTHER: Answer.DENY,
    },
    FloorState.KEPT: {
        Asker.EMERGENCY: Answer.GRANT,
        Asker.OWN: Answer.GRANT,
        Asker.HIGHER: Answer.DENY,
        Asker.OTHER: Answer.DENY,
    },
}

"""Counts what the console's server turned away before any room saw it, by reason."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum


class Reason(StrEnum):
    """Why a connection or request was turned away."""

    TOO_MANY_CONNECTIONS = "too_many_connections"
    TOO_MANY_OF_ADDRESS = "too_many_of_address"
    CONNECTION_RATE = "connection_rate"
    """One address made new connections faster than a venue's phones do."""
    GAVE_WAY = "gave_way"
    """A connection without a request under way was closed for a newer one."""
    HANDSHAKE = "handshake"
    """TLS was not agreed on within its time, or not at all."""
    SLOW_HEAD = "slow_head"
    SLOW_BODY = "slow_body"
    BODY_CUT_OFF = "body_cut_off"
    """The connection ended in the middle of a request's body."""
    NOT_READING = "not_reading"
    """What was answered was not taken."""
    MALFORMED = "malformed"
    NO_DESCRIPTORS = "no_descriptors"
    ADDRESS_RATE = "address_rate"
    SESSION_RATE = "session_rate"
    SECRET_DOOR_RATE = "secret_door_rate"
    PROBE_RATE = "probe_rate"


class TurnedAway:
    """How often each reason was met; ``qianshao_http_refused_total`` reads it."""

    def __init__(self) -> None:
        self.counts: Counter[Reason] = Counter(dict.fromkeys(Reason, 0))

    def add(self, reason: Reason) -> None:
        """One more."""
        self.counts[reason] += 1

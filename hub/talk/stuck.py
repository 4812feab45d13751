"""Keys that are stuck: a talker whose voice goes on after the floor was revoked, without a release."""

from __future__ import annotations

from dataclasses import dataclass

STUCK_AFTER_S = 2.0
"""A talker who was told to stop does so within a round trip; a key that still speaks after this is stuck."""
GOES_ON_WITHIN_S = 1.0
"""Voice after a longer pause is judged anew: a line that stood still brings all at once what was spoken meanwhile."""
FREE_AFTER_SILENT_S = 60.0
"""A stuck key whose release was lost is held to be free after so much silence."""
MOST_KEPT = 1_024
"""Revoked talkers remembered; the oldest goes."""


@dataclass
class _Revoked:
    burst_id: int
    started_us: int
    at_us: int
    heard_us: int
    goes_on_since_us: int
    stuck: bool = False


class Keys:
    """The keys of those whose floor was revoked in any group, until they let go. Pure."""

    def __init__(self) -> None:
        self._revoked: dict[str, _Revoked] = {}

    def __contains__(self, talker_id: str) -> bool:
        return talker_id in self._revoked

    def revoke(self, talker_id: str, burst_id: int, started_us: int, now_us: int) -> None:
        """The floor was taken from a talker whose burst began then; a key known as stuck stays so."""
        former = self._revoked.pop(talker_id, None)
        while len(self._revoked) >= MOST_KEPT:
            del self._revoked[next(iter(self._revoked))]
        self._revoked[talker_id] = _Revoked(
            burst_id, started_us, now_us, now_us, now_us, stuck=former is not None and former.stuck
        )

    def let_go(self, talker_id: str) -> None:
        """A release of the talker was heard, or the talker went."""
        self._revoked.pop(talker_id, None)

    def heard(self, talker_id: str, burst_id: int, media_us: int, now_us: int) -> bool:
        """Voice of a burst that no longer has the floor; true when the key is found stuck, once.

        It must have been spoken, by its media time, so long after the floor was taken, and have come for so long
        without a pause: what a slow line brings late, or one that stood still in both directions, shows no stuck key.
        """
        revoked = self._revoked.get(talker_id)
        if revoked is None or revoked.burst_id != burst_id:
            return False
        if self.left_s(talker_id, now_us) == 0.0 and revoked.stuck:
            self.let_go(talker_id)
            return False
        if now_us - revoked.heard_us > GOES_ON_WITHIN_S * 1e6:
            revoked.goes_on_since_us = now_us
        revoked.heard_us = now_us
        spoken_after_us = revoked.started_us + media_us - revoked.at_us
        if revoked.stuck or min(spoken_after_us, now_us - revoked.goes_on_since_us) < STUCK_AFTER_S * 1e6:
            return False
        revoked.stuck = True
        return True

    def is_revoked(self, talker_id: str, burst_id: int) -> bool:
        """Whether this burst was revoked and its talker has not been heard to let go."""
        revoked = self._revoked.get(talker_id)
        return revoked is not None and revoked.burst_id == burst_id

    def left_s(self, talker_id: str, now_us: int) -> float:
        """How long a stuck key must still be silent to be held free; 0 for a key that is not stuck."""
        revoked = self._revoked.get(talker_id)
        if revoked is None or not revoked.stuck:
            return 0.0
        return max(0.0, FREE_AFTER_SILENT_S - (now_us - revoked.heard_us) / 1e6)

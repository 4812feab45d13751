"""The right to talk in one talk group: a state machine, pure, the clock and the numbers passed in.

The table of what comes of a press is ``answers.py``. Words follow 3GPP TS 24.380 (floor request, granted, denied,
taken, queued, released, revoked, idle) and TS 22.179 (calls, pre-emption). One talker holds the floor. A burst is one
press of push-to-talk; bursts that follow within the hang time belong to one call.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from devices.protocol.messages import CallKind, DenyReason, RevokeReason
from hub.talk.answers import ANSWERS, Answer, Asker, FloorState
from hub.talk.barred import Barred
from hub.talk.effects import (
    Burst,
    Denied,
    Effect,
    Effects,
    Ended,
    Granted,
    KeyStuck,
    Press,
    Priority,
    Revoked,
    Taken,
    Warned,
)
from hub.talk.queue import Queue

HANG_TIME_S = 10.0
"""How long a call stays open for an answer after a burst."""
SILENT_AFTER_S = 2.0
"""Without a voice packet for so long the floor is taken back: a browser that froze must not keep it."""
WARN_BEFORE_S = 10.0
"""How long before the talk limit the talker is warned; with a limit no longer than this, never."""


@dataclass
class _Call:
    call_id: int
    kind: CallKind
    initiator_id: str
    open_until_us: int = 0
    """When nobody speaks: until when a burst still belongs to it."""


class Floor:
    """The floor of one group. ``new_id`` gives call and burst ids; ``barred`` is what all floors know together.

    Each call returns what is to be told, in order; what has come due by then is in it. After ``look`` at ``due_us``
    nothing is late. Time never goes back.
    """

    def __init__(self, talk_limit_s: float, new_id: Callable[[], int], barred: Barred) -> None:
        self._limit_us = round(talk_limit_s * 1e6)
        self._warn_us = round((talk_limit_s - WARN_BEFORE_S) * 1e6)
        self._new_id = new_id
        self._burst: Burst | None = None
        self._request_id = ""
        """The request that the burst was granted to last."""
        self._voice_us = 0
        self._warned = False
        self._call: _Call | None = None
        self._queue = Queue()
        self._barred = barred
        self._told: list[Effect] = []

    @property
    def burst(self) -> Burst | None:
        """The burst under way."""
        return self._burst

    @property
    def waiting(self) -> tuple[Press, ...]:
        """Who waits for the floor, the next first."""
        return self._queue.presses

    @property
    def due_us(self) -> int | None:
        """When something happens by itself, unless voice or a key comes before; None when nothing will."""
        dues = [] if self._queue.due_us is None else [self._queue.due_us]
        if self._burst is not None:
            dues += [self._burst.started_us + self._limit_us, self._voice_us + round(SILENT_AFTER_S * 1e6)]
            if not self._warned:
                dues.append(self._burst.started_us + self._warn_us)
        return min(dues, default=None)

    def is_in_call(self, now_us: int) -> bool:
        """Whether somebody speaks, or the call is still open for an answer."""
        return self._burst is not None or self._is_open(now_us)

    def concerns(self, talker_id: str) -> bool:
        """Whether a release, cancel or leaving of this talker changes anything here."""
        owners = (self._burst and self._burst.talker_id, self._call and self._call.initiator_id)
        return talker_id in owners or talker_id in self._queue or talker_id in self._barred.keys

    def request(self, press: Press, now_us: int) -> Effects:
        """Push-to-talk was pressed; a press that waited is over with it."""
        self._look(now_us)
        denied = self._barred.why_not(press, now_us)
        answer = ANSWERS[self._state(now_us)][self._asker(press)]
        if denied is not None:
            self._queue.remove(press.talker_id)
            self._told.append(denied)
        elif answer is Answer.GRANT:
            self._grant(press, now_us)
        elif answer is Answer.REPEAT:
            self._repeat(press)
        elif answer is Answer.PREEMPT:
            self._end(RevokeReason.PREEMPTED, now_us)
            self._grant(press, now_us)
        elif answer is Answer.QUEUE:
            self._wait(press, now_us)
        else:
            self._told.append(Denied(press, DenyReason.BROADCAST, self._kept_for_s(now_us)))
        return self._tell()

    def voice(self, talker_id: str, burst_id: int, now_us: int) -> bool:
        """Whether a packet of this talker and burst may pass."""
        burst = self._burst
        if burst is None or burst.burst_id != burst_id or burst.talker_id != talker_id:
            return False
        self._voice_us = now_us
        return True

    def overrun(self, talker_id: str, burst_id: int, media_us: int, now_us: int) -> Effects:
        """A packet that did not pass: the key of a revoked talker may be stuck, who then no longer waits either.

        ``media_us``: how far into the burst it was spoken.
        """
        if self._barred.keys.heard(talker_id, burst_id, media_us, now_us):
            self._told.append(KeyStuck(talker_id, burst_id))
            self._turn_away(talker_id, now_us)
        return self._tell()

    def turn_away(self, talker_id: str, now_us: int) -> Effects:
        """Who was barred in another group waits here no more, and who was locked out there does not go on here."""
        self._turn_away(talker_id, now_us)  # first, or what has come due by now might grant who is barred
        self._look(now_us)
        burst = self._burst
        speaks = burst is not None and burst.talker_id == talker_id and burst.priority is not Priority.EMERGENCY
        if speaks and self._barred.locked_s(talker_id, now_us) > 0:
            self._end(RevokeReason.TOO_LONG, now_us)
            self._grant_next(now_us)
        return self._tell()

    def _turn_away(self, talker_id: str, now_us: int) -> None:
        for press in self._queue.presses:
            denied = self._barred.why_not(press, now_us) if press.talker_id == talker_id else None
            if denied is not None:
                self._queue.remove(talker_id)
                self._told.append(denied)

    def is_revoked(self, talker_id: str, burst_id: int) -> bool:
        """Whether a packet that did not pass is of a burst that was taken from its talker, who has not let go yet."""
        return self._barred.keys.is_revoked(talker_id, burst_id)

    def release(self, talker_id: str, burst_id: int, now_us: int) -> Effects:
        """Push-to-talk was let go; a burst that is over already changes nothing but that the key is free."""
        self._look(now_us)
        self._barred.keys.let_go(talker_id)
        if self._burst is not None and (self._burst.talker_id, self._burst.burst_id) == (talker_id, burst_id):
            self._end(None, now_us)
            self._grant_next(now_us)
        return self._tell()

    def cancel(self, talker_id: str, request_id: str, now_us: int) -> Effects:
        """The key was let go while its request waited, or before its grant arrived."""
        self._look(now_us)
        self._barred.keys.let_go(talker_id)
        granted = self._burst is not None and (self._burst.talker_id, self._request_id) == (talker_id, request_id)
        if not self._queue.remove(talker_id, request_id) and granted:
            self._end(None, now_us)
            self._grant_next(now_us)
        return self._tell()

    def leave(self, talker_id: str, now_us: int) -> Effects:
        """Somebody went away: speaks no more, waits no more, and keeps nobody from answering."""
        self._queue.remove(talker_id)  # first, or what has come due by now might grant who is no longer there
        self._look(now_us)
        self._barred.keys.let_go(talker_id)
        speaking = self._burst is not None and self._burst.talker_id == talker_id
        if speaking:
            self._end(None, now_us)
        if self._call is not None and self._call.kind is CallKind.BROADCAST and self._call.initiator_id == talker_id:
            self._call = None
        if speaking:
            self._grant_next(now_us)
        return self._tell()

    def stop(self, now_us: int) -> Effects:
        """The hub is being stopped: who speaks is cut off, and nobody waits any more."""
        self._queue.clear()
        if self._burst is not None:
            self._end(RevokeReason.STOPPING, now_us)
        return self._tell()

    def look(self, now_us: int) -> Effects:
        """What has come due: the end of patience, the warning, the talk limit, silence."""
        self._look(now_us)
        return self._tell()

    def _look(self, now_us: int) -> None:
        self._told += [Denied(press, DenyReason.WAITED_TOO_LONG) for press in self._queue.overdue(now_us)]
        burst = self._burst
        if burst is None:
            return
        if now_us >= burst.started_us + self._limit_us:
            if burst.priority is not Priority.EMERGENCY:
                self._barred.revoked_at_limit(burst, now_us)
            self._end(RevokeReason.TOO_LONG, now_us)
            self._grant_next(now_us)
        elif now_us >= self._voice_us + SILENT_AFTER_S * 1e6:
            self._end(RevokeReason.SILENT, now_us)
            self._grant_next(now_us)
        elif not self._warned and now_us >= burst.started_us + self._warn_us:
            self._warned = True
            self._told.append(Warned(burst, (burst.started_us + self._limit_us - now_us) / 1e6))

    def _state(self, now_us: int) -> FloorState:
        call = self._call
        broadcast = call is not None and call.kind is CallKind.BROADCAST
        if self._burst is not None:
            return FloorState.BROADCAST if broadcast else FloorState.TAKEN
        return FloorState.KEPT if broadcast and self._is_open(now_us) else FloorState.IDLE

    def _asker(self, press: Press) -> Asker:
        burst = self._burst
        if press.priority is Priority.EMERGENCY and (burst is None or burst.priority < press.priority):
            return Asker.EMERGENCY
        owner_id = burst.talker_id if burst is not None else self._call.initiator_id if self._call is not None else None
        if press.talker_id == owner_id:
            return Asker.OWN
        return Asker.HIGHER if burst is not None and burst.priority < press.priority else Asker.OTHER

    def _grant(self, press: Press, now_us: int) -> None:
        self._queue.remove(press.talker_id)
        call = self._call
        if call is None or not self._is_open(now_us) or not _joins(press, call):
            call = self._call = _Call(self._new_id(), press.call, press.talker_id)
        burst = Burst(call.call_id, self._new_id(), press.talker_id, now_us, press.priority, call.kind)
        self._burst = burst
        self._request_id = press.request_id
        self._voice_us = now_us
        self._warned = self._warn_us <= 0
        self._told += [Granted(press, burst), Taken(burst)]
        if call.kind is CallKind.BROADCAST:
            self._told += [Denied(turned_away, DenyReason.BROADCAST) for turned_away in self._queue.clear()]

    def _repeat(self, press: Press) -> None:
        assert self._burst is not None
        self._request_id = press.request_id
        self._told.append(Granted(press, self._burst))

    def _wait(self, press: Press, now_us: int) -> None:
        turned_away = self._queue.add(press, now_us)
        if turned_away is not None:
            self._told.append(Denied(turned_away, DenyReason.QUEUE_FULL))

    def _grant_next(self, now_us: int) -> None:
        if len(self._queue) > 0:
            self._grant(self._queue.pop(), now_us)

    def _end(self, reason: RevokeReason | None, now_us: int) -> None:
        """End the burst; with a reason when its talker did not."""
        burst, call = self._burst, self._call
        assert burst is not None
        assert call is not None
        self._burst = None
        call.open_until_us = now_us + round(HANG_TIME_S * 1e6)
        if reason is not None:
            self._barred.keys.revoke(burst.talker_id, burst.burst_id, burst.started_us, now_us)
            self._told.append(Revoked(burst, reason))
        self._told.append(Ended(burst))

    def _is_open(self, now_us: int) -> bool:
        """Whether a burst now would follow within the hang time of the call before."""
        return self._call is not None and now_us <= self._call.open_until_us

    def _kept_for_s(self, now_us: int) -> float | None:
        """How long a broadcast's hang time still lasts; None while it is spoken."""
        return None if self._burst is not None or self._call is None else (self._call.open_until_us - now_us) / 1e6

    def _tell(self) -> Effects:
        told = (*self._told, *self._queue.changes())
        self._told = []
        return told


def _joins(press: Press, call: _Call) -> bool:
    """Whether a press within the hang time belongs to the call: of its kind, or the answer to an emergency."""
    return press.call is call.kind or (press.call is CallKind.GROUP and call.kind is CallKind.EMERGENCY)

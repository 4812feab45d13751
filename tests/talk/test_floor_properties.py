"""The floor under any order of presses, releases, stalls, losses and returns, beside a plain list of who waits."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from devices.protocol.messages import CallKind, DenyReason, RevokeReason
from hub.talk.barred import Barred
from hub.talk.effects import (
    Burst,
    Denied,
    Effects,
    Ended,
    Granted,
    KeyStuck,
    Press,
    Priority,
    Queued,
    Revoked,
    Taken,
    Warned,
)
from hub.talk.floor import HANG_TIME_S, SILENT_AFTER_S, WARN_BEFORE_S, Floor
from hub.talk.lockout import LOCKOUTS_S
from hub.talk.queue import MOST_WAITING, WAIT_AT_MOST_S
from hub.talk.stuck import FREE_AFTER_SILENT_S, GOES_ON_WITHIN_S, STUCK_AFTER_S

S = 1_000_000
LIMIT_S = 16
PACKET_US = S // 2
RANKS = {
    "duty1": Priority.DISPATCHER,
    "duty2": Priority.DISPATCHER,
    "officer": Priority.OFFICER,
    **{f"R{number:02}": Priority.GUARD for number in range(12)},
}
TALKER = st.sampled_from(sorted(RANKS))
BARRED = {DenyReason.LOCKED_OUT, DenyReason.KEY_STUCK}


@dataclass
class Client:
    """A radio or console as it sees itself; time in microseconds."""

    presses: int = 0
    waits: Press | None = None
    since_us: int = 0
    place: tuple[int, int] | None = None
    burst: Burst | None = None
    stalled: bool = False
    revoked: Burst | None = None
    """The burst that was taken from it, until it lets go."""
    goes_on_since_us: int = 0
    """Since when its voice comes all the same, from the revoke on, without a pause."""
    stuck: bool = False
    heard_us: int = 0
    barred_until_us: int = 0


@dataclass
class Call:
    initiator_id: str
    kind: CallKind
    until_us: int = 0


@dataclass
class Plain:
    """What the room should know."""

    clients: dict[str, Client] = field(default_factory=lambda: {talker_id: Client() for talker_id in RANKS})
    talking: Burst | None = None
    voice_us: int = 0
    call: Call | None = None
    spoken: list[Burst] = field(default_factory=list)

    def waiting(self) -> list[Press]:
        """Who waits: by priority, then by time, then by the order of pressing."""
        found = [client for client in self.clients.values() if client.waits is not None]
        return [one.waits for one in sorted(found, key=self._order) if one.waits is not None]

    @staticmethod
    def _order(client: Client) -> tuple[int, int, int]:
        assert client.waits is not None
        return -client.waits.priority, client.since_us, int(client.waits.request_id)

    def broadcast(self, now_us: int) -> Call | None:
        """The broadcast call that is on, or in its hang time."""
        call = self.call
        if call is None or call.kind is not CallKind.BROADCAST:
            return None
        return call if self.talking is not None or now_us <= call.until_us else None


class FloorMachine(RuleBasedStateMachine):
    """Each rule is something that happens at the end of the line; ``hear`` checks whatever the floor says to it."""

    @initialize()
    def begin(self) -> None:
        self.numbers = count(1)
        self.requests = count(1)
        self.barred = Barred()
        self.floor = Floor(LIMIT_S, self.numbers.__next__, self.barred)
        self.now_us = 0
        self.plain = Plain()

    @rule(talker_id=TALKER, call=st.sampled_from([CallKind.GROUP] * 4 + [CallKind.BROADCAST]))
    def presses(self, talker_id: str, call: CallKind) -> None:
        if RANKS[talker_id] is Priority.GUARD:
            call = CallKind.GROUP
        self.ask(Press(talker_id, str(next(self.requests)), RANKS[talker_id], call))

    @rule(talker_id=TALKER)
    def presses_sos(self, talker_id: str) -> None:
        self.ask(Press(talker_id, str(next(self.requests)), Priority.EMERGENCY, CallKind.EMERGENCY))

    @rule()
    def everybody_presses(self) -> None:
        for talker_id, priority in RANKS.items():
            self.ask(Press(talker_id, str(next(self.requests)), priority))

    @rule(talker_id=TALKER)
    def request_arrives_twice(self, talker_id: str) -> None:
        waits = self.plain.clients[talker_id].waits
        if waits is not None:
            before = self.plain.waiting()
            self.ask(waits)
            assert self.plain.waiting() == before

    @rule(talker_id=TALKER)
    def lets_go(self, talker_id: str) -> None:
        """Says what a client says: the release of what it speaks, or that it no longer waits."""
        client = self.plain.clients[talker_id]
        waits, burst_id = client.waits, client.burst.burst_id if client.burst is not None else 0
        self.forget_key(client)
        concerns = self.floor.concerns(talker_id)
        if waits is not None:
            client.waits = None
            told = self.floor.cancel(talker_id, waits.request_id, self.now_us)
        else:
            told = self.floor.release(talker_id, burst_id, self.now_us)
        assert concerns or told == ()
        self.hear(told)
        assert self.plain.talking is None or self.plain.talking.talker_id != talker_id

    @rule(talker_id=TALKER)
    def goes_and_may_come_back(self, talker_id: str) -> None:
        client = self.plain.clients[talker_id]
        client.waits = None
        call = self.plain.broadcast(self.now_us)
        told = self.floor.leave(talker_id, self.now_us)
        if call is not None and call.initiator_id == talker_id:
            self.plain.call = None
        self.hear(told)
        self.forget_key(client)

    @rule(talker_id=TALKER)
    def goes_in_the_moment_something_is_due(self, talker_id: str) -> None:
        """Before anybody looked what came due."""
        self.now_us = max(self.now_us, self.floor.due_us or 0)
        self.goes_and_may_come_back(talker_id)

    @rule(talker_id=TALKER)
    def stalls(self, talker_id: str) -> None:
        self.plain.clients[talker_id].stalled = True

    @rule(back=st.integers(0, 5))
    def speaks_without_the_floor(self, back: int) -> None:
        for burst in self.plain.spoken[-1 - back :][:1]:
            if burst != self.plain.talking:
                assert not self.floor.voice(burst.talker_id, burst.burst_id, self.now_us)

    @rule(wait_s=st.sampled_from([0.1, 0.7, 1.9, 2.1, 5.0, 15.0, 31.0, 75.0]), keys_hang=st.booleans())
    def time_passes(self, wait_s: float, keys_hang: bool) -> None:
        """Everybody who has the floor speaks, unless stalled; with ``keys_hang`` also those it was taken from."""
        until_us = self.now_us + round(wait_s * S)
        while self.now_us < until_us:
            packet_us = self.now_us + PACKET_US
            self.now_us = min(until_us, packet_us, max(self.now_us, self.floor.due_us or until_us))
            self.hear(self.floor.look(self.now_us))
            self.speak()
            if keys_hang:
                self.speak_on()

    def speak(self) -> None:
        burst = self.plain.talking
        if burst is not None and not self.plain.clients[burst.talker_id].stalled:
            assert self.floor.voice(burst.talker_id, burst.burst_id, self.now_us)
            self.plain.voice_us = self.now_us

    def speak_on(self) -> None:
        for talker_id, client in self.plain.clients.items():
            if client.revoked is None or (client.stuck and self.now_us - client.heard_us >= FREE_AFTER_SILENT_S * S):
                continue
            burst_id, media_us = client.revoked.burst_id, self.now_us - client.revoked.started_us
            assert not self.floor.voice(talker_id, burst_id, self.now_us)
            if self.now_us - client.heard_us > GOES_ON_WITHIN_S * S:
                client.goes_on_since_us = self.now_us
            client.heard_us = self.now_us
            found = not client.stuck and self.now_us - client.goes_on_since_us >= STUCK_AFTER_S * S
            client.stuck = client.stuck or found
            told = self.floor.overrun(talker_id, burst_id, media_us, self.now_us)
            assert told[:1] == (KeyStuck(talker_id, burst_id),) * found
            self.hear(told[1:])
            assert not found or client.waits is None or client.waits.priority is Priority.EMERGENCY

    def ask(self, press: Press) -> None:
        """Press, and hear an answer to this very press."""
        client = self.plain.clients[press.talker_id]
        before = self.plain.talking
        if client.waits != press:
            client.waits, client.since_us, client.place = press, self.now_us, None
        told = self.floor.request(press, self.now_us)
        answers = [one for one in told if isinstance(one, Granted | Queued | Denied) and one.press == press]
        assert len(answers) == 1, "each press has one answer"
        self.hear(told)
        if before is not None and isinstance(answers[0], Granted) and answers[0].burst != before:
            assert press.priority > before.priority, "nobody is pre-empted by the same or a lower priority"

    def hear(self, told: Effects) -> None:
        for effect in told:
            if isinstance(effect, Granted):
                self.granted(effect)
            elif isinstance(effect, Queued):
                self.plain.clients[effect.press.talker_id].place = (effect.position, effect.of)
            elif isinstance(effect, Denied):
                self.denied(effect)
            elif isinstance(effect, Revoked):
                self.revoked(effect)
            elif isinstance(effect, Ended):
                assert effect.burst == self.plain.talking
                self.plain.clients[effect.burst.talker_id].burst = self.plain.talking = None
                if self.plain.call is not None:
                    self.plain.call.until_us = self.now_us + round(HANG_TIME_S * S)
            elif isinstance(effect, Warned):
                assert effect.burst == self.plain.talking
                assert effect.seconds_left == WARN_BEFORE_S
                assert self.now_us - effect.burst.started_us == (LIMIT_S - WARN_BEFORE_S) * S
            else:
                assert isinstance(effect, Taken)
                assert effect.burst == self.plain.talking

    def granted(self, effect: Granted) -> None:
        press, burst, plain = effect.press, effect.burst, self.plain
        client = plain.clients[press.talker_id]
        if burst == plain.talking:
            assert press.talker_id == burst.talker_id, "one burst is not given to two"
            client.waits = None
            return
        assert plain.talking is None, "one talker at a time"
        assert burst.burst_id not in {one.burst_id for one in plain.spoken}
        assert plain.waiting()[0] == press, "the first by priority and time speaks"
        assert press.priority is Priority.EMERGENCY or self.now_us >= client.barred_until_us
        on = plain.broadcast(self.now_us)
        assert on is None or press.talker_id == on.initiator_id or press.priority is Priority.EMERGENCY
        answers = press.call is CallKind.GROUP and plain.call is not None and plain.call.kind is CallKind.EMERGENCY
        if not (answers and plain.call is not None and self.now_us <= plain.call.until_us):
            plain.call = Call(press.talker_id, press.call)
        plain.talking = client.burst = burst
        plain.voice_us = self.now_us
        plain.spoken.append(burst)
        client.waits, client.stalled = None, False

    def denied(self, effect: Denied) -> None:
        press, plain = effect.press, self.plain
        client, waiting = plain.clients[press.talker_id], plain.waiting()
        assert client.waits == press
        if effect.reason is DenyReason.QUEUE_FULL:
            assert waiting[MOST_WAITING:] == [press], "the last of the least priority finds no place"
        elif effect.reason is DenyReason.WAITED_TOO_LONG:
            assert self.now_us - client.since_us == WAIT_AT_MOST_S * S
        elif effect.reason is DenyReason.BROADCAST:
            call = plain.broadcast(self.now_us)
            assert call is not None
            assert press.priority is not Priority.EMERGENCY
            assert call.initiator_id != press.talker_id
        else:
            assert effect.reason in BARRED
            assert press.priority is not Priority.EMERGENCY
            assert effect.retry_in_s is not None
            silent_until_us = client.heard_us + FREE_AFTER_SILENT_S * S if client.stuck else 0
            until_us = silent_until_us if effect.reason is DenyReason.KEY_STUCK else client.barred_until_us
            assert round(effect.retry_in_s * S) == until_us - self.now_us > 0
        client.waits = None

    def revoked(self, effect: Revoked) -> None:
        burst, plain = effect.burst, self.plain
        assert burst == plain.talking
        client = plain.clients[burst.talker_id]
        client.revoked, client.heard_us, client.goes_on_since_us = burst, self.now_us, self.now_us
        if effect.reason is RevokeReason.SILENT:
            assert self.now_us - plain.voice_us == SILENT_AFTER_S * S
        elif effect.reason is RevokeReason.TOO_LONG:
            assert self.now_us - burst.started_us == LIMIT_S * S
            if burst.priority is not Priority.EMERGENCY:
                left_s = self.locked_out_s(burst.talker_id)
                assert left_s in LOCKOUTS_S
                client.barred_until_us = self.now_us + round(left_s * S)

    def locked_out_s(self, talker_id: str) -> float:
        return self.barred.lockouts.left_s(talker_id, self.now_us)

    @staticmethod
    def forget_key(client: Client) -> None:
        client.revoked, client.stuck = None, False

    @invariant()
    def the_room_and_the_floor_agree(self) -> None:
        plain, waiting = self.plain, self.plain.waiting()
        assert self.floor.burst == plain.talking
        assert list(self.floor.waiting) == waiting
        assert plain.talking is not None or not waiting, "nobody waits for a floor that is free"
        assert len(waiting) <= MOST_WAITING
        for place, press in enumerate(waiting, 1):
            client = plain.clients[press.talker_id]
            assert client.place == (place, len(waiting)), "who waits knows where"
            assert self.now_us - client.since_us < WAIT_AT_MOST_S * S, "nobody waits for ever"
            assert plain.talking is not None
            assert press.priority <= plain.talking.priority

    @invariant()
    def nobody_keeps_the_floor_in_silence_or_past_the_limit(self) -> None:
        burst = self.plain.talking
        if burst is not None:
            assert self.now_us - self.plain.voice_us < SILENT_AFTER_S * S
            assert self.now_us - burst.started_us < LIMIT_S * S


TestFloor = FloorMachine.TestCase
TestFloor.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)


class TwoGroups(RuleBasedStateMachine):
    """Two floors and talkers who go from one to the other; who is barred in one is told to the other, as in Talk."""

    @initialize()
    def begin(self) -> None:
        self.requests, numbers = count(1), count(1)
        self.barred = Barred()
        self.floors = [Floor(LIMIT_S, numbers.__next__, self.barred) for _ in range(2)]
        self.now_us = 0

    def hear(self, floor: Floor, told: Effects) -> None:
        for effect in told:
            if isinstance(effect, KeyStuck):
                talker_id = effect.talker_id
            elif isinstance(effect, Revoked) and effect.reason is RevokeReason.TOO_LONG:
                talker_id = effect.burst.talker_id
            else:
                continue
            for other in self.floors:
                if other is not floor and other.concerns(talker_id):
                    self.hear(other, other.turn_away(talker_id, self.now_us))

    @rule(talker_id=st.sampled_from(["R00", "R01", "R02", "duty1"]), where=st.integers(0, 1), sos=st.booleans())
    def presses(self, talker_id: str, where: int, sos: bool) -> None:
        kinds = (Priority.EMERGENCY, CallKind.EMERGENCY) if sos else (RANKS[talker_id], CallKind.GROUP)
        floor = self.floors[where]
        self.hear(floor, floor.request(Press(talker_id, str(next(self.requests)), *kinds), self.now_us))

    @rule(talker_id=st.sampled_from(["R00", "R01", "R02", "duty1"]), where=st.integers(0, 1))
    def lets_go(self, talker_id: str, where: int) -> None:
        floor = self.floors[where]
        burst_id = floor.burst.burst_id if floor.burst is not None else 0
        self.hear(floor, floor.release(talker_id, burst_id, self.now_us))

    @rule(wait_s=st.sampled_from([0.5, 3.0, 16.0, 40.0]))
    def all_who_may_speak(self, wait_s: float) -> None:
        until_us = self.now_us + round(wait_s * S)
        while self.now_us < until_us:
            dues_us = [floor.due_us for floor in self.floors if floor.due_us is not None]
            self.now_us = min(until_us, self.now_us + PACKET_US, max(self.now_us, min(dues_us, default=until_us)))
            for floor in self.floors:
                self.hear(floor, floor.look(self.now_us))
                if floor.burst is not None:
                    floor.voice(floor.burst.talker_id, floor.burst.burst_id, self.now_us)

    @invariant()
    def who_is_locked_out_speaks_and_waits_nowhere(self) -> None:
        for floor in self.floors:
            spoken = floor.burst
            if spoken is not None and spoken.priority is not Priority.EMERGENCY:
                assert self.barred.lockouts.left_s(spoken.talker_id, self.now_us) == 0
            for press in floor.waiting:
                assert self.barred.why_not(press, self.now_us) is None


TestTwoGroups = TwoGroups.TestCase
TestTwoGroups.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)

"""The consoles on the talk line: what each listens to, and who is told and hears what happens in a group."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Protocol

import sqlalchemy as sa
import structlog

from devices.protocol.messages import CallKind, DenyReason
from hub.access import audit
from hub.access.entrant import Entrant
from hub.registry.records import GroupKind, TalkGroup
from hub.registry.service import Registry
from hub.storage.database import Database
from hub.storage.writer import StorageOverloaded
from hub.talk import messages as out
from hub.talk import wording
from hub.talk.allowed import Allowed
from hub.talk.effects import Burst
from hub.talk.groups import TemporaryGroups
from hub.talk.heard_calls import HeardCalls
from hub.talk.private import PrivateCalls

_log = structlog.get_logger()


class Peer(Protocol):
    """A console on its talk websocket. Both calls return at once; one that is too slow loses packets or is closed."""

    talker_id: str
    entrant: Entrant
    group_ids: frozenset[str]

    def say(self, message: out.ToClient) -> None: ...

    def play(self, packet: bytes) -> None: ...

    def drop(self) -> None:
        """End the connection; the console comes back and says anew what it listens to."""


class Consoles:
    """Who is connected. What somebody may hear is judged anew whenever a group is another."""

    def __init__(self, registry: Registry, temporary: TemporaryGroups, database: Database) -> None:
        self._registry = registry
        self._temporary = temporary
        self._database = database
        self._peers: dict[str, Peer] = {}
        self._allowed: dict[str, Allowed] = {}
        self._wanted: dict[str, frozenset[str]] = {}
        """What each console said last that it listens to; it hears it once that is on disk."""
        self._private = PrivateCalls()
        self._heard_calls = HeardCalls(database)
        self._noting: set[asyncio.Task[None]] = set()

    def join(self, peer: Peer) -> None:
        """A console connected."""
        self._peers[peer.talker_id] = peer
        self._allowed[peer.talker_id] = Allowed(peer.entrant, self._registry)

    def leave(self, peer: Peer) -> None:
        """A console went."""
        self._peers.pop(peer.talker_id, None)
        self._allowed.pop(peer.talker_id, None)
        self._wanted.pop(peer.talker_id, None)

    def find(self, talker_id: str) -> Peer | None:
        """The console of this name; None for a radio, and for one that went."""
        return self._peers.get(talker_id)

    def whose(self, talker_id: str) -> str:
        """Who speaks: of a console the person, who is another talker with each connection; else the radio."""
        peer = self._peers.get(talker_id)
        return talker_id if peer is None else f"person/{peer.entrant.person.person_id}"  # no radio's name has a slash

    def allowed(self, peer: Peer) -> Allowed:
        """What the person at a console that is connected may."""
        return self._allowed[peer.talker_id]

    def group(self, group_id: str) -> TalkGroup | None:
        """A group that can be spoken to; None for a temporary one that is closed."""
        group = self._registry.find_group(group_id)
        if group is None or (group.kind is GroupKind.TEMPORARY and self._temporary.find_open(group_id) is None):
            return None
        return group

    def why_not(self, peer: Peer, group_id: str) -> DenyReason | None:
        """Why this console neither hears nor speaks to a group; None when it may."""
        if self.group(group_id) is None:
            return DenyReason.UNKNOWN_GROUP
        return None if self.allowed(peer).may(group_id) else DenyReason.NOT_ALLOWED

    def told(self, group_id: str) -> Iterator[Peer]:
        """Those that are told what happens in a group."""
        return (peer for peer in self._peers.values() if self._allowed[peer.talker_id].may(group_id))

    def hearing(self, group: TalkGroup, burst: Burst) -> Iterator[Peer]:
        """Those that hear a burst: who listens to the group, takes part in a private call, or at whom it rings."""
        is_private = group.kind is GroupKind.PRIVATE
        rings = burst.call is CallKind.EMERGENCY or (is_private and self._private.rings(group.group_id))
        for peer in self.told(group.group_id):
            if peer.talker_id == burst.talker_id:
                continue
            if group.group_id in peer.group_ids:
                yield peer
            elif rings:
                self._heard_calls.note(peer.entrant.person.person_id, group.group_id, burst.call_id)
                yield peer
            elif is_private and self._private.hears(group.group_id, peer.talker_id):
                yield peer

    def begin(self, group: TalkGroup, burst: Burst) -> bool:
        """A burst begins; whether it rings in the police room: a radio calls it, or somebody calls for help."""
        if burst.call is CallKind.EMERGENCY:
            return True
        if group.kind is not GroupKind.PRIVATE:
            return False
        by_radio = burst.talker_id in group.radio_ids
        self._private.burst(
            group.group_id, burst.call_id, burst.talker_id, by_radio=by_radio, consoles=self._peers.keys()
        )
        return by_radio and self._private.waits(group.group_id, self._peers.keys())

    def rings_since(self, group: TalkGroup, burst: Burst, console_id: str) -> bool:
        """Whether a burst under way rings from now on, since this console went and nobody else had part in the call."""
        is_answer = group.kind is GroupKind.PRIVATE and burst.talker_id in group.radio_ids
        return is_answer and self._private.left(group.group_id, console_id, self._peers.keys())

    def waits(self, group: TalkGroup, burst: Burst) -> bool:
        """Whether a radio's call to the police room has no console in it: whoever comes now is told that it rings."""
        is_call = group.kind is GroupKind.PRIVATE and burst.talker_id in group.radio_ids
        return is_call and self._private.waits(group.group_id, self._peers.keys())

    def tune(self, peer: Peer, group_ids: frozenset[str]) -> None:
        """A console listens to these groups as soon as the audit record is on disk; what it may not is ``denied``."""
        denied = {group_id: reason for group_id in group_ids if (reason := self.why_not(peer, group_id))}
        for group_id, reason in sorted(denied.items()):
            peer.say(wording.denied(group_id, "", reason))
        wanted = group_ids - set(denied)
        if wanted != self._wanted.get(peer.talker_id, frozenset()):
            self._wanted[peer.talker_id] = wanted
            peer.group_ids &= wanted
            task = asyncio.ensure_future(self._note_listening(peer, wanted))
            self._noting.add(task)
            task.add_done_callback(self._noting.discard)

    async def _note_listening(self, peer: Peer, group_ids: frozenset[str]) -> None:
        """Write the audit record; without it nobody hears anything."""
        detail = out.ListenedTo(group_ids=tuple(sorted(group_ids)))
        person_id = peer.entrant.person.person_id
        try:
            await self._database.write(
                lambda change: audit.record(change, person_id, audit.Action.LISTEN, detail=detail)
            )
        except (StorageOverloaded, sa.exc.SQLAlchemyError) as error:
            _log.error("talk.listening_not_noted", person=person_id, error=str(error))
            self._wanted.pop(peer.talker_id, None)
            peer.group_ids = frozenset()
            peer.drop()
            return
        # The writer answers in order; what was taken back while the record was written is not heard for a moment.
        peer.group_ids = group_ids & self._wanted.get(peer.talker_id, frozenset())

    async def settle(self) -> None:
        """Return when it is on disk who listens to what, and who heard which call."""
        await asyncio.gather(*self._noting, self._heard_calls.settle(), return_exceptions=True)

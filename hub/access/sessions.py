"""Live sessions in memory: begun, refreshed with a new token each time, revoked when two hold one.

A token is 16 random bytes that stay the session's (its family) and 16 that are new with each refresh. Of both only the
SHA-256 is kept. So a token of the family that is neither the newest nor one just replaced can only be an old one: the
browser or a thief has gone on with another, and the session ends. Nobody else can say the family, so nobody else can
end it.

Deadlines hang on the clock that never jumps; the wall clock says only how much was left after a restart.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto

from devices.protocol.clock import Clock
from hub.storage.identifiers import new_id

IDLE_S = 15 * 60
"""How long after its last refresh a session is good."""
WHOLE_S = 12 * 3600
"""How long a session is good in all: a shift."""
GRACE_S = 30
"""How long a replaced token is good: requests under way, other tabs of the browser."""
SAME_TURN_S = 2
"""A replaced token that asks so soon is another tab's, which has the new one from the same browser already."""
MAX_FORMER = 4
"""Replaced tokens in their grace; a refresh past that replaces nothing, so that no session writes without end."""
MAX_OF_PERSON = 20
"""Live sessions of one person; with a further one the oldest ends."""
_HALF = 16
_TOKEN_CHARACTERS = 43


class Ended(StrEnum):
    """Why a session ended."""

    SIGNED_OUT = "signed_out"
    EXPIRED = "expired"
    TOKEN_REUSED = "token_reused"
    """An old token came after its grace."""
    REVOKED = "revoked"
    TOO_MANY = "too_many"
    PERSON_DISABLED = "person_disabled"
    ROLE_CHANGED = "role_changed"
    """The new role needs a second factor, which the person does not have."""
    PASSWORD_SET = "password_set"


class Held(Enum):
    """What the bearer of a token holds."""

    NEWEST = auto()
    REPLACED = auto()
    """Still in its grace."""
    OLD = auto()


@dataclass(frozen=True)
class Former:
    """A replaced token."""

    token_hash: bytes
    until_us: int


@dataclass
class Session:
    """One live session; times by the clock that never jumps."""

    session_id: str
    person_id: str
    address: str
    family_hash: bytes
    token_hash: bytes
    started_us: int
    refreshed_us: int
    former: list[Former] = field(default_factory=list)
    newest_seen: bool = False
    """Whether the newest token has come back: then its answer was not lost on the way."""

    @property
    def until_us(self) -> int:
        """When it ends."""
        return min(self.refreshed_us + IDLE_S * 1_000_000, self.started_us + WHOLE_S * 1_000_000)


class Sessions:
    """Every live session, by family and by id."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._by_family: dict[bytes, Session] = {}
        self._by_id: dict[str, Session] = {}
        self._of_person: dict[str, dict[str, Session]] = {}

    def put(self, session: Session) -> None:
        """Hold a session."""
        self._by_family[session.family_hash] = session
        self._by_id[session.session_id] = session
        self._of_person.setdefault(session.person_id, {})[session.session_id] = session

    def begin(self, person_id: str, address: str) -> tuple[Session, str]:
        """A new session and its token."""
        now_us = self._clock.monotonic_us()
        family, generation = secrets.token_bytes(_HALF), secrets.token_bytes(_HALF)
        token = family + generation
        session = Session(new_id("S"), person_id, address, _hash(family), _hash(token), now_us, now_us)
        self.put(session)
        return session, _written(token)

    def find(self, token: str) -> tuple[Session, Held] | None:
        """The live session of a token, and what its bearer holds."""
        read = _read(token)
        session = self._by_family.get(_hash(read[:_HALF])) if read else None
        now_us = self._clock.monotonic_us()
        if session is None or now_us >= session.until_us:
            return None
        token_hash = _hash(read)
        if hmac.compare_digest(token_hash, session.token_hash):
            session.newest_seen = True
            return session, Held.NEWEST
        for former in session.former:
            if hmac.compare_digest(token_hash, former.token_hash) and now_us < former.until_us:
                return session, Held.REPLACED
        return session, Held.OLD

    def refresh(self, session: Session, token: str, held: Held) -> str | None:
        """A new token for the bearer of ``token``; None when the browser has the newest already, or asks too often.

        A replaced token is given another only when the newest has not come back yet: its answer may have been lost.
        """
        now_us = self._clock.monotonic_us()
        session.former = [former for former in session.former if now_us < former.until_us]
        if len(session.former) >= MAX_FORMER:
            return None
        lost = not session.newest_seen and now_us >= session.refreshed_us + SAME_TURN_S * 1_000_000
        if held is not Held.NEWEST and not lost:
            return None
        new = _read(token)[:_HALF] + secrets.token_bytes(_HALF)
        session.former.append(Former(session.token_hash, now_us + GRACE_S * 1_000_000))
        session.token_hash, session.newest_seen, session.refreshed_us = _hash(new), False, now_us
        return _written(new)

    def end(self, session_id: str) -> Session | None:
        """Take a session out; None when there is none of that id."""
        session = self._by_id.pop(session_id, None)
        if session is not None:
            del self._by_family[session.family_hash]
            of_person = self._of_person[session.person_id]
            del of_person[session_id]
            if not of_person:
                del self._of_person[session.person_id]
        return session

    def get(self, session_id: str) -> Session | None:
        """A live session by its id."""
        return self._by_id.get(session_id)

    def of(self, person_id: str) -> list[Session]:
        """A person's live sessions, the oldest first."""
        return sorted(self._of_person.get(person_id, {}).values(), key=lambda session: session.started_us)

    def expired(self) -> list[Session]:
        """The sessions whose time is over."""
        now_us = self._clock.monotonic_us()
        return [session for session in self._by_id.values() if now_us >= session.until_us]


def _hash(secret: bytes) -> bytes:
    return hashlib.sha256(secret).digest()


def _written(token: bytes) -> str:
    return base64.urlsafe_b64encode(token).decode().rstrip("=")


def _read(token: str) -> bytes:
    """The bytes of a token; none of what is no token."""
    if len(token) != _TOKEN_CHARACTERS or not token.isascii():
        return b""
    try:
        return base64.b64decode(token + "=", altchars=b"-_", validate=True)
    except ValueError:
        return b""

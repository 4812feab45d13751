"""The access room's front door: who is at the door, signing in and out, people and their invitations."""

from __future__ import annotations

import asyncio
import dataclasses
import hmac
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from devices.protocol.clock import Clock
from hub.access import audit, keys, passwords, records
from hub.access.audit import Action
from hub.access.endings import at_session
from hub.access.entrant import Entrant, GridOf
from hub.access.known import KnownBrowsers
from hub.access.messages import (
    AcceptInvitation,
    ChangePassword,
    Me,
    PasswordChanged,
    Refreshed,
    SessionView,
    SignedIn,
    SignIn,
)
from hub.access.passwords import Lane, Passwords
from hub.access.people import LOCAL, Person
from hub.access.permissions import Right, has
from hub.access.proof import Proofs
from hub.access.records import Account
from hub.access.refusals import sign_in_needed
from hub.access.roll import Roll
from hub.access.sessions import MAX_OF_PERSON, Ended, Held, Session, Sessions
from hub.errors import Refusal
from hub.storage.database import Database
from hub.storage.writer import Change

LOOK_EVERY_S = 1.0


class Access(Roll):
    """The roll of people, and every live session in memory, all of it in the database."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        folder: Path,
        grid_of: GridOf,
        *,
        community_name: Callable[[], str] = lambda: "",
        hashing: Passwords | None = None,
    ) -> None:
        super().__init__(database, clock, grid_of, community_name, hashing or Passwords(), Sessions(clock))
        self._folder = folder
        self._proofs = Proofs(self._accounts, self._passwords, self._endings, clock)
        self._local_token = self._metrics_token = b""
        self._known = KnownBrowsers(b"", clock)

    def open(self) -> None:
        """Load people and live sessions, and make this start's local token; before the hub serves anyone."""
        keys.open_folder(self._folder)
        self._known = KnownBrowsers(keys.known_key(self._folder), self._clock)
        self._accounts.update(self._database.read_now(records.load_accounts))
        now_us, ahead_us = self._clock.monotonic_us(), self._ahead_us()
        for session in self._database.read_now(lambda c: records.load_sessions(c, now_us, ahead_us)):
            self._sessions.put(session)
        for invited in self._database.read_now(records.load_invitations):
            self._invitations.put(invited)
        self._local_token = keys.new_local_token(self._folder).encode()
        self._metrics_token = keys.metrics_token(self._folder).encode()

    async def run(self) -> None:
        """End sessions whose time is over, and record what ended and what failed."""
        while True:
            for session in self._sessions.expired():
                self._endings.end((session,), Ended.EXPIRED, session.person_id)
            await self._endings.record()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._endings.wake.wait()
            self._endings.wake.clear()

    async def settle(self) -> None:
        """Record what waits; when the hub ends."""
        await self._endings.record(ending=True)

    # who is at the door

    def entrant_of_session(self, token: str) -> Entrant | None:
        """Who bears a session's token; nobody when it is not good. An old token ends its session."""
        found = self._find(token)
        if found is None:
            return None
        session, _, account = found
        return Entrant(account.person, session.session_id, self._grid_of)

    def entrant_of_local(self, bearer: str) -> Entrant | None:
        """This machine's own commands; the caller has seen that the request comes from this machine."""
        if not self._local_token or not hmac.compare_digest(bearer.encode(errors="replace"), self._local_token):
            return None
        return Entrant(LOCAL, None, self._grid_of)

    def may_scrape(self, bearer: str) -> bool:
        """Whether this is the token that opens /metrics and nothing else, from any machine."""
        token = self._metrics_token
        return bool(token) and hmac.compare_digest(bearer.encode(errors="replace"), token)

    def is_in_still(self, entrant: Entrant, right: Right) -> bool:
        """Whether who came in has not been shut out since, and has the right still; for what takes long."""
        if entrant.session_id is None:
            return True
        account = self._accounts.get(entrant.person.person_id)
        if self._sessions.get(entrant.session_id) is None or account is None or account.disabled:
            return False
        return has(account.person.role, right)

    def _find(self, token: str) -> tuple[Session, Held, Account] | None:
        found = self._sessions.find(token)
        if found is None:
            return None
        session, held = found
        account = self._accounts.get(session.person_id)
        if held is Held.OLD or account is None or account.disabled:
            why = Ended.TOKEN_REUSED if held is Held.OLD else Ended.PERSON_DISABLED
            self._endings.end((session,), why, session.person_id)
            return None
        return session, held, account

    def when_ended(self, follow: Callable[[str], None]) -> None:
        """Have ``follow`` called with the id of each session that ends, whatever the reason."""
        self._endings.follow(follow)

    # signing in and out

    async def sign_in(self, given: SignIn, *, address: str, known: str | None) -> SignedIn:
        """Let somebody in. Raises Refusal; for no account the same, after the same work, as for a wrong password."""
        known_id = self._known.id_of(known, given.person_id)
        lane = Lane.STRANGER if known_id is None else Lane.KNOWN
        account, encoded = await self._proofs.prove(given, address, known_id, lane)
        signed_in = await self._begin_session(account, address, known_id, encoded)
        if self._passwords.is_outdated(encoded):
            await self._hash_anew(account, encoded, given.password, lane)
        return signed_in

    async def change_password(
        self, given: ChangePassword, entrant: Entrant, *, address: str, known: str | None
    ) -> None:
        """Set one's own password anew; one's other sessions end. Raises Refusal: whatever ``sign_in`` does, and for a
        password that may not be set, and (404) for this machine's own commands, which have none."""
        person, session_id = entrant.person, entrant.session_id
        self._account(person.person_id)
        passwords.check_new(given.new_password, person.person_id, person.role, "new_password")
        claimed = SignIn(person_id=person.person_id, password=given.password, code=given.code)
        known_id = self._known.id_of(known, person.person_id)
        account, encoded = await self._proofs.prove(claimed, address, known_id, Lane.KNOWN)
        anew = await self._passwords.hash(given.new_password, Lane.KNOWN)
        async with self._changing:
            if session_id is None or self._sessions.get(session_id) is None or not account.has_still(encoded):
                raise sign_in_needed()
            secret, step = account.totp_secret, account.totp_step
            detail = PasswordChanged(session_id=session_id, address=address)

            def change(open_change: Change) -> None:
                records.set_password(open_change, person.person_id, anew, secret, step)
                audit.record(open_change, person.person_id, Action.CHANGE_PASSWORD, detail=detail)

            await self._database.write(change)
            account.password_hash = anew
            self._endings.end(self._others(entrant), Ended.PASSWORD_SET, person.person_id)
        await self._endings.record()

    async def _begin_session(self, account: Account, address: str, known_id: str | None, encoded: str) -> SignedIn:
        """The password ``encoded`` was right. Raises Refusal when the person may no longer come in."""
        person = account.person
        too_many = self._sessions.of(person.person_id)[: 1 - MAX_OF_PERSON]
        self._endings.end(too_many, Ended.TOO_MANY, person.person_id)
        session, token = self._sessions.begin(person.person_id, address)
        kept, step, ahead_us = _copy(session), account.totp_step, self._ahead_us()

        def change(open_change: Change) -> None:
            records.put_session(open_change, kept, ahead_us)
            records.take_step(open_change, person.person_id, step)
            audit.record(open_change, person.person_id, Action.SIGN_IN, detail=at_session(kept))

        try:
            await self._database.write(change)
        except BaseException:
            self._sessions.end(session.session_id)
            raise
        if self._sessions.get(session.session_id) is None or not account.has_still(encoded):
            raise Refusal("wrong_password", "账号或密码不对", "the account was changed meanwhile", status=401)
        return SignedIn(
            session_token=token,
            known_token=self._known.token(person.person_id, known_id),
            person=account.person,
            expires_at_ms=self._expires_at_ms(session),
        )

    async def _hash_anew(self, account: Account, encoded: str, password: str, lane: Lane) -> None:
        """Keep the password by today's parameters; when too many wait, the next sign-in does it."""
        with suppress(Refusal):
            anew = await self._passwords.hash(password, lane)
            person_id = account.person.person_id
            async with self._changing:
                if account.has_still(encoded):
                    await self._database.write(lambda change: records.replace_hash(change, person_id, encoded, anew))
                    account.password_hash = anew

    async def refresh(self, token: str) -> Refreshed:
        """Prolong a session, with a new token. Raises Refusal (401) when the token is not good."""
        found = self._find(token)
        if found is None:
            raise sign_in_needed()
        session, held, account = found
        new = self._sessions.refresh(session, token, held)
        if new is not None:
            kept, ahead_us = _copy(session), self._ahead_us()
            await self._database.write(lambda change: records.put_session(change, kept, ahead_us))
        return Refreshed(session_token=new, me=self.me(Entrant(account.person, session.session_id, self._grid_of)))

    async def sign_out(self, session_id: str) -> None:
        """End a session at its own person's wish."""
        session = self._sessions.get(session_id)
        if session is not None:
            self._endings.end((session,), Ended.SIGNED_OUT, session.person_id)
            await self._endings.record()

    async def end_sessions(self, person_id: str, by: Person) -> None:
        """End all of a person's sessions. Raises Refusal for nobody's."""
        self._account(person_id)
        self._endings.end(self._sessions.of(person_id), Ended.REVOKED, by.person_id)
        await self._endings.record()

    async def end_other_sessions(self, entrant: Entrant) -> None:
        """End all of one's own sessions but the one that asks."""
        self._endings.end(self._others(entrant), Ended.REVOKED, entrant.person.person_id)
        await self._endings.record()

    def _others(self, entrant: Entrant) -> list[Session]:
        own = self._sessions.of(entrant.person.person_id)
        return [session for session in own if session.session_id != entrant.session_id]

    def sessions(self, person_id: str, asking: str | None = None) -> tuple[SessionView, ...]:
        """A person's live sessions, the oldest first; ``asking`` is the session that wants to know, if one does.

        Raises Refusal for nobody's.
        """
        self._account(person_id)
        ahead_us = self._ahead_us()
        return tuple(
            SessionView(
                session_id=session.session_id,
                started_at_ms=(session.started_us + ahead_us) // 1000,
                refreshed_at_ms=(session.refreshed_us + ahead_us) // 1000,
                expires_at_ms=self._expires_at_ms(session),
                address=session.address,
                is_this=session.session_id == asking,
            )
            for session in self._sessions.of(person_id)
        )

    def me(self, entrant: Entrant) -> Me:
        """Whose session it is."""
        session = self._sessions.get(entrant.session_id) if entrant.session_id else None
        account = self._accounts.get(entrant.person.person_id)
        return Me(
            person=entrant.person,
            rights=tuple(right for right in Right if has(entrant.person.role, right)),
            expires_at_ms=self._expires_at_ms(session) if session else None,
            second_factor=account is not None and account.totp_secret is not None,
        )

    async def accept(self, given: AcceptInvitation, *, address: str) -> SignedIn:
        """``redeem`` an invitation and let the person in, who has just proved everything."""
        account, encoded = await self.redeem(given, address=address)
        return await self._begin_session(account, address, None, encoded)

    def _ahead_us(self) -> int:
        """How far the wall clock is ahead of the one that never jumps."""
        return self._clock.wall_us() - self._clock.monotonic_us()

    def _expires_at_ms(self, session: Session) -> int:
        return (session.until_us + self._ahead_us()) // 1000


def _copy(session: Session) -> Session:
    """The session as it is now, for the writer's thread."""
    return dataclasses.replace(session, former=list(session.former))

"""The access room's front door: who is at the door, signing in and out, people and their invitations."""

from __future__ import annotations

import asyncio
import dataclasses
import hmac
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import structlog

from devices.protocol.clock import Clock
from hub.access import audit, keys, passwords, records, second_factor
from hub.access.audit import Action
from hub.access.entrant import Entrant, GridOf
from hub.access.failures import UNKNOWN_ACCOUNT, Failed, Failures
from hub.access.invitations import Invitations, Invited, new_invitation
from hub.access.known import KnownBrowsers
from hub.access.messages import (
    AboutPerson,
    AcceptInvitation,
    AtSession,
    Invitation,
    InvitationAccepted,
    InvitationView,
    Me,
    NewPerson,
    PersonPut,
    PersonView,
    PutPerson,
    Refreshed,
    SessionView,
    SignedIn,
    SignIn,
)
from hub.access.passwords import Lane, Passwords
from hub.access.people import LOCAL, Person, Role
from hub.access.permissions import Right, has
from hub.access.places import ROOM, checked_places
from hub.access.records import Account
from hub.access.sessions import MAX_OF_PERSON, Ended, Held, Session, Sessions
from hub.access.throttle import Attempt, Throttle, Throttled, is_this_machine
from hub.errors import Refusal
from hub.storage.database import Database
from hub.storage.writer import Change

_log = structlog.get_logger()
LOOK_EVERY_S = 1.0
MAX_PEOPLE = 20_000


@dataclasses.dataclass(frozen=True)
class _Ending:
    """A session that ended and is to be taken from the database; ``by`` is who ended it."""

    session: Session
    why: Ended
    by: str


class Access:
    """Everybody and every live session in memory, all of it in the database."""

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
        self._database = database
        self._clock = clock
        self._folder = folder
        self._grid_of = grid_of
        self._community_name = community_name
        self._passwords = hashing or Passwords()
        self._throttle = Throttle(clock)
        self._failures = Failures(clock)
        self._sessions = Sessions(clock)
        self._invitations = Invitations(clock)
        self._accounts: dict[str, Account] = {}
        self._local_token = b""
        self._known = KnownBrowsers(b"", clock)
        self._changing = asyncio.Lock()
        self._wake = asyncio.Event()
        self._ended: list[_Ending] = []
        self._failed: list[Failed] = []
        self._followers: list[Callable[[str], None]] = []
        self._change_followers: list[Callable[[str], None]] = []

    def open(self) -> None:
        """Load people and live sessions, and make this start's local token; before the hub serves anyone."""
        keys.open_folder(self._folder)
        self._known = KnownBrowsers(keys.known_key(self._folder), self._clock)
        self._accounts = self._database.read_now(records.load_accounts)
        now_us, ahead_us = self._clock.monotonic_us(), self._ahead_us()
        for session in self._database.read_now(lambda c: records.load_sessions(c, now_us, ahead_us)):
            self._sessions.put(session)
        for invited in self._database.read_now(records.load_invitations):
            self._invitations.put(invited)
        self._local_token = keys.new_local_token(self._folder).encode()

    async def run(self) -> None:
        """End sessions whose time is over, and record what ended and what failed."""
        while True:
            for session in self._sessions.expired():
                self._end(session, Ended.EXPIRED, session.person_id)
            await self._record(self._failures.take())
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._wake.wait()
            self._wake.clear()

    async def settle(self) -> None:
        """Record what waits; when the hub ends."""
        await self._record(self._failures.take(ending=True))

    # who is at the door

    @property
    def has_administrator(self) -> bool:
        """Whether somebody can sign in as administrator."""
        return any(_is_administrator(account) for account in self._accounts.values())

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

    def _find(self, token: str) -> tuple[Session, Held, Account] | None:
        found = self._sessions.find(token)
        if found is None:
            return None
        session, held = found
        account = self._accounts.get(session.person_id)
        if held is Held.OLD or account is None or account.disabled:
            self._end(session, Ended.TOKEN_REUSED if held is Held.OLD else Ended.PERSON_DISABLED, session.person_id)
            return None
        return session, held, account

    def when_ended(self, follow: Callable[[str], None]) -> None:
        """Have ``follow`` called with the id of each session that ends, whatever the reason."""
        self._followers.append(follow)

    def when_changed(self, follow: Callable[[str], None]) -> None:
        """Have ``follow`` called with the account name of each person whose role or places have changed."""
        self._change_followers.append(follow)

    # signing in and out

    async def sign_in(self, given: SignIn, *, address: str, known: str | None) -> SignedIn:
        """Let somebody in. Raises Refusal; for no account the same, after the same work, as for a wrong password."""
        known_id = self._known.id_of(known, given.person_id)
        attempt = self._begin(given.person_id, address, known_id)
        account = self._accounts.get(given.person_id)
        encoded = account.password_hash if account is not None and not account.disabled else None
        lane = Lane.STRANGER if known_id is None else Lane.KNOWN
        try:
            is_right = await self._passwords.is_right(given.password, encoded, lane)
        except Refusal:
            attempt.undone()
            raise
        if account is None or encoded is None or not is_right or not _still(account, encoded):
            self._fail(given.person_id, address, "wrong_password")
            raise Refusal("wrong_password", "账号或密码不对", "the account name or the password is wrong", status=401)
        self._check_second_factor(account, given.code, address, attempt)
        attempt.succeeded()
        signed_in = await self._begin_session(account, address, known_id, encoded)
        if self._passwords.is_outdated(encoded):
            await self._hash_anew(account, encoded, given.password, lane)
        return signed_in

    def _begin(self, person_id: str, address: str, known_id: str | None) -> Attempt:
        try:
            return self._throttle.begin(person_id, address, known_id)
        except Throttled as throttled:
            self._fail(person_id, address, "throttled")
            wait_s = max(1, round(throttled.wait_s))
            raise Refusal(
                "too_many_failures", f"失败次数过多，请 {wait_s} 秒后再试", f"try again in {wait_s} s", status=429
            ) from None

    def _check_second_factor(self, account: Account, code: str | None, address: str, attempt: Attempt) -> None:
        """The password was right. Raises Refusal when the second factor is not."""
        if account.totp_secret is None:
            if account.person.role in ROOM and not is_this_machine(address):
                attempt.undone()
                raise Refusal(
                    "second_factor_missing",
                    "您还没有动态口令：请打开邀请设置",
                    "you have no second factor yet: open your invitation",
                    status=403,
                )
            return
        if code is None:
            attempt.undone()
            raise Refusal("second_factor_needed", "请输入动态口令", "the second factor is needed", status=401)
        step = second_factor.step_of(account.totp_secret, code, self._clock.wall_us(), account.totp_step)
        if step is None:
            self._fail(account.person.person_id, address, "wrong_second_factor")
            raise _wrong_second_factor(401)
        account.totp_step = step

    async def _begin_session(self, account: Account, address: str, known_id: str | None, encoded: str) -> SignedIn:
        """The password ``encoded`` was right. Raises Refusal when the person may no longer come in."""
        person = account.person
        for session in self._sessions.of(person.person_id)[: 1 - MAX_OF_PERSON]:
            self._end(session, Ended.TOO_MANY, person.person_id)
        session, token = self._sessions.begin(person.person_id, address)
        kept, step, ahead_us = _copy(session), account.totp_step, self._ahead_us()

        def change(open_change: Change) -> None:
            records.put_session(open_change, kept, ahead_us)
            records.take_step(open_change, person.person_id, step)
            audit.record(open_change, person.person_id, Action.SIGN_IN, detail=_at(kept))

        try:
            await self._database.write(change)
        except BaseException:
            self._sessions.end(session.session_id)
            raise
        if self._sessions.get(session.session_id) is None or not _still(account, encoded):
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
                if _still(account, encoded):
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
            self._end(session, Ended.SIGNED_OUT, session.person_id)
            await self._record()

    async def end_sessions(self, person_id: str, by: Person) -> None:
        """End all of a person's sessions. Raises Refusal for nobody's."""
        self._account(person_id)
        self._end_all(self._sessions.of(person_id), Ended.REVOKED, by.person_id)
        await self._record()

    def sessions(self, person_id: str) -> tuple[SessionView, ...]:
        """A person's live sessions, the oldest first. Raises Refusal for nobody's."""
        self._account(person_id)
        ahead_us = self._ahead_us()
        return tuple(
            SessionView(
                session_id=session.session_id,
                started_at_ms=(session.started_us + ahead_us) // 1000,
                refreshed_at_ms=(session.refreshed_us + ahead_us) // 1000,
                expires_at_ms=self._expires_at_ms(session),
                address=session.address,
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

    # people

    def find_person(self, person_id: str) -> Person | None:
        """Who has this account, unless it is disabled."""
        account = self._accounts.get(person_id)
        return account.person if account is not None and not account.disabled else None

    def people(self) -> tuple[PersonView, ...]:
        """Everybody, by account name."""
        return tuple(self._view(account) for _, account in sorted(self._accounts.items()))

    async def add_person(self, new: NewPerson, by: Person) -> PersonView:
        """Write a new person down. Raises Refusal; also when there is one of that account name."""
        if new.person_id in self._accounts:
            raise Refusal(
                "person_exists", "这个账号已经有了", "there is such an account", field="person_id", status=409
            )
        return await self.put_person(new, by)

    async def change_person(self, person_id: str, put: PutPerson, by: Person) -> PersonView:
        """Change somebody's name, role and places. Raises Refusal; also for nobody."""
        self._account(person_id)
        new = NewPerson(person_id=person_id, name=put.name, role=put.role, places=put.places)
        return await self.put_person(new, by)

    async def put_person(self, new: NewPerson, by: Person) -> PersonView:
        """Write a new person down, or change name, role and places. Raises Refusal."""
        if new.person_id == LOCAL.person_id:
            raise Refusal("reserved_name", "这个账号保留给本机命令", "reserved for this machine", field="person_id")
        places = checked_places(new.role, new.places, self._grid_of)
        person = Person(person_id=new.person_id, name=new.name, role=new.role, places=places)
        async with self._changing:
            account = self._accounts.get(new.person_id)
            if account is None and len(self._accounts) >= MAX_PEOPLE:
                raise Refusal("too_many_people", f"最多 {MAX_PEOPLE} 人", f"at most {MAX_PEOPLE} people", status=409)
            if account is not None and person.role is not Role.ADMINISTRATOR:
                self._check_not_last(account)
            detail = PersonPut(person=person, before=account.person if account else None)

            def change(open_change: Change) -> None:
                records.put_person(open_change, person)
                audit.record(open_change, by.person_id, Action.PUT_PERSON, detail=detail)

            await self._database.write(change)
            if account is None:
                account = self._accounts[person.person_id] = Account(person)
            before, account.person = account.person, person
            if (before.role, before.places) != (person.role, person.places):
                for follow in self._change_followers:
                    follow(person.person_id)
            if person.role in ROOM and account.totp_secret is None:
                beyond = [s for s in self._sessions.of(person.person_id) if not is_this_machine(s.address)]
                self._end_all(beyond, Ended.ROLE_CHANGED, by.person_id)
        await self._record()
        return self._view(account)

    async def disable(self, person_id: str, by: Person) -> PersonView:
        """Shut somebody out at once. Raises Refusal for nobody and for the last administrator."""
        async with self._changing:
            account = self._account(person_id)
            self._check_not_last(account)

            def change(open_change: Change) -> None:
                records.set_disabled(open_change, person_id, True)
                records.delete_invitation(open_change, person_id)
                audit.record(open_change, by.person_id, Action.DISABLE_PERSON, detail=AboutPerson(person_id=person_id))

            await self._database.write(change)
            account.disabled = True
            self._invitations.take(person_id)
            self._end_all(self._sessions.of(person_id), Ended.PERSON_DISABLED, by.person_id)
        await self._record()
        return self._view(account)

    async def enable(self, person_id: str, by: Person) -> PersonView:
        """Let somebody sign in again. Raises Refusal for nobody."""
        async with self._changing:
            account = self._account(person_id)

            def change(open_change: Change) -> None:
                records.set_disabled(open_change, person_id, False)
                audit.record(open_change, by.person_id, Action.ENABLE_PERSON, detail=AboutPerson(person_id=person_id))

            await self._database.write(change)
            account.disabled = False
        return self._view(account)

    async def invite(self, person_id: str, by: Person) -> Invitation:
        """A new invitation; a former one is void. Raises Refusal for nobody and for who is disabled."""
        async with self._changing:
            if self._account(person_id).disabled:
                raise Refusal("person_disabled", "这个账号已停用", "this account is disabled", status=409)
            invited, code = new_invitation(person_id, self._clock.wall_us())

            def change(open_change: Change) -> None:
                records.put_invitation(open_change, invited)
                audit.record(open_change, by.person_id, Action.INVITE, detail=AboutPerson(person_id=person_id))

            await self._database.write(change)
            self._invitations.put(invited)
        return Invitation(code=code, expires_at_ms=invited.expires_at_us // 1000)

    async def look_at_invitation(self, code: str) -> InvitationView:
        """What the bearer of a code is invited to. Raises Refusal (404) for none."""
        invited, account = self._invited(code)
        person = account.person
        return InvitationView(
            person_id=person.person_id,
            name=person.name,
            role=person.role,
            totp_uri=second_factor.uri(invited.totp_secret, person.person_id, f"黔哨 {self._community_name()}".strip()),
            second_factor_required=person.role in ROOM,
            least_password_characters=passwords.least_characters(person.role),
            expires_at_ms=invited.expires_at_us // 1000,
        )

    async def accept(self, given: AcceptInvitation, *, address: str) -> SignedIn:
        """``redeem`` an invitation and let the person in, who has just proved everything."""
        account, encoded = await self.redeem(given, address=address)
        return await self._begin_session(account, address, None, encoded)

    async def redeem(self, given: AcceptInvitation, *, address: str) -> tuple[Account, str]:
        """Set password and second factor anew and end the old sessions; returns the new hash. Raises Refusal."""
        invited, account = self._invited(given.code)
        passwords.check_new(given.password, account.person.person_id, account.person.role)
        self._proved(invited, account, given, address)
        encoded = await self._passwords.hash(given.password, Lane.KNOWN)
        async with self._changing:
            if self._invited(given.code)[0] is not invited:
                raise _no_invitation()
            step = self._proved(invited, account, given, address)
            secret = None if step is None else invited.totp_secret
            person_id = invited.person_id
            detail = InvitationAccepted(address=address, second_factor=secret is not None)

            def change(open_change: Change) -> None:
                records.set_password(open_change, person_id, encoded, secret, step or 0)
                records.delete_invitation(open_change, person_id)
                audit.record(open_change, person_id, Action.ACCEPT_INVITATION, detail=detail)

            await self._database.write(change)
            self._invitations.take(person_id)
            account.password_hash, account.totp_secret, account.totp_step = encoded, secret, step or 0
            self._end_all(self._sessions.of(person_id), Ended.PASSWORD_SET, person_id)
        await self._record()
        return account, encoded

    def _proved(self, invited: Invited, account: Account, given: AcceptInvitation, address: str) -> int | None:
        """The step of the second factor; None without one. Raises Refusal when it is wrong or must be there."""
        if given.code_of_second_factor is None:
            if account.person.role in ROOM and not is_this_machine(address):
                raise Refusal(
                    "second_factor_required",
                    "这个岗位要设置动态口令",
                    "this role needs a second factor",
                    field="code_of_second_factor",
                )
            return None
        step = second_factor.step_of(invited.totp_secret, given.code_of_second_factor, self._clock.wall_us(), 0)
        if step is None:
            raise _wrong_second_factor(422)
        return step

    def _invited(self, code: str) -> tuple[Invited, Account]:
        invited = self._invitations.find(code)
        if invited is None:
            raise _no_invitation()
        return invited, self._account(invited.person_id)

    def _account(self, person_id: str) -> Account:
        account = self._accounts.get(person_id)
        if account is None:
            raise Refusal("unknown_person", f"没有账号 {person_id}", f"there is no account {person_id}", status=404)
        return account

    def _check_not_last(self, account: Account) -> None:
        if _is_administrator(account) and sum(map(_is_administrator, self._accounts.values())) == 1:
            raise Refusal("last_administrator", "这是最后一名管理员", "this is the last administrator", status=409)

    def _view(self, account: Account) -> PersonView:
        person = account.person
        invited = self._invitations.of(person.person_id)
        return PersonView(
            person_id=person.person_id,
            name=person.name,
            role=person.role,
            places=person.places,
            disabled=account.disabled,
            can_sign_in=not account.disabled and account.password_hash is not None,
            second_factor=account.totp_secret is not None,
            invited_until_ms=invited.expires_at_us // 1000 if invited else None,
            live_sessions=len(self._sessions.of(person.person_id)),
        )

    # what ended and what failed, on its way to the database

    def _end_all(self, sessions: Iterable[Session], why: Ended, by: str) -> None:
        for session in sessions:
            self._end(session, why, by)

    def _end(self, session: Session, why: Ended, by: str) -> None:
        """End a session at once; the database is told by ``_record``."""
        if self._sessions.end(session.session_id) is None:
            return
        self._ended.append(_Ending(session, why, by))
        self._wake.set()
        for follow in self._followers:
            try:
                follow(session.session_id)
            except Exception:
                _log.exception("access.follower_failed", session=session.session_id)

    def _fail(self, person_id: str, address: str, reason: str) -> None:
        account = person_id if person_id in self._accounts else UNKNOWN_ACCOUNT
        failed = self._failures.add(account, address, reason)
        if failed is not None:
            self._failed.append(failed)
            self._wake.set()

    async def _record(self, repeats: Iterable[Failed] = ()) -> None:
        """Take ended sessions from the database and note them and failures in the audit log; kept for the next time
        when the database is away."""
        ended, self._ended = self._ended, []
        failed, self._failed = [*self._failed, *repeats], []
        if not ended and not failed:
            return

        def change(open_change: Change) -> None:
            for one in ended:
                records.delete_session(open_change, one.session.session_id)
                if one.why is not Ended.EXPIRED:
                    action = Action.SIGN_OUT if one.why is Ended.SIGNED_OUT else Action.SESSION_REVOKED
                    audit.record(open_change, one.by, action, detail=_at(one.session, one.why))
            for failure in failed:
                audit.record(open_change, failure.person_id, Action.SIGN_IN_FAILED, detail=failure.detail)

        try:
            await self._database.write(change)
        except Exception:
            self._ended = ended + self._ended
            self._failed = failed + self._failed
            raise

    def _ahead_us(self) -> int:
        """How far the wall clock is ahead of the one that never jumps."""
        return self._clock.wall_us() - self._clock.monotonic_us()

    def _expires_at_ms(self, session: Session) -> int:
        return (session.until_us + self._ahead_us()) // 1000


def sign_in_needed() -> Refusal:
    """Nobody is signed in."""
    return Refusal("sign_in_needed", "请先登录", "sign in first", status=401)


def _wrong_second_factor(status: int) -> Refusal:
    return Refusal(
        "wrong_second_factor",
        "动态口令不对或已用过，请等下一个",
        "the second factor is wrong or was used: wait for the next",
        field="code",
        status=status,
    )


def _no_invitation() -> Refusal:
    return Refusal("no_invitation", "邀请无效、已用过或已过期", "no such invitation, or used, or over", status=404)


def _is_administrator(account: Account) -> bool:
    """Whether they can sign in as administrator."""
    return account.person.role is Role.ADMINISTRATOR and not account.disabled and account.password_hash is not None


def _still(account: Account, encoded: str) -> bool:
    """Whether the password that was checked is still the account's."""
    return not account.disabled and account.password_hash == encoded


def _at(session: Session, why: Ended | None = None) -> AtSession:
    reason = why.value if why is not None and why is not Ended.SIGNED_OUT else None
    return AtSession(session_id=session.session_id, person_id=session.person_id, address=session.address, reason=reason)


def _copy(session: Session) -> Session:
    """The session as it is now, for the writer's thread."""
    return dataclasses.replace(session, former=list(session.former))

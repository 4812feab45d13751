"""The roll of people: who they are, what they may be, their invitations; a change takes hold at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from devices.protocol.clock import Clock
from hub.access import audit, passwords, records, second_factor
from hub.access.audit import Action
from hub.access.endings import Endings
from hub.access.entrant import GridOf
from hub.access.failures import UNKNOWN_ACCOUNT
from hub.access.invitations import Invitations, Invited, new_invitation
from hub.access.messages import (
    AboutPerson,
    AcceptInvitation,
    Invitation,
    InvitationAccepted,
    InvitationView,
    NewPerson,
    PersonPut,
    PersonView,
    PutPerson,
)
from hub.access.passwords import Lane, Passwords
from hub.access.people import LOCAL, Person, Role
from hub.access.places import ROOM, checked_places
from hub.access.records import Account
from hub.access.refusals import unknown_person, wrong_second_factor
from hub.access.sessions import Ended, Sessions
from hub.errors import Refusal
from hub.listening.addresses import is_this_machine
from hub.storage.database import Database
from hub.storage.writer import Change

MAX_PEOPLE = 20_000
_RESERVED = frozenset({LOCAL.person_id, audit.THE_HUB})
"""Who stands under these names in the audit log is nobody's account."""


class Roll:
    """Everybody in memory, written through to the database; one change at a time."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        grid_of: GridOf,
        community_name: Callable[[], str],
        hashing: Passwords,
        sessions: Sessions,
    ) -> None:
        self._database = database
        self._clock = clock
        self._grid_of = grid_of
        self._community_name = community_name
        self._passwords = hashing
        self._sessions = sessions
        self._endings = Endings(database, clock, sessions)
        self._invitations = Invitations(clock)
        self._accounts: dict[str, Account] = {}
        self._changing = asyncio.Lock()
        self._change_followers: list[Callable[[str], None]] = []

    @property
    def has_administrator(self) -> bool:
        """Whether somebody can sign in as administrator."""
        return any(_is_administrator(account) for account in self._accounts.values())

    def when_changed(self, follow: Callable[[str], None]) -> None:
        """Have ``follow`` called with the account name of each person whose role or places have changed."""
        self._change_followers.append(follow)

    def find_person(self, person_id: str) -> Person | None:
        """Who has this account, unless it is disabled."""
        account = self._accounts.get(person_id)
        return account.person if account is not None and not account.disabled else None

    def enabled(self) -> tuple[Person, ...]:
        """Everybody whose account is not disabled, by account name."""
        return tuple(account.person for _, account in sorted(self._accounts.items()) if not account.disabled)

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
        if new.person_id in _RESERVED:
            words = ("这个账号保留给本机命令和中枢", "reserved for this machine's commands and the hub")
            raise Refusal("reserved_name", *words, field="person_id")
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
                self._endings.end(beyond, Ended.ROLE_CHANGED, by.person_id)
        await self._endings.record()
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
            self._endings.end(self._sessions.of(person_id), Ended.PERSON_DISABLED, by.person_id)
        await self._endings.record()
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

    async def look_at_invitation(self, code: str, *, address: str) -> InvitationView:
        """What the bearer of a code is invited to. Raises Refusal (404) for none."""
        invited, account = self._invited(code, address)
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

    async def redeem(self, given: AcceptInvitation, *, address: str) -> tuple[Account, str]:
        """Set password and second factor anew and end the old sessions; returns the new hash. Raises Refusal."""
        invited, account = self._invited(given.code, address)
        passwords.check_new(given.password, account.person.person_id, account.person.role)
        self._proved(invited, account, given, address)
        encoded = await self._passwords.hash(given.password, Lane.KNOWN)
        async with self._changing:
            if self._invited(given.code, address)[0] is not invited:
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
            self._endings.end(self._sessions.of(person_id), Ended.PASSWORD_SET, person_id)
        await self._endings.record()
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
            raise wrong_second_factor(422)
        return step

    def _invited(self, code: str, address: str) -> tuple[Invited, Account]:
        invited = self._invitations.find(code)
        if invited is None:
            self._endings.fail(UNKNOWN_ACCOUNT, address, "wrong_invitation")
            raise _no_invitation()
        return invited, self._account(invited.person_id)

    def _account(self, person_id: str) -> Account:
        account = self._accounts.get(person_id)
        if account is None:
            raise unknown_person(person_id)
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


def _no_invitation() -> Refusal:
    return Refusal("no_invitation", "邀请无效、已用过或已过期", "no such invitation, or used, or over", status=404)


def _is_administrator(account: Account) -> bool:
    """Whether they can sign in as administrator."""
    return account.person.role is Role.ADMINISTRATOR and not account.disabled and account.password_hash is not None

"""Reading and writing people, sessions and invitations in the database."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
import sqlalchemy as sa

from hub.access.invitations import Invited
from hub.access.people import Person, Place, Role
from hub.access.sessions import WHOLE_S, Former, Session
from hub.access.tables import invitations, people, sessions
from hub.storage.writer import Change

_US = 1_000_000


@dataclass
class Account:
    """A person and what proves that it is they. ``totp_step`` is the last step taken."""

    person: Person
    disabled: bool = False
    password_hash: str | None = field(default=None, repr=False)
    totp_secret: str | None = field(default=None, repr=False)
    totp_step: int = 0

    def has_still(self, encoded: str) -> bool:
        """Whether the password that was checked, by its hash, still lets its person in."""
        return not self.disabled and self.password_hash == encoded


class _StoredFormer(msgspec.Struct, frozen=True, array_like=True):
    token_hash: bytes
    until_us: int
    """By the wall clock."""


def load_accounts(connection: sa.Connection) -> dict[str, Account]:
    """Everybody, by account name."""
    return {
        row.person_id: Account(
            Person(
                person_id=row.person_id,
                name=row.name,
                role=Role(row.role),
                places=msgspec.json.decode(row.places, type=tuple[Place, ...]),
            ),
            row.disabled,
            row.password_hash,
            row.totp_secret,
            row.totp_step,
        )
        for row in connection.execute(sa.select(people).order_by(people.c.person_id))
    }


def put_person(change: Change, person: Person) -> None:
    """Insert a person, or change name, role and places."""
    said = {"name": person.name, "role": person.role.value, "places": msgspec.json.encode(person.places)}
    if change.connection.execute(_update(person.person_id).values(**said)).rowcount == 0:
        change.connection.execute(
            sa.insert(people).values(person_id=person.person_id, disabled=False, totp_step=0, **said)
        )


def set_disabled(change: Change, person_id: str, disabled: bool) -> None:
    change.connection.execute(_update(person_id).values(disabled=disabled))


def set_password(change: Change, person_id: str, password_hash: str, secret: str | None, step: int) -> None:
    """The password and the second factor anew."""
    change.connection.execute(
        _update(person_id).values(password_hash=password_hash, totp_secret=secret, totp_step=step)
    )


def replace_hash(change: Change, person_id: str, old: str, new: str) -> None:
    """The same password, hashed with today's parameters; not when it was changed meanwhile."""
    change.connection.execute(_update(person_id).where(people.c.password_hash == old).values(password_hash=new))


def take_step(change: Change, person_id: str, step: int) -> None:
    """Remember that a step of the second factor was taken."""
    change.connection.execute(_update(person_id).where(people.c.totp_step < step).values(totp_step=step))


def _update(person_id: str) -> sa.Update:
    return sa.update(people).where(people.c.person_id == person_id)


def put_session(change: Change, session: Session, ahead_us: int) -> None:
    """Keep a session as it is; ``ahead_us`` is how far the wall clock is ahead of the one that never jumps."""
    said = {
        "token_hash": session.token_hash,
        "former": msgspec.msgpack.encode(
            [_StoredFormer(former.token_hash, former.until_us + ahead_us) for former in session.former]
        ),
        "refreshed_at_us": session.refreshed_us + ahead_us,
    }
    change_it = sa.update(sessions).where(sessions.c.session_id == session.session_id).values(**said)
    if change.connection.execute(change_it).rowcount == 0:
        change.connection.execute(
            sa.insert(sessions).values(
                session_id=session.session_id,
                person_id=session.person_id,
                family_hash=session.family_hash,
                started_at_us=session.started_us + ahead_us,
                address=session.address,
                **said,
            )
        )


def delete_session(change: Change, session_id: str) -> None:
    change.connection.execute(sa.delete(sessions).where(sessions.c.session_id == session_id))


def load_sessions(connection: sa.Connection, now_us: int, ahead_us: int) -> list[Session]:
    """The sessions as they were kept, by the clock that never jumps; none is good for longer than it was when kept.

    A wall clock that was set back meanwhile would put a session's times into the future: they count as now.
    """
    found = []
    for row in connection.execute(sa.select(sessions)):
        former = msgspec.msgpack.decode(row.former, type=list[_StoredFormer])
        found.append(
            Session(
                row.session_id,
                row.person_id,
                row.address,
                row.family_hash,
                row.token_hash,
                max(min(row.started_at_us - ahead_us, now_us), now_us - WHOLE_S * _US),
                max(min(row.refreshed_at_us - ahead_us, now_us), now_us - WHOLE_S * _US),
                [Former(one.token_hash, one.until_us - ahead_us) for one in former],
            )
        )
    return found


def put_invitation(change: Change, invited: Invited) -> None:
    """Keep an invitation; it replaces the person's former one."""
    delete_invitation(change, invited.person_id)
    change.connection.execute(
        sa.insert(invitations).values(
            person_id=invited.person_id,
            code_hash=invited.code_hash,
            totp_secret=invited.totp_secret,
            expires_at_us=invited.expires_at_us,
        )
    )


def delete_invitation(change: Change, person_id: str) -> None:
    change.connection.execute(sa.delete(invitations).where(invitations.c.person_id == person_id))


def load_invitations(connection: sa.Connection) -> list[Invited]:
    return [
        Invited(row.person_id, row.code_hash, row.totp_secret, row.expires_at_us)
        for row in connection.execute(sa.select(invitations))
    ]

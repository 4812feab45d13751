"""What the people's part of the access room says and hears: sign-in, people, invitations, and details of audit records.

A record that holds a secret says nothing of it in its ``repr``, so that no log or traceback can.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from hub.access.people import COMMUNITY, Person, Place, Role
from hub.access.permissions import Right

PersonId = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_.-]{1,48}\Z")]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Password = Annotated[str, msgspec.Meta(max_length=256)]
SecondFactor = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}\Z")]
InvitationCode = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Anything said or heard."""


class Secret(Record, frozen=True, kw_only=True):
    """A record that holds a secret."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


class SignIn(Secret, frozen=True, kw_only=True):
    """Who wants in. ``code`` is the second factor's six digits."""

    person_id: PersonId
    password: Password
    code: SecondFactor | None = None


class ChangePassword(Secret, frozen=True, kw_only=True):
    """One's own password anew; the present one and the second factor prove that it is oneself."""

    password: Password
    new_password: Password
    code: SecondFactor | None = None


class SignedIn(Secret, frozen=True, kw_only=True):
    """Somebody is in: the session's token, the token by which the browser is known next time."""

    session_token: str
    known_token: str
    person: Person
    expires_at_ms: int


class Me(Record, frozen=True, kw_only=True):
    """Whose session this is, and what their role may do; no ``expires_at_ms`` for this machine's own commands."""

    person: Person
    rights: tuple[Right, ...]
    expires_at_ms: int | None
    second_factor: bool


class Refreshed(Secret, frozen=True, kw_only=True):
    """The session goes on. No ``session_token`` when the browser has the newest already."""

    session_token: str | None
    me: Me


class SessionView(Record, frozen=True, kw_only=True):
    """One live session."""

    session_id: str
    started_at_ms: int
    refreshed_at_ms: int
    expires_at_ms: int
    address: str
    is_this: bool
    """Whether it is the one that asks."""


class PutPerson(Record, frozen=True, kw_only=True):
    """A person as an administrator writes them down; the account name stands in the address."""

    name: Name
    role: Role
    places: Annotated[tuple[Place, ...], msgspec.Meta(max_length=100)] = (COMMUNITY,)


class NewPerson(PutPerson, frozen=True, kw_only=True):
    """A person with the account name."""

    person_id: PersonId


class PersonView(Record, frozen=True, kw_only=True):
    """A person as an administrator sees them."""

    person_id: str
    name: str
    role: Role
    places: tuple[Place, ...]
    disabled: bool
    can_sign_in: bool
    second_factor: bool
    invited_until_ms: int | None
    live_sessions: int


class Invitation(Secret, frozen=True, kw_only=True):
    """What the administrator hands over, once."""

    code: str
    expires_at_ms: int


class HandedInvitation(Invitation, frozen=True, kw_only=True):
    """An invitation with its address, which is shown as a QR code."""

    join: str


class LookAtInvitation(Secret, frozen=True, kw_only=True):
    code: InvitationCode


class InvitationView(Secret, frozen=True, kw_only=True):
    """What the invited person sees; ``totp_uri`` is what an authenticator scans (otpauth://)."""

    person_id: str
    name: str
    role: Role
    totp_uri: str
    second_factor_required: bool
    least_password_characters: int
    expires_at_ms: int


class AcceptInvitation(Secret, frozen=True, kw_only=True):
    """The invited person's password, and six digits that prove that the authenticator has the secret."""

    code: InvitationCode
    password: Password
    code_of_second_factor: SecondFactor | None = None


class AtSession(Record, frozen=True, kw_only=True):
    """Audit: whose session was begun, ended or revoked (then with the ``reason``), and from where it was begun."""

    session_id: str
    person_id: str
    address: str
    reason: str | None = None


class FailedSignIns(Record, frozen=True, kw_only=True):
    """Audit: how often signing in failed from one address (or at a radio), for one reason, since the record before."""

    address: str
    reason: str
    count: int


class AboutPerson(Record, frozen=True, kw_only=True):
    """Audit: whom it was done to."""

    person_id: str


class PersonPut(Record, frozen=True, kw_only=True):
    """Audit: the person as from now on, and as before."""

    person: Person
    before: Person | None


class PasswordChanged(Record, frozen=True, kw_only=True):
    """Audit: somebody set their own password anew, in which session and from where."""

    session_id: str | None
    address: str


class InvitationAccepted(Record, frozen=True, kw_only=True):
    """Audit: a password was set, from where, and whether a second factor was."""

    address: str
    second_factor: bool

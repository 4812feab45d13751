"""What the managed broker is told: who may come in, and which topics each may use, by name and without patterns."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from devices.protocol import topics
from devices.protocol.topics import DeviceKind
from hub.access.doors import HEARS_GROUPS, HEARS_TICK, MQTT_DOWN, MQTT_UP

_ITERATIONS = 101
"""What mosquitto 2.0 writes itself. Passwords are 192 random bits, which no count of rounds makes harder to guess."""
MOST_KEPT = 10_000
"""Users remembered as they were made last: of 1,000 radios one change makes one anew, and not all in 50 ms of voice."""
SALT_CHARACTERS = 12
"""The salt's length that mosquitto 2.0 asks for; of characters, so that other brokers can be told it as text."""


def new_salt() -> str:
    """A salt that nobody had before."""
    return secrets.token_urlsafe(SALT_CHARACTERS)[:SALT_CHARACTERS]


def password_line(password: str, salt: str | None = None) -> str:
    """The password as mosquitto 2.0 keeps it: ``$7$`` PBKDF2-HMAC-SHA512 (RFC 8018), salt and hash in base64."""
    salted = (salt or new_salt()).encode()
    derived = hashlib.pbkdf2_hmac("sha512", password.encode(), salted, _ITERATIONS)
    return f"$7${_ITERATIONS}${base64.b64encode(salted).decode()}${base64.b64encode(derived).decode()}"


def salt_in(passwords: str, name: str) -> str | None:
    """The salt of ``name`` in mosquitto's ``password_file``; None where it has no line that can be read."""
    for line in passwords.splitlines():
        user, _, kept = line.partition(":")
        if user == name:
            try:
                salt = base64.b64decode(kept.split("$")[3], validate=True).decode("ascii")
            except (IndexError, ValueError):
                return None
            return salt if len(salt) == SALT_CHARACTERS else None
    return None


@dataclass(frozen=True)
class BrokerUser:
    """One who may come in, with the topics (of the hub alone: filters) to write and to read."""

    name: str
    password_line: str = field(repr=False)
    writes: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()


@lru_cache(maxsize=MOST_KEPT)
def device_user(kind: DeviceKind, device_id: str, line: str, group_ids: tuple[str, ...]) -> BrokerUser:
    """A device: says its own topics, hears its talk groups, the hub's tick, and what is said to it (doors.py).

    Groups come first, since mosquitto looks down the list for each radio that a voice packet goes to.
    """
    reads: list[str] = []
    if kind in HEARS_GROUPS:
        for group_id in group_ids:
            reads += [topics.group_voice(group_id), topics.group_floor(group_id)]
    if kind in HEARS_TICK:
        reads.append(topics.HUB_TICK)
    reads += [topics.down(kind, device_id, what) for what in sorted(MQTT_DOWN[kind])]
    writes = tuple(topics.up(kind, device_id, what) for what in sorted(MQTT_UP[kind]))
    return BrokerUser(device_id, line, writes, tuple(reads))


def passwords_text(users: Iterable[BrokerUser]) -> str:
    """mosquitto's ``password_file``."""
    return "".join(f"{user.name}:{user.password_line}\n" for user in users)


def access_text(users: Iterable[BrokerUser]) -> str:
    """mosquitto's ``acl_file``."""
    blocks = (
        "\n".join(
            (
                f"user {user.name}",
                *(f"topic read {topic}" for topic in user.reads),
                *(f"topic write {topic}" for topic in user.writes),
                "",
            )
        )
        for user in users
    )
    return "\n".join(blocks)


def emqx_users_text(users: Iterable[BrokerUser]) -> str:
    """The users as EMQX 5's built-in database imports them (CSV): hashes in hexadecimal, salts as text."""
    lines = ["user_id,password_hash,salt,is_superuser"]
    for user in users:
        _, _, _, salt, derived = user.password_line.split("$")
        lines.append(f"{user.name},{base64.b64decode(derived).hex()},{base64.b64decode(salt).decode()},false")
    return "\n".join(lines) + "\n"


def emqx_rules_text(users: Iterable[BrokerUser], hub_user: str) -> str:
    """The access list as an EMQX 5 ACL file (Erlang terms); names and topics hold nothing that would need quoting."""
    lines = [f'{{allow, {{user, "{hub_user}"}}, all, ["{topics.PREFIX}/#"]}}.']
    for user in users:
        for action, allowed in (("publish", user.writes), ("subscribe", user.reads)):
            listed = ", ".join(f'{{eq, "{topic}"}}' for topic in allowed)
            lines.append(f'{{allow, {{user, "{user.name}"}}, {action}, [{listed}]}}.')
    return "\n".join([*lines, "{deny, all}.", ""])

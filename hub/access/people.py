"""Who is at the console: until there is sign-in, the one person on duty, on loopback only."""

from __future__ import annotations

import msgspec


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who uses the hub."""

    person_id: str
    name: str
    role: str


ON_DUTY = Person(person_id="duty", name="值班员", role="dispatcher")

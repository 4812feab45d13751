"""Where the broker is and who the device is to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

DEFAULT_PORT = 1883


class AddressError(ValueError):
    """A broker address that cannot be used; quotes it and says what is wrong."""


@dataclass(frozen=True)
class BrokerAddress:
    """Host, port and credentials; the password never appears in ``repr``."""

    host: str
    port: int = DEFAULT_PORT
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str, password: str | None = None) -> BrokerAddress:
        """The address in ``mqtt://[user@]host[:port]``.

        The password comes apart from the address, because command lines are public. Raises AddressError.
        """
        parts = urlsplit(url)
        if parts.scheme != "mqtt" or not parts.hostname:
            raise AddressError(f"{url!r} is not a broker address: use mqtt://host:port")
        if parts.password is not None:
            raise AddressError("a broker address carries no password: give it in the environment")
        try:
            port = parts.port or DEFAULT_PORT
        except ValueError:
            raise AddressError(f"{url!r} has no usable port: use 1 to 65535") from None
        username = unquote(parts.username) if parts.username else None
        return cls(parts.hostname, port, username, password)

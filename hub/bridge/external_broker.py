"""A broker of somebody else, given by its address."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path

from devices.link import BrokerAddress
from hub.bridge.broker_choice import MQTTS, BrokerError
from hub.settings import LOOPBACK_HOSTS

MQTTS_PORT = 8883


@dataclass(frozen=True)
class External:
    """Where it is, and with mqtts:// how it is known: by its authority's certificate (PEM) alone, over TLS 1.3."""

    address: BrokerAddress
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    authority_pem: str | None = None

    @classmethod
    def at(cls, choice: str, password: str | None, authority: Path | None, *, hub_has_tls: bool) -> External:
        """The broker that ``choice`` names. Raises BrokerError for one that would not be as safe as the hub itself."""
        address = _address(choice, password)
        if not choice.startswith(MQTTS):
            if hub_has_tls:
                raise BrokerError(f"the hub serves TLS and {choice} does not: use mqtts://, or no TLS on both")
            return cls(address)
        if authority is None:
            raise BrokerError(f"{choice} needs its authority's certificate: give QIANSHAO_BROKER_AUTHORITY")
        try:
            authority_pem = authority.read_text()
            tls = ssl.create_default_context(cadata=authority_pem)
        except (OSError, ssl.SSLError) as error:
            raise BrokerError(f"{authority} is no authority's certificate ({error})") from None
        tls.minimum_version = ssl.TLSVersion.TLSv1_3
        return cls(address, tls, authority_pem)


def _address(choice: str, password: str | None) -> BrokerAddress:
    """Raises BrokerError for one that would be told secrets over an open line."""
    if choice.startswith(MQTTS):
        rest = choice.removeprefix(MQTTS)
        has_port = ":" in rest.rpartition("@")[2].rpartition("]")[2]
        return BrokerAddress.parse(f"mqtt://{rest}" if has_port else f"mqtt://{rest}:{MQTTS_PORT}", password)
    address = BrokerAddress.parse(choice, password)
    if address.host not in LOOPBACK_HOSTS:
        raise BrokerError(
            f"{choice} is on another machine and not encrypted: use mqtts:// and give its authority's certificate "
            "in QIANSHAO_BROKER_AUTHORITY"
        )
    return address

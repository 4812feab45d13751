"""Which door the settings name."""

from __future__ import annotations

from devices.protocol.clock import Clock
from hub.fallback.baresip import SipAccount
from hub.fallback.door import Door
from hub.fallback.file_door import FileDoor
from hub.fallback.sip_door import SipDoor
from hub.settings import FallbackChoice, Settings


def door_of(settings: Settings, clock: Clock) -> Door | None:
    """The door; None where there is none. What is missing for one that is named is said by safety.py."""
    if settings.fallback is FallbackChoice.FILE:
        return FileDoor(settings.data_dir / "fallback", clock)
    if settings.fallback is FallbackChoice.SIP:
        password = settings.sip_password.get_secret_value() if settings.sip_password else ""
        account = SipAccount(settings.sip_server, settings.sip_transport, settings.sip_user, password)
        return SipDoor(settings.data_dir / "telephone", account, settings.sip_address)
    return None

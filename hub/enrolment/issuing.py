"""Makes credentials: what the device is given, and what the hub keeps of it."""

from __future__ import annotations

from devices.link.credential import Credential
from devices.protocol.clock import Clock
from devices.protocol.topics import DeviceKind
from hub.bridge.broker import Entrance
from hub.enrolment.records import Standing, new_secrets

_DAY_US = 86_400_000_000


class Issuer:
    """One hub's, with its kind of broker (managed, embedded or external)."""

    def __init__(self, clock: Clock, broker_kind: str, renew_after_days: int) -> None:
        self._clock = clock
        self._is_external = broker_kind == "external"
        self._renew_after_us = renew_after_days * _DAY_US

    def make(
        self, kind: DeviceKind, device_id: str, entrance: Entrance, hub_url: str = ""
    ) -> tuple[Credential, Standing]:
        """For a device that reached the hub at ``hub_url``; empty for one that the hub gives a newer one by itself."""
        now_us = self._clock.wall_us()
        made, password = new_secrets(now_us)
        credential = Credential(
            device_id=device_id,
            kind=kind,
            password=entrance.shared_password or password,
            seal_key=made.seal_key,
            broker_host=entrance.host,
            broker_port=entrance.port,
            broker_user=entrance.shared_user or device_id,
            hub_url=hub_url,
            authority_pem=entrance.authority_pem,
            renew_at_ms=(now_us + self._renew_after_us) // 1000 if self._can_renew(entrance, hub_url) else None,
        )
        return credential, Standing(device_id, kind, now_us, made)

    def _can_renew(self, entrance: Entrance, hub_url: str) -> bool:
        """Whether the hub can tell the broker of a newer password, and the device can know the hub for it."""
        known = entrance.authority_pem is not None or not hub_url.startswith("https://")
        return bool(hub_url) and known and not self._is_external

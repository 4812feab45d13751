"""A radio that comes in: by a code, by its credential, by the proof of it."""

from __future__ import annotations

import aiomqtt
import sqlalchemy as sa

from devices.enrol.proof import proof
from devices.link.credential import Credential
from devices.protocol.topics import DeviceKind
from hub.access.people import LOCAL
from hub.access.tables import audit_records
from hub.app import Hub
from tests.devices.room import mqtt_client

HUB_URL = "http://127.0.0.1:8470"
ADDRESS = "10.1.2.3"


async def enrol(hub: Hub, code: str, address: str = ADDRESS) -> Credential:
    return await hub.enrolment.enrol(code, address, HUB_URL, "127.0.0.1")


async def enrolled(hub: Hub, radio_id: str = "R01") -> Credential:
    code = await hub.enrolment.make_code(DeviceKind.RADIO, radio_id, LOCAL)
    return await enrol(hub, code.code)


def own(credential: Credential) -> str:
    return proof(credential.device_id, credential.seal_key)


async def actions(hub: Hub) -> list[str]:
    """What was audited."""
    query = sa.select(audit_records.c.action).order_by(audit_records.c.number)
    return await hub.database.read(lambda connection: list(connection.execute(query).scalars()))


async def connects(credential: Credential) -> bool:
    """Whether the broker lets it in."""
    try:
        async with mqtt_client(credential.broker, timeout_s=2):
            return True
    except aiomqtt.MqttError:
        return False

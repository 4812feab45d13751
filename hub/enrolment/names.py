"""Which device may have which name."""

from __future__ import annotations

from devices.protocol.topics import DeviceKind
from hub.bridge.configuration import DEVICE_USER, HUB_USER, PROBE_USER
from hub.errors import Refusal
from hub.registry.service import Registry

RESERVED = frozenset({HUB_USER, DEVICE_USER, PROBE_USER})
"""Names that the brokers' own users have."""


def check_free(registry: Registry, kind: DeviceKind, device_id: str, enrolled_as: DeviceKind | None) -> None:
    """Raises Refusal for a name that the broker, or a device of another kind, has, by registry or by enrolment."""
    kinds = {
        *([DeviceKind.RADIO] if device_id in registry.radios else []),
        *([DeviceKind.CAMERA] if device_id in registry.cameras else []),
        *([enrolled_as] if enrolled_as else []),
    }
    if device_id in RESERVED or kinds - {kind}:
        raise Refusal(
            "name_taken",
            f"编号 {device_id} 已为另一类设备所用：请改一个编号",
            f"{device_id} is another kind of device's name: choose another",
            field="device_id",
            status=409,
        )


def check_registered(registry: Registry, kind: DeviceKind, device_id: str) -> None:
    """Raises Refusal (404) for what the registry does not have as that kind; workers are in no registry."""
    is_radio = kind is DeviceKind.RADIO and device_id in registry.radios
    is_camera = kind is DeviceKind.CAMERA and device_id in registry.cameras
    if not is_radio and not is_camera:
        raise Refusal(
            "unknown_device",
            f"登记中没有 {kind.value} {device_id}：请先导入",
            f"the registry has no {kind.value} {device_id}: import it first",
            field="device_id",
            status=404,
        )

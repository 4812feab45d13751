"""Which device may have which name."""

from __future__ import annotations

import re
from collections.abc import Set

from devices.protocol.topics import DeviceKind, TopicError, check_id
from hub.bridge.configuration import DEVICE_USER, HUB_USER, PROBE_USER
from hub.errors import Refusal
from hub.registry.service import Registry

RESERVED = frozenset({HUB_USER, DEVICE_USER, PROBE_USER})
"""Names that the brokers' own users have."""

MOST_REMOTE_WORKERS = 32
_OWN_WORKER = re.compile(r"worker-\d+")


def is_own_worker(device_id: str) -> bool:
    """Whether this is a name that the hub gives its own vision workers."""
    return _OWN_WORKER.fullmatch(device_id) is not None


def check_workers(wanted: Set[str], enrolled: Set[str]) -> None:
    """Raises Refusal for vision workers on other machines: of a name that cannot be, or too many of them."""
    for worker_id in wanted:
        if is_own_worker(worker_id):
            raise Refusal(
                "name_taken",
                f"{worker_id} 是中枢自己的分析进程的编号：请另取一个",
                f"{worker_id} is a name of the hub's own vision workers: choose another",
                field="device_id",
                status=409,
            )
        try:
            check_id(worker_id)
        except TopicError as error:
            raise Refusal(
                "bad_name", f"编号只能用 A-Z a-z 0-9 _ . -，1 至 64 个字符：{worker_id}", str(error), field="device_id"
            ) from None
    if len(wanted | enrolled) > MOST_REMOTE_WORKERS:
        raise Refusal(
            "too_many",
            f"其他机器上的分析进程最多 {MOST_REMOTE_WORKERS} 个：请先吊销不用的",
            f"at most {MOST_REMOTE_WORKERS} vision workers on other machines: revoke those that are not used",
            field="devices",
        )


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
    """Raises Refusal (404) for what the registry does not have as that kind; of workers there is no registry."""
    if kind is DeviceKind.WORKER:
        return
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

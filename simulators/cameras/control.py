"""What a camera server of its own process is told while it runs: JSON lines on standard input, an answer to each."""

from __future__ import annotations

from pathlib import Path

import msgspec

from simulators.cameras.faults import Fault
from simulators.cameras.sent import Sent
from simulators.cameras.server import CameraServer, CameraUnknown


class SetFault(msgspec.Struct, frozen=True, tag="fault"):
    """``camera_id`` empty: every camera."""

    fault: Fault
    camera_id: str = ""


class SetLoss(msgspec.Struct, frozen=True, tag="loss"):
    """Which share of a camera's datagrams is dropped from now on."""

    camera_id: str
    share: float


class SetClock(msgspec.Struct, frozen=True, tag="clock"):
    """By how much a camera's sender reports are ahead from now on."""

    camera_id: str
    offset_s: float


class WriteSent(msgspec.Struct, frozen=True, tag="sent"):
    """Write what was sent until now into a file (``sent.read_sent``)."""

    path: str


class Told(msgspec.Struct, frozen=True):
    """The answer: empty, or what was wrong."""

    error: str = ""


Order = SetFault | SetLoss | SetClock | WriteSent
_orders: msgspec.json.Decoder[Order] = msgspec.json.Decoder(Order)


def obey(line: bytes, server: CameraServer, sent: Sent | None) -> Told:
    """Do what a line says."""
    try:
        order = _orders.decode(line)
        if isinstance(order, SetFault):
            for camera_id in [order.camera_id] if order.camera_id else server.camera_ids:
                server.set_fault(camera_id, order.fault)
        elif isinstance(order, SetLoss):
            server.state(order.camera_id).loss = order.share
        elif isinstance(order, SetClock):
            server.state(order.camera_id).clock_offset_us = round(order.offset_s * 1e6)
        elif sent is None:
            return Told("what is sent is not written down; start it with --control")
        else:
            sent.write(Path(order.path))
    except (msgspec.MsgspecError, CameraUnknown, OSError) as error:
        return Told(str(error))
    return Told()

"""A vision worker: a process that looks at the cameras it is given and says what it sees.

Run as ``python -m hub.vision.worker --store DIR``. The hub's own has its credential from the environment
(QIANSHAO_CREDENTIAL), or as a spare one (``--spare``), loaded and waiting, from standard input; it ends when the hub
does. On another machine it is enrolled in DIR (``python -m devices.enrol``), and on its own.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from devices.enrol.renewal import live
from devices.link import Credential, CredentialError, Link, LinkTiming
from devices.protocol.clock import SystemClock
from devices.protocol.seal import SealError
from devices.protocol.topics import TopicError
from hub.arenas import bound_arenas
from hub.vision.camera_worker import STATE_TURN_S, Worker
from hub.vision.description.choice import AUTO as BUILT_IN_DESCRIPTOR
from hub.vision.description.choice import open_describers
from hub.vision.description.describer import Describer
from hub.vision.description.descriptor_file import DescriptorError
from hub.vision.detection.choice import AUTO, open_detector
from hub.vision.detection.detections import DetectorError
from hub.vision.detection.onnx_detector import OnnxDetector
from hub.vision.duty import Duty, find_duty, wait_for_duty
from hub.vision.looking_thread import STILL_AFTER_S

_log = logging.getLogger(__name__)

NICENESS = 10
LONGEST_RECONNECT_S = 1.0
"""Of the hub's own: they are few, beside the broker, and nobody else is given their cameras meanwhile."""
PARENT_TURN_S = 1.0
_WARM_ROWS = 320


async def work(run: Callable[[], Coroutine[None, None, None]], *, is_child: bool) -> None:
    """Run until SIGTERM, SIGINT or, as a child, the parent's end."""
    parent = os.getppid()
    asked_to_end = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked_to_end.set)
    running = asyncio.create_task(run())
    while not running.done() and not asked_to_end.is_set() and (os.getppid() == parent or not is_child):
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PARENT_TURN_S):
                await asked_to_end.wait()
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


def _give_way(*, is_apart: bool) -> None:
    """Beside the hub, run while it and the broker leave the processor: whoever wakes there takes it (sched(7))."""
    os.setpriority(os.PRIO_PROCESS, 0, max(os.getpriority(os.PRIO_PROCESS, 0), NICENESS))
    if sys.platform == "linux" and not is_apart:
        with contextlib.suppress(PermissionError):  # in a container that forbids it niceness remains
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def _beat() -> None:
    with contextlib.suppress(BrokenPipeError):  # the hub ended, and so does this process
        os.write(sys.stdout.fileno(), b".")


def _runner(
    duty: Duty, detector: OnnxDetector, describer: Describer, given: argparse.Namespace
) -> Callable[[], Coroutine[None, None, None]]:
    """What the process does on its duty. Raises TopicError, SealError, OSError."""
    clock = SystemClock()

    def make(credential: Credential) -> Worker:
        software = f"qianshao-worker {detector.name}"[:64]
        timing = None if duty.is_enrolled else LinkTiming(longest_reconnect_s=LONGEST_RECONNECT_S)
        link = Link(credential, clock=clock, software=software, store_dir=duty.store, timing=timing)
        weight, beat = given.weight if duty.is_enrolled else None, _beat if given.beat else None
        return Worker(
            *(link, detector, describer),
            clock=clock,
            weight=weight,
            beat=beat,
            looking_still_after_s=given.turn_within,
        )

    first = make(duty.credential)
    if not duty.is_enrolled or duty.store is None:
        return first.run

    async def run(held: Credential) -> None:
        await (first if held is duty.credential else make(held)).run()

    return partial(live, duty.store, duty.credential, clock, run)


def main() -> int:
    """Exit code 0 after an orderly end, 2 when the worker cannot start (the reason goes to standard error)."""
    parser = argparse.ArgumentParser(prog="hub.vision.worker", description=__doc__)
    parser.add_argument("--store", type=Path, help="its credential where it is enrolled; unconfirmed sightings")
    parser.add_argument("--detector", default=AUTO, help="auto, float32, int8 or a detector's file (docs/vision.md)")
    descriptor = "auto, or a descriptor's file (docs/vision.md)"
    parser.add_argument("--descriptor", default=BUILT_IN_DESCRIPTOR, help=descriptor)
    parser.add_argument("--weight", type=float, default=1.0, help="as how many of the hub's own it has cameras")
    parser.add_argument("--spare", action="store_true", help="wait, loaded, for a credential on standard input")
    parser.add_argument("--beat", action="store_true", help="say on standard output that it goes on, 4 times a second")
    within = "seconds; a look that takes longer stands still, and the process ends (%(default)s)"
    parser.add_argument("--turn-within", type=float, default=STILL_AFTER_S, help=within)
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    cv2.setNumThreads(1)
    bound_arenas()
    if not 0.1 <= given.weight <= 64:
        parser.exit(2, "--weight is 0.1 to 64\n")
    try:
        duty = None if given.spare else find_duty(given.store)
        detector, (describer,) = open_detector(given.detector), open_describers([given.descriptor])
        _give_way(is_apart=duty is not None and duty.is_enrolled)
        _log.info("looking with %s", detector.name)
        if given.spare:
            detector.detect(np.zeros((_WARM_ROWS, _WARM_ROWS, 3), np.uint8))
            duty = wait_for_duty(sys.stdin.buffer, _beat if given.beat else lambda: None, STATE_TURN_S)
        if duty is None:
            return 0
        run = _runner(duty, detector, describer, given)
    except (CredentialError, TopicError, SealError, DetectorError, DescriptorError, OSError) as error:
        parser.exit(2, f"the vision worker cannot start: {error}\n")
    asyncio.run(work(run, is_child=not duty.is_enrolled))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Keeps Python from holding up voice: its collector of garbage, and threads that take the interpreter from the loop."""

from __future__ import annotations

import gc
import sys

SWITCH_S = 0.0001
"""How long a thread keeps the interpreter while another waits for it."""


def take_short_turns() -> None:
    """Have the event loop wait for no thread longer than SWITCH_S at a time.

    It gives the interpreter away with each read and write of a socket, and waited for it 5 ms each time, Python's own
    figure, while the writer stored the answers to an alert.
    """
    sys.setswitchinterval(SWITCH_S)


def keep_what_started() -> None:
    """Have no later collection look through what there is now: modules, routes, the registry.

    A full collection goes through every object while nothing else runs. Of a started hub that took 170 to 370 ms with
    1,000 radios on 2 busy cores, in the midst of bursts; 12 to 60 ms after this. What is kept is never collected.
    """
    gc.collect()
    gc.freeze()

"""How much disk an installation needs: from its cameras, their bit rates and the days that footage is kept."""

from __future__ import annotations

import math

import msgspec

TB = 1_000_000_000_000
"""As makers of disks count."""
OVERHEAD = 0.01
"""Of the container, its index and the file system; 0.7 % at 500 kbit/s and 25 pictures a second."""
SHARE = 0.9
"""How full a disk may become (``footage_disk_share``)."""
_DAY_S = 86_400


class DiskPlan(msgspec.Struct, frozen=True, kw_only=True):
    """``footage_tb``: the pictures alone; ``disk_tb_needed``: with overhead, on disks filled to their share.

    ``disks``: of ``disk_tb`` each, none of them spare; None without a size. ``days_that_fit``: on so many disks.
    """

    cameras: int
    mbit_per_s: float
    days: int
    gb_per_camera_and_day: float
    write_mb_per_s: float
    footage_tb: float
    disk_share: float
    disk_tb_needed: float
    disk_tb: float | None
    disks: int | None
    days_that_fit: float | None


def plan(cameras: int, bit_rate: float, days: int, *, share: float = SHARE, disk_tb: float | None = None) -> DiskPlan:
    """``bit_rate``: of one camera's main stream, the mean over day and night, in bit/s. Raises ValueError."""
    if cameras < 1 or days < 1 or not bit_rate > 0 or not 0 < share <= 1 or (disk_tb is not None and not disk_tb > 0):
        raise ValueError("cameras, bit rate, days, share and disk must be above 0, the share at most 1")
    bytes_per_s = cameras * bit_rate / 8
    footage_tb = bytes_per_s * _DAY_S * days / TB
    needed_tb = footage_tb * (1 + OVERHEAD) / share
    disks = None if disk_tb is None else math.ceil(needed_tb / disk_tb)
    return DiskPlan(
        cameras=cameras,
        mbit_per_s=bit_rate / 1e6,
        days=days,
        gb_per_camera_and_day=bit_rate / 8 * _DAY_S / 1e9,
        write_mb_per_s=bytes_per_s * (1 + OVERHEAD) / 1e6,
        footage_tb=footage_tb,
        disk_share=share,
        disk_tb_needed=needed_tb,
        disk_tb=disk_tb,
        disks=disks,
        days_that_fit=None if disks is None or disk_tb is None else days * disks * disk_tb / needed_tb,
    )

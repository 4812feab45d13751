"""The machine: its clock, its disks, how many connections it lets the hub have, what the networks need."""

from __future__ import annotations

import ctypes
import os
import resource
import shutil
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from hub.doctor.findings import Finding, fail, fine, warn
from hub.doctor.process import hub_pid
from hub.listening.bounds import Bounds
from hub.settings import Settings

FREE_WARN_SHARE, FREE_FAIL_SHARE = 0.1, 0.03
"""Of a disk or its inodes; as deploy/prometheus/rules.yml has them."""
SYNC_WARN_S = 0.2
"""Bringing 4 KiB to disk: an alert is answered after it."""
_FIRST_YEAR = 2026
_AHEAD_S = 60.0
"""A file of the hub's that was written so much later than now was not: the clock has been set back."""
_TIME_ERROR = 5
"""adjtimex(2): the clock is not synchronised."""
_TIMEX_BYTES = 512
"""More than struct timex takes; its first field, the modes, is 0: nothing is set."""
_SYNC_BYTES = 4096


def clock(settings: Settings) -> Iterator[Finding]:
    """Times of events are evidence, and certificates are judged by them."""
    now = datetime.now(UTC)
    shown = f"{now:%Y-%m-%d %H:%M:%S} UTC"
    do = (
        "启用网络校时：sudo timedatectl set-ntp true，或装 chrony",
        "have the network set it: sudo timedatectl set-ntp true, or install chrony",
    )
    back_s = _latest_write_s(settings.data_dir) - now.timestamp()
    if now.year < _FIRST_YEAR:
        yield fail("clock", (f"时钟是 {shown}", f"the clock says {shown}"), do)
    elif back_s > _AHEAD_S:
        seen = (
            f"时钟是 {shown}，比中枢最近写下的文件早 {back_s / 60:.0f} 分钟",
            f"the clock says {shown}, {back_s / 60:.0f} min before the hub's latest file was written",
        )
        yield fail("clock", seen, do)
    elif _is_synchronised():
        yield fine("clock", f"已与网络校时，{shown}", f"set by the network, {shown}")
    else:
        yield warn("clock", (f"时钟没有与网络校时，{shown}", f"no network sets the clock, {shown}"), do)


def _latest_write_s(folder: Path) -> float:
    """When a file in this folder was last written, in seconds since 1970; 0 where there is none."""
    try:
        return max((file.stat().st_mtime for file in folder.iterdir() if file.is_file()), default=0.0)
    except OSError:  # no folder yet, or another user's: another check's matter
        return 0.0


def _is_synchronised() -> bool:
    state: int = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    return state not in (-1, _TIME_ERROR)


def disks(settings: Settings) -> Iterator[Finding]:
    """Room, inodes, and how long a write takes until it is on disk."""
    seen: set[int] = set()
    for folder in (settings.data_dir, settings.footage_folder):
        there = folder.resolve()
        while not there.exists():
            there = there.parent
        if there.stat().st_dev not in seen:
            seen.add(there.stat().st_dev)
            yield _room(folder, there)
    data = settings.data_dir
    if data.is_dir() and os.access(data, os.W_OK):
        yield _write(data)


def _room(folder: Path, there: Path) -> Finding:
    disk, inodes = shutil.disk_usage(there), os.statvfs(there)
    shares = [disk.free / disk.total] + ([inodes.f_favail / inodes.f_files] if inodes.f_files else [])
    free = min(shares)
    seen = (
        f"{folder} 的磁盘剩 {disk.free / 1e9:.1f} GB（{free:.0%}）",
        f"{disk.free / 1e9:.1f} GB ({free:.0%}) are left on the disk of {folder}",
    )
    do = (
        "删去不属于中枢的文件，减少录像天数（QIANSHAO_FOOTAGE_DAYS），或换更大的盘",
        "delete what is not the hub's, keep fewer days of footage (QIANSHAO_FOOTAGE_DAYS), or take a larger disk",
    )
    if free < FREE_FAIL_SHARE:
        return fail("disk", seen, do)
    return warn("disk", seen, do) if free < FREE_WARN_SHARE else fine("disk", *seen)


def _write(folder: Path) -> Finding:
    began_s = time.perf_counter()
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(_SYNC_BYTES))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        seen = (f"{folder} 写不进去（{error.strerror}）", f"{folder} takes nothing ({error.strerror})")
        return fail("disk", seen, ("看磁盘、挂载方式和权限", "look at the disk, its mount, and who may write"))
    took_s = time.perf_counter() - began_s
    seen = (f"{folder} 落盘 {took_s * 1e3:.0f} 毫秒", f"{folder} syncs in {took_s * 1e3:.0f} ms")
    if took_s > SYNC_WARN_S:
        return warn("disk", seen, ("数据目录放在固态盘上", "put the data folder on a solid-state disk"))
    return fine("disk", *seen)


def descriptors(settings: Settings) -> Iterator[Finding]:
    """Each radio's, camera's and console's line takes one."""
    pid = hub_pid(settings)
    _, hard = resource.prlimit(0 if pid is None else pid, resource.RLIMIT_NOFILE)
    most = Bounds().most
    whose = ("这里的一个进程", "a process here") if pid is None else ("中枢", "the hub")
    seen = (f"{whose[0]}可开 {hard} 个文件", f"{whose[1]} may open {hard} files")
    if hard != resource.RLIM_INFINITY and hard < most:
        yield warn(
            "descriptors",
            (f"{seen[0]}，少于 {most}", f"{seen[1]}, fewer than {most}"),
            ("服务单元里设 LimitNOFILE=65536", "set LimitNOFILE=65536 in the service's unit"),
        )
    else:
        yield fine("descriptors", *seen)

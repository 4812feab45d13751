"""The campaign's disk: full while it is said to be, and not for ever after a power cut."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from simulators.faults.disk import Disk


def test_disk_that_has_room_again_has_it_after_a_power_cut_too(tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    with Disk(folder) as disk:
        if not disk.is_mounted:
            pytest.skip(f"no file system of its own may be mounted here: {disk.how}")
        disk.fill(os.getpid())
        with (folder / "synced").open("wb") as file:  # a commit of the journal, which has the filler's name
            with pytest.raises(OSError) as refused:
                os.posix_fallocate(file.fileno(), 0, 2**20)
            os.fsync(file.fileno())
        assert refused.value.errno == errno.ENOSPC
        disk.empty(os.getpid())
        disk.cut_power()
        disk.mount_again()
        assert [one.name for one in folder.iterdir() if one.is_file()] == ["synced"]

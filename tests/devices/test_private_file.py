"""Secrets in files: for their owner alone, whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from devices.private_file import keep_private, write_private


def test_secret_is_readable_by_its_owner_alone_whatever_stood_there(tmp_path: Path) -> None:
    file, left_by_a_killed_writer = tmp_path / "secret", tmp_path / ".secret.new"
    for path in (file, left_by_a_killed_writer):
        path.write_bytes(b"open to all and longer than what comes")
        path.chmod(0o666)
    write_private(file, b"secret")
    assert file.read_bytes() == b"secret"
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_secret_that_the_disk_does_not_take_leaves_the_former_one_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "secret"
    write_private(file, b"former")

    def disk_is_full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", disk_is_full)
    with pytest.raises(OSError, match="No space"):
        write_private(file, b"newer")
    assert file.read_bytes() == b"former"


def test_file_that_holds_what_it_should_is_written_anew_only_where_others_could_read_it(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    keep_private(file, b"secret")
    before = file.stat().st_ino
    keep_private(file, b"secret")
    assert file.stat().st_ino == before
    file.chmod(0o640)
    keep_private(file, b"secret")
    assert file.stat().st_ino != before
    assert file.stat().st_mode & 0o777 == 0o600
    keep_private(file, b"newer")
    assert file.read_bytes() == b"newer"

"""Files that go, grow and take other names while they are copied."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from hub.backup import files
from hub.backup.contents import of_rooms
from hub.backup.files import Copier, NeverStill


def names(source: Path) -> list[str]:
    return of_rooms(source, source / "footage")


def found(target: Path) -> dict[str, str]:
    return {path.relative_to(target).as_posix(): path.read_text() for path in target.rglob("*") if path.is_file()}


def make(source: Path, **contents: str) -> None:
    for name, text in contents.items():
        file = source / name.replace("__", "/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def test_hour_that_is_sealed_meanwhile_is_in_the_copy(tmp_path: Path) -> None:
    source = tmp_path / "hub"
    make(source, sightings__open__7="seven", sightings__open__8="eight", sightings__sealed__6="six")

    def seal(_written: int) -> None:  # the first file has just been copied
        if (source / "sightings/open/8").exists():
            make(source, sightings__sealed__8="eight, sealed")
            (source / "sightings/open/8").unlink()

    copier = Copier(tmp_path / "copy", seal)
    copier.copy_all(source, lambda: names(source))
    assert found(tmp_path / "copy") == found(source)
    assert found(source)["sightings/sealed/8"] == "eight, sealed"
    assert [one.path for one in copier.records] == sorted(found(source))
    for one in copier.records:
        assert one.sha256 == hashlib.sha256(found(source)[one.path].encode()).hexdigest()


def test_what_is_appended_meanwhile_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "PIECE_BYTES", 10)
    source = tmp_path / "hub"
    make(source, voice__1="0123456789" * 3)

    def append(_written: int) -> None:
        with (source / "voice/1").open("a") as file:
            file.write("more")

    copier = Copier(tmp_path / "copy", append)
    copier.copy_all(source, lambda: names(source))
    assert found(tmp_path / "copy") == {"voice/1": "0123456789" * 3}
    assert copier.records[0].bytes == 30


def test_files_that_never_stand_still_end_the_backup(tmp_path: Path) -> None:
    source = tmp_path / "hub"
    make(source, media__0="x")
    turn = 0

    def listed() -> list[str]:
        nonlocal turn
        (source / f"media/{turn}").rename(source / f"media/{turn + 1}")
        turn += 1
        return [f"media/{turn - 1}"]

    with pytest.raises(NeverStill, match="faster than they could be copied"):
        Copier(tmp_path / "copy").copy_all(source, listed)

"""The process that makes a clip: one job in, words out."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import msgspec

from hub.footage.exports.blurring import Blur
from hub.footage.exports.clip import Clip, Cut
from hub.footage.exports.job import Finished, Job, NotMade, Told
from tests.footage.segments.films import START_US, film, write
from tests.small_disk import small_disk


def told(folder: Path, file: Path, camera_id: str = "C01") -> Told:
    """The last word of a process that copies four seconds into ``file``."""
    clip = Clip(
        camera_id=camera_id,
        from_us=START_US,
        until_us=START_US + 4_000_000,
        cut=Cut.KEY,
        blur=Blur.NONE,
        others=(),
        sought=(),
        words="",
        zone="UTC",
    )
    job = msgspec.json.encode(Job(clip=clip, footage_dir=str(folder), file=str(file)))
    run = subprocess.run([sys.executable, "-m", "hub.footage.exports.job"], input=job, capture_output=True, check=False)
    assert run.stderr == b""
    return msgspec.json.decode(run.stdout.splitlines()[-1], type=Told)


def test_it_names_the_file_and_its_source_by_what_they_hold(tmp_path: Path) -> None:
    segment, file = write(tmp_path, film()), tmp_path / "clip.part"
    word = told(tmp_path, file)
    assert isinstance(word, Finished)
    assert word.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert word.segments[0].sha256 == hashlib.sha256(segment.read_bytes()).hexdigest()
    assert word.segments[0].file == str(segment.relative_to(tmp_path))


def test_a_camera_without_footage_is_told(tmp_path: Path) -> None:
    word = told(tmp_path, tmp_path / "clip.part", "C99")
    assert isinstance(word, NotMade)
    assert word.code == "nothing_recorded"


def test_a_disk_without_room_is_told(tmp_path: Path) -> None:
    write(tmp_path, film(kbit_per_s=4000))
    with small_disk(tmp_path / "disk", "300k") as disk:
        word = told(tmp_path, disk.folder / "clip.part")
    assert isinstance(word, NotMade)
    assert word.code == "disk_failed"

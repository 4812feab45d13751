"""A community's folder: made once, reused, gone on with after an interruption."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import pytest

from simulators.community.build import BuildError, Progress, build, film_path, is_ready, read_manifest
from simulators.community.documents import CommunityDocument, MapDocument
from simulators.community.parameters import ParameterError, Parameters
from simulators.community.truth import load

TINY = Parameters(seed=3, seconds=5, cameras=3, passers_by=10)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    build(folder, TINY, lambda progress: None)
    return folder


def test_a_folder_holds_documents_truth_and_a_film_for_each_camera(folder: Path) -> None:
    document = msgspec.json.decode((folder / "community.json").read_bytes(), type=CommunityDocument)
    assert msgspec.json.decode((folder / "map.geojson").read_bytes(), type=MapDocument).features
    assert [camera.camera_id for camera in document.cameras] == load(folder).camera_ids == ["C01", "C02", "C03"]
    assert all(film_path(folder, camera.camera_id).stat().st_size > 10_000 for camera in document.cameras)
    assert {path.name for path in folder.iterdir()} == {
        "community.json",
        "map.geojson",
        "manifest.json",
        "truth",
        "video",
    }


def test_progress_ends_at_all_frames_of_all_cameras(tmp_path: Path) -> None:
    told: list[Progress] = []
    build(tmp_path, Parameters(seed=3, seconds=5, cameras=1, passers_by=0), told.append)
    assert told[0].frames_done == 0
    assert told[-1].frames_done == told[-1].frames_total == 50


def test_a_finished_folder_is_reused(folder: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert is_ready(folder, TINY)
    assert build(folder, TINY, lambda progress: None).reused
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_a_folder_whose_film_was_cut_short_is_not_taken_for_finished(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "video").mkdir()
    (tmp_path / "manifest.json").write_bytes((folder / "manifest.json").read_bytes())
    for film in (folder / "video").iterdir():
        (tmp_path / "video" / film.name).write_bytes(film.read_bytes()[:-1])
    assert read_manifest(tmp_path) is None


def test_an_interrupted_build_keeps_whole_films_and_goes_on(tmp_path: Path) -> None:
    stop = threading.Event()

    def stop_after_the_first_film(progress: Progress) -> None:
        if progress.frames_done >= TINY.frames:
            stop.set()

    with pytest.raises(BuildError, match="start it again"):
        build(tmp_path, TINY, stop_after_the_first_film, processes=1, stop=stop)
    assert read_manifest(tmp_path) is None
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "video").glob("*.mp4")}
    assert kept
    assert not build(tmp_path, TINY, lambda progress: None).reused
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert is_ready(tmp_path, TINY)


def test_other_parameters_make_the_folder_anew_and_leave_strangers_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    first = Parameters(seed=3, seconds=5, cameras=2, passers_by=0)
    second = Parameters(seed=4, seconds=5, cameras=1, passers_by=0)
    build(tmp_path, first, lambda progress: None)
    assert not build(tmp_path, second, lambda progress: None).reused
    assert [path.name for path in (tmp_path / "video").iterdir()] == ["C01.mp4"]
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_the_same_parameters_give_the_same_films(folder: Path, tmp_path: Path) -> None:
    build(tmp_path, TINY, lambda progress: None)
    for film in (folder / "video").iterdir():
        assert (tmp_path / "video" / film.name).read_bytes() == film.read_bytes()


def test_the_command_ends_cleanly_when_told_to_and_leaves_no_process(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "simulators.community", "--out", str(tmp_path), "--seconds", "60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["frames_done"] == 0
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 1
        assert "start again" in json.loads(process.stderr.read())["error"]
    assert read_manifest(tmp_path) is None
    assert not list((tmp_path / "video").glob("*.mp4"))


@pytest.mark.parametrize(("name", "value"), [("seconds", 0), ("cameras", 0), ("cameras", 25), ("seed", -1)])
def test_a_parameter_that_cannot_be_is_named(name: str, value: int) -> None:
    with pytest.raises(ParameterError, match=name):
        Parameters(**{name: value})

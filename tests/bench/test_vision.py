"""What a camera costs vision is measured by the product's own way, on films that are what they are called."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from bench.vision import live
from bench.vision_figures import GOAL_CAMERAS, Live, Plan, report
from bench.vision_films import STREETS, cast, times_s
from bench.vision_part import Cost, cost
from bench.vision_videos import small_videos
from devices.protocol.sightings import Stage
from hub.footage.errors import NotVideo
from simulators.community.appearances import appearances, visibilities
from tests.vision.drawn import Walker, film


def in_view(kind: str, least_share: float) -> list[int]:
    """How many are in view in every fifth picture, so much of each at least."""
    street = STREETS[kind]
    camera, people = cast(street)
    times = times_s(street)[::5]
    found = appearances(camera, people, times)
    count = np.zeros(len(times), int)
    for one, shares in zip(found, visibilities(found, 480, 360, len(count)), strict=True):
        count[one.frames[shares >= least_share]] += 1
    return count.tolist()


def test_crowded_street_has_five_and_more_people_in_view_from_its_first_picture_on() -> None:
    assert min(in_view("crowded", 0.3)) >= 5, "though some hide others"
    assert np.mean(np.array(in_view("crowded", 0.5)) >= 5) > 0.98


def test_normal_street_has_somebody_in_view_a_fifth_of_the_time() -> None:
    people = in_view("normal", 0.5)
    assert 0.15 <= np.mean(np.array(people) > 0) <= 0.25
    assert max(people) == 2


def test_camera_is_measured_from_decoding_to_the_sighting(tmp_path: Path) -> None:
    found = cost(film(tmp_path / "gate.mp4", [Walker(-60, 560, 230, 150)], seconds=4))
    assert (found.width_px, found.height_px, found.pictures, found.video_s) == (640, 480, 40, 4.0)
    assert found.looks >= found.calls[Stage.DETECT] > 3
    assert found.calls[Stage.MOTION] == 20
    assert found.sightings == 1
    assert found.calls[Stage.DESCRIBE] >= 1
    assert found.cpu_ms > sum(found.spent_ms.values()) > found.spent_ms[Stage.DETECT] > 0


def spent(cpu_ms: float) -> Cost:
    return Cost(
        video_s=100.0,
        pictures=2500,
        width_px=480,
        height_px=360,
        kbit_per_s=500.0,
        cpu_ms=cpu_ms,
        decoded_ms=1000.0,
        decoded=2300,
        spent_ms={
            Stage.DECODE: 920.0,
            Stage.MOTION: 250.0,
            Stage.DETECT: 400.0,
            Stage.TRACK: 20.0,
            Stage.DESCRIBE: 0.0,
        },
        calls={Stage.DECODE: 2301, Stage.MOTION: 500, Stage.DETECT: 20, Stage.TRACK: 20, Stage.DESCRIBE: 0},
        looks=20,
        detections=5,
        sightings=0,
    )


def test_goals_are_judged_by_the_median_of_the_runs() -> None:
    runs = [spent(2600.0), spent(2000.0), spent(2400.0)]
    late = Live("quiet", 40, 30.0, 70.0, 17.5, 4.0, 0.0, 0.02, 300.0)
    found = report(Plan(None, 3, 30.0), 5.0, {"quiet": runs}, 4.0, [late], {})
    quiet = found.videos["quiet"]
    assert (quiet["cpu_ms_per_s"], quiet["cameras_per_core"]) == (24.0, pytest.approx(41.667))
    assert (quiet["decode_ms"], quiet["motion_ms"], quiet["detect_ms"]) == (0.4, 0.5, 20.0)
    assert quiet["cameras_per_core_all_looked_at"] == pytest.approx(1000 / (24 + 4.8 * 21), abs=0.001)
    met = {name: goal.is_met for name, goal in found.goals.items()}
    assert met == {
        "cameras_per_core.quiet": True,
        "motion_ms": True,
        "shed_share.quiet": True,
        "late_share.quiet": False,
    }
    assert GOAL_CAMERAS == {"quiet": 40, "normal": 20, "crowded": 4}


def test_live_proof_that_fails_is_told_in_the_report_and_loses_no_figures(tmp_path: Path) -> None:
    (tmp_path / "quiet.mp4").write_bytes(b"no film")
    plan = Plan(None, 1, 30.0)
    found, failed = live(plan, {"quiet": tmp_path / "quiet.mp4", "still": tmp_path / "still.mp4"})
    told = report(plan, 5.0, {"quiet": [spent(2400.0)]}, 4.0, found, failed)
    assert (told.live, list(told.live_failed)) == ((), ["quiet"])
    assert "quiet.mp4" in told.live_failed["quiet"]
    assert list(told.goals) == ["cameras_per_core.quiet", "motion_ms"]


def test_larger_video_is_made_a_small_stream_and_a_small_one_is_taken_as_it_is(tmp_path: Path) -> None:
    videos, made = tmp_path / "videos", tmp_path / "made"
    videos.mkdir()
    made.mkdir()
    film(videos / "large.mp4", [Walker(0, 100, 80, 150)], seconds=1)
    found = small_videos(videos, made, lambda _: None)
    with av.open(str(found["large"])) as container:
        video = container.streams.video[0]
        assert (video.codec_context.name, video.width, video.height, video.frames) == ("h264", 480, 360, 10)
    assert small_videos(made, tmp_path, lambda _: None) == found


def test_folder_without_a_video_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotVideo, match="holds no video"):
        small_videos(tmp_path, tmp_path / "kept", print)

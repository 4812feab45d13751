"""Clips out of real coders' pictures: what is shown, when, and who is hidden in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from hub.footage.coded import CodedPicture, Form
from hub.footage.exports.blurring import Blur
from hub.footage.exports.clip import Clip, Cut, Made, NoClip
from hub.footage.exports.coding import code_clip
from hub.footage.exports.copying import copy_clip
from hub.footage.exports.lettering import bar_height_px
from hub.footage.exports.tracks import Track, TrackPoint
from tests.footage.segments.films import START_US, Film, film

HEIGHT_PX, WIDTH_PX = 192, 320
BAR_PX = bar_height_px(HEIGHT_PX)


def clip(from_s: float = 1.0, until_s: float = 3.0, **given: Any) -> Clip:
    asked: dict[str, Any] = {"cut": Cut.EXACT, "blur": Blur.NONE, "others": (), "sought": ()}
    return Clip(
        camera_id="C01",
        from_us=START_US + round(from_s * 1e6),
        until_us=START_US + round(until_s * 1e6),
        words="C01  K2  X2",
        zone="Asia/Shanghai",
        **asked | given,
    )


def records(*films: Film) -> Iterator[Form | CodedPicture]:
    for filmed in films:
        yield filmed.form
        yield from (picture for picture, _ in filmed.pictures)


def coded(folder: Path, asked: Clip, *films: Film) -> tuple[Made, list[NDArray[np.uint8]], list[float]]:
    """The clip, coded anew: what was made, its pictures in grey and when each is shown."""
    made = code_clip(asked, records(*films), folder / "clip.mp4", lambda _: None)
    return made, *shown(folder / "clip.mp4")


def shown(file: Path) -> tuple[list[NDArray[np.uint8]], list[float]]:
    with av.open(str(file)) as container:
        frames = list(container.decode(video=0))
    return [frame.to_ndarray(format="gray") for frame in frames], [float(frame.time or 0.0) for frame in frames]


def bar_at(picture: NDArray[np.uint8]) -> int:
    """How far right the film's moving bar is, in pixels."""
    return int((picture[-HEIGHT_PX:].mean(axis=0) > 150).argmax())


def track(sighting_id: str, left_px: float, until_s: float = 4.0) -> Track:
    """Somebody of 40 by 100 pixels who stands there."""
    box = (left_px / WIDTH_PX, 50 / HEIGHT_PX, (left_px + 40) / WIDTH_PX, 150 / HEIGHT_PX)
    times = range(START_US, START_US + round(until_s * 1e6) + 1, 200_000)
    return Track(sighting_id=sighting_id, points=tuple(TrackPoint(at_us, *box) for at_us in times))


def fineness(picture: NDArray[np.uint8], left_px: int, width_px: int = 40) -> float:
    """How much neighbouring pixels differ in a part of the picture that has noise where nothing is hidden."""
    part = picture[-HEIGHT_PX:][60:140, left_px : left_px + width_px].astype(np.int16)
    return float(np.abs(np.diff(part, axis=0)).mean())


@pytest.mark.parametrize(("encoder", "reordered"), [("libx264", 0), ("libx264", 3), ("libx265", 0), ("mjpeg", 0)])
def test_an_exact_clip_shows_what_was_asked_for_and_no_more(tmp_path: Path, encoder: str, reordered: int) -> None:
    made, pictures, times = coded(tmp_path, clip(), film(encoder, reordered=reordered))
    assert (made.pictures, made.not_decoded, made.gaps) == (50, 0, ())
    assert made.first_us == START_US + 1_000_000
    assert times == [pytest.approx(number / 25, abs=1e-4) for number in range(50)]
    assert [bar_at(picture) for picture in pictures[:3]] == [100, 104, 108]
    assert pictures[0].shape == (HEIGHT_PX + BAR_PX, WIDTH_PX)
    assert pictures[0][:BAR_PX].max() > 200


@pytest.mark.parametrize(("encoder", "reordered"), [("libx264", 0), ("libx264", 3), ("libx265", 3), ("mjpeg", 0)])
def test_a_copied_clip_plays_with_the_camera_s_own_pictures(tmp_path: Path, encoder: str, reordered: int) -> None:
    file, filmed = tmp_path / "clip.mp4", film(encoder, reordered=reordered)
    made = copy_clip(clip(0, 4, cut=Cut.KEY), records(filmed), file, lambda _: None)
    pictures, times = shown(file)
    assert made.pictures == len(pictures) == 100
    assert np.diff(times) == pytest.approx(0.04, abs=1e-3)
    assert [bar_at(picture) for picture in pictures[::25]] == [0, 100, 200, 300]


def test_a_time_without_footage_is_cut_out_named_and_shown(tmp_path: Path) -> None:
    later = film(seconds=2, start_us=START_US + 14_400_000_000)
    made, pictures, times = coded(tmp_path, clip(0, 14_402), film(seconds=2), later)
    assert [(gap.from_us - START_US, gap.until_us - START_US) for gap in made.gaps] == [(1_960_000, 14_400_000_000)]
    assert made.duration_s == pytest.approx(1.96 + 1 + 1.96)
    cards = [picture for picture, at_s in zip(pictures, times, strict=True) if 2 < at_s < 2.9]
    assert cards and all(40 < (card > 150).sum() < 0.2 * card.size for card in cards)
    file = tmp_path / "copied.mp4"
    copied = copy_clip(clip(0, 14_402, cut=Cut.KEY), records(film(seconds=2), later), file, lambda _: None)
    assert copied.gaps == made.gaps
    assert shown(file)[1][-1] == pytest.approx(4.92, abs=0.01)


def test_times_at_both_ends_without_footage_are_named(tmp_path: Path) -> None:
    made, _, times = coded(tmp_path, clip(-5, 10), film())
    assert [round((gap.until_us - gap.from_us) / 1e6, 1) for gap in made.gaps] == [5.0, 6.0]
    assert times[0] == 0.0


def test_a_clock_that_was_set_back_costs_no_picture(tmp_path: Path) -> None:
    made, _, times = coded(tmp_path, clip(0, 4), film(seconds=2), film(seconds=2, start_us=START_US + 500_000))
    assert made.pictures == len(times) == 100
    assert (np.diff(times) > 0.03).all()


def test_a_camera_that_changes_its_picture_size_is_fitted_in(tmp_path: Path) -> None:
    small = film(seconds=1, size=(160, 120), start_us=START_US + 2_000_000)
    made, pictures, _ = coded(tmp_path, clip(0, 4), film(seconds=2), small)
    assert made.pictures == 75
    assert pictures[-1].shape == pictures[0].shape
    assert pictures[-1][-HEIGHT_PX:, :20].max() < 40
    with pytest.raises(NoClip, match="exact"):
        copy_clip(clip(0, 4, cut=Cut.KEY), records(film(seconds=2), small), tmp_path / "copied.mp4", lambda _: None)


def test_nothing_recorded_is_no_clip(tmp_path: Path) -> None:
    for make in (code_clip, copy_clip):
        with pytest.raises(NoClip) as said:
            make(clip(), iter(()), tmp_path / "clip.mp4", lambda _: None)
        assert said.value.code == "nothing_recorded"


def test_garbage_between_pictures_is_counted_and_the_rest_is_shown(tmp_path: Path) -> None:
    filmed = film(group=10)
    broken = [
        (CodedPicture(p.wall_us, p.media_us, p.key, p.broken, b"\0\0\1\x41garbage" * 9 if 12 <= n < 16 else p.data), d)
        for n, (p, d) in enumerate(filmed.pictures)
    ]
    made, pictures, _ = coded(tmp_path, clip(0, 4), Film(filmed.form, broken))
    assert 80 < made.pictures == len(pictures) <= 100


def hidden_in(folder: Path, others: Sequence[Track], sought: Sequence[Track] = (), **given: Any) -> NDArray[np.uint8]:
    asked = clip(2.0, 2.2, **{"blur": Blur.OTHERS} | given, others=tuple(others), sought=tuple(sought))
    return coded(folder, asked, film())[1][0]


def test_others_are_hidden_and_who_is_sought_is_not(tmp_path: Path) -> None:
    plain = hidden_in(tmp_path, (), blur=Blur.NONE)
    picture = hidden_in(tmp_path, [track("other", 40)], [track("sought", 120)])
    assert fineness(picture, 40) < 0.1 * fineness(plain, 40)
    assert fineness(picture, 120) > 0.8 * fineness(plain, 120)
    assert fineness(picture, 240) > 0.8 * fineness(plain, 240)


def test_who_is_sought_stays_clear_where_another_s_box_overlaps(tmp_path: Path) -> None:
    plain = hidden_in(tmp_path, (), blur=Blur.NONE)
    higher = track("other", 100)
    points = tuple(TrackPoint(p.at_us, p.left, p.top - 0.1, p.right, p.bottom - 0.1) for p in higher.points)
    picture = hidden_in(tmp_path, [Track(sighting_id="other", points=points)], [track("sought", 120)])
    assert fineness(picture, 122, 36) > 0.8 * fineness(plain, 122, 36)
    assert fineness(picture, 85, 30) < 0.1 * fineness(plain, 85, 30)


def test_the_head_of_somebody_who_stands_before_the_one_sought_is_hidden(tmp_path: Path) -> None:
    plain = hidden_in(tmp_path, (), blur=Blur.NONE)
    nearer = track("other", 122)
    points = tuple(TrackPoint(p.at_us, p.left, p.top + 0.2, p.right, p.bottom + 0.2) for p in nearer.points)
    picture = hidden_in(tmp_path, [Track(sighting_id="other", points=points)], [track("sought", 120)])
    head = slice(90, 110)
    rows = np.abs(np.diff(picture[-HEIGHT_PX:][head, 134:148].astype(np.int16), axis=0)).mean()
    assert rows < 0.2 * fineness(plain, 134, 14)


def test_all_but_who_is_sought_is_hidden(tmp_path: Path) -> None:
    plain = hidden_in(tmp_path, (), blur=Blur.NONE)
    picture = hidden_in(tmp_path, (), [track("sought", 120)], blur=Blur.ALL_BUT_SOUGHT)
    assert fineness(picture, 240) < 0.2 * fineness(plain, 240)
    assert fineness(picture, 120) > 0.8 * fineness(plain, 120)


def test_the_whole_picture_is_hidden_while_somebody_may_be_anywhere(tmp_path: Path) -> None:
    plain = hidden_in(tmp_path, (), blur=Blur.NONE)
    blind = ((START_US + 1_500_000, START_US + 2_500_000),)
    assert fineness(hidden_in(tmp_path, (), blind=blind), 240) < 0.2 * fineness(plain, 240)
    assert fineness(hidden_in(tmp_path, (), blind=((0, START_US + 2_000_000),)), 240) > 0.8 * fineness(plain, 240)


@pytest.mark.parametrize("blur", list(Blur))
def test_what_is_masked_is_hidden_always_even_where_the_person_sought_stands(tmp_path: Path, blur: Blur) -> None:
    plain = hidden_in(tmp_path, (), blur=Blur.NONE)
    window = ((0.375, 0.2), (0.5, 0.2), (0.5, 0.9))
    picture = hidden_in(tmp_path, (), [track("sought", 120)], masked=(window,), blur=blur)
    assert fineness(picture, 120) < 0.1 * fineness(plain, 120)

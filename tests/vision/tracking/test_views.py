"""The best views of a person are kept, and few of them."""

from __future__ import annotations

import cv2
import numpy as np

from hub.vision.boxes import Box
from hub.vision.tracking.views import MOST_HEIGHT_PX, MOST_VIEWS, BestViews
from tests.vision.drawn import Walker, scene, street

WALKER = Walker(300, 420, 0, 200)
PICTURE = scene([WALKER], 0.5)
BOX = WALKER.box(0.5)


def test_sharp_view_is_worth_more_than_a_blurred_one() -> None:
    views = BestViews()
    views.offer(np.asarray(cv2.GaussianBlur(PICTURE, (0, 0), 5), np.uint8), BOX, 0.8, 0.0, at_s=0.0)
    views.offer(PICTURE, BOX, 0.8, 0.0, at_s=1.0)
    assert [timed.at_s for timed in views.best_first] == [1.0, 0.0]


def test_whole_person_is_worth_more_than_a_cut_or_covered_one() -> None:
    views = BestViews()
    views.offer(PICTURE, BOX, 0.8, 0.5, at_s=0.0)
    views.offer(scene([Walker(10, 420, 0, 200)], 0.5), Walker(10, 420, 0, 200).box(0.5), 0.8, 0.0, at_s=1.0)
    views.offer(PICTURE, BOX, 0.8, 0.0, at_s=2.0)
    best = views.best_first
    assert best[0].at_s == 2.0
    assert [timed.view.cut for timed in sorted(best, key=lambda timed: timed.at_s)] == [False, True, False]


def test_views_are_bounded_and_the_best_stay() -> None:
    views = BestViews()
    for number in range(30):
        views.offer(PICTURE, BOX, 0.5 + 0.01 * number, 0.0, at_s=float(number))
    assert [timed.at_s for timed in views.best_first] == [float(29 - place) for place in range(MOST_VIEWS)]


def test_two_views_of_one_moment_are_one() -> None:
    views = BestViews()
    for number in range(10):
        views.offer(PICTURE, BOX, 0.8, 0.0, at_s=number * 0.01)
    assert len(views.best_first) == 1


def test_person_lies_in_the_view_where_its_box_says() -> None:
    views = BestViews()
    views.offer(PICTURE, BOX, 0.8, 0.0, at_s=0.0)
    view = views.best_first[0].view
    left, top, width, height = (round(value) for value in view.box)
    inside = view.picture[top : top + height, left : left + width].astype(int)
    there = PICTURE[int(BOX.top) :, int(BOX.left) :][:height, :width].astype(int)
    assert np.abs(inside - there).mean() < 12
    assert view.picture.shape[0] > height * 1.4


def test_large_view_is_made_smaller() -> None:
    walker = Walker(600, 1050, 0, 900)
    views = BestViews()
    views.offer(scene([walker], 0.5, street(1920, 1080)), walker.box(0.5), 0.8, 0.0, at_s=0.0)
    view = views.best_first[0].view
    assert view.picture.shape[0] <= MOST_HEIGHT_PX
    assert view.box[1] + view.box[3] <= view.picture.shape[0] + 1


def test_speck_is_no_view() -> None:
    views = BestViews()
    views.offer(PICTURE, Box(300, 300, 5, 10), 0.8, 0.0, at_s=0.0)
    assert views.best_first == []


def test_box_outside_the_picture_is_no_view() -> None:
    views = BestViews()
    views.offer(PICTURE, Box(-300, 100, 50, 100), 0.8, 0.0, at_s=0.0)
    assert views.best_first == []

"""Another describer: stored sightings are described anew while they are searched, by real processes and networks."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import cv2
import msgspec
import numpy as np
import pytest
import pytest_asyncio

from devices.protocol.clock import SystemClock
from devices.protocol.sightings import BoxAt, Sighting
from hub.describing.describers import DescriberBook
from hub.describing.keeper import DescribingChild
from hub.describing.messages import Area, DescribeKept, KeptPicture, LookAtPhoto, PhotoLooked
from hub.describing.redescribing import Redescribing
from hub.sightings.messages import MOST_DESCRIBERS, CameraPlace, Query
from hub.sightings.service import SightingService
from hub.teaching.learning import Learned
from hub.vision.boxes import Box
from hub.vision.description.choice import open_descriptor
from hub.vision.description.describer import Describer
from hub.vision.description.kept_stripes import kept, mean_of
from hub.vision.description.learning.drawing import draw
from hub.vision.description.learning.wardrobe import invent
from hub.vision.description.naming import name_of
from hub.vision.description.stripe_numbers import SIZE
from hub.vision.tracking.views import BestViews, view_of_kept
from tests.describing.projections import learned_projection
from tests.devices.room import until
from tests.sightings.seen import HOUR_US, sighting
from tests.vision.detection import tiny_network

pytestmark = pytest.mark.asyncio(loop_scope="module")
PEOPLE = 5
DONE_WITHIN_S = 120.0
"""Two processes load a network for it, on a machine whose others may leave them little."""
CAMERAS = (CameraPlace("C01"),)


def seen(number: int) -> Sighting:
    """A drawn person in a frame of 320 x 240, kept as vision keeps people; the second has lost its picture."""
    rng = np.random.default_rng(number)
    frame = np.full((240, 320, 3), 120, np.uint8)
    frame[60:188, 100:164] = draw(invent(rng), rng)[0]
    box, views = Box(100, 60, 64, 128), BestViews()
    views.offer(frame, box, 0.9, 0.0, 0.0)
    (best,) = views.best_first
    _, jpeg = cv2.imencode(".jpg", best.view.picture, [cv2.IMWRITE_JPEG_QUALITY, 85])
    return sighting(
        f"s{number}",
        frame_width_px=320,
        frame_height_px=240,
        picture_box=BoxAt(0, *box),
        picture_jpeg=b"" if number == 1 else jpeg.tobytes(),
        describer="stripes-2",
        descriptor=bytes([number + 1] * 64),
    )


class Site:
    """A folder's sightings and the two processes, as the hub has them."""

    def __init__(self, folder: Path, choice: str) -> None:
        self.sightings = SightingService(folder / "sightings", SystemClock())
        self.photos = DescribingChild("describing", ["auto"])
        self.background = DescribingChild("describing-anew", ["auto"])  # not in the background: tests are waited for
        book = DescriberBook(folder / "describers.json")
        self.redescribing = Redescribing(self.sightings, self.photos, self.background, book, choice)
        self.sightings.open()
        self.redescribing.open()
        self.running = asyncio.create_task(self.redescribing.run())

    async def close(self) -> None:
        self.running.cancel()
        await asyncio.gather(self.running, return_exceptions=True)
        await self.photos.stop()
        await self.background.stop()
        await asyncio.to_thread(self.sightings.close)


@pytest.fixture(scope="module")
def choice(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A network that says the mean of each channel: a real one, of a few hundred bytes."""
    folder = tmp_path_factory.mktemp("network")
    tiny_network.write(folder / "means.onnx", {"means": tiny_network.CHANNEL_MEANS})
    (folder / "means.json").write_bytes(msgspec.json.encode({"onnx": "means.onnx"}))
    return str(folder / "means.json")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Sightings of a former describer, sealed; the describer itself is known."""
    sightings = SightingService(tmp_path / "sightings", SystemClock())
    sightings.open()
    sightings.add_all([seen(number) for number in range(PEOPLE)])
    sightings._opened.seal_due(SystemClock().wall_us() + HOUR_US)
    sightings.close()
    DescriberBook(tmp_path / "describers.json").add("auto")
    return tmp_path


@pytest_asyncio.fixture(loop_scope="module")
async def site(folder: Path, choice: str) -> AsyncIterator[Site]:
    made = Site(folder, choice)
    yield made
    await made.close()


def as_described(kept: Sighting, choice: str) -> bytes:
    picture = cv2.imdecode(np.frombuffer(kept.picture_jpeg, np.uint8), cv2.IMREAD_COLOR)
    at = kept.picture_box
    view = view_of_kept(np.asarray(picture, np.uint8), Box(at.left, at.top, at.width, at.height), (320, 240))
    return Describer(descriptor=open_descriptor(choice)).descriptor_of(view)


async def test_stored_sightings_get_the_new_descriptor_of_their_picture(site: Site, choice: str) -> None:
    name = name_of(choice)
    await until(
        lambda: site.redescribing.described == PEOPLE - 1, "all that have a picture are described anew", DONE_WITHIN_S
    )
    for number in range(PEOPLE):
        kept = site.sightings.get(f"s{number}")
        assert kept is not None
        if number == 1:
            assert (kept.describer, kept.descriptor) == ("stripes-2", bytes([2] * 64))
        else:
            assert (kept.describer, kept.descriptor) == (name, as_described(kept, choice))
    await until(lambda: site.redescribing.undescribable == 1, "the one without a picture is counted", DONE_WITHIN_S)
    await until(lambda: site.redescribing.standing is None, "nothing is left")
    assert site.redescribing.describer == name


async def test_a_photo_is_compared_under_both_describers_while_any_row_has_the_former(site: Site, choice: str) -> None:
    await until(lambda: site.redescribing.undescribable == 1, "all is done that can be", DONE_WITHIN_S)
    photo = seen(0).picture_jpeg
    looked = await site.photos.ask(LookAtPhoto(photo=photo, area=Area(left=0.1, top=0.1, right=0.9, bottom=0.9)))
    assert isinstance(looked, PhotoLooked)
    assert looked.person is not None
    assert [look.describer for look in looked.person.looks] == [name_of(choice), "stripes-2"]


async def test_more_like_this_reaches_rows_of_the_other_describer(site: Site) -> None:
    await until(lambda: site.redescribing.undescribable == 1, "all is done that can be", DONE_WITHIN_S)
    answer = await asyncio.to_thread(site.sightings.search, Query(like_sighting_id="s0"), CAMERAS)
    scores = {hit.sighting.sighting_id: hit.score for hit in answer.hits}
    assert set(scores) == {"s1", "s2", "s3", "s4"}
    assert scores["s1"] != pytest.approx(0.3, abs=1e-3), "what cannot be compared scores 0.3"


async def test_a_look_that_a_question_has_no_time_left_for_is_not_asked_for(site: Site, choice: str) -> None:
    await until(lambda: site.redescribing.undescribable == 1, "all is done that can be", DONE_WITHIN_S)
    await asyncio.to_thread(site.redescribing.looks_of, seen(2), 0.0)
    assert site.photos.starts == 0
    looks = await asyncio.to_thread(site.redescribing.looks_of, seen(2), 1.0)
    assert looks == {name_of(choice): as_described(seen(2), choice)}


async def test_a_process_killed_in_the_middle_costs_nothing_but_time(folder: Path, choice: str) -> None:
    site = Site(folder, choice)
    try:
        await until(lambda: site.background.pid is not None, "the process has started")
        assert site.background.pid is not None
        os.kill(site.background.pid, signal.SIGKILL)
        await until(
            lambda: site.redescribing.described == PEOPLE - 1,
            "all that have a picture are described anew",
            DONE_WITHIN_S,
        )
        assert site.background.starts >= 2
    finally:
        await site.close()


async def test_a_choice_made_while_it_runs_is_followed_by_stored_rows(folder: Path, choice: str) -> None:
    site = Site(folder, "auto")
    try:
        await until(
            lambda: site.photos.pid is None and site.redescribing.left == 0, "nothing is to be done", DONE_WITHIN_S
        )
        await site.redescribing.use(choice)
        await until(
            lambda: site.redescribing.described == PEOPLE - 1,
            "all that have a picture are described anew",
            DONE_WITHIN_S,
        )
    finally:
        await site.close()


async def test_sightings_that_came_with_numbers_are_described_by_what_was_learned_without_their_pictures(
    tmp_path: Path,
) -> None:
    learned = learned_projection(tmp_path / "learned.npz")
    sightings = SightingService(tmp_path / "sightings", SystemClock())
    sightings.open()
    means = np.random.default_rng(2).random((PEOPLE, SIZE)).astype(np.float32)
    came = [msgspec.structs.replace(seen(number), stripes=kept(means[number])) for number in range(PEOPLE)]
    sightings.add_all(came)
    sightings._opened.seal_due(SystemClock().wall_us() + HOUR_US)
    sightings.close()
    DescriberBook(tmp_path / "describers.json").add("auto")
    site = Site(tmp_path, learned)
    try:
        await until(lambda: site.redescribing.described == PEOPLE, "all, also the one without a picture", DONE_WITHIN_S)
        assert site.background.starts == site.photos.starts == 0, "no network was needed"
        for number, one in enumerate(came):
            made = open_descriptor(learned).of([], [mean_of(kept(means[number]))], np.ones(1))
            stored = site.sightings.get(one.sighting_id)
            assert stored == msgspec.structs.replace(one, describer=name_of(learned), descriptor=made)
    finally:
        await site.close()


async def test_of_an_hour_that_is_gone_nothing_is_counted_any_more(folder: Path, choice: str) -> None:
    site = Site(folder, choice)
    site.running.cancel()
    try:
        await site.background.use([choice])
        assert await site.redescribing.turn()
        assert site.redescribing.undescribable == 1, "the one without a picture"
        assert not await site.redescribing.turn(), "which is not tried again"
        site.sightings.forget_before(SystemClock().wall_us() + 100 * HOUR_US, lambda _since_us, _until_us: False)
        assert not await site.redescribing.turn()
        assert (site.redescribing.undescribable, site.redescribing.left) == (0, 0)
    finally:
        await site.close()


async def test_of_more_former_describers_than_a_question_takes_those_of_most_rows_are_compared(tmp_path: Path) -> None:
    sightings = SightingService(tmp_path / "sightings", SystemClock())
    sightings.open()
    book, rows = DescriberBook(tmp_path / "describers.json"), list[Sighting]()
    rng = np.random.default_rng(5)
    for number in range(MOST_DESCRIBERS + 2):
        file = tmp_path / f"{number}.npz"
        Learned(rng.random(SIZE).astype(np.float16), rng.normal(size=(SIZE, 64)).astype(np.float16)).write(file)
        name = book.add(str(file))
        one = msgspec.structs.replace(seen(0), picture_jpeg=b"", describer=name)
        rows += [msgspec.structs.replace(one, sighting_id=f"s{number}-{i}") for i in range(1 + number)]
    sightings.add_all(rows)
    sightings.close()
    site = Site(tmp_path, "auto")
    site.running.cancel()
    try:
        await site.redescribing._count()
        photo = seen(0).picture_jpeg
        looked = await site.photos.ask(LookAtPhoto(photo=photo, area=Area(left=0.1, top=0.1, right=0.9, bottom=0.9)))
        assert isinstance(looked, PhotoLooked)
        assert looked.person is not None
        most = [name_of(str(tmp_path / f"{number}.npz")) for number in range(MOST_DESCRIBERS + 1, 2, -1)]
        assert [look.describer for look in looked.person.looks] == ["stripes-2", *most]
        assert len(looked.person.looks) == MOST_DESCRIBERS, "a query takes no more"
    finally:
        await site.close()


async def test_a_changed_descriptor_is_chosen_without_waiting_for_what_is_under_way(folder: Path, choice: str) -> None:
    site = Site(folder, "auto")
    try:
        await until(lambda: site.redescribing.left == 0, "nothing is to be done", DONE_WITHIN_S)
        pictures = (KeptPicture(jpeg=seen(0).picture_jpeg, frame_box=(100, 60, 64, 128), frame_px=(320, 240)),)
        asked = DescribeKept(describers=("stripes-2",), pictures=pictures)
        await site.background.use(["auto"])
        await site.background.ask(asked)
        assert site.background.pid is not None
        os.kill(site.background.pid, signal.SIGSTOP)
        waiting = asyncio.create_task(site.background.ask(asked))
        await until(lambda: site.background._turn.locked(), "a batch is under way")
        async with asyncio.timeout(5):
            await site.redescribing.use(choice)
        os.kill(site.background.pid, signal.SIGCONT)
        await waiting
        await until(
            lambda: site.redescribing.described == PEOPLE - 1,
            "all that have a picture are described anew",
            DONE_WITHIN_S,
        )
    finally:
        await site.close()


async def test_how_far_it_has_come_is_told(folder: Path, choice: str) -> None:
    site = Site(folder, choice)
    site.running.cancel()
    try:
        await site.background.use([choice])
        await site.redescribing._count()
        standing = site.redescribing.standing
        assert standing is not None
        assert (standing.sightings_left, standing.share_done) == (PEOPLE, 0.0)
        assert await site.redescribing.turn()
        assert site.redescribing.standing is None
    finally:
        await site.close()


async def test_a_former_describer_whose_files_are_gone_is_compared_no_more(tmp_path: Path, choice: str) -> None:
    moved = tmp_path / "gone.json"
    (tmp_path / "means.onnx").write_bytes(Path(choice).with_name("means.onnx").read_bytes())
    moved.write_bytes(Path(choice).read_bytes())
    book = DescriberBook(tmp_path / "describers.json")
    former, now = book.add(str(moved)), book.add("auto")
    assert set(book.choices({former, now})) == {former, now}
    moved.unlink()
    again = DescriberBook(tmp_path / "describers.json")
    again.open()
    assert again.choices({former, now}) == {now: "auto"}

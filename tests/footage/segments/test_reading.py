"""Pictures read back: the same that were written, from the key picture before a moment, over segments and gaps."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import av
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.footage.coded import CodedPicture, Coding, Form
from hub.footage.segments.catalogue import Catalogue, gaps
from hub.footage.segments.index import Index
from hub.footage.segments.mending import mend
from hub.footage.segments.names import HOUR_US, index_of
from hub.footage.segments.reading import Damage, read_pictures
from hub.footage.segments.writer import SegmentWriter
from tests.footage.segments.films import START_US, film, later, write

LATER_US = START_US + 10 * 86_400_000_000


def read(folder: Path, from_us: int = START_US, to_us: int = LATER_US) -> list[Form | CodedPicture]:
    damaged: list[Damage] = []
    found = list(read_pictures(Catalogue(folder), "C01", from_us, to_us, damaged.append))
    assert damaged == []
    return found


def pictures(found: Iterable[Form | CodedPicture]) -> list[CodedPicture]:
    return [one for one in found if isinstance(one, CodedPicture)]


def shown(coding: Coding, coded: Iterable[CodedPicture]) -> list[bytes]:
    """The pixels that a decoder makes of these pictures."""
    context = av.CodecContext.create({Coding.H264: "h264", Coding.H265: "hevc", Coding.MJPEG: "mjpeg"}[coding], "r")
    assert isinstance(context, av.VideoCodecContext)
    packets = [av.Packet(one.data) for one in coded]
    frames = [frame for packet in [*packets, None] for frame in context.decode(packet)]
    return [frame.to_ndarray(format="gray").tobytes() for frame in frames]


@pytest.mark.parametrize(
    ("encoder", "reordered"), [("libx264", 0), ("libx264", 2), ("libx265", 0), ("libx265", 3), ("mjpeg", 0)]
)
def test_what_is_read_is_what_was_written(tmp_path: Path, encoder: str, reordered: int) -> None:
    filmed = film(encoder, reordered=reordered)
    write(tmp_path, filmed)
    found = read(tmp_path)
    assert found[0] == filmed.form
    written = [picture for picture, _ in filmed.pictures]
    kept = pictures(found)
    assert [(one.wall_us, one.media_us, one.key, one.broken) for one in kept] == [
        (one.wall_us, one.media_us, one.key, one.broken) for one in written
    ]
    assert shown(filmed.form.coding, kept) == shown(filmed.form.coding, written)


@pytest.mark.parametrize("at_ms", [0, 39, 1999, 2000, 2500, 3990])
def test_reading_begins_at_the_key_picture_before_and_ends_in_time(tmp_path: Path, at_ms: int) -> None:
    write(tmp_path, film())
    kept = pictures(read(tmp_path, START_US + at_ms * 1000, START_US + at_ms * 1000 + 500_000))
    assert kept[0].key
    assert kept[0].wall_us == START_US + at_ms // 2000 * 2_000_000
    assert kept[0].media_us == 0
    assert kept[-1].wall_us == START_US + min((at_ms + 499) // 40 * 40, 3960) * 1000
    place = Catalogue(tmp_path).place("C01", START_US + at_ms * 1000)
    assert place is not None and place.wall_us == kept[0].wall_us


def test_key_pictures_that_come_often_are_found_inside_a_fragment(tmp_path: Path) -> None:
    filmed = film(group=5)
    write(tmp_path, filmed)
    kept = pictures(read(tmp_path, START_US + 1_270_000, START_US + 1_500_000))
    assert kept[0].wall_us == START_US + 1_200_000
    assert [one.key for one in kept] == [True, False, False, False, False, True, False, False]


def test_reordered_pictures_before_the_end_are_all_there(tmp_path: Path) -> None:
    filmed = film(reordered=2)
    write(tmp_path, filmed)
    to_us = START_US + 1_100_000
    kept = {one.wall_us for one in pictures(read(tmp_path, START_US, to_us))}
    assert kept >= {one.wall_us for one, _ in filmed.pictures if one.wall_us < to_us}


def test_leading_pictures_of_an_open_group_are_left_out_at_the_beginning_alone(tmp_path: Path) -> None:
    filmed = film(reordered=2, open_groups=True, seconds=6)
    write(tmp_path, filmed)
    keys_us = [one.wall_us for one, _ in filmed.pictures if one.key]
    assert len(keys_us) > 2
    kept = pictures(read(tmp_path, keys_us[1]))
    assert kept[0].wall_us == keys_us[1] == min(one.wall_us for one in kept)
    assert len(pictures(read(tmp_path))) == len(filmed.pictures)


def test_reading_goes_on_over_segments_and_says_where_something_is_missing(tmp_path: Path) -> None:
    filmed = film(seconds=2)
    large = film(seconds=2, size=(640, 384))
    for one, by_s in ((filmed, 0), (filmed, 2), (filmed, 60), (large, 62)):
        write(tmp_path, later(one, by_s * 1_000_000))
    found = read(tmp_path)
    assert [number for number, one in enumerate(found) if isinstance(one, Form)] == [0, 151]
    assert [(one.wall_us - START_US) // 1_000_000 for one in pictures(found) if one.broken] == [60]
    spans = Catalogue(tmp_path).spans("C01", START_US, LATER_US)
    assert [(span.start_us - START_US) // 1000 for span in spans] == [0, 2000, 60_000, 62_000]
    assert [span.form.width_px for span in spans] == [320, 320, 320, 640]
    assert list(gaps(spans)) == [(START_US + 4_000_000, START_US + 60_000_000)]
    assert Catalogue(tmp_path).next_start_us("C01", START_US + 4_000_001) == START_US + 60_000_000
    assert Catalogue(tmp_path).next_start_us("C01", START_US + 63_000_000) is None
    assert Catalogue(tmp_path).place("C01", START_US + 30_000_000) is None


def test_a_segment_ends_with_its_hour_at_the_next_key_picture(tmp_path: Path) -> None:
    filmed = later(film(seconds=6), HOUR_US - 3_000_000)
    writer = SegmentWriter(tmp_path, filmed.form, filmed.pictures[0][0].wall_us)
    over = [picture.wall_us for picture, decode_us in filmed.pictures if _over(writer, picture, decode_us)]
    writer.close()
    assert over[0] == START_US + HOUR_US + 1_000_000


def _over(writer: SegmentWriter, picture: CodedPicture, decode_us: int) -> bool:
    if writer.is_over_at(picture):
        return True
    writer.add(picture, decode_us)
    return False


def test_footage_over_midnight_is_found_from_both_days(tmp_path: Path) -> None:
    midnight_us = START_US + 8 * HOUR_US
    path = write(tmp_path, later(film(), midnight_us - START_US - 2_000_000))
    assert path.relative_to(tmp_path) == Path("C01/2026-11-22/235958000-000002000.mp4")
    catalogue = Catalogue(tmp_path)
    for from_us in (midnight_us - 1_000_000, midnight_us + 1_000_000):
        spans = catalogue.spans("C01", from_us, from_us + 500_000)
        assert [(span.start_us, span.end_us) for span in spans] == [(midnight_us - 2_000_000, midnight_us + 2_000_000)]
    assert catalogue.spans("C01", midnight_us + 2_000_000, LATER_US) == []
    assert catalogue.days("C01") == ["2026-11-22"]
    assert catalogue.cameras() == ["C01"]


def test_the_segment_being_written_is_read_up_to_its_last_fragment(tmp_path: Path) -> None:
    filmed = film()
    writer = SegmentWriter(tmp_path, filmed.form, START_US)
    assert Catalogue(tmp_path).spans("C01", START_US, LATER_US) == []
    for picture, decode_us in filmed.pictures[:60]:
        writer.add(picture, decode_us)
    (span,) = Catalogue(tmp_path).spans("C01", START_US, LATER_US)
    assert (span.is_open, span.end_us) == (True, START_US + 2_000_000)
    assert len(pictures(read(tmp_path))) == 50
    writer.tick(START_US + 3_500_000)
    assert len(pictures(read(tmp_path))) == 60
    for picture, decode_us in filmed.pictures[60:]:
        writer.add(picture, decode_us)
    writer.close()
    assert len(pictures(read(tmp_path))) == 100


def test_a_segment_that_is_closed_between_two_looks_is_read_to_its_end(tmp_path: Path) -> None:
    filmed = film()
    writer = SegmentWriter(tmp_path, filmed.form, START_US)
    for picture, decode_us in filmed.pictures:
        writer.add(picture, decode_us)

    class Watched(Catalogue):
        def spans(self, camera_id: str, from_us: int, to_us: int):  # type: ignore[no-untyped-def]
            found = super().spans(camera_id, from_us, to_us)
            if found and found[0].is_open:
                writer.close()
            return found

    assert len(pictures(read_pictures(Watched(tmp_path), "C01", START_US, LATER_US))) == 100


def test_new_parameter_sets_amid_a_segment_reach_the_decoder(tmp_path: Path) -> None:
    first, second = film(seconds=2), later(film(seconds=2, reordered=2), 2_000_000)
    both = replace(first, pictures=[*first.pictures, *second.pictures, *later(first, 4_000_000).pictures])
    write(tmp_path, both)
    for at_s in (0, 2, 4):
        kept = pictures(read(tmp_path, START_US + at_s * 1_000_000))
        written = [one for one, _ in both.pictures if one.wall_us >= START_US + at_s * 1_000_000]
        assert shown(Coding.H264, kept) == shown(Coding.H264, written)


def test_a_damaged_fragment_is_passed_over_and_named(tmp_path: Path) -> None:
    path = write(tmp_path, film())
    index = Index.read(index_of(path))
    with path.open("r+b") as opened:
        opened.seek(index[1].offset + 20)
        opened.write(b"\xff" * 40)
    damaged: list[Damage] = []
    kept = pictures(read_pictures(Catalogue(tmp_path), "C01", START_US, LATER_US, damaged.append))
    assert [(one.path, one.offset) for one in damaged] == [(path, index[1].offset)]
    assert len(kept) == 75
    assert [number for number, one in enumerate(kept) if one.broken] == [25]


def test_a_loss_that_the_camera_told_is_kept(tmp_path: Path) -> None:
    filmed = film()
    lossy = replace(filmed, pictures=[(replace(p, broken=n == 30), d) for n, (p, d) in enumerate(filmed.pictures)])
    write(tmp_path, lossy)
    assert [number for number, one in enumerate(pictures(read(tmp_path))) if one.broken] == [30]


def test_reading_without_an_index_takes_the_file_itself(tmp_path: Path) -> None:
    path = write(tmp_path, film())
    index_of(path).unlink()
    assert len(pictures(read(tmp_path, START_US + 2_500_000))) == 50


@pytest.mark.parametrize("camera_id", ["", ".", "..", "../C01", "C01/../C01", "C02", "C01\0"])
def test_a_camera_that_is_none_has_no_footage(tmp_path: Path, camera_id: str) -> None:
    write(tmp_path, film())
    catalogue = Catalogue(tmp_path)
    assert catalogue.spans(camera_id, START_US, LATER_US) == []
    assert catalogue.place(camera_id, START_US) is None
    assert catalogue.days(camera_id) == []


def test_two_segments_that_begin_in_one_millisecond_both_stay(tmp_path: Path) -> None:
    paths = {write(tmp_path, film(seconds=1)) for _ in range(3)}
    assert len(paths) == 3
    times = [one.wall_us for one in pictures(read(tmp_path))]
    assert times == [one.wall_us for one, _ in film(seconds=1).pictures] * 3


def test_files_with_other_names_are_left_alone(tmp_path: Path) -> None:
    path = write(tmp_path, film())
    for name in ("notes.txt", "250000000.mp4", "160000000-1600.mp4", "１６００００００１.mp4", "160000001.mp4.part"):
        path.with_name(name).write_bytes(b"x")
    (tmp_path / "C01" / "2026-02-30").mkdir()
    (tmp_path / "C01" / "lost+found").mkdir()
    assert len(Catalogue(tmp_path).spans("C01", START_US, LATER_US)) == 1


def test_pictures_keep_their_order_when_the_clock_is_set_back(tmp_path: Path) -> None:
    filmed = film()
    back = [(replace(p, wall_us=p.wall_us - 3_000_000 * (n >= 50)), d) for n, (p, d) in enumerate(filmed.pictures)]
    back = [(p, min(d, p.wall_us)) for p, d in back]
    write(tmp_path, replace(filmed, pictures=back))
    assert [one.wall_us for one in pictures(read(tmp_path))] == [one.wall_us for one, _ in back]
    assert all(a != b for a, b in itertools.pairwise(p.wall_us for p, _ in back))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("small"), film(seconds=5, rate_hz=5, group=10, reordered=2, size=(64, 64)))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_spoilt_bytes_cost_pictures_but_never_more(tmp_path: Path, small: Path, data: st.DataObject) -> None:
    shutil.rmtree(tmp_path / "C01", ignore_errors=True)
    path = shutil.copytree(small.parent, tmp_path / "C01" / small.parent.name) / small.name
    index = Index.read(index_of(path))
    starts = [0, *[entry.offset for entry in index]]
    for file, places in ((path, starts), (index_of(path), range(0, len(index.data), 24))):
        with file.open("r+b") as opened:
            for place in data.draw(st.lists(st.sampled_from(places), max_size=2)):
                opened.seek(place + data.draw(st.integers(0, 250 if file is path else 23)))
                opened.write(data.draw(st.binary(min_size=1, max_size=8)))
    if data.draw(st.booleans()):
        index_of(path).unlink()
    damaged: list[Damage] = []
    catalogue = Catalogue(tmp_path)
    found = list(read_pictures(catalogue, "C01", START_US, LATER_US, damaged.append))
    assert len(pictures(found)) <= 25 * 3
    catalogue.place("C01", START_US + 3_000_000)
    path.rename(path.with_name("160000000.mp4"))
    mend(tmp_path)
    assert sum(1 for _ in read_pictures(catalogue, "C01", START_US, LATER_US, damaged.append)) <= 25 * 3

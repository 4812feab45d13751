"""What was learned is used as long as it can be read, and given back one version at a time."""

from __future__ import annotations

from pathlib import Path

import msgspec

from hub.teaching.judging import Judged, Verdict
from hub.teaching.learning import read
from hub.teaching.versions import MOST_KEPT, MOST_TOLD, SHIPPED, Lessons, Version, VersionFolder, Versions


def version(number: int, before: str, file: str | None) -> Version:
    return Version(
        number=number,
        learned_at_ms=number,
        lessons=Lessons(tracks=1, views=1, cameras=1, half_hours=1),
        verdict=Verdict(1, 1, Judged(1, 1), Judged(2, 1)),
        before=before,
        file=file,
    )


def test_one_goes_back_version_by_version_to_the_shipped_one() -> None:
    versions = Versions().with_version(version(1, SHIPPED, "a.npz")).with_version(version(2, "a.npz", None))
    versions = versions.with_version(version(3, "a.npz", "b.npz"))
    assert versions.current == "b.npz"
    assert versions.gone_back().current == "a.npz", "the second was not taken"
    assert versions.gone_back().gone_back().current == SHIPPED


def test_version_whose_file_is_torn_or_gone_is_not_used(tmp_path: Path) -> None:
    folder = VersionFolder(tmp_path)
    shipped = read()
    name = folder.keep(shipped)
    folder.save(msgspec.structs.replace(folder.open(), current=name))
    assert folder.open().current == name
    whole = (tmp_path / name).read_bytes()
    for torn in (b"", whole[: len(whole) // 2], bytes(1000)):
        (tmp_path / name).write_bytes(torn)
        assert folder.open().current == SHIPPED
    (tmp_path / name).unlink()
    assert folder.open().current == SHIPPED


def test_the_way_back_from_what_is_in_use_is_known_after_any_number_of_versions_that_were_no_better() -> None:
    versions = Versions().with_version(version(1, SHIPPED, "a.npz")).with_version(version(2, "a.npz", "b.npz"))
    for number in range(3, 4 * MOST_TOLD):
        versions = versions.with_version(version(number, "b.npz", None))
    assert len(versions.told) == MOST_TOLD + 2
    assert versions.gone_back().current == "a.npz"
    assert versions.gone_back().gone_back().current == SHIPPED


def test_what_was_learned_twice_leads_back_to_the_shipped_one() -> None:
    versions = Versions().with_version(version(1, SHIPPED, "a.npz")).with_version(version(2, "a.npz", "b.npz"))
    versions = versions.with_version(version(3, "b.npz", "a.npz"))
    assert versions.gone_back().current == SHIPPED


def test_projections_that_nobody_can_go_back_to_are_deleted_and_the_others_are_not(tmp_path: Path) -> None:
    folder, versions, before = VersionFolder(tmp_path), Versions(), SHIPPED
    names = [f"{number:016x}.npz" for number in range(2 * MOST_KEPT)]
    for number, name in enumerate(names):
        (tmp_path / name).write_bytes(b"learned")
        versions, before = versions.with_version(version(number, before, name)), name
        folder.save(versions)
        folder.delete_others(versions)
    assert {file.name for file in tmp_path.glob("*.npz")} == set(names[-MOST_KEPT:])
    for name in reversed(names[-MOST_KEPT:-1]):
        versions = folder.gone_back(versions)
        assert versions.current == name
    assert folder.gone_back(versions).current == SHIPPED, "what is deleted is not gone back to"

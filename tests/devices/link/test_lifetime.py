"""Birth counts over a device's life."""

from __future__ import annotations

from pathlib import Path

import pytest

from devices.link.lifetime import Lifetime

NOW_US = 1_767_225_600_000_000


def births(lifetime: Lifetime, count: int = 1) -> list[int]:
    """The counts of the next connections."""
    counts = []
    for _ in range(count):
        lifetime.begin()
        counts.append(lifetime.count)
    return counts


def test_count_goes_on_after_a_restart(tmp_path: Path) -> None:
    """P-2.2."""
    counts = births(Lifetime(tmp_path / "births", NOW_US), 3)
    assert births(Lifetime(tmp_path / "births", NOW_US - 10**12)) == [counts[-1] + 1]


@pytest.mark.parametrize("content", [None, "", "7a"])
def test_wiped_or_torn_count_still_grows(tmp_path: Path, content: str | None) -> None:
    """P-2.2."""
    path = tmp_path / "births"
    before = births(Lifetime(path, NOW_US), 3)
    path.unlink()
    if content is not None:
        path.write_text(content)
    assert births(Lifetime(path, NOW_US + 1_000_000))[0] > max(before)


def test_count_put_back_from_a_copy_still_grows(tmp_path: Path) -> None:
    """P-2.2: the hub would take nothing with a smaller one."""
    path = tmp_path / "births"
    copy = births(Lifetime(path, NOW_US))[0]
    before = births(Lifetime(path, NOW_US + 1_000_000), 3)
    path.write_text(f"{copy}\n")
    assert births(Lifetime(path, NOW_US + 2_000_000))[0] > max(before)


def test_count_grows_when_the_disk_does_not_take_it(tmp_path: Path) -> None:
    """P-2.2."""
    lifetime = Lifetime(tmp_path / "births", NOW_US)
    first = births(lifetime)[0]
    (tmp_path / ".births.new").mkdir()
    with pytest.raises(OSError):
        lifetime.begin()
    assert lifetime.count == first + 1


def test_device_without_a_disk_grows_by_the_clock() -> None:
    """P-2.2."""
    first = Lifetime(None, NOW_US)
    counts = births(first, 5)
    assert counts == [counts[0] + place for place in range(5)]
    assert births(Lifetime(None, NOW_US + 1_000_000))[0] > counts[-1]

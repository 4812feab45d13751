"""The append-only file: what was written whole is read back whatever happened to the end of it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.link.journal import Journal, parse

RECORDS = st.lists(st.binary(min_size=1, max_size=200), max_size=12)


def written(folder: Path, records: list[bytes]) -> Path:
    journal = Journal(folder / "journal")
    journal.open()
    journal.append(*records)
    journal.close()
    return folder / "journal"


@settings(deadline=None)
@given(records=RECORDS, kept_share=st.floats(0, 1))
def test_file_torn_anywhere_gives_the_whole_records_before_and_takes_new_ones(
    records: list[bytes], kept_share: float
) -> None:
    with TemporaryDirectory() as folder:
        path = written(Path(folder), records)
        torn = path.read_bytes()[: round(kept_share * path.stat().st_size)]
        path.write_bytes(torn)
        journal = Journal(path)
        read = journal.open()
        assert read == records[: len(read)]
        assert sum(8 + len(record) for record in read) + journal.damaged_bytes == len(torn)
        assert len(read) == len(records) or 8 + len(records[len(read)]) > journal.damaged_bytes
        journal.append(b"new")
        journal.close()
        again = Journal(path)
        assert again.open() == [*read, b"new"]
        again.close()


@settings(deadline=None)
@given(records=RECORDS.filter(len), garbage=st.binary(min_size=1, max_size=100))
def test_garbage_after_the_records_is_cut_off(records: list[bytes], garbage: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = written(Path(folder), records)
        whole = path.read_bytes()
        path.write_bytes(whole + garbage)
        journal = Journal(path)
        read = journal.open()
        journal.close()
        assert read[: len(records)] == records


@settings(deadline=None)
@given(records=RECORDS.filter(len), flip=st.integers(min_value=0))
def test_flipped_bit_is_never_read_as_a_record(records: list[bytes], flip: int) -> None:
    with TemporaryDirectory() as folder:
        content = bytearray(written(Path(folder), records).read_bytes())
        at = flip % (8 * len(content))
        content[at // 8] ^= 1 << (at % 8)
        read, _ = parse(bytes(content))
        assert read == records[: len(read)]
        assert len(read) < len(records)


def test_rewritten_file_has_only_the_new_records(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    journal.open()
    journal.append(b"old", b"older")
    journal.rewrite([b"kept"])
    journal.append(b"after")
    journal.syncing()()
    journal.close()
    again = Journal(tmp_path / "journal")
    assert again.open() == [b"kept", b"after"]
    again.close()


def test_file_that_cannot_be_opened_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="missing"):
        Journal(tmp_path / "missing" / "journal").open()

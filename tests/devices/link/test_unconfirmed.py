"""Messages kept until the hub has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from devices.link import unconfirmed
from devices.link.refusals import Refusal, Refusals
from devices.link.unconfirmed import Unconfirmed
from devices.protocol.clock import ManualClock
from devices.protocol.topics import Up


@pytest.fixture
def refusals() -> Refusals:
    return Refusals("radio R001", ManualClock())


def kept(refusals: Refusals, path: Path | None = None) -> Unconfirmed:
    return Unconfirmed(2.0, 30.0, refusals, path)


def due(messages: Unconfirmed, now_s: float) -> list[str]:
    return [message.message_id for message in messages.take_due(round(now_s * 1e6))]


def test_message_is_repeated_with_growing_waits_until_confirmed(refusals: Refusals) -> None:
    """P-4.2."""
    messages = kept(refusals)
    messages.keep("m1", Up.RECEIPT, b"x")
    sent_s = [second for second in range(150) if due(messages, second)]
    assert sent_s == [0, 2, 6, 14, 30, 60, 90, 120]
    messages.confirm(("m1", "unknown"))
    assert not due(messages, 1000)
    assert len(messages) == 0


def test_everything_is_repeated_at_once_after_a_new_line(refusals: Refusals) -> None:
    """P-4.3."""
    messages = kept(refusals)
    messages.keep("m1", Up.RECEIPT, b"x")
    due(messages, 0)
    messages.repeat_all()
    assert due(messages, 0.1) == ["m1"]


def test_messages_survive_a_restart_of_the_device(refusals: Refusals, tmp_path: Path) -> None:
    """P-4.4."""
    before = kept(refusals, tmp_path / "unconfirmed")
    before.keep("m1", Up.REPORT, b"one")
    before.keep("m2", Up.REPORT, b"two")
    before.confirm(("m1",))
    before.close()
    after = kept(refusals, tmp_path / "unconfirmed")
    assert [(m.message_id, m.up, m.payload) for m in after.take_due(0)] == [("m2", Up.REPORT, b"two")]
    after.close()


def test_backlog_is_sent_window_by_window(refusals: Refusals) -> None:
    """P-4.5."""
    messages = kept(refusals)
    for number in range(100):
        messages.keep(f"m{number}", Up.SIGHTING, b"x")
    first = due(messages, 0)
    assert len(first) == unconfirmed.WINDOW
    assert not due(messages, 0.1)
    messages.confirm(tuple(first[:10]))
    assert len(due(messages, 0.2)) == 10


def test_messages_never_confirmed_do_not_hold_up_the_others(refusals: Refusals) -> None:
    """P-4.5."""
    messages = kept(refusals)
    for number in range(unconfirmed.WINDOW + 1):
        messages.keep(f"m{number}", Up.SIGHTING, b"x")
    due(messages, 0)
    assert f"m{unconfirmed.WINDOW}" in due(messages, 2)


def test_past_the_bound_the_oldest_is_given_up_and_counted(refusals: Refusals) -> None:
    """P-4.6."""
    messages = kept(refusals)
    for number in range(unconfirmed.MAX_MESSAGES + 3):
        messages.keep(f"m{number}", Up.SIGHTING, b"x")
    assert len(messages) == unconfirmed.MAX_MESSAGES
    assert refusals.counts[Refusal.STORE_FULL] == 3
    assert due(messages, 0)[0] == "m3"


def test_file_stays_bounded_over_many_messages(refusals: Refusals, tmp_path: Path) -> None:
    """P-4.6."""
    path = tmp_path / "unconfirmed"
    messages = kept(refusals, path)
    messages.keep("last", Up.REPORT, b"stays")
    for number in range(400):
        messages.keep(f"m{number}", Up.SIGHTING, bytes(20_000))
        messages.confirm((f"m{number}",))
    messages.close()
    assert path.stat().st_size < 1_200_000
    after = kept(refusals, path)
    assert [m.message_id for m in after.take_due(0)] == ["last"]
    after.close()


def test_torn_file_loses_only_its_end_and_is_counted(refusals: Refusals, tmp_path: Path) -> None:
    """P-4.4."""
    path = tmp_path / "unconfirmed"
    before = kept(refusals, path)
    before.keep("m1", Up.REPORT, b"one")
    before.keep("m2", Up.REPORT, b"two")
    before.close()
    path.write_bytes(path.read_bytes()[:-1])
    after = kept(refusals, path)
    assert [m.message_id for m in after.take_due(0)] == ["m1"]
    assert refusals.counts[Refusal.STORE_DAMAGED] == 1
    after.close()


def test_disk_that_refuses_leaves_the_messages_in_memory(refusals: Refusals, tmp_path: Path) -> None:
    messages = kept(refusals, tmp_path / "missing" / "unconfirmed")
    messages.keep("m1", Up.REPORT, b"one")
    assert refusals.counts[Refusal.STORE_FAILED] == 1
    assert due(messages, 0) == ["m1"]

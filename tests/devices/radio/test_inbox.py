"""Alerts on the radio's disk: each shown once, none lost by a torn file, bounded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from devices.link.refusals import Refusal, Refusals
from devices.protocol.clock import ManualClock
from devices.protocol.messages import AlertMessage, Reminder, Severity, Stamp
from devices.radio.inbox import MAX_ALERTS, Arrival, Inbox

NOW_US = 1_767_225_600_000_000


def alert(
    alert_id: str,
    attempt: int = 1,
    text: str = "六岁男孩走失",
    reminder: Reminder | None = None,
    cancels: str | None = None,
    updates: tuple[str, ...] = (),
) -> AlertMessage:
    return AlertMessage(
        stamp=Stamp(boot_id=1, sequence=1, monotonic_us=1, wall_us=NOW_US),
        alert_id=alert_id,
        attempt=attempt,
        severity=Severity.SEVERE,
        text=text,
        issued_wall_us=NOW_US,
        expires_in_s=60,
        reminder=reminder,
        cancels=cancels,
        updates=updates,
    )


def opened(path: Path | None) -> Inbox:
    return Inbox(path, Refusals("radio R001", ManualClock()))


def arrive(inbox: Inbox, alert_id: str, attempt: int = 1) -> Arrival:
    return inbox.arrive(alert(alert_id, attempt), NOW_US + 60_000_000)


def test_repeat_of_an_alert_is_known(tmp_path: Path) -> None:
    """P-5.3."""
    inbox = opened(tmp_path / "inbox")
    assert arrive(inbox, "A1") is Arrival.NEW
    assert arrive(inbox, "A1", attempt=2) is Arrival.UNDER_WAY
    inbox.is_durable("A1")
    assert arrive(inbox, "A1", attempt=3) is Arrival.KNOWN
    inbox.close()


def test_reminder_is_for_who_has_not_pressed_or_has_not_reported_and_each_attempt_counts_once(tmp_path: Path) -> None:
    """P-5.10."""
    inbox = opened(tmp_path / "inbox")
    arrive(inbox, "A1")
    inbox.is_durable("A1")

    def is_reminded(attempt: int, reminder: Reminder | None) -> bool:
        return inbox.is_reminded(alert("A1", attempt, reminder=reminder))

    assert not is_reminded(2, None)
    assert (is_reminded(3, Reminder.LOUDER), is_reminded(3, Reminder.LOUDER)) == (True, False)
    assert not is_reminded(4, Reminder.REPORT)
    inbox.acknowledge("A1")
    assert (is_reminded(5, Reminder.LOUDER), is_reminded(6, Reminder.REPORT)) == (False, True)
    inbox.close()


def test_restarted_radio_knows_what_it_had(tmp_path: Path) -> None:
    """P-5.3, P-5.6."""
    before = opened(tmp_path / "inbox")
    for alert_id in ("A1", "A2"):
        arrive(before, alert_id)
        before.is_durable(alert_id)
    before.acknowledge("A1")
    before.close()
    after = opened(tmp_path / "inbox")
    assert arrive(after, "A1") is Arrival.KNOWN
    (left,) = after.unanswered(NOW_US + 20_000_000)
    assert (left.alert_id, left.expires_in_s) == ("A2", 40)
    assert after.unanswered(NOW_US + 60_000_000) == []
    assert (after.is_acknowledged("A1"), after.is_acknowledged("A2")) == (True, False)
    after.close()


def test_radio_killed_as_a_cancel_reached_its_disk_shows_neither_it_nor_what_it_cancels(tmp_path: Path) -> None:
    """P-5.11."""
    before = opened(tmp_path / "inbox")
    for alert_id in ("A1", "A2"):
        arrive(before, alert_id)
    before.arrive(alert("C1", cancels="A1"), NOW_US + 60_000_000)
    after = opened(tmp_path / "inbox")  # all that the one before has is what was written by then
    assert [kept.alert_id for kept in after.unanswered(NOW_US)] == ["A2"]
    assert (after.is_over("A1"), after.is_over("A2"), after.is_over("C1")) == (True, False, False)
    assert not after.is_reminded(alert("A1", 2, reminder=Reminder.LOUDER))
    for inbox in (before, after):
        inbox.close()


def test_acknowledging_an_alert_that_never_came_is_an_error() -> None:
    for asking in (opened(None).acknowledge, opened(None).is_acknowledged):
        with pytest.raises(KeyError):
            asking("A9")


def test_oldest_alerts_are_forgotten_past_the_bound(tmp_path: Path) -> None:
    """P-5.7."""
    path = tmp_path / "inbox"
    inbox = opened(path)
    for number in range(3 * MAX_ALERTS):
        inbox.arrive(alert(f"A{number}", text="x" * 2000), NOW_US + 60_000_000)
    assert len(inbox.unanswered(NOW_US)) == MAX_ALERTS
    assert path.stat().st_size < 4_000_000
    inbox.close()
    after = opened(path)
    assert {kept.alert_id for kept in after.unanswered(NOW_US)} == {
        f"A{number}" for number in range(2 * MAX_ALERTS, 3 * MAX_ALERTS)
    }
    after.close()


def test_disk_that_refuses_is_counted_and_the_alert_still_taken(tmp_path: Path) -> None:
    refusals = Refusals("radio R001", ManualClock())
    inbox = Inbox(tmp_path / "missing" / "inbox", refusals)
    assert refusals.counts[Refusal.STORE_FAILED] == 1
    assert arrive(inbox, "A1") is Arrival.NEW


@settings(deadline=None)
@given(count=st.integers(0, 8), acknowledged=st.sets(st.integers(0, 7)), kept_share=st.floats(0, 1))
def test_torn_file_keeps_what_came_before_the_tear_and_takes_new_alerts(
    count: int, acknowledged: set[int], kept_share: float
) -> None:
    """P-5.6."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "inbox"
        before = opened(path)
        for number in range(count):
            arrive(before, f"A{number}")
            if number in acknowledged:
                before.acknowledge(f"A{number}")
        before.close()
        content = path.read_bytes()
        path.write_bytes(content[: round(kept_share * len(content))])
        after = opened(path)
        known = [number for number in range(count) if arrive(after, f"A{number}") is Arrival.KNOWN]
        assert known == list(range(len(known)))
        after.close()
        again = opened(path)
        assert all(arrive(again, f"A{number}") is Arrival.KNOWN for number in range(count))
        assert {kept.alert_id for kept in again.unanswered(NOW_US)} >= {
            f"A{number}" for number in range(count) if number not in acknowledged
        }
        again.close()


@dataclass
class Written:
    """What one entry of the file says, and where it ends."""

    ends_at: int
    alert_id: str
    is_key: bool


class InboxModel(RuleBasedStateMachine):
    """Alerts, cancels, updates, keys, restarts and torn files in any order, against plain lists."""

    names = st.sampled_from([f"A{number}" for number in range(7)])

    @initialize(
        cancels=st.lists(st.none() | names, min_size=7, max_size=7),
        updates=st.lists(st.lists(names, max_size=3, unique=True).map(tuple), min_size=7, max_size=7),
    )
    def begin(self, cancels: list[str | None], updates: list[tuple[str, ...]]) -> None:
        self.folder = TemporaryDirectory()
        self.path = Path(self.folder.name) / "inbox"
        self.ends = {f"A{number}": (cancels[number], updates[number]) for number in range(7)}
        self.written: list[Written] = []
        self.inbox = opened(self.path)

    @property
    def arrived(self) -> list[str]:
        return [one.alert_id for one in self.written if not one.is_key]

    @property
    def pressed(self) -> set[str]:
        return {one.alert_id for one in self.written if one.is_key}

    @property
    def over(self) -> set[str | None]:
        return {alert_id for name in self.arrived for alert_id in (self.ends[name][0], *self.ends[name][1])}

    def _wrote(self, alert_id: str, is_key: bool) -> None:
        assert self.inbox.journal is not None
        self.written.append(Written(self.inbox.journal.size_bytes, alert_id, is_key))

    @rule(name=names)
    def arrive(self, name: str) -> None:
        cancels, updates = self.ends[name]
        found = self.inbox.arrive(alert(name, cancels=cancels, updates=updates), NOW_US + 60_000_000)
        assert found is (Arrival.KNOWN if name in self.arrived else Arrival.NEW)
        if found is Arrival.NEW:
            self.inbox.is_durable(name)
            self._wrote(name, is_key=False)

    @rule(name=names)
    def press(self, name: str) -> None:
        if name in self.arrived:
            self.inbox.acknowledge(name)
            if name not in self.pressed:
                self._wrote(name, is_key=True)

    @rule(in_order=st.booleans())
    def begin_anew(self, in_order: bool) -> None:
        """After an orderly end or a kill: what was written is there."""
        before = self.inbox
        if in_order:
            before.close()
        self.inbox = opened(self.path)
        before.close()

    @rule(share=st.floats(0, 1))
    def tear(self, share: float) -> None:
        self.inbox.close()
        content = self.path.read_bytes()
        left = content[: round(share * len(content))]
        self.path.write_bytes(left)
        self.written = [one for one in self.written if one.ends_at <= len(left)]
        self.inbox = opened(self.path)

    @invariant()
    def is_as_written(self) -> None:
        waiting = [kept.alert_id for kept in self.inbox.unanswered(NOW_US)]
        asks = [name for name in self.arrived if self.ends[name][0] is None and name not in self.pressed | self.over]
        assert waiting == asks
        assert {name for name in self.ends if self.inbox.is_over(name)} == self.over - {None}
        assert {name for name in self.arrived if self.inbox.is_acknowledged(name)} == self.pressed

    def teardown(self) -> None:
        self.inbox.close()
        self.folder.cleanup()


TestInboxAgainstItsModel = InboxModel.TestCase
TestInboxAgainstItsModel.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)

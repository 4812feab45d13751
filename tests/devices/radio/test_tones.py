"""What a guard hears who does not look at the screen."""

from __future__ import annotations

import numpy as np
import pytest

from devices.protocol.clock import ManualClock
from devices.protocol.messages import AlertStatus, Reminder, Severity
from devices.radio.card_lines import Decimator
from devices.radio.floor import FloorState
from devices.radio.opus import Samples
from devices.radio.tones import MAX_WAITING, TAIL_US, Tone, Tones, samples_of

SILENCE: Samples = np.zeros(960, dtype=np.int16)


def sounds(tones: Tones) -> Samples:
    """All that sounds until it is silent."""
    blocks = []
    while (block := tones.add_to(SILENCE)).any() or len(blocks) % 10:  # a melody has pauses of up to 3 blocks
        blocks.append(block)
    return np.concatenate([SILENCE, *blocks, *[SILENCE] * 5])


def is_heard(tone: Tone, sound: Samples) -> bool:
    melody = samples_of(tone)
    return any(np.array_equal(sound[at : at + melody.size], melody) for at in range(0, sound.size, 960))


@pytest.mark.parametrize(
    ("state", "why", "tone"),
    [
        (FloorState.TALKING, "", Tone.PERMIT),
        (FloorState.WARNED, "10 s", Tone.WARNING),
        (FloorState.QUEUED, "1/2", Tone.QUEUED),
        (FloorState.SILENT, "locked_out 3 s", Tone.DENIED),
    ],
)
def test_push_to_talk_is_told_by_ear(state: FloorState, why: str, tone: Tone) -> None:
    tones = Tones(ManualClock())
    tones.floor_changed(state, why)
    assert is_heard(tone, sounds(tones))


def test_key_that_is_let_go_and_a_new_place_in_the_queue_are_no_news() -> None:
    tones = Tones(ManualClock())
    tones.floor_changed(FloorState.QUEUED, "2/2")
    sounds(tones)
    tones.floor_changed(FloorState.QUEUED, "1/1")
    tones.floor_changed(FloorState.SILENT, "")
    assert not sounds(tones).any()


def test_microphone_is_closed_while_the_permit_tone_sounds_and_open_after() -> None:
    clock = ManualClock()
    tones = Tones(clock)
    tones.floor_changed(FloorState.TALKING, "")
    assert tones.mutes
    clock.advance(samples_of(Tone.PERMIT).size / 48_000 + TAIL_US / 1e6)
    assert not tones.mutes


def test_alert_waits_until_the_key_is_up_and_the_most_urgent_is_heard() -> None:
    tones = Tones(ManualClock())
    tones.floor_changed(FloorState.TALKING, "")
    sounds(tones)
    for severity in (Severity.MINOR, Severity.EXTREME, Severity.SEVERE):
        tones.alert(severity)
    tones.play(Tone.IDLE)
    assert not sounds(tones).any(), "never into the open microphone"
    tones.floor_changed(FloorState.SILENT, "")
    assert is_heard(Tone.EXTREME, sounds(tones))
    tones.floor_changed(FloorState.TALKING, "")
    sounds(tones)
    tones.floor_changed(FloorState.SILENT, "")
    assert not sounds(tones).any(), "once"


@pytest.mark.parametrize("why", ["talk_limit_reached", "preempted", "line_lost"])
def test_alert_that_waited_is_heard_though_the_talk_was_ended_for_the_guard(why: str) -> None:
    tones = Tones(ManualClock())
    tones.floor_changed(FloorState.TALKING, "")
    sounds(tones)
    tones.alert(Severity.EXTREME, alert_id="A1")
    tones.floor_changed(FloorState.SILENT, why)
    assert is_heard(Tone.EXTREME, sounds(tones)), "it says that he is not heard any more, and says more"
    tones.floor_changed(FloorState.SILENT, why)
    assert is_heard(Tone.DENIED, sounds(tones))


def test_alert_that_is_cancelled_while_the_guard_speaks_is_not_heard_and_another_is() -> None:
    tones = Tones(ManualClock())
    tones.floor_changed(FloorState.TALKING, "")
    sounds(tones)
    for alert_id, severity in (("A1", Severity.EXTREME), ("A2", Severity.SEVERE)):
        tones.alert(severity, alert_id=alert_id)
    tones.cancel("A1")
    tones.floor_changed(FloorState.SILENT, "")
    assert is_heard(Tone.SEVERE, sounds(tones))


def test_alert_that_is_cancelled_as_it_sounds_is_cut_off() -> None:
    tones = Tones(ManualClock())
    tones.alert(Severity.EXTREME, alert_id="A1")
    tones.cancel("A0")
    assert is_heard(Tone.EXTREME, sounds(tones)), "that another is over takes nothing from it"
    tones.alert(Severity.EXTREME, alert_id="A1")
    tones.cancel("A1")
    assert is_heard(Tone.CANCELLED, sounds(tones))


def test_of_more_alerts_than_can_wait_the_most_urgent_is_heard() -> None:
    tones = Tones(ManualClock())
    tones.floor_changed(FloorState.TALKING, "")
    sounds(tones)
    for number in range(2 * MAX_WAITING):
        tones.alert(Severity.EXTREME if number == 0 else Severity.MINOR, alert_id=f"A{number}")
    tones.floor_changed(FloorState.SILENT, "")
    assert is_heard(Tone.EXTREME, sounds(tones))


def test_alert_that_sounds_is_cut_by_a_more_urgent_one_alone() -> None:
    tones = Tones(ManualClock())
    tones.alert(Severity.SEVERE)
    tones.play(Tone.IDLE)
    tones.alert(Severity.MINOR)
    assert is_heard(Tone.SEVERE, sounds(tones))
    tones.alert(Severity.MINOR)
    tones.alert(Severity.EXTREME)
    assert is_heard(Tone.EXTREME, sounds(tones))


@pytest.mark.parametrize("status", [AlertStatus.TEST, AlertStatus.EXERCISE])
def test_what_is_not_real_sounds_gently_however_severe_and_gives_way_to_any_alarm(status: AlertStatus) -> None:
    """P-5.9."""
    tones = Tones(ManualClock())
    tones.alert(Severity.EXTREME, status)
    assert is_heard(Tone.TEST, sounds(tones))
    assert samples_of(Tone.TEST).max() < samples_of(Tone.MINOR).max()
    tones.alert(Severity.EXTREME, status)
    tones.alert(Severity.MINOR)
    tones.alert(Severity.EXTREME, status)
    assert is_heard(Tone.MINOR, sounds(tones))


def test_word_that_the_police_room_has_it_is_short_gentle_and_cuts_no_alarm() -> None:
    tones = Tones(ManualClock())
    tones.play(Tone.CONFIRMED)
    assert is_heard(Tone.CONFIRMED, sounds(tones))
    assert samples_of(Tone.CONFIRMED).size < 0.2 * 48_000
    assert samples_of(Tone.CONFIRMED).max() < samples_of(Tone.TEST).max()
    tones.alert(Severity.MINOR)
    tones.play(Tone.CONFIRMED)
    assert is_heard(Tone.MINOR, sounds(tones))


def test_tone_is_mixed_into_voice_and_limited() -> None:
    tones = Tones(ManualClock())
    tones.alert(Severity.EXTREME)
    loud = np.full(960, 30_000, dtype=np.int16)
    mixed = tones.add_to(loud)
    assert mixed.max() == 32_767
    assert (mixed != loud).any()


def test_more_urgent_alerts_are_louder_and_longer() -> None:
    alerts = [samples_of(tone) for tone in (Tone.MINOR, Tone.MODERATE, Tone.SEVERE, Tone.EXTREME)]
    assert [int(one.max()) for one in alerts] == sorted(int(one.max()) for one in alerts)
    assert [one.size for one in alerts] == sorted(one.size for one in alerts)


@pytest.mark.parametrize(("pitch_hz", "passes"), [(300, True), (3_400, True), (6_000, True), (10_000, False)])
def test_speech_passes_to_16_khz_and_nothing_above_it_folds_in(pitch_hz: float, passes: bool) -> None:
    decimator = Decimator()
    wave = (10_000 * np.sin(2 * np.pi * pitch_hz * np.arange(9_600) / 48_000)).astype(np.int16)
    third = np.concatenate([decimator.take(block) for block in np.split(wave, 10)])
    assert third.size == 3_200
    loudness = float(np.std(third[320:])) * 2**0.5
    assert (9_500 < loudness < 10_500) if passes else loudness < 100


def test_reminder_of_an_alarm_is_the_loudest_and_of_an_exercise_as_gentle_as_the_exercise() -> None:
    """P-5.10."""
    tones = Tones(ManualClock())
    tones.alert(Severity.SEVERE, AlertStatus.ACTUAL, Reminder.LOUDER)
    sound = sounds(tones)
    assert is_heard(Tone.LOUDER, sound)
    assert int(np.abs(sound).max()) > 32_000
    tones.alert(Severity.EXTREME, AlertStatus.EXERCISE, Reminder.LOUDER)
    assert is_heard(Tone.TEST, sounds(tones))
    tones.alert(Severity.SEVERE, AlertStatus.ACTUAL, Reminder.REPORT)
    assert is_heard(Tone.REPORT, sounds(tones))


def test_nothing_sounds_from_the_sos_key_on_until_the_sos_is_closed() -> None:
    tones = Tones(ManualClock())
    tones.alert(Severity.EXTREME)
    tones.keep_silent(True)
    assert not sounds(tones).any(), "what sounds is cut off"
    for state, why in ((FloorState.TALKING, ""), (FloorState.WARNED, "10 s"), (FloorState.SILENT, "locked_out 3 s")):
        tones.floor_changed(state, why)
        assert not tones.mutes, "the microphone is open from the first moment"
    tones.alert(Severity.EXTREME)
    tones.play(Tone.IDLE)
    assert not sounds(tones).any()
    tones.keep_silent(False)
    assert not sounds(tones).any(), "what was not heard is not made good"
    tones.alert(Severity.MINOR)
    assert is_heard(Tone.MINOR, sounds(tones))


def test_alert_is_told_of_when_its_tone_has_sounded_to_its_end_and_not_when_it_was_cut_short() -> None:
    """P-5.12."""
    sounded: list[str] = []
    tones = Tones(ManualClock(), sounded.append)
    tones.alert(Severity.MINOR, alert_id="A1")
    tones.add_to(SILENCE)
    assert sounded == []
    tones.alert(Severity.EXTREME, alert_id="A2")
    sounds(tones)
    assert sounded == ["A2"], "A1 gave way"
    tones.alert(Severity.SEVERE, alert_id="A3")
    tones.cancel("A3")
    tones.keep_silent(True)
    tones.alert(Severity.SEVERE, alert_id="A4")
    sounds(tones)
    tones.keep_silent(False)
    tones.floor_changed(FloorState.TALKING, "")
    tones.alert(Severity.SEVERE, alert_id="A5")
    sounds(tones)
    assert sounded == ["A2"], "what is over, is silent or waits has not sounded"
    tones.floor_changed(FloorState.SILENT, "")
    sounds(tones)
    assert sounded == ["A2", "A5"]

"""What somebody hears who picks up the telephone: the alert and what asks for the key, as far as it can be spoken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from devices.radio.opus import ENCODE_RATE_HZ
from hub.alerts.messages import NewAlert
from hub.escalation.speaking import TONE_HZ, Speaking
from hub.speech.sound import Spoken, read_sound
from simulators.radios.speech import syllables
from tests.hub import open_hub

QUIET = 1_000
"""Of full scale 32,767: between words."""


async def test_recorded_message_is_spoken_on_the_telephone_where_there_is_no_speech_engine(tmp_path: Path) -> None:
    async with open_hub(tmp_path, speech_command="none") as hub:
        media = await hub.media.keep_spoken(Spoken(syllables(10)), "officer")
        alert = await hub.alerts.issue(NewAlert(text="六岁男孩走失", speech=media.media_id), "officer")
        heard = (await Speaking(hub.speech, hub.media.read).by_phone(alert)).pcm.astype(np.float64)
        kept = await hub.media.read(media.media_id)
    assert kept is not None
    recorded = read_sound(kept, 30).pcm
    assert np.array_equal(heard[: recorded.size], recorded)
    after = heard[recorded.size : heard.size // 2]
    loud = after[np.abs(after) > QUIET]
    assert loud.size > ENCODE_RATE_HZ, "tones ask for the key"
    crossings = np.count_nonzero(np.diff(np.sign(after[np.abs(after) > 0])))
    assert crossings / np.count_nonzero(after) * ENCODE_RATE_HZ / 2 == pytest.approx(TONE_HZ, rel=0.05)
    assert np.array_equal(heard[: heard.size // 2], heard[heard.size // 2 :]), "and again"

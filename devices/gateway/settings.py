"""A gateway's settings: ``gateway.toml`` in its folder, every value with its unit, bounds and default."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec

FILE = "gateway.toml"
BLOCK_MS = 20
"""Sound goes through a gateway in blocks of so long, as Opus frames are."""

EXAMPLE = """
group = "all"
microphone = "USB Audio"
speaker = "USB Audio"
key = "serial:/dev/ttyUSB0:rts"
"""

Milliseconds = Annotated[int, msgspec.Meta(ge=0, le=2_000)]
Decibels = Annotated[float, msgspec.Meta(ge=-40.0, le=40.0)]


class SettingsError(ValueError):
    """A ``gateway.toml`` that is missing or says what cannot be; says what to write."""


class KeyingSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When the donor's push-to-talk line is keyed, and for how long."""

    lead_ms: Milliseconds = 150
    """Keyed before the first word: the donor's transmitter, and a repeater behind it, must be up."""
    tail_ms: Milliseconds = 200
    """Keyed after the last word: what the sound card still holds."""
    deaf_ms: Milliseconds = 300
    """After unkeying nothing that is heard counts: the donor's receiver comes back, its squelch closes, a repeater
    falls."""
    longest_s: Annotated[float, msgspec.Meta(ge=5.0, le=180.0)] = 60.0
    """Keyed at a stretch; keep it below the donor's own time-out timer."""
    rest_s: Annotated[float, msgspec.Meta(ge=1.0, le=60.0)] = 3.0
    """The pause after a stretch of ``longest_s``, in which somebody on the air can be heard."""


class VoxSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When what the donor hears is somebody who talks."""

    least_dbfs: Annotated[float, msgspec.Meta(ge=-80.0, le=-6.0)] = -42.0
    """Never opens below this level, in decibels of full scale."""
    above_noise_db: Annotated[float, msgspec.Meta(ge=3.0, le=40.0)] = 9.0
    """Opens so far above the noise that it has learned; stays open to a third less."""
    attack_ms: Milliseconds = 60
    """So much speech opens it; a click does not."""
    hang_ms: Milliseconds = 600
    """Stays open for so long after the last speech: pauses between words."""
    pre_roll_ms: Milliseconds = 300
    """What came so long before it opened is sent too: the first syllable."""


class HoldSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What waits while it cannot go on."""

    for_air_s: Annotated[float, msgspec.Meta(ge=0.5, le=15.0)] = 5.0
    """So much of what the group says waits while the donor receives or rests; past it the oldest goes. None of it waits
    for longer than this and the rest together."""
    for_floor_s: Annotated[float, msgspec.Meta(ge=0.5, le=5.0)] = 2.0
    """What the air says while the floor is asked for; past it the gateway asks no longer."""


class LevelSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Gains, in decibels."""

    from_donor_db: Decibels = 0.0
    to_donor_db: Decibels = 0.0


class GatewaySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of them."""

    microphone: str
    """The sound device that hears the donor, as PortAudio names it, or ``default``."""
    speaker: str
    """The sound device that speaks into the donor."""
    key: str
    """The push-to-talk line: ``serial:DEVICE:rts|dtr`` or ``gpio:CHIP:LINE``, ``gpio:CHIP:!LINE`` turned round."""
    group: str = "all"
    """The talk group that is spoken to."""
    carrier: str | None = None
    """Where the donor says that it receives: ``serial:DEVICE:cts|dsr|dcd`` or ``gpio:CHIP:LINE``, or turned round."""
    keying: KeyingSettings = KeyingSettings()
    vox: VoxSettings = VoxSettings()
    hold: HoldSettings = HoldSettings()
    levels: LevelSettings = LevelSettings()

    @classmethod
    def load(cls, file: Path) -> GatewaySettings:
        """Raises SettingsError."""
        try:
            return msgspec.toml.decode(file.read_bytes(), type=cls)
        except FileNotFoundError:
            raise SettingsError(
                f"没有 {file}，请写入（docs/gateway.md 有全部设置）/ there is no {file}: write into it, for example, "
                f"and see docs/gateway.md:\n{EXAMPLE}"
            ) from None
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError, ValueError) as error:
            raise SettingsError(f"{file}: {error}") from None


def blocks(milliseconds: float) -> int:
    """How many blocks that is, at least one."""
    return max(1, round(milliseconds / BLOCK_MS))

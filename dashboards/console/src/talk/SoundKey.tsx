// The volume of one talk group: mute, and a slider.
import { Slider } from "antd";

import { useTexts } from "../language/language";
import { monitor, useMonitoring } from "./monitor";
import { muteToggled, volumeSet } from "./monitoring";

/** A loudspeaker; crossed out where nothing comes out of it. */
export function SpeakerMark({ on }: { on: boolean }) {
  return (
    <svg className="speaker-mark" viewBox="0 0 16 16" aria-hidden="true">
      <path d="M2 6h3l4-3.5v11L5 10H2z" fill="currentColor" />
      {on ? (
        <path d="M11 5.5a4 4 0 0 1 0 5M12.7 3.6a6.5 6.5 0 0 1 0 8.8" fill="none" stroke="currentColor" strokeWidth="1.4" />
      ) : (
        <path d="M11 5.7l4 4.6M15 5.7l-4 4.6" fill="none" stroke="currentColor" strokeWidth="1.6" />
      )}
    </svg>
  );
}

export function SoundKey({ groupId, name }: { groupId: string; name: string }) {
  const texts = useTexts();
  const words = texts.talk.monitoring;
  const muted = useMonitoring((kept) => kept.muted.includes(groupId));
  const volume = useMonitoring((kept) => kept.volumes[groupId] ?? 1);
  return (
    <div className="sound-key">
      <button
        type="button"
        data-testid={`mute-${groupId}`}
        aria-pressed={muted}
        title={muted ? words.muted : words.mute}
        onClick={() => monitor((kept) => muteToggled(kept, groupId))}
      >
        <SpeakerMark on={!muted && volume > 0} />
      </button>
      <Slider
        className="grow"
        data-testid={`volume-${groupId}`}
        min={0}
        max={100}
        step={5}
        value={muted ? 0 : Math.round(volume * 100)}
        ariaLabelForHandle={words.volume(name)}
        tooltip={{ formatter: (percent) => `${percent ?? 0}%` }}
        onChange={(percent) => monitor((kept) => volumeSet(kept, groupId, percent / 100))}
      />
    </div>
  );
}

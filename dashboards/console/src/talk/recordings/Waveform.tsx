// A recording's loudness over time; a click or an arrow key goes to a place in it.
import { memo, type KeyboardEvent, type PointerEvent } from "react";

const STEP_S = 2;
const HEIGHT = 40;
/** A quiet talker is drawn as tall as a loud one, as long as it is no mere noise. */
const LEAST_LOUD = 0.05;

interface Props {
  /** From 0 to 1, evenly over the recording; null while they are not there. */
  peaks: readonly number[] | null;
  atS: number;
  lengthS: number;
  label: string;
  onSeek: (toS: number) => void;
}

export function Waveform({ peaks, atS, lengthS, label, onSeek }: Props) {
  const share = lengthS > 0 ? Math.min(1, atS / lengthS) : 0;

  function click(event: PointerEvent<HTMLDivElement>): void {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    onSeek(((event.clientX - left) / width) * lengthS);
  }

  function key(event: KeyboardEvent): void {
    const step = { ArrowLeft: -STEP_S, ArrowRight: STEP_S, Home: -lengthS }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    onSeek(atS + step);
  }

  return (
    <div
      className="waveform"
      data-testid="waveform"
      data-drawn={peaks !== null}
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={Math.round(lengthS)}
      aria-valuenow={Math.round(atS)}
      onPointerDown={click}
      onKeyDown={key}
    >
      {peaks === null ? <span className="quiet">{label}</span> : <Bars peaks={peaks} />}
      <i className="played" style={{ width: `${share * 100}%` }} />
    </div>
  );
}

const Bars = memo(function Bars({ peaks }: { peaks: readonly number[] }) {
  const loudest = Math.max(LEAST_LOUD, ...peaks);
  const line = peaks
    .map((peak, at) => {
      const half = Math.max(0.5, (peak / loudest) * (HEIGHT / 2 - 1));
      return `M${at + 0.5} ${HEIGHT / 2 - half}v${half * 2}`;
    })
    .join("");
  return (
    <svg viewBox={`0 0 ${peaks.length} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <path d={line} />
    </svg>
  );
});

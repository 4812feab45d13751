// Hits over time: a row for each camera, a picture at each appearance, steps of the path outlined.
import { useMemo } from "react";

import { useTexts } from "../language/language";
import { clockTime, hourAndMinute } from "../language/time";
import { useStepNumbers } from "../path/useShownPath";
import { useRoom } from "../room/store";
import type { Camera } from "../room/types";
import { timelineRows, type TimelineRow } from "./hits";
import { ticksBetween } from "./ticks";
import { chooseHit, useSearchStore } from "./store";
import { useHits } from "./useHits";

const NO_CAMERAS: ReadonlyMap<string, Camera> = new Map();

export function Timeline() {
  const texts = useTexts();
  const shown = useHits();
  const cameras = useRoom((room) => room.cameras, NO_CAMERAS);
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const chosen = useSearchStore((store) => store.chosenSightingId);
  const { rows, fromMs, toMs } = useMemo(() => timelineRows(shown), [shown]);
  const steps = useStepNumbers();
  // The cameras of the path come first, so that it is seen without scrolling.
  const ordered = useMemo(() => {
    const step = (row: TimelineRow): number =>
      Math.min(rows.length + 100, ...row.hits.map(({ hit }) => steps.get(hit.sighting.sighting_id) ?? Infinity));
    return [...rows].sort((a, b) => step(a) - step(b));
  }, [rows, steps]);
  if (rows.length === 0) return <div className="empty">{texts.search.timelineEmpty}</div>;
  const spanMs = Math.max(toMs - fromMs, 60_000);
  const at = (ms: number): string => `${((ms - fromMs) / spanMs) * 100}%`;
  return (
    <div className="timeline" data-testid="timeline">
      <div className="line axis">
        <span className="name" />
        <div className="lane">
          {ticksBetween(fromMs, fromMs + spanMs).map((tick) => (
            <i key={tick} style={{ left: at(tick) }}>
              {tick % 60_000 === 0 ? hourAndMinute(tick, zone) : clockTime(tick, zone)}
            </i>
          ))}
        </div>
      </div>
      {ordered.map((row) => (
        <div className="line" key={row.cameraId} data-testid="timeline-row">
          <span className="name" title={cameras.get(row.cameraId)?.name}>
            {cameras.get(row.cameraId)?.name ?? row.cameraId}
          </span>
          <div className="lane">
            {[...row.hits].sort((a, b) => a.hit.score - b.hit.score).map(({ hit, freshNumber }) => {
              const { sighting } = hit;
              const step = steps.get(sighting.sighting_id);
              return (
                <button
                  key={sighting.sighting_id}
                  type="button"
                  className={`thumb${step === undefined ? "" : " step"}${freshNumber === null ? "" : " fresh"}${chosen === sighting.sighting_id ? " chosen" : ""}`}
                  style={{ left: at(sighting.started_at_ms), opacity: step === undefined ? 0.35 + 0.4 * hit.score : 1 }}
                  title={`${clockTime(sighting.started_at_ms, zone)} · ${Math.round(hit.score * 100)}%`}
                  onClick={() => chooseHit(chosen === sighting.sighting_id ? null : hit)}
                >
                  <img src={sighting.picture_url} alt="" loading="lazy" />
                  {step !== undefined && <b>{step}</b>}
                </button>
              );
            })}
          </div>
        </div>
      ))}
    </div>
  );
}

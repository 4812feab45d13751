// Pure: which hits are shown, in which order, and their rows in the timeline.
import type { WatchHit } from "../room/room";
import type { Hit, SearchAnswer } from "../room/types";

export interface ShownHit {
  hit: Hit;
  /** The number of the watch's event when a running watch brought it; null for hits of the search. */
  freshNumber: number | null;
}

/**
 * What watches brought after the answer (events numbered above `answeredAt`), newest first, then the answer's hits by
 * rank; each sighting once.
 */
export function shownHits(
  caseId: string,
  answer: SearchAnswer | null,
  answeredAt: number,
  watchHits: readonly WatchHit[],
): ShownHit[] {
  const shown: ShownHit[] = [];
  const known = new Set<string>();
  const add = (hit: Hit, freshNumber: number | null): void => {
    if (known.has(hit.sighting.sighting_id)) return;
    known.add(hit.sighting.sighting_id);
    shown.push({ hit, freshNumber });
  };
  for (const one of watchHits) {
    if (one.case_id === caseId && one.number > answeredAt) add(one.hit, one.number);
  }
  for (const hit of answer?.hits ?? []) add(hit, null);
  return shown;
}

export interface TimelineRow {
  cameraId: string;
  hits: ShownHit[];
}

/** One row for each camera with hits, in the order in which the cameras first saw somebody. */
export function timelineRows(shown: readonly ShownHit[]): { rows: TimelineRow[]; fromMs: number; toMs: number } {
  const rows = new Map<string, ShownHit[]>();
  let fromMs = Infinity;
  let toMs = -Infinity;
  for (const one of shown) {
    const { camera_id, started_at_ms, ended_at_ms } = one.hit.sighting;
    rows.set(camera_id, [...(rows.get(camera_id) ?? []), one]);
    fromMs = Math.min(fromMs, started_at_ms);
    toMs = Math.max(toMs, ended_at_ms);
  }
  const start = (hits: ShownHit[]): number => Math.min(...hits.map((one) => one.hit.sighting.started_at_ms));
  return {
    rows: [...rows]
      .map(([cameraId, hits]) => ({ cameraId, hits }))
      .sort((a, b) => start(a.hits) - start(b.hits)),
    fromMs,
    toMs,
  };
}

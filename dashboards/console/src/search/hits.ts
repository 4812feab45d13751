// Pure: which hits are shown, in which order, and the path that the best ones make over the map.
import type { WatchHit } from "../room/room";
import type { Camera, Hit, SearchAnswer } from "../room/types";

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

export interface PathPoint {
  /** The step's number in time order, from "1". */
  label: string;
  hit: Hit;
  latitude: number;
  longitude: number;
  atMs: number;
}

/** Of the best hits, this many may be on the path. */
const PATH_HITS = 10;
/** A hit that scores below this part of the best one is somebody else more often than not, and bends the path. */
const PATH_SCORE = 0.7;

/** The best hit on each camera, among the best ten of the answer and what watches brought, in time order. */
export function pathOf(shown: readonly ShownHit[], cameras: ReadonlyMap<string, Camera>): PathPoint[] {
  const searched = shown.filter((one) => one.freshNumber === null).slice(0, PATH_HITS);
  const fresh = shown.filter((one) => one.freshNumber !== null);
  const best = new Map<string, Hit>();
  const least = PATH_SCORE * Math.max(0, ...shown.map((one) => one.hit.score));
  for (const { hit } of [...searched, ...fresh]) {
    if (hit.score < least) continue;
    const known = best.get(hit.sighting.camera_id);
    if (known === undefined || hit.score > known.score) best.set(hit.sighting.camera_id, hit);
  }
  const points: Omit<PathPoint, "label">[] = [];
  for (const hit of best.values()) {
    const camera = cameras.get(hit.sighting.camera_id);
    if (camera === undefined || camera.latitude === null || camera.longitude === null) continue;
    points.push({
      hit,
      latitude: camera.latitude,
      longitude: camera.longitude,
      atMs: hit.sighting.started_at_ms,
    });
  }
  points.sort((a, b) => a.atMs - b.atMs);
  return points.map((point, index) => ({ ...point, label: String(index + 1) }));
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

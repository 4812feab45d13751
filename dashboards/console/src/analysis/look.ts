// Pure: what vision made of one picture, out of the hub's words, as docs/api.md writes them.

/** In pixels of the picture that vision saw. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface Detection extends Box {
  score: number;
}

/** From this score on a detection begins a track (`sure_score` in hub/vision/tracking/tracker.py); below it, it may carry one on. */
const SURE = 0.4;

export const isSure = (detection: Detection): boolean => detection.score >= SURE;

export interface Track extends Box {
  number: number;
  /** The detector found this person in this picture; else the box is where the track last was. */
  seenNow: boolean;
}

/** What the worker counted for this camera since it started. */
export interface Figures {
  frames_decoded: number;
  frames_looked_at: number;
  frames_shed: number;
  detections: number;
  detector_calls: number;
  tracks: number;
  sightings: number;
  /** Processor time of decode, motion, detect, track, describe; empty where the worker does not tell. */
  stages_ms: readonly number[];
}

export interface Look {
  /** When the picture was taken, by the hub's clock, microseconds, as the picture itself says it. */
  atUs: number;
  widthPx: number;
  heightPx: number;
  /** The background is learned. */
  isSettled: boolean;
  /** The detector looked at this picture; `regions` empty then means at the whole of it. */
  isLooked: boolean;
  motion: Motion;
  regions: readonly Box[];
  detections: readonly Detection[];
  tracks: readonly Track[];
  figures: Figures | null;
}

export interface Motion {
  columns: number;
  rows: number;
  /** A bit a cell, rows one after another, most significant bit first. */
  bits: Uint8Array;
}

type BoxRow = [left: number, top: number, width: number, height: number, score: number, number: number, seenNow: boolean];

interface LookWords {
  at_us: number;
  width_px: number;
  height_px: number;
  settled: boolean;
  looked: boolean;
  motion_width_px: number;
  motion_height_px: number;
  motion: string;
  regions: readonly BoxRow[];
  detections: readonly BoxRow[];
  tracks: readonly BoxRow[];
  figures: Figures | null;
}

/** A tile's look; `look` null: too many cameras' looks are watched already. */
export interface TileLook {
  tile: number;
  look: Look | null;
}

/** Null for what is no look, such as a refusal. */
export function readLook(said: string): TileLook | null {
  const words = JSON.parse(said) as { tile?: number; look?: LookWords | null };
  if (words.tile === undefined || words.look === undefined) return null;
  return { tile: words.tile, look: words.look === null ? null : lookOf(words.look) };
}

function lookOf(words: LookWords): Look {
  return {
    atUs: words.at_us,
    widthPx: words.width_px,
    heightPx: words.height_px,
    isSettled: words.settled,
    isLooked: words.looked,
    motion: {
      columns: words.motion_width_px,
      rows: words.motion_height_px,
      bits: Uint8Array.from(atob(words.motion), (letter) => letter.charCodeAt(0)),
    },
    regions: words.regions.map(boxOf),
    detections: words.detections.map((row) => ({ ...boxOf(row), score: row[4] })),
    tracks: words.tracks.map((row) => ({ ...boxOf(row), number: row[5], seenNow: row[6] })),
    figures: words.figures,
  };
}

const boxOf = ([left, top, width, height]: BoxRow): Box => ({ left, top, width, height });

export const moves = ({ bits }: Motion, cell: number): boolean => (((bits[cell >> 3] ?? 0) >> (7 - (cell & 7))) & 1) === 1;

/** The share of the picture that moves. */
export function movingShare(motion: Motion): number {
  const cells = motion.columns * motion.rows;
  let moving = 0;
  for (let cell = 0; cell < cells; cell += 1) if (moves(motion, cell)) moving += 1;
  return cells === 0 ? 0 : moving / cells;
}

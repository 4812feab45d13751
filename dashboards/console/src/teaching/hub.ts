// The hub's calls about describing and learning on site, and their records (docs/api.md).
import { ask } from "../room/ask";

export interface DescribingNow {
  /** When it was so, by this page's clock. */
  atMs: number;
  describer: string;
  /** Of stored sightings, 0 to 1. */
  share_done: number;
  sightings_left: number;
  /** They keep what they have: no picture of them can be described. */
  sightings_undescribable: number;
  /** Anew, since the hub's start. */
  sightings_described: number;
}

/** Where held-out tracks' partners are ranked: mean of 1 / rank, and the geometric mean of ranks. */
export interface Judged {
  reciprocal_rank: number;
  usual_rank: number;
}

export interface Version {
  number: number;
  learned_at_ms: number;
  lessons: { tracks: number; views: number; cameras: number; half_hours: number };
  verdict: { tracks: number; pairs: number; before: Judged; after: Judged };
  before: string;
  /** Null: it was no better, and is not used. */
  file: string | null;
}

/** The describer that is built in. */
export const SHIPPED = "auto";

export interface TeachingState {
  is_on: boolean;
  is_learning: boolean;
  /** Tracks gathered. */
  lessons: number;
  /** A version's file, or SHIPPED. */
  current: string;
  /** Somebody went back: the hub does not learn by itself until somebody has it learn. */
  is_held: boolean;
  versions: Version[];
}

/** It learns from thousands of tracks, at the lowest priority. */
const LEARN_WITHIN_MS = 600_000;

export const teachingHub = {
  describing: async (): Promise<DescribingNow> => ({ ...(await ask<Omit<DescribingNow, "atMs">>("GET", "/api/describing")), atMs: Date.now() }),
  teaching: () => ask<TeachingState>("GET", "/api/teaching"),
  learn: () => ask<{ version: Version | null; state: TeachingState }>("POST", "/api/teaching/learn", undefined, {}, undefined, LEARN_WITHIN_MS),
  goBack: () => ask<TeachingState>("POST", "/api/teaching/back"),
};

// What the hub says of a sought person's path (docs/api.md); times are milliseconds since 1970 UTC, positions longitude first.
import type { Query, SearchAnswer, SightingSummary } from "../room/types";

export type Verdict = "confirmed" | "rejected";
export type Position = readonly [longitude: number, latitude: number];

export interface PathQuery {
  query: Query;
  /** In all, the best one with them. */
  paths: number;
}

export interface PathStep {
  sighting: SightingSummary;
  verdict: Verdict | null;
  /** That it is on the true path at all. */
  likelihood: number;
  gain: number;
  /** From the step before, along the streets; null of a path's first. */
  walk_m: number | null;
  /** From leaving the former view to entering this one, below 0 where they overlap. */
  taken_s: number | null;
  pace_mps: number | null;
  /** Cameras on the way that could see, and did not see the person. */
  missed_by: readonly string[];
  /** False where only the officer's word joins it to the step before. */
  possible: boolean;
  /** The corners of the walk; none of a path's first. */
  way: readonly Position[];
}

export interface FoundPath {
  steps: readonly PathStep[];
  gain: number;
}

export interface StretchInReach {
  ends: readonly [Position, Position];
  walk_m: number;
  probability: number;
}

export interface CameraAhead {
  camera_id: string;
  probability: number;
  walk_m: number;
  earliest_at_ms: number;
  likely_at_ms: number;
}

export interface VenueInReach {
  venue_id: string;
  walk_m: number;
  earliest_at_ms: number;
  /** That the person is where no other of these venues is nearer. */
  probability: number;
}

/** Where the person may be; stretches, cameras and venues are the likeliest first. */
export interface ReachNow {
  from_sighting_id: string;
  left_at_ms: number;
  now_at_ms: number;
  farthest_m: number;
  stretches: readonly StretchInReach[];
  cameras: readonly CameraAhead[];
  venues: readonly VenueInReach[];
}

export interface WalkedAlong {
  sightings: readonly SightingSummary[];
  /** Sightings of the path that these went along with. */
  beside: readonly string[];
}

export interface Mark {
  case_id: string;
  sighting_id: string;
  verdict: Verdict | null;
  marked_by: string;
  marked_at_ms: number;
}

export interface PathAnswer {
  words: string;
  words_en: string;
  path_ms: number;
  coverage: SearchAnswer["coverage"];
  /** The best one first. */
  paths: readonly FoundPath[];
  /** Null: no step is certain. */
  reach: ReachNow | null;
  company: readonly WalkedAlong[];
  groups: readonly (readonly string[])[];
  marks: readonly Mark[];
  cameras_without_place: readonly string[];
}

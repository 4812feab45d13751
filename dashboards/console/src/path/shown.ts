// Pure: a path as map and strip show it, what is uncertain marked as such, and which venues to call first.
import type { Camera, Radio } from "../room/types";
import type { CameraAhead, FoundPath, PathStep, Position, ReachNow, StretchInReach, VenueInReach, Verdict } from "./types";

/** From this likelihood on a step counts as certain, as the hub's reach has it (hub/sightings/path/answering.py). */
const CERTAIN = 0.9;
/** Below this likelihood a step is as well somebody else. */
const LIKELY = 0.5;

export type Sureness = "confirmed" | "certain" | "likely" | "doubtful";

export interface ShownStep {
  step: PathStep;
  /** In order of time, from 1. */
  number: number;
  sureness: Sureness;
  /** What the officer said, as the screen knows it. */
  verdict: Verdict | null;
  /** Latitude and longitude of the camera; null where nobody knows it any more. */
  place: Place | null;
}

export interface ShownWay {
  line: readonly (readonly [number, number])[];
  look: "certain" | "doubtful" | "impossible";
}

export type Place = readonly [latitude: number, longitude: number];
/** Where cameras stand, by id. */
export type Places = ReadonlyMap<string, Place>;

export interface ShownAhead {
  camera: CameraAhead;
  place: Place;
}

/** Where the cameras of a path and of a reach stand, as one word: the same as long as none stands elsewhere. */
export function standingOf(path: FoundPath | undefined, reach: ReachNow | null, cameras: ReadonlyMap<string, Camera>): string {
  const ids = new Set([...(path?.steps ?? []).map((step) => step.sighting.camera_id), ...(reach?.cameras ?? []).map((one) => one.camera_id)]);
  const standing = [...ids].flatMap((id) => {
    const camera = cameras.get(id);
    return camera === undefined || camera.latitude === null || camera.longitude === null
      ? []
      : [[id, [camera.latitude, camera.longitude]] as const];
  });
  return JSON.stringify(standing);
}

export const camerasOf = (standing: string): Places =>
  new Map(standing === "" ? [] : (JSON.parse(standing) as [string, Place][]));

/** The next cameras that have a place, the likeliest first. */
export function aheadOf(reach: ReachNow | null, places: Places): ShownAhead[] {
  return (reach?.cameras ?? []).flatMap((camera) => {
    const place = places.get(camera.camera_id);
    return place === undefined ? [] : [{ camera, place }];
  });
}
type Said = ReadonlyMap<string, Verdict | null>;

export function verdictOf(step: PathStep, said: Said): Verdict | null {
  const { sighting_id } = step.sighting;
  return said.has(sighting_id) ? (said.get(sighting_id) ?? null) : step.verdict;
}

export function surenessOf(likelihood: number, verdict: Verdict | null): Sureness {
  if (verdict === "confirmed") return "confirmed";
  return likelihood >= CERTAIN ? "certain" : likelihood >= LIKELY ? "likely" : "doubtful";
}

/** The path's steps but for those that were rejected since it was found. */
export function stepsOf(path: FoundPath | undefined, said: Said, places: Places): ShownStep[] {
  const steps = (path?.steps ?? []).filter((step) => verdictOf(step, said) !== "rejected");
  return steps.map((step, index) => {
    const verdict = verdictOf(step, said);
    return {
      step,
      number: index + 1,
      sureness: surenessOf(step.likelihood, verdict),
      verdict,
      place: places.get(step.sighting.camera_id) ?? null,
    };
  });
}

const flipped = ([longitude, latitude]: Position): readonly [number, number] => [latitude, longitude];
const isSure = (sureness: Sureness): boolean => sureness === "confirmed" || sureness === "certain";

/** The last step of a path that somebody confirmed or that is certain, as the hub's own reach has it. */
export function lastCertain(path: FoundPath | undefined): string | null {
  const certain = (path?.steps ?? []).filter(({ likelihood, verdict }) => isSure(surenessOf(likelihood, verdict)));
  return certain[certain.length - 1]?.sighting.sighting_id ?? null;
}

/** Which of the paths has most steps of a former one; the best of those that have the same. */
export function mostAlike(paths: readonly FoundPath[], former: FoundPath | undefined): number {
  const known = new Set(former?.steps.map((step) => step.sighting.sighting_id));
  const alike = paths.map(({ steps }) => steps.filter((step) => known.has(step.sighting.sighting_id)).length);
  return Math.max(0, alike.indexOf(Math.max(...alike)));
}

/** The ways between the steps; where the step before was rejected meanwhile the line waits for the hub's next answer. */
export function waysOf(path: FoundPath | undefined, steps: readonly ShownStep[]): ShownWay[] {
  const ways: ShownWay[] = [];
  for (const [index, here] of steps.entries()) {
    const before = steps[index - 1];
    const follows = path?.steps[path.steps.indexOf(here.step) - 1];
    if (before === undefined || before.step !== follows || here.step.way.length < 2) continue;
    const look = !here.step.possible ? "impossible" : isSure(before.sureness) && isSure(here.sureness) ? "certain" : "doubtful";
    ways.push({ line: here.step.way.map(flipped), look });
  }
  return ways;
}

/** The ways of another path that the one looked at does not go. */
export function otherWays(other: FoundPath, shown: FoundPath): ShownWay["line"][] {
  const pairs = (path: FoundPath): [string, PathStep][] =>
    path.steps.slice(1).map((step, index) => [`${path.steps[index]?.sighting.sighting_id}>${step.sighting.sighting_id}`, step]);
  const known = new Set(pairs(shown).map(([pair]) => pair));
  return pairs(other)
    .filter(([pair, step]) => !known.has(pair) && step.way.length > 1)
    .map(([, step]) => step.way.map(flipped));
}

/** How many steps another path has that the one looked at lacks, and lacks that it has. */
export function difference(other: FoundPath, shown: FoundPath): { more: number; fewer: number } {
  const ids = (path: FoundPath): Set<string> => new Set(path.steps.map((step) => step.sighting.sighting_id));
  const [there, here] = [ids(other), ids(shown)];
  const lacking = (from: Set<string>, of: Set<string>): number => [...from].filter((id) => !of.has(id)).length;
  return { more: lacking(there, here), fewer: lacking(here, there) };
}

export interface Shade {
  line: readonly [readonly [number, number], readonly [number, number]];
  /** How likely the person is there, a metre, of the likeliest stretch's: 0..1. */
  strength: number;
}

const METRES_A_DEGREE = 111_320;
/** A stretch fainter than this would not be seen. */
const FAINTEST = 0.02;

/** Stretches as they are shaded: by likelihood a metre, so that a short piece of street is no fainter than a long one. */
export function shadesOf(stretches: readonly StretchInReach[]): Shade[] {
  const dense = stretches.map((one) => one.probability / Math.max(1, lengthOf(one)));
  const most = Math.max(...dense, Number.MIN_VALUE);
  return stretches.flatMap((one, index) => {
    const strength = (dense[index] ?? 0) / most;
    const [begin, end] = one.ends;
    return strength < FAINTEST ? [] : [{ line: [flipped(begin), flipped(end)] as const, strength }];
  });
}

function lengthOf({ ends: [[east1, north1], [east2, north2]] }: StretchInReach): number {
  const scale = Math.cos((north1 * Math.PI) / 180);
  return METRES_A_DEGREE * Math.hypot((east2 - east1) * scale, north2 - north1);
}

/** Guards of so much of where the person may be are called at once: the rest is thin and far. */
const ENOUGH = 0.8;

export interface ToCall {
  venueIds: string[];
  /** How likely the person is where one of these venues is the nearest. */
  share: number;
}

/** The fewest venues with a radio on line that are nearest to most of where the person may be, `most` radios together. */
export function venuesToCall(venues: readonly VenueInReach[], radios: ReadonlyMap<string, readonly Radio[]>, most: number): ToCall {
  const venueIds: string[] = [];
  let share = 0;
  let count = 0;
  for (const venue of venues) {
    const own = radios.get(venue.venue_id) ?? [];
    if (share >= ENOUGH || (venueIds.length > 0 && venue.probability === 0)) break;
    if (!own.some((radio) => radio.online) || count + own.length > most) continue;
    venueIds.push(venue.venue_id);
    share += venue.probability;
    count += own.length;
  }
  return { venueIds, share };
}

/** What was said of sightings that are on no path any more: those that were rejected, the last first. */
export function rejectedOf(marks: readonly { sighting_id: string; verdict: Verdict | null }[], said: Said): string[] {
  const verdicts = new Map<string, Verdict | null>([...marks.map((mark) => [mark.sighting_id, mark.verdict] as const), ...said]);
  return [...verdicts].filter(([, verdict]) => verdict === "rejected").map(([id]) => id).reverse();
}

/** Who walks goes some metres in this time; who is gone for long may be anywhere, and some metres say little. */
const RENEWED_MS = 5_000;
const RENEWED_SHARE = 1 / 60;

/** After how long the reach is asked anew. */
export const renewedAfterMs = (reach: ReachNow): number => Math.max(RENEWED_MS, (reach.now_at_ms - reach.left_at_ms) * RENEWED_SHARE);

/** Whether the hub has not told the reach anew for so long that it must be said. */
export const isOld = (reach: ReachNow, nowMs: number): boolean => nowMs - reach.now_at_ms > 4 * renewedAfterMs(reach);

/** How long ago the person left the last view that is certain, milliseconds. */
export const sinceLeft = (reach: ReachNow, nowMs: number): number => Math.max(0, nowMs - reach.left_at_ms);

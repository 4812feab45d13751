// Pure: a patrol tour that runs: which cameras are shown now, what is opened ahead, who was not seen on this round.
import type { Layout } from "./wall";

export interface Tour {
  name: string;
  /** In the order in which they are shown. */
  camera_ids: readonly string[];
  seconds_each: number;
  /** So many at once. */
  layout: Layout;
}

/** A step none of whose cameras gives a picture is passed over after so long; the next step is opened so long before. */
export const SILENT_MS = 3_000;

export interface Run {
  tour: Tour;
  steps: readonly (readonly string[])[];
  step: number;
  beganAtMs: number;
  /** Null while it runs. */
  pausedAtMs: number | null;
  /** Of the step that is shown, those that gave a picture. */
  seen: ReadonlySet<string>;
  /** On this round, and on the whole one before it. */
  notSeen: readonly string[];
  notSeenBefore: readonly string[];
}

/** Cameras by steps; those that are not (any more) in the room are left out. */
export function stepsOf(tour: Tour, isKnown: (cameraId: string) => boolean): string[][] {
  const known = tour.camera_ids.filter(isKnown);
  const steps: string[][] = [];
  for (let at = 0; at < known.length; at += tour.layout) steps.push(known.slice(at, at + tour.layout));
  return steps;
}

/** Null where the room knows none of its cameras. */
export function begin(tour: Tour, isKnown: (cameraId: string) => boolean, nowMs: number): Run | null {
  const steps = stepsOf(tour, isKnown);
  if (steps.length === 0) return null;
  return { tour, steps, step: 0, beganAtMs: nowMs, pausedAtMs: null, seen: new Set(), notSeen: [], notSeenBefore: [] };
}

export const shownOn = (run: Run): readonly string[] => run.steps[run.step] ?? [];

const lastsMs = (run: Run): number => run.tour.seconds_each * 1000;

export const leftMs = (run: Run, nowMs: number): number => Math.max(0, run.beganAtMs + lastsMs(run) - (run.pausedAtMs ?? nowMs));

/** The cameras of the next step, once it is near. */
export function openedAhead(run: Run, nowMs: number): readonly string[] {
  if (run.pausedAtMs !== null || leftMs(run, nowMs) > SILENT_MS) return [];
  const next = run.steps[(run.step + 1) % run.steps.length] ?? [];
  const shown = shownOn(run);
  return next.filter((one) => !shown.includes(one));
}

/** Time went on; `givesPicture` says which cameras give one now. */
export function advance(run: Run, nowMs: number, givesPicture: (cameraId: string) => boolean): Run {
  const shown = shownOn(run);
  const newly = shown.filter((one) => !run.seen.has(one) && givesPicture(one));
  const now = newly.length === 0 ? run : { ...run, seen: new Set([...run.seen, ...newly]) };
  if (now.pausedAtMs !== null) return now;
  const isSilent = now.seen.size === 0 && nowMs - now.beganAtMs >= SILENT_MS && now.steps.length > 1;
  return isSilent || leftMs(now, nowMs) === 0 ? turn(now, 1, nowMs) : now;
}

/** On to the next step, or back to the one before; a round ends behind the last step. */
export function turn(run: Run, by: 1 | -1, nowMs: number): Run {
  const missed = shownOn(run).filter((one) => !run.seen.has(one));
  const notSeen = [...run.notSeen.filter((one) => !run.seen.has(one) && !missed.includes(one)), ...missed];
  const step = (run.step + by + run.steps.length) % run.steps.length;
  const isOver = by === 1 && step === 0;
  return {
    ...run,
    step,
    beganAtMs: nowMs,
    pausedAtMs: run.pausedAtMs === null ? null : nowMs,
    seen: new Set(),
    notSeen: isOver ? [] : notSeen,
    notSeenBefore: isOver ? notSeen : run.notSeenBefore,
  };
}

export function pause(run: Run, nowMs: number): Run {
  if (run.pausedAtMs === null) return { ...run, pausedAtMs: nowMs };
  return { ...run, beganAtMs: run.beganAtMs + nowMs - run.pausedAtMs, pausedAtMs: null };
}

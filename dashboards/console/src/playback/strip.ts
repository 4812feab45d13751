// Pure: the stretch of time that a timeline shows, and what lies at which place of it.
import type { CameraPast, Gap } from "./hub";

export interface View {
  readonly sinceMs: number;
  readonly untilMs: number;
}

export const LEAST_MS = 20_000;
export const MOST_MS = 31 * 86_400_000;
const FIRST_MS = 30 * 60_000;

export const around = (atMs: number, spanMs = FIRST_MS): View => ({ sinceMs: atMs - spanMs / 2, untilMs: atMs + spanMs / 2 });

/** Wider (`factor` above 1) or closer, the moment `atMs` staying at its place. */
export function zoomed(view: View, factor: number, atMs: number): View {
  const spanMs = Math.min(MOST_MS, Math.max(LEAST_MS, (view.untilMs - view.sinceMs) * factor));
  const share = (atMs - view.sinceMs) / (view.untilMs - view.sinceMs);
  return { sinceMs: atMs - spanMs * share, untilMs: atMs + spanMs * (1 - share) };
}

/** Moved so that the moment is in view: as it was where it is already, else a tenth from the left. */
export function following(view: View, atMs: number): View {
  const spanMs = view.untilMs - view.sinceMs;
  if (atMs >= view.sinceMs && atMs <= view.untilMs - spanMs * 0.02) return view;
  return { sinceMs: atMs - spanMs * 0.1, untilMs: atMs + spanMs * 0.9 };
}

/** 0 at the left edge, 1 at the right. */
export const placeOf = (view: View, atMs: number): number => (atMs - view.sinceMs) / (view.untilMs - view.sinceMs);
export const timeAt = (view: View, place: number): number => view.sinceMs + place * (view.untilMs - view.sinceMs);

/** Shares of movement 0 to 1 with their times; null where nobody looked. */
export function movementOf(past: CameraPast): { atMs: number; stepMs: number; share: number | null }[] {
  const { motion } = past;
  if (motion === null) return [];
  return [...atob(motion.shares)].map((one, index) => {
    const value = one.charCodeAt(0);
    return { atMs: motion.since_ms + index * motion.step_ms, stepMs: motion.step_ms, share: value === 255 ? null : value / 200 };
  });
}

/** The gap in which the moment lies. */
export function gapAt(past: CameraPast, atMs: number): Gap | null {
  return past.gaps.find((gap) => gap.start_ms <= atMs && atMs < gap.end_ms) ?? null;
}

/** The next sighting of any of the cameras after the moment, or the one before it. */
export function nextSighting(pasts: readonly CameraPast[], atMs: number, by: 1 | -1): { cameraId: string; atMs: number } | null {
  const all = pasts.flatMap((past) => past.sightings.map((one) => ({ cameraId: past.camera_id, atMs: one.started_at_ms })));
  const ahead = all.filter((one) => (by === 1 ? one.atMs > atMs + 500 : one.atMs < atMs - 1_500));
  ahead.sort((one, other) => by * (one.atMs - other.atMs));
  return ahead[0] ?? null;
}

// What is played back: within which case, which cameras, from when; and the stretch that is marked on the timeline.
import { create } from "zustand";

import { openWall } from "../live/store";

export const MOST_CAMERAS = 9;

export interface Marked {
  sinceMs: number | null;
  untilMs: number | null;
}

interface PlaybackStore {
  caseId: string | null;
  cameraIds: readonly string[];
  /** Where it was opened; a new object each time. */
  place: { atMs: number };
  marked: Marked;
}

const UNMARKED: Marked = { sinceMs: null, untilMs: null };

export const usePlayback = create<PlaybackStore>(() => ({ caseId: null, cameraIds: [], place: { atMs: 0 }, marked: UNMARKED }));

/** Open playback within a case, at a time. */
export function openPlayback(caseId: string, cameraIds: readonly string[], atMs: number): void {
  openWall(false);
  usePlayback.setState({ caseId, cameraIds: cameraIds.slice(0, MOST_CAMERAS), place: { atMs }, marked: UNMARKED });
}

export function closePlayback(): void {
  usePlayback.setState({ caseId: null, cameraIds: [], marked: UNMARKED });
}

/** A camera of the list was clicked: it comes, or goes. */
export function toggleCamera(cameraId: string): void {
  usePlayback.setState(({ cameraIds }) => ({
    cameraIds: cameraIds.includes(cameraId)
      ? cameraIds.filter((one) => one !== cameraId)
      : [...cameraIds, cameraId].slice(-MOST_CAMERAS),
  }));
}

export function mark(part: Partial<Marked>): void {
  usePlayback.setState(({ marked }) => {
    const next = { ...marked, ...part };
    // The ends that were marked the wrong way round are meant the right way.
    if (next.sinceMs !== null && next.untilMs !== null && next.sinceMs > next.untilMs) {
      return { marked: { sinceMs: next.untilMs, untilMs: next.sinceMs } };
    }
    return { marked: next };
  });
}

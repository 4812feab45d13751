// Refreshes the session while the page lives: every few minutes, and at once when the page wakes.

export const REFRESH_MS = 5 * 60_000;
/**
 * How often to see whether a refresh is due. Timers stand still while a machine sleeps but its clock does not, so the
 * first tick after it finds the refresh due. A refresh whose answer was lost is tried again within the 30 s in which
 * the hub still takes the old token: the 10 s that a call may take, and one tick.
 */
export const TICK_MS = 10_000;
/** Waking refreshes a session older than this: looking away for a moment is no reason. */
const WAKE_MS = 60_000;

export interface KeepParts {
  /** Rejects when it must be tried again. */
  refresh: () => Promise<void>;
  onWake: (tell: () => void) => () => void;
}

/** Start; the returned function ends it. */
export function keepSession(parts: KeepParts): () => void {
  let refreshedAtMs = Date.now();
  let refreshing = false;

  function refreshAfter(ageMs: number): void {
    if (refreshing || Date.now() - refreshedAtMs < ageMs) return;
    refreshing = true;
    parts
      .refresh()
      .then(
        () => {
          refreshedAtMs = Date.now();
        },
        () => undefined,
      )
      .finally(() => {
        refreshing = false;
      });
  }

  const timer = setInterval(() => refreshAfter(REFRESH_MS), TICK_MS);
  const sleep = parts.onWake(() => refreshAfter(WAKE_MS));
  return () => {
    clearInterval(timer);
    sleep();
  };
}

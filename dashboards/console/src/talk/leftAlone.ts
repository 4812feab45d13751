// What the floor does by itself when nothing moves it: a request that nobody answers ends, and so does a refusal shown.
import type { Floor, FloorEvent } from "./floor";

/** The hub decides within milliseconds: after this long the speaker must know that no answer comes. */
export const ANSWER_WITHIN_MS = 2000;
/** The hub lets nobody wait for more than 30 s: after this long without a word it has forgotten the speaker. */
export const WAIT_AT_MOST_MS = 35_000;
/** How long a refusal stays on the screen after the key was let go unheard. */
export const REFUSAL_SHOWN_MS = 5000;

/** What comes of `floor` when nothing moves it, and after how long; null for a floor that may stay. */
function dueOf(floor: Floor): { afterMs: number; event: FloorEvent } | null {
  switch (floor.state) {
    case "requesting":
      return { afterMs: ANSWER_WITHIN_MS, event: { type: "unanswered", requestId: floor.requestId } };
    case "queued":
      return { afterMs: WAIT_AT_MOST_MS, event: { type: "unanswered", requestId: floor.requestId } };
    case "denied":
      return { afterMs: Math.max(REFUSAL_SHOWN_MS, (floor.refusal.retryInS ?? 0) * 1000), event: { type: "forget" } };
    case "revoked":
    case "unanswered":
      return { afterMs: REFUSAL_SHOWN_MS, event: { type: "forget" } };
    case "idle":
    case "speaking":
      return null;
  }
}

export class LeftAlone {
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly move: (event: FloorEvent) => void) {}

  /** Told of every change of the floor; letting the key go does not give an open request more time. */
  changed(before: Floor, floor: Floor): void {
    const sameRequest =
      before.state === "requesting" && floor.state === "requesting" && before.requestId === floor.requestId;
    if (sameRequest) return;
    clearTimeout(this.timer);
    const due = dueOf(floor);
    if (due !== null) this.timer = setTimeout(() => this.move(due.event), due.afterMs);
  }
}

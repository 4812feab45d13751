// Pure: what becomes of a live picture that comes, so that the newest is shown and little ever waits.
import type { Picture } from "./records";

/** What waits in the decoder when a picture comes. */
export interface Behind {
  pictures: number;
  bytes: number;
  /** From the picture that came out last to the newest that was given, milliseconds. */
  ms: number;
}

/** `anew`: drop what waits and begin with this key picture. `drop`: up to the next key picture. */
export type Fate = "decode" | "anew" | "drop";

/** A key picture makes what waits before it needless, once the eye would notice how old it is. */
const LATE_MS = 200;
/** Past this nothing is given to the decoder before the next key picture. */
const MOST_PICTURES = 300;
const MOST_BYTES = 8 * 1024 * 1024;
/** A decoder that never catches up has its newest image drawn at least so often. */
export const DRAWN_EVERY_MS = 200;

export class LiveGate {
  private isShut = false;

  take(picture: Picture, behind: Behind): Fate {
    if (picture.key) {
      this.isShut = false;
      return behind.pictures > 0 && behind.ms > LATE_MS ? "anew" : "decode";
    }
    if (behind.pictures >= MOST_PICTURES || behind.bytes >= MOST_BYTES) this.isShut = true;
    return this.isShut ? "drop" : "decode";
  }
}

/** Whether an image that came out is drawn: the newest always, those before it only when nothing was drawn for long. */
export function isDrawn(waitingAfterIt: number, sinceDrawnMs: number): boolean {
  return waitingAfterIt === 0 || sinceDrawnMs >= DRAWN_EVERY_MS;
}

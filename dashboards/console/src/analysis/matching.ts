// Pure: which look belongs to the picture that is shown, and where those it follows came from.
import type { Look } from "./look";

export interface Point {
  x: number;
  y: number;
}

/** Main and small stream are dated each for itself: half a picture at 25 a second is the same moment. */
const SAME_US = 20_000;
/** Further from its own picture a look would stand beside whoever walks. */
const NEAR_US = 100_000;
const TRAIL_US = 3_000_000;
/** Looks that are kept: the trail's, and a second ahead. */
const MOST_LOOKS = 40;

export class Looks {
  /** The oldest first. */
  private kept: Look[] = [];

  add(look: Look): void {
    // Looked at or not, they come by two ways, and may overtake one another.
    const after = this.kept.findIndex((one) => one.atUs > look.atUs);
    if (after === -1) this.kept.push(look);
    else this.kept.splice(after, 0, look);
    if (this.kept.length > MOST_LOOKS) this.kept.shift();
  }

  clear(): void {
    this.kept = [];
  }

  /** The look at the picture taken at `pictureUs`, or shortly before it; null where there is none. */
  of(pictureUs: number): Look | null {
    const look = this.kept.findLast((one) => one.atUs <= pictureUs + SAME_US) ?? null;
    return look !== null && pictureUs - look.atUs <= NEAR_US ? look : null;
  }

  /** Where the feet of a track were in the last seconds up to `look`, the oldest first. */
  trail(look: Look, number: number): Point[] {
    return this.kept
      .filter((one) => one.atUs <= look.atUs && look.atUs - one.atUs <= TRAIL_US)
      .flatMap((one) => one.tracks.filter((track) => track.number === number))
      .map((track) => ({ x: track.left + track.width / 2, y: track.top + track.height }));
  }
}

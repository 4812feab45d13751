// Pure: when to play each frame of a burst, from its media time; late frames stretch the delay, stale ones are dropped.
import { STALE_AFTER_MS } from "./packet";

/** How long the first frame waits, so that the next ones may come unevenly. */
export const JITTER_BUFFER_S = 0.07;
/** A late frame is played this long after it came, so that the ones behind it follow on without gaps. */
const CATCH_UP_S = 0.02;

/** One burst's timetable on the clock of the audio output, in seconds. */
export class Playout {
  private base: { mediaUs: number; atS: number } | undefined;
  private addedS = 0;
  dropped = 0;

  /** When to play the frame of this media time in microseconds, or null when it is too late to be worth hearing. */
  schedule(mediaUs: number, nowS: number): number | null {
    if (this.base === undefined) {
      this.base = { mediaUs, atS: nowS + JITTER_BUFFER_S };
      return this.base.atS;
    }
    const atS = this.base.atS + (mediaUs - this.base.mediaUs) / 1e6;
    if (atS >= nowS) return atS;
    const lateS = nowS - atS + CATCH_UP_S;
    if (this.addedS + lateS > STALE_AFTER_MS / 1000) {
      this.dropped += 1;
      return null;
    }
    this.addedS += lateS;
    this.base.atS += lateS;
    return atS + lateS;
  }
}

/** How fast the best known offset may be forgotten: more than any two clocks drift apart. */
const DRIFT_PER_S = 0.0002;

/** The age of a packet by its sender's clock: above the quickest packet of that sender's boot known so far. */
export class SenderClock {
  private readonly best = new Map<number, { offsetUs: number; atUs: number }>();

  /** Milliseconds that this packet took longer than the quickest one. Keeps the last 8 boots. */
  ageMs(bootId: number, monotonicUs: number, arrivedUs: number): number {
    const offsetUs = arrivedUs - monotonicUs;
    const known = this.best.get(bootId);
    const best =
      known === undefined
        ? offsetUs
        : Math.min(offsetUs, known.offsetUs + (arrivedUs - known.atUs) * DRIFT_PER_S);
    this.best.delete(bootId);
    this.best.set(bootId, { offsetUs: best, atUs: arrivedUs });
    const oldest = this.best.keys().next();
    if (this.best.size > 8 && !oldest.done) this.best.delete(oldest.value);
    return (offsetUs - best) / 1000;
  }
}

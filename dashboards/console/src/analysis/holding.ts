// Pure: how long pictures are held back, so that each is shown together with the look at it, which comes later.

/** A look that comes later than this is not shown. */
export const MOST_MS = 1_000;
const FIRST_MS = 200;
const MARGIN_MS = 30;
/** The delay follows the slowest of so many looks. */
const LAGS = 15;
const MOST_ARRIVALS = 64;

export class Holding {
  delayMs = FIRST_MS;
  private lags: number[] = [];
  private arrivals: { us: number; ms: number }[] = [];
  private lastDueMs = 0;

  /** When a picture that comes at `nowMs` is to be shown; never before one that came earlier. */
  picture(us: number, nowMs: number): number {
    this.arrivals.push({ us, ms: nowMs });
    if (this.arrivals.length > MOST_ARRIVALS) this.arrivals.shift();
    this.lastDueMs = Math.max(this.lastDueMs, nowMs + this.delayMs);
    return this.lastDueMs;
  }

  /** When what is no picture is due: after the pictures before it. */
  word(nowMs: number): number {
    return Math.max(this.lastDueMs, nowMs);
  }

  /** A look at the picture taken at `us` came. */
  look(us: number, nowMs: number): void {
    const picture = this.arrivals.findLast((one) => one.us <= us);
    if (picture === undefined) return; // looked at before this began
    this.lags.push(nowMs - picture.ms);
    if (this.lags.length > LAGS) this.lags.shift();
    this.delayMs = Math.min(MOST_MS, Math.max(0, ...this.lags) + MARGIN_MS);
  }
}

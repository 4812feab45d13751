// Pure: how whole a recording is.
import type { RecordedBurst } from "./hub";

/** Of what somebody said, how much never reached the hub; below one in a hundred nobody hears it. */
export function lostPercent({ packets, lost }: Pick<RecordedBurst, "packets" | "lost">): number {
  if (packets === null || lost === null || lost === 0) return 0;
  const share = lost / (packets + lost);
  return share < 0.01 ? 0 : Math.round(share * 100);
}

/** True for a burst that is over and in which no voice came. */
export function isSilent({ bytes, duration_s }: Pick<RecordedBurst, "bytes" | "duration_s">): boolean {
  return duration_s !== null && (bytes ?? 0) === 0;
}

// Pure: how long describing anew will take yet, by what was done while the page looked.
import type { DescribingNow } from "./hub";

type Reading = Pick<DescribingNow, "atMs" | "sightings_described" | "sightings_left">;

/** With less done than this no rate is told. */
const LEAST_DONE = 20;

/** Seconds; null while too little was done to tell. */
export function remainingS(first: Reading, now: Reading): number | null {
  if (now.sightings_left === 0) return 0;
  const done = now.sightings_described - first.sightings_described;
  return done < LEAST_DONE ? null : (((now.atMs - first.atMs) / 1000) * now.sightings_left) / done;
}

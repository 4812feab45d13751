// How long describing anew takes yet is told once enough was done while somebody looked.
import { expect, test } from "vitest";

import { remainingS } from "./remaining";

const reading = (atMs: number, sightings_described: number, sightings_left: number) => ({ atMs, sightings_described, sightings_left });

test.each([
  ["nothing was done yet", reading(60_000, 1_000, 50_000), null],
  ["too little", reading(5_000, 1_019, 49_981), null],
  ["ten a second", reading(60_000, 1_600, 49_400), 4_940],
  ["all is done", reading(60_000, 1_010, 0), 0],
])("%s", (_, now, seconds) => expect(remainingS(reading(0, 1_000, 50_000), now)).toBe(seconds));

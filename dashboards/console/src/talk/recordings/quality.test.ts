// How whole a recording is said to be.
import { expect, test } from "vitest";

import { isSilent, lostPercent } from "./quality";

test("a loss that nobody hears is not spoken of", () => {
  expect(lostPercent({ packets: 1000, lost: 5 })).toBe(0);
  expect(lostPercent({ packets: 75, lost: 25 })).toBe(25);
  expect(lostPercent({ packets: null, lost: null })).toBe(0);
});

test("a burst under way is not silent, one that ended without a file is", () => {
  expect(isSilent({ bytes: null, duration_s: null })).toBe(false);
  expect(isSilent({ bytes: 0, duration_s: 0 })).toBe(true);
  expect(isSilent({ bytes: 900, duration_s: 1.2 })).toBe(false);
});

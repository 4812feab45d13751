import { describe, expect, it } from "vitest";

import type { CameraPast } from "./hub";
import { around, following, gapAt, LEAST_MS, MOST_MS, movementOf, nextSighting, placeOf, timeAt, zoomed } from "./strip";

const past = (id: string, ...startsMs: number[]): CameraPast => ({
  camera_id: id,
  spans: [],
  gaps: [{ start_ms: 100, end_ms: 200, reason: "off_line" }],
  motion: { step_ms: 10, since_ms: 0, shares: btoa(String.fromCharCode(0, 100, 255)) },
  sightings: startsMs.map((one) => ({ sighting_id: `${id}-${one}`, started_at_ms: one, ended_at_ms: one + 10 })),
  more_sightings: false,
  holds: [],
});

describe("the stretch in view", () => {
  it("keeps the moment under the pointer where it is while it widens and closes", () => {
    const view = around(1_000_000);
    const wide = zoomed(view, 2, 400_000);
    expect(placeOf(wide, 400_000)).toBeCloseTo(placeOf(view, 400_000));
    expect(wide.untilMs - wide.sinceMs).toBe(2 * (view.untilMs - view.sinceMs));
  });

  it("is never shorter than seconds nor longer than a month", () => {
    const view = around(0);
    expect(zoomed(view, 1e-9, 0).untilMs * 2).toBe(LEAST_MS);
    expect(zoomed(view, 1e9, 0).untilMs * 2).toBe(MOST_MS);
  });

  it("follows what is played", () => {
    const view = around(0);
    expect(following(view, 1)).toBe(view);
    const moved = following(view, view.untilMs + 1);
    expect(placeOf(moved, view.untilMs + 1)).toBeCloseTo(0.1);
  });

  it("says which time is where", () => {
    const view = around(5_000);
    expect(timeAt(view, placeOf(view, 1234))).toBeCloseTo(1234);
  });
});

describe("what is known of the time", () => {
  it("tells movement, and where nobody looked", () => {
    expect(movementOf(past("C01")).map((one) => one.share)).toEqual([0, 0.5, null]);
  });

  it("tells the gap of a moment", () => {
    expect(gapAt(past("C01"), 150)?.reason).toBe("off_line");
    expect(gapAt(past("C01"), 200)).toBeNull();
  });

  it("leads to the next and the last sighting of any camera", () => {
    const pasts = [past("C01", 10_000, 50_000), past("C02", 30_000)];
    expect(nextSighting(pasts, 10_000, 1)).toEqual({ cameraId: "C02", atMs: 30_000 });
    expect(nextSighting(pasts, 30_000, -1)).toEqual({ cameraId: "C01", atMs: 10_000 });
    expect(nextSighting(pasts, 50_000, 1)).toBeNull();
  });
});

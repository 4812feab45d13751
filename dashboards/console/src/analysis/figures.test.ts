import { describe, expect, it } from "vitest";

import { perStage } from "./figures";

const FIGURES = { frames_decoded: 1000, frames_looked_at: 100, frames_shed: 0, detections: 90, detector_calls: 110, tracks: 4, sightings: 0, stages_ms: [900, 500, 3000, 50, 0] };

describe("what a stage costs", () => {
  it("is of one picture, look or sighting; of none there is no figure", () => {
    expect(perStage(FIGURES).map((one) => one.ms)).toEqual([0.9, 0.5, 30, 0.5, null]);
  });

  it("is not said where the worker does not tell", () => {
    expect(perStage({ ...FIGURES, stages_ms: [] })).toEqual([]);
  });
});

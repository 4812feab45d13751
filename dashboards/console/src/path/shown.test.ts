// What of a path is drawn how, and whom to call first.
import { describe, expect, test } from "vitest";

import type { Camera, Radio } from "../room/types";
import { aheadOf, camerasOf, difference, isOld, otherWays, rejectedOf, renewedAfterMs, shadesOf, standingOf, stepsOf, surenessOf, venuesToCall, waysOf } from "./shown";
import type { CameraAhead, FoundPath, PathStep, ReachNow, VenueInReach } from "./types";

const NOBODY_SAID = new Map();
const CAMERAS = new Map(["C1", "C2", "C3"].map((id, n) => [id, [26 + n / 1000, 106] as const]));

const step = (id: string, camera: string, said: Partial<PathStep> = {}): PathStep => ({
  sighting: { sighting_id: id, camera_id: camera } as PathStep["sighting"],
  verdict: null,
  likelihood: 0.95,
  gain: 1,
  walk_m: 100,
  taken_s: 80,
  pace_mps: 1.2,
  missed_by: [],
  possible: true,
  way: [
    [106, 26],
    [106.001, 26],
    [106.001, 26.001],
  ],
  ...said,
});
const path = (...steps: PathStep[]): FoundPath => ({ steps, gain: 1 });

describe("a step", () => {
  test.each([
    [0.2, "confirmed", "confirmed"],
    [0.9, null, "certain"],
    [0.89, null, "likely"],
    [0.49, null, "doubtful"],
  ] as const)("of likelihood %d, said %s, is %s", (likelihood, verdict, sureness) => {
    expect(surenessOf(likelihood, verdict)).toBe(sureness);
  });

  test("that was just rejected goes at once, and the others are counted anew", () => {
    const steps = stepsOf(path(step("a", "C1"), step("b", "C2"), step("c", "C3")), new Map([["b", "rejected"]]), CAMERAS);
    expect(steps.map((one) => [one.number, one.step.sighting.sighting_id])).toEqual([
      [1, "a"],
      [2, "c"],
    ]);
  });

  test("that was just confirmed looks confirmed, and one that was taken back no longer", () => {
    const found = path(step("a", "C1", { likelihood: 0.6 }), step("b", "C2", { verdict: "confirmed", likelihood: 0.6 }));
    const said = new Map([
      ["a", "confirmed"],
      ["b", null],
    ] as const);
    expect(stepsOf(found, said, CAMERAS).map((one) => one.sureness)).toEqual(["confirmed", "likely"]);
  });

  test("at a camera that is gone stands nowhere on the map and stays in the strip", () => {
    expect(stepsOf(path(step("a", "C9")), NOBODY_SAID, CAMERAS).map((one) => one.place)).toEqual([null]);
  });
});

test("what is drawn is drawn anew where a camera stands elsewhere, not where it saw somebody", () => {
  const cameras = (sightings: number, latitude: number): Map<string, Camera> =>
    new Map([
      ["C1", { camera_id: "C1", latitude, longitude: 106, sightings } as Camera],
      ["C2", { camera_id: "C2", latitude: null, longitude: null, sightings } as Camera],
    ]);
  const ahead = (camera_id: string): CameraAhead => ({ camera_id, probability: 1, walk_m: 1, earliest_at_ms: 0, likely_at_ms: 0 });
  const reach = { cameras: [ahead("C2"), ahead("C1")] } as unknown as ReachNow;
  const standing = standingOf(undefined, reach, cameras(1, 26));
  expect(standingOf(undefined, reach, cameras(2, 26))).toBe(standing);
  expect(standingOf(undefined, reach, cameras(2, 26.1))).not.toBe(standing);
  expect(aheadOf(reach, camerasOf(standing)).map((one) => [one.camera.camera_id, one.place])).toEqual([["C1", [26, 106]]]);
});

describe("the way to a step", () => {
  const waysIn = (found: FoundPath, said = NOBODY_SAID): ReturnType<typeof waysOf> => waysOf(found, stepsOf(found, said, CAMERAS));

  test("goes along the street, latitude first", () => {
    expect(waysIn(path(step("a", "C1", { way: [] }), step("b", "C2")))).toEqual([
      { line: [[26, 106], [26, 106.001], [26.001, 106.001]], look: "certain" },
    ]);
  });

  test("is doubtful where either end is, and impossible where nobody walks so fast", () => {
    const found = path(step("a", "C1", { way: [] }), step("b", "C2", { likelihood: 0.6 }), step("c", "C3"), step("d", "C1", { possible: false }));
    expect(waysIn(found).map((way) => way.look)).toEqual(["doubtful", "doubtful", "impossible"]);
  });

  test("is not drawn past a step that was rejected, before the hub has found another", () => {
    const found = path(step("a", "C1", { way: [] }), step("b", "C2"), step("c", "C3"));
    expect(waysIn(found, new Map([["b", "rejected"]]))).toEqual([]);
  });
});

test("of another path only the ways are drawn that the one looked at does not go", () => {
  const best = path(step("a", "C1", { way: [] }), step("b", "C2"), step("c", "C3"));
  const other = path(step("a", "C1", { way: [] }), step("b", "C2"), step("x", "C3"));
  expect(otherWays(other, best)).toHaveLength(1);
  expect(difference(other, best)).toEqual({ more: 1, fewer: 1 });
});

test("a street is shaded by how likely the person is a metre of it, and what nobody would see is left out", () => {
  const stretch = (north: number, metres: number, probability: number) => ({
    ends: [[106, north], [106, north + metres / 111_320]] as const,
    walk_m: 0,
    probability,
  });
  const shades = shadesOf([stretch(26, 20, 0.4), stretch(26.1, 10, 0.2), stretch(26.2, 20, 0.1), stretch(26.3, 20, 0.001)]);
  expect(shades.map((one) => Math.round(one.strength * 100) / 100)).toEqual([1, 1, 0.25]);
  expect(shades[0]?.line[0]).toEqual([26, 106]);
});

describe("the venues to call", () => {
  const venue = (id: string, probability: number): VenueInReach => ({ venue_id: id, probability, walk_m: 0, earliest_at_ms: 0 });
  const radios = (...online: [string, boolean[]][]): Map<string, Radio[]> =>
    new Map(online.map(([id, each]) => [id, each.map((one) => ({ venue_id: id, online: one }) as Radio)]));

  test("are the likeliest until most of where the person may be is covered", () => {
    const found = venuesToCall([venue("a", 0.5), venue("b", 0.35), venue("c", 0.15)], radios(["a", [true]], ["b", [true]], ["c", [true]]), 40);
    expect(found).toEqual({ venueIds: ["a", "b"], share: 0.85 });
  });

  test("have a radio on line, and all their radios fit in a talk group", () => {
    const known = radios(["a", [false]], ["b", [true, true, true]], ["c", [true]]);
    expect(venuesToCall([venue("a", 0.5), venue("b", 0.3), venue("c", 0.2)], known, 2).venueIds).toEqual(["c"]);
  });

  test("is the nearest one where the map has no streets to be on", () => {
    const known = radios(["a", [true]], ["b", [true]]);
    expect(venuesToCall([venue("a", 0), venue("b", 0)], known, 40).venueIds).toEqual(["a"]);
  });
});

test("the reach is asked for every 5 s, seldomer of who is gone for long, and told to be old when no answer comes", () => {
  const gone = (minutes: number): ReachNow => ({ left_at_ms: 0, now_at_ms: minutes * 60_000 }) as ReachNow;
  expect([renewedAfterMs(gone(1)), renewedAfterMs(gone(60))]).toEqual([5_000, 60_000]);
  expect([isOld(gone(1), 79_000), isOld(gone(1), 81_000)]).toEqual([false, true]);
});

test("what was rejected and not taken back can be taken back, the last first", () => {
  const marks = [
    { sighting_id: "a", verdict: "rejected" },
    { sighting_id: "b", verdict: "confirmed" },
    { sighting_id: "c", verdict: "rejected" },
  ] as const;
  expect(rejectedOf(marks, new Map([["d", "rejected"], ["c", null]] as const))).toEqual(["d", "a"]);
});

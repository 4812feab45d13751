// What a sighting tells of a person beside colours.
import { expect, test } from "vitest";

import { en } from "../language/en";
import { zh } from "../language/zh";
import type { HitPart, SightingSummary } from "../room/types";
import { traitsOf } from "./traits";

const sighting: SightingSummary = {
  sighting_id: "s",
  camera_id: "C1",
  venue_id: null,
  started_at_ms: 0,
  ended_at_ms: 1,
  ended: true,
  upper: [],
  lower: [],
  height_m: 1.123,
  height_error_m: 0.04,
  child: 0.98,
  upper_pattern: [{ pattern: "striped", weight: 0.75 }],
  bags: [{ bag: "backpack", likelihood: 0.8 }],
  head_wear: null,
  movement: "left",
  heading_deg: 350,
  speed_mps: 1.24,
  companions: ["t"],
  picture_url: "",
};

test("everything that is likely is said, size first and company last", () => {
  expect(traitsOf(sighting, [], zh)).toEqual(["1.12±0.04 米", "像儿童", "条纹上衣", "背双肩包", "向北走 1.2 米/秒", "1 人同行"]);
  expect(traitsOf(sighting, [], en).at(-1)).toBe("with 1 other");
});

test("what is unlikely or was not judged is not said, and without calibration the way is the picture's", () => {
  const unsure: SightingSummary = {
    ...sighting,
    height_m: null,
    child: 0.4,
    upper_pattern: [{ pattern: "plain", weight: 0.4 }],
    bags: [{ bag: "backpack", likelihood: 0.3 }],
    heading_deg: null,
    speed_mps: null,
    companions: [],
  };
  expect(traitsOf(unsure, [], zh)).toEqual(["向左走"]);
  expect(traitsOf({ ...unsure, movement: null }, [], zh)).toEqual([]);
});

test("what the hit itself says of size and age is not said again", () => {
  const parts: HitPart[] = [
    { field: "height", score: 1, words: "", words_en: "" },
    { field: "age", score: 1, words: "", words_en: "" },
  ];
  expect(traitsOf(sighting, parts, zh)[0]).toBe("条纹上衣");
});

// Hits as the list and the timeline show them.
import { describe, expect, test } from "vitest";

import type { WatchHit } from "../room/room";
import type { Hit, SearchAnswer } from "../room/types";
import { shownHits, timelineRows } from "./hits";
import { ticksBetween } from "./ticks";

const hit = (id: string, camera: string, score: number, atMs: number, rank = 1): Hit => ({
  rank,
  score,
  parts: [],
  sighting: {
    sighting_id: id,
    camera_id: camera,
    venue_id: null,
    started_at_ms: atMs,
    ended_at_ms: atMs + 5000,
    ended: true,
    upper: [],
    lower: [],
    height_m: null,
    height_error_m: null,
    child: null,
    picture_url: "",
  },
});

const answer = (...hits: Hit[]): SearchAnswer => ({
  query: {},
  words: "",
  words_en: "",
  search_ms: 1,
  coverage: { cameras_searched: 2, cameras_off_line: [], sightings_considered: 9 },
  hits,
});

const watchHit = (number: number, one: Hit): WatchHit => ({ number, at_ms: 0, case_id: "K1", watch_id: "W1", hit: one });

describe("hits", () => {
  test("of a running watch stand before the answer's, the newest first", () => {
    const shown = shownHits("K1", answer(hit("a", "C1", 0.9, 0)), 10, [
      watchHit(13, hit("c", "C2", 0.8, 2)),
      watchHit(12, hit("b", "C2", 0.8, 1)),
    ]);
    expect(shown.map((one) => one.hit.sighting.sighting_id)).toEqual(["c", "b", "a"]);
  });

  test("that a later search already covers are new no longer", () => {
    const shown = shownHits("K1", answer(hit("a", "C1", 0.9, 0)), 20, [watchHit(12, hit("b", "C2", 0.8, 1))]);
    expect(shown.map((one) => one.hit.sighting.sighting_id)).toEqual(["a"]);
  });

  test("of another case are not shown", () => {
    expect(shownHits("K2", null, 0, [watchHit(12, hit("b", "C2", 0.8, 1))])).toEqual([]);
  });
});

describe("the timeline", () => {
  test("orders cameras by when they first saw somebody", () => {
    const { rows, fromMs, toMs } = timelineRows(
      shownHits("K1", answer(hit("b", "C2", 0.9, 9000), hit("a", "C1", 0.8, 1000)), 0, []),
    );
    expect(rows.map((row) => row.cameraId)).toEqual(["C1", "C2"]);
    expect([fromMs, toMs]).toEqual([1000, 14_000]);
  });

  test("has round ticks, never more than seven", () => {
    const ticks = ticksBetween(61_000, 61_000 + 45 * 60_000);
    expect(ticks[0]).toBe(600_000);
    expect(ticks.length).toBeLessThanOrEqual(7);
    for (const span of [1, 7, 60, 600, 5000]) expect(ticksBetween(0, span * 60_000).length).toBeLessThanOrEqual(7);
  });
});

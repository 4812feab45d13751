// What the form's further conditions, a photo and yes and no make of the question and of the list.
import { expect, test } from "vitest";

import type { Hit } from "../room/types";
import type { ShownHit } from "./hits";
import { boxBetween, pointIn } from "./photoBox";
import { pointAt, startPointing } from "./pointing";
import { changeSearch, EMPTY_FORM, EMPTY_SEARCH, isEmptyQuery, queryOf, useSearchStore, type SearchForm } from "./store";
import { wordOf } from "./useHitKeys";
import { personsAmong, withoutRejected } from "./verdicts";

const asked = (form: Partial<SearchForm>) => queryOf({ ...EMPTY_SEARCH, form: { ...EMPTY_FORM, ...form } });
const shown = (id: string): ShownHit => ({ hit: { sighting: { sighting_id: id } } as Hit, freshNumber: null });

test("what is asked against is said as what is asked for", () => {
  const query = asked({ backpack: false, accompanied: true, headingDeg: 0, patterns: ["striped"], heightM: 1.1, toleranceM: 0.05 });
  expect(query.description).toEqual({
    backpack: false,
    accompanied: true,
    heading_deg: 0,
    upper_pattern: ["striped"],
    height_m: 1.1,
    height_tolerance_m: 0.05,
  });
});

test("a walk around a venue or a point is asked as it is chosen", () => {
  const place = { venue_id: "V1" };
  expect(asked({ backpack: true, place, walk: 300 }).near).toEqual({ venue_id: "V1", within_m: 300 });
  expect(asked({ place: { latitude: 25.1, longitude: 105.5 }, walk: "reach", sinceMs: 7 }).near).toEqual({ latitude: 25.1, longitude: 105.5, since_at_ms: 7 });
  expect(asked({ place, walk: "reach" }).near, "nobody says since when").toBeUndefined();
  expect(asked({ place }).near).toBeUndefined();
});

test("a click on the map is the place for the case that asked for one, once, and is searched from the time that was said", () => {
  const point = { latitude: 25.1, longitude: 105.5 };
  expect(pointAt(point)).toBe(false);
  changeSearch("K1", { form: { ...EMPTY_FORM, sinceMs: 7 } });
  startPointing("K1");
  expect(pointAt(point)).toBe(true);
  expect(useSearchStore.getState().searches.get("K1")?.form).toEqual({ ...EMPTY_FORM, sinceMs: 7, place: point, walk: "reach" });
  expect(pointAt(point)).toBe(false);
});

test("weights are told where one is not as usual, all of them", () => {
  expect(asked({ upper: ["red"] }).description?.weights).toBeUndefined();
  const { weights } = asked({ upper: ["red"], importance: { upper: "more", height: "off" } }).description ?? {};
  expect([weights?.upper, weights?.height, weights?.lower, weights?.like]).toEqual([1, 0, 0.5, 1]);
  const photo = asked({ importance: { like: "more", upper: "more" } }).description?.weights;
  expect([photo?.like, photo?.upper, photo?.lower]).toEqual([1, 0.5, 0.25]);
});

test("weights alone ask for nobody, a photo for somebody", () => {
  expect(isEmptyQuery(asked({ importance: { upper: "off" } }))).toBe(true);
  expect(isEmptyQuery(asked({ backpack: true }))).toBe(false);
  const photo = { picture: "", like: [{ describer: "stripes-2", descriptor: "AA==" }], words: "", words_en: "" };
  const query = queryOf({ ...EMPTY_SEARCH, photo });
  expect(query.like).toEqual(photo.like);
  expect(isEmptyQuery(query)).toBe(false);
});

test("who was said no to is gone at once, who was taken back is there again", () => {
  const hits = ["a", "b", "c"].map(shown);
  const found = withoutRejected(hits, new Map([["a", "rejected"], ["b", null], ["c", "confirmed"]] as const));
  expect(found.map(({ hit }) => hit.sighting.sighting_id)).toEqual(["b", "c"]);
});

test("Y and N speak of the hit that is looked at; after a no the next one is looked at, and none is left after the last", () => {
  const hits = ["a", "b"].map(shown);
  expect(wordOf("KeyY", hits, "a")).toEqual({ sightingId: "a", verdict: "confirmed", nextId: "a" });
  expect(wordOf("KeyN", hits, "a")).toEqual({ sightingId: "a", verdict: "rejected", nextId: "b" });
  expect(wordOf("KeyN", hits, "b")?.nextId).toBe("a");
  expect(wordOf("KeyN", hits.slice(0, 1), "a")?.nextId).toBeNull();
  for (const [code, chosen] of [["KeyY", null], ["KeyY", "gone"], ["KeyX", "a"]] as const) expect(wordOf(code, hits, chosen)).toBeNull();
});

test("a person is told of where more than one of the sightings is shown", () => {
  const persons = personsAmong(["a", "b", "c"].map(shown), [["a", "b", "gone"], ["c", "gone too"]]);
  expect([...persons]).toEqual([
    ["a", ["a", "b"]],
    ["b", ["a", "b"]],
  ]);
});

test("a box is drawn from any corner, stays within the photo, and a slip is none", () => {
  const photo = { left: 100, top: 50, width: 200, height: 400 };
  expect(boxBetween(pointIn(photo, 200, 450), pointIn(photo, 150, 10))).toEqual({ left: 0.25, top: 0, right: 0.5, bottom: 1 });
  expect(boxBetween([0.5, 0.5], [0.51, 0.9])).toBeNull();
});

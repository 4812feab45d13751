// Which places a role may have, and how choosing them goes.
import { expect, test } from "vitest";

import type { Place } from "../session/types";
import { afterChoosing, COMMUNITY, placeKey, placeOf, placesFor } from "./places";

const G1: Place = { kind: "grid", place_id: "G1" };
const V7: Place = { kind: "venue", place_id: "V7" };

test("a guard has venues alone, and none of their own accord", () => {
  expect(placesFor("guard", [COMMUNITY])).toEqual([]);
  expect(placesFor("guard", [G1, V7])).toEqual([V7]);
});

test("an administrator has the whole community, whatever they had before", () => {
  expect(placesFor("administrator", [V7])).toEqual([COMMUNITY]);
});

test("a dispatcher keeps a grid", () => expect(placesFor("dispatcher", [G1, V7])).toEqual([G1]));

test("the whole community stands alone", () => {
  expect(afterChoosing([G1], [G1, COMMUNITY])).toEqual([COMMUNITY]);
  expect(afterChoosing([COMMUNITY], [COMMUNITY, G1])).toEqual([G1]);
  expect(afterChoosing([COMMUNITY], [COMMUNITY])).toEqual([COMMUNITY]);
});

test("a place comes back from its name in the list", () => {
  for (const place of [COMMUNITY, G1, V7]) expect(placeOf(placeKey(place))).toEqual(place);
});

// Where somebody's shifts may be.
import { expect, test } from "vitest";

import type { Grid, Venue } from "../room/types";
import type { Place } from "../session/types";
import { shiftPlaces } from "./places";

const GRIDS = ["G1", "G2"].map((grid_id) => ({ grid_id }) as Grid);
const VENUES = [
  ["V1", "G1"],
  ["V2", "G1"],
  ["V3", "G2"],
].map(([venue_id, grid_id]) => ({ venue_id, grid_id }) as Venue);

function named(...places: Place[]): string[] {
  const found = shiftPlaces(places, GRIDS, VENUES);
  return [...found.grids.map((one) => one.grid_id), ...found.venues.map((one) => one.venue_id)];
}

test("a guard works at their venue, a grid member in the grid and at its venues, a dispatcher anywhere", () => {
  expect(named({ kind: "venue", place_id: "V2" })).toEqual(["V2"]);
  expect(named({ kind: "grid", place_id: "G1" })).toEqual(["G1", "V1", "V2"]);
  expect(named({ kind: "community", place_id: null })).toEqual(["G1", "G2", "V1", "V2", "V3"]);
});

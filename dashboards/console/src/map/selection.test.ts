// Choosing venues on the map: by shapes, by clicks, and who may.
import { beforeEach, expect, test } from "vitest";

import { useSession } from "../session/store";
import { addVenues, clearSelection, clickVenue, isSelecting, shapeOf, takeTool, useSelection } from "./selection";
import { useMapDesk } from "./store";

const chosen = (): string[] => [...useSelection.getState().venueIds];

beforeEach(() => {
  clearSelection();
  useMapDesk.setState({ chosen: null });
  useSession.setState({ rights: ["see_room", "call"] });
});

test("shapes add up, and a click on a venue adds it or takes it out again", () => {
  addVenues(["V1", "V2"]);
  addVenues(["V2", "V3"]);
  clickVenue("V2", false);
  clickVenue("V4", false);
  expect(chosen()).toEqual(["V1", "V3", "V4"]);
  clearSelection();
  expect(isSelecting(useSelection.getState())).toBe(false);
});

test("a click looks at a venue until something is being chosen; the shift key begins that", () => {
  clickVenue("V1", false);
  expect(useMapDesk.getState().chosen).toEqual({ kind: "venue", id: "V1" });
  clickVenue("V2", true);
  expect([chosen(), useMapDesk.getState().chosen]).toEqual([["V2"], null]);
});

test("dragging moves the map unless a tool is in hand or the shift key is down", () => {
  expect([shapeOf(false), shapeOf(true)]).toEqual([null, "rectangle"]);
  takeTool("lasso");
  expect([shapeOf(false), shapeOf(true)]).toEqual(["lasso", "lasso"]);
  takeTool("lasso");
  expect(shapeOf(false)).toBe(null);
});

test("who may neither call nor alert chooses nothing", () => {
  useSession.setState({ rights: ["see_room", "answer_call"] });
  clickVenue("V1", true);
  expect([shapeOf(true), chosen()]).toEqual([null, []]);
});

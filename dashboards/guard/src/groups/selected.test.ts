// Where the key of a phone begins.
import { expect, test } from "vitest";

import { NO_GROUP } from "../../../console/src/talk/groupIds";
import { firstSelection } from "./selected";

test("a chosen group that has ended is followed by none, not by the call to everybody", () => {
  const isThere = (id: string): boolean => id === "all" || id === "grid-G1";
  expect(firstSelection(null, "all", isThere)).toBe("all");
  expect(firstSelection("grid-G1", "all", isThere)).toBe("grid-G1");
  expect(firstSelection("temporary.3", "all", isThere)).toBe(NO_GROUP);
});

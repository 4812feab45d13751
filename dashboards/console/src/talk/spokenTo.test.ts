// Whom one speaks to when talk groups come and go.
import { expect, test } from "vitest";

import type { Radio, TalkGroup } from "../room/types";
import { spokenTo, stillChosen } from "./spokenTo";

const GROUPS = ["all", "temporary.1"].map((id) => ({ group_id: id }) as TalkGroup);
const GRID = [{ group_id: "grid-1" } as TalkGroup];
const RADIOS = new Map([["R1", { radio_id: "R1", name: "对讲机1" } as Radio]]);

test("one speaks to the groups of the room and to each of its radios", () => {
  expect(spokenTo("temporary.1", GROUPS, RADIOS)).toBe(GROUPS[1]);
  expect(spokenTo("private.R1", GROUPS, RADIOS)).toMatchObject({ kind: "private", radio_ids: ["R1"] });
  expect(spokenTo("private.R2", GROUPS, RADIOS)).toBeNull();
  expect(spokenTo("temporary.2", GROUPS, RADIOS)).toBeNull();
});

test("a chosen group that ends leaves none chosen, not the all-call, until the person chooses", () => {
  expect(stillChosen("temporary.1", GROUPS, RADIOS)).toBe("temporary.1");
  expect(stillChosen("temporary.2", GROUPS, RADIOS)).toBe("");
  expect(stillChosen("", GROUPS, RADIOS)).toBe("");
  expect(stillChosen("private.R2", GROUPS, RADIOS)).toBe("");
});

test("at first the all-call is chosen, or the first group of who does not hear it", () => {
  expect(stillChosen("all", [], RADIOS)).toBe("all");
  expect(stillChosen("all", GROUPS, RADIOS)).toBe("all");
  expect(stillChosen("all", GRID, RADIOS)).toBe("grid-1");
});

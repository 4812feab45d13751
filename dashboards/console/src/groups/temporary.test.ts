// When a temporary talk group ends by itself, and who sees all of it.
import { expect, test } from "vitest";

import type { TalkGroup, TemporaryGroup } from "../room/types";
import { isSeenWhole, spokenIn } from "./temporary";

const all: TalkGroup = { group_id: "all", name: "全体场所", kind: "all", radio_ids: ["R1", "R2"] };
const group: TemporaryGroup = {
  group_id: "temporary.1",
  name: "栖凤路一带",
  kind: "temporary",
  radio_ids: ["R1"],
  radio_count: 1,
  alert_id: null,
  opened_by: "0042",
  opened_at_ms: 0,
  closes_at_ms: 1_800_000,
};

test("each burst in it puts its end off to half an hour later, and none elsewhere does", () => {
  expect(spokenIn([all, group], "temporary.1", 60_000)).toEqual([all, { ...group, closes_at_ms: 1_860_000 }]);
  const others = [all, group];
  expect(spokenIn(others, "all", 60_000)).toBe(others);
  expect(spokenIn(others, "temporary.2", 60_000)).toEqual(others);
});

test("a group with radios elsewhere is not seen whole", () => {
  expect([isSeenWhole(group), isSeenWhole({ ...group, radio_count: 2 })]).toEqual([true, false]);
});

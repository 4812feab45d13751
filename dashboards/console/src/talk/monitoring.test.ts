// Which talk groups are heard, how loud, and which have a key.
import { describe, expect, test } from "vitest";

import type { TalkGroup } from "../room/types";
import {
  EVERYTHING,
  gainOf,
  heardGroups,
  isMonitored,
  keptText,
  MAX_PINNED,
  monitorToggled,
  muteToggled,
  pinnedGroups,
  pinToggled,
  readMonitoring,
  tiles,
  volumeSet,
} from "./monitoring";

const group = (groupId: string, kind: TalkGroup["kind"]): TalkGroup => ({ group_id: groupId, name: groupId, kind, radio_ids: [] });
const GRIDS = Array.from({ length: 26 }, (_, n) => group(`grid-${n + 1}`, "grid"));
const GROUPS = [group("all", "all"), group("kind-hotel", "venue_kind"), ...GRIDS];

describe("what is heard", () => {
  test("every group at first, one that is opened later too", () => {
    expect(heardGroups([...GROUPS, group("temporary.1", "temporary")], EVERYTHING, "all")).toHaveLength(29);
  });

  test("a group that was switched off is heard no more, except while one speaks to it", () => {
    const off = monitorToggled(EVERYTHING, "grid-3");
    expect(heardGroups(GROUPS, off, "all")).not.toContain("grid-3");
    expect(heardGroups(GROUPS, off, "grid-3")).toContain("grid-3");
    expect(heardGroups(GROUPS, monitorToggled(off, "grid-3"), "all")).toContain("grid-3");
  });

  test("a colleague's private call only by choice, which is not kept", () => {
    expect(isMonitored(EVERYTHING, "private.R1")).toBe(false);
    expect(heardGroups(GROUPS, EVERYTHING, "private.R1")).not.toContain("private.R1");
    const along = monitorToggled(EVERYTHING, "private.R1");
    expect(heardGroups(GROUPS, along, "all")).toContain("private.R1");
    expect(readMonitoring(keptText(along))).toEqual(EVERYTHING);
  });
});

describe("how loud", () => {
  test("a group sounds at its volume, a muted one not at all", () => {
    const half = volumeSet(EVERYTHING, "grid-1", 0.5);
    expect(gainOf(half, "grid-1", "all", false)).toBe(0.5);
    expect(gainOf(half, "grid-2", "all", false)).toBe(1);
    expect(gainOf(muteToggled(half, "grid-1"), "grid-1", "all", false)).toBe(0);
  });

  test("moving the volume makes a muted group sound again, unmuting gives the volume back", () => {
    const muted = muteToggled(volumeSet(EVERYTHING, "all", 0.3), "all");
    expect(gainOf(muteToggled(muted, "all"), "all", "all", false)).toBe(0.3);
    expect(gainOf(volumeSet(muted, "all", 0.6), "all", "all", false)).toBe(0.6);
  });

  test("the others are quieter while somebody speaks where one speaks", () => {
    expect(gainOf(EVERYTHING, "grid-1", "all", true)).toBeLessThan(0.5);
    expect(gainOf(EVERYTHING, "all", "all", true)).toBe(1);
  });
});

describe("the tiles", () => {
  test("are the all-call and the venue kinds until others are pinned, in the order of pinning", () => {
    expect(pinnedGroups(GROUPS, EVERYTHING).map((one) => one.group_id)).toEqual(["all", "kind-hotel"]);
    const pinned = pinToggled(GROUPS, pinToggled(GROUPS, EVERYTHING, "grid-7"), "kind-hotel");
    expect(pinnedGroups(GROUPS, pinned).map((one) => one.group_id)).toEqual(["all", "grid-7"]);
  });

  test("of somebody who hears no such group are the groups that there are", () => {
    expect(pinnedGroups(GRIDS.slice(0, 3), EVERYTHING)).toHaveLength(3);
  });

  test("are at most as many as there are digits", () => {
    const many = GRIDS.reduce((kept, one) => pinToggled(GROUPS, kept, one.group_id), EVERYTHING);
    expect(pinnedGroups(GROUPS, many)).toHaveLength(MAX_PINNED);
  });

  test("keep their places when somebody speaks elsewhere, which comes after them", () => {
    const shown = tiles(GROUPS, EVERYTHING, new Set(["all", "grid-9"]), "private.R1");
    expect(shown.pinned.map((one) => one.group_id)).toEqual(["all", "kind-hotel"]);
    expect(shown.others).toEqual(["private.R1", "grid-9"]);
  });
});

describe("what the browser keeps", () => {
  test("comes back as it was", () => {
    const chosen = pinToggled(GROUPS, muteToggled(volumeSet(monitorToggled(EVERYTHING, "grid-1"), "all", 0.4), "grid-2"), "grid-5");
    expect(readMonitoring(keptText(chosen))).toEqual(chosen);
  });

  test.each([null, "", "nonsense", "null", '{"off": 3, "volumes": {"all": 7}, "pinned": "all"}'])("of %j is everything", (text) => {
    expect(readMonitoring(text)).toEqual(EVERYTHING);
  });
});

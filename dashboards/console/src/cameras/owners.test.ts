import { describe, expect, it } from "vitest";

import { effectOf, isOver, rebased, withChanged, withNew, type Owner } from "./owners";

const owner = (id: string, changed: Partial<Owner> = {}): Owner => ({
  owner_id: id,
  name: id,
  contact: "",
  records: true,
  watches_live: true,
  exports: true,
  retention_days: null,
  until: null,
  ...changed,
});
const TODAY = "2026-11-22";

describe("an owner", () => {
  it("who is added has the first free number", () => {
    expect(withNew([owner("O1"), owner("O3")]).map((one) => one.owner_id)).toEqual(["O1", "O3", "O2"]);
  });

  it("agreed up to the last day, that day included", () => {
    expect(isOver(owner("O1", { until: TODAY }), TODAY)).toBe(false);
    expect(isOver(owner("O1", { until: "2026-11-21" }), TODAY)).toBe(true);
  });

  it.each([
    ["no longer records", {}, { records: false }, "stops"],
    ["agreed until yesterday", {}, { until: "2026-11-21" }, "stops"],
    ["agrees again", { until: "2026-11-21" }, { until: "2027-11-21" }, "starts"],
    ["is not watched live", {}, { watches_live: false }, "hides"],
    ["keeps for fewer days", { retention_days: 30 }, { retention_days: 7 }, "deletes"],
    ["keeps for fewer than others", {}, { retention_days: 7 }, "deletes"],
    ["has another name", {}, { name: "x" }, null],
  ] as const)("who %s", (_, before, after, effect) => expect(effectOf(owner("O1", before), owner("O1", { ...before, ...after }), TODAY)).toBe(effect));
});

describe("a list that another saved meanwhile", () => {
  const base = [owner("O1"), owner("O2")];

  it("takes on what was changed here and keeps what was changed there", () => {
    const latest = withChanged(base, "O2", { contact: "老王" });
    const mine = withChanged(base, "O1", { retention_days: 7 });
    expect(rebased(base, mine, latest)).toEqual({ owners: withChanged(latest, "O1", { retention_days: 7 }), lost: [] });
  });

  it("stands where both changed the same owner, who is named", () => {
    const latest = withChanged(base, "O1", { name: "甲" });
    expect(rebased(base, withChanged(base, "O1", { name: "乙" }), latest)).toEqual({ owners: latest, lost: ["乙"] });
    expect(rebased(base, [owner("O2")], latest).lost).toEqual(["O1"]);
  });

  it("has both of two who were added under one number", () => {
    const [mine, latest] = [[...base, owner("O3", { name: "甲" })], [...base, owner("O3", { name: "乙" })]];
    expect(rebased(base, mine, latest).owners.slice(2).map((one) => [one.owner_id, one.name])).toEqual([
      ["O3", "乙"],
      ["O4", "甲"],
    ]);
  });

  it("loses those who were removed here, and here too those removed there", () => {
    expect(rebased(base, [owner("O1")], base).owners).toEqual([owner("O1")]);
    expect(rebased(base, base, [owner("O2")])).toEqual({ owners: [owner("O2")], lost: [] });
  });
});

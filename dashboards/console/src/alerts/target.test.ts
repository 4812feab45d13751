// Whom an alert went to, also when the group is no more.
import { expect, test } from "vitest";

import { zh } from "../language/zh";
import type { AlertTarget, Venue } from "../room/types";
import { targetWords } from "./target";

const known = {
  groups: [{ group_id: "temporary.1", name: "栖凤路一带 16:42", kind: "temporary", radio_ids: ["R1"] } as const].map((one) => ({ ...one, radio_ids: ["R1"] })),
  venues: new Map([["V1", { venue_id: "V1", name: "梧桐宾馆" } as Venue]]),
};

test.each<[AlertTarget, string]>([
  [{ kind: "all", id: null }, "全部场所"],
  [{ kind: "venue", id: "V1" }, "梧桐宾馆"],
  [{ kind: "venues", id: null, ids: ["V1", "V2", "V3"] }, "所选 3 个场所"],
  [{ kind: "venues", id: null, ids: ["V1"] }, "梧桐宾馆"],
  [{ kind: "group", id: "temporary.1" }, "栖凤路一带 16:42"],
  [{ kind: "group", id: "temporary.2" }, "已解散的临时对讲组"],
  [{ kind: "radio", id: "R1" }, "R1"],
])("%o is told as %s", (target, words) => {
  expect(targetWords(target, known, zh)).toBe(words);
});

// What groups and radios are called on the screen.
import { expect, test } from "vitest";

import { zh } from "../language/zh";
import type { Item } from "../room/items";
import type { Radio, TalkGroup, Venue } from "../room/types";
import { groupWords, radioWords } from "./words";

const VENUES = new Map([["V1", { name: "福满家园" } as Venue]]);
const radio = (name: string): Radio => ({ radio_id: "R001", venue_id: "V1", name }) as Radio;
const closed = { kind: "group.closed", body: { group_id: "temporary.2", name: "北门搜寻" } } as Item;
const known = {
  groups: [{ group_id: "all", name: "全体场所" } as TalkGroup],
  radios: new Map([["R001", radio("福满家园保安")]]),
  venues: VENUES,
  events: [closed],
};

test.each([
  ["福满家园保安", "福满家园保安 R001"],
  ["对讲机1", "福满家园 对讲机1 R001"],
  ["R001", "福满家园 R001"],
])("the radio %s is called %s: each word once", (name, words) => expect(radioWords(radio(name), VENUES)).toBe(words));

test.each([
  ["all", "全体场所"],
  ["private.R001", "福满家园保安 R001 私呼"],
  ["private.R777", zh.talk.unknownRadio],
  ["temporary.2", "北门搜寻"],
  ["temporary.9", zh.talk.closedGroup],
])("the group %s is called %s, never by what hub and console write", (groupId, words) => {
  expect(groupWords(groupId, known, zh)).toBe(words);
});

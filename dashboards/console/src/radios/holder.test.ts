// Who holds a radio, and whether outside their shifts.
import { expect, test } from "vitest";

import { en } from "../language/en";
import { zh } from "../language/zh";
import { holderWords } from "./holder";

const held = (holder: string | null, personId: string | null, offShift: boolean) => ({
  holder,
  holder_person_id: personId,
  off_shift: offShift,
});

test.each([
  ["somebody on shift is a name alone", held("张三", "g1", false), "张三", "张三"],
  ["somebody outside their shifts is shown as that", held("张三", "g1", true), "张三（班次外）", "张三 (off shift)"],
  ["what a radio says itself is nobody's signature", held("guard-R1", null, false), "guard-R1（未签到）", "guard-R1 (not signed on)"],
  ["nobody is no words", held(null, null, false), "", ""],
])("%s", (_, radio, chinese, english) => {
  expect(holderWords(radio, zh)).toBe(chinese);
  expect(holderWords(radio, en)).toBe(english);
});

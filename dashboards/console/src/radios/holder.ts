// Pure: who holds a radio, in words.
import type { Texts } from "../language/zh";
import type { Radio } from "../room/types";

type Held = Pick<Radio, "holder" | "holder_person_id" | "off_shift">;
export type Holding = "on_shift" | "off_shift" | "not_signed_on" | "nobody";

/** How somebody holds the radio: a holder without an account is what the radio itself says. */
export function holdingOf(radio: Held): Holding {
  if (radio.holder === null || radio.holder === "") return "nobody";
  if (radio.holder_person_id === null) return "not_signed_on";
  return radio.off_shift ? "off_shift" : "on_shift";
}

/** "张三", "张三（班次外）"; empty when nobody holds it, or there is no such radio. */
export function holderWords(radio: Held | undefined, texts: Texts): string {
  const holder = radio?.holder ?? "";
  if (radio === undefined || holder === "") return "";
  const note = { off_shift: texts.radios.offShift, not_signed_on: texts.radios.notSignedOn, on_shift: null, nobody: null }[holdingOf(radio)];
  return note === null ? holder : texts.radios.noted(holder, note);
}

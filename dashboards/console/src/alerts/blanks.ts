// Pure: a template's blanks, `{衣着}`, and what fills them.
import { zh } from "../language/zh";
import { hourAndMinute } from "../language/time";
import type { Case } from "../room/types";
import { describeParts } from "../search/words";

const BLANK = /\{([^{}\s]{1,20})\}/g;
/** What a guard reads where nobody filled a blank: guards read Chinese, whatever the console speaks. */
export const UNKNOWN = "不详";

export type Fills = Readonly<Record<string, string>>;

/** The names of a text's blanks, each once, in their order. */
export function blanksOf(text: string): string[] {
  return [...new Set([...text.matchAll(BLANK)].map(([, name]) => name ?? ""))];
}

/** The text with its blanks filled; those that nothing fills stay as they are, to be seen. */
export function filled(text: string, fills: Fills): string {
  return text.replace(BLANK, (blank, name: string) => (fills[name] ?? "").trim() || blank);
}

/** The text as it goes out: no blank is left in it. */
export function finished(text: string, fills: Fills): string {
  return filled(text, fills).replace(BLANK, UNKNOWN).trim();
}

/** What an open case knows for these blanks; `placeName` is where the person was last seen. */
export function fillsFromCase(blanks: readonly string[], found: Case | null, placeName: string, zone: string): Fills {
  if (found === null) return {};
  const { description, last_seen_at_ms } = found;
  const worn = description === null ? null : { upper: description.upper, lower: description.lower };
  const tall = description === null ? null : { height_m: description.height_m };
  const known: Fills = {
    衣着: describeParts(worn, zh).join("，"),
    身高: describeParts(tall, zh).join(""),
    地点: placeName,
    时间: last_seen_at_ms === null ? "" : hourAndMinute(last_seen_at_ms, zone),
  };
  return Object.fromEntries(blanks.filter((name) => (known[name] ?? "") !== "").map((name) => [name, known[name] ?? ""]));
}

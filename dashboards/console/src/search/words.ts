// Says what a description looks for, in the chosen language, in words that the hub reads again (hub/sightings/language).
import type { Language } from "../language/language";
import type { Texts } from "../language/zh";
import type { Description, Query, Watch } from "../room/types";

/** One word for each part that is given: "红色上衣", "蓝色裤裙", "约 1.10 米", "儿童". */
export function describeParts(description: Partial<Description> | null, texts: Texts): string[] {
  if (description === null) return [];
  const parts: string[] = [];
  const colours = (names: Description["upper"]): string => names.map((name) => texts.colour[name]).join("/");
  if (description.upper !== undefined && description.upper.length > 0) {
    parts.push(texts.search.wearsUpper(colours(description.upper)));
  }
  if (description.lower !== undefined && description.lower.length > 0) {
    parts.push(texts.search.wearsLower(colours(description.lower)));
  }
  if (description.height_m !== undefined && description.height_m !== null) {
    parts.push(texts.search.metres(description.height_m.toFixed(2)));
  }
  if (description.age !== undefined && description.age !== null) parts.push(texts.search.ages[description.age]);
  const form = texts.searchForm;
  const patterns = description.upper_pattern ?? [];
  if (patterns.length > 0) parts.push(patterns.map((one) => texts.traits.pattern[one]).join("/"));
  for (const field of ["backpack", "head_wear", "accompanied"] as const) {
    const said = description[field];
    if (said !== undefined && said !== null) parts.push(form.said[field][said ? 0 : 1] ?? "");
  }
  if (description.movement !== undefined && description.movement !== null) parts.push(form.movements[description.movement]);
  if (description.heading_deg !== undefined && description.heading_deg !== null) {
    parts.push(form.saidHeadings[Math.round(description.heading_deg / 45) % 8] ?? "");
  }
  return parts;
}

export function describeWords(description: Partial<Description> | null, texts: Texts): string {
  return describeParts(description, texts).join(texts.searchForm.and);
}

/** A watch in words: the hub keeps them in Chinese only. */
export function watchWords(watch: Watch, language: Language, texts: Texts): string {
  return (language === "en" ? queryWords(watch.query, texts) : "") || watch.words;
}

/** Whom a query looks for, also by a photo or a sighting. */
export function queryWords(query: Query, texts: Texts): string {
  const parts = describeParts(query.description ?? null, texts);
  if ((query.like ?? []).length > 0) parts.push(texts.searchForm.photoLike);
  if (typeof query.like_sighting_id === "string") parts.push(texts.searchForm.sightingLike);
  return parts.join(texts.searchForm.and);
}

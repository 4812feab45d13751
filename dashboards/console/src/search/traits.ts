// Pure: what a sighting tells of a person beside colours, in words; what is not likely enough is not said.
import type { Texts } from "../language/zh";
import type { HitPart, SightingSummary } from "../room/types";

/** From here on a likelihood is worth a word: of the backpacks told on labelled pictures four of five are there. */
const LIKELY = 0.7;
/** A person is called a child or an adult when the likelihood is this far from one half. */
const CLEAR = 0.3;

/**
 * In the order in which people describe people: size, clothes, what is carried, where to, with whom; without what the
 * hit's own `parts` say.
 */
export function traitsOf(sighting: SightingSummary, parts: readonly HitPart[], texts: Texts): string[] {
  const words = texts.traits;
  const traits: string[] = [];
  const told = new Set(parts.map((part) => part.field));
  if (sighting.height_m !== null && !told.has("height")) {
    traits.push(words.metres(sighting.height_m.toFixed(2), sighting.height_error_m?.toFixed(2) ?? null));
  }
  if (sighting.child !== null && !told.has("age") && Math.abs(sighting.child - 0.5) >= CLEAR) {
    traits.push(sighting.child > 0.5 ? words.child : words.adult);
  }
  const pattern = sighting.upper_pattern?.[0];
  if (pattern !== undefined && pattern.weight >= LIKELY) traits.push(words.pattern[pattern.pattern]);
  if ((sighting.head_wear ?? 0) >= LIKELY) traits.push(words.headWear);
  for (const { bag, likelihood } of sighting.bags ?? []) if (likelihood >= LIKELY) traits.push(words.bag[bag]);
  const way = wayOf(sighting, texts);
  if (way !== null) traits.push(way);
  const along = sighting.companions?.length ?? 0;
  if (along > 0) traits.push(words.companions(along));
  return traits;
}

/** Over the ground where that is known, else as the camera sees it. */
function wayOf(sighting: SightingSummary, texts: Texts): string | null {
  const words = texts.traits;
  const { movement, heading_deg: heading, speed_mps: speed } = sighting;
  if (movement === null || movement === undefined) return null;
  const seen = words.movement[movement];
  if (typeof speed !== "number" || typeof heading !== "number") return seen;
  return `${words.heading[Math.round(heading / 45) % 8] ?? seen} ${words.speed(speed.toFixed(1))}`;
}

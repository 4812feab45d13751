// Where the person was last, and what walk around it is searched.
import type { Case, Near } from "../room/types";

/** A venue, or a point that the officer clicked on the map. */
export type Place = { venue_id: string } | { latitude: number; longitude: number };
/** Metres, or as far as a child has walked since the time from which on is searched. */
export type Walk = number | "reach";

export interface Around {
  /** Either alone means nothing. */
  place: Place | null;
  walk: Walk | null;
  sinceMs: number | null;
}

export function nearOf({ place, walk, sinceMs }: Around): Near | null {
  if (place === null || walk === null) return null;
  if (walk !== "reach") return { ...place, within_m: walk };
  return sinceMs === null ? null : { ...place, since_at_ms: sinceMs };
}

/** What the case says of where and when; null where it does not say both. */
export function lastSeenOf(current: Case): Around | null {
  const { last_seen_at_ms: sinceMs, last_seen_venue_id: venue_id } = current;
  return sinceMs === null || venue_id === null ? null : { place: { venue_id }, walk: "reach", sinceMs };
}

// Pure: which kinds of places a role may have (docs/access.md), and what is wrong with a choice.
import type { Place, PlaceKind, Role } from "../session/types";

const KINDS: Record<Role, readonly PlaceKind[]> = {
  dispatcher: ["community", "grid"],
  officer: ["community", "grid"],
  chief: ["community", "grid"],
  administrator: ["community"],
  auditor: ["community"],
  grid_member: ["grid", "venue"],
  guard: ["venue"],
};

export const COMMUNITY: Place = { kind: "community", place_id: null };

/** The kinds a role may have; the first is what a new person of that role gets. */
export function kindsOf(role: Role): readonly PlaceKind[] {
  return KINDS[role];
}

/** The places that stay when a person's role becomes `role`. */
export function placesFor(role: Role, places: readonly Place[]): Place[] {
  const kept = places.filter((place) => KINDS[role].includes(place.kind));
  if (kept.length > 0) return kept;
  return KINDS[role].includes("community") ? [COMMUNITY] : [];
}

/** How a place is named in a list to choose from. */
export const placeKey = (place: Place): string => `${place.kind}/${place.place_id ?? ""}`;

/** The place of a name that `placeKey` gave. */
export function placeOf(key: string): Place {
  const [kind = "community", id = ""] = key.split("/");
  return { kind: kind as PlaceKind, place_id: id === "" ? null : id };
}

/** The choice after `chosen`: the whole community leaves no place beside it, and any place replaces it. */
export function afterChoosing(before: readonly Place[], chosen: readonly Place[]): Place[] {
  const hadCommunity = before.some((place) => place.kind === "community");
  const hasCommunity = chosen.some((place) => place.kind === "community");
  if (hasCommunity && !hadCommunity) return [COMMUNITY];
  return chosen.filter((place) => place.kind !== "community" || chosen.length === 1);
}

// Pure: what a talk group of chosen venues is called before anybody thinks of a name: where they are.
import type { Texts } from "../language/zh";
import type { Grid, Venue } from "../room/types";

/** The hub takes at most this many characters as a name. */
export const MAX_NAME = 64;

export interface Street {
  name: string;
  /** Latitude, longitude. */
  points: readonly (readonly [number, number])[];
}

/** The streets of a map that have a name. */
export function streetsOf(map: GeoJSON.FeatureCollection | null): Street[] {
  const found: Street[] = [];
  for (const { properties, geometry } of map?.features ?? []) {
    const name: unknown = properties?.["name"];
    if (properties?.["kind"] !== "street" || typeof name !== "string" || name === "" || geometry.type !== "LineString") continue;
    found.push({ name, points: geometry.coordinates.map(([longitude = 0, latitude = 0]) => [latitude, longitude]) });
  }
  return found;
}

/**
 * The venue's own name; of several: the street or the two streets at which most of them stand, else their grid or grids.
 * `time` goes behind it, so that two groups of the same place can be told apart.
 */
export function placeName(
  venues: readonly Venue[],
  streets: readonly Street[],
  grids: ReadonlyMap<string, Grid>,
  time: string,
  texts: Texts,
): string {
  const [first] = venues;
  if (first === undefined) return "";
  const words = texts.groups;
  const at = (what: string): string => words.at(what.slice(0, MAX_NAME - 16), time);
  if (venues.length === 1) return at(first.name);
  const [street, cross] = commonest(venues.map((venue) => nearest(venue, streets)));
  if (street !== undefined) return at(words.around(cross === undefined ? street : words.two(street, cross)));
  const names = [...new Set(venues.map((venue) => grids.get(venue.grid_id)?.name ?? venue.grid_id))];
  const [one = "", other = ""] = names;
  return at(names.length === 1 ? one : names.length === 2 ? words.two(one, other) : words.andMore(one, names.length));
}

/** The one name that more than half of all have, else the two that together do, else none. */
function commonest(names: readonly (string | null)[]): string[] {
  const counts = new Map<string, number>();
  for (const name of names) if (name !== null) counts.set(name, (counts.get(name) ?? 0) + 1);
  const [first = ["", 0], second = ["", 0]] = [...counts].sort(([, a], [, b]) => b - a);
  if (first[1] * 2 > names.length) return [first[0]];
  return (first[1] + second[1]) * 2 > names.length ? [first[0], second[0]] : [];
}

function nearest(venue: Venue, streets: readonly Street[]): string | null {
  let found: string | null = null;
  let least = Infinity;
  const eastScale = Math.cos((venue.latitude * Math.PI) / 180);
  for (const street of streets) {
    const points = street.points.map(([latitude, longitude]): [number, number] => [
      (longitude - venue.longitude) * eastScale,
      latitude - venue.latitude,
    ]);
    for (const [index, to] of points.entries()) {
      const distance = fromOrigin(points[index - 1] ?? to, to);
      if (distance < least) [least, found] = [distance, street.name];
    }
  }
  return found;
}

/** The distance of the origin from a stretch of line. */
function fromOrigin([ax, ay]: readonly [number, number], [bx, by]: readonly [number, number]): number {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const share = length === 0 ? 0 : Math.min(1, Math.max(0, -(ax * dx + ay * dy) / length));
  return Math.hypot(ax + share * dx, ay + share * dy);
}

/** What the group of an alert's radios is called, of all or of the silent ones: by the text's words up to their pause. */
export function alertName(text: string, whose: "all" | "silent", time: string, texts: Texts): string {
  const [first = ""] = text.split(/[：:，,。.；;！!\n]/, 1);
  const words = first.trim().slice(0, 20) || texts.alerts.title;
  return texts.groups.at(whose === "all" ? words : texts.groups.silentName(words), time);
}

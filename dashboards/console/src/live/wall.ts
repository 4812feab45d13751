// Pure: which camera stands in which place of the wall, and how that is kept in this browser for one person.

export const LAYOUTS = [1, 4, 9, 16] as const;
export type Layout = (typeof LAYOUTS)[number];
export const MOST_TILES = 16;

export interface Wall {
  layout: Layout;
  /** One for each of the 16 places, the first `layout` of which are in sight; a camera stands in one place alone. */
  places: readonly (string | null)[];
}

export const EMPTY: Wall = { layout: 4, places: Array<string | null>(MOST_TILES).fill(null) };

const isLayout = (value: unknown): value is Layout => LAYOUTS.some((one) => one === value);

/** The places that are in sight. */
export const inSight = ({ layout, places }: Wall): readonly (string | null)[] => places.slice(0, layout);

/** Put a camera into a place; what stood there takes the place where the camera was, or goes. */
export function putAt(wall: Wall, place: number, cameraId: string): Wall {
  const before = wall.places.indexOf(cameraId);
  const there = wall.places[place] ?? null;
  const places = wall.places.map((one, index) => (index === place ? cameraId : index === before ? there : one));
  return { ...wall, places };
}

/** Bring a camera into sight: where it stands, else in the first free place, of a larger layout if need be, else in the last. */
export function bring(wall: Wall, cameraId: string): Wall {
  const stands = wall.places.indexOf(cameraId);
  if (stands !== -1 && stands < wall.layout) return wall;
  const out = { ...wall, places: wall.places.map((one) => (one === cameraId ? null : one)) };
  for (const layout of LAYOUTS.filter((one) => one >= wall.layout)) {
    const free = out.places.slice(0, layout).indexOf(null);
    if (free !== -1) return putAt({ ...out, layout }, free, cameraId);
  }
  return putAt({ ...out, layout: MOST_TILES }, MOST_TILES - 1, cameraId);
}

export function swap(wall: Wall, one: number, other: number): Wall {
  const places = [...wall.places];
  [places[one], places[other]] = [wall.places[other] ?? null, wall.places[one] ?? null];
  return { ...wall, places };
}

export function takeAway(wall: Wall, cameraId: string): Wall {
  return { ...wall, places: wall.places.map((one) => (one === cameraId ? null : one)) };
}

/** What this browser keeps; cameras that the room does not know (any more) leave their places free. */
export function readWall(text: string | null, isKnown: (cameraId: string) => boolean): Wall {
  if (text === null) return EMPTY;
  try {
    const { layout, places } = JSON.parse(text) as Partial<Wall>;
    if (!isLayout(layout) || !Array.isArray(places)) return EMPTY;
    const seen = new Set<string>();
    const kept = EMPTY.places.map((_, index) => {
      const cameraId: unknown = places[index];
      if (typeof cameraId !== "string" || seen.has(cameraId) || !isKnown(cameraId)) return null;
      seen.add(cameraId);
      return cameraId;
    });
    return { layout, places: kept };
  } catch {
    return EMPTY;
  }
}

// Pure: how far a place lies from a way that was drawn on the map.
import type { Point } from "./inside";

/** Metres to a degree of latitude on a sphere of the earth's mean radius, 6,371,009 m. */
export const METRES_A_DEGREE = (6_371_009 * Math.PI) / 180;

/**
 * Metres from a place to the nearest point of a line of at least one point. The ground is taken for flat, its degrees of
 * longitude as long as at the place: over the few kilometres of a community that is true to a decimetre.
 */
export function along([latitude, longitude]: Point, line: readonly Point[]): number {
  const east = METRES_A_DEGREE * Math.cos((latitude * Math.PI) / 180);
  const flat = line.map(([y, x]): Point => [(y - latitude) * METRES_A_DEGREE, (x - longitude) * east]);
  const distances = flat.map((corner, n) => fromOrigin(flat[n - 1] ?? corner, corner));
  return Math.min(...distances);
}

/** The distance of the straight piece between two points from where all is measured. */
function fromOrigin([y1, x1]: Point, [y2, x2]: Point): number {
  const [dy, dx] = [y2 - y1, x2 - x1];
  const length2 = dy * dy + dx * dx;
  const share = length2 === 0 ? 0 : Math.min(1, Math.max(0, -(y1 * dy + x1 * dx) / length2));
  return Math.hypot(y1 + share * dy, x1 + share * dx);
}

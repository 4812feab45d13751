// Pure: which venues lie in a shape that was drawn on the map.
import type { Venue } from "../room/types";

/** Latitude, longitude; a shape is small enough to be flat. */
export type Point = readonly [number, number];

/** The corners of the rectangle between two opposite ones. */
export function rectangle([top, left]: Point, [bottom, right]: Point): Point[] {
  return [
    [top, left],
    [top, right],
    [bottom, right],
    [bottom, left],
  ];
}

/**
 * Whether a point lies in a polygon, which closes by itself and may cross itself (even-odd rule): whether a ray to the
 * east crosses its sides an odd number of times.
 */
export function isInside([y, x]: Point, polygon: readonly Point[]): boolean {
  let inside = false;
  for (const [n, corner] of polygon.entries()) {
    const [y1, x1] = corner;
    const [y2, x2] = polygon.at(n - 1) ?? corner;
    if (y1 > y !== y2 > y && x < x1 + ((x2 - x1) * (y - y1)) / (y2 - y1)) inside = !inside;
  }
  return inside;
}

export function venuesInside(venues: Iterable<Venue>, polygon: readonly Point[]): string[] {
  return [...venues].filter((venue) => isInside([venue.latitude, venue.longitude], polygon)).map((venue) => venue.venue_id);
}

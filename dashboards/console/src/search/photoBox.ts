// Pure: boxes in a photo, as shares of its width and height.
import type { PhotoBox } from "../room/types";

/** A box drawn smaller than this share of the photo was a slip of the hand. */
const LEAST_SHARE = 0.02;

type Point = readonly [x: number, y: number];

const within = (share: number): number => Math.min(1, Math.max(0, share));

/** Where a pointer is on a picture shown at `shown`. */
export const pointIn = (shown: { left: number; top: number; width: number; height: number }, x: number, y: number): Point => [
  within((x - shown.left) / Math.max(1, shown.width)),
  within((y - shown.top) / Math.max(1, shown.height)),
];

/** The box between two corners, in whatever order they were drawn; null for a slip. */
export function boxBetween([x, y]: Point, [otherX, otherY]: Point): PhotoBox | null {
  const box = { left: Math.min(x, otherX), top: Math.min(y, otherY), right: Math.max(x, otherX), bottom: Math.max(y, otherY) };
  return box.right - box.left < LEAST_SHARE || box.bottom - box.top < LEAST_SHARE ? null : box;
}

/** As a style puts it over the photo. */
export const placed = ({ left, top, right, bottom }: PhotoBox) => ({
  left: `${left * 100}%`,
  top: `${top * 100}%`,
  width: `${(right - left) * 100}%`,
  height: `${(bottom - top) * 100}%`,
});

// Pure: the polygons of a camera's masks while they are drawn, as parts of the picture's width and height.
import type { Mask, MaskKind } from "../room/types";
import type { Point } from "./clicks";

export const MOST_MASKS = 16;
export const MOST_POINTS = 20;
const LEAST_POINTS = 3;

export interface Drawing {
  readonly masks: readonly Mask[];
  /** The corners of the one that is being drawn. */
  readonly corners: readonly Point[];
  readonly kind: MaskKind;
}

/** After a click at `at`; the last corner of the most closes the polygon. */
export function addCorner(drawing: Drawing, at: Point): Drawing {
  if (drawing.corners.length === 0 && drawing.masks.length >= MOST_MASKS) return drawing;
  const corner: Point = [Math.min(Math.max(at[0], 0), 1), Math.min(Math.max(at[1], 0), 1)];
  const next = { ...drawing, corners: [...drawing.corners, corner] };
  return next.corners.length >= MOST_POINTS ? closed(next) : next;
}

export const mayClose = (drawing: Drawing): boolean => drawing.corners.length >= LEAST_POINTS;

/** The polygon that is being drawn becomes a mask. */
export function closed(drawing: Drawing): Drawing {
  if (!mayClose(drawing)) return drawing;
  return { ...drawing, corners: [], masks: [...drawing.masks, { kind: drawing.kind, points: drawing.corners }] };
}

export function withoutMask(drawing: Drawing, number: number): Drawing {
  return { ...drawing, masks: drawing.masks.filter((_, at) => at !== number) };
}

const key = (mask: Mask): string => JSON.stringify([mask.kind, mask.points]);

export const isSame = (one: readonly Mask[], other: readonly Mask[]): boolean => one.map(key).join() === other.map(key).join();

/** What was drawn and taken away since `seen`, done to the masks that another has saved meanwhile. */
export function rebased(seen: readonly Mask[], mine: readonly Mask[], latest: readonly Mask[]): readonly Mask[] {
  const [before, now, theirs] = [seen, mine, latest].map((masks) => new Set(masks.map(key))) as [Set<string>, Set<string>, Set<string>];
  const isTaken = (mask: Mask): boolean => before.has(key(mask)) && !now.has(key(mask));
  return [...latest.filter((mask) => !isTaken(mask)), ...mine.filter((mask) => !before.has(key(mask)) && !theirs.has(key(mask)))];
}

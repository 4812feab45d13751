// The shape that is being drawn on the map for an alert: an area or a way, corner by corner, and the steps that change it.
import { create } from "zustand";

import { along } from "./along";
import { isInside, type Point } from "./inside";
import type { Venue } from "../room/types";
import { clearSelection } from "./selection";
import { chooseOnMap } from "./store";

export type DrawnKind = "polygon" | "path";

export interface Drawing {
  /** What is drawn; null: nothing. */
  kind: DrawnKind | null;
  points: readonly Point[];
  /** Closed: it is whole, and its corners can still be dragged. */
  closed: boolean;
  /** How far beside a path a venue may lie. */
  withinM: number;
}

/** The hub's own bounds (docs/alerts.md). */
export const MOST_POINTS = 100;
export const LEAST_POINTS: Record<DrawnKind, number> = { polygon: 3, path: 2 };
export const WITHIN_M = { least: 10, usual: 150, most: 1_000 };

const NOTHING: Drawing = { kind: null, points: [], closed: false, withinM: WITHIN_M.usual };

export const useDrawing = create<Drawing>(() => NOTHING);

/** Whether it has corners enough to be a shape, closed or not. */
export const isShape = ({ kind, points }: Drawing): boolean => kind !== null && points.length >= LEAST_POINTS[kind];

export const isDrawing = ({ kind, closed }: Drawing): boolean => kind !== null && !closed;

/** Take up the pencil for another shape; the one before is gone, and so is what was chosen on the map. */
export function startDrawing(kind: DrawnKind): void {
  clearSelection();
  chooseOnMap(null);
  useDrawing.setState(({ withinM }) => ({ ...NOTHING, kind, withinM }));
}

/** Show a shape that is whole already, such as an earlier alert's. */
export function showDrawn(kind: DrawnKind, points: readonly Point[], withinM: number = WITHIN_M.usual): void {
  useDrawing.setState({ kind, points, closed: true, withinM });
}

export function stopDrawing(): void {
  if (useDrawing.getState().kind !== null) useDrawing.setState(NOTHING);
}

/** The next corner; past the most nothing comes of it. False: nothing is being drawn, and the click means something else. */
export function addPoint(point: Point): boolean {
  const drawing = useDrawing.getState();
  if (!isDrawing(drawing)) return false;
  if (drawing.points.length < MOST_POINTS) useDrawing.setState({ points: [...drawing.points, point] });
  return true;
}

export function movePoint(at: number, point: Point): void {
  useDrawing.setState(({ points }) => ({ points: points.map((one, n) => (n === at ? point : one)) }));
}

/** One step back: a closed shape is open again, an open one loses its last corner. */
export function undoPoint(): void {
  useDrawing.setState(({ closed, points }) => (closed ? { closed: false } : { points: points.slice(0, -1) }));
}

export function finishDrawing(): void {
  const drawing = useDrawing.getState();
  if (isDrawing(drawing) && isShape(drawing)) useDrawing.setState({ closed: true });
}

export function setWithin(withinM: number): void {
  useDrawing.setState({ withinM });
}

/** The venues that the shape holds so far, of those it is asked about. */
export function venuesIn(shape: Pick<Drawing, "kind" | "points" | "withinM">, venues: Iterable<Venue>): string[] {
  const { kind, points, withinM } = shape;
  if (kind === null || points.length < LEAST_POINTS[kind]) return [];
  const holds = ({ latitude, longitude }: Venue): boolean =>
    kind === "polygon" ? isInside([latitude, longitude], points) : along([latitude, longitude], points) <= withinM;
  return [...venues].filter(holds).map((venue) => venue.venue_id);
}
